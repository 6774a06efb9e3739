"""Pages for the public and for whoever is recorded; they join rooms and decide nothing themselves."""
