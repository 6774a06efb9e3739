"""How templates write two languages."""
