"""A delivery from the file to the register: every row judged by its rule, told in both languages, lost never."""

import csv
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from chengxin.actors.selectors import ActorUnknown
from chengxin.actors.services import actor_add
from chengxin.kernel.days import CHINA_TIME
from chengxin.kernel.sealing import SealBroken
from chengxin.law.lawbook import default_folder
from chengxin.law.refusals import JurisdictionUnknown
from chengxin.ledger.models import Entry
from chengxin.records.models import Batch, Record, Refused
from chengxin.records.selectors.batches import MESSAGE, refused_csv, refused_rows
from chengxin.records.services.batches import (
    BatchNotHeld,
    ColumnsMissing,
    ProviderNotPermitted,
    SourceUnknown,
    batch_release,
)
from demo import sheets
from demo.city import City
from demo.sheets import Order, Sheet, sheet_written
from demo.templates import TEMPLATES
from tests.world import (
    NOW,
    TODAY,
    Row,
    batch_of,
    code,
    counted,
    csv_rows,
    file_write,
    ingest,
    later,
    listing,
    old_number,
    organisation_code,
    penalty,
    sent,
)

pytestmark = pytest.mark.django_db

CITY = City(7, 1_000)
SHEETS = (sheets.REGISTER, sheets.PENALTIES, sheets.LICENCES, sheets.ABNORMAL, sheets.DISHONESTY, sheets.HONOURS)
EDITIONS = [(sheet, edition) for sheet in SHEETS for edition in TEMPLATES[sheet.source]]


def chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


@pytest.mark.parametrize(("sheet", "edition"), EDITIONS, ids=lambda p: getattr(p, "source", p))
def test_every_row_becomes_what_the_generator_says_and_every_refusal_has_its_words(
    tmp_path: Path, sheet: Sheet, edition: str
) -> None:
    order = Order(edition, TODAY, seed=5, dirt=0.2, oddity=0.2)
    written = sheet_written(tmp_path / f"{edition}.csv", sheet, CITY, 1_200, order)
    done = ingest(written.path, sheet.source)
    assert done.rows == written.rows
    for verdict in ("accepted", "refused", "unchanged", "waiting"):
        assert getattr(done, verdict) == written.by_verdict.get(verdict, 0), verdict
    assert sum(done.refused_by_reason.values()) == done.refused
    told = {row.reason: row for row in refused_rows(batch_of(done))}
    assert set(told) == set(done.refused_by_reason)
    for row in told.values():
        assert row.reason not in (row.message, row.message_zh)
        assert chinese(row.message_zh) and "[" not in row.message + row.message_zh, row
        assert (
            row.message[0].isupper() or row.message[0] in '"“ -' or row.message[0].isdigit() or chinese(row.message[0])
        )


def test_every_record_carries_who_sent_it_by_which_document_and_when(tmp_path: Path) -> None:
    done = sent(tmp_path, penalty(1))
    record = Record.objects.select_related("batch").get()
    assert (record.batch_id, record.batch.actor, record.batch.source) == (done.batch, "operator", "penalty-publicity")
    assert (record.authority, record.authority_code) == ("云川市市场监督管理局", "11390100003900004G")
    assert record.document == "云川市监处罚〔2026〕00001号"
    assert (record.decided_on, record.received_at, record.published_on) == (date(2026, 10, 12), NOW, TODAY)
    assert record.body["fine"] == "20000"
    assert (record.severity, record.effect_from, record.effect_until) == (
        "general",
        date(2026, 10, 12),
        date(2027, 10, 12),
    )


# ---- mending


BROKEN: dict[str, tuple[Row, Row]] = {
    "code-check-character": ({"code": code(1)[:17] + ("0" if code(1)[17] != "0" else "1")}, {"code": code(1)}),
    "code-characters": ({"code": "O" + code(2)[1:]}, {"code": code(2)}),
    "code-shape": ({"code": code(3) + "X"}, {"code": code(3)}),
    "value-missing": ({"document": "  "}, {"document": "云川市监处罚〔2026〕4号"}),
    "day-impossible": ({"decided_on": "2026-02-30"}, {"decided_on": "2026-02-28"}),
    "day-in-future": ({"decided_on": "2027-01-05"}, {"decided_on": "2026-01-05"}),
    "days-disordered": ({"shown_until": "2020-01-01"}, {"shown_until": "2027-01-01"}),
    "amount-shape": ({"fine": "约伍万"}, {"fine": "5"}),
    "amount-negative": ({"fine": "-3"}, {"fine": "3"}),
    "amount-too-large": ({"fine": "9999999999999"}, {"fine": "9"}),
    "choice-unknown": ({"category": "外星组织"}, {"category": "法人及非法人组织"}),
    "text-too-long": ({"facts": "字" * 8001}, {"facts": "字"}),
}


