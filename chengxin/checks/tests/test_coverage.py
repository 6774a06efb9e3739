"""Whether agencies checked before they decided: what is counted, for whom, and what is none of it."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.checks.bulk import decisions_read
from chengxin.checks.models import Decision
from chengxin.checks.rules import Decided, DecisionsUnfit, MatterUnknown, PeriodUnfit, period_of
from chengxin.checks.selectors import Coverage, coverage, decisions_missed
from chengxin.checks.services.asking import AskerNotPermitted, answer_use, check_perform
from chengxin.checks.services.deciding import decisions_file
from chengxin.ledger.models import Entry
from chengxin.records.bulk.reading.refusals import HeaderUnknown
from chengxin.site.cli import run
from tests.world import DEPARTMENT, NOW, OPERATOR, TODAY, code, later, listing, sent

pytestmark = pytest.mark.django_db

HOUSING = Asker("housing", "department")
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def checked(case: str, *, days: float = 0, by: Asker = DEPARTMENT, matter: str = "tender") -> int:
    return check_perform(
        asker=by, matter=matter, number=code(1), on=TODAY, at=later(days=days), purpose="资格审查", case_number=case
    ).trace


def decided(*lines: tuple[str, date], by: Asker = DEPARTMENT, matter: str = "tender", days: float = 9) -> Any:
    given = [Decided(n, case, day) for n, (case, day) in enumerate(lines, 1)]
    return decisions_file(matter=matter, decisions=given, asker=by, at=later(days=days))


def counted(asker: Asker = DEPARTMENT, **words: Any) -> list[Coverage]:
    period = {"since": date(2026, 1, 1), "until": date(2026, 12, 31), "known_at": later(days=20)} | words
    return coverage(asker, lawroom.load().on(TODAY), **period)


def test_a_decision_is_checked_before_on_the_day_after_or_never(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations")
    first = checked("甲1")
    checked("甲1", days=5)
    checked("甲2", days=1)
    checked("甲3", days=3)
    answer_use(trace_number=first, outcome="set-aside", reason="已移出名录", asker=DEPARTMENT, at=later(hours=1))
    decided(("甲1", TOMORROW), ("甲2", TOMORROW), ("甲3", TOMORROW), ("甲4", TOMORROW))
    (found,) = counted()
    assert (found.decisions, found.checked, found.before, found.same_day, found.after, found.never) == (
        4,
        2,
        1,
        1,
        1,
        1,
    )
    assert (found.answers, found.followed, found.set_aside, found.not_relevant) == (4, 0, 1, 0)
    assert found.must and found.article == "《企业信息公示暂行条例》第18条"
    missed = decisions_missed(
        DEPARTMENT, lawroom.load().on(TODAY), since=TODAY, until=TOMORROW, known_at=later(days=20), most=9
    )
    assert [(m.case_number, m.first) for m in missed] == [("甲3", TODAY + timedelta(days=3)), ("甲4", None)]


def test_another_s_check_or_one_in_another_matter_or_one_that_was_not_permitted_is_none(tmp_path: Path) -> None:
    checked("甲1", by=HOUSING)
    checked("甲1", matter="land")
    checked("甲1", by=Asker("finance", "platform"))
    decided(("甲1", TOMORROW))
    (found,) = counted()
    assert (found.decisions, found.never, found.answers) == (1, 1, 0)


def test_the_period_bounds_the_decisions_and_each_sees_its_own() -> None:
    decided(("甲1", TODAY), ("甲2", TOMORROW))
    decided(("乙1", TODAY), by=HOUSING, matter="public-funds")
    assert [(c.agency, c.decisions) for c in counted(since=TODAY, until=TODAY)] == [("finance", 1)]
    assert [c.agency for c in counted(HOUSING, agency="finance")] == ["housing"]
    seen = counted(OPERATOR)
    assert [(c.agency, c.matter, c.must, c.article) for c in seen][0] == ("housing", "public-funds", False, "")
    assert [c.agency for c in counted(OPERATOR, agency="finance", matter="tender")] == ["finance"]
    assert counted(OPERATOR, matter="land") == []
    assert counted(known_at=NOW) == [], "as known before they were filed"


def test_the_same_list_again_changes_nothing_and_the_latest_line_of_a_case_counts() -> None:
    assert decided(("甲1", YESTERDAY), ("甲1", TODAY), ("甲2", TODAY)).filed == 2
    assert decided(("甲1", TODAY), ("甲2", TODAY)).as_dict() == {
        "matter": "tender", "agency": "finance", "given": 2, "filed": 0, "unchanged": 2,
    }  # fmt: skip
    decided(("甲2", YESTERDAY))
    assert [c.decisions for c in counted(since=TODAY)] == [1]
    back = [Decided(1, "甲1", TODAY, True), Decided(2, "甲9", TODAY, True)]
    done = decisions_file(matter="tender", decisions=back, asker=DEPARTMENT, at=later(days=10))
    assert (done.filed, Decision.objects.filter(case_number="甲9").exists()) == (1, False)
    assert counted(since=TODAY) == []
    assert Entry.objects.filter(event="checks.decisions.filed", actor="finance").count() == 4


@pytest.mark.parametrize("case", ["", "长" * 201])
def test_a_list_with_a_bad_line_is_refused_whole(case: str) -> None:
    with pytest.raises(DecisionsUnfit, match="line 2"):
        decided(("甲1", TODAY), (case, TODAY))
    with pytest.raises(DecisionsUnfit, match="line 1"):
        decided(("甲1", TODAY + timedelta(days=400)))
    with pytest.raises(DecisionsUnfit):
        decided()
    assert not Decision.objects.exists()


def test_who_decides_no_such_matter_files_none() -> None:
    with pytest.raises(AskerNotPermitted):
        decided(("甲1", TODAY), by=Asker("shop", "platform"))
    with pytest.raises(MatterUnknown):
        decided(("甲1", TODAY), matter="marriage")


def test_a_file_of_decisions_is_read_by_its_headings(tmp_path: Path) -> None:
    path = tmp_path / "decided.csv"
    path.write_text("案号,决定日期,撤回\n甲1,2026年11月2日,\n 甲2 ,2026/11/3,是\n", encoding="utf-8")
    assert decisions_read(path) == [Decided(2, "甲1", date(2026, 11, 2)), Decided(3, "甲2", date(2026, 11, 3), True)]
    path.write_text("案号,决定日期\n甲1,昨天\n甲2,2026/11/3\n", encoding="utf-8")
    with pytest.raises(DecisionsUnfit, match="line 2"):
        decisions_read(path)
    path.write_text("案号,备注\n甲1,x\n", encoding="utf-8")
    with pytest.raises(HeaderUnknown, match="decided_on"):
        decisions_read(path)


def test_a_period_runs_from_the_year_s_first_day_to_today() -> None:
    assert period_of(None, None, today=TODAY) == (date(2026, 1, 1), TODAY)
    assert period_of(date(2025, 3, 1), None, today=TODAY) == (date(2025, 3, 1), date(2025, 12, 31))
    assert period_of(None, date(2025, 3, 1), today=TODAY) == (date(2025, 1, 1), date(2025, 3, 1))
    with pytest.raises(PeriodUnfit):
        period_of(TODAY, YESTERDAY, today=TODAY)


@time_machine.travel(later(hours=1), tick=True)
def test_the_same_by_the_api_and_by_the_command(
    client: Browser, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    actor_add(key="finance", kind="department", title="财政局", by="operator", at=NOW)
    key = client_add(actor="finance", title="t", scopes=["checks"], by="operator", at=NOW)[1]
    headers = {"authorization": f"Bearer {key}"}

    def call(path: str, body: Any = None) -> Any:
        words: dict[str, Any] = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
        answer = (client.post if body else client.get)(f"/api/v1/checks{path}", headers=headers, **words)
        assert answer.status_code == 200, answer.content
        return answer.json()

    day = TODAY.isoformat()
    assert call("/coverage") == [] and call("/coverage/missed") == []
    call("", {"code": code(1), "matter": "tender", "purpose": "招标", "case_number": "甲1"})
    filed = call("/decisions", {"matter": "tender", "decisions": [{"case_number": "甲1", "decided_on": day}]})
    assert filed["filed"] == 1
    path, out = tmp_path / "d.csv", tmp_path / "out.csv"
    path.write_text(f"case_number,decided_on\n甲2,{day}\n", encoding="utf-8")
    assert run(["checks", "decisions", str(path), "--matter", "tender", "--by", "finance", "--json"]) == 0
    (found,) = call("/coverage")
    assert (found["decisions"], found["checked"], found["same_day"], found["never"]) == (2, 1, 1, 1)
    assert [m["case_number"] for m in call("/coverage/missed?matter=tender")] == ["甲2"]
    capfd.readouterr()
    assert run(["checks", "coverage", "--by", "finance", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["coverage"] == [found]
    for action in ("coverage", "missed"):
        assert run(["checks", action, "--out", str(out), "--json"]) == 0
        rows = list(csv.reader(out.read_text(encoding="utf-8-sig").splitlines()))
        assert len(rows) == 2 and len(rows[0]) == len(rows[1])
    assert run(["checks", "decisions"]) == 2
