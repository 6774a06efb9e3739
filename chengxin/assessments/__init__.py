"""What became of a year: for each agency, so many of so many, what it was told of its work, and nothing made of it."""
