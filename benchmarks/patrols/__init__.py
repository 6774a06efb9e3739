"""The benchmark of patrols."""
