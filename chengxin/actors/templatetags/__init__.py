"""Tags about who acts."""
