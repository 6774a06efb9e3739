"""What a check answers: the table of cases, each measure with all that makes it lawful, and a trace of every reading."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from chengxin.actors.selectors import Asker
from chengxin.checks.bulk import COLUMNS
from chengxin.checks.models import Use
from chengxin.checks.rules import AnswerUnknown, CaseNumberMissing, MatterUnknown, Outcome, UseUnfit
from chengxin.checks.services.asking import Answer, AskerNotPermitted, answer_use, check_perform, file_check
from chengxin.kernel.tables import OutputUnknown
from chengxin.ledger.models import Entry
from chengxin.ledger.selectors import entry_opened, inclusion_of, log_key
from chengxin.ledger.services import Sequencer
from chengxin.records.bulk.reading.refusals import HeaderUnknown
from chengxin.records.models import Record
from chengxin.records.services.events import record_dispute, record_repair, record_settle, record_withdraw
from chengxin_verify import cli
from demo.cast import CAST, cast_rows
from demo.sheets import cast_written
from tests.world import (
    CASE,
    DEPARTMENT,
    OPERATOR,
    TODAY,
    code,
    ingest,
    later,
    listing,
    old_number,
    organisation_code,
    penalty,
    sent,
)

pytestmark = pytest.mark.django_db

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))


def row_of(source: str, changes: dict[str, Any]) -> dict[str, str]:
    said = {name: str(value) for name, value in changes.items()}
    if source == "penalty-publicity":
        return penalty(1, **said)
    if source == "honours":
        return dict(cast_rows(TODAY)["honours"][0]) | {"code": code(1), "name": "云川市甲1号商贸有限公司"} | said
    return listing(1, **said)


def asked(number: str = "", *, by: Asker = OPERATOR, on: date = TODAY, **words: Any) -> Answer:
    return check_perform(
        asker=by,
        matter=words.pop("matter", "tender"),
        number=number or code(1),
        on=on,
        at=later(hours=9),
        **(CASE | words),
    )


def happen(events: list[dict[str, Any]]) -> None:
    if not events:
        return
    record = Record.objects.order_by("pk")[0].pk
    for hour, event in enumerate(events, 1):
        words: dict[str, Any] = {"record": record, "by": "operator", "at": later(hours=hour)}
        match event["kind"]:
            case "dispute":
                record_dispute(**words, grounds="异议")
            case "settle":
                record_settle(**words, outcome="维持")
            case "repair":
                record_repair(**words, on=event["day"], decision="修复")
            case "withdraw":
                record_withdraw(**words, reason="错报")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"].split(" / ")[1])
def test_the_table_of_cases_holds(tmp_path: Path, case: dict[str, Any]) -> None:
    for source, rows in case["given"].items():
        done = sent(tmp_path, *(row_of(source, row) for row in rows), source=source)
        assert done.accepted == len(rows)
    happen(case.get("events", []))
    question, then = case["asked"], case["then"]
    kind = question.get("by", "department")
    answer = asked(
        by=Asker("asker", kind),
        matter=question["matter"],
        on=question["day"],
        jurisdiction=question.get("jurisdiction", "cn"),
    )
    assert answer.outcome == then["outcome"]
    assert (answer.reason.code if answer.reason else None) == then.get("reason")
    measures = then.get("measures", {})
    assert {m["measure"] for m in answer.measures} == set(measures)
    for measure in answer.measures:
        assert measures[measure["measure"]] in measure["article"]
    if then.get("reason") not in ("asker-not-permitted", "day-in-future"):
        outcome, articles = said_of_a_file(tmp_path, question)
        assert (outcome, set(articles)) == (then["outcome"], set(measures))
        assert all(measures[measure] in article for measure, article in articles.items())


def said_of_a_file(folder: Path, question: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The answer about the same firm from a file that holds its code alone."""
    path, out = folder / "codes.csv", folder / "answers.csv"
    path.write_text(f"code\n{code(1)}\n", encoding="utf-8")
    where = question.get("jurisdiction", "cn")
    file_check(
        asker=OPERATOR,
        matter=question["matter"],
        path=path,
        out=out,
        on=question["day"],
        at=later(hours=9),
        jurisdiction=where,
    )
    lines = list(pl.read_csv(out, infer_schema=False).iter_rows(named=True))
    return lines[0]["outcome"], {line["measure"]: line["article"] for line in lines if line["measure"]}


