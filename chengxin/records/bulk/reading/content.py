"""Opening a file: plain or gzipped, and what it is by its content first and its name second."""

import gzip
import io
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Literal, cast

from chengxin.records.bulk.reading.refusals import (
    CompressionUnsupported,
    FileEmpty,
    FileIsFolder,
    FileKind,
    FileMissing,
    FileUnreadable,
    GzipDamaged,
    ParquetDamaged,
    SpreadsheetDamaged,
    SpreadsheetEncrypted,
)

Kind = Literal["delimited", "json", "spreadsheet", "parquet"]
HEAD = 1 << 20
_IN_MEMORY = 64 << 20

_PACKED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "rar",
}
_OTHER = {
    b"%PDF": ("a PDF document", "PDF 文档"),
    b"{\\rtf": ("an RTF document", "RTF 文档"),
    b"\x89PNG": ("a picture", "图片"),
    b"\xff\xd8\xff": ("a picture", "图片"),
    b"GIF8": ("a picture", "图片"),
    b"SQLite format 3": ("a database", "数据库文件"),
    b"\x7fELF": ("a program", "程序文件"),
    b"MZ\x90": ("a program", "程序文件"),
    b"ARROW1": ("an Arrow file", "Arrow 文件"),
}
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<body", b"<meta", b"<style")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x84\x31\x95\x33")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Content:
    """A file that exists, whether it is gzipped, what kind of table it holds, and its first bytes unpacked."""

    path: Path
    name: str
    gzipped: bool
    kind: Kind
    head: bytes

    def pieces(self, size: int) -> Iterator[bytes]:
        """The unpacked bytes in pieces of at most `size`; raises FileUnreadable and GzipDamaged."""
        return _pieces(self.path, self.gzipped, size)

    @contextmanager
    def seekable(self) -> Iterator[BinaryIO]:
        """The unpacked bytes as a file to seek in; a large gzipped one is unpacked to disk."""
        if not self.gzipped:
            with _opened(self.path) as file:
                yield file
            return
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            for piece in self.pieces(1 << 20):
                file.write(piece)
            file.seek(0)
            yield cast(BinaryIO, file)


def content_of(path: Path) -> Content:
    """Look at a file; raises a Refusal for what is missing, unreadable, empty, packed otherwise, or no table."""
    name = path.name
    must_be_file(path)
    start = next(_pieces(path, False, 512), b"")
    gzipped = start.startswith(b"\x1f\x8b")
    head = _first(_pieces(path, gzipped, HEAD))
    suffixes = [s.lower() for s in path.suffixes]
    if gzipped and suffixes and suffixes[-1] in (".gz", ".gzip"):
        suffixes.pop()
    return Content(path, name, gzipped, _kind(path, gzipped, head, suffixes[-1] if suffixes else ""), head)


def _first(pieces: Iterator[bytes]) -> bytes:
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= HEAD:
            break
    return head


def must_be_file(path: Path) -> None:
    """Raise FileMissing, FileIsFolder or FileUnreadable unless an ordinary file stands at the path."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise FileMissing(name=path.name) from None
    except (OSError, ValueError) as problem:
        raise FileUnreadable(name=path.name[:80], problem=_reason(problem)) from None
    if stat.S_ISDIR(mode):
        raise FileIsFolder(name=path.name)
    if not stat.S_ISREG(mode):
        raise FileUnreadable(name=path.name, problem="not an ordinary file")


def _reason(problem: Exception) -> str:
    return str(getattr(problem, "strerror", None) or problem)[:200]


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb", buffering=0) as file:
            yield cast(BinaryIO, file)
    except OSError as problem:
        raise FileUnreadable(name=path.name, problem=_reason(problem)) from None


def _pieces(path: Path, gzipped: bool, size: int) -> Iterator[bytes]:
    with _opened(path) as file:
        if not gzipped:
            while piece := file.read(size):
                yield piece
            return
        try:
            with gzip.GzipFile(fileobj=io.BufferedReader(cast(io.RawIOBase, file), 1 << 18)) as unpacked:
                while piece := unpacked.read(size):
                    yield piece
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            raise GzipDamaged(name=path.name, problem=_reason(problem)) from None


def _kind(path: Path, gzipped: bool, head: bytes, suffix: str) -> Kind:
    name = path.name
    text = _without_bom(head).lstrip(b" \t\r\n\x00" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else b" \t\r\n")
    if not text:
        raise FileEmpty(name=name)
    for magic, packed in _PACKED.items():
        if head.startswith(magic):
            raise CompressionUnsupported(name=name, found=packed)
    if head[257:262] == b"ustar":
        raise CompressionUnsupported(name=name, found="tar")
    for magic, (found, found_zh) in _OTHER.items():
        if head.startswith(magic):
            raise FileKind(name=name, found=found, found_zh=found_zh)
    if text[:9].lower().startswith(_MARKUP):
        raise FileKind(
            name=name, found="a web page or XML, whatever its name says", found_zh="网页或 XML（与文件名不符）"
        )
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK"):
        return _zip_kind(path, gzipped)
    if head.startswith(_OLE):
        return _ole_kind(name, head)
    return _text_kind(name, head, text, suffix)


def _without_bom(head: bytes) -> bytes:
    for bom in _BOMS:
        if head.startswith(bom):
            return head[len(bom) :]
    return head


def _zip_kind(path: Path, gzipped: bool) -> Kind:
    with Content(path, path.name, gzipped, "spreadsheet", b"").seekable() as file:
        try:
            with zipfile.ZipFile(cast(IO[bytes], file)) as archive:
                inside = archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
            raise SpreadsheetDamaged(name=path.name, problem=_reason(problem)) from None
    if any(n.startswith("xl/") for n in inside) or ("content.xml" in inside and "mimetype" in inside):
        return "spreadsheet"
    if any(n.startswith(("word/", "ppt/")) for n in inside):
        raise FileKind(name=path.name, found="a Word or PowerPoint document", found_zh="Word 或 PowerPoint 文档")
    raise CompressionUnsupported(name=path.name, found="zip")


def _ole_kind(name: str, head: bytes) -> Kind:
    if "EncryptedPackage".encode("utf-16-le") in head:
        raise SpreadsheetEncrypted(name=name)
    if "WordDocument".encode("utf-16-le") in head or "PowerPoint Document".encode("utf-16-le") in head:
        raise FileKind(name=name, found="a Word or PowerPoint document", found_zh="Word 或 PowerPoint 文档")
    return "spreadsheet"


def _text_kind(name: str, head: bytes, text: bytes, suffix: str) -> Kind:
    if head[:2] not in (b"\xff\xfe", b"\xfe\xff") and head.count(b"\0") * 20 > len(head):
        if suffix == ".parquet":
            raise ParquetDamaged(name=name, problem="no Parquet mark at its start")
        if suffix in (".xlsx", ".xls", ".xlsm"):
            raise SpreadsheetDamaged(name=name, problem="no spreadsheet mark at its start")
        raise FileKind(name=name, found="a file of bytes that are no text", found_zh="非文本的二进制文件")
    plain = bytes(text[:4096].replace(b"\0", b""))
    if suffix in (".json", ".jsonl", ".ndjson", ".jl"):
        return "json"
    after = plain[1:].lstrip()[:1]
    if (plain[:1] == b"{" and after in (b'"', b"}")) or (plain[:1] == b"[" and after in (b"{", b"]")):
        return "json"
    return "delimited"
