"""The staff's pages: rows that wait for their subject, and cases."""
