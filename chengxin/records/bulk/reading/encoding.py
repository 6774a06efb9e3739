"""Any of the encodings that files come in, turned into UTF-8 bytes; what is no character stays as invalid bytes."""

import codecs
from collections.abc import Iterable, Iterator

from chengxin.records.bulk.reading.refusals import EncodingUnknown

_UTF8_BOM, _GB_BOM = b"\xef\xbb\xbf", b"\x84\x31\x95\x33"


def utf8_pieces(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The text as UTF-8 without its mark: from UTF-8, UTF-16 with its mark, or GB18030; raises EncodingUnknown.

    A file that begins in ASCII is judged where its first other character stands, however late.
    """
    source = iter(pieces)
    first = next(source, b"")
    while first and len(first) < 4 and (more := next(source, b"")):
        first += more
    if first.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise EncodingUnknown(name=name)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield from _turned(_chain(first, source), "utf-16", "surrogatepass")
    elif first.startswith(_UTF8_BOM):
        yield from _chain(first[3:], source)
    elif first.startswith(_GB_BOM):
        yield from _turned(_chain(first[4:], source), "gb18030", "surrogateescape")
    else:
        yield from _judged(first, source, name)


def _judged(first: bytes, source: Iterator[bytes], name: str) -> Iterator[bytes]:
    for piece in _chain(first, source):
        if piece.isascii():
            yield piece
            continue
        if _is_gb18030(piece, name):
            yield from _turned(_chain(piece, source), "gb18030", "surrogateescape")
        else:
            yield piece
            yield from source


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _turned(pieces: Iterator[bytes], encoding: str, errors: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", errors)
    try:
        yield decoder.decode(b"", final=True).encode("utf-8", errors)
    except UnicodeDecodeError as problem:  # half a character at the very end
        yield b"\xff" * (problem.end - problem.start)


def _is_gb18030(sample: bytes, name: str) -> bool:
    """Whether text that is not ASCII is GB18030 rather than UTF-8, by the lines that each can read."""
    if _reads(sample, "utf-8"):
        return False
    lines = sample[: sample.rfind(b"\n") + 1 or len(sample)].split(b"\n")
    beyond = [line for line in lines if not line.isascii()]
    if sum(_reads(line, "utf-8") for line in beyond) * 2 >= max(len(beyond), 1):
        return False  # hardly any other text is valid UTF-8 by chance
    if sum(_reads(line, "gb18030") for line in beyond) * 2 > len(beyond):
        return True
    if len(beyond) * 5 <= len(lines):
        return False  # all is ASCII but for a few broken rows
    raise EncodingUnknown(name=name)


def _reads(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
