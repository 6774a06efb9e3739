"""Set-wise work on subjects: reading numbers, normalising names, finding or making the subject of each row."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from psycopg import Cursor, sql

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import identifier_read
from chengxin.kernel.names import name_normal, plain_characters
from chengxin.ledger.turns import turn_taken

# GB 32100-2015: the 31 characters of a unified social credit code and the weights 3^i mod 31 of its first 17 places.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)], dtype=np.int32)
_PLACE = np.full(256, -1, dtype=np.int32)
for _index, _letter in enumerate(_ALPHABET):
    _PLACE[ord(_letter)] = _index


def uscc_valid(values: pl.Series) -> pl.Series:
    """True where the text is a unified social credit code whose check character holds; same verdict as the kernel's rule."""
    shaped = (values.str.len_bytes() == 18).fill_null(False)
    texts = values.filter(shaped)
    if not len(texts):
        return shaped
    octets = np.frombuffer("".join(texts.to_list()).encode("latin-1", "replace"), dtype=np.uint8)
    if len(octets) != 18 * len(texts):  # 18 bytes of UTF-8 need not be 18 characters: Chinese text of six is
        octets = np.concatenate([np.frombuffer(t.encode(), dtype=np.uint8) for t in texts])
    places = _PLACE[octets.reshape(-1, 18)]
    holds = (places >= 0).all(axis=1) & ((places[:, :17] @ _WEIGHTS + places[:, 17]) % 31 == 0)
    verdict = shaped.to_numpy().copy()
    verdict[verdict] = holds
    return pl.Series(values.name, verdict)


def numbers_read(values: pl.Series) -> pl.DataFrame:
    """Each text as (scheme, value, reason): valid codes set-wise, whatever is left by the kernel's own rule, once a distinct text."""
    # One citizen number in 31 also passes as a code; whatever has its shape is left to the kernel's rule.
    valid = uscc_valid(values) & ~values.str.contains(r"^\d{6}(19|20)\d{9}[\dX]$").fill_null(False)
    rest = values.filter(~valid).unique()
    read = {text: _number_read(text) for text in rest.to_list()}
    lookup = pl.DataFrame(
        {
            "text": pl.Series(list(read), dtype=pl.String),
            "scheme": pl.Series([r[0] for r in read.values()], dtype=pl.String),
            "value": pl.Series([r[1] for r in read.values()], dtype=pl.String),
            "reason": pl.Series([r[2] for r in read.values()], dtype=pl.String),
        }
    )
    frame = pl.DataFrame({"text": values, "valid": valid}).join(
        lookup, on="text", how="left", nulls_equal=True, maintain_order="left"
    )
    return frame.select(
        scheme=pl.when("valid").then(pl.lit("uscc")).otherwise("scheme"),
        value=pl.when("valid").then("text").otherwise("value"),
        reason=pl.when("valid").then(None).otherwise("reason"),
    )


def _number_read(text: str | None) -> tuple[str, str | None, str | None]:
    try:
        identifier = identifier_read(text)
    except Refusal as refusal:
        return "none", None, refusal.code
    return identifier.scheme, identifier.value or None, None


def names_normal(names: pl.Series) -> pl.Series:
    """The normal form of each name, as `kernel.names.name_normal` gives it: a name of nothing but plain characters is its
    own normal form; any other is asked of the kernel, once a distinct name.
    """
    halved = names.str.replace_many(["（", "）"], ["(", ")"])
    plain = halved.str.contains(f"^[{plain_characters()}]+$").fill_null(True)
    if plain.all():
        return halved
    distinct = names.filter(~plain).unique()
    lookup = pl.DataFrame(
        {"name": distinct, "normal": pl.Series([name_normal(n) for n in distinct.to_list()], dtype=pl.String)}
    )
    frame = pl.DataFrame({"name": names, "halved": halved, "plain": plain}).join(
        lookup, on="name", how="left", maintain_order="left"
    )
    return frame.select(normal=pl.when("plain").then("halved").otherwise("normal"))["normal"]


def name_latest(cursor: Cursor) -> int:
    """The number of the name that was added last; what a batch adds comes behind it."""
    cursor.execute("select coalesce(max(id), 0) from subjects_name")
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def staging_prepare(cursor: Cursor) -> None:
    """Make the session's staging tables; they are emptied at the end of each transaction."""
    cursor.execute(
        """
        create temp table if not exists staged_number (n int, scheme text collate "C", value text collate "C")
            on commit delete rows;
        create temp table if not exists staged_name (n int, subject bigint, normal text collate "C") on commit delete rows
        """
    )


