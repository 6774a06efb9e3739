"""The kind of column that holds sealed values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import models

Bound = Callable[[Mapping[str, Any]], bytes]


def unbound(row: Mapping[str, Any]) -> bytes:
    """Bound to no place: what names its own place inside."""
    return b""


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A value sealed under a ring of keys. Each says so itself, so that no sealed column is forgotten when a key is replaced.

    `bound` gives, out of the row's columns named in `needs`, what the value is bound to. For the database it is a binary column.
    """

    def __init__(
        self, *args: Any, ring: str = "", bound: Bound = unbound, needs: Sequence[str] = (), **options: Any
    ) -> None:
        self.ring, self.bound, self.needs = ring, bound, tuple(needs)
        super().__init__(*args, **options)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """In migrations it is the binary column that it is for the database."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.BinaryField", args, options
