"""Leave, attendance elsewhere and make-up: what members ask of their branch."""
