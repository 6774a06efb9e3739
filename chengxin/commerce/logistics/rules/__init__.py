"""Parcels told, judged and counted, and firms evaluated: pure."""
