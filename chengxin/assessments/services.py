"""Writing down what an agency was told of its work on the lists, what it answered, and that something was written down in error."""

from datetime import date, datetime

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_acting
from chengxin.assessments import rules
from chengxin.assessments.models import Oversight, RealNames, Reply
from chengxin.assessments.selectors import oversight_answerable, oversight_owned
from chengxin.kernel.days import day_of
from chengxin.kernel.wording import words_fit
from chengxin.ledger.services import trace


def oversight_record(
    *, kind: str, agency: str, on: date, what: str, document: str, due_on: date | None = None, jurisdiction: str = "cn",
    asker: Asker, at: datetime,
) -> Oversight:  # fmt: skip
    """Write down a circular, an inspection of an agency's work or a demand to put something right, as its document says. It is a fact of
    the year, shown to the agency and to whoever assesses; nothing is computed of it.
    """
    rules.overseeing_permitted(asker.kind, asker.key)
    law = lawroom.load().on(day_of(at), jurisdiction)
    rules.oversight_of(law, kind, on=on, due_on=due_on, today=day_of(at))
    actor_acting(agency, at=at)
    what = words_fit(what, rules.WHAT, most=rules.MOST_WHAT, needed=True)
    document = words_fit(document, rules.DOCUMENT, most=rules.MOST_DOCUMENT, needed=True)
    with transaction.atomic():
        made = Oversight.objects.create(
            kind=kind, jurisdiction=jurisdiction, agency=agency, on=on, what=what, document=document, due_on=due_on, at=at,
            by=asker.key,
        )  # fmt: skip
        trace(
            event="assessments.oversight.recorded", by=asker.key, at=at, about=f"oversight:{made.pk}",
            detail={"kind": kind, "agency": agency, "on": on, "due_on": due_on},
        )  # fmt: skip
    return made


def real_names_state(
    *, domain: str, agency: str, as_of: date, held: int, verified: int, document: str, asker: Asker, at: datetime
) -> RealNames:  # fmt: skip
    """Write down how many accounts of a domain are held and of how many the real name was verified, as the agency in charge says, or the operator
    for it. A count and nothing else: whose accounts they are is neither asked nor kept.
    """
    if asker.kind not in ("department", "platform", "operator") or asker.key != agency and asker.kind != "operator":
        raise rules.RealNamesUnfit(
            why=f"{asker.key} does not speak for {agency[:60]}", why_zh=f"{asker.key}不能代{agency[:60]}报送"
        )
    rules.real_names_fit(
        lawroom.load().on(day_of(at)), domain, held=held, verified=verified, as_of=as_of, today=day_of(at)
    )
    actor_acting(agency, at=at)
    document = words_fit(document, rules.DOCUMENT, most=rules.MOST_DOCUMENT, needed=True)
    with transaction.atomic():
        made = RealNames.objects.create(
            domain=domain,
            agency=agency,
            as_of=as_of,
            held=held,
            verified=verified,
            document=document,
            at=at,
            by=asker.key,
        )
        trace(
            event="assessments.realnames.stated", by=asker.key, at=at, about=f"real-names:{domain}",
            detail={"agency": agency, "as_of": as_of, "held": held, "verified": verified},
        )  # fmt: skip
    return made


def oversight_answer(*, oversight: int, words: str, document: str = "", asker: Asker, at: datetime) -> Reply:
    """What the agency says to a demand: what was put right, by which document. It may be said anew; the latest counts."""
    with transaction.atomic():
        found = oversight_answerable(asker, oversight)
        words = words_fit(words, rules.WORDS, most=rules.MOST_WHAT, needed=True)
        document = words_fit(document, rules.DOCUMENT, most=rules.MOST_DOCUMENT)
        return _reply(found, Reply.Kind.ANSWERED, words, document, asker, at)


def oversight_withdraw(*, oversight: int, reason: str, asker: Asker, at: datetime) -> Reply:
    """Take back what was written down in error, with the reason: it is no fact of any year any more."""
    with transaction.atomic():
        found = oversight_owned(asker, oversight)
        return _reply(
            found,
            Reply.Kind.WITHDRAWN,
            words_fit(reason, rules.WORDS, most=rules.MOST_WHAT, needed=True),
            "",
            asker,
            at,
        )


def _reply(found: Oversight, kind: Reply.Kind, words: str, document: str, asker: Asker, at: datetime) -> Reply:
    latest = found.replies.order_by("-number").first()
    made = Reply.objects.create(
        oversight=found,
        number=latest.number + 1 if latest else 0,
        kind=kind,
        words=words,
        document=document,
        at=at,
        by=asker.key,
    )
    trace(event=f"assessments.oversight.{kind}", by=asker.key, at=at, about=f"oversight:{found.pk}")
    return made
