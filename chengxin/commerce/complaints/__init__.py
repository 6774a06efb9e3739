"""Consumers' complaints: one intake, whoever is in charge, clocks of the lawbook, and how many were solved."""
