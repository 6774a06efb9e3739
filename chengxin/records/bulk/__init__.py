"""Set-wise work on many rows: reading files, judging, storing. Frames stay in this package."""
