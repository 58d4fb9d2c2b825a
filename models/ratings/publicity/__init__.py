"""公示: the stars on the board."""
