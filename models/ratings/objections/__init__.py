"""异议: raised, answered by another hand, appealed."""
