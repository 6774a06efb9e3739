"""Parcels and firms as known at an instant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from chengxin import law as lawroom
from chengxin.actors.selectors import actors_of_kinds
from chengxin.commerce.logistics.bulk import (
    fates_counted,
    parcel_found,
    parcels_named,
    parcels_shipped,
    scans_found,
)
from chengxin.commerce.logistics.models import Answer, Carrier, Publication, Token
from chengxin.commerce.logistics.rules import evaluating, judging, tracing
from chengxin.commerce.logistics.rules.judging import Quarter
from chengxin.commerce.merchants.selectors import own_shops
from chengxin.commerce.objections.selectors import objections_about, withheld_now
from chengxin.commerce.trades.bulk.lake import lake_of
from chengxin.commerce.trades.selectors import days_known
from chengxin.kernel.days import day_of
from chengxin.law import Law
from chengxin.law.models import Evaluation
from chengxin.lists.selectors import FiledRecord, SubjectFile, records_filed
from chengxin.reports.selectors.showing import ShownRecord, names_shown, record_as_shown
from chengxin.subjects.selectors import SubjectUnknown, members_of, subject_of


def law_of(on: date) -> Law:
    """The law of the day at this register's place."""
    return lawroom.load().on(on, settings.CHENGXIN_PLACE)


@dataclass(frozen=True)
class Traced:
    """One parcel's way as whoever holds its number may see it: no name, address, order or shop."""

    handed_over: date | None
    state: str
    state_en: str
    gaps: int
    lines: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """As it is printed and returned."""
        return dict(self.__dict__)


def parcels_traced(waybill: str, *, known_at: datetime) -> list[Traced]:
    """The parcels of this number, one for each platform that filed one or a scan of one; none where nobody did."""
    law = law_of(day_of(known_at))
    since = day_of(known_at) - timedelta(days=law.parameter(tracing.TRACED))
    found = (_traced(law, each.key, waybill, since, known_at) for each in actors_of_kinds(("platform",)))
    return [each for each in found if each is not None]


def _traced(law: Law, platform: str, waybill: str, since: date, known_at: datetime) -> Traced | None:
    lake, kinds = lake_of(), law.trade_kinds
    paths = {
        kind: [day.path for day in days_known(platform, kind, known_at=known_at, first=since) if day.path]
        for kind in ("parcels", "scans")
    }
    parcel = parcel_found(lake, kinds["parcels"], paths["parcels"], waybill)
    scans = scans_found(lake, kinds["scans"], paths["scans"], waybill)
    if parcel is None and not scans:
        return None
    steps, states = kinds["scans"].columns["step"].values or {}, kinds["parcels"].columns["state"].values or {}
    lines = tracing.way(scans, at=known_at, quiet_days=law.parameter(tracing.QUIET))
    state = states.get(parcel["state"]) if parcel else None
    return Traced(
        day_of(parcel["at"]) if parcel else None, state.zh if state else "", state.en if state else "", tracing.gaps_of(lines),
        [_line(line, steps) for line in lines],
    )  # fmt: skip


def _line(line: tracing.Line, steps: dict[str, Any]) -> dict[str, Any]:
    if line.scan is None:
        zh, en = tracing.GAPS[line.gap]
        return {"known": False, "day": None, "step": zh, "step_en": en, "station": ""}
    words = steps[line.scan.step]
    return {"known": True, "day": day_of(line.scan.at), "step": words.zh, "step_en": words.en, "station": line.scan.station}  # fmt: skip


# --- whose carriers ---------------------------------------------------------------------------------------------------


def carriers_of(firm: str, *, known_at: datetime) -> dict[str, list[str]]:
    """For each platform the ids by which it names the firm as a carrier: those that it said stand for it, and the firm's code itself."""
    latest = (
        Carrier.objects.filter(at__lte=known_at).order_by("platform", "carrier", "-pk").distinct("platform", "carrier")
    )
    found: dict[str, list[str]] = {each.key: [firm] for each in actors_of_kinds(("platform",))}
    for each in Carrier.objects.filter(pk__in=latest.values("pk"), code=firm).order_by("platform", "carrier"):
        found.setdefault(each.platform, []).append(each.carrier)
    return found


def firm_carrying(platform: str, carrier: str, *, known_at: datetime) -> str:
    """The code for which the platform's id of a carrier stands; nothing where nobody said."""
    said = Carrier.objects.filter(platform=platform, carrier=carrier, at__lte=known_at).order_by("-pk").first()
    if said is not None:
        return said.code
    try:
        return judging.firm_read(carrier)
    except (judging.FirmCodeUnfit, judging.FirmOfOnePerson):
        return ""


