"""Rosters and trees from workbooks that strangers may have made."""
