"""Reading the ledger: what was asked about a subject, what was signed, and the proofs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, QuerySet
from psycopg import Connection

from chengxin.kernel.errors import Refusal
from chengxin.kernel.signing import LogKey
from chengxin.ledger import rules
from chengxin.ledger.bulk import TEXT, kept_read
from chengxin.ledger.models import Checkpoint, Entry, Leaf
from chengxin.ledger.models import LogKey as PublicKey


class EntryUnknown(Refusal):
    """The ledger holds no entry {entry} with that commitment. Write both as they stand in the receipt."""

    code = "entry-unknown"
    status = 404
    zh = "账本中没有编号为{entry}、承诺值相符的留痕。请按回执所写填写。"


class EntryNotPlaced(Refusal):
    """Entry {entry} has no place in a signed tree of that size yet. Ask again in a few seconds; if it lasts, ask the operator whether the sequencer runs."""

    code = "entry-not-placed"
    status = 409
    zh = "留痕{entry}尚未写入该大小的签名账本。请几秒后再查；一直如此的，请联系运行单位。"


class CheckpointUnknown(Refusal):
    """The log signed no checkpoint of size {size}. The sizes that it signed are listed under /ledger/checkpoints."""

    code = "checkpoint-unknown"
    status = 404
    zh = "日志没有签发过大小为{size}的检查点。已签发的见 /ledger/checkpoints。"


class EntryNotOpened(Refusal):
    """The ledger holds no text of an entry {entry} with that salt: it is another's, or was erased when its time was over."""

    code = "entry-not-opened"
    status = 404
    zh = "账本中没有编号为{entry}、盐值相符的留痕原文：不是您的，或者保存期满已经删除。"


def readings_of(subjects: list[int], *, known_at: datetime) -> QuerySet[Entry]:
    """Every reading and change that names one of these subjects up to the instant, oldest first."""
    return Entry.objects.filter(subject__in=subjects, at__lte=known_at).order_by("at", "id")


# --- keys and checkpoints ---------------------------------------------------------------------------------------------------------


def key_path() -> Path:
    """Where the log's key file is."""
    return Path(settings.CHENGXIN_HOME) / "keys" / "ledger.key"


def log_key() -> LogKey:
    """The keys of the log, made on first use; read again when the file has changed."""
    path = key_path()
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        changed = 0
    return _log_key(path, changed)


@lru_cache(maxsize=2)
def _log_key(path: Path, changed: int) -> LogKey:
    path.parent.mkdir(exist_ok=True, mode=0o700)
    return LogKey.of_file(path, origin=settings.CHENGXIN_LEDGER_ORIGIN)


def public_keys() -> list[str]:
    """Every key with which the log signs or has signed, the first one first."""
    return list(PublicKey.objects.order_by("pk").values_list("written", flat=True))


def checkpoint_latest() -> Checkpoint | None:
    """What the log signed last; nothing before the first entry."""
    return Checkpoint.objects.order_by("-pk").first()


def checkpoints_after(size: int, *, most: int) -> list[Checkpoint]:
    """The checkpoints beyond that size, the smallest first."""
    return list(Checkpoint.objects.filter(size__gt=size).order_by("size", "pk")[:most])


RUN = 32  # checkpoints of a run, the last beside them


