"""Judging rows set-wise: each row of a chunk becomes a claim ready to file, a row that waits, or a refusal with its rule.

The lawbook's source says which column is which field, its record type what each field must be. A value in a usual
form is read by one expression over the whole column; whatever is left is read by the kernel's own function, once a
distinct value, so both give the same answer (records/tests/test_judging.py holds them equal).
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from chengxin.kernel.days import day_read, working_days_table
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_valid
from chengxin.kernel.money import amount_read
from chengxin.law import Law
from chengxin.law.models import RecordField, RecordType, Source, Term
from chengxin.records import rules
from chengxin.subjects.bulk.resolving import names_normal, numbers_read

PERSONAL = frozenset({"person", "person-name", "citizen-number"})
BLANKS = " \t\r\n\f\v\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
SEPARATOR = "\x1f"
CLAIM_COLUMNS = (
    "line", "scheme", "value", "name", "normal", "row_key", "content", "authority", "authority_code", "document",
    "decided_on", "effect_from", "effect_until", "shown_until", "kept_until", "published_on", "late_days", "severity", "state", "body",
)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """One chunk's verdicts: claims to file, rows that wait, and refusals (line, reason, field), each row in exactly one."""

    claims: pl.DataFrame
    waiting: pl.DataFrame
    refused: pl.DataFrame


