"""A case's course by the law alone: clocks, what stands still, what silence comes to; every procedure walked from end to end."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from chengxin import law
from chengxin.cases.rules import Course, StepLacks, StepTooEarly, StepUnknown, Taken, overdue, step_admissible
from chengxin.kernel.days import working_day_add
from chengxin.law.models import Doer, Procedure

ON = date(2026, 9, 16)
ALL_NEEDED = ("reasons", "document", "proof-of-service", "approval", "evidence")
EVERY = [(place, key) for place in law.load().jurisdictions for key in sorted(law.load().on(ON, place).procedures)]


def opened(place: str, key: str, on: date = ON) -> Course:
    """A case just opened there by this procedure."""
    found = law.load().on(on, place)
    procedure = found.procedures[key]
    return Course(found, procedure, [Taken(0, procedure.opens, on, "subject")])


def taken(course: Course, to: str, by: Doer, on: date) -> Course:
    """The case one admissible step further."""
    has = [*ALL_NEEDED, *(f"deed:{deed}" for deed in course.procedure.deeds)]
    step = step_admissible(course, to=to, by=[by], on=on, has=has)
    return course.after(Taken(len(course.taken), to, on, step.by))


def routes(procedure: Procedure) -> Iterator[list[str]]:
    """For each state a shortest way to it, as the states on the way."""
    ways = {procedure.opens: [procedure.opens]}
    more = [procedure.opens]
    while more:
        state = more.pop(0)
        for step in procedure.steps_from(state):
            if step.to not in ways:
                ways[step.to] = [*ways[state], step.to]
                more.append(step.to)
    yield from ways.values()


@pytest.mark.parametrize(("place", "key"), EVERY)
def test_every_state_of_every_procedure_is_reached_and_left(place: str, key: str) -> None:
    procedure = law.load().on(ON, place).procedures[key]
    reached = set()
    for way in routes(procedure):
        course = opened(place, key)
        for to in way[1:]:
            silent = overdue(course, on=(course.last_day or ON) + timedelta(days=1))
            by_hand = [o for o in course.steps if o.step.to == to]
            if by_hand:
                day = max(course.taken[-1].on, (by_hand[0].wait or course.taken[-1].on) + timedelta(days=1))
                course = taken(course, to, by_hand[0].step.by, day)
            else:
                assert silent is not None and silent.to == to
                course = course.after(silent)
        reached.add(course.state_key)
        if course.state.final:
            assert course.last_day is None and course.state.outcome
        else:
            assert course.last_day is not None and course.owing(), f"{course.state_key} has no clock"
            assert overdue(course, on=course.last_day) is None
            assert overdue(course, on=course.last_day + timedelta(days=1)) is not None
    assert reached == set(procedure.states)


@pytest.mark.parametrize(("place", "key"), EVERY)
def test_left_alone_every_case_ends_or_is_put_before_whoever_is_above(place: str, key: str) -> None:
    course, seen = opened(place, key), set[str]()
    while not course.state.final and course.state_key not in seen:
        seen.add(course.state_key)
        silent = overdue(course, on=(course.last_day or ON) + timedelta(days=1))
        assert silent is not None
        course = course.after(silent)
    against = {"upheld", "not-accepted", "not-repaired", "listed", "not-removed"}
    assert course.state.outcome not in against
    # Where it goes round, somebody is asked again and again, and meanwhile the fact has no effect.
    assert course.state.final or course.state.suspends


def test_shanghais_clocks_run_from_where_its_article_says() -> None:
    course = opened("cn-31", "objection", date(2026, 2, 12))
    assert {o.step.to: o.last_day for o in course.steps if o.last_day}["accepted"] == date(2026, 2, 13)
    course = taken(course, "accepted", "credit-centre", date(2026, 2, 13))
    due = {o.step.to: o.last_day for o in course.steps}
    # Both from the day of receipt: five working days to decide, two to pass on (article 36).
    assert due["corrected"] == working_day_add(date(2026, 2, 12), 5)
    assert due["forwarded"] == working_day_add(date(2026, 2, 12), 2) == date(2026, 2, 14)
    course = taken(course, "forwarded", "credit-centre", date(2026, 2, 14))
    assert course.last_day == working_day_add(date(2026, 2, 14), 5) == date(2026, 2, 28)


def test_henans_clock_stands_still_while_an_expert_looks() -> None:
    course = taken(opened("cn-41", "objection"), "accepted", "credit-centre", ON)
    before = course.last_day
    assert before is not None
    course = taken(course, "appraisal", "credit-centre", ON + timedelta(days=1))
    assert course.state.stands_still and course.state.suspends
    ten_later = working_day_add(ON + timedelta(days=1), 10)
    back = next(o.step for o in course.steps if o.step.to == "accepted")
    course = taken(course, "accepted", back.by, ten_later)
    assert course.last_day == working_day_add(before, 10)


def test_a_step_must_come_from_who_may_take_it_with_what_it_needs_and_not_too_early() -> None:
    course = taken(opened("cn-31", "objection"), "accepted", "credit-centre", ON)
    with pytest.raises(StepUnknown, match="what|What"):
        step_admissible(course, to="upheld", by=["provider"], on=ON, has=ALL_NEEDED)
    with pytest.raises(StepLacks) as lacking:
        step_admissible(course, to="upheld", by=["credit-centre"], on=ON, has=())
    assert "理由" in lacking.value.message_zh
    listing = taken(opened("cn", "listing"), "noticed", "authority", ON)
    reply = listing.law.parameter("listing-reply-within")
    with pytest.raises(StepTooEarly):
        step_admissible(listing, to="decided", by=["authority"], on=working_day_add(ON, reply), has=ALL_NEEDED)
    step_admissible(
        listing, to="decided", by=["authority"], on=working_day_add(ON, reply) + timedelta(days=1), has=ALL_NEEDED
    )


def test_a_refused_step_is_told_in_words_of_either_language() -> None:
    course = taken(opened("cn-31", "objection"), "accepted", "credit-centre", ON)
    with pytest.raises(StepUnknown) as refused:
        step_admissible(course, to="upheld", by=["provider"], on=ON, has=ALL_NEEDED)
    assert "案件现处于“已受理并标注”，信息提供单位不能办理“维持”" in refused.value.message_zh
    assert "当事人：撤回异议" in refused.value.message_zh and "Take the objection back" in refused.value.message
