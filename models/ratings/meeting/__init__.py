"""What a meeting decides: grades, levels, seats, vetoes."""
