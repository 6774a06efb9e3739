"""Rows judged set by set: a column that holds no fault costs one look; faults are marked row by row, the first reason counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from chengxin.commerce.trades import rules
from chengxin.commerce.trades.bulk.arriving import LINE, day_expr, instant_expr
from chengxin.commerce.trades.bulk.schemas import polars_of
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import Identifier, identifier_read
from chengxin.law.models import TradeColumn, TradeKind

REASON = "reason"
_CODES = list(rules.REASONS)
_ID = r"^[0-9A-Za-z_.:-]{1,64}$"
_HEX = r"^[0-9a-f]{32}$"
_MAIL = r"^[^@\s]+@[^@\s]+\.[A-Za-z]+$"
_PHONE = r"^(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}$"
_CITIZEN = r"^\d{6}(?:19[2-9]\d|200\d|201[0-5])(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]$"
_NAME = r"^\p{Han}{2,4}(?:·\p{Han}{1,8})?$"
_PADDED = r"^(?:0*1[3-9]\d{9}0*|\d{32})$"
# What a value reads like: pattern, English, Chinese.
_PERSONS = (
    (_PHONE, "a telephone number", "电话号码"),
    (_CITIZEN, "a citizen number", "公民身份号码"),
    (_MAIL, "an e-mail address", "电子邮箱"),
)
_NAMES = (_NAME, "a person’s name", "姓名")


@dataclass(frozen=True)
class Judged:
    """The rows that may be filed, in the kind's own types, and those that may not: as they came, with line and reason."""

    good: pl.DataFrame
    refused: pl.DataFrame


