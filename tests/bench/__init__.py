"""Benchmarks: each prints one line per figure, with the machine's baseline measured in the same run."""
