"""How the register is read: what in the readings a person should look at, what the reader says to it, and what that person decides. Nothing follows by itself."""
