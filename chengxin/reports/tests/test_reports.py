"""What a report says, to whom, that it stays what it was, and that its paper and its signature hold."""

import hmac
import json
import re
import time
from datetime import UTC, date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.db import IntegrityError, connection, transaction
from pdfminer.high_level import extract_text

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.checks.models import Reissue
from chengxin.checks.rules import CaseNumberMissing, MatterUnknown
from chengxin.checks.services.reissuing import record_recall
from chengxin.kernel.certificates import Detached, pdf_signed_by, signed_by
from chengxin.ledger.models import Entry
from chengxin.records.models import Record, Statement
from chengxin.records.rules import Effect
from chengxin.records.services.events import record_dispute, record_end, record_repair, record_settle, record_withdraw
from chengxin.reports import rules
from chengxin.reports.models import Report
from chengxin.reports.rules import (
    Choice,
    DomainUnknown,
    FileUnfit,
    FreeOnesDrawn,
    IssuedTooOften,
    MatterMissing,
    MatterNotYours,
    NotAsIssued,
    NothingToChoose,
    Often,
    PapersNotSeen,
    PassNotYours,
    PassUnknown,
    ReportKindUnknown,
    ReportNotYours,
    ReportUnknown,
    ReportYearsUnfit,
    TriedTooOften,
    canonical,
)
from chengxin.reports.services import issuing, reading
from chengxin.reports.services.admitting import pass_end, pass_give
from chengxin.reports.services.issuing import Issued, report_draw, report_issue
from chengxin.reports.services.reading import pdf_verify, report_have, report_read, report_verify, reports_list
from chengxin.subjects.selectors import SubjectUnknown
from chengxin_verify import cli
from tests.world import (
    CASE,
    DEPARTMENT,
    OPERATOR,
    TODAY,
    code,
    file_write,
    ingest,
    later,
    listing,
    penalty,
    sent,
)

pytestmark = pytest.mark.django_db
ANYBODY, PLATFORM = Asker("public", "public"), Asker("shop", "platform")
AT = later(hours=1)
SEEN = "营业执照副本、授权委托书"
MARKET, FIRE = "云川市市场监督管理局", "云川市消防救援支队"


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted by the minute begins anew with each test."""
    monkeypatch.setattr(issuing, "MADE", Often(IssuedTooOften, of_one=5, of_all=60))
    monkeypatch.setattr(reading, "TRIES", Often(TriedTooOften, of_one=10, of_all=300))


def filed(folder: Path, *rows: dict[str, str], **options: Any) -> list[int]:
    done = sent(folder, *rows, **options)
    return list(Record.objects.filter(batch=done.batch).order_by("pk").values_list("pk", flat=True))


def inside(folder: Path, **changes: str) -> int:
    """A penalty that its sender keeps from the public."""
    row = penalty(1, document="云川市监内〔2026〕1号") | {"信息使用范围": "1"} | changes
    path = file_write(folder / "inside.csv", [row], edition="2016-zh")
    return Record.objects.get(batch=ingest(path).batch).pk


def issue(kind: str = "enterprise-full", n: int = 1, *, by: Asker = OPERATOR, **words: Any) -> Issued:
    seen = words.pop("seen", SEEN if by is OPERATOR else "")
    return report_issue(kind=kind, number=code(n), asker=by, seen=seen, at=words.pop("at", AT), **words)


def said(issued: Issued) -> list[int]:
    return sorted(r["record"] for section in issued.envelope["report"]["sections"] for r in section["records"])


def section(issued: Issued, key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in issued.envelope["report"]["sections"] if s["key"] == key)
    return found


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def chinese(value: Any) -> list[str]:
    """Every Chinese text of a report's JSON."""
    if isinstance(value, dict):
        return [text for key, each in value.items() if key not in ("en", "value_en") for text in chinese(each)]
    if isinstance(value, list):
        return [text for each in value for text in chinese(each)]
    return [value] if isinstance(value, str) and re.search(r"[一-鿿]", value) else []


# --- what goes in ----------------------------------------------------------------------------------------------------------


def test_a_report_holds_what_may_be_shown_and_to_the_firm_also_what_only_counts(tmp_path: Path) -> None:
    shown = filed(tmp_path, penalty(1), penalty(2))[0]
    hidden = inside(tmp_path)
    assert said(issue("enterprise-public", by=ANYBODY)) == [shown]
    full = issue()
    assert said(full) == sorted([shown, hidden])
    marks = {r["record"]: r["public"] for r in section(full, "adverse")["records"]}
    assert marks == {shown: True, hidden: False}
    assert "内〔2026〕1号" not in canonical(issue("enterprise-public", by=ANYBODY).envelope)


