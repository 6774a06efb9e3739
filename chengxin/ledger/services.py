"""The one door through which the ledger grows, and the sequencer that gives entries their places in the tree."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.kernel.periods import months_after
from chengxin.kernel.signing import LogKey, key_add, key_retire
from chengxin.law import Law
from chengxin.ledger import bulk, rules
from chengxin.ledger.models import Checkpoint
from chengxin.ledger.models import LogKey as PublicKey
from chengxin.ledger.rules import Edge, Hole
from chengxin.ledger.selectors import checkpoint_latest, consistency_proof, key_path, log_key, raw
from chengxin_verify.commands.checkpoints import CHECKPOINT, PROOF, file_name
from chengxin_verify.commands.entries import ERASED
from chengxin_verify.entries import SALT, Receipt, commitment_of, entry_text, file_receipt_text, receipt_text
from chengxin_verify.notes import Checkpoint as Signed
from chengxin_verify.notes import Note

_account: ContextVar[int | None] = ContextVar("account", default=None)
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


def file_signed(lines: int, root: bytes) -> str:
    """The log's signed promise for so many entries at once, of which the root is made."""
    key = log_key()
    return key.sign_once(file_receipt_text(key.origin, lines, root))


@contextmanager
def on_behalf(account: int) -> Iterator[None]:
    """Within it every entry names the account that acts for its actor, by number: doors say it once for all that they call."""
    token = _account.set(account)
    try:
        yield
    finally:
        _account.reset(token)


def _json(detail: Mapping[str, Any] | None) -> str:
    account = _account.get()
    told = detail or {}
    return json.dumps(told if account is None else {**told, "account": account}, ensure_ascii=False, default=str)


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
        start = self._edge.size
        numbers, leaves = bulk.entries_place(database, start, self._reached, self._holes, most)
        holes = self._holes
        if len(numbers) < most:  # all that is visible was seen
            holes = rules.holes_left(holes, numbers, writers)
        else:
            holes = [h for hole in holes for h in rules.hole_without(hole, numbers)]
        if not numbers:
            self._holes = holes
            return Placed(0, start)
        bulk.tiles_put(database, self._edge.leaves_add(leaves))
        above = [number for number in numbers if number > self._reached]
        if gaps := rules.gaps_in(above, self._reached):
            # After the snapshot: whoever has drawn one of these numbers still holds the table, or has ended by now.
            writing = bulk.writers_read(database)
            holes = [*holes, *(Hole(first, last, writing) for first, last in gaps)]
        self._holes, self._reached = holes, max(numbers[-1], self._reached)
        self._at = self._sign(at)
        return Placed(len(numbers), self._edge.size)

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


# --- erasure ----------------------------------------------------------------------------------------------------------------------

ERASED_MOST = 10_000  # entries of which one entry tells
TERM = "query-log-kept-months"


class EntriesNotErasable(Refusal):
    """Entries {entries} cannot be erased: not there (any more), not in the signed tree yet, or telling of an erasure themselves. Name others, or wait a second."""

    code = "entries-not-erasable"
    status = 409
    zh = "留痕{entries}不能删除：不存在或者已删除，尚未写入签名的账本，或者本身就是删除记录。请更正，或者稍候再试。"


class ReasonMissing(Refusal):
    """An erasure needs a reason and the article that allows it. Write both."""

    code = "erasure-reason-missing"
    zh = "删除须写明理由和依据。请补上。"