def test_refused_rows_come_back_as_a_file_and_are_taken_once_mended(tmp_path: Path) -> None:
    rows = [penalty(n, **broken) for n, (broken, _) in enumerate(BROKEN.values(), 1)]
    done = sent(tmp_path, penalty(90), *rows)
    assert (done.accepted, done.refused_by_reason) == (1, dict.fromkeys(sorted(BROKEN), 1))
    out = tmp_path / "refused.csv"
    out.write_text("".join(refused_csv(batch_of(done))), encoding="utf-8", newline="")
    returned = csv_rows(out)
    assert [list(row)[3:] for row in returned] == [list(csv_rows(tmp_path / "penalty-publicity-0.csv")[0])] * len(rows)
    template = TEMPLATES["penalty-publicity"]["2018-zh"]
    for row, (_, mended) in zip(returned, BROKEN.values(), strict=True):
        row |= {template[column]: value for column, value in mended.items()}
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(returned[0]))
        writer.writeheader()
        writer.writerows(returned)
    again = ingest(out, at=later(hours=1))
    assert (again.accepted, again.refused) == (len(BROKEN), 0)
    assert len(again.ignored_columns) == 3


def test_the_refused_file_says_why_in_both_languages_beside_the_row_as_it_came(tmp_path: Path) -> None:
    done = sent(tmp_path, penalty(1, fine=" 约伍万 "))
    out = tmp_path / "refused.csv"
    out.write_text("".join(refused_csv(batch_of(done))), encoding="utf-8", newline="")
    (row,) = csv_rows(out)
    assert row["罚款金额（万元）"] == " 约伍万 "
    assert "约伍万不是可识别的金额" in row[MESSAGE] and "is not an amount" in row[MESSAGE]


def test_a_row_that_could_not_be_taken_apart_comes_back_as_it_stood(tmp_path: Path) -> None:
    path = file_write(tmp_path / "p.csv", [penalty(1)])
    with path.open("a", encoding="utf-8") as file:
        file.write("一行,少了,很多\n")
    done = ingest(path)
    assert (done.accepted, done.refused_by_reason) == (1, {"row-too-short": 1})
    (row,) = refused_rows(batch_of(done))
    assert list(row.row.values()) == ["一行,少了,很多"]
    assert "3" in row.message and "3" in row.message_zh


# ---- who may send what


def test_only_whom_the_lawbook_names_may_send(tmp_path: Path) -> None:
    actor_add(key="shop", kind="platform", title="某平台", by="operator", at=NOW)
    with pytest.raises(ProviderNotPermitted) as error:
        sent(tmp_path, penalty(1), by="shop")
    assert "行政处罚法" in error.value.message_zh and "platform" in error.value.message
    actor_add(key="market", kind="department", title="某局", by="operator", at=NOW)
    assert sent(tmp_path, penalty(1), by="market").accepted == 1
    assert Batch.objects.get().actor == "market"


def test_an_unknown_actor_source_or_jurisdiction_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    before = counted(but=())
    for refusal, option in (
        (ActorUnknown, {"by": "nobody"}),
        (SourceUnknown, {"source": "gossip"}),
        (JurisdictionUnknown, {"jurisdiction": "../cn"}),
    ):
        path = file_write(tmp_path / "p.csv", [penalty(1)])
        with pytest.raises(refusal):
            ingest(path, **option)
    assert counted(but=()) == before


def test_a_file_without_a_column_that_every_row_needs_is_refused_whole(tmp_path: Path) -> None:
    row = penalty(1)
    del row["document"], row["kind"]
    before = counted(but=())
    with pytest.raises(ColumnsMissing) as error:
        sent(tmp_path, row)
    assert "行政处罚决定书文号" in error.value.message_zh and "处罚类别" in error.value.message_zh
    assert counted(but=()) == before


