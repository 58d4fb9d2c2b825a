"""Bad days that are too long for `make test`: `make soak`."""
