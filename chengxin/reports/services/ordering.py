"""What a firm allows a credit-service firm, the reports ordered by it, and the third-party reports that rest on them: by number and digest, never a score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_acting, actor_coded, actor_titled
from chengxin.kernel.days import day_of
from chengxin.kernel.wording import words_fit
from chengxin.ledger.services import trace
from chengxin.reports import rules
from chengxin.reports.models import FirmConsent, FirmConsentEnd, Report, ThirdReport, ThirdWithdrawal
from chengxin.reports.selectors.issued import number_of_report, pass_held, report_accessible, subject_held
from chengxin.reports.services.issuing import PUBLIC, Issued, report_issue_allowed
from chengxin.subjects.selectors import number_of, number_read


def firm_consent_give(
    *, number: str, key: str, grantee: str, kind: str, until: date, jurisdiction: str = "cn", at: datetime
) -> FirmConsent:  # fmt: skip
    """Keep that the firm with the pass allows a credit-service firm to order a report about it, up to and with the day `until`. The same again changes
    nothing. Refuses a kind of report that nobody may be allowed, and anybody whom the lawbook does not name.
    """
    _, value = number_read(number)
    held = pass_held(value, key, at=at)
    return _firm_consent(
        value, f"pass:{held.pk}", grantee=grantee, kind=kind, until=until, jurisdiction=jurisdiction, at=at
    )


def firm_consent_allow(
    *, subject: int, account: int, grantee: str, kind: str, until: date, jurisdiction: str = "cn", at: datetime
) -> FirmConsent:
    """The same by whoever is signed in for the firm: its account instead of the counter's pass. The caller knows who is there."""
    value = _code_of(subject, at=at)
    return _firm_consent(
        value, f"account:{account}", grantee=grantee, kind=kind, until=until, jurisdiction=jurisdiction, at=at
    )


def _code_of(subject: int, *, at: datetime) -> str:
    value = number_of(subject, known_at=at)
    if not value:
        raise rules.ConsentMissing
    return value


def _firm_consent(
    value: str, way: str, *, grantee: str, kind: str, until: date, jurisdiction: str, at: datetime
) -> FirmConsent:
    law, whose = lawroom.load().on(day_of(at), jurisdiction), actor_acting(grantee, at=at)
    rules.grantee_may(rules.kind_of(law, kind), whose.kind, day_of(at), until)
    with transaction.atomic():
        made, fresh = FirmConsent.objects.get_or_create(
            code=value, grantee=grantee, kind=kind, until=until, end__isnull=True,
            defaults={"jurisdiction": jurisdiction, "way": way, "lawbook_digest": law.book.digest, "at": at},
        )  # fmt: skip
        if fresh:
            detail = {"grantee": grantee, "kind": kind, "until": until}
            trace(event="reports.consent.given", by=PUBLIC, at=at, subject=subject_held(value, at), about=f"firm-consent:{made.pk}", detail=detail)  # fmt: skip
    return made


def firm_consent_end(*, number: str, key: str, consent: int, at: datetime) -> FirmConsentEnd:
    """Take a consent back: from the commit on nothing is ordered by it; what was had before stays had."""
    _, value = number_read(number)
    pass_held(value, key, at=at)
    return _firm_consent_end(value, consent, at=at)


def firm_consent_take_back(*, subject: int, consent: int, at: datetime) -> FirmConsentEnd:
    """The same by whoever is signed in for the firm, however it was given."""
    return _firm_consent_end(_code_of(subject, at=at), consent, at=at)


def _firm_consent_end(value: str, consent: int, *, at: datetime) -> FirmConsentEnd:
    with transaction.atomic():
        found = FirmConsent.objects.select_for_update().filter(pk=consent, code=value).first()
        if found is None or hasattr(found, "end"):
            raise rules.ConsentMissing
        ended = FirmConsentEnd.objects.create(ended=found, at=at)
        trace(
            event="reports.consent.ended",
            by=PUBLIC,
            at=at,
            subject=subject_held(value, at),
            about=f"firm-consent:{consent}",
        )
    return ended


def report_order(*, number: str, kind: str, asker: Asker, at: datetime) -> Issued:
    """Issue a report about the firm of the number to whom it allowed it, as data for a report of their own; refuses without a consent in force."""
    _, value = number_read(number)
    with transaction.atomic():
        # The rows are the lock, and whether they ended is asked after it: a consent that is being taken back at this instant was taken back before.
        held = FirmConsent.objects.select_for_update().filter(
            code=value, grantee=asker.key, kind=kind, until__gte=day_of(at), at__lte=at
        )
        ended = set(
            FirmConsentEnd.objects.filter(ended__in=list(held.order_by("pk"))).values_list("ended_id", flat=True)
        )
        found = next((each for each in held.order_by("pk") if each.pk not in ended), None)
        if found is None:
            raise rules.ConsentMissing
        return report_issue_allowed(
            kind=kind, number=value, consent=found.pk, asker=asker, jurisdiction=found.jurisdiction, at=at
        )


