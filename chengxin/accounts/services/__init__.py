"""Opening accounts, signing in, second factors, and inviting staff."""
