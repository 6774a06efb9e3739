"""What an event must be, what it is called, and what it links. Pure."""
