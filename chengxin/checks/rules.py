"""Who may ask, and what is answered. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.law.models import KINDS_ZH, CaseNumber, Matter
from chengxin.lists.rules import Following


class MatterUnknown(Refusal):
    """There is no matter "{matter}" in the lawbook on that day. The matters are: {known}."""

    code = "matter-unknown"
    status = 404
    zh = "法规库在该日没有事项“{matter}”。可用的事项：{known}。"


class CaseNumberMissing(Refusal):
    """A check in the matter "{title}" bears what it is for and the number of the case for which it is made ({basis}). Here {lacking} is missing{where}: add it and ask again."""

    code = "case-number-missing"
    zh = "就“{title_zh}”进行核查，须写明用途和所办案件的编号（{basis}）。现缺少{lacking_zh}{where_zh}，请补上后再查。"


class Outcome(StrEnum):
    """The five answers of a check."""

    NONE_APPLIES = "none_applies"
    APPLIES = "applies"
    SUSPENDED = "suspended"
    CANNOT_SAY = "cannot_say"
    NOT_PERMITTED = "not_permitted"


@dataclass(frozen=True)
class Reason:
    """Why there is no plain answer, in both languages, with the rule."""

    code: str
    zh: str
    en: str
    basis: str = ""

    def as_dict(self) -> dict[str, str]:
        """The reason as every door shows it."""
        return dict(self.__dict__)


UNKNOWN = Reason(
    "subject-unknown",
    "本库没有该号码的主体，不能据此作出判断。",
    "This register holds no subject under that number, so it cannot say.",
)
FUTURE = Reason(
    "day-in-future",
    "所问日期尚未到来，不能预先作出判断。",
    "The day asked about has not come, so nothing can be said of it.",
)


PERSONS = Reason(
    "persons-by-document",
    "这一事项的措施只及于决定文书载明的自然人，企业的代码说明不了任何人，请看决定文书；查询自然人须依法定职责或者本人同意，凭号码和姓名另行办理。",
    "In this matter measures meet only persons whom a deciding document names, and a firm's code says nothing of them: read the document. A person "
    "is read by number and name, on a statute or on their consent, by another door.",
)


def persons_only(law: Law, matter: str) -> bool:
    """Whether all measures in the matter are about natural persons, of whom a firm's code says nothing."""
    found = [m for m in law.measures.values() if matter in m.matters]
    return bool(found) and not any("organisation" in m.subject_kinds for m in found)


def matter_of(law: Law, key: str) -> Matter:
    """The matter in force on the law's day; refuses one that the lawbook does not have."""
    matter = law.matters.get(key)
    if matter is None:
        raise MatterUnknown(matter=key, known=", ".join(sorted(law.matters)))
    return matter


def asker_may(law: Law, matter: Matter, kind: str) -> Reason | None:
    """Nothing where an asker of this kind decides such matters; otherwise the reason, with the article it lacks."""
    if kind in matter.askers:
        return None
    cited = law.cite(matter.basis[0])
    return Reason(
        "asker-not-permitted",
        f"{matter.title.zh}由{'、'.join(KINDS_ZH[each] for each in matter.askers)}决定，{KINDS_ZH.get(kind, kind)}不得就此查询（{cited.zh}）。",
        f"{matter.title.en} is decided by: {', '.join(matter.askers)}; a {kind} may not ask about it ({cited.en}).",
        f"{cited.instrument} {cited.article}",
    )


def case_number_required(law: Law, matter: str, kind: str) -> CaseNumber | None:
    """The rule by which this kind of asker must name purpose and case in the matter today; nothing where it need not."""
    found = law.matters.get(matter)
    rule = found.case_number if found else None
    return rule if rule is not None and kind in rule.required_of and rule.from_ <= law.day else None


def case_number_given(law: Law, matter: str, kind: str, *, purpose: str, case_number: str) -> None:
    """Refuses a check that lacks its purpose or its case's number where the law of today wants both of this asker."""
    rule = case_number_required(law, matter, kind)
    lacking = [words for words, given in ((PURPOSE, purpose), (CASE_NUMBER, case_number)) if not given.strip()]
    if rule is not None and lacking:
        raise case_number_missing(law, matter, rule, lacking)


PURPOSE, CASE_NUMBER = ("用途", "the purpose"), ("案件编号", "the case’s number")


def case_number_missing(
    law: Law, matter: str, rule: CaseNumber, lacking: Sequence[tuple[str, str]], *, lines: Sequence[int] = ()
) -> CaseNumberMissing:
    """The refusal, with what is lacking and, of a file, in which lines."""
    zh, en = zip(*lacking, strict=True)
    some = ", ".join(map(str, lines[:10])) + (" …" if len(lines) > 10 else "")
    title = law.matters[matter].title
    return CaseNumberMissing(
        title=title.en, title_zh=title.zh, basis=law.cite(rule.basis[0]).zh, lacking=" and ".join(en), lacking_zh="和".join(zh),
        where=f" in line {some}" if lines else "", where_zh=f"（第{some}行）" if lines else "",
    )  # fmt: skip


