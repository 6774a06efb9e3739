"""Sets of many rows: judged, written to the lake, read back, compared."""
