"""Articles: drafting from records, editing, pictures, what must not be told."""
