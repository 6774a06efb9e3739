"""A person's own report: drawn by that person alone, sealed, verified by whoever holds it without learning anything new."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from pdfminer.high_level import extract_text

from chengxin.actors.selectors import Asker
from chengxin.kernel.certificates import Detached, pdf_signed_by, signed_by
from chengxin.ledger.models import Entry
from chengxin.ledger.services import trace
from chengxin.records.models import Record
from chengxin.records.services.events import record_dispute, record_repair
from chengxin.reports.models import Report
from chengxin.reports.rules import (
    FreeOnesDrawn,
    ReportForFirms,
    ReportForPersons,
    ReportNotYours,
    ReportOfPerson,
    ReportUnknown,
    canonical,
)
from chengxin.reports.services.issuing import Issued, person_report_draw, report_issue
from chengxin.reports.services.reading import pdf_verify, person_report_have, report_have, report_verify
from chengxin.subjects.selectors import person_of
from tests.people import DIVISION, decision, licence, name, number, people_sent
from tests.world import DEPARTMENT, NOW, OPERATOR, code, everything, later

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SELF = Asker("public", "public")


@pytest.fixture(autouse=True)
def invented(settings: LazySettings) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION


@pytest.fixture
def person(tmp_path: Path) -> int:
    """The first of two persons: a licence, a decision that counts, and one that is past its term."""
    people_sent(tmp_path, licence(1), licence(2))
    past = {"决定文号": "云川文旅罚〔2024〕00009号", "决定日期": "2024-03-01", "期限至": "2024-06-01"}
    people_sent(tmp_path, decision(1), decision(1, **past), source="practice-decisions")
    return person_of(number(1), known_at=NOW)


def drawn(subject: int, kind: str = "personal", at: Any = NOW) -> Issued:
    return person_report_draw(kind=kind, subject=subject, asker=SELF, at=at)


def told(issued: Issued) -> str:
    return json.dumps(issued.envelope["report"], ensure_ascii=False)


def records(issued: Issued) -> list[dict[str, Any]]:
    return [record for section in issued.envelope["report"]["sections"] for record in section["records"]]


def test_it_says_what_counts_about_oneself_and_no_more(person: int) -> None:
    issued = drawn(person)
    said = told(issued)
    for words in (
        name(1),
        "D-3901-000001",
        "云川文旅许〔2026〕00001号",
        "暂扣许可证件",
        "云川文旅罚〔2026〕00001号",
        "导游",
    ):
        assert words in said
    for words in (name(2), "D-3901-000002", number(1), "云川文旅罚〔2024〕00009号"):
        assert words not in said
    report = issued.envelope["report"]
    assert report["subject"]["numbers"][0]["value"] == f"{number(1)[:6]}**********{number(1)[-2:]}"
    assert [section["key"] for section in report["sections"]] == ["licences", "favourable", "adverse"]
    assert report["drawn_by"] == "subject" and report["readings"]["list"] == []


def test_what_is_repaired_is_left_out_and_what_is_disputed_is_marked(person: int) -> None:
    record = Record.objects.get(record_type="practice-decision", decided_on="2026-09-01")
    record_dispute(record=record.pk, grounds="有误", by="operator", at=NOW)
    (disputed,) = [r for r in records(drawn(person, at=later(minutes=1))) if r["tone"] == "adverse"]
    assert disputed["disputed"] is True
    licensed = Record.objects.get(record_type="practice-licence", subject_id=person)
    record_repair(record=licensed.pk, on=later().date(), decision="已履行", by="operator", at=later(minutes=2))
    assert not [r for r in records(drawn(person, at=later(minutes=3))) if r["record"] == licensed.pk]


def test_who_else_asked_stands_in_it_and_what_one_read_oneself_does_not(person: int) -> None:
    drawn(person, "occupational")
    trace(
        event="disclosure.person.read",
        by="finance",
        at=later(minutes=1),
        subject=person,
        purpose="practice-supervision",
    )
    (read,) = drawn(person, at=later(minutes=2)).envelope["report"]["readings"]["list"]
    assert (read["who"], read["times"]) == ("finance", 1)


def test_the_paper_is_signed_and_says_the_same(person: int) -> None:
    issued = drawn(person)
    text = extract_text(BytesIO(issued.pdf))
    for words in ("个人公共信用信息报告", name(1), issued.number, "D-3901-000001", "姓"):
        assert words in text
    assert number(1) not in text and "不公示" not in text
    assert pdf_signed_by(issued.pdf) is not None
    assert (
        signed_by(canonical(issued.envelope["report"]).encode(), Detached(**issued.envelope["signature"])) is not None
    )


def test_what_is_kept_of_it_reads_as_nothing(person: int) -> None:
    drawn(person)
    kept = everything()
    for words in (name(1), number(1), "D-3901-000001", f"{number(1)[:6]}**********{number(1)[-2:]}"):
        assert words not in kept and words.encode().hex() not in kept
    report = Report.objects.get()
    assert (report.code, report.body, report.of_person) == ("", None, True)
    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="reports_report_of_person_sealed"),
        transaction.atomic(),
    ):
        cursor.execute(
            'insert into reports_report select (jsonb_populate_record(r, \'{"id": 999, "pdf_digest": "x", "drawn_by": "counter"}\')).* '
            "from reports_report r"
        )


def test_two_a_year_are_free_and_the_third_is_refused_with_the_article(person: int) -> None:
    drawn(person)
    drawn(person, at=later(minutes=1))
    with pytest.raises(FreeOnesDrawn, match="2 free reports") as caught:
        drawn(person, at=later(minutes=2))
    assert "征信业管理条例" in caught.value.message_zh
    assert drawn(person, "occupational", at=later(minutes=3)).number
    assert drawn(person, at=later(days=60)).number
    assert drawn(person_of(number(2), known_at=NOW)).number, "another's are counted apart"


def test_nobody_draws_it_by_a_number_and_no_firm_s_report_is_drawn_so(person: int) -> None:
    for asker in (OPERATOR, DEPARTMENT, SELF):
        with pytest.raises((ReportForPersons, ReportNotYours)):
            report_issue(kind="personal", number=code(1), asker=asker, seen="身份证", at=NOW)
    with pytest.raises(ReportForFirms):
        drawn(person, "enterprise-full")


def test_only_its_person_has_it_again(person: int) -> None:
    issued = drawn(person)
    again = person_report_have(subject=person, number=issued.number, asker=SELF, at=later(minutes=1))
    assert (again.pdf, again.envelope) == (issued.pdf, issued.envelope)
    with pytest.raises(ReportUnknown):
        person_report_have(subject=person_of(number(2), known_at=NOW), number=issued.number, asker=SELF, at=NOW)
    with pytest.raises(ReportOfPerson):
        report_have(number=issued.number, code=issued.code, at=NOW)
    assert Browser().post("/reports/again", {"number": issued.number, "code": issued.code}).status_code == 403
    assert Entry.objects.filter(event="reports.report.read", subject=person).count() == 1


def test_whoever_holds_it_verifies_it_and_learns_nothing_new(person: int) -> None:
    issued = drawn(person)
    record_repair(
        record=Record.objects.get(record_type="practice-licence", subject_id=person).pk,
        on=later().date(),
        decision="已履行",
        by="operator",
        at=later(minutes=1),
    )
    for verified in (
        report_verify(number=issued.number, code=issued.code, at=later(minutes=2)),
        pdf_verify(content=issued.pdf, at=later(minutes=2)),
    ):
        assert (verified.intact, verified.signed, verified.changed) == (True, True, None)
        assert verified.as_dict()["name"] == name(1)[0] + "*" * (len(name(1)) - 1)
    page = Browser().post("/verify", {"number": issued.number, "code": issued.code})
    assert page.status_code == 200 and "摘要和签名相符" in page.text
    for words in (name(1), "D-3901-000001", "情况有变化", "情况没有变化"):
        assert words not in page.text
