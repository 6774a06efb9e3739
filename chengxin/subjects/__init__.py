"""Who it is about: identifiers, names, merge and unmerge."""
