"""Texts that are kept beside the tests: held equal to what the program says now, or written anew on demand.

`CHENGXIN_SNAPSHOTS=write make test PYTEST='-n 0 FILE'` writes them.
"""

import os
from pathlib import Path


def same(path: Path, text: str) -> bool:
    """Whether the file says this; with CHENGXIN_SNAPSHOTS=write it is made to."""
    if os.environ.get("CHENGXIN_SNAPSHOTS") == "write":
        path.write_text(text, encoding="utf-8")
    return path.exists() and path.read_text(encoding="utf-8") == text
