"""What tests and the page order and ask: everything under /_sim/, one file a subject."""
