"""A department's year, counted out of what every room keeps, against the same counted by hand."""

import csv
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.assessments.models import RealNames
from chengxin.assessments.rules import RealNamesUnfit
from chengxin.assessments.selectors import Assessment, assessments, real_names
from chengxin.assessments.services import real_names_state
from chengxin.cases.services.running import Words
from chengxin.checks.rules import Decided
from chengxin.checks.services.asking import check_perform
from chengxin.checks.services.deciding import decisions_file
from chengxin.kernel.days import working_day_add
from chengxin.ledger.models import Entry
from chengxin.lists.selectors import tasks_open
from chengxin.lists.services.listing import listing_propose
from chengxin.lists.services.measures import measure_activate, measure_dry_run, measures_raise, task_answer
from chengxin.records.models import LINES_PER_BATCH
from chengxin.rights import services
from chengxin.rights.services import Claimant
from chengxin.site.cli import run
from tests.signing import at_desk, signed_in, staff_account
from tests.world import CASE, NOW, OPERATOR, TODAY, code, later, penalty, sent

pytestmark = pytest.mark.django_db

MARKET, CENTRE, LAND = Asker("market", "department"), Asker("centre", "credit-centre"), Asker("land", "department")
SOMEBODY = Claimant("经办人", "云川市琥珀路1号")
WHY = Words(reasons="经核查", document="云川市监〔2026〕7号", served="EMS1")
REVOKED = {"kind": "吊销食品经营许可证", "content": "吊销食品经营许可证。"}


def day(n: int) -> datetime:
    """Ten in the morning of the n-th working day after the tests' own."""
    return datetime.combine(working_day_add(TODAY, n), NOW.timetz())


@pytest.fixture
def year(tmp_path: Path) -> None:
    """Three grave penalties; one entry served and one lapsed; one objection upheld, one answered by a correction; two tasks; and
    three decisions, of which one was checked.
    """
    for asker, title in ((MARKET, "市场监管局"), (CENTRE, "信用中心"), (LAND, "自然资源局")):
        actor_add(key=asker.key, kind=asker.kind, title=title, by="operator", at=NOW)
    rows = [penalty(n, document=f"云川市监处罚〔2026〕{n}号", **REVOKED) for n in (1, 2, 3)]
    done = sent(tmp_path, *rows, by="market")
    first, second, third = ((done.batch or 0) * LINES_PER_BATCH + n for n in (2, 3, 4))

    def step(number: str, to: str, at: datetime, by: Asker = MARKET, **more: Any) -> None:
        services.case_decide(number=number, asker=by, to=to, words=WHY, at=at, **more)

    words: dict[str, Any] = {"list_key": "serious-dishonesty", "asker": MARKET, "reasons": "许可证被吊销"}
    entry = listing_propose(record=first, number=code(1), at=later(hours=1), **words).number
    listing_propose(record=second, number=code(2), at=later(hours=1), **words)
    step(entry, "noticed", later(hours=2))
    step(entry, "decided", day(6))
    step(entry, "served", day(7))
    for record, n, to, changes in ((third, 3, "upheld", {}), (second, 2, "corrected", {"penalty_kind": "罚款"})):
        asked: dict[str, Any] = {"claimant": SOMEBODY, "grounds": "有误", "at": later(hours=3)}
        number = services.objection_file(record=record, number=code(n), **asked).number
        step(number, "accepted", later(hours=4), CENTRE)
        step(number, to, later(hours=5), changes=changes)
    services.cases_lapse(by="clock", at=day(11))
    found = measure_dry_run(measure="land-serious", asker=CENTRE, at=day(11))
    measure_activate(measure="land-serious", agency="land", dry_run=found.dry_run, asker=CENTRE, at=day(11))
    measures_raise(by="operator", at=day(11))
    (task,) = tasks_open(LAND, at=day(11))
    task_answer(task=task.pk, outcome="not-done", reason="没有出让计划", asker=LAND, at=day(12))
    check_perform(asker=LAND, matter="land", number=code(1), on=TODAY, at=later(hours=1), **CASE)
    days = [Decided(1, CASE["case_number"], TODAY), Decided(2, "乙1", TODAY), Decided(3, "乙2", TODAY)]
    decisions_file(matter="land", decisions=days, asker=LAND, at=day(1))
    decisions_file(matter="public-funds", decisions=days[1:], asker=LAND, at=day(1))


def counted(asker: Asker, *, since: date = date(2026, 1, 1), until: date = date(2027, 12, 31)) -> list[Assessment]:
    return assessments(asker, since=since, until=until, known_at=day(60))


def nonzero(found: Assessment) -> dict[str, tuple[int, int]]:
    return {f.key: (f.part, f.whole) for f in found.figures if f.part}


@pytest.mark.usefixtures("year")
def test_each_agency_s_year_is_what_was_done_in_it() -> None:
    land, market = counted(OPERATOR)
    assert (land.agency, market.agency, market.title) == ("land", "market", "市场监管局")
    late = next(f for f in market.figures if f.key == "delivered-in-time")
    assert late.whole == 3
    assert nonzero(market) | {"delivered-in-time": (0, 3)} == {
        "delivered-in-time": (0, 3),
        "listings-decided": (1, 2),
        "listings-lapsed": (1, 2),
        "notices-in-time": (1, 2),
        "objections-upheld": (1, 2),
        "objections-corrected": (1, 2),
        "objections-in-time": (2, 2),
    }
    assert nonzero(land) == {"tasks-not-done": (1, 1), "checked-before": (1, 3)}
    assert land.not_done == [("没有出让计划", 1)] and market.not_done == []


