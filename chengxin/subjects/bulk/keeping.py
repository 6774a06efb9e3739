"""A register, and the names asked of it, laid into a folder from which any number of processes read the same memory."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from scipy import sparse

from chengxin.subjects.bulk.matching import Register
from chengxin.subjects.bulk.searching import NameIndex

_FRAME, _WEIGHTS, _INDEX = "firms.arrow", "weights.npy", "index.json"
_PARTS = ("data", "indices", "indptr")


def register_keep(register: Register, folder: Path) -> None:
    """Lay the register down: its rows as Arrow, the index's arrays as they lie in memory."""
    folder.mkdir(parents=True)
    frame_keep(register.frame.lazy(), folder / _FRAME)
    np.save(folder / _WEIGHTS, register.index.weights)
    for start, block in register.index.blocks:
        for part in _PARTS:
            np.save(_block_path(folder, start, part), getattr(block, part))
    shapes = [(start, block.shape) for start, block in register.index.blocks]
    (folder / _INDEX).write_text(json.dumps(shapes), encoding="utf-8")


def register_open(folder: Path) -> Register:
    """The register as it was laid down. Nothing is read yet: pages come from the file, once for all who have it open."""
    shapes = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    blocks = tuple((start, _block(folder, start, shape)) for start, shape in shapes)
    return Register(frame_open(folder / _FRAME), NameIndex(_array(folder / _WEIGHTS), blocks))


def frame_keep(frame: pl.LazyFrame, path: Path) -> None:
    """Lay a frame down as it lies in memory, without holding all of it."""
    frame.sink_ipc(path, compression="uncompressed", compat_level=pl.CompatLevel.newest())


def frame_open(path: Path) -> pl.DataFrame:
    """The frame, mapped; Polars' own reader would copy it into each process."""
    with pa.memory_map(str(path)) as source:
        found = pl.from_arrow(pa.ipc.open_file(source).read_all())
    assert isinstance(found, pl.DataFrame)
    return found


def _block(folder: Path, start: int, shape: tuple[int, int]) -> Any:
    parts = tuple(_array(_block_path(folder, start, part)) for part in _PARTS)
    return sparse.csr_matrix(parts, shape=shape, copy=False)


def _block_path(folder: Path, start: int, part: str) -> Path:
    return folder / f"{start}.{part}.npy"


def _array(path: Path) -> Any:
    return np.load(path, mmap_mode="r")
