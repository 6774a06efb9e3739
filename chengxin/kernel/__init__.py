"""Periods, working days, identifiers, names, money, sealing and errors, in pure Python."""
