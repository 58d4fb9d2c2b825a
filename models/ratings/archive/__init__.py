"""The level above files a rating; it is frozen and can be verified years later."""
