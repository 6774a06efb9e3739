"""Checks at the desk: asked for a case, refused without one, what was done with the answer, and how many decisions were checked."""

import csv
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.checks.models import Use
from chengxin.checks.rules import Decided
from chengxin.checks.services.deciding import decisions_file
from chengxin.desk.tests.test_pages import desk_of, text_of
from chengxin.ledger.models import Entry
from chengxin.ledger.selectors import log_key
from chengxin_verify.notes import Note
from tests.world import code, listing, sent

pytestmark = pytest.mark.django_db

FORM = {
    "code": code(1),
    "matter": "tender",
    "purpose": "资格审查",
    "case_number": "甲采〔2026〕1号",
    "jurisdiction": "cn",
}


@pytest.fixture
def desk() -> Client:
    """A browser that has signed in for a department."""
    return desk_of("finance")


@pytest.fixture
def listed(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations", at=timezone.now())


@pytest.mark.parametrize("path", ["/desk/check", "/desk/coverage", "/desk/coverage.csv"])
def test_without_an_account_they_lead_to_the_door(client: Client, path: str) -> None:
    assert client.get(path).url == "/desk/sign-in"  # type: ignore[attr-defined]
    assert client.post("/desk/check/use", {"trace": 1}).url == "/desk/sign-in"  # type: ignore[attr-defined]


@pytest.mark.usefixtures("listed")
def test_an_answer_names_its_basis_and_a_person_writes_down_what_they_did(desk: Client) -> None:
    page = text_of(desk.post("/desk/check", FORM))
    assert "有适用的措施，请看依据，由您决定" in page and "《企业信息公示暂行条例》第18条" in page
    entry = Entry.objects.get(event="checks.check.answered")
    assert (entry.actor, entry.purpose, entry.detail["case_number"]) == ("finance", "资格审查", "甲采〔2026〕1号")
    shown = re.search(r'<pre class="signed"[^>]*>(.*?)</pre>', page, re.DOTALL)
    receipt = json.loads(unescape(shown[1])) if shown else {}
    assert receipt["entry"] == entry.pk and Note.read(receipt["note"]).signed_by(log_key().keys)
    told = desk.post("/desk/check/use", {"trace": entry.pk, "outcome": "set-aside", "reason": ""})
    assert told.status_code == 422 and f'name="trace" value="{entry.pk}"' in text_of(told)
    assert "已经记下" in text_of(
        desk.post("/desk/check/use", {"trace": entry.pk, "outcome": "set-aside", "reason": "已移出"})
    )
    assert Use.objects.get().reason == "已移出"
    assert desk.post("/desk/check/use", {"trace": "x", "outcome": "followed"}).status_code == 404


@pytest.mark.usefixtures("listed")
def test_a_check_without_its_case_is_refused_with_what_was_typed(desk: Client) -> None:
    answer = desk.post("/desk/check", FORM | {"case_number": " "})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "现缺少案件编号" in page and 'value="资格审查"' in page and "有适用的措施" not in page
    assert not Entry.objects.filter(event="checks.check.answered").exists()
    assert desk.post("/desk/check", FORM | {"code": "坏"}).status_code == 422


def filed(*cases: str, by: str = "finance") -> None:
    at = timezone.now()
    given = [Decided(n, case, timezone.localdate(at)) for n, case in enumerate(cases, 1)]
    decisions_file(matter="tender", decisions=given, asker=Asker(by, "department"), at=at)


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(text_of(answer).removeprefix("\ufeff").splitlines()))


@pytest.mark.usefixtures("listed")
def test_the_agency_sees_what_of_its_own_was_checked_and_what_was_not(desk: Client) -> None:
    assert "该期间没有报送的决定" in text_of(desk.get("/desk/coverage"))
    desk.post("/desk/check", FORM)
    filed("甲采〔2026〕1号", "甲采〔2026〕2号")
    filed("乙采〔2026〕9号", by="housing")
    page = text_of(desk.get("/desk/coverage"))
    assert "1 / 2" in page and "甲采〔2026〕2号" in page and "乙采" not in page
    (row,) = rows_of(desk.get("/desk/coverage.csv"))
    assert (row["决定数 decisions"], row["当日前已查 checked"], row["没有查 never"]) == ("2", "1", "1")
    page = text_of(desk.get("/desk/coverage", {"since": "2025-01-01", "until": "2025-02-01"}))
    assert "该期间没有报送的决定" in page


@pytest.mark.parametrize("path", ["/desk/coverage", "/desk/coverage.csv"])
@pytest.mark.parametrize("since", ["soon", "2999-01-01", "9" * 50])
def test_days_that_are_none_are_refused(desk: Client, path: str, since: str) -> None:
    assert desk.get(path, {"since": since}).status_code == 422