def outcome(following: Sequence[Following]) -> Outcome:
    """What follows in one word: something applies, or only what is suspended while its record is verified or stayed, or nothing."""
    if any(not f.suspended for f in following):
        return Outcome.APPLIES
    return Outcome.SUSPENDED if following else Outcome.NONE_APPLIES


class UseUnfit(Refusal):
    """What was done with an answer is one of {known}; what does not follow it needs its reason."""

    code = "use-unfit"
    zh = "答复的使用情况须是“采纳”“没有采纳”“与本案无关”之一；没有采纳或者无关的，须写明理由。"


class AnswerUnknown(Refusal):
    """There is no answer {trace} that was given to you."""

    code = "answer-unknown"
    status = 404
    zh = "没有向您作出的、编号为{trace}的答复。"


def use_fit(outcome: str, known: Sequence[str], reason: str) -> None:
    """Whether what was done with an answer can be written down so."""
    if outcome not in known or (outcome != "followed" and not reason.strip()):
        raise UseUnfit(known=", ".join(known))


def disclose(law: Law, following: Following) -> dict[str, Any]:
    """What an asker is told of one measure: no more of the record than authority, document, article, term and how it ends."""
    measure, fact, entry = following.measure, following.fact, following.listing
    return {
        "measure": measure.key,
        "title": measure.title.zh,
        "title_en": measure.title.en,
        "state": "suspended" if following.suspended else "applies",
        "kind": measure.kind,
        "mandatory": measure.mandatory,
        "effect": measure.effect.zh,
        "effect_en": measure.effect.en,
        "carried_out_by": measure.carried_out_by.zh,
        "list": entry.key,
        "list_title": entry.title.zh,
        "list_title_en": entry.title.en,
        "record": fact.record,
        "record_type": fact.record_type,
        "severity": fact.severity,
        "authority": fact.authority,
        "document": fact.document,
        "decided_on": fact.decided_on,
        "statement": fact.statement,
        "contested": fact.standing.contested,
        "article": law.cite(measure.basis[0]).zh,
        "article_en": law.cite(measure.basis[0]).en,
        "basis": [
            {"instrument": b.instrument, "article": b.article, "zh": law.cite(b).zh, "en": law.cite(b).en}
            for b in measure.basis
        ],
        "term": {"from": fact.terms.effect_from, "until": fact.terms.effect_until},
        "ends": measure.ends.zh,
        "ends_en": measure.ends.en,
        "exit": entry.exit.zh,
        "exit_en": entry.exit.en,
    }


def day_came(on: date, today: date) -> bool:
    """Whether the day asked about has begun."""
    return on <= today


def asked_otherwise(*, jurisdiction: str, known_at: datetime, at: datetime) -> dict[str, Any]:
    """What the trace of an answer tells beside the usual: whose law, and as known at which instant, where somebody asked so."""
    return {
        **({} if jurisdiction == "cn" else {"jurisdiction": jurisdiction}),
        **({} if known_at == at else {"known_at": known_at}),
    }


# --- decisions, and whether they were checked --------------------------------------------------------------------------------

MOST_CASE = 200  # characters of a case's number


@dataclass(frozen=True)
class Decided:
    """One case that an agency says it decided on the day, in which line it said so; or that it takes back."""

    line: int
    case_number: str
    decided_on: date
    taken_back: bool = False


class DecisionsUnfit(Refusal):
    """The list of decisions is not taken: {faults}. Each line bears a case number of at most 200 characters and the day of its decision, not
    later than today. Mend these and send the whole list again.
    """

    code = "decisions-unfit"
    zh = "决定清单不能接收：{faults_zh}。每行须有案件编号（不超过200字）和作出决定的日期，日期不得晚于今天。请更正后整份重报。"


class PeriodUnfit(Refusal):
    """The period from {since} to {until} ends before it begins. Change one of the days."""

    code = "period-unfit"
    zh = "期间{since}至{until}首尾颠倒，请更改其中一个日期。"


def decisions_fit(decisions: Sequence[Decided], *, today: date) -> None:
    """Whether every line can be written down; refuses with the first of those that cannot."""
    if not decisions:
        raise DecisionsUnfit(faults="it is empty", faults_zh="清单是空的")
    bad = [d for d in decisions if not 0 < len(d.case_number) <= MOST_CASE or d.decided_on > today]
    if bad:
        lines = [str(d.line) for d in bad[:10]] + (["…"] if len(bad) > 10 else [])
        raise decisions_unfit(lines)


def decisions_unfit(lines: Sequence[str]) -> DecisionsUnfit:
    """The refusal that names these lines."""
    return DecisionsUnfit(faults=f"line {', '.join(lines)}", faults_zh=f"第{'、'.join(lines)}行有误")


def period_of(since: date | None, until: date | None, *, today: date) -> tuple[date, date]:
    """The days of a count, both included: from the year's first day to today where they are not given."""
    until = until or (date(since.year, 12, 31) if since and since.year < today.year else today)
    since = since or date(until.year, 1, 1)
    if until < since:
        raise PeriodUnfit(since=since, until=until)
    return since, until
