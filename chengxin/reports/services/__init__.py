"""Reports issued and verified, and whom the portal knows as a firm."""
