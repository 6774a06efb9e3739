"""Where what may not be read is sealed: the keys outside the database, what lies under them, and their replacement."""
