"""Incentives follow from favourable lists alone, are marked as what they are, and are never a condition."""

from pathlib import Path

import pytest

from chengxin.checks.services.asking import check_perform
from chengxin.law import load
from chengxin.records.models import Record
from chengxin.records.services.events import record_dispute
from tests.world import NOW, OPERATOR, TODAY, Row, code, file_write, ingest, later

PLACES = load().jurisdictions


def honoured(folder: Path, n: int = 1, honour: str = "诚信典型企业", **changes: str) -> None:
    row: Row = {
        "企业名称": f"云川市甲{n}号商贸有限公司", "统一社会信用代码": code(n), "荣誉名称": honour, "认定文号": f"{n}号",
        "认定日期": "2026-03-02", "有效期至": "2028-03-01", "认定机关": "云川市市场监督管理局",
    }  # fmt: skip
    assert ingest(file_write(folder / f"h{n}.csv", [row | changes], source="honours", edition="zh"), "honours").accepted


def followed(matter: str, place: str, *, hours: float = 1, n: int = 1) -> dict[str, str]:
    answer = check_perform(
        asker=OPERATOR, matter=matter, number=code(n), on=TODAY, at=later(hours=hours), jurisdiction=place
    )
    assert all(m["kind"] == "incentive" for m in answer.measures)
    return {m["measure"]: m["state"] for m in answer.measures}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("place", "honour", "matter", "measures"),
    [
        ("cn-31", "诚信典型企业", "licence", {"licence-preferred"}),
        ("cn-33", "诚信典型企业", "public-funds", {"funds-preferred"}),
        ("cn-37", "诚信典型企业", "licence", {"green-channel", "papers-later"}),
        ("cn-37", "诚信典型企业", "supervision-frequency", {"inspections-lowered"}),
        ("cn-41", "守信联合激励对象", "licence", {"licence-preferred"}),
        ("cn-41", "守信联合激励对象", "supervision-frequency", {"inspections-lowered"}),
        ("cn-41", "诚信典型企业", "licence", set()),
        ("cn", "诚信典型企业", "licence", set()),
    ],
)
def test_a_check_shows_the_incentives_of_the_place_as_such(
    tmp_path: Path, place: str, honour: str, matter: str, measures: set[str]
) -> None:
    honoured(tmp_path, honour=honour)
    assert followed(matter, place) == dict.fromkeys(measures, "applies")


@pytest.mark.django_db
def test_an_incentive_rests_with_its_honour(tmp_path: Path) -> None:
    honoured(tmp_path, 1)
    honoured(tmp_path, 2, 有效期至="2026-05-01")
    assert followed("licence", "cn-31", n=2) == {}
    record_dispute(record=Record.objects.get(document="1号").pk, by="operator", at=later(hours=2), grounds="x")
    assert followed("licence", "cn-31", hours=3) == {"licence-preferred": "suspended"}


@pytest.mark.django_db
def test_a_promise_to_bring_papers_later_is_filed_as_a_commitment(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "企业名称,统一社会信用代码,承诺类型,办理事项,承诺内容,承诺书编号,承诺日期,履行期限,受理机关,履行情况\n"
        f"云川市甲1号商贸有限公司,{code(1)},容缺受理,食品经营许可,十日内补齐租赁合同,诺1号,2026-11-02,2026-12-31,云川市市场监督管理局,履行中\n",
        encoding="utf-8",
    )
    assert ingest(path, "commitments", at=NOW).accepted == 1
    record = Record.objects.get(record_type="commitment")
    assert (record.body["kind"], record.body["outcome"]) == ("容缺受理", "open")


@pytest.mark.parametrize("place", PLACES)
def test_good_standing_is_never_a_condition(place: str) -> None:
    law = load().on(TODAY, place)
    for measure in law.measures.values():
        tones = {law.record_types[law.lists[key].record_type].tone for key in measure.lists if key in law.lists}
        assert ("favourable" not in tones) or measure.kind == "incentive", measure.key
        assert ("adverse" not in tones) or measure.kind != "incentive", measure.key
