"""How fast the program is, beside what the machine and the rivals do in the same run."""
