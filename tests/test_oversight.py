"""What an agency was told of its work on the lists: a fact of its year, with a day and an answer, and nothing made of it."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser

from chengxin.actors.selectors import ActorUnknown, Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.assessments import rules, services
from chengxin.assessments.models import Oversight
from chengxin.assessments.selectors import Overseen, assessments
from chengxin.kernel.wording import WordsUnfit
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from tests.signing import at_desk
from tests.world import NOW, PERSON_NUMBER, TODAY, later

pytestmark = pytest.mark.django_db

REFORM, MARKET, LAND = Asker("reform", "supervisor"), Asker("market", "department"), Asker("land", "department")
DUE = TODAY + timedelta(days=15)


@pytest.fixture(autouse=True)
def agencies() -> None:
    for asker in (REFORM, MARKET, LAND):
        actor_add(key=asker.key, kind=asker.kind, title=f"{asker.key}局", by="operator", at=NOW)


def recorded(**more: Any) -> int:
    words: dict[str, Any] = {
        "kind": "rectification", "agency": "market", "on": TODAY, "what": "三件列入逾期未告知", "document": "云川信用办〔2026〕3号",
        "due_on": DUE, "asker": REFORM, "at": later(hours=1),
    }  # fmt: skip
    return services.oversight_record(**words | more).pk


def told(asker: Asker = MARKET, *, days: float = 1) -> list[Overseen]:
    found = assessments(asker, since=date(2026, 1, 1), until=TODAY, known_at=NOW + timedelta(days=days))
    return [each for assessment in found for each in assessment.oversights]


def test_what_an_agency_was_told_stands_in_its_year_with_its_day_and_its_answer() -> None:
    circular = recorded(kind="circular", due_on=None, what="上半年报送及时", on=TODAY - timedelta(days=3))
    demand = recorded()
    first, second = told()
    assert (first.oversight, second.oversight) == (circular, demand) and second.due_on == DUE
    assert (first.title.zh, second.title.zh, second.answered_on, second.late) == ("通报", "限期整改", None, False)
    assert told(days=20)[1].late
    services.oversight_answer(oversight=demand, words="已补告知", document="8号", asker=MARKET, at=later(hours=30))
    services.oversight_answer(oversight=demand, words="已补告知三件", document="9号", asker=MARKET, at=later(hours=40))
    answered = told(days=20)[1]
    assert (answered.answer, answered.answer_document, answered.late) == ("已补告知三件", "9号", False)
    assert told()[1].answer == ""  # as it was known before the answer
    assert Entry.objects.filter(event__startswith="assessments.oversight.", object=f"oversight:{demand}").count() == 3


def test_an_answer_after_its_day_is_late_and_what_was_taken_back_is_no_fact() -> None:
    demand = recorded()
    services.oversight_answer(oversight=demand, words="已办", asker=MARKET, at=NOW + timedelta(days=16))
    assert told(days=20)[0].late
    with pytest.raises(rules.OversightUnknown):
        services.oversight_withdraw(oversight=demand, reason="x", asker=MARKET, at=NOW + timedelta(days=17))
    services.oversight_withdraw(oversight=demand, reason="登记有误", asker=REFORM, at=NOW + timedelta(days=17))
    assert told(days=20) == []
    with pytest.raises(rules.OversightUnknown):
        services.oversight_answer(oversight=demand, words="x", asker=MARKET, at=NOW + timedelta(days=18))
    with pytest.raises(rules.OversightUnknown):
        services.oversight_withdraw(oversight=demand, reason="x", asker=REFORM, at=NOW + timedelta(days=18))


def test_no_figure_score_or_rank_is_made_of_it() -> None:
    before = assessments(MARKET, since=date(2026, 1, 1), until=TODAY, known_at=later(hours=2))
    assert before == []
    recorded()
    (found,) = assessments(MARKET, since=date(2026, 1, 1), until=TODAY, known_at=later(hours=2))
    assert not any(f.part or f.whole for f in found.figures) and len(found.oversights) == 1


@pytest.mark.parametrize("kind", ["department", "court", "credit-centre", "platform", "public"])
def test_only_who_assesses_writes_it_down(kind: str) -> None:
    with pytest.raises(rules.OversightNotYours):
        recorded(asker=Asker("x", kind))


def test_a_stranger_neither_sees_answers_nor_takes_it_back() -> None:
    demand, circular = recorded(), recorded(kind="circular", due_on=None)
    assert told(LAND) == [] and len(told(REFORM)) == 2
    for oversight, asker in ((demand, LAND), (demand, REFORM), (circular, MARKET), (demand + 99, MARKET)):
        with pytest.raises(rules.OversightUnknown):
            services.oversight_answer(oversight=oversight, words="x", asker=asker, at=later(hours=2))
    for asker in (MARKET, LAND, Asker("operator", "operator")):
        with pytest.raises(rules.OversightUnknown):
            services.oversight_withdraw(oversight=demand, reason="x", asker=asker, at=later(hours=2))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"kind": "score"}, rules.OversightUnfit),
        ({"on": TODAY + timedelta(days=1)}, rules.OversightUnfit),
        ({"due_on": None}, rules.OversightUnfit),
        ({"due_on": TODAY - timedelta(days=1)}, rules.OversightUnfit),
        ({"kind": "circular"}, rules.OversightUnfit),
        ({"agency": "nobody"}, ActorUnknown),
        ({"what": " "}, WordsUnfit),
        ({"document": ""}, WordsUnfit),
        ({"what": f"负责人{PERSON_NUMBER}"}, WordsUnfit),
    ],
)
def test_what_has_no_kind_day_document_or_agency_or_names_a_person_is_refused(
    change: dict[str, Any], refusal: Any
) -> None:
    with pytest.raises(refusal):
        recorded(**change)
    assert not Oversight.objects.exists()


def test_in_shanghai_it_rests_on_its_regulation() -> None:
    recorded(jurisdiction="cn-31", kind="circular", due_on=None)
    assert told()[0].title.zh == "通报批评"


def test_nothing_of_it_can_be_altered() -> None:
    services.oversight_answer(oversight=recorded(), words="已办", asker=MARKET, at=later(hours=2))
    for table in ("oversight", "reply"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"delete from assessments_{table}")


def test_the_same_by_api_command_page_and_csv(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel(later(hours=1), tick=True):
        keys = {
            asker.key: client_add(actor=asker.key, title="t", scopes=["measures"], by="operator", at=NOW)[1]
            for asker in (REFORM, MARKET)
        }

        def call(who: str, path: str, body: dict[str, Any] | None = None) -> Any:
            words: dict[str, Any] = {"headers": {"authorization": f"Bearer {keys[who]}"}}
            url = f"/api/v1/assessments{path}"
            if body is None:
                return Browser().get(url, **words)
            return Browser().post(url, json.dumps(body), content_type="application/json", **words)

        asked = {
            "kind": "rectification",
            "agency": "market",
            "on": str(TODAY),
            "what": "补告知",
            "document": "3号",
            "due_on": str(DUE),
        }
        assert call("market", "/oversights", asked).status_code == 403
        demand = call("reform", "/oversights", asked).json()["oversight"]
        assert (
            call("market", f"/oversights/{demand}/answer", {"words": "已补告知", "document": "8号"}).status_code == 200
        )
        (mine,) = call("market", f"?year={TODAY.year}").json()
        assert [(o["title"], o["answer"], o["due_on"]) for o in mine["oversights"]] == [
            ("限期整改", "已补告知", str(DUE))
        ]
        record = [
            "oversee",
            "record",
            "--kind",
            "inspection",
            "--agency",
            "market",
            "--what",
            "现场督查",
            "--document",
            "4号",
            "--json",
        ]
        assert run([*record, "--by", "reform"]) == 0
        inspection = json.loads(capfd.readouterr().out)["oversight"]
        assert run(["oversee", "answer", str(demand), "--what", "再次答复", "--by", "market", "--json"]) == 0
        assert run([*record, "--by", "market"]) == 1 and run(["oversee", "record", "--json"]) == 2
        browser = at_desk("market")
        page = browser.get("/desk/assessment", {"year": TODAY.year}).content.decode()
        assert "现场督查" in page and "再次答复" in page and "限期整改" in page
        rows = list(csv.DictReader(browser.get("/desk/assessment.csv").content.decode("utf-8-sig").splitlines()))
        facts = {row["数字 figure"]: row for row in rows}
        assert facts["rectification"]["最迟 due_on"] == str(DUE) and facts["rectification"]["答复 answer"] == "再次答复"
        assert facts["inspection"]["其中 part"] == "" and facts["inspection"]["文书 document"] == "4号"
        assert run(["oversee", "withdraw", str(inspection), "--what", "登记有误", "--by", "reform", "--json"]) == 0
        assert call("reform", f"/oversights/{demand}/withdraw", {"reason": "登记有误"}).status_code == 200
        assert call("market", "").json() == []
