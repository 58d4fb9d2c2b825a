"""The pages of the mini-program with which a branch works."""
