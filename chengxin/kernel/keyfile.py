"""Files that hold a secret: written once, whole, and readable by their owner alone."""

import os
import tempfile
from pathlib import Path


def keyfile_once(path: Path, text: str) -> str:
    """The text of the key file, which is made with `text` (mode 0600) if there is none yet.

    It is written aside and linked in, so that of two processes that come first at once both read the same secret.
    """
    if not path.exists():
        descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
        try:
            os.link(aside, path)
        except FileExistsError:
            pass  # another process was first; its secret is the one
        finally:
            Path(aside).unlink()
    return path.read_text(encoding="ascii").strip()
