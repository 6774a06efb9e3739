"""Deliveries: a batch lands whole or not at all; what was held is let in by a person, what was refused is handed back."""

import queue
import resource
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg import Cursor

from chengxin import law as lawroom
from chengxin.actors.selectors import actor_acting
from chengxin.kernel.errors import Refusal
from chengxin.kernel.sealing import Seal
from chengxin.law import Law
from chengxin.law.models import RecordType, Source
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin.records import rules
from chengxin.records.bulk.contradicting import matches_contradicted
from chengxin.records.bulk.holding import file_held, file_hold
from chengxin.records.bulk.judging import Judge
from chengxin.records.bulk.persons import PersonsJudge, PersonsLanding
from chengxin.records.bulk.reading import Chunk, RowStream, file_digest, rows_read
from chengxin.records.bulk.reading import refusals as reading_refusals
from chengxin.records.bulk.storing import Landing, Pairs, Parcel, Tally, parcel_make
from chengxin.records.models import Batch, Report, WaitingDecision
from chengxin.records.selectors.batches import RefusedRow, intake_seal, refused_csv, refused_rows
from chengxin.records.selectors.certifying import delivery_certified
from chengxin.records.selectors.filed import events_of
from chengxin.records.services.certifying import batch_signature_keep
from chengxin.records.services.events import record_dispute, records_carry
from chengxin.signatures.selectors import Certified
from chengxin.subjects.bulk.resolving import name_latest
from chengxin.subjects.models import Conflict
from chengxin.subjects.selectors import root_of
from chengxin.subjects.services.conflicts import conflict_open, conflicts_open
from chengxin.subjects.services.matching import names_index_due
from chengxin.vault.selectors import blind_of

Advance = Callable[[int], None]
_SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xls", ".gz")


class SourceUnknown(Refusal):
    """There is no source "{source}" in the lawbook. The sources are: {known}."""

    code = "source-unknown"
    status = 404
    zh = "法规库中没有数据源“{source}”。可用的数据源：{known}。"


class ProviderNotPermitted(Refusal):
    """{actor} is a {kind}; by the lawbook the source {source} is sent by: {providers} ({basis})."""

    code = "provider-not-permitted"
    status = 403
    zh = "{actor}属于{kind}；按法规库，数据源{source}应由{providers}报送（{basis}）。"


class ColumnsMissing(Refusal):
    """The file lacks columns that every row needs: {missing}. Its headings are: {found}. Add the columns as the template has them and send the file again."""

    code = "columns-missing"
    zh = "文件缺少必需的列：{missing}。文件中的列：{found}。请按模板补齐后重新报送。"


class PersonsFileUnreadable(Refusal):
    """The file cannot be read (rule: {rule}). Since it is about natural persons, nothing of it is repeated here. Compare its headings and
    its form with the template of the source and send it again.
    """

    code = "persons-file-unreadable"
    zh = (
        "文件无法读取（规则：{rule}）。因其关于自然人，此处不复述其任何内容。请按数据源的模板核对表头和格式后重新报送。"
    )


class BatchNotHeld(Refusal):
    """Batch {batch} is not held: only a held batch can be let in, and only once."""

    code = "batch-not-held"
    status = 409
    zh = "批次{batch}不处于待放行状态：只有待放行的批次可以放行，且只能放行一次。"


@dataclass(frozen=True)
class BatchResult:
    """What became of a file: the contract that the command, the API and the tests share."""

    batch: int | None
    source: str
    status: str
    rows: int
    accepted: int
    refused: int
    unchanged: int
    waiting: int
    refused_by_reason: Mapping[str, int]
    conflicts: Mapping[str, int]
    subjects_created: int = 0
    late: int = 0
    ignored_columns: tuple[str, ...] = ()
    dry_run: bool = False
    repeated: bool = False
    held_because: str = ""
    seconds: float = 0.0
    peak_memory_bytes: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


