"""What a firm says against an evaluation that the register published of it, and what the credit centre answers."""
