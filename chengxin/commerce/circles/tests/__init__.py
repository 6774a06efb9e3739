"""Tests of what stands around a trade."""