def parcels_carried(platform: str, waybills: list[str], *, known_at: datetime) -> dict[str, tuple[str, date]]:
    """Of each parcel that the platform filed and whose carrier is known: the firm, and the day on which it was handed over."""
    law = law_of(day_of(known_at))
    paths = _paths(
        platform, "parcels", day_of(known_at) - timedelta(days=law.parameter(tracing.TRACED)), None, known_at
    )
    rows = parcels_named(lake_of(), law.trade_kinds["parcels"], paths, waybills)
    firms = {c: firm_carrying(platform, c, known_at=known_at) for c in {row["carrier"] for row in rows.values()}}
    return {
        waybill: (firms[row["carrier"]], day_of(row["at"])) for waybill, row in rows.items() if firms[row["carrier"]]
    }


def _paths(platform: str, kind: str, first: date, last: date | None, known_at: datetime) -> list[str]:
    return [d.path for d in days_known(platform, kind, known_at=known_at, first=first, last=last) if d.path]


def shipped(unit: str, firm: str, quarter: Quarter, *, known_at: datetime) -> bool:
    """Whether a platform filed a parcel that a shop of the unit's sent with the firm in the quarter."""
    kind, carriers = law_of(day_of(known_at)).trade_kinds["parcels"], carriers_of(firm, known_at=known_at)
    shops: dict[str, list[str]] = {}
    for each in own_shops([], [unit], known_at=known_at):
        if each.theirs:
            shops.setdefault(each.platform, []).append(each.shop)
    last = quarter.end - timedelta(days=1)
    return any(
        parcels_shipped(
            lake_of(), kind, _paths(platform, "parcels", quarter.first, last, known_at), of, carriers.get(platform, []), quarter.span
        )
        for platform, of in sorted(shops.items())
    )  # fmt: skip


# --- a firm's quarter -------------------------------------------------------------------------------------------------


def method_of(quarter: Quarter) -> Evaluation:
    """The method by which the quarter is evaluated: that of its first day."""
    found = law_of(quarter.first).evaluations.get(evaluating.METHOD)
    if found is None:
        raise evaluating.MethodNone(quarter=quarter)
    return found


def answered_between(quarter: Quarter) -> tuple[date, date]:
    """The first and the last day on which the quarter is answered."""
    return evaluating.answers_open(quarter, law_of(quarter.first).parameter(evaluating.ANSWERED))


def quarters_open(on: date) -> list[Quarter]:
    """The quarters that are answered on the day, the latest first."""
    now = judging.quarter_of(on)
    before = judging.quarter_of(now.first - timedelta(days=1))
    return [
        q for q in (now, before) if evaluating.METHOD in law_of(q.first).evaluations and on <= answered_between(q)[1]
    ]


def answerable(quarter: Quarter, on: date) -> bool:
    """Whether the quarter has a method and is answered on the day."""
    if evaluating.METHOD not in law_of(quarter.first).evaluations:
        return False
    first, last = answered_between(quarter)
    return first <= on <= last


def token_opened(token: str, *, on: date) -> tuple[Token, Evaluation]:
    """The token that opens an evaluation on the day, and the method by which it is answered; refuses one that opens none."""
    found = Token.objects.filter(mark=evaluating.token_mark(token[:100]), spent__isnull=True).first()
    if found is None or not answerable(quarter := judging.quarter_read(found.quarter), on):
        raise evaluating.TokenUnknown
    return found, method_of(quarter)


def measures_of(firm: str, quarter: Quarter, *, known_at: datetime) -> dict[str, Any]:
    """The firm's parcels of the quarter, judged: in time and lost, each with its whole and definition, and what was left out and why."""
    law = law_of(quarter.first)
    promised, lost = law.parameter(judging.PROMISED), law.parameter(judging.LOST)
    last = quarter.end - timedelta(days=1)
    counts: dict[str, int] = {}
    for platform, carriers in sorted(carriers_of(firm, known_at=known_at).items()):
        paths = {
            "parcels": _paths(platform, "parcels", quarter.first, last, known_at),
            "scans": _paths(platform, "scans", quarter.first, last + timedelta(days=judging.FOLLOWED_DAYS), known_at),
        }
        if paths["parcels"]:
            met = fates_counted(
                lake_of(), law.trade_kinds, paths, carriers, quarter.span, known_at=known_at, promised=promised, lost=lost
            )  # fmt: skip
            counts = {each: counts.get(each, 0) + met.get(each, 0) for each in judging.FATES}
    in_time, of_lost = judging.figures(counts)
    return {
        "in_time": in_time.as_dict(), "lost": of_lost.as_dict(), "promised_days": promised, "lost_days": lost,
        "excluded": {each: counts.get(each, 0) for each in judging.EXCLUDED},
    }  # fmt: skip


def quarter_told(firm: str, quarter: Quarter, *, known_at: datetime) -> dict[str, Any]:
    """All that is published of a firm's quarter, reckoned as known at the instant: each side apart, and no number of them together."""
    method = method_of(quarter)
    answers = Answer.objects.filter(firm=firm, quarter=str(quarter), method_version=method.version)
    return {
        "quarter": str(quarter), "first": quarter.first.isoformat(), "last": (quarter.end - timedelta(days=1)).isoformat(),
        "known_at": known_at.isoformat(timespec="seconds"), "method": method.key, "method_version": method.version,
        "lawbook": law_of(quarter.first).book.digest,
        "measures": measures_of(firm, quarter, known_at=known_at),
        "sides": {
            side: evaluating.side_told(method.sides[side], [a.scores for a in answers.filter(side=side)]) for side in evaluating.SIDES
        },
    }  # fmt: skip


