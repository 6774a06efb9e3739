"""What a check found, and what every subcommand does alike: read its files, and say what holds and what does not."""

import json
import re
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chengxin_verify.errors import Unfit
from chengxin_verify.notes import Key


@dataclass
class Outcome:
    """What was checked, and what does not hold. Nothing found means that it holds."""

    what: str
    facts: dict[str, Any] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)

    def found(self, code: str, zh: str, en: str, **where: Any) -> None:
        """Something does not hold: a stable code, words in both languages, and where."""
        self.findings.append({"code": code, "zh": zh, "en": en, **where})

    def demand(self, holds: bool, code: str, zh: str, en: str, **where: Any) -> bool:
        """Note the finding unless it holds."""
        if not holds:
            self.found(code, zh, en, **where)
        return holds

    @property
    def holds(self) -> bool:
        """Whether nothing was found against it."""
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        """The outcome as `--json` prints it."""
        return {"checked": self.what, "holds": self.holds, **self.facts, "findings": self.findings}


def keys_argument(parser: ArgumentParser) -> None:
    """The option by which every subcommand is told whose signature counts."""
    parser.add_argument(
        "--key",
        action="append",
        required=True,
        metavar="KEY",
        help="日志的验证公钥，或者存有公钥的文件；可以多次给出 / the log's verifier key, or a file of them; may be given several times",
    )


def keys_read(written: list[str]) -> list[Key]:
    """The keys that were given, by word or by file."""
    found = []
    for each in written:
        lines = text_read(Path(each)).splitlines() if "+" not in each else [each]
        found += [Key.read(line) for line in lines if line.strip()]
    if not found:
        raise Unfit("没有公钥", "there is no key")
    return found


def text_read(path: Path) -> str:
    """A file's text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unfit(f"文件 {path} 不可读", f"the file {path} cannot be read") from error


def object_read(path: Path) -> dict[str, Any]:
    """A file's one JSON object."""
    return object_of(text_read(path), str(path))


def object_of(text: str, where: str) -> dict[str, Any]:
    """A JSON object."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unfit(f"{where} 不是 JSON 对象", f"{where} is no JSON object")
    return found


def lines_read(path: Path) -> Iterator[tuple[int, str]]:
    """A file's lines with their numbers, however long the file is."""
    try:
        with path.open(encoding="utf-8") as file:
            yield from enumerate(file, 1)
    except (OSError, UnicodeDecodeError) as error:
        raise Unfit(f"文件 {path} 不可读", f"the file {path} cannot be read") from error


def part(told: Mapping[str, Any], name: str, kind: type, where: str = "") -> Any:
    """A member of a JSON object, of its kind."""
    value = told.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Unfit(f"{where}缺少 {name}，或者其类型不对", f"{where}{name} is missing, or of the wrong kind")
    return value


def hex_read(written: object, length: int = 32) -> bytes:
    """Bytes in hex, so many of them."""
    if not isinstance(written, str) or not re.fullmatch(f"[0-9a-f]{{{2 * length}}}", written):
        raise Unfit(
            f"“{str(written)[:70]}”不是 {length} 字节的十六进制", f"“{str(written)[:70]}” is not {length} bytes in hex"
        )
    return bytes.fromhex(written)


def hashes_read(told: Mapping[str, Any]) -> list[bytes]:
    """The hashes of a proof."""
    return [hex_read(each) for each in part(told, "proof", list)]
