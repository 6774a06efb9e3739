"""The runner of the persons benchmark works, and finds nothing."""
