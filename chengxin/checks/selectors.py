"""What the register says of a number in a matter; which answers were given about a subject, and which anew to whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from chengxin.checks import rules
from chengxin.checks.models import Reissue
from chengxin.checks.rules import Outcome, Reason
from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.ledger.models import Entry
from chengxin.lists.rules import Following, measures_following, record_types_deciding
from chengxin.lists.selectors import facts_in_term


@dataclass(frozen=True)
class Finding:
    """What the register says of a number in a matter: the outcome, the subject that it named, and what follows."""

    outcome: Outcome
    reason: Reason | None = None
    subject: int | None = None
    following: Sequence[Following] = ()


def finding(law: Law, matter: str, *, scheme: str, value: str, on: date, known_at: datetime) -> Finding:
    """What follows in the matter for the subject of the number; one reading, and no trace of it: the caller writes that."""
    types = record_types_deciding(law, matter)
    found = facts_in_term(scheme=scheme, value=value, record_types=types, on=on, known_at=known_at)
    if found is None:
        return Finding(Outcome.CANNOT_SAY, rules.UNKNOWN)
    following = measures_following(law, matter, found.facts, on=on)
    return Finding(rules.outcome(following), None, found.subject, following)


CHECKED = "checks.check.answered"
ANSWERS = (CHECKED, "lists.subject.read")


class ReissueUnknown(Refusal):
    """There is no new answer {reissue} for you to take note of."""

    code = "reissue-unknown"
    status = 404
    zh = "没有编号为{reissue}、需由您签收的更正答复。"


def answers_given(subjects: Iterable[int], *, since: datetime, until: datetime) -> QuerySet[Entry]:
    """Every check and every file about one of these subjects that was answered in the time, oldest first."""
    return Entry.objects.filter(subject__in=sorted(subjects), event__in=ANSWERS, at__gte=since, at__lte=until).order_by(
        "at", "id"
    )


def reissues_accessible(actor: str, kind: str) -> QuerySet[Reissue]:
    """The answers given anew that the actor may see: its own; the operator and a credit centre see all. The latest first."""
    found = Reissue.objects.select_related("receipt").order_by("-pk")
    return found if kind in ("operator", "credit-centre") else found.filter(actor=actor)
