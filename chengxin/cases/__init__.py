"""A procedure running: what was done, what may be done next, by whom and until when."""
