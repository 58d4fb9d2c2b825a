"""The roll of one organisation: marked, printed, confirmed, corrected; and the hall's screen."""
