"""Who owes what by when, and what passes from one hand to the next."""