class _Marks:
    """The first reason of each row against it."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.reasons: np.ndarray | None = None

    def mark(self, where: pl.Series, reason: str) -> None:
        at = where.fill_null(False).arg_true().to_numpy()
        if not len(at):
            return
        if self.reasons is None:
            self.reasons = np.full(self.rows, -1, dtype=np.int8)
        self.reasons[at[self.reasons[at] < 0]] = _CODES.index(reason)


class Judge:
    """Judges frames of one file by its kind, as of the instant of its filing."""

    def __init__(self, kind: TradeKind, at: datetime, whole: rules.Whole | None = None) -> None:
        self.kind = kind
        self.at = at.astimezone(UTC)
        self.whole = whole
        self.schema = polars_of(kind)
        self._codes: dict[str, bool] = {}

    def rows_judge(self, frame: pl.DataFrame) -> Judged:
        """Judge the rows; raises where a column tells who somebody is."""
        marks = _Marks(frame.height)
        typed = [self._column(frame, name, column, marks) for name, column in self.kind.columns.items()]
        good = pl.DataFrame(typed)
        for name, column in self.kind.columns.items():
            for other, values in column.needed_where.items():
                marks.mark(good[name].is_null() & good[other].is_in(list(values)), "needed")
        if self.whole:
            day = good.select(day_expr(pl.col(self.kind.at))).to_series()
            marks.mark(~day.is_between(self.whole.first, self.whole.last), "outside-the-whole")
        if self.whole and self.whole.shops:
            marks.mark(~good[self.kind.shop].is_in(list(self.whole.shops)), "outside-the-whole")
        self._twice(good, marks)
        return split(good, frame, marks.reasons)

    def _column(self, frame: pl.DataFrame, name: str, column: TradeColumn, marks: _Marks) -> pl.Series:
        if name not in frame.columns:
            return pl.Series(name, [None], dtype=self.schema[name]).new_from_index(0, frame.height)
        came = frame[name]
        if came.dtype == pl.String and (blank := came == "").any():
            came = came.set(blank, None)
        if column.type in ("count", "money"):
            read = self._numbers(came, column, marks)
        elif column.type == "instant":
            read = self._instants(came, marks)
        else:
            read = self._texts(came, column, marks)
        if column.required and came.null_count():
            marks.mark(came.is_null(), "missing")
        return read

    def _numbers(self, came: pl.Series, column: TradeColumn, marks: _Marks) -> pl.Series:
        if came.dtype.is_integer() or came.dtype == pl.String:
            read = came.cast(pl.Int64, strict=False)
        else:
            read = pl.Series(came.name, [None], dtype=pl.Int64).new_from_index(0, len(came))
        if read.null_count() > came.null_count():
            marks.mark(came.is_not_null() & read.is_null(), "not-a-number")
            persons_refuse(came.name, came.filter(came.is_not_null() & read.is_null()))
        low, high = read.min(), read.max()
        if column.least is not None and low is not None and low < column.least:  # type: ignore[operator]
            marks.mark(read < column.least, "below-least")
        if column.most is not None and high is not None and high > column.most:  # type: ignore[operator]
            marks.mark(read > column.most, "above-most")
        return read

    def _instants(self, came: pl.Series, marks: _Marks) -> pl.Series:
        read = came.to_frame().select(instant_expr(came.name, came.dtype)).to_series()
        if read.null_count() > came.null_count():
            marks.mark(came.is_not_null() & read.is_null(), "not-an-instant")
            persons_refuse(came.name, came.filter(came.is_not_null() & read.is_null()))
        latest = read.max()
        if latest is not None and latest > self.at:  # type: ignore[operator]
            marks.mark(read > self.at, "in-the-future")
        return read

    def _texts(self, came: pl.Series, column: TradeColumn, marks: _Marks) -> pl.Series:
        read = came if came.dtype == pl.String else came.cast(pl.String, strict=False)
        check, reason, names = _TEXTS[column.type]
        wrong = self._not_codes(read) if column.type == "code" else check(read, column)
        if wrong.any():
            marks.mark(wrong, reason)
            persons_refuse(came.name, read.filter(wrong.fill_null(False)), names=names)
        if column.type == "id":
            lookalikes_refuse(read)
        if column.type == "pseudonym":
            persons_refuse(came.name, read.head(1000).filter(read.head(1000).str.contains(_PADDED)), any_is=True)
        return read

    def _not_codes(self, read: pl.Series) -> pl.Series:
        """Merchants are few: each code is looked at once, whatever the number of rows."""
        for value in read.unique().drop_nulls().to_list():
            if value not in self._codes:
                self._codes[value] = _is_code(value)
        wrong = [value for value, right in self._codes.items() if not right]
        return read.is_in(wrong) if wrong else _none(read)

    def _twice(self, good: pl.DataFrame, marks: _Marks) -> None:
        """The same key a second time in one piece: the first row that is not refused stands."""
        keys = good.select(self.kind.row_key)
        hashes = keys.to_series().hash() if keys.width == 1 else keys.hash_rows()
        if hashes.n_unique() == good.height:
            return
        standing = np.ones(good.height, dtype=bool) if marks.reasons is None else marks.reasons < 0
        at = pl.Series(np.flatnonzero(standing))
        again = ~keys.filter(pl.Series(standing)).select(pl.struct(pl.all()).is_first_distinct()).to_series()
        twice = np.zeros(good.height, dtype=bool)
        twice[at.filter(again).to_numpy()] = True
        marks.mark(pl.Series(twice), "row-twice")


def split(good: pl.DataFrame, came: pl.DataFrame, reasons: np.ndarray | None) -> Judged:
    """The rows without a reason against them, typed; the others as they came, as text."""
    if reasons is None:
        return Judged(good, refused_none(came))
    bad = pl.Series(reasons >= 0)
    why = pl.Series(REASON, [_CODES[n] for n in reasons[reasons >= 0].tolist()], dtype=pl.String)
    return Judged(good.filter(~bad), came.filter(bad).select(pl.all().cast(pl.String)).with_columns(why))


def refused_none(came: pl.DataFrame) -> pl.DataFrame:
    """No refused row, in the columns that refused rows have."""
    return pl.DataFrame(schema=dict.fromkeys((*came.columns, REASON), pl.String))


def _none(read: pl.Series) -> pl.Series:
    return pl.Series([False]).new_from_index(0, len(read))


def _not_shaped(pattern: str) -> Callable[[pl.Series, TradeColumn], pl.Series]:
    return lambda read, column: ~read.str.contains(pattern)


def _not_chosen(read: pl.Series, column: TradeColumn) -> pl.Series:
    found = read.unique().drop_nulls().to_list()
    wrong = [value for value in found if value not in (column.values or {})]
    return read.is_in(wrong) if wrong else _none(read)


# Type → how it is checked, the reason where it is not met, and whether two to four characters read like a name there.
_TEXTS: dict[str, tuple[Callable[[pl.Series, TradeColumn], pl.Series], str, bool]] = {
    "id": (_not_shaped(_ID), "id-shape", True),
    "pseudonym": (_not_shaped(_HEX), "pseudonym-shape", True),
    "digest": (_not_shaped(_HEX), "digest-shape", True),
    "code": (_not_chosen, "code-wrong", True),
    "choice": (_not_chosen, "not-a-choice", False),
}


def _is_code(value: str) -> bool:
    try:
        return identifier_read(value) == Identifier("uscc", value)
    except Refusal:
        return False


def persons_refuse(column: str, values: pl.Series, *, names: bool = False, any_is: bool = False) -> None:
    """Refuse the whole file where any of these values, which are no proper ones of their column, reads like a person's."""
    if any_is and len(values):
        raise rules.PersonsInFile(column=column, what="numbers in place of pseudonyms", what_zh="以号码代替的假名")
    text = values.cast(pl.String, strict=False).str.strip_chars()
    for pattern, what, zh in (*_PERSONS, *((_NAMES,) if names else ())):
        if text.str.contains(pattern).any():
            raise rules.PersonsInFile(column=column, what=what, what_zh=zh)


def lookalikes_refuse(ids: pl.Series) -> None:
    """Refuse the whole file where proper ids read like numbers of persons more often than chance would have it."""
    lengths = ids.str.len_bytes()
    near = ids.filter(lengths.is_in([11, 18]))
    for pattern, what, zh in _PERSONS[:2]:
        if len(near) * rules.LOOKALIKES_ONE_IN > len(ids):
            hits = int(near.str.contains(pattern).sum())
            if hits * rules.LOOKALIKES_ONE_IN > len(ids):
                raise rules.PersonsInFile(column=ids.name, what=what, what_zh=zh)


__all__ = ["LINE", "REASON", "Judge", "Judged", "refused_none", "split"]
