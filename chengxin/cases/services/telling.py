"""Telling whoever opened a case of each step that somebody else took, and subjects of measures: written with the deed, sent afterwards, tried again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from chengxin.cases import rules
from chengxin.cases.models import Case, Delivery, Notice, Step, notice_bound
from chengxin.cases.rules import Taken, Telling
from chengxin.cases.selectors import ATTEMPTS, case_seal, course_of, notices_due
from chengxin.cases.services.sending import Sender
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import trace

Outcome = Delivery.Outcome


class NoticeUnknown(Refusal):
    """There is no notice {notice}."""

    code = "notice-unknown"
    status = 404
    zh = "没有编号为{notice}的通知。"


class ProofMissing(Refusal):
    """Say how the notice was served: a receipt's number, a tracking number, a signature."""

    code = "notice-proof-missing"
    zh = "请写明如何送达：回执编号、邮件号或者签收人。"


def notices_write(*, case: Case, taken: Iterable[Taken], at: datetime) -> None:
    """Write what is to be told of these steps; call it in their transaction. Of what they did themselves nobody is told."""
    if case.sealed is None:
        return
    contact = case_seal().unseal_json(bytes(case.sealed), bytes(case.key_hash or b""))
    if not contact.get("reach"):
        return
    course = course_of(case)
    for step in taken:
        if step.by == "subject":
            continue
        row = Step.objects.get(case=case, number=step.number)
        channel = rules.channel_of(contact["reach"])
        told = rules.step_told(
            course, step, number=case.number, reasons=row.reasons, document=row.document, short=channel == "sms"
        )
        words = {"to": f"{contact['name']} {contact['reach']}", "title": told.title, "body": told.body}
        notice = Notice.objects.create(
            case=case,
            step=step.number,
            channel=channel,
            at=at,
            sealed=case_seal().seal_json(words, notice_bound({"case_id": case.pk})),
        )
        trace(
            event="cases.notice.written", by="clock" if step.by == "clock" else row.by, at=at, subject=case.subject_id,
            about=f"case:{case.pk}", detail={"notice": notice.pk, "step": step.number, "channel": channel},
        )  # fmt: skip


def notice_write(
    *, subject: int | None, about: str, to: str, telling: Telling, by: str, at: datetime, channel: str = "letter"
) -> Notice:
    """Write what somebody is to be told of something that is no case, by letter if nothing else is said; call it in the transaction of what it
    tells of.
    """
    words = {"to": to, "title": telling.title, "body": telling.body}
    notice = Notice.objects.create(
        subject_id=subject, about=about, channel=channel, at=at, sealed=case_seal().seal_json(words, notice_bound({"case_id": None, "about": about}))
    )  # fmt: skip
    trace(event="cases.notice.written", by=by, at=at, subject=subject, about=about, detail={"notice": notice.pk})
    return notice


@dataclass(frozen=True)
class SentResult:
    """What became of the notices that were due: the contract of `chengxin notices --send`."""

    due: int
    sent: int
    failed: int
    given_up: int

    def as_dict(self) -> dict[str, int]:
        """The result as it is printed."""
        return dict(self.__dict__)


def notices_send(*, by: str, at: datetime) -> SentResult:
    """Hand over every notice that is due, each attempt written down; one that fails is tried again later, after 5 minutes, then
    20, 80 and so on, six times in all.
    """
    send: Sender = import_string(settings.CHENGXIN_SENDER)
    counts, given_up = {"sent": 0, "failed": 0}, 0
    for notice in list(notices_due(at=at)):
        words = case_seal().unseal_json(
            bytes(notice.sealed), notice_bound({"case_id": notice.case_id, "about": notice.about})
        )
        try:
            proof, outcome = send(notice=notice.pk, channel=notice.channel, **words), Outcome.SENT
        except (
            Exception
        ) as error:  # whatever a plug raises is an attempt that failed, and must not keep the others back
            proof, outcome = type(error).__name__, Outcome.FAILED
        made = _deliver(notice, outcome, proof, by=by, at=at)
        counts[outcome] += 1
        given_up += outcome == Outcome.FAILED and made.number == ATTEMPTS - 1
    return SentResult(sum(counts.values()), counts["sent"], counts["failed"], given_up)


def notice_served(*, notice: int, proof: str, by: str, at: datetime) -> Delivery:
    """The notice has reached whom it is for; the proof is kept."""
    found = Notice.objects.filter(pk=notice).first()
    if found is None:
        raise NoticeUnknown(notice=notice)
    if not proof.strip():
        raise ProofMissing
    return _deliver(found, Outcome.SERVED, proof.strip(), by=by, at=at)


def _deliver(notice: Notice, outcome: Delivery.Outcome, detail: str, *, by: str, at: datetime) -> Delivery:
    with transaction.atomic():
        Notice.objects.select_for_update().get(pk=notice.pk)
        latest = notice.deliveries.order_by("-number").first()
        made = Delivery.objects.create(
            notice=notice, number=latest.number + 1 if latest else 0, outcome=outcome, detail=detail, by=by, at=at
        )
        trace(
            event=f"cases.notice.{outcome}", by=by, at=at, subject=notice.told, about=notice.about or f"case:{notice.case_id}",
            detail={"notice": notice.pk, "step": notice.step},
        )  # fmt: skip
    return made
