"""JSON Lines, and a JSON list of objects if it is small: values become text exactly as they are written."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import cast

from chengxin.kernel.errors import Refusal
from chengxin.records.bulk.reading.content import HEAD, Content
from chengxin.records.bulk.reading.encoding import utf8_pieces
from chengxin.records.bulk.reading.mending import ROW_BYTES, raw_text
from chengxin.records.bulk.reading.refusals import (
    JsonBroken,
    JsonKeyLate,
    JsonKeyTwice,
    JsonListBroken,
    JsonNested,
    JsonNotLines,
    JsonNotObject,
    JsonTooLarge,
    RowBytes,
    RowNul,
    RowTooBig,
)
from chengxin.records.bulk.reading.rows import CHUNK_ROWS, BrokenRow, Chunk, RowStream, Wanted, chunk_of

WHOLE = 64 << 20
SETTLED_BY = 65_536  # so many rows settle which headings the file has
_KINDS = {"[": "list", '"': "string", "t": "boolean", "f": "boolean", "n": "null"}

_LIST = re.compile(rb"\[\s*[{\]]")

_Row = dict[str, str | None]
_Text = tuple[int, bytes]


def json_open(content: Content, wanted: Wanted) -> RowStream:
    """Find the headings of a file of JSON objects; raises HeaderUnknown, HeaderTwice, JsonNotLines, JsonListBroken,
    JsonTooLarge.
    """
    texts = partial(_elements if _is_list(content) else _lines, content)
    written: dict[str, None] = {}
    for line, text in islice(texts(), SETTLED_BY):
        if isinstance(row := _row(line, text), dict):
            written.update(dict.fromkeys(row))
    if not wanted.count(written):
        if not written:
            _refuse_one_value(content)
        raise wanted.refuse(written, content.name)
    headers = wanted.headers(list(written), content.name)
    return RowStream("json", headers, 0, partial(_chunks, texts, dict(zip(headers, written, strict=True)), wanted))


def _is_list(content: Content) -> bool:
    """Whether the whole file is one list of objects, rather than lines of which the first happens to be a list."""
    head = b"".join(utf8_pieces([content.head], content.name)).lstrip()
    first, _, others = head.partition(b"\n")
    return _LIST.match(head) is not None and not (others.strip() and _is_json(first))


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse_one_value(content: Content) -> None:
    text = b"".join(islice(utf8_pieces(content.pieces(HEAD), content.name), WHOLE // HEAD))
    if b"\n" in text.strip() and _is_json(text):
        raise JsonNotLines(name=content.name)


def _lines(content: Content) -> Iterator[_Text]:
    """The lines that are not blank; one beyond all measure is cut, so that reading goes on behind it."""
    line, held = 1, b""
    for piece in utf8_pieces(content.pieces(HEAD), content.name):
        *whole, held = (held + piece).split(b"\n")
        for text in whole:
            if text.strip():
                yield line, text
            line += 1
        if len(held) > 2 * ROW_BYTES:
            held = held[: ROW_BYTES + 1]
    if held.strip():
        yield line, held


def _elements(content: Content) -> Iterator[_Text]:
    """The elements of a list, as written, counted from 1."""
    raw = b""
    for piece in utf8_pieces(content.pieces(HEAD), content.name):
        raw += piece
        if len(raw) > WHOLE:
            raise JsonTooLarge(name=content.name, most=WHOLE >> 20)
    text = raw.decode("utf-8", "surrogateescape")
    decoder = json.JSONDecoder(strict=False)
    place, number = _after(text, text.index("[") + 1), 0
    while text[place : place + 1] != "]":
        number += 1
        try:
            _, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as problem:
            raise JsonListBroken(name=content.name, number=number, problem=str(problem)[:100]) from None
        yield number, text[place:end].encode("utf-8", "surrogateescape")
        place = _after(text, end)
        if text[place : place + 1] == ",":
            place = _after(text, place + 1)
        elif text[place : place + 1] != "]":
            raise JsonListBroken(name=content.name, number=number, problem="no comma and no end after it")
    if text[place + 1 :].strip():
        raise JsonListBroken(name=content.name, number=number, problem="something follows the list")


def _after(text: str, place: int) -> int:
    while text[place : place + 1].isspace():
        place += 1
    return place


def _row(line: int, text: bytes) -> _Row | BrokenRow:
    try:
        if len(text) > ROW_BYTES:
            raise RowTooBig(most=ROW_BYTES)
        found = _loaded(text)
        row = cast(_Row, found) if set(map(type, found.values())) <= _PLAIN else _plain(found)
        if b"\\u" in text:
            _must_be_text("".join(row) + "".join(v for v in row.values() if v))
        return row
    except Refusal as reason:
        return BrokenRow(line, raw_text(text), reason)


def _loaded(text: bytes) -> dict[str, object]:
    try:
        value: object = _DECODER.decode(text.decode())
    except UnicodeDecodeError:
        raise RowBytes() from None
    except (ValueError, RecursionError) as problem:
        raise (RowNul() if b"\0" in text else JsonBroken(problem=str(problem)[:100])) from None
    if not isinstance(value, dict):
        raise JsonNotObject(found=_KINDS.get(text.lstrip()[:1].decode(), "number"))
    return value


def _no_number(written: str) -> object:
    raise JsonBroken(problem=f"{written} is no number")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [key for key, _ in pairs]
        raise JsonKeyTwice(heading=next(key for key in names if names.count(key) > 1))
    return found


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_no_number, object_pairs_hook=_object)
_PLAIN = {str, type(None)}


def _plain(found: dict[str, object]) -> _Row:
    """A row whose values are text or nothing."""
    row: _Row = {}
    for heading, value in found.items():
        if value is None or isinstance(value, str):
            row[heading] = value
        elif isinstance(value, bool):
            row[heading] = "true" if value else "false"
        else:
            raise JsonNested(heading=heading)
    return row


def _must_be_text(text: str) -> None:
    if "\0" in text:
        raise RowNul()
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RowBytes() from None


def _chunks(texts: partial[Iterator[_Text]], headings: Mapping[str, str], wanted: Wanted) -> Iterator[Chunk]:
    source = texts()
    while part := list(islice(source, CHUNK_ROWS)):
        yield _chunk(part, headings, wanted)


def _chunk(texts: Iterable[_Text], headings: Mapping[str, str], wanted: Wanted) -> Chunk:
    written = tuple(headings.values())
    settled = set(written)
    rows: list[tuple[str | None, ...]] = []
    lines: list[int] = []
    broken: list[BrokenRow] = []
    for line, text in texts:
        row = _row(line, text)
        if isinstance(row, BrokenRow):
            broken.append(row)
        elif not row.keys() <= settled and (late := [h for h in row if h not in settled and wanted.known(h)]):
            broken.append(BrokenRow(line, raw_text(text), JsonKeyLate(heading=min(late))))
        else:
            rows.append(tuple([row.get(h) or None for h in written]))
            lines.append(line)
    columns = zip(*rows, strict=True) if rows else iter([()] * len(written))
    return chunk_of(columns, lines, tuple(headings), broken)
