"""Who may act: authorities, platforms, service firms, and their API clients."""