@pytest.mark.parametrize("place", lawroom.load().jurisdictions)
def test_the_reports_leave_out_no_kind_of_record_that_the_page_shows(place: str) -> None:
    law = lawroom.load().on(TODAY, place)
    public = {key for key, each in law.record_types.items() if each.publication == "public"}
    for kind in ("enterprise-public", "enterprise-full"):
        assert set(law.reports[kind].record_types) == public, kind


@pytest.mark.parametrize("kind", ["enterprise-public", "enterprise-full", "special"])
def test_what_is_repaired_ended_withdrawn_or_past_its_term_is_in_no_report(tmp_path: Path, kind: str) -> None:
    one, two, three, four, past = filed(
        tmp_path,
        *(penalty(1, document=f"云川市监处罚〔2026〕{n:05d}号") for n in range(1, 5)),
        penalty(1, document="云川市监处罚〔2021〕00009号", decided_on="2021-03-01"),
    )
    record_repair(record=one, on=TODAY, by="operator", at=AT, decision="云川市监修复〔2026〕1号")
    record_withdraw(record=two, by="operator", at=AT, reason="有误")
    record_end(record=three, on=TODAY, by="operator", at=AT, reason="移出")
    assert said(issue(kind, at=later(hours=2))) == [four]
    assert str(past) not in canonical(issue(kind, at=later(hours=2)).envelope)


def test_a_record_under_objection_is_marked_not_used_and_has_its_subject_s_words_beside_it(tmp_path: Path) -> None:
    one, two = filed(tmp_path, penalty(1), penalty(1, document="云川市监处罚〔2026〕00002号"))
    record_dispute(record=two, by="operator", at=AT, grounds="有误")
    Statement.objects.create(record_id=two, number=0, words="凭证已经补齐。", by="public", at=AT)
    found = section(issue("special", at=later(hours=2)), "market-regulation")
    assert [(r["record"], r["disputed"]) for r in found["records"]] == [(one, False), (two, True)]
    assert (found["count"], found["disputed"]) == (1, 1)
    assert found["records"][1]["statement"] == "凭证已经补齐。"
    assert found["records"][1]["state"]["zh"] == "异议处理中：在此期间不产生效力"
    record_withdraw(record=one, by="operator", at=later(hours=2), reason="有误")
    only = section(issue("special", at=later(hours=3)), "market-regulation")
    assert only["count"] == 0 and only["says"]["zh"] == "只有异议正在处理的记录，依法不产生效力。"


def test_the_special_report_answers_field_by_field_and_says_what_it_could_not_look_at(tmp_path: Path) -> None:
    actor_add(key="market", kind="department", title=MARKET, by="operator", at=AT)
    filed(tmp_path, penalty(1), by="market")
    found = issue("special").envelope["report"]
    outcomes = {s["key"]: (s["count"], s["held"], s["says"]["zh"]) for s in found["sections"]}
    assert outcomes["market-regulation"] == (1, True, "有记录，见下。")
    assert outcomes["fire"] == (0, False, "本库没有收到过该领域机关报送的数据，不能说明有无记录。")
    actor_add(key="fire", kind="department", title=FIRE, by="operator", at=AT)
    filed(tmp_path, penalty(2, authority=FIRE, document="云川消〔2026〕1号"), by="fire")
    fire = section(issue("special", at=later(hours=2)), "fire")
    assert (fire["count"], fire["held"], fire["says"]["zh"]) == (
        0,
        True,
        "本库没有所选年限内仍然有效或者可以公示的记录。",
    )
    assert fire["says"]["en"].startswith("This register has no record")
    assert [each["title"]["zh"] for each in found["not_held"]][0] == "刑事判决"
    assert {feed["source"]: feed["sent_by"] for feed in found["looked_at"]["feeds"]} == {"penalty-publicity": 1}


