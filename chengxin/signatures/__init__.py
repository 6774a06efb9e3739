"""What others sign by certificate: verified at the door, kept sealed beside what was signed, and opened for whoever verifies again."""
