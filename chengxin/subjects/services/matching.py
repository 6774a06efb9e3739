"""Telling whose a name is: one at a time, a file at once, and the index by which one name is found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from django.db import connection, transaction
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from psycopg import Cursor

from chengxin.ledger.services import trace
from chengxin.subjects.models import Segment

if TYPE_CHECKING:
    from chengxin.subjects.bulk.matching import Register
    from chengxin.subjects.rules.answering import Candidate


NAMES_MOST = 1_000  # names that may be asked about at a time
_INDEXED_FROM = 1_000  # new names that are worth a segment; fewer are compared one by one


class Wanted(TypedDict, total=False):
    """What is wanted of a file of names: where answers, links and a cross-check go, how many firms a name, on how many cores,
    of how many firms that several names fell on to tell; and whom to tell how far it is.
    """

    out: Path | None
    links: Path | None
    cross_check: Path | None
    top: int
    workers: int
    most: int
    advance: Callable[..., None]


@dataclass(frozen=True)
class NameAsked:
    """A name that somebody asks about, what else they say of the firm, and how many firms they want to see."""

    name: str
    province: str = ""
    city: str = ""
    address: str = ""
    number: str = ""
    top: int = 5


@dataclass(frozen=True)
class NameAnswer:
    """Whose a name is: `match`, `propose` or `none`, by which model, the firms shown, best first, how many fit where they are too many
    to be shown, and the ledger's entry.
    """

    decision: str
    model: str
    candidates: "tuple[Candidate, ...]"
    crowd: int | None
    trace: int

    def as_dict(self) -> dict[str, Any]:
        """The answer as every door gives it."""
        candidates = [each.as_dict() for each in self.candidates]
        told = {"decision": self.decision, "model": self.model, "candidates": candidates, "crowd": self.crowd}
        return told | {"trace": self.trace}


def name_match(
    *,
    name: str,
    province: str = "",
    city: str = "",
    address: str = "",
    number: str = "",
    top: int = 5,
    by: str,
    at: datetime,
) -> NameAnswer:
    """Whose is this name, among the firms of the register: the best `top` and every firm that is proposed, with reasons."""
    asked = NameAsked(name, province, city, address, number, top)
    return names_asked_match(queries=[asked], by=by, at=at)[0]


def names_asked_match(*, queries: Sequence[NameAsked], by: str, at: datetime) -> list[NameAnswer]:
    """Whose is each of these names, in their order. Each is traced: the outcome and the firms shown, never the name, which
    may be a person's.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        return [_name_answer(cursor.cursor, asked, by, at) for asked in queries]


def _name_answer(cursor: Cursor, asked: NameAsked, by: str, at: datetime) -> NameAnswer:
    from chengxin.subjects.bulk.finding import firms_alike  # heavy: only those who match wait for scipy
    from chengxin.subjects.rules import answering
    from chengxin.subjects.rules.judging import model

    side = answering.side_asked(
        asked.name, province=asked.province, city=asked.city, address=asked.address, number=asked.number
    )
    judged = answering.candidates_judged(side, firms_alike(cursor, side))
    outcome, shown = answering.outcome_of(judged), answering.candidates_shown(judged, asked.top)
    detail = {"model": model().version, "outcome": outcome, "subjects": [each.firm.subject for each in shown]}
    subject = shown[0].firm.subject if outcome == "match" else None
    entry = trace(event="subjects.name.matched", by=by, at=at, subject=subject, detail=detail)
    return NameAnswer(outcome, model().version, tuple(shown), answering.crowd_of(judged), entry)


def names_index(*, rebuild: bool, by: str, at: datetime) -> dict[str, Any]:
    """Bring the index of names up to date: whole, or as it was. `rebuild` makes all of it anew from the names."""
    from chengxin.subjects.bulk import indexing  # heavy

    with transaction.atomic(), connection.cursor() as cursor:
        written = indexing.names_index(cursor.cursor, rebuild=rebuild)
        held = Segment.objects.aggregate(segments=Count("pk"), names=Coalesce(Sum("names"), 0))
        told = {**held, "written": written, "version": indexing.index_version()}
        trace(event="subjects.names.indexed", by=by, at=at, detail=told | {"rebuild": rebuild})
    return told


def names_index_due(cursor: Cursor) -> int:
    """Index what the caller's transaction and those before it brought, once it is much; returns how many were written.

    Part of the batch that brought it, so that no instant sees many names that cannot be found.
    """
    cursor.execute("select count(*) from (select from subjects_unindexed limit %s) u", [_INDEXED_FROM])
    ((waiting,),) = cursor.fetchall()
    if waiting < _INDEXED_FROM:
        return 0
    from chengxin.subjects.bulk import indexing  # heavy: most batches bring few new names

    return indexing.names_index(cursor)


def names_match(*, file: Path, by: str, at: datetime, **wanted: Unpack[Wanted]) -> dict[str, Any]:
    """Whose are the names of a file, against the names that this register holds; the reading is written down before the
    answers are. Each answer stands with its reasons in the file that is wanted; the counts are returned.
    """
    from chengxin.subjects.bulk.matching import Register  # heavy: only those who match wait for scipy
    from chengxin.subjects.rules.judging import model

    def register() -> Register:
        detail = {"model": model().version}
        with transaction.atomic(), connection.cursor() as cursor:
            found = Register.of_subjects(cursor.cursor)
            trace(event="subjects.names.matched", by=by, at=at, about=f"file:{file.name}", detail=detail)
        return found

    return _matched(file, register, wanted)


def table_match(*, file: Path, register: Path, spark: str | None = None, **wanted: Unpack[Wanted]) -> dict[str, Any]:
    """Whose are the names of a file, against a table of firms, here or on the Spark cluster of that master; neither the database
    nor the ledger has part in it.
    """
    from chengxin.subjects.rules.judging import model

    if spark:
        from chengxin.subjects.bulk.spreading import spark_match  # heavy

        spread: dict[str, Any] = {k: v for k, v in wanted.items() if k in ("out", "links", "top", "most")}
        return {**spark_match(file, register, master=spark, **spread), "model": model().version}
    from chengxin.subjects.bulk.matching import Register, table_read  # heavy

    return _matched(file, lambda: Register.of(table_read(register, ("name", "uscc"))), wanted)


def _matched(file: Path, register: "Callable[[], Register]", wanted: Wanted) -> dict[str, Any]:
    from chengxin.subjects.bulk.linking import file_match  # heavy
    from chengxin.subjects.rules.judging import model

    return {**file_match(file, register, **wanted), "model": model().version}
