"""Chinese organisation names matched to a register: how often rightly, how often wrongly, how fast; ours and the rivals."""
