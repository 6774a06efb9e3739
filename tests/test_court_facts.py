"""A court's finding of default: filed by the court alone, shown as the court's, never followed by a measure."""

from pathlib import Path

import pytest
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.services import actor_add
from chengxin.checks.services.asking import check_perform
from chengxin.law import load
from chengxin.records.models import Record
from chengxin.records.services.batches import BatchResult, ProviderNotPermitted, batch_ingest
from tests.world import NOW, OPERATOR, PERSON_NUMBER, TODAY, code, later

pytestmark = pytest.mark.django_db

HEADINGS = "被执行人姓名/名称,统一社会信用代码,身份证号码,案号,生效法律文书确定的义务,被执行人的履行情况,立案时间,发布时间,执行法院"


def row(n: int, *, person: str = "", number: str = "") -> str:
    return f"云川市甲{n}号商贸有限公司,{number or code(n)},{person},（2026）云0102执{n}号,支付货款,全部未履行,2026-03-02,2026-05-06,云川市人民法院"


def filed(folder: Path, *rows: str, by: str = "court") -> BatchResult:
    path = folder / "court.csv"
    path.write_text("\n".join([HEADINGS, *rows]) + "\n", encoding="utf-8")
    return batch_ingest(source="court-non-performance", path=path, by=by, at=NOW)


@pytest.fixture(autouse=True)
def court() -> None:
    actor_add(key="court", kind="court", title="云川市人民法院", by="operator", at=NOW)
    actor_add(key="market", kind="department", title="市场监管局", by="operator", at=NOW)


def test_the_finding_is_the_court_s_and_its_row_about_a_person_is_refused(tmp_path: Path) -> None:
    done = filed(tmp_path, row(1), row(2, person=PERSON_NUMBER, number="-"))
    assert (done.accepted, done.refused) == (1, 1)
    record = Record.objects.get()
    assert (record.authority, record.document, record.decided_on.isoformat()) == (
        "云川市人民法院", "（2026）云0102执1号", "2026-05-06"
    )  # fmt: skip
    assert PERSON_NUMBER not in str(record.body)


def test_nobody_but_a_court_sends_it(tmp_path: Path) -> None:
    with pytest.raises(ProviderNotPermitted):
        filed(tmp_path, row(1), by="market")
    assert not Record.objects.exists()


def test_no_measure_follows_in_any_matter_of_any_place(tmp_path: Path) -> None:
    filed(tmp_path, row(1))
    book = load()
    for place in book.jurisdictions:
        for matter in book.on(TODAY, place).matters:
            answer = check_perform(
                asker=OPERATOR, matter=matter, number=code(1), on=TODAY, at=later(hours=1), jurisdiction=place
            )
            assert answer.measures == [] and answer.outcome in ("none_applies", "cannot_say")


def test_it_is_shown_with_the_court_as_its_authority(client: Browser, tmp_path: Path) -> None:
    filed(tmp_path, row(1))
    assert Record.objects.get().received_at < timezone.now()
    page = client.get(f"/enterprise/{code(1)}").content.decode()
    assert "云川市人民法院" in page and "法院认定的未履行生效法律文书" in page and "支付货款" in page
