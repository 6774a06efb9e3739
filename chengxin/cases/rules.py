"""Where a case stands, what may be done next, by whom, with what, and until when. Pure: law and history come as arguments."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol, cast

from chengxin.kernel.days import day_due, working_day_add, working_days_between
from chengxin.kernel.errors import Refusal
from chengxin.kernel.written import day_written, sentence
from chengxin.law import Law
from chengxin.law.models import Doer, Procedure, State, Step, Words


class StepUnknown(Refusal):
    """In the state {state} there is no step to {to} for the {by}. What can be done now: {open}."""

    code = "case-step-unknown"
    status = 409
    zh = "案件现处于“{state_zh}”，{by_zh}不能办理“{to_zh}”。现在可以办理的：{open_zh}。"


class StepTooEarly(Refusal):
    """This step must wait until {day} is over ({basis}): the other side still has time to be heard."""

    code = "case-step-too-early"
    status = 409
    zh = "须待{day}届满后方可进行这一步（{basis}）：对方仍在陈述期限内。"


class StepLacks(Refusal):
    """This step needs {lacking}, and nothing of it came. Add it and try again ({basis})."""

    code = "case-step-lacks"
    zh = "这一步须附{lacking_zh}，目前没有。请补充后再提交（{basis}）。"


class DeedUnfit(Refusal):
    """Nothing like this can be written down in the case: {why} Known here: {known}."""

    code = "case-deed-unfit"
    zh = "案件中不能这样记录：{why_zh}可以记录的：{known_zh}。"


# What a step may need, as it is named to whoever forgot it.
NEEDED = {
    "reasons": ("理由", "reasons"),
    "document": ("决定文书文号", "the number of the deciding document"),
    "proof-of-service": ("送达证明", "proof of service"),
    "approval": ("批准人", "who approved it"),
    "evidence": ("证据材料", "evidence"),
}


# Who may take a step, as they are named in a message and on every page.
DOERS: dict[str, Words] = {
    "subject": Words(zh="当事人", en="The subject"),
    "authority": Words(zh="作出决定的机关", en="The authority that decided"),
    "provider": Words(zh="信息提供单位", en="Whoever sent the record"),
    "credit-centre": Words(zh="公共信用信息中心", en="The public credit centre"),
    "supervisor": Words(zh="社会信用主管部门", en="The supervising department"),
    "anybody": Words(zh="任何人", en="Anybody"),
    "consumer": Words(zh="消费者", en="The consumer"),
    "merchant": Words(zh="商家", en="The merchant"),
    "platform": Words(zh="平台", en="The platform"),
    "clock": Words(zh="期限届满", en="End of the term"),
}


@dataclass(frozen=True)
class Taken:
    """One step of a case as it was taken: to which state, on which day, by whom. The first is the opening."""

    number: int
    to: str
    on: date
    by: Doer


class TakenKept(Protocol):
    """A step as a room keeps it in a row."""

    @property
    def number(self) -> int: ...
    @property
    def to(self) -> str: ...
    @property
    def on(self) -> date: ...
    @property
    def doer(self) -> str: ...


@dataclass(frozen=True)
class Open:
    """One step that may be taken, with its last day where it has a clock, and the day that must be over before."""

    step: Step
    last_day: date | None
    wait: date | None


@dataclass(frozen=True)
class Course:
    """A procedure as it ran in one case: the law of the day on which the case opened, and the steps taken."""

    law: Law
    procedure: Procedure
    taken: Sequence[Taken]

    @property
    def state_key(self) -> str:
        """The key of the state in which the case stands."""
        return self.taken[-1].to

    @property
    def state(self) -> State:
        """The state in which the case stands."""
        return self.procedure.states[self.state_key]

    @property
    def steps(self) -> list[Open]:
        """What may be done now, in the lawbook's order; the clock's own step is none of them."""
        steps = [step for step in self.procedure.steps_from(self.state_key) if step.by != "clock"]
        return [Open(step, self._day(step, step.within), self._day(step, step.not_before)) for step in steps]

    @property
    def last_day(self) -> date | None:
        """The day on which the last clock of the state runs out; none in a final state."""
        if self.state.final:
            return None
        return max((open_.last_day for open_ in self.steps if open_.last_day is not None), default=None)

    def told(self, what: Open) -> dict[str, Any]:
        """A step that may be taken as it is sent: to which state, by whom, what it is called, and until when."""
        title = _act(self, what.step)
        return {
            "to": what.step.to, "by": what.step.by, "title": title.zh, "title_en": title.en, "last_day": what.last_day
        }  # fmt: skip

    def owing(self) -> list[Doer]:
        """Who has a clock running now, the first due first."""
        clocked = [(o.last_day, n, o.step.by) for n, o in enumerate(self.steps) if o.last_day is not None]
        return [] if self.state.final else list(dict.fromkeys(by for _, _, by in sorted(clocked)))

    def after(self, step: Taken) -> "Course":
        """The same case with one step more."""
        return Course(self.law, self.procedure, [*self.taken, step])

    def since(self, written: int) -> Iterator["Course"]:
        """The same case after each step beyond so many: those that the clock took and nobody has written down."""
        for n in range(written, len(self.taken)):
            yield Course(self.law, self.procedure, self.taken[: n + 1])

    @property
    def row(self) -> dict[str, Any]:
        """The step taken last as the columns of its row, with the last day of the state to which it led."""
        last = self.taken[-1]
        return {"number": last.number, "to": last.to, "doer": last.by, "on": last.on, "last_day": self.last_day}

    def _day(self, step: Step, key: str | None) -> date | None:
        """The last day of the time that parameter `key` gives, from the day of the state from which the step counts."""
        if key is None:
            return None
        begun = max((t.number for t in self.taken if t.to == step.counts_from), default=self.taken[-1].number)
        unit = self.law.parameters[key].unit
        due = day_due(self.taken[begun].on, self.law.parameter(key), unit)
        for since, until in self._still(begun):
            days = (until - since).days
            due = (
                working_day_add(due, working_days_between(since, until))
                if unit == "working-days"
                else due + timedelta(days=days)
            )
        return due

    def _still(self, begun: int) -> Iterable[tuple[date, date]]:
        """The stretches after this step in which the case's clocks stood still, each from day to day."""
        for one, following in zip(self.taken[begun + 1 :], self.taken[begun + 2 :], strict=False):
            if self.procedure.states[one.to].stands_still:
                yield one.on, following.on


