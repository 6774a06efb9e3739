"""How long the dry run of a measure takes, beside the bare SQL that counts the same."""