def test_years_and_fields_are_chosen_and_what_still_counts_stands_in_every_year(tmp_path: Path) -> None:
    serious = {"kind": "吊销许可证", "content": "吊销食品经营许可证。"}
    old, new, other = filed(
        tmp_path,
        penalty(1, document="云川市监处罚〔2024〕00001号", decided_on="2024-10-12", **serious),
        penalty(1),
        penalty(1, document="云川消〔2026〕1号", authority=FIRE),
    )
    record = Record.objects.get(pk=old)
    assert record.effect_until and record.effect_until > TODAY
    one = issue("special", choice=Choice(years=1, domains=["market-regulation"]))
    assert said(one) == [old, new] and one.envelope["report"]["since"] == "2025-11-22"
    assert [s["key"] for s in one.envelope["report"]["sections"]] == ["market-regulation"]
    assert said(issue("special")) == [old, new, other]
    for unfit, choice in (
        (ReportYearsUnfit, Choice(years=6)),
        (ReportYearsUnfit, Choice(years=0)),
        (DomainUnknown, Choice(domains=["astrology"])),
    ):
        with pytest.raises(unfit):
            issue("special", choice=choice)
    with pytest.raises(NothingToChoose):
        issue("enterprise-full", choice=Choice(years=2))
    with pytest.raises(NothingToChoose):
        issue("enterprise-full", choice=Choice(matter="tender"))


def test_the_years_leave_out_what_was_decided_before_them_and_counts_no_more() -> None:
    kind = rules.kind_of(lawroom.load().on(TODAY), "special")
    seen = rules.Seen(1, "administrative-penalty", "general", TODAY - timedelta(days=500), True, Effect.NONE, False)
    assert rules.placed(kind, seen, since=TODAY - timedelta(days=365), needed=None) is rules.Place.OUT
    assert rules.placed(kind, seen, since=TODAY - timedelta(days=600), needed=None) is rules.Place.WHOLE


def test_a_number_that_nobody_knows_gets_a_report_that_says_so_and_no_public_one() -> None:
    found = issue("special", 77)
    assert found.envelope["report"]["subject"] == {
        "code": code(77), "known": False, "name": "", "numbers": [], "other_names": [],
    }  # fmt: skip
    assert {s["held"] for s in found.envelope["report"]["sections"]} == {False}
    assert "本库没有该号码的任何记录。" in bare(extract_text(BytesIO(found.pdf)))
    with pytest.raises(SubjectUnknown):
        issue("enterprise-public", 77, by=ANYBODY)


def test_a_firm_of_which_nothing_may_be_shown_looks_to_the_public_like_none(tmp_path: Path) -> None:
    inside(tmp_path)
    with pytest.raises(SubjectUnknown):
        issue("enterprise-public", by=ANYBODY)


def test_a_firm_with_two_names_bears_both(tmp_path: Path) -> None:
    filed(tmp_path, penalty(1, name="云川市旧名商贸有限公司"))
    filed(tmp_path, penalty(1, document="云川市监处罚〔2026〕00002号", name="云川市新名商贸有限公司"), at=AT)
    subject = issue("enterprise-public", by=ANYBODY, at=later(hours=2)).envelope["report"]["subject"]
    assert (subject["name"], subject["other_names"]) == ("云川市新名商贸有限公司", ["云川市旧名商贸有限公司"])


# --- who may have it -------------------------------------------------------------------------------------------------------


def test_each_gets_what_the_lawbook_lets_it_have(tmp_path: Path) -> None:
    filed(tmp_path, penalty(1))
    for kind in ("enterprise-full", "special"):
        for stranger in (ANYBODY, PLATFORM):
            with pytest.raises(ReportNotYours):
                issue(kind, by=stranger)
    with pytest.raises(ReportNotYours):
        issue("special", by=DEPARTMENT)
    with pytest.raises(PapersNotSeen):
        issue(seen=" ")
    with pytest.raises(MatterMissing):
        issue(by=DEPARTMENT)
    with pytest.raises(MatterUnknown):
        issue(by=DEPARTMENT, choice=Choice(matter="gossip"))
    with pytest.raises(CaseNumberMissing):
        issue(by=DEPARTMENT, choice=Choice(matter="tender"))
    with pytest.raises(MatterNotYours):
        issue(by=Asker("court", "court"), choice=Choice(matter="tender", **CASE))
    with pytest.raises(ReportKindUnknown):
        issue("everything")
    assert not Report.objects.exists()


