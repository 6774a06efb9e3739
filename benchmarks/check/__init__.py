"""Checks, one by one through HTTP and by the file, beside the thinnest view and the barest join that do the same."""

MATTER = "tender"  # what is asked about throughout: the matter that most measures bear on
