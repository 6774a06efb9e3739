"""Designations and the measures that lawfully follow from them."""