class _RolledBack(Exception):
    """Ends a transaction whose result is wanted but whose rows are not."""


@dataclass
class _Run:
    """One ingest on its way: what it reads, under which law, for whom."""

    source: Source
    law: Law
    path: Path
    by: str
    at: datetime
    digest: str
    channel: str
    advance: Advance
    tally: Tally = field(default_factory=Tally)
    conflicts: dict[str, int] = field(
        default_factory=lambda: {"codes_with_several_names": 0, "names_with_several_codes": 0}
    )
    ignored: tuple[str, ...] = ()


def batch_ingest(
    *,
    source: str,
    path: Path,
    by: str,
    at: datetime,
    jurisdiction: str = "cn",
    channel: str = "file",
    file_name: str | None = None,
    dry_run: bool = False,
    releases: Batch | None = None,
    released_by: str = "",
    reason: str = "",
    signature: str = "",
    advance: Advance = lambda rows: None,
) -> BatchResult:
    """File one delivery whole: every row accepted, refused with its rule, unchanged, or waiting for its subject.

    The same file twice changes nothing. A batch whose number of rows is outside the source's bounds is held and not
    shown until a person lets it in (`batch_release`). Nothing stays if anything fails on the way. A detached `signature` of the file (CMS, as
    PEM or base64) by the sender's certificate is verified first and kept beside the batch.
    """
    started = time.monotonic()
    law = lawroom.load().on(at.astimezone().date(), jurisdiction)
    found = _source_sent_by(law, source, by=by, at=at)
    certified = None if releases else delivery_certified(path, signature, law=law, source=found, by=by, at=at)
    run = _Run(found, law, path, by, at, _digest(path, law.record_types[found.record_type]), channel, advance)
    if releases is None and not dry_run and (repeated := _repeated(run, law)):
        if repeated.batch is not None:
            batch_signature_keep(certified, batch=repeated.batch, by=by, at=at)
        return _measured(repeated, started)
    # A file of persons may bear one's name: only its kind is kept.
    of_persons = law.record_types[run.source.record_type].of_persons
    name = file_name or path.name
    if of_persons:
        name = "file" + "".join(s for s in Path(name).suffixes[-2:] if s.lower() in _SUFFIXES)
    result: BatchResult | None = None
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            batch = _batch_open(cursor.cursor, run, name, releases=releases, reason=reason)
            _rows_land(cursor.cursor, run, batch)
            why = "" if releases else _out_of_bounds(run)
            result = _result(run, batch.pk, status="held" if why else "landed", dry_run=dry_run, held_because=why)
            if dry_run or why:
                raise _RolledBack
            names_index_due(cursor.cursor)
            _batch_close(result, batch.pk, event="records.batch.landed", run=run)
            batch_signature_keep(certified, batch=batch.pk, by=by, at=at)
            if releases:
                trace(
                    event="records.batch.released",
                    by=released_by,
                    at=at,
                    about=f"batch:{releases.pk}",
                    detail={"reason": reason},
                )
    except _RolledBack:
        assert result is not None
        if not dry_run:
            result = _batch_hold(run, name, result, certified)
    return _measured(result, started)


def _digest(path: Path, record_type: RecordType) -> str:
    """Tells the same bytes again. Of a file about persons it is keyed: the plain digest of one row could be had by trying every number."""
    with _unrepeated(record_type):
        plain = file_digest(path)
    return blind_of().marks("file", "digest", plain).popitem()[1].hex() if record_type.of_persons else plain


def _source_sent_by(law: Law, key: str, *, by: str, at: datetime) -> Source:
    source = law.sources.get(key)
    if source is None:
        raise SourceUnknown(source=key, known=", ".join(sorted(law.sources)))
    actor = actor_acting(by, at=at)
    if actor.kind not in (*source.provider, "operator"):
        basis = law.cite(source.basis[0]).zh
        raise ProviderNotPermitted(
            actor=actor.title, kind=actor.kind, source=key, providers=", ".join(source.provider), basis=basis
        )
    return source


