"""One file per family of the API, as among the families themselves."""