def test_an_authority_gets_of_what_is_not_public_only_what_its_matter_discloses(tmp_path: Path) -> None:
    shown = filed(tmp_path, listing(1, list_name="市场监管严重违法失信名单"), source="serious-dishonesty")[0]
    hidden = inside(tmp_path)
    found = issue(by=DEPARTMENT, choice=Choice(matter="tender", **CASE))
    assert said(found) == [shown]  # nothing follows in a tender from the hidden penalty
    assert found.envelope["report"]["matter"]["zh"] and "readings" not in found.envelope["report"]
    assert str(hidden) not in canonical(found.envelope)
    entry = Entry.objects.get(pk=found.trace)
    assert (entry.actor, entry.purpose, entry.detail["case_number"], entry.detail["matter"]) == (
        DEPARTMENT.key, CASE["purpose"], CASE["case_number"], "tender",
    )  # fmt: skip


def test_what_a_check_would_disclose_is_given_without_the_record_s_own_words() -> None:
    kind = rules.kind_of(lawroom.load().on(TODAY), "enterprise-full")
    seen = rules.Seen(7, "serious-dishonesty", None, TODAY, False, Effect.COUNTS, False)
    assert rules.placed(kind, seen, since=None, needed=frozenset({7})) is rules.Place.AS_CHECKED
    assert rules.placed(kind, seen, since=None, needed=frozenset()) is rules.Place.OUT
    assert rules.placed(kind, seen, since=None, needed=None) is rules.Place.WHOLE


def test_the_firm_draws_with_its_pass_and_only_so_many_a_year(tmp_path: Path) -> None:
    filed(tmp_path, penalty(1), penalty(2))
    given = pass_give(number=code(1), seen=SEEN, asker=OPERATOR, at=AT)

    def draw(n: int = 1, key: str = given.key, kind: str = "enterprise-full", **words: Any) -> Issued:
        return report_draw(
            kind=kind, number=code(n), key=key, asker=ANYBODY, at=words.pop("at", later(hours=2)), **words
        )

    with pytest.raises(PassUnknown):
        draw(key="guess")
    with pytest.raises(PassUnknown):
        draw(2)  # another's
    with pytest.raises(PassUnknown):
        draw(at=later(days=31))
    draw()
    draw()
    with pytest.raises(FreeOnesDrawn) as refused:
        draw()
    assert "2026-11-22、2026-11-22" in refused.value.message_zh and "征信业管理条例" in refused.value.message_zh
    draw(kind="special")  # is not counted
    draw(jurisdiction="cn-33")  # Zhejiang charges for no query and counts none
    assert issue(at=later(hours=2)).number  # the counter may go on
    assert len(list(reports_list(number=code(1), key=given.key, at=later(hours=3)))) == 5
    entry = Entry.objects.filter(event="reports.report.issued").order_by("pk")[0]
    assert (entry.actor, entry.detail["as"], entry.purpose) == ("public", "subject", "own-record")
    pass_end(number=given.number, asker=OPERATOR, at=later(hours=4))
    with pytest.raises(PassUnknown):
        draw(kind="special", at=later(hours=5))
    with pytest.raises(PassNotYours):
        pass_give(number=code(1), seen=SEEN, asker=DEPARTMENT, at=AT)
    with pytest.raises(PapersNotSeen):
        pass_give(number=code(1), seen=" ", asker=OPERATOR, at=AT)


def test_a_firm_that_draws_the_public_report_gets_what_anybody_gets(tmp_path: Path) -> None:
    filed(tmp_path, penalty(1))
    inside(tmp_path, name="云川市内部名称商贸有限公司")
    given = pass_give(number=code(1), seen=SEEN, asker=OPERATOR, at=AT)
    drawn = report_draw(kind="enterprise-public", number=code(1), key=given.key, asker=ANYBODY, at=later(hours=2))
    assert drawn.number == issue("enterprise-public", by=ANYBODY, at=later(hours=3)).number
    assert "内部名称" not in canonical(drawn.envelope)
    assert issue(at=later(hours=3)).envelope["report"]["subject"]["other_names"] == ["云川市甲1号商贸有限公司"]


def test_the_firm_is_told_who_read_about_it(tmp_path: Path) -> None:
    filed(tmp_path, penalty(1))
    issue("enterprise-public", by=DEPARTMENT)
    readings = issue(at=later(hours=2)).envelope["report"]["readings"]["list"]
    assert [(r["who"], r["purpose"]["zh"], r["times"]) for r in readings] == [("finance", "查阅依法公开的信息", 1)]


