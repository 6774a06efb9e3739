"""The benchmark of ratings."""
