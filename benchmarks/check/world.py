"""A register to ask in: the invented city's firms and what stands against them, put straight into the tables by COPY.

The rows are those of the city's files, judged by the program's own judge, so that every record has the body and the
terms that it would have; only their way into the tables is shorter. Constraints, indexes and triggers are all in place.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl
from psycopg import Connection

from chengxin import law as lawroom
from chengxin.law import Law
from chengxin.law.models import Source
from chengxin.records.bulk.judging import Judge
from chengxin.subjects.bulk.resolving import names_normal
from demo.city import CHUNK, City
from demo.sheets import ABNORMAL, DISHONESTY, HONOURS, PENALTIES, Order, Sheet, sheet_rows
from demo.templates import TEMPLATES

LINE_BITS = 26  # a record's id is its batch and, in the lowest 26 bits, its line (records.models.LINES_PER_BATCH)
BY = "city"

# What stands in the register: mostly penalties; of each sheet the edition and its share in a hundred records.
SHARES: tuple[tuple[Sheet, str, int], ...] = (
    (PENALTIES, "2018", 88),
    (ABNORMAL, "zh", 6),
    (DISHONESTY, "zh", 2),
    (HONOURS, "zh", 4),
)
_RECORD = (
    "id", "row_key", "content", "record_type", "batch_id", "subject_id", "authority", "authority_code", "document", "decided_on",
    "effect_from", "effect_until", "shown_until", "kept_until", "published_on", "late_days", "severity", "received_at", "body",
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """So many subjects with so many records, a function of the seed and the day."""

    subjects: int
    records: int
    seed: int

    @property
    def database(self) -> str:
        """The name of its database."""
        return f"world_{self.subjects}_{self.records}_{self.seed}"


def world_build(
    connection: Connection,
    world: World,
    *,
    at: datetime,
    advance: Callable[[int], None],
    shares: Sequence[tuple[Sheet, str, int]] = SHARES,
) -> None:
    """Fills an empty database in the caller's transaction; what is known was known an hour before `at`."""
    known = at.astimezone(UTC) - timedelta(hours=1)
    city = City(world.seed, world.subjects)
    codes = _subjects_copy(connection, city, known)
    law = lawroom.load().on(at.date())
    left = world.records
    for number, (sheet, edition, share) in enumerate(shares, start=1):
        count = left if number == len(shares) else world.records * share // 100
        left -= count
        _batch_add(connection, number, sheet.source, known)
        for claims in _claims(
            law, law.sources[sheet.source], sheet, city, count, Order(edition, at.date(), world.seed)
        ):
            _claims_copy(connection, claims.join(codes, on="value", how="left"), number, law, sheet.source, known)
            advance(len(claims))
    connection.execute("select setval('records_batch_id_seq', %s)", [len(shares)])


def _subjects_copy(connection: Connection, city: City, known: datetime) -> pl.DataFrame:
    """Every firm with its code and its name; returns which code is whose."""
    codes = []
    for number, size in _spans(city.firms):
        firms = pl.int_range(number, number + size, dtype=pl.UInt64, eager=True).alias("firm").to_frame()
        frame = city.identified(firms).select(
            "name", value="code", subject=pl.col("firm").cast(pl.Int64) + 1, at=pl.lit(known.isoformat())
        )
        frame = frame.with_columns(
            names_normal(frame["name"]).alias("normal"),
            kind=pl.lit("organisation"),
            scheme=pl.lit("uscc"),
            source=pl.lit("enterprise-register"),
        )
        _copy(connection, "subjects_subject (id, kind, created_at)", frame.select("subject", "kind", "at"))
        _copy(
            connection,
            "subjects_identifier (subject_id, scheme, value, known_at)",
            frame.select("subject", "scheme", "value", "at"),
        )
        _copy(
            connection,
            "subjects_name (subject_id, written, normal, source, known_at)",
            frame.select("subject", "name", "normal", "source", "at"),
        )
        codes.append(frame.select("value", "subject"))
    connection.execute("select setval('subjects_subject_id_seq', %s)", [city.firms])
    return pl.concat(codes)


def _spans(count: int) -> Iterator[tuple[int, int]]:
    for first in range(0, count, CHUNK):
        yield first, min(CHUNK, count - first)


def _batch_add(connection: Connection, number: int, source: str, known: datetime) -> None:
    connection.execute(
        """
        insert into records_batch (id, source, jurisdiction, actor, channel, received_at, file_name, file_digest, lawbook_digest, status, reason)
        values (%s, %s, 'cn', %s, 'file', %s, 'world', %s, '', 'landed', '')
        """,
        [number, source, BY, known, source],
    )


def _claims(law: Law, source: Source, sheet: Sheet, city: City, count: int, order: Order) -> Iterator[pl.DataFrame]:
    template = TEMPLATES[sheet.source][order.edition]
    headings = {
        heading: field for edition in source.editions for field, many in edition.columns.items() for heading in many
    }
    columns = {headings[heading]: heading for heading in template.values() if heading in headings}
    judge = Judge(law, source, law.record_types[source.record_type], order.today, columns)
    done = 0
    for frame in sheet_rows(sheet, city, count, order):
        rows = frame.select(pl.col(column).alias(heading) for column, heading in template.items())
        lines = pl.int_range(done + 1, done + len(rows) + 1, eager=True).alias("line")
        done += len(rows)
        yield judge.rows_judge(lines, rows).claims


def _claims_copy(
    connection: Connection, claims: pl.DataFrame, batch: int, law: Law, source: str, known: datetime
) -> None:
    records = claims.with_columns(
        id=pl.lit(batch << LINE_BITS) + pl.col("line"),
        record_type=pl.lit(law.sources[source].record_type),
        batch_id=pl.lit(batch),
        subject_id="subject",
        received_at=pl.lit(known.isoformat()),
    )
    _copy(connection, f"records_record ({', '.join(_RECORD)})", records.select(_RECORD))
    filed = records.select(
        record_id="id",
        number=pl.lit(0),
        kind=pl.lit("filed"),
        at=pl.lit(known.isoformat()),
        on=pl.lit(None, pl.Date),
        by=pl.lit(BY),
    )
    said = filed.with_columns(number=pl.lit(1), kind=records["state"]).drop_nulls("kind")
    said = said.with_columns(on=pl.when(pl.col("kind") == "ended").then(pl.lit(known.date())))
    _copy(connection, 'records_event (record_id, number, kind, at, "on", by)', pl.concat([filed, said]))


def _copy(connection: Connection, target: str, frame: pl.DataFrame) -> None:
    with connection.cursor().copy(f"copy {target} from stdin (format csv)") as copy:
        copy.write(frame.write_csv(include_header=False))
