"""chengxin logistics: parcels on their way, and the firms that carry them."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.commerce.logistics.services import parcel_trace
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse

WORDS = {"trace": ("WAYBILL",)}


class Command(Base):
    """Traces a parcel by its waybill's number."""

    help = "物流：按运单编号查包裹轨迹 / logistics: a parcel by its waybill's number"
    words = {"parcels": "包裹"}

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is done, with which."""
        parser.add_argument("action", choices=sorted(WORDS), help="做什么 / what is done")
        parser.add_argument("words", nargs="*", metavar="WORD", help="运单编号 / the waybill's number")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        action, words = options["action"], options["words"]
        if len(words) != len(WORDS[action]):
            wanted = " ".join(WORDS[action])
            raise WrongUse(
                f"请这样写：chengxin logistics {action} {wanted}。", f"Write: chengxin logistics {action} {wanted}."
            )
        self.result({"parcels": [each.as_dict() for each in parcel_trace(waybill=words[0], at=timezone.now())]})
