"""Every clock of the procedures in force: its number, its article, and the day on which it runs out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from chengxin.kernel.days import day_due
from chengxin.law.lawbook import Citation, Law
from chengxin.law.models import Procedure, Step, Words


@dataclass(frozen=True, slots=True)
class Clock:
    """One step's time: who has it, how much of what, from which state it counts, by which article, and its last day."""

    procedure: str
    title: Words
    step: Step
    from_: Words
    to: Words
    number: int
    unit: str
    verified: bool
    cited: Citation
    day: date


def clocks_of(law: Law, start: date) -> Iterator[Clock]:
    """The clocks of every procedure in force, as if each had begun on the day; steps without a time have none."""
    for key, procedure in sorted(law.procedures.items()):
        for step in procedure.steps:
            if step.within:
                yield _clock(law, key, procedure, step, step.within, start)


def _clock(law: Law, key: str, procedure: Procedure, step: Step, within: str, start: date) -> Clock:
    parameter, number = law.parameters[within], law.parameter(within)
    value = parameter.value_on(law.day)
    return Clock(
        procedure=key,
        title=procedure.title,
        step=step,
        from_=procedure.states[step.from_].title,
        to=procedure.states[step.to].title,
        number=number,
        unit=parameter.unit,
        verified=procedure.verified and value is not None and value.verified,
        cited=law.cite(step.basis[0]),
        day=day_due(start, number, parameter.unit),
    )