def test_the_table_has_a_case_of_every_outcome() -> None:
    assert {case["then"]["outcome"] for case in CASES} == set(Outcome)


# ---- for which case


def test_a_department_names_purpose_and_case_where_the_matter_wants_them(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations")
    before = Entry.objects.count()
    given: list[tuple[dict[str, Any], str]] = [
        ({"purpose": " ", "case_number": "7号"}, "用途"),
        ({"purpose": "招标", "case_number": ""}, "案件编号"),
        ({"purpose": "", "case_number": ""}, "用途和案件编号"),
    ]
    for words, lacking in given:
        with pytest.raises(CaseNumberMissing) as refused:
            asked(by=DEPARTMENT, **words)
        assert lacking in refused.value.message_zh and "《中华人民共和国数据安全法》第38条" in refused.value.message
    assert Entry.objects.count() == before, "nothing was read"
    told = Entry.objects.get(pk=asked(by=DEPARTMENT, purpose="招标", case_number=" 7号 ").trace)
    assert (told.purpose, told.detail["case_number"]) == ("招标", "7号")


def test_who_decides_no_such_matter_and_a_matter_that_wants_none_need_no_case(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations")
    assert asked(purpose="", case_number="").outcome == "applies", "who runs the register has no case of its own"
    assert asked(by=DEPARTMENT, matter="supervision-frequency", purpose="", case_number="").outcome == "none_applies"
    assert asked(by=Asker("shop", "platform"), purpose="", case_number="").outcome == "not_permitted"


def test_of_a_firm_s_people_nothing_is_said_by_its_code(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source="serious-dishonesty")
    answer = asked(matter="management-office")
    assert answer.outcome == "cannot_say" and answer.measures == []
    assert answer.reason is not None and answer.reason.code == "persons-by-document"
    path = tmp_path / "n.csv"
    path.write_text(f"code\n{code(1)}\n", encoding="utf-8")
    with pytest.raises(AskerNotPermitted, match="a firm's code says nothing of them"):
        file_check(
            asker=OPERATOR, matter="management-office", path=path, out=tmp_path / "o.csv", on=TODAY, at=later(hours=9)
        )


def test_public_resources_are_asked_about_by_the_law_of_a_place(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source="serious-dishonesty")
    (measure,) = asked(matter="public-resources", jurisdiction="cn-37").measures
    assert (measure["measure"], measure["mandatory"]) == ("public-resources-limited", False)
    assert measure["article"] == "《山东省社会信用条例》第28条第三项"
    with pytest.raises(MatterUnknown):
        asked(matter="public-resources")


MEASURE_KEYS = {
    "measure", "title", "title_en", "state", "kind", "mandatory", "effect", "effect_en", "carried_out_by", "list",
    "list_title", "list_title_en", "record", "record_type", "severity", "authority", "document", "decided_on", "statement", "contested", "article",
    "article_en", "basis", "term", "ends", "ends_en", "exit", "exit_en",
}  # fmt: skip


def test_a_measure_comes_with_all_that_makes_it_lawful_and_no_more(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations")
    (measure,) = asked().measures
    assert set(measure) == MEASURE_KEYS
    assert measure["basis"] == [
        {
            "instrument": "enterprise-information-publicity-regulation",
            "article": "18",
            "zh": measure["article"],
            "en": measure["article_en"],
        }
    ]
    assert (measure["authority"], measure["document"]) == ("云川市市场监督管理局", "云川市监列入〔2026〕00001号")
    assert measure["term"] == {"from": date(2026, 7, 3), "until": None}
    assert (measure["state"], measure["mandatory"], measure["record"]) == ("applies", True, Record.objects.get().pk)
    for zh, en in (("title", "title_en"), ("effect", "effect_en"), ("ends", "ends_en"), ("exit", "exit_en")):
        assert any("\u4e00" <= c <= "\u9fff" for c in measure[zh]) and measure[en].isascii() is not None and measure[en]
    assert "reason" not in measure and "body" not in measure


@pytest.mark.parametrize("number", [code(1), organisation_code(1), f" {code(1).lower()} "])
def test_a_firm_is_asked_about_by_any_of_its_numbers(tmp_path: Path, number: str) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations")
    assert asked(number).outcome == "applies"


def test_an_old_number_leads_to_the_firm_that_has_nothing_newer(tmp_path: Path) -> None:
    sent(tmp_path, listing(1, code=old_number(1)), source="abnormal-operations")
    assert asked(old_number(1)).outcome == "applies"


def test_every_answer_is_traced_also_the_one_that_the_asker_may_not_have(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations")
    subject = Record.objects.get().subject_id
    answers = [
        asked(purpose="招标"),
        asked(code(2)),
        asked(by=Asker("shop", "platform"), matter="licence"),
        asked(on=date(2027, 1, 1)),
    ]
    for answer, about in zip(answers, (subject, None, None, None), strict=True):
        entry = Entry.objects.get(pk=answer.trace)
        assert (entry.event, entry.subject) == ("checks.check.answered", about)
        assert entry.detail["outcome"] == answer.outcome
    assert Entry.objects.get(pk=answers[0].trace).purpose == "招标"
    assert Entry.objects.get(pk=answers[1].trace).object == f"number:{code(2)}"
    assert Entry.objects.get(pk=answers[2].trace).actor == "shop"


def test_what_the_register_knew_then_is_what_it_answers_now_as_of_then(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations", at=later(hours=1))
    sent(tmp_path, listing(1, exit_on="2026-11-01"), source="abnormal-operations", at=later(hours=3))
    answers = [asked(on=date(2026, 11, 10), known_at=later(hours=h)).outcome for h in (0, 1, 2, 3, 4)]
    assert answers == ["cannot_say", "applies", "applies", "none_applies", "none_applies"]
    assert asked(on=date(2026, 10, 31)).outcome == "applies"


def test_a_matter_that_the_lawbook_lacks_is_refused_with_those_it_has() -> None:
    with pytest.raises(MatterUnknown) as error:
        asked(matter="marriage")
    assert "tender" in error.value.message and "tender" in error.value.message_zh


# ---- a file of checks


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    sent(tmp_path, listing(1), listing(2), source="abnormal-operations")
    sent(tmp_path, listing(2), source="serious-dishonesty")
    sent(tmp_path, penalty(3))
    record_dispute(record=Record.objects.order_by("pk")[0].pk, by="operator", at=later(hours=1), grounds="x")
    path = tmp_path / "numbers.csv"
    lines = [code(1), code(2), code(3), code(4), "坏", "--", code(2), "110103209812310010"]
    path.write_text("统一社会信用代码\n" + "".join(f'"{line}"\n' for line in lines), encoding="utf-8")
    return path


EXPECTED = [
    "suspended",
    "applies",
    "applies",
    "none_applies",
    "cannot_say",
    "cannot_say",
    "cannot_say",
    "applies",
    "applies",
    "cannot_say",
]


def file_asked(numbers: Path, out: Path, **words: Any) -> Any:
    return file_check(
        asker=words.pop("asker", OPERATOR), matter="tender", path=numbers, out=out, on=TODAY, at=later(hours=9), **words
    )


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_file_of_checks_is_answered_line_by_line_in_its_order(tmp_path: Path, numbers: Path, form: str) -> None:
    out = tmp_path / f"out.{form}"
    done = file_asked(numbers, out)
    assert Path(done.receipts) == tmp_path / "out.receipts.jsonl", "nobody need ask for the lines' receipts"
    assert len(Path(done.receipts).read_text(encoding="utf-8").splitlines()) == 1 + 8
    frame = pl.read_parquet(out) if form == "parquet" else pl.read_csv(out, infer_schema=False)
    assert tuple(frame.columns) == COLUMNS
    assert frame["outcome"].to_list() == EXPECTED
    assert [int(n) for n in frame["line"]] == [2, 3, 3, 4, 5, 6, 7, 8, 8, 9]
    assert (done.rows, done.lines) == (8, 10)
    assert done.outcomes == {"applies": 2, "cannot_say": 4, "none_applies": 1, "suspended": 1}
    reasons = [r for r in frame["reason"].to_list() if r]
    assert reasons == ["subject-unknown", "code-shape", "number-missing", "natural-person"]
    assert set(frame["measure"].drop_nulls().to_list()) - {""} == {"tender-abnormal", "tender-serious"}


def test_each_line_of_a_file_has_a_receipt_that_holds_alone_and_leads_to_its_entry(
    tmp_path: Path, numbers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receipts, alone = tmp_path / "receipts.jsonl", tmp_path / "alone.json"
    done = file_asked(numbers, tmp_path / "out.csv", receipts=receipts)
    key = log_key().keys[-1].written

    def verified(*words: object) -> dict[str, Any]:
        assert cli.run([*map(str, words), "--key", key, "--json"]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    assert receipts.stat().st_mode & 0o077 == 0 and done.receipts == str(receipts)
    whole = Entry.objects.get(pk=done.receipt["entry"])
    assert verified("receipts", receipts) | {"lines": 8, "root": whole.detail["receipts"]} == verified(
        "receipts", receipts
    )
    Sequencer(log_key()).entries_place(at=later(hours=9))
    outcomes = dict(zip((2, 3, 4, 5, 6, 7, 8, 9), EXPECTED[:2] + EXPECTED[3:8] + EXPECTED[9:], strict=True))
    for line, outcome in outcomes.items():
        verified("receipts", receipts, "--line", line, "--out", alone)
        told = json.loads(alone.read_text())
        text = entry_opened(told["entry"], bytes.fromhex(told["salt"]))
        said = json.loads(text)["detail"]
        assert (said["line"], said["outcome"]) == (line, outcome)
        (tmp_path / "text.json").write_text(json.dumps({"text": text}))
        assert verified("receipt", alone, "--text", tmp_path / "text.json")["opened"]
        proof = inclusion_of(told["entry"], bytes.fromhex(told["commitment"]))
        (tmp_path / "proof.json").write_text(json.dumps(proof.as_dict()))
        assert verified("inclusion", tmp_path / "proof.json", "--receipt", alone)["entry"] == told["entry"]


def test_each_number_of_a_file_is_traced_and_a_person_s_number_is_not_written_down(
    tmp_path: Path, numbers: Path
) -> None:
    before = Entry.objects.count()
    done = file_asked(numbers, tmp_path / "out.csv", purpose="招标")
    *entries, whole = Entry.objects.order_by("pk")[before:]
    assert len(entries) == 8
    assert (whole.event, whole.pk, whole.detail["rows"]) == ("checks.file.answered", done.receipt["entry"], 8)
    assert whole.object == "sha256:" + hashlib.sha256((tmp_path / "out.csv").read_bytes()).hexdigest()
    assert {e.event for e in entries} == {"checks.check.answered"} and {e.purpose for e in entries} == {"招标"}
    assert sorted(e.detail["outcome"] for e in entries) == sorted(
        ["suspended", "applies", "none_applies", *["cannot_say"] * 4, "applies"]
    )
    assert not [e for e in entries if "110103" in e.object]
    one = next(e for e in entries if e.object == f"number:{code(2)}")
    assert one.detail["measures"] == ["tender-abnormal", "tender-serious"]


def test_each_line_of_a_file_bears_its_own_case_or_that_of_the_file(tmp_path: Path, numbers: Path) -> None:
    path, out = tmp_path / "cases.csv", tmp_path / "out.csv"
    path.write_text(
        f"案件编号,统一社会信用代码\n甲1号,{code(1)}\n ,{code(2)}\n乙3号,{code(3)}\n,坏\n", encoding="utf-8"
    )
    before = Entry.objects.count()
    with pytest.raises(CaseNumberMissing, match="in line 3:"):
        file_asked(path, out, asker=DEPARTMENT, purpose="招标")
    with pytest.raises(CaseNumberMissing, match="purpose"):
        file_asked(path, out, asker=DEPARTMENT, case_number="总1号")
    assert Entry.objects.count() == before and not out.exists()
    file_asked(path, out, asker=DEPARTMENT, purpose="招标", case_number="总1号")
    told = {
        e.object.removeprefix("number:"): e.detail["case_number"]
        for e in Entry.objects.filter(event="checks.check.answered").order_by("pk")
    }
    assert told == {code(1): "甲1号", code(2): "总1号", code(3): "乙3号", "": "总1号"}


def test_a_file_of_cases_without_codes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("案件编号\n甲1号\n", encoding="utf-8")
    with pytest.raises(HeaderUnknown):
        file_asked(path, tmp_path / "out.csv")


def test_a_file_is_answered_whole_or_not_at_all(tmp_path: Path, numbers: Path) -> None:
    before = Entry.objects.count()
    with pytest.raises(OutputUnknown):
        file_asked(numbers, tmp_path / "out.doc")
    with pytest.raises(AskerNotPermitted):
        file_check(
            asker=Asker("shop", "platform"),
            matter="licence",
            path=numbers,
            out=tmp_path / "o.csv",
            on=TODAY,
            at=later(hours=9),
        )
    with pytest.raises(AskerNotPermitted):
        file_check(
            asker=OPERATOR,
            matter="tender",
            path=numbers,
            out=tmp_path / "o.csv",
            on=date(2027, 1, 1),
            at=later(hours=9),
        )
    bad = tmp_path / "bad.csv"
    bad.write_text("甲\n1\n", encoding="utf-8")
    with pytest.raises(HeaderUnknown):
        file_asked(bad, tmp_path / "o.csv")
    assert Entry.objects.count() == before
    assert not list(tmp_path.glob("*o.csv*"))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_file_of_no_numbers_has_an_answer_of_no_lines(tmp_path: Path, form: str) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text("code\n", encoding="utf-8")
    out = tmp_path / f"out.{form}"
    done = file_asked(path, out)
    assert (done.rows, done.lines) == (0, 0)
    frame = pl.read_parquet(out) if form == "parquet" else pl.read_csv(out)
    assert (len(frame), tuple(frame.columns)) == (0, COLUMNS)


def test_the_cast_s_outcomes_are_what_their_traits_say(tmp_path: Path) -> None:
    for source, edition in (
        ("enterprise-register", "zh"), ("penalty-publicity", "2018-zh"), ("abnormal-operations", "zh"), ("serious-dishonesty", "zh"),
    ):  # fmt: skip
        written = cast_written(tmp_path / f"{source}.csv", source, edition, TODAY)
        ingest(written.path, source)
    outcomes = {key: str(asked(CAST[key].number).outcome) for key in CAST}
    applies = {"absent", "blacklisted", "both_numbers", "revoked"}
    assert {key for key, outcome in outcomes.items() if outcome == "applies"} == applies - {"both_numbers"}
    assert set(outcomes.values()) == {"applies", "none_applies"}


def test_what_was_done_with_an_answer_is_written_down_by_whoever_had_it(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations")
    answer = asked(case_number="云川招〔2026〕1号")
    assert Entry.objects.get(pk=answer.trace).detail["case_number"] == "云川招〔2026〕1号"
    words: dict[str, Any] = {"trace_number": answer.trace, "at": later(hours=10)}
    for outcome, reason in (("set-aside", " "), ("obeyed", "x")):
        with pytest.raises(UseUnfit):
            answer_use(outcome=outcome, reason=reason, asker=OPERATOR, **words)
    with pytest.raises(AnswerUnknown):
        answer_use(outcome="followed", reason="", asker=Asker("finance", "department"), **words)
    answer_use(outcome="followed", reason="", asker=OPERATOR, **words)
    answer_use(outcome="set-aside", reason="该企业已在开标前移出名录", asker=OPERATOR, **words)
    assert list(Use.objects.order_by("number").values_list("outcome", flat=True)) == ["followed", "set-aside"]
