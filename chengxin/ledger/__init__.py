"""What was done and asked, by whom, why and when: append-only."""
