"""Complaints: taken in, handled step by step, joined and parted, opened; the funds from which they are paid, and who is in charge."""