@dataclass(frozen=True)
class Judge:
    """Judges the rows of one source under the law of one day."""

    law: Law
    source: Source
    record_type: RecordType
    received_on: date
    columns: Mapping[str, str]  # field → heading in the file

    def rows_judge(self, lines: pl.Series, rows: pl.DataFrame) -> Judged:
        """Judge one chunk; `rows` holds the file's columns as text, `lines` their numbers in the file."""
        frame, causes = self._fields_read(lines, rows)
        frame, more = self._subject_read(frame)
        causes = more[:1] + causes + more[1:]
        frame = self._severity_read(frame)
        frame, late = self._terms_set(frame)
        causes += late
        frame = frame.with_columns(
            cause=pl.coalesce([pl.when(cond).then(pl.lit(i, pl.Int16)) for i, (cond, _, _) in enumerate(causes)])
        )
        refused = self._refused(frame.select("line", "cause").drop_nulls("cause"), causes)
        frame = frame.select(pl.exclude(r"^(raw|number|reason|disagree):.*$", r"^until_.*$"))
        sound, decided = frame["cause"].is_null(), ~frame["scheme"].is_in(["none", "old-number"])
        return Judged(
            self._claims(frame.filter(sound & decided)), self._waiting(frame.filter(sound & ~decided)), refused
        )

    def row_judge(self, line: int, row: Mapping[str, str | None], number: str | None) -> Judged:
        """Judge one row as if it had borne this number, the file's own column for it, if any, being set aside; or as it came."""
        if number is None:
            return self.rows_judge(
                pl.Series([line]), pl.DataFrame({k: [v] for k, v in row.items()}, schema=dict.fromkeys(row, pl.String))
            )
        heading = "号码 number"
        judge = replace(self, columns={**self.columns, self.record_type.roles.code: heading})
        frame = pl.DataFrame(
            {**{k: [v] for k, v in row.items()}, heading: [number]}, schema=dict.fromkeys([*row, heading], pl.String)
        )
        return judge.rows_judge(pl.Series([line]), frame)

    # --- fields ---------------------------------------------------------------------------------------------------

    def _fields_read(self, lines: pl.Series, rows: pl.DataFrame) -> tuple[pl.DataFrame, list["Cause"]]:
        """The fields as text (`raw:…`) and as what they are; a field that the file lacks costs nothing."""
        fields = self.record_type.fields
        frame = rows.select(self._text(name).alias(f"raw:{name}") for name in fields if self._filled(name))
        frame = frame.with_columns(pl.lit(None, pl.String).alias(f"raw:{n}") for n in fields if not self._filled(n))
        frame = frame.with_columns(line=lines.cast(pl.Int64))
        causes: list[Cause] = []
        for name, field in fields.items():
            raw = pl.col(f"raw:{name}")
            if field.default_from:
                frame = frame.with_columns(pl.coalesce(raw, f"raw:{field.default_from}").alias(f"raw:{name}"))
            if field.required and not (name == self.record_type.roles.authority and self.source.authority_from_code):
                causes.append((raw.is_null(), rules.ValueMissing.code, name))
            if self._filled(name) or field.default_from:
                frame, found = _READERS[field.type](frame, name, field, self)
                causes += found
            else:
                frame = frame.with_columns(pl.lit(None, _KINDS.get(field.type, pl.String)).alias(name))
        return frame, causes + self._day_causes()

    def _filled(self, name: str) -> bool:
        return name in self.columns or name in self.source.fixed

    def _text(self, name: str) -> pl.Expr:
        """The field's column as text: blanks stripped, the source's odd values put right, nothing where it is empty."""
        fixed = self.source.fixed.get(name)
        if name not in self.columns:
            return pl.lit(fixed, pl.String)
        text = pl.col(self.columns[name]).str.strip_chars(BLANKS)
        odd = {**self.source.odd_values_of(name), "": None}
        # Odd values are short: a long text need not be looked up.
        short = pl.when(text.str.len_bytes() <= max(len(value.encode()) for value in odd)).then(text)
        read = (
            pl.when(short.is_in(list(odd)))
            .then(short.replace_strict(list(odd), list(odd.values()), default=None))
            .otherwise(text)
        )
        return read if fixed is None else read.fill_null(fixed)

    def _day_causes(self) -> list["Cause"]:
        causes: list[Cause] = []
        for name, field in self.record_type.fields.items():
            if field.type != "day":
                continue
            if field.not_after == "received":
                causes.append((pl.col(name) > self.received_on, rules.DayInFuture.code, name))
            elif field.not_after:
                causes.append((pl.col(name) > pl.col(field.not_after), rules.DaysDisordered.code, name))
            if field.not_before:
                causes.append((pl.col(name) < pl.col(field.not_before), rules.DaysDisordered.code, name))
        return causes

    # --- whose it is ----------------------------------------------------------------------------------------------

    def _subject_read(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, list["Cause"]]:
        """Read the row's number: its code, or where that is empty the first other number that has a check character."""
        roles = self.record_type.roles
        frame = frame.with_columns(numbers_read(frame[f"raw:{roles.code}"]).to_struct("number"))
        # Filed in its normal form: blanks and full-width letters in a code do not make another claim of the row.
        frame = frame.with_columns(pl.col("number").struct.field("value").alias(roles.code))
        causes: list[Cause] = [(self._of_person(frame), rules.NaturalPersonNotTaken.code, roles.person or roles.code)]
        frame = frame.with_columns(pl.col("number").struct.field("reason").alias("number:reason"))
        reasons = sorted(set(frame["number:reason"].drop_nulls().to_list()))
        causes += [(pl.col("number:reason") == reason, reason, roles.code) for reason in reasons]
        for other in (n for n, f in self.record_type.fields.items() if f.type == "old-number"):
            if frame[f"raw:{other}"].null_count() == len(frame):
                continue
            frame = frame.with_columns(numbers_read(frame[f"raw:{other}"]).to_struct("other"))
            bare, second = pl.col("number").struct, pl.col("other").struct
            usable = second.field("reason").is_null() & (second.field("scheme") != "none")
            disagree = (
                (bare.field("scheme") == "uscc")
                & (second.field("scheme") == "organisation-code")
                & (bare.field("value").str.slice(8, 9) != second.field("value"))
            )
            frame = frame.with_columns(disagree=disagree.fill_null(False)).rename({"disagree": f"disagree:{other}"})
            causes.append((pl.col(f"disagree:{other}"), rules.CodesDisagree.code, other))
            take = (bare.field("scheme") == "none") & bare.field("reason").is_null() & usable
            frame = frame.with_columns(number=pl.when(take).then("other").otherwise("number")).drop("other")
        frame = frame.with_columns(
            scheme=pl.col("number").struct.field("scheme"),
            value=pl.col("number").struct.field("value"),
            normal=names_normal(frame[roles.name]),
        ).drop("number")
        causes.append((~pl.col("normal").str.contains(r"[\p{L}\p{N}]"), rules.NameUnusable.code, roles.name))
        return frame, causes

    def _of_person(self, frame: pl.DataFrame) -> pl.Expr:
        """The row says that it is about a natural person, or bears a person's number and none of an organisation."""
        if "natural-person" in self.record_type.about:
            return pl.lit(False)
        fields = self.record_type.fields.items()
        said = [
            pl.col(n) == "natural-person"
            for n, f in fields
            if f.type == "choice" and "natural-person" in (f.choices or {})
        ]
        if self.record_type.roles.person:
            numbers = [
                pl.col(f"raw:{n}").is_null()
                for n, f in fields
                if f.type in ("code", "old-number") and n != self.record_type.roles.authority_code
            ]
            said.append(pl.col(f"raw:{self.record_type.roles.person}").is_not_null() & pl.all_horizontal(numbers))
        return pl.any_horizontal(said) if said else pl.lit(False)

    # --- severity, terms, lateness ----------------------------------------------------------------------------------

    def _severity_read(self, frame: pl.DataFrame) -> pl.DataFrame:
        severity, given = self.record_type.severity, self.record_type.roles.severity
        if severity is None:
            return frame.with_columns(severity=pl.lit(None, pl.String))
        said = [
            pl.when(pl.col(rule.field).str.contains_any(list(rule.contains))).then(pl.lit(rule.class_))
            for rule in severity.by
        ]
        first = [pl.col(given)] if given else []
        return frame.with_columns(severity=pl.coalesce([*first, *said, pl.lit(severity.default)]))

    def _terms_set(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, list["Cause"]]:
        terms, decided = self.record_type.terms, pl.col(self.record_type.roles.decided_on)
        frame = frame.with_columns(
            decided_on=decided,
            effect_from=pl.col(terms.effect.from_),
            until_effect=self._until(terms.effect),
            until_shown=self._until(terms.shown),
            until_kept=self._until(terms.kept),
        )
        frame = frame.with_columns(
            pl.min_horizontal(f"until_{own}", f"until_{term.within}").alias(f"{own}_until")
            if term.within
            else pl.col(f"until_{own}").alias(f"{own}_until")
            for own, term in (("effect", terms.effect), ("shown", terms.shown), ("kept", terms.kept))
        )
        causes: list[Cause] = [
            (pl.col(column).is_null(), rules.TermMissing.code, term.until or term.from_)
            for column, term in (
                ("effect_until", terms.effect),
                ("shown_until", terms.shown),
                ("kept_until", terms.kept),
            )
            if not term.open_ended
        ]
        published = self.received_on if self.record_type.publication == "public" else None
        if self.record_type.roles.published_on:
            frame = frame.with_columns(published_on=pl.col(self.record_type.roles.published_on).fill_null(published))
        else:
            frame = frame.with_columns(published_on=pl.lit(published, pl.Date))
        if self.record_type.withheld:
            kept_back = pl.any_horizontal(
                [pl.col(n).is_in(list(v)) for n, v in self.record_type.withheld.items()]
            ).fill_null(False)
            frame = frame.with_columns(
                shown_until=pl.when(kept_back).then("effect_from").otherwise("shown_until"),
                published_on=pl.when(kept_back).then(None).otherwise("published_on"),
            )
        return frame.with_columns(late_days=self._late_days(frame)), causes

    def _until(self, term: Term) -> pl.Expr:
        """The first day on which the term is over; nothing where the statute leaves it open."""
        ends: list[pl.Expr] = []
        if term.until:
            ends.append(pl.col(term.until) + timedelta(days=int(term.until_included)))
        if isinstance(term.months, str):
            ends.append(self._months_after(term.from_, term.months))
        elif term.months:
            by_class = [
                pl.when(pl.col("severity") == c).then(self._months_after(term.from_, key))
                for c, key in term.months.items()
            ]
            ends.append(pl.coalesce(by_class))
        return pl.min_horizontal(ends) if ends else pl.lit(None, pl.Date)

    def _months_after(self, start: str, key: str) -> pl.Expr:
        """The day so many months after, by the value that the parameter had on that day (old facts, old law)."""
        values = self.law.parameters[key].values
        earliest, *later = sorted(values, key=lambda v: v.from_)
        months = pl.lit(int(earliest.value))
        for value in later:
            months = pl.when(pl.col(start) >= value.from_).then(int(value.value)).otherwise(months)
        return pl.col(start).dt.offset_by(pl.format("{}mo", months))

    def _late_days(self, frame: pl.DataFrame) -> pl.Series:
        """Working days from decision to publication beyond the lawful limit; 0 in time, nothing where no limit applies."""
        limit_key = self.record_type.publish_within
        nothing = pl.Series("late_days", [None] * len(frame), dtype=pl.Int16)
        if limit_key is None or not frame["published_on"].count():
            return nothing
        limit = int(self.law.parameter(limit_key))
        first, elapsed = working_days_table()
        counts = np.asarray(elapsed, dtype=np.int64)

        def position(days: pl.Series) -> np.ndarray[Any, np.dtype[np.int64]]:
            offset = (days.cast(pl.Int32).fill_null(0) - (first - date(1970, 1, 1)).days).to_numpy()
            return counts.take(offset, mode="clip")

        late = np.clip(position(frame["published_on"]) - position(frame["decided_on"]) - limit, 0, 32_000)
        missing = frame["published_on"].is_null() | frame["decided_on"].is_null()
        return (
            pl.Series("late_days", late, dtype=pl.Int16)
            .to_frame()
            .with_columns(late_days=pl.when(missing).then(None).otherwise("late_days"))["late_days"]
        )

    # --- what comes out -----------------------------------------------------------------------------------------------

    def _claims(self, frame: pl.DataFrame) -> pl.DataFrame:
        roles = self.record_type.roles
        authority = pl.col(roles.authority)
        code = pl.col(roles.authority_code) if roles.authority_code else pl.lit(None, pl.String)
        if self.source.authority_from_code:
            # GB 32100-2015, 4.2: places 3 to 8 of the code are the division of the registering authority.
            division = (
                pl.when(pl.col("scheme") == "uscc")
                .then(pl.col("value").str.slice(2, 6))
                .otherwise(pl.col("value").str.slice(0, 6))
            )
            authority = pl.coalesce(authority, pl.format("登记机关（行政区划{}）", division))
            code = pl.coalesce(code, division)
        body = self._body(frame)
        frame = frame.with_columns(
            body=body,
            name=pl.col(roles.name),
            authority=authority,
            authority_code=code,
            document=pl.col(roles.document),
        )
        prefix = f"{self.record_type.key}{SEPARATOR}"
        keys = [
            pl.col("value") if field == roles.code else pl.col("normal") if field == roles.name else _keyed(field)
            for field in self.record_type.row_key
        ]
        said = frame.select(
            key=prefix + pl.concat_str([k.fill_null("") for k in keys], separator=SEPARATOR),
            content=prefix + pl.concat_str(["value", "body", *self._apart()], separator=SEPARATOR),
        )
        frame = frame.with_columns(state=self._state())
        return frame.with_columns(row_key=digests(said["key"]), content=digests(said["content"])).select(CLAIM_COLUMNS)

    def _state(self) -> pl.Expr:
        """The event that a row's own state amounts to: withdrawn or disputed, for most rows nothing."""
        states = [
            pl.when(pl.col(name) == value).then(pl.lit(event))
            for name, events in self.record_type.states.items()
            for value, event in events.items()
        ]
        return pl.coalesce(states) if states else pl.lit(None, pl.String)

    def _body(self, frame: pl.DataFrame) -> pl.Series:
        """The filed fields as one JSON object a row, but for persons' data, empty fields and what has a column of its own."""
        apart = self._fields_apart()
        fields = [n for n, f in self.record_type.fields.items() if f.type not in PERSONAL and n not in apart]
        filed = [n for n in fields if frame[n].null_count() < len(frame)]
        if not filed:
            return pl.Series("body", ["{}"] * len(frame), dtype=pl.String)
        frame = frame.with_columns(persons_left_out(frame[n]) for n in filed if frame[n].dtype == pl.String)
        text = frame.select(pl.struct([self._written(n) for n in filed]).struct.json_encode())[filed[0]]
        # A quote inside a value is always escaped, so `"name":null` can only be an empty field itself.
        return text.str.replace_all(r'"[a-z0-9_]+":null,?', "").str.replace(r",\}$", "}").alias("body")

    def _fields_apart(self) -> list[str]:
        """The fields that have a column of their own in the register."""
        roles = self.record_type.roles
        return [n for n in (roles.document, roles.authority, roles.authority_code, roles.decided_on) if n]

    def _apart(self) -> list[pl.Expr]:
        """What the body leaves out, as text: another document or day makes it another claim, waiting or filed."""
        return [pl.col(n).cast(pl.String).fill_null("") for n in self._fields_apart()]

    def _written(self, name: str) -> pl.Expr:
        """A field's value as text; an amount without needless noughts."""
        text = pl.col(name).cast(pl.String)
        return text.str.replace(r"\.?0+$", "") if self.record_type.fields[name].type == "amount" else text

    def _waiting(self, frame: pl.DataFrame) -> pl.DataFrame:
        body = self._body(frame)
        told = [pl.lit(self.source.key), pl.col("normal"), pl.lit(body), *self._apart()]
        said = frame.select(said=pl.concat_str(told, separator=SEPARATOR))["said"]
        return frame.select(
            "line",
            name=pl.col(self.record_type.roles.name),
            name_normal="normal",
            number=pl.when(pl.col("scheme") == "old-number").then("value"),
            content=digests(said),
        )

    def _refused(self, frame: pl.DataFrame, causes: list["Cause"]) -> pl.DataFrame:
        reasons = pl.Series([reason for _, reason, _ in causes], dtype=pl.String)
        fields = pl.Series([field for _, _, field in causes], dtype=pl.String)
        index = frame["cause"].cast(pl.UInt32)
        return pl.DataFrame({"line": frame["line"], "reason": reasons.gather(index), "field": fields.gather(index)})


