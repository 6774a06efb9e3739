"""The runner of the dry-run benchmark works."""
