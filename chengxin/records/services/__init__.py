"""Changing what is known: deliveries, rows that wait for their subject, the events of a record."""
