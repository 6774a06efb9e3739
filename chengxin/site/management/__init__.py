"""Commands that belong to no room: serving and stopping."""