def _batch_open(
    cursor: Cursor, run: _Run, name: str, *, releases: Batch | None, reason: str, status: str = "landed"
) -> Batch:
    # One delivery of a source at a time: two copies of one file sent at once must not both land.
    turn_taken("ingest", run.source.key, of=cursor)
    return Batch.objects.create(
        source=run.source.key,
        jurisdiction=run.law.jurisdiction,
        actor=run.by,
        channel=run.channel,
        received_at=run.at,
        file_name=name,
        file_digest=run.digest,
        lawbook_digest=lawroom.load().digest,
        status=status,
        releases=releases,
        reason=reason,
    )


def _rows_land(cursor: Cursor, run: _Run, batch: Batch) -> None:
    record_type = run.law.record_types[run.source.record_type]
    headings = {
        heading: name for edition in run.source.editions for name, many in edition.columns.items() for heading in many
    }
    with _unrepeated(record_type):
        _rows_land_from(cursor, run, batch, record_type, rows_read(run.path, wanted=headings))


@contextmanager
def _unrepeated(record_type: RecordType) -> Iterator[None]:
    """Why a file cannot be read may repeat its name, a heading or a cell; not where it is about persons."""
    try:
        yield
    except Refusal as refusal:
        if record_type.of_persons and type(refusal).__module__ == reading_refusals.__name__:
            raise PersonsFileUnreadable(rule=refusal.code) from None
        raise


def _rows_land_from(cursor: Cursor, run: _Run, batch: Batch, record_type: RecordType, stream: RowStream) -> None:
    columns, run.ignored = _columns(run, stream)
    # Of a natural person's records no case decides yet, and no row of theirs stands in the queue of rows.
    judges, lands = (PersonsJudge, PersonsLanding) if record_type.of_persons else (Judge, Landing)
    judge = judges(run.law, run.source, record_type, run.at.astimezone().date(), columns)
    landing = lands(
        cursor,
        batch.pk,
        run.source.key,
        record_type.key,
        run.by,
        run.at,
        run.tally,
        decisions_stand=not record_type.of_persons,
    )
    names_from = name_latest(cursor)
    seal = intake_seal()
    pairs = Pairs()
    with _prefetched(_parcels(stream, judge, seal)) as parcels:
        for parcel in parcels:
            before = run.tally.rows
            landing.parcel_store(parcel)
            pairs.add(parcel)
            run.advance(run.tally.rows - before)
    records_carry(replaced=landing.replaced, by=run.by, at=run.at)
    run.conflicts = pairs.count()
    conflicts_open(cursor, since=names_from, batch=batch.pk, at=run.at)
    _matches_doubted(cursor, run, batch.pk)


def _matches_doubted(cursor: Cursor, run: _Run, batch: int) -> None:
    """A decision that was laid on one firm by its name came with the code of another: the first has no effect until a person
    has decided, and the case stands in the queue of conflicts.
    """
    for matched, coded, one, other in matches_contradicted(cursor, batch=batch, record_type=run.source.record_type):
        if root_of(one, known_at=run.at) == root_of(other, known_at=run.at):
            continue
        detail = {"record": coded, "subjects": [one, other]}
        opened = conflict_open(
            kind=Conflict.Kind.MATCH_AGAINST_CODE, about=f"record:{matched}", detail=detail, batch=batch, at=run.at
        )
        standing = rules.replay(events_of([matched], known_at=run.at)[matched], known_at=run.at)
        if opened and not standing.gone:
            grounds = (
                f"同一决定以代码报送，归属不同：记录{coded} / the same decision came under another code: record {coded}"
            )
            record_dispute(record=matched, by=run.by, at=run.at, grounds=grounds)


