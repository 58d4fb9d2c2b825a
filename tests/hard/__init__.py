"""The hard bars: many at once, forged, guessed, mistreated; over HTTP against the real processes."""
