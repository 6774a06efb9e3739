"""The population register as a sealed file of numbers and names: the default plug, which answers yes or no."""

import csv
import json
import os
import tempfile
from collections.abc import Hashable, Iterator
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_read
from chengxin.kernel.names import name_normal
from chengxin.kernel.sealing import HEADER, Key
from chengxin.vault.selectors import seal_of

RING, BOUND = "vault", b"population register"


class RegisterMissing(Refusal):
    """There is no population register to ask. Give a file of numbers and names to chengxin population, or set CHENGXIN_POPULATION."""

    code = "population-register-missing"
    status = 503
    zh = "没有可供核验的人口库。请用 chengxin population 载入号码和姓名的文件，或者设置 CHENGXIN_POPULATION。"


class RegisterLine(Refusal):
    """Line {line} of the file cannot be taken: a line holds a citizen number and a name. Nothing was taken."""

    code = "population-register-line"
    zh = "文件第{line}行无法读取：每行应为公民身份号码和姓名。整份文件未载入。"


def register_path() -> Path:
    """Where the sealed register stands."""
    return Path(settings.CHENGXIN_HOME) / "population.sealed"


def register_seal(path: Path) -> int:
    """Seal a CSV file (number, name; no heading) as the register, in place of the one before; how many lines it had."""
    people: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.reader(file), 1):
            try:
                number, name = row
                people[citizen_number_read(number, invented=settings.CHENGXIN_INVENTED_DIVISION)] = name_normal(name)
            except (Refusal, ValueError):
                raise RegisterLine(line=line) from None
    _write(json.dumps(people, ensure_ascii=False).encode())
    return len(people)


def from_file(number: str, name: str) -> bool:
    """Whether the register holds this name under this number; a number that it lacks is a no like any other."""
    people = _people(_mark())
    return people.get(number) == name_normal(name)


@lru_cache(maxsize=1)
def _people(mark: Hashable) -> dict[str, str]:
    found: dict[str, str] = json.loads(seal_of(RING).unseal(register_path().read_bytes(), BOUND))
    return found


def _mark() -> Hashable:
    try:
        found = register_path().stat()
    except FileNotFoundError:
        raise RegisterMissing from None
    return found.st_ino, found.st_mtime_ns


def _write(plain: bytes) -> None:
    path = register_path()
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    with os.fdopen(descriptor, "wb") as file:
        file.write(seal_of(RING).seal(plain, BOUND))
    Path(aside).replace(path)


class RegisterFile:
    """The register's file as something that lies under a ring of keys."""

    ring, label = RING, "population.sealed"

    def left(self, key: Key) -> int:
        """1 where another key sealed it."""
        path = register_path()
        return int(path.exists() and path.read_bytes()[:HEADER] != key.header)

    def renew(self, key: Key, most: int) -> Iterator[int]:
        """Seal it anew."""
        if self.left(key):
            _write(seal_of(RING).unseal(register_path().read_bytes(), BOUND))
            yield 1

    def forget(self, key: Key) -> None:
        """Nothing lies beside the file."""