def test_a_dry_run_tells_everything_and_leaves_nothing(tmp_path: Path) -> None:
    rows = [penalty(1), penalty(1), penalty(2, fine="x"), penalty(3, code="")]
    before = counted(but=())
    dry = sent(tmp_path, *rows, dry_run=True)
    assert counted(but=()) == before
    wet = sent(tmp_path, *rows)
    assert (dry.batch, dry.dry_run) == (None, True)
    same = ("rows", "accepted", "refused", "unchanged", "waiting", "refused_by_reason", "conflicts", "subjects_created")
    assert {k: getattr(dry, k) for k in same} == {k: getattr(wet, k) for k in same}


# ---- held feeds


@pytest.fixture
def narrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lawbook whose penalty feed has three rows at least and five at most."""
    folder = tmp_path / "lawbook"
    shutil.copytree(default_folder(), folder)
    source = folder / "cn/sources/penalty-publicity.yaml"
    text = source.read_text(encoding="utf-8")
    assert yaml.safe_load(text)["rows"]
    source.write_text(text.replace("rows: {least: 1, most: 10000000}", "rows: {least: 3, most: 5}"), encoding="utf-8")
    monkeypatch.setenv("CHENGXIN_LAWBOOK", str(folder))


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("rows", [2, 6])
def test_a_feed_outside_its_bounds_is_held_and_let_in_by_a_person_once(tmp_path: Path, rows: int) -> None:
    feed = file_write(tmp_path / "feed.csv", [penalty(n) for n in range(1, rows)] + [penalty(9, fine="x")])
    before = counted()
    held = ingest(feed)
    assert (held.status, held.accepted, held.refused, held.waiting) == ("held", 0, 1, rows - 1)
    assert str(rows) in held.held_because
    after = counted()
    assert {t for t in after if after[t] != before[t]} == {"records_batch", "records_report"}
    feed.unlink()  # the file was kept, sealed, when it was held
    let_in = batch_release(batch=held.batch or 0, by="operator", at=later(hours=1), reason="已与报送单位核实")
    assert (let_in.status, let_in.accepted, let_in.refused) == ("landed", rows - 1, 1)
    batch = batch_of(let_in)
    assert (batch.releases_id, batch.reason, batch.file_name) == (held.batch, "已与报送单位核实", "feed.csv")
    assert Entry.objects.get(event="records.batch.released").object == f"batch:{held.batch}"
    for number in (held.batch or 0, batch.pk, 10**9):
        with pytest.raises(BatchNotHeld):
            batch_release(batch=number, by="operator", at=later(hours=2), reason="再来一次")


@pytest.mark.usefixtures("narrow")
def test_the_file_of_a_held_feed_is_kept_sealed(tmp_path: Path) -> None:
    held = sent(tmp_path, penalty(1, name="云川市秘密商行"))
    kept = Path(settings.CHENGXIN_HOME) / "held" / f"{held.batch}.sealed"
    assert kept.stat().st_mode & 0o077 == 0
    assert "秘密".encode() not in kept.read_bytes() and code(1).encode() not in kept.read_bytes()
    kept.write_bytes(kept.read_bytes()[:-1] + b"?")
    with pytest.raises(SealBroken):
        batch_release(batch=held.batch or 0, by="operator", at=later(hours=1), reason="试")


def test_a_file_of_headings_only_is_held(tmp_path: Path) -> None:
    held = ingest(file_write(tmp_path / "empty.csv", []))
    assert (held.status, held.rows) == ("held", 0)


# ---- lateness


def received(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=CHINA_TIME)


# National Day 2025: 1 to 8 October off, the Sundays and Saturdays 28 September and 11 October worked.
@pytest.mark.parametrize(
    ("decided", "came", "late"),
    [
        (date(2025, 9, 29), date(2025, 10, 15), 0),  # 30; 9, 10, 11, 13, 14, 15: the seventh working day
        (date(2025, 9, 29), date(2025, 10, 16), 1),
        (date(2025, 9, 26), date(2025, 10, 13), 0),  # 28 (a Sunday), 29, 30; 9, 10, 11 (a Saturday), 13
        (date(2025, 9, 26), date(2025, 10, 14), 1),
        (date(2025, 9, 30), date(2025, 10, 9), 0),
        (date(2026, 3, 2), date(2026, 3, 11), 0),
        (date(2026, 3, 2), date(2026, 3, 12), 1),
        (date(2026, 3, 2), date(2026, 3, 2), 0),
    ],
)
def test_lateness_is_counted_on_the_real_calendar_with_its_exchanged_days(
    tmp_path: Path, decided: date, came: date, late: int
) -> None:
    row = penalty(1, decided_on=decided.isoformat(), document=f"云川市监处罚〔{decided.year}〕1号")
    done = sent(tmp_path, row, at=received(came))
    record = Record.objects.get()
    assert (record.late_days, record.published_on, done.late) == (late, came, min(late, 1))


def test_a_decision_from_before_the_calendar_begins_is_filed_all_the_same(tmp_path: Path) -> None:
    sent(tmp_path, listing(1, decided_on="1985-05-01"), source="abnormal-operations")
    assert (Record.objects.get().late_days or 0) > 5_000


# ---- whose it is


def test_numbers_of_one_firm_lead_to_one_subject(tmp_path: Path) -> None:
    heading = {"工商注册号": "", "组织机构代码": ""}
    sent(
        tmp_path,
        penalty(1) | heading,
        penalty(1, code="", document="2号") | heading | {"组织机构代码": organisation_code(1)},
        penalty(7, code="", document="3号") | heading | {"工商注册号": old_number(7)},
        penalty(7, code=old_number(7), document="4号") | heading,
    )
    subjects = list(Record.objects.order_by("pk").values_list("subject_id", flat=True))
    assert len(subjects) == 4
    assert subjects[0] == subjects[1] and subjects[2] == subjects[3] and subjects[0] != subjects[2]


def test_an_organisation_code_beside_a_code_that_does_not_hold_it_is_refused(tmp_path: Path) -> None:
    done = sent(tmp_path, penalty(1) | {"组织机构代码": organisation_code(2)})
    assert done.refused_by_reason == {"codes-disagree": 1}
    (row,) = refused_rows(batch_of(done))
    assert organisation_code(2) in row.message_zh and organisation_code(2) in row.message


def test_conflicts_of_the_file_are_counted_and_block_nothing(tmp_path: Path) -> None:
    done = sent(
        tmp_path,
        penalty(1, name="云川市甲商行"),
        penalty(1, name="云川市乙商行", document="2号"),
        penalty(2, name="云川市丙商行"),
        penalty(3, name="云川市丙商行"),
    )
    assert done.accepted == 4
    assert done.conflicts == {"codes_with_several_names": 1, "names_with_several_codes": 1}


# ---- whole or not at all


def test_a_file_that_breaks_in_its_middle_leaves_nothing(tmp_path: Path) -> None:
    whole = file_write(tmp_path / "p.csv.gz", [penalty(n) for n in range(1, 3_000)])
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(whole.read_bytes()[:-2000])
    before = counted(but=())
    with pytest.raises(Exception, match="damaged or cut-off"):
        ingest(cut)
    assert counted(but=()) == before


def test_a_batch_is_traced_once_with_its_counts_and_digests(tmp_path: Path) -> None:
    done = sent(tmp_path, penalty(1), penalty(2, fine="x"))
    entry = Entry.objects.get(event="records.batch.landed")
    assert (entry.actor, entry.object, entry.at) == ("operator", f"batch:{done.batch}", NOW)
    assert entry.detail["accepted"] == 1 and entry.detail["refused"] == 1
    assert len(entry.detail["file_digest"]) == len(entry.detail["lawbook_digest"]) == 64


def test_refused_rows_are_sealed(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1, fine="约伍万", name="云川市秘密商行"))
    assert "秘密".encode() not in bytes(Refused.objects.get().sealed)


def test_a_day_counts_as_received_by_china_s_clock(tmp_path: Path) -> None:
    """At half past midnight in China it is still yesterday in Greenwich; the decision of today is not in the future."""
    at = datetime(2026, 11, 23, 0, 30, tzinfo=CHINA_TIME)
    done = sent(tmp_path, penalty(1, decided_on="2026-11-23"), at=at)
    assert (done.accepted, Record.objects.get().published_on) == (1, date(2026, 11, 23))
    assert at.astimezone().date() - timedelta(days=1) == TODAY
