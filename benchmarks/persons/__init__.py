"""Persons behind the vault: how fast they are filed, how their keys are replaced under load, and what a dump tells."""
