"""What is done with trails: captured, read, recalled."""
