"""/console/ledgers: the ledgers as Excel workbooks, each for a purpose, each download in the log."""
