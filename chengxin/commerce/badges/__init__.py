"""What a shop shows of itself: a signed badge with an end and a list of those revoked, which anybody can check."""
