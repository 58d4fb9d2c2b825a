"""星级评定: step by step from the points to the archive."""
