"""What the ledger commits to: an entry's text, its commitment, and the receipt of who was answered. Bytes exactly.

The text of an entry is a JSON object in UTF-8 with the keys id, at, actor, event, purpose, subject, object and detail: `id` a number, `at` the
microseconds since 1970-01-01 UTC as a number, `subject` a number or null, `detail` an object, the others strings. It is written as PostgreSQL
writes jsonb: in each object keys in order of their length in bytes and then of their bytes, ", " between members, ": " after a key,
characters beyond ASCII as they are, numbers without an exponent.

commitment = SHA-256(salt ‖ text), the salt being 16 bytes, at least 122 bits of them drawn at random. The commitment is the data of the leaf.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

SALT = 16
RECEIPT = "chengxin receipt 1"
FILE_RECEIPT = "chengxin receipt of a file 1"
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def entry_text(
    *, number: int, at: datetime, actor: str, event: str, purpose: str, subject: int | None, about: str, detail: str
) -> str:
    """The text of an entry; `detail` as JSON, however it is written."""
    return canonical(
        {
            "id": number, "at": (at - _EPOCH) // _MICROSECOND, "actor": actor, "event": event, "purpose": purpose,
            "subject": subject, "object": about, "detail": json_read(detail),
        }
    )  # fmt: skip


def commitment_of(salt: bytes, text: str) -> bytes:
    """What stands in the tree for the text: whoever lacks the salt cannot try texts against it."""
    return hashlib.sha256(salt + text.encode()).digest()


def canonical(value: Any) -> str:
    """A JSON value as PostgreSQL writes jsonb."""
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, Mapping):
        keys = list(value) if len(value) < 2 else sorted(value, key=_rank)
        return "{" + ", ".join([f"{_scalar(key)}: {canonical(value[key])}" for key in keys]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(canonical, value)) + "]"
    if isinstance(value, Decimal):
        return format(value if value else abs(value), "f")
    return _scalar(value)


_scalar = json.JSONEncoder(ensure_ascii=False).encode  # once: `json.dumps` would make the encoder anew for each


def _rank(key: str) -> tuple[int, bytes]:
    written = key.encode()
    return len(written), written


def json_read(text: str) -> Any:
    """JSON with every number as it is written: a float would change some."""
    return json.loads(text, parse_float=Decimal)


def receipt_text(origin: str, entry: int, commitment: bytes) -> str:
    """What the log signs for whoever was answered: that this commitment of this entry will stand in the tree.

    Its second line is the log's origin, which is no number: it can never be taken for a checkpoint.
    """
    return f"{RECEIPT}\n{origin}\n{entry}\n{commitment.hex()}\n"


def file_receipt_text(origin: str, lines: int, root: bytes) -> str:
    """The same for a file: the root of the tree over what a line's receipt says of its entry, in the file's order."""
    return f"{FILE_RECEIPT}\n{origin}\n{lines}\n{root.hex()}\n"


def line_leaf(entry: int, commitment: bytes) -> bytes:
    """The data of a line's leaf in that tree: number and commitment, as they stand in its receipt."""
    return f"{entry}\n{commitment.hex()}\n".encode()


@dataclass(frozen=True)
class Receipt:
    """What whoever was answered holds: the entry's number, salt and commitment, and the log's signed promise of it."""

    entry: int
    salt: bytes
    commitment: bytes
    note: str

    def as_dict(self) -> dict[str, Any]:
        """The receipt as every door gives it."""
        return {"entry": self.entry, "salt": self.salt.hex(), "commitment": self.commitment.hex(), "note": self.note}