Cause = tuple[pl.Expr, str, str]
Reader = Callable[[pl.DataFrame, str, RecordField, Judge], tuple[pl.DataFrame, list[Cause]]]


def _keyed(field: str) -> pl.Expr:
    """A field as it stands in a row key: width and inner blanks do not make another claim of it."""
    return pl.col(field).cast(pl.String).str.normalize("NFKC").str.replace_all(r"\s+", "")


def persons_left_out(texts: pl.Series) -> pl.Series:
    """The column without the values that are a natural person's number, bare or within a sole trader's tax number."""
    shaped = texts.str.contains(r"^\d{6}(19|20)\d{9}[\dXx][\dA-Za-z]{0,2}$").fill_null(False)
    if not shaped.any():
        return texts
    persons = [text for text in texts.filter(shaped).unique() if citizen_number_valid(text[:18].upper())]
    return texts.replace(persons, [None] * len(persons))


def digests(texts: pl.Series) -> pl.Series:
    """A stable 128-bit digest of each text, as the hexadecimal of a UUID (BLAKE2b; an id must outlive any library's own hash)."""
    array = texts.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, data = array.buffers()
    if data is None:
        return pl.Series(texts.name, [hashlib.blake2b(b"", digest_size=16).hexdigest()] * len(texts), dtype=pl.String)
    bounds = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1].tolist()
    view, blake2b = memoryview(data), hashlib.blake2b
    return pl.Series(
        texts.name, [blake2b(view[a:b], digest_size=16).hexdigest() for a, b in pairwise(bounds)], dtype=pl.String
    )


