"""The mini-program's real sources in a real browser, against the real backend."""
