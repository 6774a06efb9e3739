"""What became of a year: for each agency, so many of so many, and nothing made of it."""