def checkpoints_run() -> Iterator[tuple[str, list[bytes]]]:
    """Checkpoints over the whole life of the log, each with the proof that leads to it from the one before, and at last the latest.

    They stand at the same places until the log is twice as long; then every other one is left out. So whoever copies the run now and then
    finds in each copy what stood in the one before.
    """
    latest = checkpoint_latest()
    if latest is None:
        return
    step = 1 << max(0, (latest.size // RUN).bit_length())
    with raw().cursor(binary=True) as cursor:
        notes: dict[int, str] = dict(cursor.execute(_RUN, [step, latest.size, step]).fetchall())
    before = 0
    for size, note in sorted((notes | {latest.size: latest.note}).items()):
        yield note, consistency_proof(before, size)
        before = size


_RUN = """
select c.size, c.note from generate_series(%s::bigint, %s::bigint, %s::bigint) s (at)
cross join lateral (select size, note from ledger_checkpoint where size >= s.at order by size, id desc limit 1) c
"""


# --- proofs -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Inclusion:
    """That a commitment stands at its place in the tree of a signed checkpoint."""

    entry: int
    commitment: bytes
    index: int
    proof: list[bytes]
    checkpoint: str

    def as_dict(self) -> dict[str, Any]:
        """The proof as `chengxin-verify inclusion` reads it."""
        return {
            "entry": self.entry, "commitment": self.commitment.hex(), "index": self.index,
            "proof": [each.hex() for each in self.proof], "checkpoint": self.checkpoint,
        }  # fmt: skip


@dataclass(frozen=True)
class Consistency:
    """That a later checkpoint's tree begins with an earlier one's."""

    first: str
    second: str
    proof: list[bytes]

    def as_dict(self) -> dict[str, Any]:
        """The proof as `chengxin-verify consistency` reads it."""
        return {"first": self.first, "second": self.second, "proof": [each.hex() for each in self.proof]}


def inclusion_of(entry: int, commitment: bytes, *, size: int | None = None) -> Inclusion:
    """The proof for whoever holds the receipt: number and commitment, since a number alone could be guessed. By default in the
    tree that was signed last. An entry that has no place yet and one that never was are answered alike.
    """
    with raw().cursor(binary=True) as cursor:
        found = cursor.execute(_LEAF_LAST if size is None else _LEAF_SIGNED, {"entry": entry, "size": size}).fetchone()
    if found is None:
        raise EntryNotPlaced(entry=entry)
    position, held, signed, note = found
    if held != commitment:
        raise EntryUnknown(entry=entry)
    if size is not None and signed is None:
        raise CheckpointUnknown(size=size)
    if signed is None or position >= signed:
        raise EntryNotPlaced(entry=entry)
    return Inclusion(entry, held, position, _nodes_read(rules.inclusion_nodes(position, signed), signed), note)


_LEAF = """
select l.position, l.commitment, c.size, c.note from ledger_leaf l
left join lateral (select size, note from ledger_checkpoint {where} order by id desc limit 1) c on true
where l.entry = %(entry)s
"""
_LEAF_LAST, _LEAF_SIGNED = (_LEAF.format(where=each) for each in ("", "where size = %(size)s::bigint"))


def consistency_of(first: int, second: int) -> Consistency:
    """The proof between two sizes at which the log signed, the smaller one first."""
    first, second = sorted((first, second))
    with raw().cursor(binary=True) as cursor:
        notes: dict[int, str] = dict(
            cursor.execute(_SIGNED, [[each for each in (first, second) if 0 <= each < 2**63]]).fetchall()
        )
    for size in (first, second):
        if size not in notes:
            raise CheckpointUnknown(size=size)
    return Consistency(notes[first], notes[second], consistency_proof(first, second))


_SIGNED = """
select s.size, c.note from unnest(%s::bigint[]) s (size)
cross join lateral (select note from ledger_checkpoint where size = s.size order by id desc limit 1) c
"""


def consistency_proof(first: int, second: int) -> list[bytes]:
    """The nodes that lead from the one tree to the other."""
    return _nodes_read(rules.consistency_nodes(first, second), second)


def _nodes_read(nodes: list[rules.Node], size: int) -> list[bytes]:
    kept = kept_read(raw(), rules.spans_of(rules.complete_of(nodes, size), size))
    return kept.nodes(nodes, size)


def raw() -> Connection:
    """The driver's own connection, for binary reading and COPY."""
    connection.ensure_connection()
    return connection.connection  # type: ignore[no-any-return]


def entry_opened(entry: int, salt: bytes) -> str:
    """The text of an entry for whoever holds its salt, which only the log and whoever was answered know; refuses every other,
    and one that was erased.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"select {TEXT} from ledger_entry e where e.id = %s and uuid_send(e.salt) = %s", [entry, salt])
        row = cursor.fetchone()
    if row is None:
        raise EntryNotOpened(entry=entry)
    return str(row[0])


# --- the whole of it --------------------------------------------------------------------------------------------------------------


def ledger_state() -> dict[str, Any]:
    """How many entries there are, how many are in the tree, and what was signed last."""
    latest = checkpoint_latest()
    placed = Leaf.objects.aggregate(last=Max("position"))["last"]
    return {
        "origin": log_key().origin,
        "keys": public_keys(),
        "placed": 0 if placed is None else placed + 1,
        "waiting": Entry.objects.filter(pk__gt=latest.reached if latest else 0).count(),
        "signed_at": latest.at if latest else None,
        "checkpoint": latest.note if latest else None,
    }


_DUMP = f"""
select l.position, l.entry, encode(l.commitment, 'hex'), encode(uuid_send(e.salt), 'hex'), {TEXT}
from ledger_leaf l left join ledger_entry e on e.id = l.entry
where l.position < %s order by l.position
"""


def entries_dumped(size: int) -> Iterator[dict[str, Any]]:
    """Every place of the tree of that size with its entry's text and salt, as `chengxin-verify entries` reads them."""
    with transaction.atomic(), raw().cursor(name="ledger_dump") as cursor:
        cursor.itersize = 10_000
        for position, entry, commitment, salt, text in cursor.execute(_DUMP, [size]):
            told = {"position": position, "entry": entry, "commitment": commitment}
            yield told if salt is None else told | {"salt": salt, "text": text}