def overdue(course: Course, *, on: date) -> Taken | None:
    """What the law lets happen by itself when everybody's time in the state is over before the day; nothing otherwise."""
    last = course.last_day
    if last is None or on <= last:
        return None
    silent = next(s for s in course.procedure.steps_from(course.state_key) if s.by == "clock")
    return Taken(len(course.taken), silent.to, last + timedelta(days=1), "clock")


def course_opened(law: Law, procedure: str, *, on: date, by: Doer) -> Course:
    """A case that opens on the day."""
    run = law.procedures[procedure]
    return Course(law, run, [Taken(0, run.opens, on, by)])


def course_kept(law: Law, procedure: str, steps: Iterable[TakenKept], *, on: date) -> Course:
    """A case as its steps were written down in order, and what the clock has done by this day."""
    taken = [Taken(each.number, each.to, each.on, cast(Doer, each.doer)) for each in steps]
    course = Course(law, law.procedures[procedure], taken)
    while (silent := overdue(course, on=on)) is not None:
        course = course.after(silent)
    return course


def step_admissible(course: Course, *, to: str, by: Iterable[Doer], on: date, has: Iterable[str]) -> Step:
    """The step to this state that one of these doers may take on the day with what is in hand; refuses with the reason."""
    doers, state = set(by), course.state
    steps = [o for o in course.steps if o.step.to == to and o.step.by in doers]
    if not steps:
        titled = course.procedure.states[to].title if to in course.procedure.states else None
        raise StepUnknown(
            state=state.title.en,
            to=titled.en if titled else to,
            by=", ".join(sorted(doers)) or "outsider",
            open="; ".join(f"{o.step.by}: {_act(course, o.step).en}" for o in course.steps) or "nothing",
            state_zh=state.title.zh,
            to_zh=titled.zh if titled else to,
            by_zh="、".join(DOERS[doer].zh for doer in sorted(doers)) or "与本案无关者",
            open_zh="；".join(f"{DOERS[o.step.by].zh}：{_act(course, o.step).zh}" for o in course.steps) or "无",
        )
    found = steps[0]
    basis = course.law.cite(found.step.basis[0])
    if found.wait is not None and on <= found.wait:
        raise StepTooEarly(day=found.wait, basis=basis.zh)
    there, deeds = set(has), course.procedure.deeds
    lacking = [NEEDED[need] for need in found.step.needs if need not in there]
    lacking += [(deeds[key].title.zh, deeds[key].title.en) for key in found.step.deeds if f"deed:{key}" not in there]
    if lacking:
        zh, en = zip(*lacking, strict=True)
        needs = [need for need in found.step.needs if need not in there]
        raise StepLacks(lacking=", ".join(en), lacking_zh="、".join(zh), basis=basis.zh, needs=needs)
    return found.step


