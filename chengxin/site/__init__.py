"""Where the rooms are put together: server, settings, command line, API mounted, pages mounted."""