def _columns(run: _Run, stream: RowStream) -> tuple[dict[str, str], tuple[str, ...]]:
    """The file's columns; refuses a file that lacks one without which every row would be refused."""
    record_type = run.law.record_types[run.source.record_type]
    columns = rules.columns_map(run.source, stream.headers)
    missing = [
        definition.title.zh
        for name, definition in record_type.fields.items()
        if definition.required
        and name not in columns
        and name not in run.source.fixed
        and definition.default_from not in columns
        and not (name == record_type.roles.authority and run.source.authority_from_code)
    ]
    if missing:
        # A file of persons without its heading has a person in the first line: nothing of it is repeated.
        found = f"({len(stream.headers)})" if record_type.of_persons else ", ".join(stream.headers)
        raise ColumnsMissing(missing=", ".join(missing), found=found)
    ignored = tuple(h for h in stream.headers if h not in columns.values())
    return columns, (f"({len(ignored)})",) if ignored and record_type.of_persons else ignored


def _parcels(stream: RowStream, judge: Judge, seal: Seal) -> Iterator[Parcel]:
    for chunk in stream:
        yield _parcel(chunk, judge, seal)


def _parcel(chunk: Chunk, judge: Judge, seal: Seal) -> Parcel:
    parcel = parcel_make(judge.rows_judge(chunk.lines, chunk.columns), chunk.lines, chunk.columns, seal)
    return parcel.with_broken(chunk.broken, seal)


