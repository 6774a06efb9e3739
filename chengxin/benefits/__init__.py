"""Credit+, by choice: positive facts that a person adds to a wallet of their own, points for benefits alone, and nothing left when they go."""
