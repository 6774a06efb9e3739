"""Merchants: filed, reviewed by tickets, their statements, commitments and duties."""