def test_a_report_that_rested_on_a_record_of_another_firm_is_answered_anew(tmp_path: Path) -> None:
    record = filed(tmp_path, penalty(1))[0]
    issue("enterprise-public", by=PLATFORM)
    record_withdraw(record=record, by="operator", at=later(hours=2), reason="有误")
    record_recall(record=record, by="operator", at=later(hours=2), reason="有误")
    reissue = Reissue.objects.get()
    assert (reissue.actor, reissue.was["records"], reissue.now["records"]) == ("shop", [record], [])


# --- issued, and then ------------------------------------------------------------------------------------------------------


def test_what_a_report_said_stays_and_verifying_says_whether_it_is_still_so(tmp_path: Path) -> None:
    record = filed(tmp_path, penalty(1))[0]
    issued = issue()
    before = report_verify(number=issued.number, code=issued.code, at=later(hours=2))
    assert (before.intact, before.signed, before.changed) == (True, True, False)
    record_dispute(record=record, by="operator", at=later(hours=3), grounds="有误")
    after = report_verify(number=issued.number, code=issued.code.lower().replace("-", " "), at=later(hours=4))
    assert after.changed and after.report == issued.envelope["report"]
    record_settle(record=record, by="operator", at=later(hours=5), outcome="upheld")
    assert not report_verify(number=issued.number, code=issued.code, at=later(hours=6)).changed
    had = report_have(number=issued.number, code=issued.code, at=later(hours=6))
    assert (had.envelope, had.pdf) == (issued.envelope, issued.pdf)
    events = list(Entry.objects.filter(object=f"report:{issued.number}").order_by("pk").values_list("event", flat=True))
    verified = "reports.report.verified"
    assert events == ["reports.report.issued", verified, verified, verified, "reports.report.read"]


