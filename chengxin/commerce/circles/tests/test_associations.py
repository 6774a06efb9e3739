"""Associations: a member is told, replies, appeals; what is shown is the association's own act, for reference, and nothing follows of it."""

from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from django.db import IntegrityError, transaction

from chengxin import law as lawroom
from chengxin.actors.models import Kind
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.models import Notice
from chengxin.checks.rules import Outcome
from chengxin.checks.services.asking import check_perform
from chengxin.commerce.circles import rules
from chengxin.commerce.circles.models import Charter, Discipline, Member
from chengxin.commerce.circles.selectors import association_shown, disciplines_shown, members_known
from chengxin.commerce.circles.services import (
    charter_file,
    discipline_answer,
    discipline_close,
    discipline_open,
    disciplines_read,
    member_file,
    reference_read,
)
from chengxin.commerce.merchants.tests.stalls import digest
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import uscc_check
from chengxin.law.models import ActorKind
from chengxin.ledger.models import Entry
from chengxin.lists.selectors import subject_file
from chengxin.records.models import Record
from tests.people import number as citizen
from tests.world import CASE, NOW, TODAY, code, counted, later, penalty, sent

pytestmark = pytest.mark.django_db
GUILD, OTHER, MARKET = Asker("guild", "association"), Asker("club", "association"), Asker("market", "department")
TRADER = "92390102" + code(7)[8:17]
ACT: dict[str, Any] = {
    "code": code(3), "act": "circular", "article": "第二十一条", "facts": "拒不履行行业公约。", "document": "云电协〔2026〕8号", "digest": digest(2),
    "decided_on": date(2026, 11, 20), "until": date(2027, 5, 1),
}  # fmt: skip


@pytest.fixture(autouse=True)
def world(tmp_path: Path) -> None:
    titles = {"guild": "云川市电子商务协会", "club": "云川市另一协会", "market": "云川市市场监督管理局"}
    for key, title in titles.items():
        kind = "department" if key == "market" else "association"
        actor_add(key=key, kind=kind, title=title, by="operator", at=NOW)
    sent(tmp_path, penalty(3), by="market", at=NOW)
    charter_file(title="云川市电子商务协会章程", document="云民社〔2019〕3号", digest=digest(1), adopted_on=date(2019, 5, 1), asker=GUILD, at=NOW)  # fmt: skip
    member_file(
        code=code(3), name="云川市甲3号商贸有限公司", state="member", since=date(2024, 1, 1), asker=GUILD, at=NOW
    )


def opened(asker: Asker = GUILD, **changes: Any) -> tuple[str, str]:
    made, key = discipline_open(**{**ACT, **changes}, asker=asker, at=NOW)
    return str(made["number"]), key


def shown(days: int) -> list[dict[str, Any]]:
    return list(association_shown("guild", known_at=later(days=days))["acts"])


def test_an_act_is_shown_once_the_member_has_replied_or_its_time_is_over_until_its_end() -> None:
    number, key = opened()
    assert not shown(1) and Notice.objects.filter(about=f"discipline:{number}").count() == 1
    assert shown(12)[0]["state"] == "stands" and not shown(200)
    discipline_answer(number=number, key=key, kind="reply", words="已经履行。", at=later(days=1))
    (act,) = shown(1)
    assert (act["class"], act["association_title"], act["article"]) == ("reference", "云川市电子商务协会", "第二十一条")
    assert act["steps"][0]["words"] == "已经履行。"


def test_while_the_member_appeals_nothing_is_shown_however_long_the_association_takes() -> None:
    number, key = opened()
    with pytest.raises(rules.DisciplineUnknown):
        discipline_answer(number=number, key="wrong", kind="appeal", words="x", at=NOW)
    discipline_answer(number=number, key=key, kind="appeal", words="公约没有这一条。", at=later(days=12))
    assert not shown(12) and not shown(100)
    with pytest.raises(rules.DisciplineUnknown):
        discipline_close(number=number, to="upheld", words="x", asker=OTHER, at=later(days=13))
    discipline_close(number=number, to="upheld", words="公约第三条。", asker=GUILD, at=later(days=13))
    assert [step["kind"] for step in shown(13)[0]["steps"]] == ["appeal", "upheld"]
    with pytest.raises(rules.DisciplineUnfit):
        discipline_answer(number=number, key=key, kind="appeal", words="再次申诉", at=later(days=14))
    discipline_close(number=number, to="withdrawn", words="撤回", asker=GUILD, at=later(days=15))
    assert not shown(15)
    with pytest.raises(rules.DisciplineUnfit):
        discipline_close(number=number, to="upheld", words="x", asker=GUILD, at=later(days=16))