def _text_read(frame: pl.DataFrame, name: str, field: RecordField, judge: Judge) -> tuple[pl.DataFrame, list[Cause]]:
    frame = frame.with_columns(pl.col(f"raw:{name}").alias(name))
    return frame, [(pl.col(name).str.len_chars() > field.most, rules.TextTooLong.code, name)] if field.most else []


def _person_read(frame: pl.DataFrame, name: str, field: RecordField, judge: Judge) -> tuple[pl.DataFrame, list[Cause]]:
    return frame.with_columns(pl.lit(None, pl.String).alias(name)), []


def _choice_read(frame: pl.DataFrame, name: str, field: RecordField, judge: Judge) -> tuple[pl.DataFrame, list[Cause]]:
    choices = judge.law.choices(field)
    words = {k: k for k in choices} | {c.zh: k for k, c in choices.items()}
    read = pl.col(f"raw:{name}").replace_strict(list(words), list(words.values()), default=None, return_dtype=pl.String)
    frame = frame.with_columns(read.alias(name))
    return frame, [(pl.col(name).is_null() & pl.col(f"raw:{name}").is_not_null(), rules.ChoiceUnknown.code, name)]


def _day_read(frame: pl.DataFrame, name: str, field: RecordField, judge: Judge) -> tuple[pl.DataFrame, list[Cause]]:
    raw = pl.col(f"raw:{name}")
    plain = [
        pl.when(raw.str.contains(shape)).then(raw.str.to_date(form, strict=False))
        for shape, form in (
            (r"^(19|20)\d\d-\d\d-\d\d$", "%Y-%m-%d"),
            (r"^(19|20)\d\d/\d\d/\d\d$", "%Y/%m/%d"),
            (r"^(19|20)\d{6}$", "%Y%m%d"),
        )
    ]
    return _read_rest(frame.with_columns(pl.coalesce(plain).alias(name)), name, day_read, pl.Date)