def _act(course: Course, step: Step) -> Words:
    """What whoever takes the step does, in words."""
    return step.act or course.procedure.states[step.to].title


def deed_fit(course: Course, kind: str, *, day: date, on: date) -> None:
    """Whether a deed of the kind and day can be written down in the case today."""
    deeds = course.procedure.deeds
    known = "; ".join(deed.title.en for deed in deeds.values()) or "nothing"
    known_zh = "、".join(deed.title.zh for deed in deeds.values()) or "无"
    if kind not in deeds:
        raise DeedUnfit(why=f"{kind} is unknown.", why_zh=f"没有“{kind}”。", known=known, known_zh=known_zh)
    if day > on:
        raise DeedUnfit(
            why=f"{day} is still to come.", why_zh=f"{day_written(day)}尚未到来。", known=known, known_zh=known_zh
        )


# --- telling --------------------------------------------------------------------------------------------------------------

_PHONE = re.compile(r"(?<!\d)1\d{10}(?!\d)")


def channel_of(reach: str) -> str:
    """How to tell somebody who can be reached so: by e-mail, by text message, or else by letter."""
    if "@" in reach:
        return "email"
    return "sms" if _PHONE.search(reach) and len(reach) < 30 else "letter"


@dataclass(frozen=True)
class Telling:
    """A notice's heading and words, in Chinese with English after it."""

    title: str
    body: str


def step_told(course: Course, step: Taken, *, number: str, reasons: str, document: str, short: bool) -> Telling:
    """What is told of a step: where the case stands since, why, by which document and article, and what can be done now; in few
    words for a text message, which names neither firm nor record.
    """
    procedure, state = course.procedure, course.procedure.states[step.to]
    title = f"{procedure.title.zh}{number}：{state.title.zh}"
    title_en = f"{procedure.title.en} {number}: {state.title.en}"
    if short:
        return Telling(title, f"{title}。凭编号和查询码可在网上查看。 {title_en}. See on line with number and key.")
    came = [s for s in procedure.steps if s.to == step.to and s.by == step.by]
    cited = course.law.cite((came[0] if came else procedure).basis[0])
    mine = [o for o in course.steps if o.step.by == "subject"] if step == course.taken[-1] else []
    zh = [title, f"日期：{day_written(step.on)}"]
    zh += [f"理由：{sentence(reasons)}"] if reasons else []
    zh += [f"文书：{document}"] if document else []
    zh += [f"依据：{cited.zh}", *(["在此期间，该记录不产生效力。"] if state.suspends else [])]
    zh += [
        f"你单位可以：{_act(course, o.step).zh}" + (f"（最迟{day_written(o.last_day)}）" if o.last_day else "")
        for o in mine
    ]
    en = [
        f"{title_en} ({step.on})",
        f"Basis: {cited.en}",
        *(["Meanwhile the record has no effect."] if state.suspends else []),
    ]
    en += [f"You may: {_act(course, o.step).en}" + (f" (by {o.last_day})" if o.last_day else "") for o in mine]
    return Telling(f"{title} / {title_en}", "\n".join([*zh, "", *en]) + "\n")
