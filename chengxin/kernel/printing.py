"""Printing: a document set by Typst in the fonts that the package brings, as PDF/A; what the fonts lack is written out.

What a document says comes as data and is never read as markup. Fonts of the system are not looked at: a page looks the same
on every machine. A warning of the typesetter is an error, for it may mean that something is not on the page.
"""

import json
import re
import struct
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pylopdf_fonts_zh_cn
import typst

from chengxin.kernel.errors import Refusal

FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
STANDARD: Final = "a-2b"
_NOT_SHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")


class NotPrinted(Refusal):
    """The document could not be printed: {why}. Nothing was issued; tell whoever runs the register."""

    code = "document-not-printed"
    status = 503
    zh = "文件未能排印：{why}。没有出具任何文件，请告知系统运行单位。"


def pdf_made(template: Path, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF/A of the template with the data, which it reads as JSON from `sys.inputs.data`; the same for the same instant."""
    text = json.dumps(printable(data), ensure_ascii=False, default=str)
    try:
        compiler = typst.Compiler(template.read_bytes(), font_paths=_fonts(), ignore_system_fonts=True)
        made, warnings = compiler.compile_with_warnings(
            format="pdf", sys_inputs={"data": text}, pdf_standards=[STANDARD], timestamp=at.replace(microsecond=0)
        )
    except typst.TypstError as error:
        raise NotPrinted(why=error.message) from error
    if warnings or not isinstance(made, bytes):
        raise NotPrinted(why="; ".join(str(each.message) for each in warnings))
    return made


def printable(value: Any) -> Any:
    """The value with every character that the fonts lack written out as its code point, 〔U+20BB7〕, and what has no shape left out."""
    if isinstance(value, str):
        return "".join(c if ord(c) in _characters() else f"〔U+{ord(c):04X}〕" for c in _NOT_SHOWN.sub("", value))
    if isinstance(value, Mapping):
        return {key: printable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [printable(each) for each in value]
    return value


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@cache
def _characters() -> frozenset[int]:
    """The characters that each of the fonts has; the line feed, which no font draws, is one of them."""
    covered = [_covered(path.read_bytes()) for path in sorted(FONTS.glob("*.otf"))]
    return frozenset.intersection(*covered) | {0x0A}


def _covered(font: bytes) -> frozenset[int]:
    """The characters in a font's table `cmap`, of its subtable in groups (format 12), which holds all of Unicode (OpenType 1.9)."""
    tables = {
        font[at : at + 4]: struct.unpack(">I", font[at + 8 : at + 12])[0]
        for at in range(12, 12 + 16 * _word(font, 4), 16)
    }
    cmap = tables[b"cmap"]
    subtables = (
        cmap + struct.unpack(">I", font[at + 4 : at + 8])[0]
        for at in range(cmap + 4, cmap + 4 + 8 * _word(font, cmap + 2), 8)
    )
    start = next(at for at in subtables if _word(font, at) == 12)
    (count,) = struct.unpack(">I", font[start + 12 : start + 16])
    groups = struct.iter_unpack(">III", font[start + 16 : start + 16 + 12 * count])
    return frozenset(c for first, last, _ in groups for c in range(first, last + 1))


def _word(font: bytes, at: int) -> int:
    return int(struct.unpack(">H", font[at : at + 2])[0])
