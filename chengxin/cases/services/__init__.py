"""Running cases, and telling people of them."""