@pytest.mark.usefixtures("year")
def test_an_agency_sees_its_own_and_a_year_without_anything_is_empty() -> None:
    assert [each.agency for each in counted(MARKET)] == ["market"]
    assert [each.agency for each in counted(LAND)] == ["land"]
    assert counted(Asker("roads", "department")) == []
    assert counted(OPERATOR, since=date(2025, 1, 1), until=date(2025, 12, 31)) == []


@pytest.mark.usefixtures("year")
def test_the_same_by_api_command_and_page(client: Browser, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel(day(60), tick=True):
        key = client_add(actor="land", title="t", scopes=["measures"], by="operator", at=day(59))[1]
        year = str(TODAY.year)
        answer = client.get(f"/api/v1/assessments?year={year}", headers={"authorization": f"Bearer {key}"})
        assert answer.status_code == 200, answer.content
        (told,) = answer.json()
        assert told["agency"] == "land"
        assert {f["figure"]: (f["part"], f["of"]) for f in told["figures"]}["checked-before"] == (1, 3)
        out = tmp_path / "out.csv"
        capfd.readouterr()
        assert run(["assess", "--year", year, "--by", "land", "--json"]) == 0
        assert json.loads(capfd.readouterr().out)["assessments"] == [told]
        assert run(["assess", "--year", year, "--out", str(out), "--json"]) == 0
        rows = list(csv.reader(out.read_text(encoding="utf-8-sig").splitlines()))
        assert {row[0] for row in rows[1:]} == {"land", "market"} and {len(row) for row in rows} == {13}
        assert run(["assess", "--year", "1999", "--json"]) == 1
        signed_in(client, staff_account("land"))
        page = client.get("/desk/assessment", {"year": year}).content.decode()
        assert "自然资源局" in page and "1 / 3" in page and "市场监管局" not in page and "排名" in page
        for path in ("/desk/assessment", "/desk/assessment.csv"):
            for bad in ("x", "1999", "9999", "-1"):
                assert client.get(path, {"year": bad}).status_code == 422
        told_csv = client.get("/desk/assessment.csv", {"year": year}).content.decode()
        assert "checked-before" in told_csv and "market" not in told_csv


def test_without_an_account_the_page_leads_to_the_door_and_an_empty_year_says_so(client: Browser) -> None:
    assert client.get("/desk/assessment").url == "/desk/sign-in"  # type: ignore[attr-defined]
    actor_add(key="roads", kind="department", title="交通局", by="operator", at=NOW)
    with time_machine.travel(later(hours=1), tick=True):
        assert "该年度没有可以统计的事项" in at_desk("roads").get("/desk/assessment").content.decode()


def test_how_far_real_names_are_verified_is_a_table_of_counts_as_the_agencies_say(client: Browser, capsys: Any) -> None:
    actor_add(key="telecom", kind="department", title="云川市通信管理局", by="operator", at=NOW)
    words: dict[str, Any] = {
        "domain": "telecom",
        "agency": "telecom",
        "as_of": TODAY,
        "held": 200,
        "verified": 150,
        "document": "云川通管〔2026〕1号",
    }
    asker = Asker("telecom", "department")
    for wrong in (
        {"domain": "weather"},
        {"verified": 201},
        {"held": -1, "verified": -1},
        {"as_of": TODAY + timedelta(days=9)},
        {"agency": "operator"},
    ):
        with pytest.raises(RealNamesUnfit):
            real_names_state(**(words | wrong), asker=asker, at=NOW)
    with pytest.raises(IntegrityError, match="part_of_a_whole"), transaction.atomic():
        RealNames.objects.create(**(words | {"verified": 201}), at=NOW, by="telecom")
    real_names_state(**words, asker=asker, at=NOW)
    real_names_state(**(words | {"verified": 180}), asker=OPERATOR, at=later(hours=1))
    table = {each["domain"]: each["said"] for each in real_names(known_at=later(hours=2))}
    assert [(s["verified"], s["held"]) for s in table["telecom"]] == [(180, 200)], "the latest stands"
    assert table["finance"] == [] and len(table) == 14
    assert [s["verified"] for s in {e["domain"]: e["said"] for e in real_names(known_at=NOW)}["telecom"]] == [150]
    with time_machine.travel(later(hours=2), tick=True):
        page = at_desk("telecom", "clerk").get("/desk/assessment").text
        assert "180 / 200" in page and "尚未报送" in page
        assert run(["realnames", "--json"]) == 0 and '"verified": 180' in capsys.readouterr().out
        assert run(["realnames", "--state", "tax"]) == 2
        key = client_add(actor="telecom", title="t", scopes=["measures"], by="operator", at=timezone.now())[1]
        body = json.dumps({**words, "verified": 190, "as_of": TODAY.isoformat()})
        headers = {"authorization": f"Bearer {key}"}
        said = client.post("/api/v1/assessments/real-names", body, content_type="application/json", headers=headers)
        assert (
            said.status_code == 200 and {e["domain"]: e["said"] for e in said.json()}["telecom"][0]["verified"] == 190
        )
    told = Entry.objects.filter(event="assessments.realnames.stated")
    assert told.count() == 3 and not told.filter(subject__isnull=False).exists()