def third_report_register(
    *, number: str, digest: str, code: str, issued_on: date, rests_on: Sequence[str], asker: Asker, at: datetime
) -> ThirdReport:  # fmt: skip
    """Keep that a credit-service firm issued a report of its own about a firm: its number, digest and day, and on which of our reports, ordered by it
    about the same firm, it rests. What the report says, and any score in it, is not taken. Once under a number; the same again changes nothing.
    """
    _, value = number_read(code)
    kinds = lawroom.load().on(day_of(at), settings.CHENGXIN_PLACE).reports.values()
    if not any(each.allowed and asker.kind in each.allowed.to for each in kinds):
        raise rules.ThirdNotYours(actor=asker.key, kind=asker.kind)
    rules.third_fit(number, digest, issued_on, day_of(at))
    based = [report_accessible(asker, each) for each in dict.fromkeys(rests_on)]
    fit = [
        r for r in based if r.code == value and r.drawn_by == Report.Drawn.ALLOWED and day_of(r.issued_at) <= issued_on
    ]
    if not fit or len(fit) < len(based):
        raise rules.ThirdRestsOnNothing
    said = {"digest": digest, "code": value, "issued_on": issued_on, "rests_on": sorted(r.pk for r in based)}
    with transaction.atomic():
        made, fresh = ThirdReport.objects.get_or_create(issuer=asker.key, number=number, defaults={**said, "at": at})
        if not fresh and any(getattr(made, name) != held for name, held in said.items()):
            raise rules.ThirdRegistered(number=number)
        if fresh:
            trace(
                event="reports.third.registered", by=asker.key, at=at, subject=based[0].subject, about=f"third-report:{made.pk}",
                detail={"number": number, "digest": digest, "rests_on": [number_of_report(r) for r in based]},
            )  # fmt: skip
    return made


def third_report_withdraw(*, number: str, reason: str, asker: Asker, at: datetime) -> ThirdWithdrawal:
    """Keep that the issuer takes its report back, and why; whoever verifies it from now on is told. Once; the registration stays."""
    reason = words_fit(reason, ("The reason", "撤销的理由"), most=500, needed=True)
    with transaction.atomic():
        found = ThirdReport.objects.select_for_update().filter(number=number.strip()[:64], issuer=asker.key).first()
        if found is None:
            raise rules.ThirdUnknown
        if (before := ThirdWithdrawal.objects.filter(pk=found.pk).first()) is not None:
            raise rules.ThirdWithdrawn(number=found.number, on=day_of(before.at))
        made = ThirdWithdrawal.objects.create(withdrawn=found, reason=reason, by=asker.key, at=at)
        about, whose = f"third-report:{found.pk}", subject_held(found.code, at)
        trace(event="reports.third.withdrawn", by=asker.key, at=at, subject=whose, about=about)
    return made


def _consent_ended(found: ThirdReport, based: Sequence[Report], *, at: datetime) -> datetime | None:
    """When the firm took back the last consent on which the reports were had that it rests on; nothing while one of them stands, or simply ran out."""
    kinds = {report.kind for report in based}
    held = FirmConsent.objects.filter(code=found.code, grantee=found.issuer, kind__in=kinds, at__lte=found.at)
    ends = [each.end.at if hasattr(each, "end") and each.end.at <= at else None for each in held.select_related("end")]
    return max((end for end in ends if end), default=None) if ends and all(ends) else None


@dataclass(frozen=True)
class ThirdVerified:
    """What is to be said of a third-party report that somebody holds: by whom and when it was issued, about which code, on which of our reports it
    rests, and whether it was taken back since, by its issuer or by the firm that took its consent back. Not what any of them says.
    """

    number: str
    issuer: str
    issuer_code: str
    code: str
    digest: str
    issued_on: date
    registered_at: datetime
    rests_on: list[dict[str, Any]]
    state: str  # registered, withdrawn by its issuer, or consent-ended by the firm
    withdrawn_at: datetime | None
    withdrawn_why: str
    consent_ended_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return dict(self.__dict__)


def third_report_verify(*, number: str, digest: str, at: datetime) -> ThirdVerified:
    """Whether a third-party report of this number, of which somebody holds the very file, was registered by its issuer."""
    found = (
        ThirdReport.objects.filter(number=number.strip()[:64], digest=digest.strip().lower(), at__lte=at)
        .order_by("pk")
        .first()
    )
    if found is None:
        raise rules.ThirdUnknown
    based = list(Report.objects.filter(pk__in=found.rests_on).order_by("pk"))
    trace(event="reports.third.verified", by=PUBLIC, at=at, subject=based[0].subject, about=f"third-report:{found.pk}")
    whose = actor_titled(found.issuer)
    back = ThirdWithdrawal.objects.filter(pk=found.pk, at__lte=at).first()
    ended = _consent_ended(found, based, at=at)
    state = "withdrawn" if back else "consent-ended" if ended else "registered"
    return ThirdVerified(
        found.number, whose, actor_coded(found.issuer), found.code, found.digest, found.issued_on, found.at,
        [{"number": number_of_report(r), "kind": r.kind, "issued_at": r.issued_at} for r in based], state, back.at if back else None,
        back.reason if back else "", ended,
    )  # fmt: skip
