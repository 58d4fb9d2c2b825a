"""Pictures of every page of the console and of the mini-program, and which of them documents show."""
