"""Trades as platforms file them, under pseudonyms: judged set-wise, kept as Parquet by platform and day, read as known at any instant."""
