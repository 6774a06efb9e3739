"""The one door through which the ledger grows, and the sequencer that gives entries their places in the tree."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from chengxin.kernel.errors import Refusal
from chengxin.kernel.signing import LogKey, key_add, key_retire
from chengxin.ledger import bulk, rules
from chengxin.ledger.models import Checkpoint
from chengxin.ledger.models import LogKey as PublicKey
from chengxin.ledger.rules import Edge, Hole
from chengxin.ledger.selectors import checkpoint_latest, consistency_proof, key_path, log_key, raw
from chengxin_verify.commands.checkpoints import CHECKPOINT, PROOF, file_name
from chengxin_verify.entries import SALT, Receipt, commitment_of, entry_text, receipt_text
from chengxin_verify.notes import Checkpoint as Signed
from chengxin_verify.notes import Note

_INSERT = """
insert into ledger_entry (at, actor, event, purpose, subject, object, detail, salt)
values (%s, %s, %s, %s, %s, %s, %s::jsonb, %s::uuid) returning id
"""


def trace(
    *,
    event: str,
    by: str,
    at: datetime,
    purpose: str = "",
    subject: int | None = None,
    about: str = "",
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Write one entry and return its number; call it in the transaction of the change that it tells of.

    Raw SQL, since every check pays for this line: one statement, prepared once by the connection. Its place in the tree is
    given after the commit, so that no two writers wait for each other.
    """
    return _written(event, by, at, purpose, subject, about, _json(detail), os.urandom(SALT))


def trace_receipted(
    *,
    event: str,
    by: str,
    at: datetime,
    purpose: str = "",
    subject: int | None = None,
    about: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Receipt:
    """Write one entry as `trace` does, and give what whoever was answered keeps: the log's signed promise of it."""
    told, salt = _json(detail), os.urandom(SALT)
    number = _written(event, by, at, purpose, subject, about, told, salt)
    text = entry_text(
        number=number, at=at, actor=by, event=event, purpose=purpose, subject=subject, about=about, detail=told
    )
    commitment = commitment_of(salt, text)
    key = log_key()
    return Receipt(number, salt, commitment, key.sign_once(receipt_text(key.origin, number, commitment)))


def _json(detail: Mapping[str, Any] | None) -> str:
    return json.dumps(detail or {}, ensure_ascii=False, default=str)


def _written(
    event: str, by: str, at: datetime, purpose: str, subject: int | None, about: str, detail: str, salt: bytes
) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [at, by, event, purpose, subject, about, detail, salt.hex()])
        return int(cursor.fetchone()[0])


# --- places in the tree -----------------------------------------------------------------------------------------------------------

SEQUENCER = 0x636E_786C  # any number, the same for every process: who holds it places entries
MOST = 20_000  # entries placed and signed at once


class OriginDiffers(Refusal):
    """The ledger was signed as {signed}, and the key file is that of {origin}. Restore the key file of {signed} from its backup."""

    code = "log-origin-differs"
    status = 503
    zh = "账本的签名日志是{signed}，而密钥文件属于{origin}。请从备份恢复{signed}的密钥文件。"


@dataclass(frozen=True)
class Placed:
    """What one round did: how many entries got their place, and how many the tree holds now. `busy` says that another process was at it."""

    entries: int
    size: int
    busy: bool = False


