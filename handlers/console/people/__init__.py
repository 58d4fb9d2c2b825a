"""党员: the roster, what changes in it, imports and binding slips."""
