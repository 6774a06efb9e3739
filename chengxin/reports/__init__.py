"""What is told of an enterprise: how a record is shown, and reports, which are written, issued, signed and verified."""
