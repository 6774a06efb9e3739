"""Statements of reasons for what platforms do to shops: filed, corrected, contested, withdrawn."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from chengxin.actors.selectors import Asker
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.bulk import shops_filed
from chengxin.commerce.merchants.models import Statement, StatementStep
from chengxin.commerce.merchants.selectors import OwnShop, law_of, platform_for
from chengxin.kernel.days import day_due, day_of
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken


def statement_file(
    *, platform: str, number: str, shop: str, measure: str, ground: str, reference: str, facts: str, contest: str, decided_on: date, from_on: date,
    until: date | None, detected_by_machine: bool, decided_by_machine: bool, by: str, at: datetime,
) -> Statement:  # fmt: skip
    """Publish why a platform took a measure against a shop of its own; the same again changes nothing, other words are refused."""
    platform_for(platform, by, at=at)
    on = day_of(at)
    law = law_of(on)
    said = {
        "shop": shop, "measure": measure, "ground": ground, "reference": reference, "facts": facts, "contest": contest, "decided_on": decided_on,
        "from_on": from_on, "until": until, "detected_by_machine": detected_by_machine, "decided_by_machine": decided_by_machine,
    }  # fmt: skip
    said |= rules.statement_fit(said, law.code_lists["platform-measures"].choices, on)
    if rules.person_told(number):
        raise rules.StatementUnfit(why="its number names a person.", why_zh="编号指明自然人。")
    within = law.parameters["platform-measure-publish-within"]
    with transaction.atomic():
        turn_taken("merchants", platform)
        if not shops_filed(platform, [shop]):
            raise rules.ShopUnknown(platform=platform, shop=shop)
        before = Statement.objects.filter(platform=platform, number=number).first()
        if before is not None:
            if any(getattr(before, name) != value for name, value in said.items()):
                raise rules.StatementFiled(platform=platform, number=number)
            return before
        publish_by = day_due(decided_on, law.parameter(within.key), within.unit)
        made = Statement.objects.create(platform=platform, number=number, publish_by=publish_by, at=at, by=by, **said)
        trace(
            event="merchants.statement.published",
            by=by,
            at=at,
            about=f"statement:{made.pk}",
            detail={"measure": measure},
        )
    return made


def statement_step(
    *, statement: Statement, kind: str, words: str, asker: Asker, at: datetime, changes: Mapping[str, Any] | None = None
) -> Statement:  # fmt: skip
    """A correction, a contest, its answer or a withdrawal, added beside what was published. A contest comes of the platform, which the shop asked,
    or of a regulator, and of the shop by its own account (`statement_contest`); the rest of the platform alone.
    """
    if kind != "contested" or asker.kind not in ("department", "operator"):
        platform_for(statement.platform, asker.key, at=at)
    return _statement_step(statement, kind, words, by=asker.key, at=at, changes=changes)


def statement_contest(*, statement: Statement, own: OwnShop, words: str, at: datetime) -> Statement:
    """What the shop says against a measure of its platform, by its own account: public beside the statement, and answered by the lawbook's day."""
    if not own.run or (own.platform, own.shop) != (statement.platform, statement.shop):
        raise rules.StatementUnknown(platform=statement.platform, number=statement.number)
    return _statement_step(statement, "contested", words, by=rules.OWN_ACCOUNT, at=at)


def _statement_step(
    statement: Statement, kind: str, words: str, *, by: str, at: datetime, changes: Mapping[str, Any] | None = None
) -> Statement:  # fmt: skip
    said = rules.words_public(words, ("The words", "内容"))
    changed = {name: value for name, value in (changes or {}).items() if value is not None}
    if (kind == "corrected") != bool(changed):
        raise rules.StatementUnfit(
            why="a correction, and nothing else, says what changes.", why_zh="更正须写明更正的内容，其他不写。"
        )
    for name, what in rules.PUBLIC_WORDS.items():
        if name in changed:
            changed[name] = rules.words_public(changed[name], what)
    if "until" in changed:
        if changed["until"] < statement.from_on:
            raise rules.StatementUnfit(why="its days are out of order.", why_zh="日期前后不符。")
        changed["until"] = changed["until"].isoformat()
    with transaction.atomic():
        turn_taken("merchants", statement.platform)
        steps = list(statement.steps.order_by("number"))
        if any(step.kind == "withdrawn" for step in steps):
            raise rules.StatementWithdrawn(number=statement.number)
        due_on = None
        if kind == "contested":
            told = rules.contests_of([(s.number, s.kind, day_of(s.at), s.due_on) for s in steps])
            if told and told[-1].answered_on is None and told[-1].due_on is not None:
                raise rules.StatementContested(number=statement.number, due=told[-1].due_on)
            due_on = _contest_due(at)
        StatementStep.objects.create(
            statement=statement, number=len(steps) + 1, kind=kind, words=said, changes=changed, due_on=due_on, at=at, by=by
        )  # fmt: skip
        trace(
            event="merchants.statement.stepped",
            by=by,
            at=at,
            about=f"statement:{statement.pk}",
            detail={"kind": kind},
        )
    return statement


def _contest_due(at: datetime) -> date:
    """The day by which the lawbook has a platform answer a contest."""
    law = law_of(day_of(at))
    run = law.procedures[rules.CONTEST]
    within = next(step.within for step in run.steps_from(run.opens) if step.within)
    return day_due(day_of(at), law.parameter(within), law.parameters[within].unit)
