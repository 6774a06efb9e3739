"""What is counted of an agency's year, and what may be written down of it. Pure. Every figure is a part of a whole; nothing is added up,
weighed or ranked.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from chengxin.cases.rules import Taken
from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.law.models import Oversight, Procedure, Words


class YearUnfit(Refusal):
    """{year} is no year that can be assessed: it lies before 2014, when the first of these rules came into force, or
    has not begun. Name another.
    """

    code = "year-unfit"
    zh = "{year}年不能评估：在2014年最早的规则施行之前，或者尚未开始。请换一个年份。"


class OversightNotYours(Refusal):
    """{actor} is a {kind}: circulars, inspections of work and demands are written down by the supervising department, or for it by who runs the register."""

    code = "oversight-not-yours"
    status = 403
    zh = "{actor}属于{kind}：通报、督查和整改要求由社会信用主管部门（或者代其登记的运行单位）登记。"


class RealNamesUnfit(Refusal):
    """How far real names are verified cannot be stated so: {why}."""

    code = "real-names-unfit"
    zh = "实名登记的覆盖情况不能这样报送：{why_zh}。"


DOMAINS = "real-name-domains"


def real_names_fit(law: Law, domain: str, *, held: int, verified: int, as_of: date, today: date) -> None:
    """Refuses a domain that the lawbook does not name, a part that is more than its whole, and a day to come."""
    if domain not in law.code_lists[DOMAINS].codes:
        known = ", ".join(law.code_lists[DOMAINS].codes)
        raise RealNamesUnfit(
            why=f"{domain[:40]} is no domain; there are {known}", why_zh=f"没有领域“{domain[:40]}”，有{known}"
        )
    if not 0 <= verified <= held:
        raise RealNamesUnfit(why=f"{verified} verified of {held}", why_zh=f"已实名{verified}个，总数{held}个")
    if as_of > today:
        raise RealNamesUnfit(why=f"{as_of} has not come", why_zh=f"{as_of}尚未到来")


class OversightUnfit(Refusal):
    """This cannot be written down: {why}."""

    code = "oversight-unfit"
    zh = "不能这样登记：{why_zh}。"


class OversightUnknown(Refusal):
    """There is no entry {oversight} that you may answer or take back."""

    code = "oversight-unknown"
    status = 404
    zh = "没有您可以答复或者撤回的登记{oversight}。"


MAY_OVERSEE = ("supervisor", "operator")
WHAT, DOCUMENT, WORDS = ("what it says", "内容"), ("the document's number", "文书文号"), ("the answer", "答复")
MOST_WHAT, MOST_DOCUMENT = 500, 200


def overseeing_permitted(kind: str, actor: str) -> None:
    """Whether this kind of actor writes down what an agency was told of its work."""
    if kind not in MAY_OVERSEE:
        raise OversightNotYours(actor=actor, kind=kind)


def oversight_of(law: Law, key: str, *, on: date, due_on: date | None, today: date) -> Oversight:
    """The kind of oversight, if the days fit it; refuses a kind that the lawbook does not know, a day to come, and a day for the answer
    that is missing, too early, or where nothing is to be answered.
    """
    found = law.oversights.get(key)
    if found is None:
        known = ", ".join(sorted(law.oversights))
        raise OversightUnfit(why=f"the lawbook knows no {key}, only {known}", why_zh=f"法典中没有“{key}”，只有{known}")
    if on > today:
        raise OversightUnfit(why=f"{on} is still to come", why_zh=f"{on}尚未到来")
    if found.answered and (due_on is None or due_on < on):
        raise OversightUnfit(
            why=f"say by which day from {on} on it is to be answered", why_zh=f"须写明不早于{on}的答复期限"
        )
    if not found.answered and due_on is not None:
        raise OversightUnfit(why=f"a {key} is not answered by a day", why_zh=f"“{found.title.zh}”没有答复期限")
    return found


FIRST_YEAR = 2014
Sort = Literal["listing", "objection", "repair", "complaint"]


@dataclass(frozen=True)
class Ran:
    """A case of the agency's as it ran up to the period's end: of which sort, by which procedure, the steps taken."""

    sort: Sort
    procedure: Procedure
    taken: Sequence[Taken]


@dataclass(frozen=True)
class Figure:
    """So many of so many: what is counted, and of what."""

    key: str
    title: Words
    part: int
    whole: int

    def as_dict(self) -> dict[str, Any]:
        """The figure as every door gives it."""
        return {
            "figure": self.key,
            "title": self.title.zh,
            "title_en": self.title.en,
            "part": self.part,
            "of": self.whole,
        }


# What is counted, in the order shown: the figure, and what its whole is.
FIGURES: dict[str, tuple[str, Words]] = {
    "delivered-in-time": ("delivered", Words(zh="在规定期限内报送公示的记录 / 有期限的记录", en="records published in time, of those with a clock")),
    "listings-decided": ("listings", Words(zh="决定列入或者认定的 / 办结的列入、认定案件", en="entries decided, of listing cases ended")),
    "listings-dropped": ("listings", Words(zh="听取陈述后不予列入的 / 办结的列入、认定案件", en="dropped after hearing, of listing cases ended")),
    "listings-lapsed": ("listings", Words(zh="因逾期失效的 / 办结的列入、认定案件", en="lapsed since late, of listing cases ended")),
    "notices-in-time": ("notices", Words(zh="期限内告知的 / 应当告知的拟列入", en="told in time, of proposed entries to be told")),
    "measure-notices-in-time": ("measure-notices", Words(zh="期限内送达的 / 应当送达的措施告知", en="served in time, of notices of measures due")),
    "tasks-done": ("tasks", Words(zh="已办的 / 到期的措施任务", en="done, of tasks of measures due")),
    "tasks-not-done": ("tasks", Words(zh="未办并写明理由的 / 到期的措施任务", en="not done, with reasons, of tasks of measures due")),
    "tasks-open": ("tasks", Words(zh="没有答复的 / 到期的措施任务", en="unanswered, of tasks of measures due")),
    "tasks-late": ("tasks", Words(zh="逾期答复或者逾期未答复的 / 到期的措施任务", en="answered late or late and unanswered, of tasks of measures due")),
    "objections-upheld": ("objections", Words(zh="维持原记录的 / 办结的异议", en="record upheld, of objections ended")),
    "objections-corrected": ("objections", Words(zh="更正或者撤回记录的 / 办结的异议", en="record corrected or withdrawn, of objections ended")),
    "objections-unverified": ("objections", Words(zh="逾期未能核实、不再使用的 / 办结的异议", en="not verified in time and used no more, of objections ended")),
    "objections-in-time": ("objection-steps", Words(zh="期限内办理的 / 应由本单位办理的异议步骤", en="taken in time, of steps of objections owed")),
    "repairs-granted": ("repairs", Words(zh="准予修复的 / 办结的修复申请", en="granted, of requests for repair ended")),
    "repairs-refused": ("repairs", Words(zh="未予修复的 / 办结的修复申请", en="refused, of requests for repair ended")),
    "repairs-in-time": ("repair-steps", Words(zh="期限内决定的 / 应由本单位决定的修复", en="decided in time, of repairs to decide")),
    "complaints-founded": ("complaints", Words(zh="成立的 / 办结的对办理的投诉", en="founded, of complaints about handling ended")),
    "complaints-unfounded": ("complaints", Words(zh="不成立的 / 办结的对办理的投诉", en="not founded, of complaints about handling ended")),
    "complaints-unanswered": ("complaints", Words(zh="主管部门未答复的 / 办结的对办理的投诉", en="not answered by the supervising department, of complaints about handling ended")),
    "complaints-in-time": ("complaint-steps", Words(zh="期限内改正的 / 应当改正的投诉", en="put right in time, of complaints to put right")),
    "checked-before": ("decisions", Words(zh="事先查过的 / 依法须先查的决定", en="checked before, of decisions that an article wants checked")),
}  # fmt: skip

_OUTCOMES = {
    ("listing", "listed"): "listings-decided",
    ("listing", "not-listed"): "listings-dropped",
    ("objection", "upheld"): "objections-upheld",
    ("objection", "corrected"): "objections-corrected",
    ("objection", "record-withdrawn"): "objections-corrected",
    ("objection", "not-verifiable"): "objections-unverified",
    ("repair", "repaired"): "repairs-granted",
    ("repair", "not-repaired"): "repairs-refused",
    ("complaint", "founded"): "complaints-founded",
    ("complaint", "not-founded"): "complaints-unfounded",
    ("complaint", "unanswered"): "complaints-unanswered",
}
_WHOLES = {"listing": "listings", "objection": "objections", "repair": "repairs", "complaint": "complaints"}


def cases_tallied(cases: Iterable[Ran], *, since: date, until: date) -> Counter[str]:
    """What the agency's cases come to in the days, both included: parts and wholes by their keys.

    A case ends with its last step of the days, where that is final. A step is owed where the authority has a clock in the state that
    was left; it is taken in time where the authority left it, missed where the clock did: the clock acts on the day after.
    """
    found: Counter[str] = Counter()
    for case in cases:
        inside = [step for step in case.taken if since <= step.on <= until]
        for step in inside:
            _step_tally(found, case, step)
        last = inside[-1] if inside else None
        if last is not None and last is case.taken[-1] and case.procedure.states[last.to].final:
            _end_tally(found, case, last)
    return found


def _end_tally(found: Counter[str], case: Ran, last: Taken) -> None:
    outcome = case.procedure.states[last.to].outcome
    found[_WHOLES[case.sort]] += 1
    key = (
        "listings-lapsed" if case.sort == "listing" and last.by == "clock" else _OUTCOMES.get((case.sort, str(outcome)))
    )
    if last.by == "subject" and case.sort in ("repair", "listing"):
        key = None  # taken back by whoever asked: nobody granted or refused it
    if key is not None:
        found[key] += 1


def _step_tally(found: Counter[str], case: Ran, step: Taken) -> None:
    if step.number == 0 or step.by not in ("authority", "clock"):
        return
    left = case.taken[step.number - 1].to
    if not any(s.by == "authority" and s.within for s in case.procedure.steps_from(left)):
        return
    in_time = step.by == "authority"
    if case.sort == "listing":
        # Who drops an entry need not tell it: only one that goes on, or lapses untold, was to be told.
        if any(s.to == "noticed" for s in case.procedure.steps_from(left)) and (step.to == "noticed" or not in_time):
            found["notices"] += 1
            found["notices-in-time"] += in_time
        return
    found[f"{case.sort}-steps"] += 1
    found[f"{case.sort}s-in-time"] += in_time


def figures(found: Counter[str]) -> list[Figure]:
    """Every figure in its order, also those of which there was nothing to count."""
    return [Figure(key, title, found[key], found[whole]) for key, (whole, title) in FIGURES.items()]


def year_days(year: int | None, *, today: date) -> tuple[date, date]:
    """The year's days up to today, both included; this year where none is given."""
    year = today.year if year is None else year
    if not FIRST_YEAR <= year <= today.year:
        raise YearUnfit(year=year)
    return date(year, 1, 1), min(date(year, 12, 31), today)
