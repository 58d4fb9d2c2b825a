"""Word files in the official form: a template that an office may edit, and what is put into it."""
