"""Pages for staff: what waits for a person's decision."""
