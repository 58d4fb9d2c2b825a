"""What is true: people, gatherings, points and notices, guarded by the database."""