@contextmanager
def _prefetched(items: Iterator[Parcel]) -> Iterator[Iterator[Parcel]]:
    """Read and judge the next chunk in a thread while the database stores this one; whatever fails there is raised here."""
    ready: queue.Queue[Parcel | BaseException | None] = queue.Queue(maxsize=1)
    stopped = threading.Event()

    def put(item: Parcel | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                return ready.put(item, timeout=0.1)
            except queue.Full:
                continue

    def work() -> None:
        try:
            for item in items:
                put(item)
                if stopped.is_set():
                    return
            put(None)
        except BaseException as failure:  # noqa: B036 - handed over and raised by the reader
            put(failure)

    def taken() -> Iterator[Parcel]:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    thread = threading.Thread(target=work, name="rows-judge", daemon=True)
    thread.start()
    try:
        yield taken()
    finally:
        stopped.set()
        thread.join()


def _out_of_bounds(run: _Run) -> str:
    bounds = run.source.rows
    if bounds.least <= run.tally.rows <= bounds.most:
        return ""
    return f"行数{run.tally.rows}不在{bounds.least}至{bounds.most}之间 / {run.tally.rows} rows, outside {bounds.least} to {bounds.most}"


def _result(run: _Run, batch: int, *, status: str, dry_run: bool, held_because: str) -> BatchResult:
    tally = run.tally
    return BatchResult(
        batch=None if dry_run else batch,
        source=run.source.key,
        status=status,
        rows=tally.rows,
        accepted=tally.accepted,
        refused=tally.refused,
        unchanged=tally.unchanged,
        waiting=tally.waiting,
        refused_by_reason=dict(sorted(tally.refused_by_reason.items(), key=lambda item: (-item[1], item[0]))),
        conflicts=run.conflicts,
        subjects_created=tally.subjects_created,
        late=tally.late,
        ignored_columns=run.ignored,
        dry_run=dry_run,
        held_because=held_because,
    )


def _batch_close(result: BatchResult, batch: int, *, event: str, run: _Run) -> None:
    counts = {k: getattr(result, k) for k in ("rows", "accepted", "refused", "unchanged", "waiting")}
    kept = ("refused_by_reason", "conflicts", "subjects_created", "late", "ignored_columns", "held_because")
    Report.objects.create(batch_id=batch, **counts, detail={k: getattr(result, k) for k in kept})
    detail = {**counts, "source": run.source.key, "file_digest": run.digest, "lawbook_digest": lawroom.load().digest}
    trace(event=event, by=run.by, at=run.at, about=f"batch:{batch}", detail=detail)


def _batch_hold(run: _Run, name: str, result: BatchResult, certified: Certified | None) -> BatchResult:
    """Note a held delivery and keep its file: none of its rows is in the register until a person lets it in."""
    with transaction.atomic(), connection.cursor() as cursor:
        batch = _batch_open(cursor.cursor, run, name, releases=None, reason=result.held_because, status="held")
        counts = {"accepted": 0, "unchanged": 0, "waiting": result.rows - result.refused}
        result = BatchResult(**{**result.__dict__, **counts, "batch": batch.pk})
        _batch_close(result, batch.pk, event="records.batch.held", run=run)
        batch_signature_keep(certified, batch=batch.pk, by=run.by, at=run.at)
        file_hold(run.path, _held_path(batch.pk), intake_seal())
    return result


def batch_release(
    *, batch: int, by: str, at: datetime, reason: str, advance: Advance = lambda rows: None
) -> BatchResult:
    """Let a held delivery in on a person's word: its very file is judged and filed, whatever its number of rows."""
    held = Batch.objects.filter(pk=batch, status="held", released_as__isnull=True).first()
    if held is None:
        raise BatchNotHeld(batch=batch)
    with file_held(_held_path(batch), held.file_name, intake_seal()) as path:
        return batch_ingest(
            source=held.source,
            path=path,
            by=held.actor,
            at=at,
            jurisdiction=held.jurisdiction,
            channel=held.channel,
            releases=held,
            released_by=by,
            reason=reason,
            advance=advance,
        )


def _held_path(batch: int) -> Path:
    return Path(settings.CHENGXIN_HOME) / "held" / f"{batch}.sealed"


def _repeated(run: _Run, law: Law) -> BatchResult | None:
    """The earlier result of the very same bytes under the same law on the same day: reading them again cannot say more.

    Not where a person has decided any waiting row since, and never across days, since a day in the future may have come.
    """
    earlier = (
        Batch.objects.filter(
            source=run.source.key, file_digest=run.digest, lawbook_digest=lawroom.load().digest, status="landed"
        )
        .filter(jurisdiction=law.jurisdiction, received_at__lte=run.at)
        .select_related("report")
        .order_by("-pk")
        .first()
    )
    if earlier is None or earlier.received_at.astimezone().date() != run.at.astimezone().date():
        return None
    if earlier.report.waiting and WaitingDecision.objects.filter(at__gte=earlier.received_at).exists():
        return None
    report = earlier.report
    with transaction.atomic():
        trace(
            event="records.batch.repeated",
            by=run.by,
            at=run.at,
            about=f"batch:{earlier.pk}",
            detail={"file_digest": run.digest},
        )
    run.advance(report.rows)
    return BatchResult(
        batch=earlier.pk,
        source=run.source.key,
        status="landed",
        rows=report.rows,
        accepted=0,
        refused=report.refused,
        unchanged=report.accepted + report.unchanged,
        waiting=report.waiting,
        refused_by_reason=report.detail["refused_by_reason"],
        conflicts=report.detail["conflicts"],
        ignored_columns=tuple(report.detail["ignored_columns"]),
        repeated=True,
    )


def _measured(result: BatchResult, started: float) -> BatchResult:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return BatchResult(
        **{**result.__dict__, "seconds": round(time.monotonic() - started, 3), "peak_memory_bytes": peak}
    )


# --- refused rows -----------------------------------------------------------------------------------------------------


def refused_read(*, batch: Batch, by: str, at: datetime) -> Iterator[RefusedRow]:
    """Each refused row of the batch, unsealed; the reading is written down before it is given, for a row may name persons."""
    trace(event="records.refused.read", by=by, at=at, about=f"batch:{batch.pk}")
    return refused_rows(batch)


def refused_export(*, batch: Batch, by: str, at: datetime) -> Iterator[str]:
    """The refused rows, unsealed, line by line of a CSV file to mend; the reading is written down before the first is given."""
    trace(event="records.refused.exported", by=by, at=at, about=f"batch:{batch.pk}")
    return refused_csv(batch)
