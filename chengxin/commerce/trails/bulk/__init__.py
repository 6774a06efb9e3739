"""Set-wise work on events and what they link."""
