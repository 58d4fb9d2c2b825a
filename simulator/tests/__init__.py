"""Tests of the simulator over HTTP, against the real process."""