REMEMBERED = 2_000_000  # numbers, and as many names: about 60 MB


def _remembered(known: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """Both together, or only what is fresh once that would be too much to keep in memory."""
    return pl.concat([known, fresh]) if len(known) + len(fresh) <= REMEMBERED else fresh


def _with_mark(numbers: pl.DataFrame) -> pl.DataFrame:
    """The numbers with a hash of each beside them: to look for one among a million, it is quicker than the text."""
    return numbers.with_columns(mark=pl.col("value").hash())


@dataclass
class Resolver:
    """Finds or makes the subjects of one batch's rows, in the batch's transaction.

    Every look-up is written as one probe a row: the planner cannot know how large a table has grown in this very
    transaction, and once took a table of 60,000 rows for an empty one.
    """

    cursor: Cursor
    source: str
    batch: int
    at: datetime
    alone: bool = False
    # Whether the rows' names are the firms' own. A row that was laid on a firm by its name may have that name wrong, and
    # the next row would be matched by it: then a name is taken only for a firm that has none.
    names_sure: bool = True
    # What this batch has met already: most rows of a file are about firms that its earlier rows were about.
    _known: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(
            schema={"scheme": pl.String, "value": pl.String, "subject": pl.Int64, "mark": pl.UInt64}
        )
    )
    _named: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"subject": pl.Int64, "mark": pl.UInt64}))
    # The first subject that this batch made: it and all behind it have no names but those remembered here.
    _first_made: int | None = None
    _forgot: bool = False

    def subjects_resolve(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
        """The subject of every distinct (scheme, value) in `rows` (scheme, value, name, normal), and how many were made.

        A new code is taken to be the subject that was known by the organisation code inside it, and the other way round
        (GB 32100-2015, 4.2). Names not yet known for a subject are added to it.
        """
        numbers = rows.select("scheme", "value").unique(maintain_order=True)
        met = _with_mark(numbers).join(self._known, on="mark", suffix="_known")
        met = met.filter(pl.col("value") == pl.col("value_known"), pl.col("scheme") == pl.col("scheme_known"))
        found = met.select("scheme", "value", "subject")
        asked = numbers.join(found, on=["scheme", "value"], how="anti")
        created = 0
        if len(asked):
            fresh, created = self._asked_find(asked)
            self._known = _remembered(self._known, _with_mark(fresh))
            found = pl.concat([found, fresh])
        self._names_add(rows, found)
        return found, created

    def _asked_find(self, asked: pl.DataFrame) -> tuple[pl.DataFrame, int]:
        found = self._numbers_found(asked)
        missing = asked.join(found, on=["scheme", "value"], how="anti")
        if not len(missing):
            return found, 0
        if not self.alone:
            # Whoever makes subjects does so alone until it commits, so that no number ever gets two.
            turn_taken("subjects", of=self.cursor)
            self.alone = True
            found = pl.concat([found, self._numbers_found(missing)])
            missing = asked.join(found, on=["scheme", "value"], how="anti")
        made, created = self._subjects_make(missing)
        return pl.concat([found, made]), created

    def _numbers_found(self, numbers: pl.DataFrame) -> pl.DataFrame:
        self._stage("staged_number", numbers.with_row_index("n"))
        self.cursor.execute(
            """
            select * from (select s.n, (select i.subject_id from subjects_identifier i
                where i.value = s.value and i.scheme = s.scheme) as subject from staged_number s) f where f.subject is not null
            """
        )
        return self._numbered(numbers, self.cursor.fetchall())

    def _numbered(self, numbers: pl.DataFrame, found: list[tuple[Any, ...]]) -> pl.DataFrame:
        subjects = pl.DataFrame(found, schema={"n": pl.UInt32, "subject": pl.Int64}, orient="row")
        return numbers.with_row_index("n").join(subjects, on="n").drop("n")

    def _subjects_make(self, numbers: pl.DataFrame) -> tuple[pl.DataFrame, int]:
        owned = self._owned(numbers)
        bare = numbers.join(owned, on=["scheme", "value"], how="anti")
        # Two new numbers of one organisation in one chunk, its code and the organisation code inside, are one subject.
        bare = bare.with_columns(
            inside=pl.when(pl.col("scheme") == "uscc").then(pl.col("value").str.slice(8, 9)).otherwise("value")
        )
        first = (
            bare.unique("inside", keep="first", maintain_order=True)
            if (bare["scheme"] == "organisation-code").any()
            else bare
        )
        self.cursor.execute("select nextval('subjects_subject_id_seq') from generate_series(1, %s)", [len(first)])
        ids = first.select(
            "inside" if len(first) < len(bare) else "value",
            subject=pl.Series([i for (i,) in self.cursor.fetchall()], dtype=pl.Int64),
        )
        if self._first_made is None and len(ids):
            self._first_made = int(ids["subject"][0])
        made = bare.join(ids, on=ids.columns[0], how="left", maintain_order="left").select("scheme", "value", "subject")
        stamp = {"at": pl.lit(self.at.isoformat()), "batch": pl.lit(self.batch)}
        self._copy(
            "subjects_subject (id, kind, created_at)",
            ids.select("subject", kind=pl.lit("organisation"), at=stamp["at"]),
        )
        filed = pl.concat([made, owned])
        self._copy("subjects_identifier (scheme, value, subject_id, known_at, batch)", filed.with_columns(**stamp))
        return filed, len(ids)

    def _owned(self, numbers: pl.DataFrame) -> pl.DataFrame:
        """The numbers whose organisation is known already by its other code; where two hold the code inside, by neither."""
        self._stage("staged_number", numbers.with_row_index("n"))
        self.cursor.execute(
            """
            select * from (select s.n, case s.scheme
                when 'uscc' then (select o.subject_id from subjects_identifier o
                    where o.scheme = 'organisation-code' and o.value = substr(s.value, 9, 9))
                when 'organisation-code' then (select min(u.subject_id) from subjects_identifier u
                    where u.scheme = 'uscc' and substr(u.value, 9, 9) = s.value having count(*) = 1)
                end as subject from staged_number s) f where f.subject is not null
            """
        )
        return self._numbered(numbers, self.cursor.fetchall())

    def _names_add(self, rows: pl.DataFrame, found: pl.DataFrame) -> None:
        names = rows.select("scheme", "value", "name", "normal").join(
            found, on=["scheme", "value"], how="inner", maintain_order="left"
        )
        names = names.unique(["subject", "normal"], keep="first", maintain_order=True)
        names = names.with_columns(mark=pl.col("normal").hash())
        names = names.join(self._named, on=["subject", "mark"], how="anti", maintain_order="left").with_row_index("n")
        remembered = _remembered(self._named, names.select("subject", "mark"))
        self._forgot = self._forgot or len(remembered) < len(self._named)
        self._named = remembered
        known = self._names_known(names) if self.names_sure else self._named_already(names)
        fresh = names.filter(~pl.col("n").is_in(known)) if known else names
        fresh = fresh.select(
            "subject",
            "name",
            "normal",
            source=pl.lit(self.source),
            at=pl.lit(self.at.isoformat()),
            batch=pl.lit(self.batch),
        )
        self._copy("subjects_name (subject_id, written, normal, source, known_at, batch)", fresh)

    def _names_known(self, names: pl.DataFrame) -> list[int]:
        """Which of the names their subjects have already."""
        made = self._first_made
        asked = names if made is None or self._forgot else names.filter(pl.col("subject") < made)
        if not len(asked):
            return []
        self._stage("staged_name", asked.select("n", "subject", "normal"))
        self.cursor.execute(
            """
            select f.n from (select s.n, (select true from subjects_name k
                where k.subject_id = s.subject and k.normal = s.normal) as known from staged_name s) f where f.known
            """
        )
        return [n for (n,) in self.cursor.fetchall()]

    def _named_already(self, names: pl.DataFrame) -> list[int]:
        """Which of the names are of subjects that have one."""
        self.cursor.execute(
            "select distinct subject_id from subjects_name where subject_id = any(%s)", [names["subject"].to_list()]
        )
        named = [subject for (subject,) in self.cursor.fetchall()]
        return names.filter(pl.col("subject").is_in(named))["n"].to_list()

    def _stage(self, table: str, frame: pl.DataFrame) -> None:
        self.cursor.execute(sql.SQL("truncate {}").format(sql.Identifier(table)))
        self._copy(f"{table} ({', '.join(frame.columns)})", frame)

    def _copy(self, target: str, frame: pl.DataFrame) -> None:
        if len(frame):
            with self.cursor.copy(sql.SQL("copy {} from stdin (format csv)").format(sql.SQL(target))) as copy:
                copy.write(frame.write_csv(include_header=False))
