"""Consents, readings of persons, and confirmations of qualifications: each in one transaction with its trace."""
