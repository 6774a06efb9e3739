"""chengxin release: let a held delivery in."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.records.management.commands.ingest import Command as Ingest
from chengxin.records.services.batches import batch_release
from chengxin.site.console import Command as Base


class Command(Base):
    """Lets in a batch whose number of rows was outside its source's bounds."""

    help = "放行暂扣的批次 / let in a batch that is held because of its number of rows"
    words = Ingest.words

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which batch, and why."""
        parser.add_argument("batch", type=int, metavar="BATCH", help="暂扣的批次号 / the held batch")
        parser.add_argument("--reason", required=True, help="放行的理由 / why it is let in")
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁放行，默认 operator / who lets it in, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge and file it."""
        at = timezone.now()
        by = asker_acting(options["by"], at=at).key
        with self.progress(None, f"#{options['batch']}") as advance:
            done = batch_release(batch=options["batch"], by=by, at=at, reason=options["reason"], advance=advance)
        self.result(done.as_dict())