def _amount_read(frame: pl.DataFrame, name: str, field: RecordField, judge: Judge) -> tuple[pl.DataFrame, list[Cause]]:
    unit = judge.source.units.get(name, field.unit or "yuan")
    factor = 10_000 if unit == "ten-thousand-yuan" else 1
    raw, kind = pl.col(f"raw:{name}"), pl.Decimal(30, 6)
    plain = pl.when(raw.str.contains(r"^\d{1,12}(\.\d{1,2})?$")).then(
        raw.cast(kind, strict=False) * pl.lit(Decimal(factor)).cast(kind)
    )
    frame = frame.with_columns(plain.cast(kind).alias(name))
    return _read_rest(frame, name, lambda text: amount_read(text, unit), kind)


def _number_read(frame: pl.DataFrame, name: str, field: RecordField, judge: Judge) -> tuple[pl.DataFrame, list[Cause]]:
    frame = frame.with_columns(pl.col(f"raw:{name}").str.normalize("NFKC").cast(pl.Int64, strict=False).alias(name))
    return frame, [(pl.col(name).is_null() & pl.col(f"raw:{name}").is_not_null(), rules.NumberUnreadable.code, name)]


def _read_rest(
    frame: pl.DataFrame, name: str, read: Callable[[str], Any], kind: pl.DataType | type[pl.DataType]
) -> tuple[pl.DataFrame, list[Cause]]:
    """Read what the plain forms left over by the kernel's function, once a distinct text; its refusals become causes."""
    left = frame.filter(pl.col(name).is_null() & pl.col(f"raw:{name}").is_not_null())[f"raw:{name}"].unique().to_list()
    if not left:
        return frame, []
    values: list[Any] = []
    reasons: list[str | None] = []
    for text in left:
        try:
            values.append(read(text))
            reasons.append(None)
        except Refusal as refusal:
            values.append(None)
            reasons.append(refusal.code)
    lookup = pl.DataFrame(
        {
            f"raw:{name}": left,
            "read": pl.Series(values, dtype=kind),
            f"reason:{name}": pl.Series(reasons, dtype=pl.String),
        }
    )
    frame = frame.join(lookup, on=f"raw:{name}", how="left", maintain_order="left")
    frame = frame.with_columns(pl.coalesce(name, "read").alias(name)).drop("read")
    return frame, [(pl.col(f"reason:{name}") == reason, reason, name) for reason in sorted({r for r in reasons if r})]


_KINDS: dict[str, Any] = {"day": pl.Date, "amount": pl.Decimal(30, 6), "number": pl.Int64}
_READERS: dict[str, Reader] = {
    "text": _text_read,
    "name": _text_read,
    "code": _text_read,
    "old-number": _text_read,
    "person": _person_read,
    "person-name": _text_read,
    "citizen-number": _text_read,
    "choice": _choice_read,
    "day": _day_read,
    "amount": _amount_read,
    "number": _number_read,
}
