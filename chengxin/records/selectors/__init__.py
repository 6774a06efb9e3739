"""Reading deliveries, the rows that wait, and what is filed, as of an instant."""
