"""Answering back: objection, repair, and the subject's own words beside a record."""
