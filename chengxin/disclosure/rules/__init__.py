"""What a person may allow, and what is told of them. Pure."""
