"""What is known: sources, batches, records, their events and corrections."""