def test_it_is_no_record_in_no_check_and_in_no_file_of_the_firm() -> None:
    def told() -> Any:
        done = check_perform(number=code(3), matter="tender", asker=MARKET, on=TODAY, at=later(days=13), **CASE)
        file = subject_file(code(3), on=TODAY, known_at=later(days=13))
        return done.outcome, done.measures, [filed.record.pk for filed in file.records]

    before, records = told(), Record.objects.count()
    tables = counted()
    opened(act="expel")
    assert shown(12) and told() == before and Record.objects.count() == records
    changed = {table for table, n in counted().items() if n != tables.get(table)}
    assert changed <= {"circles_discipline", "cases_notice", "checks_check", "actors_use"}


def test_the_lawbook_cannot_name_an_association_as_sender_or_asker() -> None:
    assert "association" in Kind.values and "association" not in get_args(ActorKind)
    law = lawroom.load().on(TODAY, "cn")
    assert not any("association" in each.senders for each in law.record_types.values())
    done = check_perform(number=code(3), matter="tender", asker=GUILD, on=TODAY, at=later(days=1), **CASE)
    assert done.outcome == Outcome.NOT_PERMITTED and not done.measures


def test_an_authority_reads_it_for_reference_and_the_firm_sees_by_whom() -> None:
    opened()
    found = reference_read(code=code(3), asker=MARKET, at=later(days=12))
    assert found["class"] == "reference" and len(found["acts"]) == 1
    entry = Entry.objects.get(event="circles.reference.read")
    assert entry.actor == "market" and entry.subject is not None
    for asker in (GUILD, Asker("yunji", "platform"), Asker("public", "public")):
        with pytest.raises(rules.NotInCharge):
            reference_read(code=code(3), asker=asker, at=later(days=12))


@pytest.mark.parametrize(
    "changes",
    [
        {"act": "score"}, {"code": code(4)}, {"decided_on": date(2018, 1, 1)}, {"decided_on": date(2027, 1, 1)}, {"until": date(2028, 6, 1)},
        {"until": TODAY}, {"digest": "x"}, {"facts": f"店主{citizen(7)}"}, {"article": ""}, {"code": TRADER + uscc_check(TRADER)},
    ],
)  # fmt: skip
def test_what_the_charter_does_not_carry_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        opened(**changes)
    assert not Discipline.objects.exists()


def test_only_an_association_with_a_charter_acts_and_only_on_its_own_members_who_are_firms() -> None:
    for asker in (MARKET, Asker("yunji", "platform")):
        with pytest.raises(rules.AssociationOnly):
            opened(asker)
        with pytest.raises(rules.AssociationOnly):
            disciplines_read(asker=asker, at=NOW)
    with pytest.raises(rules.DisciplineUnfit, match="no charter"):
        opened(OTHER)
    for wrong in (citizen(7), TRADER + uscc_check(TRADER)):
        with pytest.raises(rules.DisciplineUnfit):
            member_file(code=wrong, name="某某", state="member", since=TODAY, asker=GUILD, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.create(
            association="guild", code=TRADER + uscc_check(TRADER), version=1, name="某某", state="member", since=TODAY,
            charter=Charter.objects.get(), at=NOW, by="x",
        )  # fmt: skip
    member_file(code=code(3), name="云川市甲3号商贸有限公司", state="left", since=TODAY, asker=GUILD, at=NOW)
    assert members_known("guild", known_at=NOW)[0]["state"] == "left" and not members_known("club", known_at=NOW)
    with pytest.raises(rules.DisciplineUnfit, match="no member"):
        opened()
    assert not disciplines_shown(known_at=later(days=12))
