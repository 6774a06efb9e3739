"""Readings: how a record is shown, what a report says, and who holds which."""
