"""Who signs in: accounts of persons, of firms and of staff, their sessions, and what is tried against them."""
