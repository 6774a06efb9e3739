"""Objections to evaluations raised, taken back and answered. The room whose evaluation it is says what may be objected to, and calls these."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.cases.rules import Course, Taken, Telling, course_opened, step_admissible
from chengxin.cases.services.telling import notice_write
from chengxin.commerce.circles.rules import said
from chengxin.commerce.merchants.rules import OWN_ACCOUNT
from chengxin.commerce.merchants.selectors import law_of
from chengxin.commerce.objections import rules
from chengxin.commerce.objections.models import Objection, ObjectionStep
from chengxin.commerce.objections.selectors import (
    Evaluated,
    objection_course,
    objection_numbered,
    objections_accessible,
    objections_own,
    objections_shown,
)
from chengxin.kernel.days import day_of
from chengxin.law.models import Doer
from chengxin.ledger.services import trace
from chengxin.lists.selectors import addressee_of
from chengxin.subjects.selectors import SubjectUnknown, subject_of


def objection_raise(
    *, kind: str, of: Evaluated, version: int, code: str, title: tuple[str, str], words: str, at: datetime
) -> Objection:
    """What the firm of this code says against one version of an evaluation of it, by its own account; once for each version, but anew where it was
    taken back.
    """
    kept, on = said(words, "The objection", "异议的内容"), day_of(at)
    before = Objection.objects.filter(kind=kind, evaluation=of[0], shop=of[1]).order_by("pk")
    taken_back = before.filter(steps__to=rules.WITHDRAWN).count()
    standing = before.exclude(steps__to=rules.WITHDRAWN)
    try:
        with transaction.atomic():
            if (last := standing.last()) is not None:
                raise rules.ObjectionStanding(number=last.number)
            made = Objection.objects.create(
                kind=kind, evaluation=of[0], shop=of[1], version=version, again=taken_back, code=code, title=title[0], title_en=title[1], words=kept, opened_at=at,
                opened_on=on, lawbook_digest=lawroom.load().digest,
            )  # fmt: skip
            _write(made, course_opened(law_of(on), rules.PROCEDURE, on=on, by="subject"), by=OWN_ACCOUNT, at=at)
    except IntegrityError as twice:  # another was quicker
        if (last := standing.last()) is None:
            raise
        raise rules.ObjectionStanding(number=last.number) from twice
    return made


def objection_withdraw(*, number: str, codes: list[str], at: datetime) -> Objection:
    """The firm takes its objection back; the evaluation stands as if there had been none."""
    with transaction.atomic():
        found = _locked(objection_numbered(objections_own(codes), number))
        _step(found, rules.WITHDRAWN, "subject", "", by=OWN_ACCOUNT, at=at)
    return found


def objection_answer(
    *, kind: str, number: str, to: str, words: str, anew: Callable[[Objection], bool], asker: Asker, at: datetime
) -> Objection:  # fmt: skip
    """What the centre answers, with reasons that anybody reads; the firm is told. `anew` tells whether a later version is there, without which
    nothing was computed anew.
    """
    if asker.kind not in rules.ANSWERING:
        raise rules.NotTheCentre(actor=asker.key)
    reasons = said(words, "The reasons", "理由")
    with transaction.atomic():
        found = _locked(objection_numbered(objections_accessible(asker).filter(kind=kind), number))
        _step(found, to, "credit-centre", reasons, by=asker.key, at=at)
        if to == rules.CORRECTED and not anew(found):
            raise rules.NotComputedAnew(version=found.version)
        _told(found, to, reasons, by=asker.key, at=at)
    return found


def objections_read(
    *, asker: Asker, at: datetime, page: int = 1, most: int = 50
) -> tuple[list[dict[str, Any]], bool]:  # fmt: skip
    """A page of what the asker may see, the latest first, and whether there are more; the reading is written down."""
    start = (min(max(page, 1), rules.MOST_PAGES) - 1) * most
    found = list(objections_accessible(asker)[start : start + most + 1])
    trace(event="objections.objections.read", by=asker.key, at=at, detail={"files": len(found[:most])})
    return objections_shown(found[:most], known_at=at), len(found) > most


def objection_read(*, number: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """One objection as the centre sees it; the reading is written down."""
    found = objection_numbered(objections_accessible(asker), number)
    trace(event="objections.objection.read", by=asker.key, at=at, about=f"evaluation-objection:{found.number}")
    return objections_shown([found], known_at=at)[0]


def _locked(found: Objection) -> Objection:
    return Objection.objects.select_for_update().get(pk=found.pk)


def _step(found: Objection, to: str, doer: Doer, words: str, *, by: str, at: datetime) -> None:
    steps = list(found.steps.order_by("number"))
    course = objection_course(found, steps, on=day_of(at))
    on = max(day_of(at), course.taken[-1].on)
    step_admissible(course, to=to, by=(doer,), on=on, has={"reasons"} if words else set())
    for lapsed in course.since(len(steps)):
        _write(found, lapsed, by="clock", at=at)
    _write(found, course.after(Taken(len(course.taken), to, on, doer)), by=by, at=at, words=words)


def _write(found: Objection, course: Course, *, by: str, at: datetime, words: str = "") -> None:
    made = ObjectionStep.objects.create(objection=found, by=by, at=at, words=words, **course.row)
    detail = {"to": made.to, "by": made.doer, "kind": found.kind, "evaluation": found.evaluation}
    trace(event="objections.objection.stepped", by=by, at=at, about=f"evaluation-objection:{found.number}", detail=detail)  # fmt: skip


def _told(found: Objection, to: str, reasons: str, *, by: str, at: datetime) -> None:
    """Write the firm a letter, where the register knows it; in any case it reads the answer by its own account."""
    try:
        subject = subject_of(found.code, known_at=at)
    except SubjectUnknown:
        return
    state = law_of(found.opened_on).procedures[rules.PROCEDURE].states[to].title
    address = f"{settings.CHENGXIN_SITE_URL.rstrip('/')}/my/evaluations"
    zh = f"你单位对“{found.title}”提出的异议{found.number}：{state.zh}。{reasons} 详见{address}"
    en = f"Your objection {found.number} to “{found.title_en}”: {state.en}. See {address}"
    telling = Telling(f"评价异议{found.number} / Objection to an evaluation {found.number}", f"{zh}\n\n{en}\n")
    notice_write(
        subject=subject, about=f"evaluation-objection:{found.number}:{to}", to=addressee_of(subject, known_at=at)[1], telling=telling, by=by, at=at
    )  # fmt: skip
