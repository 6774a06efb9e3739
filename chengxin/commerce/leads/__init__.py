"""Suspected breaches, told with their evidence to the agency in charge: receipts, clocks, and reporters whose identity lies apart. A lead is no record."""
