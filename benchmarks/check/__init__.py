"""Checks, one by one through HTTP and by the file, beside the thinnest view and the barest join that do the same."""

CASE = "2026-0001"  # the case number that every check bears: the matter wants one of a department
MATTER = "tender"  # what is asked about throughout: the matter that most measures bear on
