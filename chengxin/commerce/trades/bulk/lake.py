"""The lake: files that are written once under names of their own and read only where the manifest lists them; a folder, or an object store."""

import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
import pyarrow.dataset as ds
from django.conf import settings
from pyarrow import fs

from chengxin.kernel.errors import Refusal

# Rows in a group. To read one shop's year, one or two groups a day are decompressed: small ones make that fast and the file a little larger.
_GROUPS_A_DAY, _LEAST, _MOST = 24, 1 << 13, 1 << 16
_BLOCK = 1 << 20


class LakeUnreached(Refusal):
    """The lake of trades cannot be reached ({reason}). CHENGXIN_LAKE names its folder or object store."""

    code = "lake-unreached"
    status = 503
    zh = "无法访问交易资料的存储（{reason}）。CHENGXIN_LAKE 写明文件夹或者对象存储的地址。"


@dataclass(frozen=True)
class Put:
    """A file as it was written: where, how long, and its SHA-256."""

    path: str
    rows: int
    bytes: int
    digest: str


class Lake:
    """Files under one root. Nothing is ever overwritten: each name is new, and a file that no manifest lists is no part of any answer."""

    def __init__(self, store: fs.FileSystem, root: str) -> None:
        self.store = store
        self.root = root.rstrip("/")
        self.folder = Path(root) if isinstance(store, fs.LocalFileSystem) else None

    def put(self, frame: pl.DataFrame, place: str, metadata: dict[str, str] | None = None) -> Put:
        """Write the rows as one Parquet file in this place, whole and on the disk before it returns."""
        path = f"{place}/{uuid4().hex}.parquet"
        try:
            digest, size = (
                self._put_local(frame, path, metadata) if self.folder else self._put_afar(frame, path, metadata)
            )
        except OSError as error:
            raise LakeUnreached(reason=type(error).__name__) from error
        return Put(path, frame.height, size, digest)

    def _put_local(self, frame: pl.DataFrame, path: str, metadata: dict[str, str] | None) -> tuple[str, int]:
        assert self.folder
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        _written(frame, target, metadata)
        digest = hashlib.sha256()
        with target.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
            os.fsync(file.fileno())
            size = file.tell()
        for folder in (target.parent, target.parent.parent):
            _synced(folder)
        return digest.hexdigest(), size

    def _put_afar(self, frame: pl.DataFrame, path: str, metadata: dict[str, str] | None) -> tuple[str, int]:
        buffer = io.BytesIO()
        _written(frame, buffer, metadata)
        content = buffer.getvalue()
        self.store.create_dir(f"{self.root}/{path.rpartition('/')[0]}", recursive=True)
        with self.store.open_output_stream(f"{self.root}/{path}") as stream:
            stream.write(content)
        return hashlib.sha256(content).hexdigest(), len(content)

    def scan(self, paths: Sequence[str], schema: dict[str, Any]) -> pl.LazyFrame:
        """The rows of these files together, read as far as they are asked for; an empty frame of the schema where there are none."""
        if not paths:
            return pl.LazyFrame(schema=schema)
        if self.folder:
            return pl.scan_parquet([self.folder / path for path in paths], hive_partitioning=False, glob=False)
        return pl.scan_pyarrow_dataset(self._dataset(paths))

    def _dataset(self, paths: Sequence[str]) -> ds.FileSystemDataset:
        """The files together, of which pyarrow fetches the columns and groups of rows that are asked for and no others."""
        try:
            return ds.dataset([f"{self.root}/{path}" for path in paths], filesystem=self.store, format="parquet")
        except OSError as error:
            raise LakeUnreached(reason=type(error).__name__) from error

    def of_shop(self, paths: Sequence[str], schema: dict[str, Any], column: str, shop: str) -> pl.DataFrame:
        """The rows of one shop in these files: groups of rows whose bounds exclude it are not read."""
        if self.folder or not paths:
            return self.scan(paths, schema).filter(pl.col(column) == shop).collect()
        try:
            found = pl.from_arrow(self._dataset(paths).to_table(filter=ds.field(column) == shop))
        except OSError as error:
            raise LakeUnreached(reason=type(error).__name__) from error
        assert isinstance(found, pl.DataFrame)
        return found

    def remove(self, paths: Iterable[str]) -> int:
        """Take the files away; one that is gone already is no fault."""
        removed = 0
        for path in paths:
            try:
                self.store.delete_file(f"{self.root}/{path}")
                removed += 1
            except FileNotFoundError:
                continue
            except OSError as error:
                raise LakeUnreached(reason=type(error).__name__) from error
        return removed

    def listed(self, place: str) -> Iterator[str]:
        """Every file that lies in this place, whether or not a manifest lists it."""
        selector = fs.FileSelector(f"{self.root}/{place}", recursive=True, allow_not_found=True)
        try:
            found = self.store.get_file_info(selector)
        except OSError as error:
            raise LakeUnreached(reason=type(error).__name__) from error
        for info in found:
            if info.type == fs.FileType.File:
                yield info.path[len(self.root) + 1 :]


def _written(frame: pl.DataFrame, target: Path | io.BytesIO, metadata: dict[str, str] | None) -> None:
    size = row_group(frame.height)
    frame.write_parquet(target, compression="zstd", compression_level=3, row_group_size=size, metadata=metadata)


def row_group(rows: int) -> int:
    """How many rows a group of a file of so many has."""
    return max(_LEAST, min(_MOST, rows // _GROUPS_A_DAY))


def _synced(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lake_of(url: str | None = None) -> Lake:
    """The lake that the settings name: a folder, or the address of an object store."""
    where = url or settings.CHENGXIN_LAKE
    if "://" not in where:
        folder = Path(where).absolute()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Lake(fs.LocalFileSystem(), str(folder))
    try:
        store, root = fs.FileSystem.from_uri(where)
    except (OSError, ValueError) as error:
        raise LakeUnreached(reason=type(error).__name__) from error
    return Lake(store, root)
