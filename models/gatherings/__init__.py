"""What happens: gatherings, their rolls and the ways onto a roll."""
