"""The e-commerce half: rooms of its own that import one way, under the one roof (docs/architecture.md)."""
