"""What happens by the clock, and the sending of what was written down to be sent."""
