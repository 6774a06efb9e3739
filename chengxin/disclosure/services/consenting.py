"""Giving a consent and taking it back: by the person at the portal, or on paper at a counter; and the grantee's taking note of it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_acting, actor_titled, contacts_published
from chengxin.cases.services.running import MEDIA_TYPES, MOST_BYTES, PaperIn, PaperNotTaken
from chengxin.cases.services.telling import notice_write
from chengxin.disclosure.models import Acknowledgement, Consent, Withdrawal, scan_bound
from chengxin.disclosure.rules.consenting import (
    COUNTERS,
    Terms,
    acknowledge_by,
    consent_fit,
    withdrawal_told,
)
from chengxin.disclosure.rules.disclosing import AskerBarred, purpose_of
from chengxin.disclosure.selectors import (
    ConsentShown,
    ConsentUnknown,
    WithdrawalShown,
    WithdrawalUnknown,
    consents_accessible,
    consents_of,
    consents_shown,
    withdrawals_accessible,
    withdrawals_shown,
)
from chengxin.disclosure.services.calling import call_take
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_read
from chengxin.ledger.services import trace
from chengxin.subjects.bulk.vaulting import person_met
from chengxin.vault.selectors import seal_of

PUBLIC = "public"
Way = Consent.Way


class PersonNotMet(Refusal):
    """Nobody of this number and name is held here, so there is nothing that a consent could open. Compare both with the identity card."""

    code = "consent-nobody"
    status = 404
    zh = "本库没有与该号码和姓名相符的人，没有可以同意查询的信息。请对照身份证核对。"


class ConsentWithdrawn(Refusal):
    """Consent {consent} is withdrawn already."""

    code = "consent-withdrawn"
    status = 409
    zh = "第{consent}号同意已经撤回。"


@dataclass(frozen=True)
class Given:
    """A consent that was written down: its number, which the person tells whoever may read."""

    consent: int

    def as_dict(self) -> dict[str, int]:
        """As every door gives it."""
        return {"consent": self.consent}


def consent_give(*, subject: int, terms: Terms, at: datetime, jurisdiction: str = "cn") -> Given:
    """Write down what the person who is signed in allows. The caller knows who is there."""
    return _given(subject=subject, terms=terms, way=Way.PORTAL, scan=None, by=PUBLIC, at=at, jurisdiction=jurisdiction)


def consent_file(
    *, number: str, name: str, terms: Terms, scan: PaperIn, asker: Asker, at: datetime, jurisdiction: str = "cn"
) -> Given:
    """Write down a consent on paper, its scan sealed: by the counter of a centre, or by a department or court to which it was given. Each counts as a call
    for its purpose, so that nobody tries a list out.
    """
    _counter(asker, terms.grantee)
    if len(scan.content) > MOST_BYTES:
        raise PaperNotTaken(title=scan.title[:80], why="it is too long", why_zh="文件过大")
    if not scan.content or scan.media_type not in MEDIA_TYPES[:3]:
        raise PaperNotTaken(title=scan.title[:80], why="it is no scan", why_zh="不是扫描件或者内容为空")
    value = citizen_number_read(number, invented=settings.CHENGXIN_INVENTED_DIVISION)
    law = lawroom.load().on(day_of(at), jurisdiction)
    purpose, persons = purpose_of(law, terms.purpose)
    consent_fit(
        law, purpose, persons, terms, kind=actor_acting(terms.grantee, at=at).kind, today=day_of(at)
    )  # fmt: skip
    call_take(law=law, purpose=purpose, persons=persons, asker=asker, at=at)
    subject = person_met(value, name)
    if subject is None:
        trace(event="disclosure.consent.tried", by=asker.key, at=at, purpose=terms.purpose)
        raise PersonNotMet
    return _given(
        subject=subject, terms=terms, way=Way.PAPER, scan=scan, by=asker.key, at=at, jurisdiction=jurisdiction
    )


def _given(
    *, subject: int, terms: Terms, way: Consent.Way, scan: PaperIn | None, by: str, at: datetime, jurisdiction: str
) -> Given:
    book = lawroom.load()
    law = book.on(day_of(at), jurisdiction)
    purpose, persons = purpose_of(law, terms.purpose)
    kind = actor_acting(terms.grantee, at=at).kind
    kept = consent_fit(law, purpose, persons, terms, kind=kind, today=day_of(at))
    digest = sha256(scan.content).hexdigest() if scan else ""
    with transaction.atomic():
        made = Consent.objects.create(
            subject_id=subject, grantee=kept.grantee, purpose=kept.purpose, jurisdiction=jurisdiction, record_types=list(kept.record_types),
            starts_on=kept.starts_on, ends_on=kept.ends_on, most=kept.most, single=persons.once, named_use=kept.named_use, way=way,
            scan_type=scan.media_type if scan else "", scan_digest=digest, lawbook_digest=book.digest, by=by, at=at,
            sealed=seal_of("vault").seal(scan.content, scan_bound({"subject_id": subject, "scan_digest": digest})) if scan else None,
        )  # fmt: skip
        trace(
            event="disclosure.consent.given", by=by, at=at, purpose=kept.purpose, subject=subject, about=f"consent:{made.pk}",
            detail={
                "way": way, "grantee": kept.grantee, "record_types": kept.record_types, "from": kept.starts_on, "until": kept.ends_on,
                "most": kept.most,
            },
        )  # fmt: skip
    return Given(made.pk)


def consent_withdraw(*, consent: int, subject: int, at: datetime) -> None:
    """Take back a consent of the person who is signed in: the next reading on it is refused."""
    _withdrawn(consent, subject, way=Way.PORTAL, by=PUBLIC, at=at)


def withdrawal_file(*, consent: int, number: str, name: str, asker: Asker, at: datetime) -> None:
    """Write down that a person took a consent back at the counter. Unknown, another's and out of the asker's sight look alike."""
    value = citizen_number_read(number, invented=settings.CHENGXIN_INVENTED_DIVISION)
    found = consents_accessible(asker).filter(pk=consent).first()
    subject = person_met(value, name)
    if found is None or subject is None:
        raise ConsentUnknown(consent=consent)
    _counter(asker, found.grantee)
    _withdrawn(consent, subject, way=Way.PAPER, by=asker.key, at=at)


def _withdrawn(consent: int, subject: int, *, way: Consent.Way, by: str, at: datetime) -> None:
    with transaction.atomic():
        found = consents_of(subject).filter(pk=consent).select_for_update().first()
        if found is None:
            raise ConsentUnknown(consent=consent)
        if Withdrawal.objects.filter(pk=consent).exists():
            raise ConsentWithdrawn(consent=consent)
        # Whoever withdraws read the clock, then waited for the readings that were under way: it is known after them.
        last = found.uses.order_by("-at", "-pk").first()
        at = max(at, last.at) if last else at
        law = lawroom.load().on(day_of(at), found.jurisdiction)
        Withdrawal.objects.create(
            consent=found, way=way, jurisdiction=found.jurisdiction, due_on=acknowledge_by(law, withdrawn_on=day_of(at)), by=by, at=at
        )  # fmt: skip
        grantee = actor_titled(found.grantee)
        reached = next(iter(contacts_published([found.grantee])), None)
        telling = withdrawal_told(
            law, found.purpose, consent=consent, grantee=grantee, centre=settings.CHENGXIN_CENTRE, on=day_of(at)
        )  # fmt: skip
        notice_write(
            subject=subject, about=f"consent:{consent}", to=f"{grantee} {reached.address if reached else ''}".strip(), telling=telling, by=by, at=at
        )  # fmt: skip
        trace(
            event="disclosure.consent.withdrawn", by=by, at=at, purpose=found.purpose, subject=subject, about=f"consent:{consent}",
            detail={"way": way, "grantee": found.grantee},
        )  # fmt: skip


def _counter(asker: Asker, grantee: str) -> None:
    own = asker.kind in ("department", "court") and asker.key == grantee
    if asker.kind not in COUNTERS and not own:
        raise AskerBarred(
            why="Consents on paper are taken by the centre's counter, or by the department or court to which they are given.",
            why_zh="书面同意由信用中心窗口，或者被同意的部门、法院自己收取登记。",
        )


# --- what the grantee holds, and takes note of ----------------------------------------------------------------------------------


def consents_read(*, asker: Asker, at: datetime, most: int = 100) -> list[ConsentShown]:
    """The consents that the asker holds, or sees; the reading is written down."""
    trace(event="disclosure.consents.read", by=asker.key, at=at)
    law = lawroom.load().on(day_of(at))
    return consents_shown(consents_accessible(asker)[:most], law, on=day_of(at))


def consents_own_read(*, subject: int, at: datetime, jurisdiction: str = "cn") -> list[ConsentShown]:
    """The consents of the person who is signed in."""
    trace(event="disclosure.consents.read", by=PUBLIC, at=at, subject=subject, detail={"as": "subject"})
    law = lawroom.load().on(day_of(at), jurisdiction)
    return consents_shown(consents_of(subject), law, on=day_of(at))


def withdrawals_read(
    *, asker: Asker, at: datetime, acknowledged: bool = False, most: int = 100
) -> list[WithdrawalShown]:
    """The withdrawals of which nobody took note yet, or all; those due first before the others."""
    trace(event="disclosure.withdrawals.read", by=asker.key, at=at)
    found = withdrawals_accessible(asker)
    found = found if acknowledged else found.filter(acknowledgement__isnull=True)
    return withdrawals_shown(found[:most], lawroom.load().on(day_of(at)), on=day_of(at))


def withdrawal_acknowledge(*, consent: int, asker: Asker, at: datetime) -> Acknowledgement:
    """The grantee, and nobody for it, takes note of a withdrawal; once."""
    with transaction.atomic():
        found = withdrawals_accessible(asker).filter(pk=consent, consent__grantee=asker.key).first()
        if found is None:
            raise WithdrawalUnknown(consent=consent)
        made, fresh = Acknowledgement.objects.get_or_create(withdrawal=found, defaults={"by": asker.key, "at": at})
        if fresh:
            trace(
                event="disclosure.withdrawal.acknowledged", by=asker.key, at=at, subject=found.consent.subject_id, about=f"consent:{consent}"
            )  # fmt: skip
    return made
