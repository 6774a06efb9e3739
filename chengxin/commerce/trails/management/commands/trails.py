"""chengxin trails: what happened to goods, as firms say it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from chengxin.commerce.trails.rules.hashing import hashes_of, xml_hashes
from chengxin.commerce.trails.rules.shaping import document_checked, document_read, events_of
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse

# Action → what its words are, the last as often as wished where it ends in "…".
WORDS: dict[str, tuple[str, ...]] = {
    "hash": ("FILE",),
}


class Command(Base):
    """Hashes events."""

    help = "货品轨迹（EPCIS 2.0）：事件编号 / trails of goods (EPCIS 2.0): ids of events"
    words = {
        "file": "文件",
        "ids": "事件编号",
        "declared": "文件中写明的编号",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, with what."""
        parser.add_argument("action", choices=list(WORDS), help="做什么 / what to do")
        parser.add_argument("words", nargs="*", metavar="WORD", help="文件等，因动作而异 / files: as the action needs")

    def database_needed(self, options: Any) -> bool:
        """A hash is made of the file alone."""
        return bool(options["action"] != "hash")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        action, words = options["action"], options["words"]
        shape = WORDS[action]
        many = bool(shape) and shape[-1].endswith("…")
        if len(words) < len(shape) or (len(words) > len(shape) and not many):
            wanted = " ".join(shape)
            raise WrongUse(
                f"请这样写：chengxin trails {action} {wanted}。", f"Write: chengxin trails {action} {wanted}."
            )
        getattr(self, f"_{action}")(*words, **options)

    def _hash(self, path: str, **options: Any) -> None:
        content = Path(path).read_bytes()
        if Path(path).suffix.lower() == ".xml":
            ids = xml_hashes(content)
            self.result({"file": Path(path).name, "ids": ids})
            return
        document = document_read(content)
        document_checked(document)
        events = events_of(document)
        declared = [event.get("eventID") for event in events]
        self.result({"file": Path(path).name, "ids": hashes_of(document, events), "declared": declared})
