"""Whoever stands around a trade: platforms called to their duty, firms that support e-commerce, associations of firms."""
