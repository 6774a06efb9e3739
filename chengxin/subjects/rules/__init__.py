"""What follows from facts alone: merges replayed, names taken apart, two names held against each other. Pure."""