def test_a_report_cannot_be_edited_or_taken_away(tmp_path: Path) -> None:
    filed(tmp_path, penalty(1))
    issue()
    for statement in (
        "update reports_report set facts = 'x'",
        "delete from reports_report",
        "truncate reports_report cascade",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_what_is_not_public_and_every_code_are_sealed_in_the_database(tmp_path: Path) -> None:
    filed(tmp_path, penalty(1))
    inside(tmp_path)
    given = pass_give(number=code(1), seen=SEEN, asker=OPERATOR, at=AT)
    full, public = issue(), issue("enterprise-public", by=ANYBODY)
    with connection.cursor() as cursor:
        cursor.execute("select r::text from reports_report r union all select p::text from reports_pass p")
        kept = "\n".join(row[0] for row in cursor.fetchall())
    for secret in (full.code, public.code, given.key, "内〔2026〕1号"):
        assert secret not in kept and secret.encode().hex() not in kept
    assert "云川市监处罚〔2026〕00001号" in kept  # of the public one the words stand as they are


def test_number_and_code_cannot_be_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(tmp_path, penalty(1), penalty(2))
    issued, other = issue(), issue(n=2)
    compared: list[int] = []

    def counting(one: bytes, other: bytes) -> bool:
        compared.append(len(one))
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(rules, "compare_digest", counting)
    for number, given in (
        (issued.number, other.code), (issued.number, ""), ("2026-0999999", issued.code), ("1", issued.code),
        (issued.number.replace("2026", "2025"), issued.code), ("2026-00000000000000000000", "x"),
    ):  # fmt: skip
        with pytest.raises(ReportUnknown):
            report_verify(number=number, code=given, at=AT)
    assert compared == [16] * 6  # a number that is none is compared as long as one that is
    for _ in range(7):
        with pytest.raises(ReportUnknown):
            report_verify(number=issued.number, code="0000-0000-0000-0000", at=AT)
    with pytest.raises(TriedTooOften):
        report_verify(number=issued.number, code=issued.code, at=AT)
    assert report_verify(number=other.number, code=other.code, at=AT).intact
    assert report_verify(number=issued.number, code=issued.code, at=later(hours=1, minutes=1.1)).intact
    assert len({rules.code_made(b"k", rules.number_written(TODAY, n)) for n in range(5_000)}) == 5_000


def test_one_of_two_codes_differs_whatever_the_key(tmp_path: Path) -> None:
    assert rules.code_made(b"one", "2026-0000001") != rules.code_made(b"two", "2026-0000001")
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", rules.code_made(b"one", "2026-0000001"))


def test_who_drew_a_report_has_it_again_and_nobody_else(tmp_path: Path) -> None:
    filed(tmp_path, penalty(1))
    issued = issue("enterprise-public", by=PLATFORM)
    assert report_read(number=issued.number, asker=PLATFORM, at=AT).pdf == issued.pdf
    for stranger in (DEPARTMENT, OPERATOR):
        with pytest.raises(ReportUnknown):
            report_read(number=issued.number, asker=stranger, at=AT)


def test_the_public_gets_the_same_report_again_while_it_says_the_same_that_day(tmp_path: Path) -> None:
    record = filed(tmp_path, penalty(1))[0]
    one, two = issue("enterprise-public", by=ANYBODY), issue("enterprise-public", by=ANYBODY, at=later(hours=2))
    assert (one.number, one.code, one.pdf) == (two.number, two.code, two.pdf) and one.trace != two.trace
    record_dispute(record=record, by="operator", at=later(hours=3), grounds="有误")
    assert issue("enterprise-public", by=ANYBODY, at=later(hours=4)).number != one.number
    assert issue("enterprise-public", by=ANYBODY, at=later(days=1)).number != one.number


def test_the_public_cannot_have_reports_printed_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(tmp_path, penalty(1), penalty(2))
    monkeypatch.setattr(issuing, "MADE", Often(IssuedTooOften, of_one=5, of_all=1))
    first = issue("enterprise-public", by=ANYBODY)
    with pytest.raises(IssuedTooOften):
        issue("enterprise-public", 2, by=ANYBODY)
    assert issue("enterprise-public", by=ANYBODY).number == first.number  # costs nothing
    assert issue("enterprise-public", 2, by=ANYBODY, at=later(hours=1, minutes=1.1)).number


# --- paper and signature ---------------------------------------------------------------------------------------------------


def test_two_readers_find_in_the_pdf_every_chinese_word_of_the_json(tmp_path: Path) -> None:
    row = penalty(1, name="云川市䶮㛃𬭊商贸有限公司", content="罚款金额20000元；责令改正。")
    record = filed(tmp_path, row, penalty(1, document="云川市监处罚〔2026〕00002号"))[0]
    Statement.objects.create(record_id=record, number=0, words="凭证已经补齐。", by="public", at=AT)
    for kind in ("enterprise-public", "enterprise-full", "special"):
        issued = issue(kind, at=later(hours=2))
        document = pypdfium2.PdfDocument(issued.pdf)
        pages = [document[at].get_textpage().get_text_bounded() for at in range(len(document))]
        readers = {
            "pdfminer": extract_text(BytesIO(issued.pdf)),
            "pypdf": "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(issued.pdf)).pages),
            "pdfium": "".join(pages),
        }
        words = [w for w in chinese(issued.envelope["report"]) if w not in _not_printed(issued.envelope["report"])]
        assert len(words) > 40
        for reader, text in readers.items():
            missing = [w for w in words if bare(w) not in bare(text)]
            assert not missing, (reader, missing)
            assert issued.code in bare(text) and issued.number in bare(text)


def _not_printed(report: dict[str, Any]) -> set[str]:
    """How a record ends stands on the page and in the JSON, not on paper; nor do the titles that the paper words itself."""
    records = [r for s in report["sections"] for r in s["records"]]
    return {r["ends"]["zh"] for r in records} | {r["decided_title"]["zh"] for r in records}


def test_a_character_that_no_font_has_is_written_as_its_number(tmp_path: Path) -> None:
    filed(tmp_path, penalty(1, name="云川市𠀀商贸有限公司"))
    issued = issue("enterprise-public", by=ANYBODY)
    assert issued.envelope["report"]["subject"]["name"] == "云川市𠀀商贸有限公司"
    assert "云川市〔U+20000〕商贸有限公司" in bare(extract_text(BytesIO(issued.pdf)))


def test_hundreds_of_records_break_over_pages_under_repeated_heads(tmp_path: Path) -> None:
    filed(tmp_path, *(penalty(1, document=f"云川市监处罚〔2026〕{n:05d}号") for n in range(1, 301)))
    issued = issue("enterprise-public", by=ANYBODY)
    pages = [bare(page.extract_text()) for page in pypdf.PdfReader(BytesIO(issued.pdf)).pages]
    assert len(pages) > 50
    with_records = [page for page in pages if "云川市监处罚〔2026〕" in page]
    assert all("序号内容决定机关、文书号" in page for page in with_records)
    assert all(f"第{n}页，共{len(pages)}页" in page for n, page in enumerate(pages, 1))
    whole = "".join(pages)
    assert all(whole.count(f"〔2026〕{n:05d}号") == 1 for n in range(1, 301))


def test_the_signature_holds_and_one_changed_byte_anywhere_is_seen(tmp_path: Path) -> None:
    filed(tmp_path, penalty(1))
    issued = issue("enterprise-public", by=ANYBODY)
    certificate = pdf_signed_by(issued.pdf)
    assert certificate is not None and "自制证书 self-made" in certificate.subject.rfc4514_string()
    signature = re.search(rb"<([0-9A-Fa-f]{2000,})>", issued.pdf)
    assert signature is not None and not signature[1].endswith(b"00" * 8)  # no padding
    start, end = signature.span(1)
    places = range(0, len(issued.pdf), len(issued.pdf) // 150)
    for at in [*places, start - 1, start, end - 1, end, len(issued.pdf) - 1]:
        changed = bytearray(issued.pdf)
        changed[at] ^= 1
        with pytest.raises(NotAsIssued):
            pdf_verify(content=bytes(changed), at=AT)
        assert start <= at < end or pdf_signed_by(bytes(changed)) is None, at
    for grown in (issued.pdf + b"\n", issued.pdf[:-1]):
        with pytest.raises(NotAsIssued):
            pdf_verify(content=grown, at=AT)
        assert pdf_signed_by(grown) is None or grown == issued.pdf
    assert pdf_verify(content=issued.pdf, at=AT).number == issued.number
    for unfit in (b"", b"x" * (reading.MOST_BYTES + 1)):
        with pytest.raises(FileUnfit):
            pdf_verify(content=unfit, at=AT)


def test_the_json_is_signed_too_and_can_be_verified_without_the_register(tmp_path: Path) -> None:
    filed(tmp_path, penalty(1))
    envelope = json.loads(json.dumps(issue().envelope))
    text = canonical(envelope["report"])
    assert envelope["digest"] == f"sha256:{rules.digest_of(text)}"
    signature = Detached(**envelope["signature"])
    assert signed_by(text.encode(), signature) == x509.load_pem_x509_certificate(signature.certificate.encode())
    assert signed_by(text.replace("2026", "2025").encode(), signature) is None
    assert signed_by(text.encode(), Detached("ecdsa-sha256", signature.value, signature.certificate)) is None


def test_json_and_pdf_are_verified_off_line_and_whatever_was_changed_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filed(tmp_path, penalty(1))
    issued = issue()
    told, pdf, certificate = tmp_path / "report.json", tmp_path / "report.pdf", tmp_path / "certificate.pem"
    certificate.write_text(issued.envelope["signature"]["certificate"])

    def verified(envelope: dict[str, Any], content: bytes, trusted: object = certificate) -> tuple[int, list[str]]:
        told.write_text(json.dumps(envelope))
        pdf.write_bytes(content)
        status = cli.run(["report", str(told), "--pdf", str(pdf), "--certificate", str(trusted), "--json"])
        found = json.loads(capsys.readouterr().out)
        assert found["number"] == issued.number
        return status, [each["code"] for each in found["findings"]]

    assert verified(issued.as_dict(), issued.pdf) == (0, [])
    mark = x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256()).hex()
    assert verified(issued.envelope, issued.pdf, mark.upper()) == (0, [])
    assert verified(issued.envelope, issued.pdf, "0" * 64) == (1, ["certificate-unknown"])
    changed = json.loads(json.dumps(issued.envelope))
    changed["report"]["subject"]["name"] = "云川市别的公司"
    assert verified(changed, issued.pdf) == (1, ["digest-differs", "signature-invalid"])
    changed["digest"] = f"sha256:{rules.digest_of(canonical(changed['report']))}"
    assert verified(changed, issued.pdf) == (1, ["signature-invalid"])
    for at in (100, len(issued.pdf) // 2, len(issued.pdf) - 10):
        spoilt = bytearray(issued.pdf)
        spoilt[at] ^= 1
        assert verified(issued.envelope, bytes(spoilt)) == (1, ["pdf-signature-invalid"])
    for grown in (issued.pdf + b"\n", b"%PDF-1.7\n%%EOF\n"):
        assert verified(issued.envelope, grown) == (1, ["pdf-signature-invalid"])


def test_the_pdf_is_pdf_a_with_its_own_fonts_and_a_qr_code_of_the_number_only(tmp_path: Path) -> None:
    filed(tmp_path, penalty(1))
    issued = issue("enterprise-public", by=ANYBODY)
    document = pypdf.PdfReader(BytesIO(issued.pdf))
    metadata = document.xmp_metadata
    assert metadata is not None and b'pdfaid:part="2" pdfaid:conformance="B"' in metadata.stream.get_data()
    fonts = {str(font["/BaseFont"]) for page in document.pages for font in _fonts(page)}
    assert fonts and all("NotoS" in font for font in fonts)
    printed = "".join(page.extract_text() for page in document.pages)
    assert f"/verify/{issued.number}" in bare(printed) and f"{issued.code}/" not in printed
    assert code(1) not in str(document.metadata)


def _fonts(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def test_the_signed_pdf_has_what_pdf_a_demands_and_nothing_that_it_forbids(tmp_path: Path) -> None:
    """The structure that ISO 19005-2 asks for at level B, of the whole file with its signature."""
    filed(tmp_path, penalty(1))
    pdf = issue("enterprise-public", by=ANYBODY).pdf
    document = pypdf.PdfReader(BytesIO(pdf))
    catalogue: Any = document.root_object
    trailer: Any = document.trailer
    # 6.1: a comment of four bytes beyond ASCII below the header, an identity, no encryption, nothing behind the end.
    assert pdf[:5] == b"%PDF-" and min(pdf.split(b"\n")[1][1:5]) > 127 and pdf.rstrip().endswith(b"%%EOF")
    assert len(trailer["/ID"]) == 2 and "/Encrypt" not in trailer
    # 6.2: a profile for its colours, and every font within.
    (intent,) = (each.get_object() for each in catalogue["/OutputIntents"])
    assert intent["/S"] == "/GTS_PDFA1" and intent["/DestOutputProfile"].get_object()["/N"] == 3
    for font in (font for page in document.pages for font in _fonts(page)):
        below = font["/DescendantFonts"][0].get_object() if font["/Subtype"] == "/Type0" else font
        held = below["/FontDescriptor"].get_object()
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & held.keys() and "/ToUnicode" in font
    # 6.3 to 6.5: what is on a page prints, looks as the file says, and does nothing by itself.
    for mark in (each.get_object() for page in document.pages for each in page.get("/Annots", [])):
        assert mark["/F"] & 4 and not mark["/F"] & (1 | 2 | 32), "printed, neither hidden nor unseen"
        left, low, right, high = (float(each) for each in mark["/Rect"])
        assert mark["/Subtype"] == "/Link" or left == right or low == high or "/AP" in mark
    assert not catalogue.keys() & {"/OpenAction", "/AA", "/Requirements"} and not {
        b"/JavaScript",
        b"/Launch",
        b"/EmbeddedFile",
    } & _words(document)
    assert not catalogue.get("/AcroForm", {}).get("/NeedAppearances", False)
    # 6.6: what the file says of itself stands in the metadata as in the dictionary.
    said, written = document.metadata, document.xmp_metadata
    assert said is not None and written is not None
    assert said.title == (written.dc_title or {}).get("x-default") and said.producer == written.pdf_producer
    made, changed = said.creation_date, said.modification_date
    assert made is not None and made.astimezone(UTC).replace(tzinfo=None) == written.xmp_create_date
    assert changed is None or changed.astimezone(UTC).replace(tzinfo=None) == written.xmp_modify_date


def _words(document: pypdf.PdfReader) -> set[bytes]:
    """The names that stand in any object of the file."""
    found = {b""}
    trailer: Any = document.trailer
    for number in range(1, int(trailer["/Size"])):
        held: Any = document.get_object(number)
        if hasattr(held, "keys"):
            found |= {str(each).encode() for pair in held.items() for each in pair if str(each).startswith("/")}
    return found


def test_a_report_takes_less_than_two_seconds(tmp_path: Path) -> None:
    filed(tmp_path, *(penalty(1, document=f"云川市监处罚〔2026〕{n:05d}号") for n in range(1, 31)))
    issue()
    started = time.process_time()
    issue()
    assert time.process_time() - started < 2


def test_the_day_in_chinese() -> None:
    days = {
        date(2026, 11, 22): "二〇二六年十一月二十二日",
        date(2030, 1, 10): "二〇三〇年一月十日",
        date(2026, 10, 31): "二〇二六年十月三十一日",
    }
    assert {day: rules.day_in_chinese(day) for day in days} == days
