"""The runner of the benchmark of ratings works."""
