"""Supervision classes: the regulator's own decision, with its term; shown where it says so, of no effect while it is disputed."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser

from chengxin.checks.services.asking import check_perform
from chengxin.law import load
from chengxin.records.models import Record
from chengxin.records.services.events import record_dispute, record_settle
from tests.world import OPERATOR, TODAY, classed, classes_sent, code, later

pytestmark = pytest.mark.django_db

FREQUENCY = "supervision-frequency"


def checked(n: int = 1, *, hours: float = 1, on: date = TODAY) -> dict[str, Any]:
    return check_perform(asker=OPERATOR, matter=FREQUENCY, number=code(n), on=on, at=later(hours=hours)).as_dict()


def test_a_check_of_the_frequency_shows_the_class_with_authority_document_and_basis(tmp_path: Path) -> None:
    assert classes_sent(tmp_path, classed(1, "高风险")).accepted == 1
    (found,) = checked()["measures"]
    assert (found["measure"], found["list_title"], found["state"]) == ("inspected-class-d", "监管分类D类", "applies")
    assert (
        found["document"] == "云川市监分类〔2026〕00001号" and "第38条" in found["article"] and found["term"]["until"]
    )


def test_the_regulators_own_words_become_a_class_and_no_others_are_guessed(tmp_path: Path) -> None:
    done = classes_sent(tmp_path, classed(1, "A"), classed(2, "优秀"), classed(3, "低风险"))
    assert (done.accepted, done.refused) == (2, 1)
    assert set(Record.objects.values_list("body__class", flat=True)) == {"a"}


def test_a_new_class_of_the_same_authority_and_domain_takes_the_old_ones_place(tmp_path: Path) -> None:
    classes_sent(tmp_path, classed(1, "D"))
    classes_sent(tmp_path, classed(1, "B", 认定日期="2026-11-01", 认定文号="二号"), classed(1, "C", 监管领域="寄递"))
    assert {m["measure"] for m in checked()["measures"]} == {"inspected-class-b", "inspected-class-c"}


def test_a_class_past_its_term_or_disputed_has_no_effect(tmp_path: Path) -> None:
    classes_sent(tmp_path, classed(1, "D", 认定日期="2025-10-08"), classed(2, "D"))
    assert checked(1)["outcome"] == "none_applies"
    record = Record.objects.get(body__code=code(2)).pk
    record_dispute(record=record, by="operator", at=later(hours=2), grounds="x")
    assert checked(2, hours=3)["outcome"] == "suspended"
    record_settle(record=record, by="operator", at=later(hours=4), outcome="upheld")
    assert checked(2, hours=5)["outcome"] == "applies"


def test_the_page_shows_a_public_class_and_never_one_that_is_not(tmp_path: Path) -> None:
    classes_sent(tmp_path, classed(1, "C"), classed(2, "D", 是否公开="不公开"))
    page = Browser().get(f"/enterprise/{code(1)}").content.decode()
    assert "监管分类" in page and "C类" in page and "云川市食品经营分类监管办法第六条" in page
    assert Browser().get(f"/enterprise/{code(2)}").status_code == 404


def test_no_measure_by_class_follows_from_anything_but_a_class() -> None:
    law = load().on(TODAY)
    drawn = [m for m in law.measures.values() if m.drawn]
    assert {law.lists[key].record_type for m in drawn for key in m.lists} == {"supervision-class"}
    assert law.record_types["supervision-class"].senders == ("department",)
    assert [law.parameter(str(m.drawn)) for m in sorted(drawn, key=lambda m: m.key)] == [1, 3, 10, 30]
