"""The database and cache servers that come in wheels, for development and tests."""
