"""Objections to evaluations as they are at an instant: what the page of an evaluation says of them, what their firm and the centre see."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from chengxin.actors.selectors import Asker
from chengxin.cases.rules import Course, course_kept
from chengxin.cases.selectors import numbered
from chengxin.commerce.merchants.selectors import law_of
from chengxin.commerce.objections import rules
from chengxin.commerce.objections.models import Objection, ObjectionStep
from chengxin.kernel.days import day_of

Evaluated = tuple[int, str]  # an evaluation's own key, and the shop where it is of many


def objection_course(found: Objection, steps: Sequence[ObjectionStep], *, on: date) -> Course:
    """The procedure by the law of the day on which it was raised, the steps taken, and what the clock has done by this day."""
    return course_kept(law_of(found.opened_on), rules.PROCEDURE, steps, on=on)


def objections_accessible(asker: Asker) -> QuerySet[Objection]:
    """Those that the asker may see: of whoever publishes evaluations all, of anybody else none."""
    found = Objection.objects.order_by("-pk")
    return found if asker.kind in rules.ANSWERING else found.none()


def objections_own(codes: Iterable[str]) -> QuerySet[Objection]:
    """Those of the firm of these codes, the latest first."""
    return Objection.objects.filter(code__in=list(codes)).order_by("-pk")


def objection_numbered(found: QuerySet[Objection], number: str) -> Objection:
    """One of these; unknown and forbidden look alike."""
    one = numbered(found, number, day="opened_on")
    if one is None:
        raise rules.ObjectionUnknown(number=number[:40])
    return one


def objections_owing(asker: Asker, *, known_at: datetime, most: int = 200) -> list[dict[str, Any]]:
    """Those that wait for an answer, the first due first, late ones before all."""
    shown = objections_shown(_unanswered(objections_accessible(asker)).order_by("pk")[:most], known_at=known_at)
    return sorted(shown, key=lambda each: (each["last_day"] or date.min, each["number"]))


def _unanswered(found: QuerySet[Objection]) -> QuerySet[Objection]:
    closed = ObjectionStep.objects.filter(objection=OuterRef("pk"), to__in=rules.CLOSED)
    return found.filter(~Exists(closed))


def objections_shown(found: Iterable[Objection], *, known_at: datetime) -> list[dict[str, Any]]:
    """Each as its firm and the centre see it: what was said, every step, and until when who may do what. Two queries, however many there are."""
    many = list(found)
    steps = _steps_of(many, known_at)
    return [_shown(each, steps[each.pk], on=day_of(known_at)) for each in many]


def _steps_of(found: Sequence[Objection], known_at: datetime) -> Mapping[int, list[ObjectionStep]]:
    steps: dict[int, list[ObjectionStep]] = {each.pk: [] for each in found}
    for step in ObjectionStep.objects.filter(objection__in=found, at__lte=known_at).order_by("number"):
        steps[step.objection_id].append(step)
    return steps


def _shown(found: Objection, steps: Sequence[ObjectionStep], *, on: date) -> dict[str, Any]:
    course = objection_course(found, steps, on=on)
    states = course.procedure.states
    named = ("kind", "evaluation", "shop", "version", "code", "title", "title_en", "words", "opened_on", "opened_at")
    return {
        "number": found.number, **{name: getattr(found, name) for name in named},
        "state": course.state_key, "state_title": course.state.title.zh, "state_title_en": course.state.title.en,
        "final": course.state_key in rules.CLOSED, "last_day": course.last_day,
        "steps": [
            {"to": t.to, "title": states[t.to].title.zh, "title_en": states[t.to].title.en, "by": t.by, "on": t.on, "words": words}
            for t, words in zip(course.taken, [*(s.words for s in steps), *[""] * (len(course.taken) - len(steps))], strict=True)
        ],
        "open": [course.told(each) for each in course.steps if each.step.by != "clock"],
    }  # fmt: skip


# --- what the evaluation's own page says ------------------------------------------------------------------------------


def objections_about(kind: str, evaluations: Iterable[int], *, known_at: datetime) -> dict[Evaluated, dict[str, Any]]:
    """Of each of these evaluations that was objected to, what anybody sees: since when, where it stands, and the answer; the firm's own words are
    between it and the centre. `withheld`: nobody answered in time, so the evaluation is shown no more until somebody does.
    """
    found = Objection.objects.filter(kind=kind, evaluation__in=list(evaluations), opened_at__lte=known_at)
    many = list(found.order_by("pk"))
    steps, told = _steps_of(many, known_at), {}
    for each in many:
        course = objection_course(each, steps[each.pk], on=day_of(known_at))
        if course.state_key == rules.WITHDRAWN:
            continue
        answer = next((s for s in reversed(steps[each.pk]) if s.to in rules.ANSWERS), None)
        told[(each.evaluation, each.shop)] = {
            "number": each.number, "on": each.opened_on, "state": course.state_key, "state_title": course.state.title.zh,
            "state_title_en": course.state.title.en, "last_day": course.last_day, "withheld": course.state_key == rules.UNANSWERED,
            "answered_on": answer.on if answer else None, "answer": answer.words if answer else "",
        }  # fmt: skip
    return told


def withheld_now(kind: str, *, known_at: datetime) -> set[Evaluated]:
    """The evaluations of this kind that are not shown, since an objection to them was not answered in time. Few objections wait at once."""
    waiting = _unanswered(Objection.objects.filter(kind=kind, opened_at__lte=known_at))
    told = objections_about(kind, waiting.values_list("evaluation", flat=True), known_at=known_at)
    return {which for which, each in told.items() if each["withheld"]}
