"""Results that stand there whole or not at all: CSV or Parquet, by the name's ending."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from chengxin.kernel.errors import Refusal

Write = Callable[[pl.DataFrame], None]


class OutputUnwritable(Refusal):
    """The result cannot be written to {file}: {why}. Give it a name of its own that ends in .csv or .parquet, in a folder that
    exists.
    """

    code = "output-unwritable"
    zh = "结果不能写入{file}：{why}。请给出以 .csv 或 .parquet 结尾、不与他者相同的文件名，所在文件夹须存在。"


def outputs_known(*paths: Path | None) -> None:
    """Refuse, before anything is done, a result that could not be written in the end."""
    named = [path for path in paths if path]
    for path in named:
        if path.suffix.lower() not in (".csv", ".parquet"):
            raise OutputUnwritable(file=path.name, why="*.csv, *.parquet")
        if not path.parent.is_dir() or path.is_dir():
            raise OutputUnwritable(file=path.name, why=str(path.parent))
    if len(set(named)) < len(named):
        raise OutputUnwritable(file=named[0].name, why=str(named[0]))


@contextlib.contextmanager
def terminated_cleanly() -> Iterator[None]:
    """Has a plain `kill` end this process as an interrupt would: what is half done is put away first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def set_aside(path: Path) -> Iterator[Path]:
    """Where to write meanwhile: the file stands there only if all of it was written."""
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def is_parquet(path: Path) -> bool:
    """Which of the two kinds a result is to be."""
    return path.suffix.lower() == ".parquet"


@contextlib.contextmanager
def written(path: Path) -> Iterator[Write]:
    """Takes frames one after the other; the file stands there only if all of them were written."""
    with set_aside(path) as part, (parquet_written if is_parquet(path) else _csv_written)(part) as write:
        yield write


@contextlib.contextmanager
def _csv_written(path: Path) -> Iterator[Write]:
    with path.open("wb") as file:
        yield lambda frame: frame.write_csv(file, include_header=not file.tell())


@contextlib.contextmanager
def parquet_written(path: Path) -> Iterator[Write]:
    """Takes frames one after the other into a file of this name."""
    writer: list[pq.ParquetWriter] = []

    def write(frame: pl.DataFrame) -> None:
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if not writer:
            writer.append(pq.ParquetWriter(path, table.schema, compression="zstd"))
        writer[0].write_table(table)

    try:
        yield write
    finally:
        for each in writer:
            each.close()


def frame_write(frame: pl.LazyFrame, path: Path) -> None:
    """Write a frame without holding all of it."""
    with set_aside(path) as part:
        frame.sink_parquet(part, compression="zstd") if is_parquet(path) else frame.sink_csv(part)