@dataclass(frozen=True)
class Erasure:
    """What was erased, or would be: how many entries, and the entries that tell of it."""

    erased: int
    told_by: list[int]
    before: datetime | None = None
    basis: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed."""
        return dict(self.__dict__)


def entries_erase(*, entries: Iterable[int], reason: str, basis: str, by: str, at: datetime) -> Erasure:
    """Take the text and the salt of these entries out of the ledger, all or none. Their commitments stay, so the tree stays what
    was signed; an entry tells which, why and by which article. What is left in the server's files goes with `ledger_rewrite`.
    """
    if not reason.strip() or not basis.strip():
        raise ReasonMissing
    wanted = sorted(set(entries))
    told: list[int] = []
    with transaction.atomic():
        found = _erasable(wanted)
        if lacking := [number for number in wanted if number not in found]:
            raise EntriesNotErasable(entries=", ".join(map(str, lacking[:10])))
        for start in range(0, len(wanted), ERASED_MOST):
            told.append(_erased(wanted[start : start + ERASED_MOST], reason, basis, by, at))
    return Erasure(len(wanted), told, basis=basis)


def readings_lapse(*, law: Law, by: str, at: datetime, dry_run: bool = False) -> Erasure:
    """Erase the readings that are older than the query log is kept in the place, or only count them. A transaction for each ten
    thousand: cut short, it goes on where it ended.
    """
    months, basis = law.parameter(TERM), law.cite(law.parameters[TERM].basis[0]).zh
    before = datetime.combine(months_after(day_of(at), -months), time(), tzinfo=at.tzinfo)
    if dry_run:
        trace(event="ledger.term.counted", by=by, at=at, detail={"before": before, "basis": basis})
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*) {_LAPSED}", {"before": before, "reading": rules.READING})
            return Erasure(int(cursor.fetchone()[0]), [], before, basis)
    count = 0
    told: list[int] = []
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"select e.id {_LAPSED} order by e.id limit %(most)s",
                {"before": before, "reading": rules.READING, "most": ERASED_MOST},
            )
            numbers = [row[0] for row in cursor.fetchall()]
            if not numbers:
                return Erasure(count, told, before, basis)
            told.append(_erased(numbers, "保存期满 / its term is over", basis, by, at))
            count += len(numbers)


_LAPSED = """from ledger_entry e where e.at < %(before)s and e.event ~ %(reading)s
    and exists (select from ledger_leaf l where l.entry = e.id)"""


def _erasable(wanted: Sequence[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select e.id from ledger_entry e join ledger_leaf l on l.entry = e.id where e.id = any(%s) and e.event <> %s",
            [list(wanted), ERASED],
        )
        return {row[0] for row in cursor.fetchall()}


def _erased(numbers: Sequence[int], reason: str, basis: str, by: str, at: datetime) -> int:
    """Write that they are erased, and delete them: the database refuses the second without the first."""
    ranges = rules.runs_of(numbers)
    told = trace(event=ERASED, by=by, at=at, detail={"entries": ranges, "reason": reason, "basis": basis})
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_erased (entry, by_entry) select unnest(%s::bigint[]), %s", [list(numbers), told]
        )
        cursor.execute("delete from ledger_entry where id = any(%s)", [list(numbers)])
    return told


class ReadersInTheWay(Refusal):
    """Another transaction has been reading since before the erasure, and the server must keep for it what was erased. End it, or try again later."""

    code = "readers-in-the-way"
    status = 409
    zh = "另有事务在删除之前就已开始读取，服务器必须为它保留已删除的内容。请结束该事务，或者稍后再试。"


def ledger_rewrite(*, by: str, at: datetime, wait: float = 30) -> int:
    """Write the ledger's table and indexes anew, so that nothing erased is left in the server's data files; how many bytes they
    take now. Nobody is answered meanwhile: do it at a quiet hour.

    A plain VACUUM is not enough: it gives the room back and leaves the bytes where they were.
    """
    trace(event="ledger.table.rewritten", by=by, at=at)
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()::text")
        now = cursor.fetchone()[0]
        for _ in range(max(1, int(wait * 10))):
            cursor.execute(
                # Whoever reads as of before, and whoever writes since before, in another database too: our own view reaches back to them.
                "select count(*) from pg_stat_activity, (select age((%s::bigint %% 4294967296)::text::xid) as own) o"
                " where pid <> pg_backend_pid() and (age(backend_xmin) > own or age(backend_xid) > own)",
                [now],
            )
            if not cursor.fetchone()[0]:
                break
            cursor.execute("select pg_sleep(0.1)")
        else:
            raise ReadersInTheWay
        cursor.execute("vacuum (full, analyze) ledger_entry")
        cursor.execute("checkpoint")
        cursor.execute("select pg_total_relation_size('ledger_entry')")
        return int(cursor.fetchone()[0])