class Sequencer:
    """Gives committed entries their places, in batches, and signs the tree after each. One process at a time does; another that
    tries finds it busy. A round is one transaction: killed at any moment it has placed all of its entries, or none.

    An entry that commits late is not lost: of the numbers below the highest one placed, those that were not seen are kept as
    holes, and looked for again until no transaction is left that could have drawn them.
    """

    def __init__(self, key: LogKey) -> None:
        self.key = key
        self._at: int | None = None  # the checkpoint after which the rest stands
        self._edge = Edge()
        self._reached = 0
        self._holes: list[Hole] = []

    def entries_place(self, *, at: datetime, most: int = MOST) -> Placed:
        """One round: at most so many entries."""
        with transaction.atomic():
            if not self._mine():
                return Placed(0, self._edge.size, busy=True)
            try:
                return self._round(at, most)
            except BaseException:
                self._at = -1  # what is in memory may be ahead of what was committed: read it again
                raise

    def _round(self, at: datetime, most: int) -> Placed:
        database = raw()
        self._state_read()
        # Before the snapshot: whoever is gone by then has committed into it, or never will.
        writers = bulk.writers_read(database) if self._holes else frozenset()
        found = bulk.entries_unplaced(database, self._reached, self._holes, most)
        numbers = [each.number for each in found]
        holes = self._holes
        if len(found) < most:  # all that is visible was seen
            holes = rules.holes_left(holes, numbers, writers)
        else:
            holes = [h for hole in holes for h in rules.hole_without(hole, numbers)]
        if not found:
            self._holes = holes
            return Placed(0, self._edge.size)
        start = self._edge.size
        bulk.tiles_put(database, self._edge.leaves_add(bulk.leaves_put(database, start, found)))
        above = [number for number in numbers if number > self._reached]
        if gaps := rules.gaps_in(above, self._reached):
            # After the snapshot: whoever has drawn one of these numbers still holds the table, or has ended by now.
            writing = bulk.writers_read(database)
            holes = [*holes, *(Hole(first, last, writing) for first, last in gaps)]
        self._holes, self._reached = holes, max(numbers[-1], self._reached)
        self._at = self._sign(at)
        return Placed(len(found), self._edge.size)

    def _mine(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_xact_lock(%s)", [SEQUENCER])
            return bool(cursor.fetchone()[0])

    def _state_read(self) -> None:
        """Begin where the last checkpoint ends, unless that is where this process stands already."""
        latest = checkpoint_latest()
        if latest is None:
            self._at, self._edge, self._reached, self._holes = None, Edge(), 0, []
        elif latest.pk != self._at:
            signed = Signed.read(Note.read(latest.note).text)
            if signed.origin != self.key.origin:
                raise OriginDiffers(signed=signed.origin, origin=self.key.origin)
            spans = rules.spans_of(Edge.nodes(latest.size), latest.size)
            self._edge = Edge.of(latest.size, bulk.kept_read(raw(), spans))
            self._at, self._reached = latest.pk, latest.reached
            self._holes = [Hole(first, last, frozenset(writers)) for first, last, writers in latest.holes]

    def _sign(self, at: datetime) -> int:
        root = self._edge.root()
        note = self.key.sign(Signed(self.key.origin, self._edge.size, root).text)
        made = Checkpoint.objects.create(
            size=self._edge.size, root=root, note=note, at=at, reached=self._reached,
            holes=[hole.as_list() for hole in self._holes],
        )  # fmt: skip
        return made.pk


# --- keys -------------------------------------------------------------------------------------------------------------------------


def log_key_publish(*, by: str, at: datetime) -> LogKey:
    """The log's keys, those that nobody was told of written down for verifiers, and in the ledger itself."""
    key = log_key()
    with transaction.atomic():
        for each in key.keys:
            _, made = PublicKey.objects.get_or_create(written=each.written, defaults={"at": at})
            if made:
                trace(event="ledger.key.published", by=by, at=at, detail={"key": each.written})
    return key


def log_key_add(*, by: str, at: datetime) -> LogKey:
    """A fresh key beside those in use: from now on every checkpoint bears both signatures, and receipts that of the fresh one."""
    log_key()
    key_add(key_path())
    return log_key_publish(by=by, at=at)


def log_keys_retire(*, by: str, at: datetime) -> LogKey:
    """Sign with the newest key alone. The older ones stay published: what they signed is verified by them."""
    key = log_key()
    if len(key.keys) > 1:
        key_retire(key_path())
        trace(event="ledger.key.retired", by=by, at=at, detail={"keys": [each.written for each in key.keys[:-1]]})
    return log_key()


# --- published --------------------------------------------------------------------------------------------------------------------


class FolderOfAnotherLog(Refusal):
    """The folder {folder} holds the checkpoints of another ledger. Name an empty folder."""

    code = "folder-of-another-log"
    status = 409
    zh = "文件夹 {folder} 中是另一个账本的检查点。请另指定一个空文件夹。"


def checkpoint_publish(folder: Path) -> int:
    """Lay the last checkpoint into the folder, with the proof that leads to it from the one before; how many files there are of them now.

    `checkpoint` is always the last. The proof is there before the checkpoint: whoever copies the folder meanwhile has a whole run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in folder.glob(f"*{CHECKPOINT}"))
    latest = checkpoint_latest()
    if latest is None or (names and names[-1] == file_name(latest.size)):
        return len(names)
    last = int(names[-1].removesuffix(CHECKPOINT)) if names else 0
    if last > latest.size or (last and not Checkpoint.objects.filter(size=last).exists()):
        raise FolderOfAnotherLog(folder=folder)
    name = file_name(latest.size)
    proof = [each.hex() for each in consistency_proof(last, latest.size)]
    _file_write(folder / (name.removesuffix(CHECKPOINT) + PROOF), json.dumps({"first": last, "proof": proof}))
    _file_write(folder / name, latest.note)
    _file_write(folder / "checkpoint", latest.note)
    return len(names) + 1


def _file_write(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)
