"""Parcels on their way, and the firms that carry them."""
