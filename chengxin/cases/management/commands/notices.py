"""chengxin notices: what is to be told to whoever opened a case; handed over, or proved to have been served."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.cases.selectors import notices_due
from chengxin.cases.services.telling import notice_served, notices_send
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Lists the notices that are due, hands them over, or writes down that one was served."""

    help = (
        "通知：列出待发的、发出，或者记下送达 / "
        "notices: list those that are due, hand them over, or write down that one was served"
    )
    words = {
        "notices": "通知",
        "notice": "编号",
        "about": "关于",
        "channel": "方式",
        "written_at": "写成",
        "tried": "已试",
        "due": "待发",
        "sent": "已发出",
        "failed": "未发出",
        "given_up": "不再重试",
        "outcome": "结果",
        "detail": "凭据",
        "at": "时间",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which one was served and how, or `--send`."""
        parser.add_argument(
            "notice", nargs="?", type=int, metavar="NOTICE", help="已送达的通知 / the notice that was served"
        )
        parser.add_argument("--served", metavar="PROOF", help="送达凭据 / what proves that it was served")
        parser.add_argument(
            "--send",
            action="store_true",
            help="发出全部待发的；每几分钟运行一次 / hand over all that are due; run every few minutes",
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁在办理，默认 operator / who does it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Hand over, write down, or list."""
        at = timezone.now()
        by = asker_acting(options["by"], at=at).key
        if options["notice"] is not None:
            if options["served"] is None:
                raise WrongUse("请写明送达凭据：--served PROOF。", "Say what proves it: --served PROOF.")
            made = notice_served(notice=options["notice"], proof=options["served"], by=by, at=at)
            self.result({"notice": made.notice_id, "outcome": made.outcome, "detail": made.detail, "at": made.at})
        elif options["send"]:
            self.result(notices_send(by=by, at=at).as_dict())
        else:
            due = [
                {
                    "notice": n.pk,
                    "about": n.concerns,
                    "channel": n.channel,
                    "written_at": n.at,
                    "tried": n.deliveries.count(),
                }
                for n in notices_due(at=at)[:200]
            ]
            self.result({"notices": due})
