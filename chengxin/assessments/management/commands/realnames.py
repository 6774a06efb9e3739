"""chengxin realnames: how far real names are verified, domain by domain, as the agencies in charge say."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.assessments.selectors import real_names
from chengxin.assessments.services import real_names_state
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Shows the table of domains, or states one line of it."""

    help = "实名登记覆盖：各领域已核验数和总数，由主管单位报送 / real-name coverage: so many verified of so many held in each domain"
    words = {
        "domains": "领域",
        "domain": "领域",
        "title": "名称",
        "said": "报送",
        "agency": "单位",
        "as_of": "截至",
        "held": "总数",
        "verified": "已核验",
        "document": "文书",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is stated, and who states it."""
        parser.add_argument(
            "--state", metavar="DOMAIN", help="报送哪个领域；不写则列出 / the domain that is stated; else all are shown"
        )
        parser.add_argument("--agency", metavar="ACTOR", help="主管单位 / the agency in charge")
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="DAY", help="截至哪一天 / as of which day")
        parser.add_argument("--held", type=int, metavar="N", help="总数 / how many are held")
        parser.add_argument(
            "--verified", type=int, metavar="N", help="已核验实名的 / of how many the real name was verified"
        )
        parser.add_argument("--document", default="", metavar="TEXT", help="依据的文书 / by which document")
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="由谁办理，默认 operator / who does it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """State, and show."""
        at = timezone.now()
        if options["state"]:
            if None in (options["agency"], options["as_of"], options["held"], options["verified"]):
                raise WrongUse(
                    "请写明 --agency、--as-of、--held、--verified。", "Give --agency, --as-of, --held and --verified."
                )
            real_names_state(
                domain=options["state"], agency=options["agency"], as_of=options["as_of"], held=options["held"], verified=options["verified"],
                document=options["document"], asker=asker_acting(options["by"], at=at), at=at,
            )  # fmt: skip
        self.result({"domains": real_names(known_at=at)})
