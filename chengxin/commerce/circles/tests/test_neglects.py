"""A platform that neglects a duty: told, heard, shown while it stands, ended when it is put right; never in a check."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, actor_identify
from chengxin.cases.models import Notice
from chengxin.cases.rules import StepLacks, StepUnknown
from chengxin.commerce.circles import rules
from chengxin.commerce.circles.models import Neglect, NeglectStep
from chengxin.commerce.circles.selectors import enterprise_acts, platform_acts
from chengxin.commerce.circles.services import neglect_open, neglect_read, neglect_step, neglects_read
from chengxin.commerce.merchants.rules import NotAPlatform
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, platform_add
from chengxin.kernel.errors import Refusal
from chengxin.ledger.models import Entry
from chengxin.records.models import Record
from tests.people import number as citizen
from tests.world import NOW, code, later, penalty, sent

pytestmark = pytest.mark.django_db
MARKET, OTHER, ITSELF = Asker("market", "department"), Asker("finance", "department"), Asker(PLATFORM, "platform")
FILE = {"platform": PLATFORM, "duty": "verify-merchants", "facts": "抽查二十家店铺，三家没有核验。", "document": "云市监询〔2026〕3号", "digest": digest(1)}  # fmt: skip
BY: dict[str, Any] = {"document": "云市监改〔2026〕4号", "digest": digest(2)}


@pytest.fixture(autouse=True)
def world(tmp_path: Path) -> None:
    cache.clear()
    platform_add()
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)


def opened(**changes: Any) -> str:
    return str(neglect_open(**{**FILE, "asker": MARKET, "at": NOW, **changes})["number"])


def stepped(number: str, to: str, asker: Asker = MARKET, days: int = 1, **said: Any) -> dict[str, Any]:
    words = {"words": "见文书", **said}
    return neglect_step(number=number, to=to, asker=asker, at=later(days=days), **words)


def shown(days: int = 1) -> list[dict[str, Any]]:
    return platform_acts(PLATFORM, known_at=later(days=days))


def test_nothing_is_shown_before_the_platform_was_told_and_heard() -> None:
    number = opened()
    assert not shown() and neglect_read(number=number, asker=ITSELF, at=NOW)["state"] == "heard"
    with pytest.raises(StepUnknown):
        stepped(number, "circulated", **BY)
    stepped(number, "replied", ITSELF, words="三家已经补充核验。")
    assert not shown()
    with pytest.raises(StepLacks):
        stepped(number, "circulated")
    stepped(number, "circulated", **BY)
    (file,) = shown()
    assert [act["to"] for act in file["acts"]] == ["circulated"] and file["answers"][0]["words"] == "三家已经补充核验。"
    assert "第27条" in file["article"] and file["state"] == "circulated"


def test_a_demand_names_its_day_and_ends_when_it_is_put_right() -> None:
    number = opened()
    stepped(number, "replied", ITSELF)
    for wrong in (None, date(2026, 11, 1), date(2028, 1, 1)):
        with pytest.raises(rules.NeglectUnfit):
            stepped(number, "demanded", mend_by=wrong, **BY)
    stepped(number, "demanded", mend_by=date(2026, 12, 20), **BY)
    assert shown()[0]["acts"][0]["mend_by"] == date(2026, 12, 20)
    with pytest.raises(StepLacks):
        stepped(number, "reported", ITSELF, days=2)
    stepped(number, "reported", ITSELF, days=2, document="改正报告", digest=digest(3))
    assert shown(2)[0]["state"] == "reported"
    stepped(number, "mended", days=3)
    assert not shown(3) and shown(2)


def test_what_the_platform_reports_as_put_right_counts_so_where_nobody_looks_in_time() -> None:
    number = opened()
    stepped(number, "replied", ITSELF)
    stepped(number, "interviewed", **BY)
    stepped(number, "reported", ITSELF, days=2, document="改正报告", digest=digest(3))
    assert neglect_read(number=number, asker=MARKET, at=later(days=60))["state"] == "mended" and not shown(60)


def test_while_the_platform_objects_nothing_is_shown_and_it_objects_once() -> None:
    number = opened()
    stepped(number, "replied", ITSELF)
    stepped(number, "circulated", **BY)
    stepped(number, "contested", ITSELF, days=2, words="通报所列店铺已注销。")
    assert not shown(2)
    assert neglect_read(number=number, asker=MARKET, at=later(days=60))["state"] == "dropped"  # nobody decided in time
    stepped(number, "circulated", days=3, words="异议不成立", **BY)
    assert [answer["to"] for answer in shown(3)[0]["answers"]] == ["replied", "contested"]
    with pytest.raises(rules.NeglectUnfit, match="reconsideration"):
        stepped(number, "contested", ITSELF, days=4)


def test_a_silent_platform_admits_nothing_and_a_silent_department_ends_it() -> None:
    number = opened()
    assert neglect_read(number=number, asker=MARKET, at=later(days=10))["state"] == "silent"
    assert neglect_read(number=number, asker=MARKET, at=later(days=90))["state"] == "lapsed"
    stepped(number, "interviewed", days=10, **BY)
    assert [s.to for s in NeglectStep.objects.order_by("number")] == ["heard", "silent", "interviewed"]
    assert shown(10) and not shown(300)


def test_a_penalty_is_the_record_that_the_department_filed_the_ordinary_way(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    sent(files, penalty(9), by="market", at=NOW)
    actor_identify(actor=PLATFORM, code=code(9), by="operator", at=NOW)
    before = Record.objects.get().pk
    number = opened(at=later(hours=1))
    assert Notice.objects.filter(about__startswith=f"neglect:{number}").count() == 1
    stepped(number, "replied", ITSELF)
    stepped(number, "circulated", **BY)
    assert enterprise_acts([code(9)], known_at=later(days=1)) == shown() != []
    with pytest.raises(rules.NeglectUnfit):  # decided before the platform was told
        stepped(number, "penalised", record=before)
    sent(files, penalty(9, document="云川市监处罚〔2026〕00777号"), penalty(8, document="云川市监处罚〔2026〕00778号"), by="market", at=later(hours=2))  # fmt: skip
    of = {record.document: record.pk for record in Record.objects.all()}
    with pytest.raises(rules.NeglectUnfit):  # another firm's
        stepped(number, "penalised", record=of["云川市监处罚〔2026〕00778号"])
    stepped(number, "penalised", record=of["云川市监处罚〔2026〕00777号"])
    assert not shown() and not enterprise_acts([code(9)], known_at=later(days=1))  # the record itself is shown


def test_only_the_department_in_charge_opens_and_goes_on_and_each_sees_its_own() -> None:
    for asker in (ITSELF, Asker("operator", "operator"), Asker("public", "public")):
        with pytest.raises(rules.NotInCharge):
            opened(asker=asker)
    number = opened()
    for asker in (OTHER, Asker("other", "platform"), Asker("firm", "service-firm")):
        assert neglects_read(asker=asker, at=NOW) == []
        with pytest.raises((rules.NeglectUnknown, rules.NotInCharge)):
            stepped(number, "dropped", asker)
    with pytest.raises(rules.NotInCharge):
        stepped(number, "dropped", Asker("operator", "operator"))
    assert len(neglects_read(asker=ITSELF, at=NOW)) == len(neglects_read(asker=Asker("s", "supervisor"), at=NOW)) == 1
    for wrong in ("nonsense", number[:-1] + "9", "20261122-99999999999999999"):
        with pytest.raises(rules.NeglectUnknown):
            neglect_read(number=wrong, asker=MARKET, at=NOW)


@pytest.mark.parametrize(
    "changes", [{"duty": "nonsense"}, {"facts": f"店主{citizen(7)}"}, {"facts": ""}, {"digest": "x"}, {"document": " "}, {"facts": "电话13900000001"}]
)  # fmt: skip
def test_what_does_not_fit_or_names_a_person_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(Refusal):
        opened(**changes)
    assert not Neglect.objects.exists() and not Entry.objects.filter(event="circles.neglect.stepped").exists()


def test_a_department_is_no_platform() -> None:
    with pytest.raises(NotAPlatform):
        opened(platform="market")


def test_the_database_holds_the_document_the_day_and_that_nobody_is_named() -> None:
    opened()
    neglect = Neglect.objects.get()
    row = {"neglect": neglect, "number": 9, "doer": "authority", "by": "x", "at": NOW, "on": date(2026, 11, 22)}
    for wrong in ({"to": "circulated"}, {"to": "demanded", **BY}, {"to": "penalised"}, {"to": "dropped", "words": citizen(7)}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            NeglectStep.objects.create(**row, **wrong)
