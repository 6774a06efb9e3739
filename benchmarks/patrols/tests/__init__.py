"""The runner of the benchmark of patrols works."""
