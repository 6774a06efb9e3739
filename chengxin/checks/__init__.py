"""Asking: which lawful measures apply to this subject, in this matter, on this day, and why."""
