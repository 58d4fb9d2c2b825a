"""异议: written down, answered, told, appealed."""
