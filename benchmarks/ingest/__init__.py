"""From a department's file to records, events and verdicts, beside the bare COPY of the same rows."""
