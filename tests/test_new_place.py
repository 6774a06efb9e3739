"""To add a place is to add a folder: an invented one with other numbers, other terms and one more step, and the product obeys."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from chengxin import law
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.services.running import Words
from chengxin.kernel.days import working_day_add
from chengxin.kernel.periods import months_after
from chengxin.law.management.commands.law import Command
from chengxin.records.models import LINES_PER_BATCH, Record
from chengxin.rights import services
from chengxin.rights.services import Claimant
from tests.world import NOW, TODAY, code, later, penalty, sent

pytestmark = pytest.mark.django_db

PLACE, CENTRE = "cn-39", Asker("centre", "credit-centre")
BASIS = [{"instrument": "yunchuan-credit-regulation", "article": "7"}]
COMMON: dict[str, Any] = {"basis": BASIS, "in_force": {"from": date(2020, 1, 1)}, "verified": False}


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def parameter(zh: str, en: str, unit: str, value: int) -> dict[str, Any]:
    dated = {"from": date(2014, 10, 1), "value": value, "basis": BASIS, "verified": False}
    return {**COMMON, "in_force": {"from": date(2014, 10, 1)}, "title": words(zh, en), "unit": unit, "values": [dated]}


def step(start: str, to: str, by: str, **more: Any) -> dict[str, Any]:
    return {"from": start, "to": to, "by": by, "basis": BASIS, **more}


PACK: dict[str, dict[str, Any]] = {
    "issuers/yunchuan-congress": {
        "title": words("云川省人大常委会", "Standing Committee of Yunchuan"), "kind": "legislature",
        "in_force": {"from": date(2000, 1, 1)}, "verified": False,
    },
    "instruments/yunchuan-credit-regulation": {
        "title": words("云川省信用条例", "Yunchuan Credit Regulation"), "issued_by": "yunchuan-congress",
        "kind": "local-regulation", "in_force": {"from": date(2014, 10, 1)}, "verified": False, "articles": ["1-30"],
    },
    "parameters/objection-answer-within": parameter("异议答复", "Answer", "working-days", 2),
    "parameters/objection-hearing-within": parameter("听证", "Hearing", "days", 9),
    "parameters/shown-general-months": parameter("一般公示期", "Showing", "months", 6),
    "procedures/objection": {
        **COMMON, "title": words("异议", "Objection"), "opens": "received",
        "states": {
            "received": {"title": words("已收到", "Received"), "suspends": True},
            "hearing": {"title": words("听证中", "In hearing"), "suspends": True},
            "upheld": {"title": words("维持", "Upheld"), "final": True, "outcome": "upheld"},
            "unverified": {"title": words("未能核实", "Not verified"), "final": True, "outcome": "not-verifiable"},
        },
        "steps": [
            step("received", "hearing", "credit-centre", within="objection-answer-within", needs=["document"]),
            step("received", "unverified", "clock"),
            step("hearing", "upheld", "credit-centre", within="objection-hearing-within", needs=["reasons"]),
            step("hearing", "unverified", "clock"),
        ],
    },
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's lawbook with one folder more."""
    folder = tmp_path / "lawbook"
    shutil.copytree(law.default_folder(), folder)
    for name, data in PACK.items():
        path = folder / PLACE / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    monkeypatch.setenv("CHENGXIN_LAWBOOK", str(folder))


@pytest.mark.usefixtures("place")
def test_an_invented_place_is_obeyed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "files").mkdir()
    actor_add(key=CENTRE.key, kind=CENTRE.kind, title="中心", by="operator", at=NOW)
    there = sent(tmp_path / "files", penalty(1), jurisdiction=PLACE)
    elsewhere = sent(tmp_path / "files", penalty(2))
    records = [Record.objects.get(pk=(done.batch or 0) * LINES_PER_BATCH + 2) for done in (there, elsewhere)]
    decided = records[0].decided_on
    assert [r.shown_until for r in records] == [months_after(decided, 6), months_after(decided, 12)]

    receipt = services.objection_file(
        record=records[0].pk, number=code(1), claimant=Claimant("某", "某处"), grounds="有误", at=later(hours=1)
    )
    assert receipt.suspended and [c.last_day for c in receipt.next] == [working_day_add(TODAY, 2)]
    assert all("云川省信用条例" in c.article for c in receipt.next)
    hearing = services.case_decide(
        number=receipt.number, asker=CENTRE, to="hearing", words=Words(document="云川听〔2026〕1号"), at=later(hours=2)
    )
    assert hearing.last_day == date(2026, 12, 1) and hearing.suspended
    done = services.case_decide(
        number=receipt.number, asker=CENTRE, to="upheld", words=Words(reasons="核实无误"), at=later(hours=3)
    )
    assert done.final and not done.suspended

    capsys.readouterr()
    call_command(Command(), "clocks", "--jurisdiction", PLACE, "--from", "2026-02-12", "--json")
    clocks = json.loads(capsys.readouterr().out)["clocks"]
    objection = {
        (c["from"], c["to"]): (c["number"], c["unit"], c["day"]) for c in clocks if c["procedure"] == "objection"
    }
    assert objection == {
        ("received", "hearing"): (2, "working-days", "2026-02-14"),
        ("hearing", "upheld"): (9, "days", "2026-02-24"),
    }
    assert {c["procedure"] for c in clocks} > {"repair", "listing"}, "what the place leaves alone is the nation's"
