"""Merchants and shops as platforms file them: verified against the subjects held, licences by goods, tickets, promises, stated measures."""
