"""Looking for persons in the logs of a whole run of the tests: the server's, the site's and this process's own.

Every invented person's number begins with a division that no place has, and every name is made of the same few characters
(demo/people.py), so that a look at the shape finds whoever is there.
"""

import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

from chengxin.kernel.identifiers import citizen_number_check
from chengxin.site.logs import JsonLines
from demo.people import FIRST, INVENTED, LAST

_NUMBER = re.compile(rf"(?<![0-9])({INVENTED}[0-9]{{15}})([0-9Xx])")
_NAME = re.compile(rf"[{FIRST}][{LAST}]{{2,3}}")


def logging_begin() -> None:
    """Keep what this process logs, in the form in which the program writes it, beside the server's log."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    handler = logging.FileHandler(
        Path(os.environ["CHENGXIN_HOME"], f"tests-{worker}.log"), encoding="utf-8", delay=True
    )
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    for other in root.handlers:
        other.setLevel(max(other.level, root.level))
    root.setLevel(logging.INFO)
    root.addHandler(handler)


def persons_in(text: str) -> bool:
    """Whether an invented person's number or name stands in the text."""
    numbers = (citizen_number_check(found[1]) == found[2].upper() for found in _NUMBER.finditer(text))
    return any(numbers) or _NAME.search(text) is not None


def leaks(folder: Path) -> Iterator[str]:
    """The file and line of every log in the folder in which a person stands; never what stands there."""
    for path in sorted(folder.rglob("*.log")):
        with path.open(encoding="utf-8", errors="replace") as lines:
            yield from (f"{path.name}:{at}" for at, line in enumerate(lines, 1) if persons_in(line))
