"""The procedure of a rating: its steps, who takes them, and what they wait for."""
