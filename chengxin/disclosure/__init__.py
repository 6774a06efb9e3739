"""Who may know of a person: what the person allowed, what is told of them to whom, and the yes or no to a qualification."""