def publications_of(firm: str, *, known_at: datetime) -> list[Publication]:
    """Every version of every quarter that was published, the latest quarter and version first."""
    return list(Publication.objects.filter(firm=firm, at__lte=known_at).order_by("-quarter", "-version"))


def quarter_shown(published: Publication, *, known_at: datetime) -> dict[str, Any]:
    """A published quarter with the words of its method: what a page shows. Where its firm objected and was not answered in time, its figures and
    sides are not shown.
    """
    said = published.said
    objection = objections_about(evaluating.OBJECTED, [published.pk], known_at=known_at).get((published.pk, ""))
    method = method_of(judging.quarter_read(published.quarter))
    sides = []
    for side in evaluating.SIDES:
        told, of = said["sides"][side], method.sides[side]
        questions = [
            {"key": key, "title": q.title, "kind": q.kind, "weight": q.weight, **told.get("questions", {}).get(key, {})}
            for key, q in of.questions.items()
        ]
        sides.append({"side": side, "title": of.title, **told, "questions": questions})
    excluded = [(*judging.EXCLUDED[each], said["measures"]["excluded"][each]) for each in judging.EXCLUDED]
    shown = {
        **said,
        "version": published.version,
        "reason": published.reason,
        "at": published.at,
        "objection": objection,
    }
    if objection and objection["withheld"]:
        return {**shown, "measures": None, "sides": [], "left_out": []}
    return {**shown, "sides": sides, "left_out": excluded}


def quarters_own(codes: Iterable[str], *, known_at: datetime) -> list[dict[str, Any]]:
    """What stands of each quarter of the firm of these codes: to what it may object, and whether it did."""
    found = Publication.objects.filter(firm__in=list(codes), at__lte=known_at).order_by("firm", "-quarter", "-version")
    latest = list(found.distinct("firm", "quarter").defer("said"))
    told = objections_about(evaluating.OBJECTED, [each.pk for each in latest], known_at=known_at)
    return [
        {"publication": each.pk, "code": each.firm, "period": each.quarter, "version": each.version, "at": each.at, "objection": told.get((each.pk, ""))}
        for each in latest
    ]  # fmt: skip


# --- a firm's file ----------------------------------------------------------------------------------------------------

LICENCE, SUPERVISION = "administrative-licence", "supervision-class"


@dataclass(frozen=True)
class FirmFile:
    """A firm as anybody may see it. `complaints` are counted by the room of complaints."""

    code: str
    name: str
    on: date
    licences: list[ShownRecord]
    supervision: list[ShownRecord]
    adverse: list[ShownRecord]
    quarters: list[dict[str, Any]]
    versions: list[Publication]
    complaints: dict[str, Any] | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing of it may be shown."""
        return not (self.name or self.quarters)


def firm_file(firm: str, file: SubjectFile | None, *, on: date, known_at: datetime) -> FirmFile:
    """The file of a firm: its records that may be shown on the day, and the quarters published, of each the version that stands."""
    law = law_of(on)
    shown = [filed for filed in file.records if filed.shown] if file else []
    names = names_shown(shown, law) if shown else []
    versions = publications_of(firm, known_at=known_at)
    standing = {each.quarter: each for each in reversed(versions)}
    quarters = [quarter_shown(standing[q], known_at=known_at) for q in sorted(standing, reverse=True)]
    withheld = {pk for pk, _ in withheld_now(evaluating.OBJECTED, known_at=known_at)}

    def of(*wanted: str, adverse: bool = False) -> list[ShownRecord]:
        return [
            record_as_shown(f, law, on)
            for f in shown
            if f.record.record_type in wanted or adverse and law.record_types[f.record.record_type].tone == "adverse"
        ]

    return FirmFile(
        firm,
        names[0] if names else "",
        on,
        of(LICENCE),
        of(SUPERVISION),
        of(adverse=True),
        quarters,
        [each for each in versions if each.pk not in withheld],
    )


def firms_published(*, on: date, known_at: datetime, after: str = "", most: int = 50) -> list[tuple[str, str, str]]:
    """Firms of which a quarter was published, by code and in no order of merit: code, name where it may be shown, latest quarter."""
    latest = Publication.objects.filter(at__lte=known_at, firm__gt=after).order_by("firm", "-quarter").distinct("firm")
    return [(each.firm, _name(each.firm, on, known_at), each.quarter) for each in latest[:most]]


def _name(firm: str, on: date, known_at: datetime) -> str:
    try:
        members = members_of(subject_of(firm, known_at=known_at), known_at=known_at)
    except SubjectUnknown:
        return ""
    law = law_of(on)
    shown: list[FiledRecord] = [f for f in records_filed(members, law, on=on, known_at=known_at) if f.shown]
    return names_shown(shown, law)[0] if shown else ""
