"""chengxin consents: the consents that an actor holds, and the withdrawals of which it takes note."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.disclosure.services.consenting import consents_read, withdrawal_acknowledge, withdrawals_read
from chengxin.site.console import Command as Base


class Command(Base):
    """Lists consents or withdrawals, or takes note of one."""

    help = "所持的同意和待签收的撤回，按编号，不写明是谁的 / the consents held and the withdrawals to take note of, by number, not whose they are"
    words = {
        "consents": "同意",
        "withdrawals": "撤回",
        "consent": "编号",
        "grantee": "被同意人",
        "grantee_title": "名称",
        "purpose": "用途",
        "title": "用途",
        "record_types": "记录种类",
        "starts_on": "自",
        "ends_on": "至",
        "most": "最多次数",
        "used": "已用次数",
        "named_use": "用于",
        "way": "怎样作出",
        "state": "状态",
        "given_at": "作出时刻",
        "withdrawn_at": "撤回时刻",
        "due_on": "最迟签收",
        "late": "逾期",
        "acknowledged_at": "签收时刻",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, and for whom."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--withdrawn", action="store_true", help="只列待签收的撤回 / the withdrawals to take note of, alone"
        )
        which.add_argument(
            "--acknowledge",
            type=int,
            metavar="CONSENT",
            help="签收这份同意的撤回 / take note of the withdrawal of this one",
        )
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁的，默认 operator（看全部） / whose, by default operator, who sees all"
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them, or write the acknowledgement down."""
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        if options["acknowledge"] is not None:
            made = withdrawal_acknowledge(consent=options["acknowledge"], asker=asker, at=at)
            self.result({"consent": made.pk, "acknowledged_at": made.at})
            return
        waiting = [each.as_dict() for each in withdrawals_read(asker=asker, at=at)]
        if options["withdrawn"]:
            self.result({"withdrawals": waiting})
            return
        self.result(
            {"consents": [each.as_dict() for each in consents_read(asker=asker, at=at)], "withdrawals": waiting}
        )
