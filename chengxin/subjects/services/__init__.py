"""Changing who is who, and telling whose a name is."""
