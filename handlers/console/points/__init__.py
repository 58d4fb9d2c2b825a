"""积分: the book, the cards, and what waits for a second person."""
