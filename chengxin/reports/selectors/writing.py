"""What a report says, as JSON: written from the subject's file by the rule that decides what goes in, without a clock of its own."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.utils.module_loading import import_string
from django.utils.translation import gettext, gettext_noop, override

from chengxin.actors.models import Actor
from chengxin.kernel.days import day_of
from chengxin.kernel.identifiers import persons_masked
from chengxin.kernel.names import name_normal
from chengxin.law import Citation, Law
from chengxin.law.models import ReportKind
from chengxin.law.models import Words as LawWords
from chengxin.ledger.models import Entry
from chengxin.ledger.rules import READING
from chengxin.lists.rules import measures_following
from chengxin.lists.selectors import FiledRecord, SubjectFile, subject_file
from chengxin.records.models import Batch
from chengxin.reports.rules import OTHER, SUBJECT, Choice, Chosen, Place, Seen, counted, domain_of, placed
from chengxin.reports.selectors.issued import reports_drawn
from chengxin.reports.selectors.showing import (
    GROUPS,
    PERSON_GROUPS,
    SCHEMES,
    Group,
    Value,
    names_shown,
    record_as_shown,
    scheme_order,
)
from chengxin.subjects.selectors import SubjectUnknown, members_of

Json = dict[str, Any]

NONE_HERE = gettext_noop("本库没有可以载入本报告的此类记录。")
NO_RECORD = gettext_noop("本库没有所选年限内仍然有效或者可以公示的记录。")
NOT_HELD = gettext_noop("本库没有收到过该领域机关报送的数据，不能说明有无记录。")
ONLY_DISPUTED = gettext_noop("只有异议正在处理的记录，依法不产生效力。")
SOME = gettext_noop("有记录，见下。")
OTHER_TITLE = gettext_noop("其他机关")
DISPUTED = gettext_noop("异议处理中：在此期间不产生效力")
IN_EFFECT = gettext_noop("有效")
NO_EFFECT = gettext_noop("已不产生效力，仍在公示期内")
BEGINS = gettext_noop("尚未生效")
CONTESTED = gettext_noop("正在复议或者诉讼")
NOT_PUBLIC = gettext_noop("不公示")
LEFT_OUT = (
    gettext_noop("已过期限、已修复、已撤回、已终止或者经查属于他人的记录，一律不载入。"),
    gettext_noop("自然人的身份证件号码和其他个人信息不入库，也不载入。"),
)
LEFT_OUT_PERSON = (
    LEFT_OUT[0],
    gettext_noop(
        "本库没有、也不收集的：宗教、基因、疾病、收入、存款、保险、不动产、纳税数额、通信、位置和生物识别信息。"
    ),
)
LEFT_OUT_PUBLIC = gettext_noop("依法不公示的记录不载入；有无此类记录，本报告不作说明。")
LEFT_OUT_MATTER = gettext_noop("不公示的记录，只载入在所办事项中须据以采取措施的，并且只载入机关、文书、日期和依据。")
IS_NOT = (
    gettext_noop("本报告不是评分、评级或者推荐，也不对经营风险作出判断。"),
    gettext_noop("本报告只说明出具之时本库按当时所知的记载；其后情况可能变化，请在核验页查看是否需要重新出具。"),
    gettext_noop("认为记载有误的，可以凭记录编号在线提出异议；已经改正的，可以申请信用修复。均不收费。"),
)
IS_NOT_PERSON = (
    gettext_noop("本报告不是评分、评级或者推荐。"),
    IS_NOT[1],
    gettext_noop("认为记载有误的，可以登录后提出异议；对某次查询有疑问的，可以要求说明。均不收费。"),
)
READ_EVENTS = ("checks.check.answered", "lists.subject.read", "reports.report.issued", "reports.report.read")


@dataclass(frozen=True)
class Written:
    """What a report says: the part about the subject, whose change makes it old, and what stands around it."""

    subject: Json
    sections: list[Json]
    around: Json

    @property
    def facts(self) -> Json:
        """The part by which it is known whether something has changed."""
        return {"subject": self.subject, "sections": self.sections}


def report_written(
    law: Law, kind: ReportKind, file: SubjectFile | None, *, number: str, choice: Choice, chosen: Chosen, own: bool, known_at: datetime,
    person: Json | None = None,
) -> Written:  # fmt: skip
    """What the report of the kind says about the subject of the file (of the number, where the register has no such subject); about the natural
    person whom `person` names.
    """
    records = _placed(law, kind, file, choice, chosen)
    whole = [filed for filed, place in records if place is Place.WHOLE]
    shown = [_shown(filed, place, law, kind) for filed, place in records]
    feeds = _feeds(law, kind, known_at=known_at)
    groups = PERSON_GROUPS if person else GROUPS
    sections = _by_domain(kind, chosen, shown, feeds) if kind.domains else _by_group(law, shown, groups)
    public = kind.contents == "public"
    left_out = [
        *(LEFT_OUT_PERSON if person else LEFT_OUT),
        *([LEFT_OUT_PUBLIC] if public else []),
        *([LEFT_OUT_MATTER] if choice.matter else []),
    ]
    around = {
        "says": _pair(kind.says),
        "is_not": [_both(each) for each in (IS_NOT_PERSON if person else IS_NOT)],
        "basis": [_cited(law.cite(b)) for b in kind.basis],
        "verified": kind.verified,
        "disputed_basis": [_cited(law.cite(b)) for b in kind.disputed.basis],
        "left_out": [_both(each) for each in left_out],
        "looked_at": {
            "record_types": [_pair(law.record_types[k].title) for k in kind.record_types if k in law.record_types],
            "feeds": [{k: v for k, v in feed.items() if k != "senders"} for feed in feeds],
        },
        "not_held": [{"title": _pair(each.title), "where": _pair(each.where)} for each in kind.not_held],
        "years": chosen.years,
        "since": _day(chosen.since),
        "matter": _pair(law.matters[choice.matter].title) if choice.matter in law.matters else None,
    }
    if kind.complaints and not person and (told := _complaints(law, number, file, known_at)) is not None:
        around["complaints"] = {"basis": [_cited(law.cite(b)) for b in kind.complaints], **told}
    if kind.readings and own and file is not None:
        around["readings"] = {
            "basis": [_cited(law.cite(b)) for b in kind.readings],
            "list": _readings(law, file, known_at, person=person is not None),
        }
    return Written(person or _subject(law, file, whole, number=number, own=own), sections, around)


def _complaints(law: Law, number: str, file: SubjectFile | None, known_at: datetime) -> Json | None:
    """How many of consumers' complaints about the firm were solved; nothing of a sole trader. It stands around the facts: counts move every day, and a
    report is not old because of them.
    """
    codes = [i.value for i in file.identifiers if i.scheme == "uscc"] if file is not None else [number]
    told: Callable[..., Json | None] = import_string(settings.COMPLAINTS_COUNTED)
    return told(number if number in codes else codes[0], on=law.day, known_at=known_at) if codes else None


def facts_now(
    law: Law, kind: ReportKind, *, number: str, choice: Choice, chosen: Chosen, own: bool, at: datetime
) -> Json:
    """What a report of the kind would say of the subject today."""
    file = file_of(number, law, on=day_of(at), known_at=at)
    return report_written(law, kind, file, number=number, choice=choice, chosen=chosen, own=own, known_at=at).facts


def file_of(number: str, law: Law, *, on: date, known_at: datetime) -> SubjectFile | None:
    """The file of the subject of the number; nothing where the register has none."""
    try:
        return subject_file(number, on=on, known_at=known_at, jurisdiction=law.jurisdiction)
    except SubjectUnknown:
        return None


@dataclass(frozen=True)
class Drawable:
    """A kind of report that a firm may draw about itself, what it can choose, and how many are left free this year (nothing: not counted)."""

    kind: ReportKind
    years: int | None
    most: int | None
    domains: list[tuple[str, Json]]
    left: int | None
    article: str


def kinds_drawn(law: Law, code: str) -> list[Drawable]:
    """The kinds that the firm of the code may draw by itself today, by key."""
    found = []
    for key, kind in sorted(law.reports.items()):
        if SUBJECT not in kind.askers or "organisation" not in kind.about or kind.contents != "full":
            continue
        drawn = reports_drawn(code, key).filter(issued_at__date__gte=date(law.day.year, 1, 1)).count()
        domains = [(k, _pair(d.title)) for k, d in kind.domains.items()]
        found.append(
            Drawable(
                kind,
                law.parameter(kind.years.usual) if kind.years else None,
                law.parameter(kind.years.most) if kind.years else None,
                [*domains, (OTHER, _both(OTHER_TITLE))] if domains else [],
                max(0, law.parameter(kind.free) - drawn) if kind.free else None,
                law.cite(kind.basis[0]).zh,
            )
        )
    return found


def _placed(
    law: Law, kind: ReportKind, file: SubjectFile | None, choice: Choice, chosen: Chosen
) -> list[tuple[FiledRecord, Place]]:
    if file is None:
        return []
    needed = _needed(law, file, choice.matter) if choice.matter else None
    found: list[tuple[FiledRecord, Place]] = []
    for filed in file.records:
        record = filed.record
        seen = Seen(
            record.pk, record.record_type, record.severity, record.decided_on, filed.shown, filed.effect, filed.standing.disputed
        )  # fmt: skip
        place = placed(kind, seen, since=chosen.since, needed=needed)
        if place is not Place.OUT and record.record_type in law.record_types and _chosen(kind, chosen, filed):
            found.append((filed, place))
    return found


def _chosen(kind: ReportKind, chosen: Chosen, filed: FiledRecord) -> bool:
    return not kind.domains or domain_of(kind, filed.record.authority) in chosen.domains


def _needed(law: Law, file: SubjectFile, matter: str) -> frozenset[int]:
    """The records from which a measure in the matter follows, as a check would find."""
    facts = [filed.fact for filed in file.records]
    return frozenset(f.fact.record for f in measures_following(law, matter, facts, on=file.on))


# --- the parts -------------------------------------------------------------------------------------------------------------


def _subject(law: Law, file: SubjectFile | None, whole: Sequence[FiledRecord], *, number: str, own: bool) -> Json:
    """Names from the records that the report holds; to itself a subject is named as the register knows it."""
    names = names_shown(whole, law) if whole else [""]
    known = [persons_masked(n.written) for n in file.names] if file is not None and own else []
    every = {name_normal(n): n for n in [*reversed(known), *reversed(names)] if n}
    listed = list(dict.fromkeys(every[name_normal(n)] for n in [*names, *known] if n)) or [""]
    identifiers = sorted(file.identifiers, key=scheme_order) if file is not None else []
    return {
        "name": listed[0],
        "other_names": listed[1:],
        "numbers": [{"scheme": i.scheme, "title": _both(SCHEMES[i.scheme]), "value": i.value} for i in identifiers],
        "code": identifiers[0].value if identifiers else number,
        "known": file is not None,
    }


def _shown(filed: FiledRecord, place: Place, law: Law, kind: ReportKind) -> Json:
    shown = record_as_shown(filed, law, law.day)
    whole = place is Place.WHOLE
    return {
        "record": shown.number,
        "record_type": filed.record.record_type,
        "title": _pair(shown.title),
        "tone": shown.tone,
        "authority": shown.authority,
        "document": shown.document,
        "decided_title": _pair(shown.decided_title),
        "decided_on": _day(shown.decided_on),
        "severity": filed.record.severity if whole else None,
        "fields": [_field(value) for value in shown.values] if whole else [],
        "basis": [_cited(each) for each in shown.basis],
        "state": _both(_state(filed, shown.in_effect, shown.begins_on)),
        "disputed": shown.disputed,
        "contested": _both(CONTESTED) if shown.contested else None,
        "public": filed.shown,
        "shown_last": _day(shown.shown_last) if filed.shown else None,
        "effect_last": _day(filed.record.effect_until - timedelta(days=1)) if filed.record.effect_until else None,
        "ends": _pair(shown.ends),
        "statement": shown.statement,
        "domain": domain_of(kind, shown.authority) if kind.domains else None,
    }


def _state(filed: FiledRecord, in_effect: bool, begins: date | None) -> str:
    if filed.standing.disputed:
        return DISPUTED
    if begins is not None:
        return BEGINS
    return IN_EFFECT if in_effect else NO_EFFECT


def _field(value: Value) -> Json:
    return {"title": _pair(value.title), "value": value.value, "value_en": value.value_en}


def _by_group(law: Law, shown: Sequence[Json], groups: Sequence[Group]) -> list[Json]:
    sections = []
    for group in groups:
        records = [r for r in shown if group.holds(law.record_types[r["record_type"]])]
        if records or group.none:
            sections.append(_section(group.key, _both(group.title), records, NONE_HERE if not records else ""))
    return sections


def _by_domain(kind: ReportKind, chosen: Chosen, shown: Sequence[Json], feeds: Sequence[Json]) -> list[Json]:
    sections = []
    for key in chosen.domains:
        records = [r for r in shown if r["domain"] == key]
        title = _pair(kind.domains[key].title) if key in kind.domains else _both(OTHER_TITLE)
        says = (
            SOME
            if counted(records)["count"]
            else ONLY_DISPUTED
            if records
            else NO_RECORD
            if _held(kind, key, feeds)
            else NOT_HELD
        )
        sections.append({**_section(key, title, records, says), "held": bool(records) or says is NO_RECORD})
    return sections


def _section(key: str, title: Json, records: list[Json], says: str) -> Json:
    """The records that are used first; those under objection stand after them."""
    listed = sorted(records, key=lambda r: bool(r["disputed"]))
    return {
        "key": key, "title": title, **counted(listed), "records": listed, "says": _both(says) if says else None,
    }  # fmt: skip


def _held(kind: ReportKind, key: str, feeds: Iterable[Json]) -> bool:
    """Whether anybody of that field has ever sent: an authority itself, or a credit centre, which sends for all."""
    senders = [sender for feed in feeds for sender in feed["senders"]]
    return any(who in ("credit-centre", "operator") or key in (OTHER, domain_of(kind, title)) for who, title in senders)


def _feeds(law: Law, kind: ReportKind, *, known_at: datetime) -> list[Json]:
    """What was looked at: each source whose records may go in, by how many senders it came, and when it last did."""
    sources = {key: s for key, s in law.sources.items() if s.record_type in kind.record_types}
    landed = Batch.objects.filter(status=Batch.Status.LANDED, source__in=sources, received_at__lte=known_at)
    rows = list(landed.values("source", "actor").annotate(last=Max("received_at")).order_by("source", "actor"))
    actors = dict(Actor.objects.filter(key__in={r["actor"] for r in rows}).values_list("key", "kind"))
    titles = dict(Actor.objects.filter(key__in=actors).values_list("key", "title"))
    found = []
    for key in sorted({r["source"] for r in rows}):
        of = [r for r in rows if r["source"] == key]
        found.append(
            {
                "source": key,
                "title": _pair(sources[key].title),
                "senders": [(actors.get(r["actor"], ""), titles.get(r["actor"], "")) for r in of],
                "sent_by": len(of),
                "last": _day(day_of(max(r["last"] for r in of))),
            }
        )
    return found


def _readings(law: Law, file: SubjectFile, known_at: datetime, *, person: bool) -> list[Json]:
    """Who asked about the subject, for what, how often and when last, the latest first; as known before this report. Of a natural person whoever
    else did: what they read of themselves stands on their own pages.
    """
    members = members_of(file.subject, known_at=known_at)
    entries = Entry.objects.filter(subject__in=members, at__lt=known_at)
    others = entries.filter(event__regex=READING).exclude(purpose="own-record", actor="public")
    rows = list(
        (others if person else entries.filter(event__in=READ_EVENTS))
        .values("actor", "purpose")
        .annotate(times=Count("id"), last=Max("at"))
        .order_by("-last", "actor", "purpose")
    )
    titles = dict(Actor.objects.filter(key__in={r["actor"] for r in rows}).values_list("key", "title"))
    return [
        {
            "who": titles.get(r["actor"], r["actor"]),
            "purpose": _purpose(law, r["purpose"]),
            "times": r["times"],
            "last": _day(day_of(r["last"])),
        }
        for r in rows
    ]


def _purpose(law: Law, written: str) -> Json:
    """The purpose or matter of the lawbook by its title, anything else as it was written."""
    entry = law.purposes.get(written) or law.matters.get(written) or law.parameters.get(written)
    return _pair(entry.title) if entry else {"zh": persons_masked(written), "en": persons_masked(written)}


# --- words -----------------------------------------------------------------------------------------------------------------


def _both(zh: str) -> Json:
    with override("en"):
        return {"zh": zh, "en": gettext(zh)}


def _pair(words: LawWords) -> Json:
    return {"zh": words.zh, "en": words.en}


def _cited(citation: Citation) -> Json:
    return {"zh": citation.zh, "en": citation.en}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
