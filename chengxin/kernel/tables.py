"""Tables as text that a spreadsheet opens, and the endings of the files that a result can be written to."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chengxin.kernel.errors import Refusal

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class OutputUnknown(Refusal):
    """The result can be written as {known}, not as "{name}". Give --out a name that ends in one of them."""

    code = "output-unknown"
    zh = "结果可以写成 {known}，不能写成“{name}”。请更改 --out 的文件名。"


def output_known(out: Path, known: Sequence[str]) -> str:
    """The file's ending, if it is one of these; refuses another before any work is done."""
    ending = out.suffix.lower()
    if ending not in known:
        raise OutputUnknown(known=", ".join(known), name=out.name)
    return ending


def file_named(name: str, at: datetime) -> str:
    """What an answer says of the CSV file that it is: its name, with the instant as of which it was taken, `shops-20261128T014007Z.csv`."""
    return f'attachment; filename="{name}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.csv"'


def csv_text(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The table as CSV with the mark by which a spreadsheet knows UTF-8; a cell that a spreadsheet would run is given as text."""
    return "\ufeff" + csv_lines([heads]) + csv_lines(rows)


def csv_stream(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The same table a line at a time, for one that is too long to hold."""
    yield csv_text(heads, ())
    for row in rows:
        yield csv_lines([row])


def csv_lines(rows: Iterable[Sequence[Any]]) -> str:
    """The rows alone, to be written after others."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
