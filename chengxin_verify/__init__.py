"""Checks off line what a register says: no database, no Django, the standard library and `cryptography` only.

A reader who trusts nobody can read all of it. The register itself uses the same few functions, so that the bytes are written down once.
"""
