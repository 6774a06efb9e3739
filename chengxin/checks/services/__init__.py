"""Asking, and giving anew what rested on a mistake."""
