"""Leads: taken in once, given to the agency in charge, by the clocks of the lawbook; who reported stays sealed; no lead is ever a record."""

import csv
import io
import random
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client as Browser

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.models import Notice
from chengxin.cases.rules import StepLacks, StepUnknown
from chengxin.cases.services.running import PaperIn
from chengxin.checks.services.asking import check_perform
from chengxin.commerce.complaints.models import Exhibit
from chengxin.commerce.complaints.rules import Receipt
from chengxin.commerce.complaints.services.charging import charge_set
from chengxin.commerce.leads import rules, services
from chengxin.commerce.leads.models import Lead, Opening, Reporter, Step
from chengxin.commerce.leads.rules import Told
from chengxin.commerce.leads.selectors import (
    filing_accessible,
    leads_accessible,
    leads_listed,
    leads_owing,
    rates_known,
    requests_to,
)
from chengxin.commerce.leads.services import Said
from chengxin.commerce.merchants.selectors import shop_shown
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, filed, platform_add, shop, stall
from chengxin.kernel.days import day_of
from chengxin.ledger.models import Entry
from chengxin.reports.services.issuing import report_issue
from chengxin.site.cli import run
from tests.people import DIVISION
from tests.world import CASE, NOW, PERSON_NUMBER, TODAY, code, later, penalty, sent

pytestmark = [pytest.mark.django_db]
MALL, MARKET, TAX = Asker(PLATFORM, "platform"), Asker("market", "department"), Asker("tax", "department")
OPERATOR, ANYBODY, GUILD = Asker("operator", "operator"), Asker("public", "public"), Asker("guild", "service-firm")
NAME, REACH = "陆某某", "13900000001"
TOLD = Told(
    source="public", kind="forged-trade", words=f"这家店让我刷了五单，返现转账可查，找我打{REACH}。", received_on=TODAY, platform=PLATFORM, shop="s1",
    digests=(digest(5),),
)  # fmt: skip


@pytest.fixture(autouse=True)
def world(settings: Any) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    platform_add()
    platform_add("other-mall")
    filed(shop(1), shop(2), stall(1))
    for key, kind in (
        ("market", "department"),
        ("tax", "department"),
        ("county", "department"),
        ("guild", "service-firm"),
    ):
        actor_add(key=key, kind=kind, title=f"云川{key}", by="operator", at=NOW)
    for sector in ("market", "taxation"):
        charge_set(
            sector=sector, division="", agency=sector[:3] if sector == "taxation" else sector, asker=OPERATOR, at=NOW
        )


def made(at: Any = NOW, asker: Asker = ANYBODY, papers: Any = (), **changes: Any) -> Receipt:
    told = replace(TOLD, **{"received_on": day_of(at), **changes})
    return services.lead_file(told=told, asker=asker, at=at, papers=papers)


def named(at: Any = NOW, **changes: Any) -> Receipt:
    return made(at, **{"name": NAME, "reach": REACH, **changes})


def stepped(number: str, to: str, asker: Asker = MARKET, at: Any = NOW, **said: Any) -> str:
    return services.lead_step(number=number, to=to, said=Said(**said), asker=asker, at=at).state


def state(receipt: Receipt, at: Any = NOW) -> str:
    return services.lead_followed(number=receipt.number, key=receipt.key, at=at)[0].state


def test_a_report_is_filed_decided_and_its_reporter_told() -> None:
    receipt = named(reach="lu@example.org")
    assert (receipt.handler, receipt.last_day, receipt.joined) == ("market", date(2026, 12, 11), "")
    assert receipt.number == f"JB20261122-{Lead.objects.get().pk:06d}"
    with pytest.raises(StepLacks):
        stepped(receipt.number, "filed")
    assert stepped(receipt.number, "filed", reasons="有初步证据") == "filed"
    with pytest.raises(StepLacks):
        stepped(receipt.number, "decided", reasons="罚款")
    assert stepped(receipt.number, "decided", reasons="罚款", document="云市监处罚〔2026〕9号") == "decided"
    shown, openings = services.lead_followed(number=receipt.number, key=receipt.key, at=NOW)
    assert [step.by.zh for step in shown.steps] == ["举报人或者报送单位", "办理机关", "办理机关"]
    assert shown.steps[-1].document == "云市监处罚〔2026〕9号" and not openings and shown.reports[0].words == TOLD.words
    assert [(n.channel, n.subject_id) for n in Notice.objects.all()] == [("email", None)] * 2


def test_the_agency_of_the_kind_is_in_charge_and_hands_over() -> None:
    assert made(kind="tax-evasion").handler == "tax"
    assert made(kind="threats").handler == "operator"  # nobody is in charge: who runs the register hands it on
    receipt = made()
    with pytest.raises(rules.LeadStepUnfit):
        stepped(receipt.number, "transferred", reasons="属地管辖")
    assert (
        stepped(receipt.number, "transferred", at=later(days=3), reasons="属地管辖", to_agency="county")
        == "transferred"
    )
    county = Asker("county", "department")
    shown = services.lead_read(number=receipt.number, asker=county, at=later(days=3))
    assert (shown.handler, shown.last_day) == (
        "county",
        date(2026, 12, 16),
    )  # fifteen working days from its own receipt
    with pytest.raises(StepUnknown):
        stepped(receipt.number, "filed", MARKET, at=later(days=4), reasons="又想办")
    assert stepped(receipt.number, "not-filed", county, at=later(days=4), reasons="事实不清") == "not-filed"


def test_late_stands_as_late_and_leave_prolongs_once() -> None:
    receipt = made()
    with pytest.raises(StepLacks):
        stepped(receipt.number, "extended", reasons="需要检验")
    stepped(receipt.number, "extended", reasons="需要检验", approved_by="局长")
    assert state(receipt, later(days=42)) == "extended"  # thirty working days: 4 January
    assert state(receipt, later(days=45)) == "overdue"
    assert services.leads_lapse(by="operator", at=later(days=45)) == 1 and Step.objects.order_by("-pk")[0].by == "clock"
    assert services.leads_lapse(by="operator", at=later(days=45)) == 0
    assert stepped(receipt.number, "filed", at=later(days=46), reasons="补正后立案") == "filed"
    assert state(receipt, later(days=200)) == "undecided"
    [found] = rates_known(first=TODAY, last=TODAY, on=day_of(later(days=50)), known_at=later(days=50)).kinds
    assert (found.received, found.filed, found.late, found.open) == (1, 1, 1, 1)


def test_the_same_matter_is_handled_once_and_parted_again() -> None:
    first = named()
    second = made(asker=MALL, source="platform", words="系统发现成串订单")
    assert second.joined == first.number and not made(kind="fakes").joined and not made(shop="s2").joined
    assert (
        not made(platform="", shop="", about="某处夜市").joined
        and not made(platform="", shop="", about="某处夜市").joined
    )
    stepped(first.number, "filed", reasons="立案")
    assert state(second) == "filed"
    parted = services.lead_part(number=second.number, reasons="不是同一件事", asker=MARKET, at=NOW)
    assert parted.state == "received" and parted.many == 1 and state(second) == "received" and state(first) == "filed"
    with pytest.raises(rules.LeadNotJoined):
        services.lead_part(number=second.number, reasons="再分", asker=MARKET, at=NOW)
    stepped(first.number, "closed", reasons="查无实据")
    third = made()
    assert third.joined == second.number
    assert not made(shop="s2", kind="forged-trade").joined == first.number


def test_the_same_reference_changes_nothing_and_gives_no_key() -> None:
    receipt = made(asker=MALL, source="platform", reference="L-1")
    again = made(asker=MALL, source="platform", reference="L-1", words="改了说法")
    assert again.unchanged and again.number == receipt.number and not again.key and Lead.objects.count() == 1


def test_platforms_and_associations_are_for_reference_only() -> None:
    made(asker=MALL, source="platform")
    made(asker=GUILD, source="association", kind="fakes")
    made(kind="skimping")
    made(asker=MARKET, source="department", kind="price-fraud")
    listed = {s.lead.source: s.reference for s in leads_listed(leads_accessible(OPERATOR), OPERATOR, on=TODAY)}
    assert listed == {"platform": True, "association": True, "public": False, "department": False}


def test_who_reported_is_opened_by_the_agency_in_charge_alone_and_they_see_it() -> None:
    receipt, anonymous = named(), made(kind="fakes")
    asked: dict[str, Any] = {"case_number": "云市监〔2026〕7号", "reason": "须当面核实转账"}
    for asker in (OPERATOR, MALL, TAX, Asker("county", "department")):
        with pytest.raises((rules.ReporterClosed, rules.LeadUnknown)):
            services.reporter_open(number=receipt.number, **asked, asker=asker, at=NOW)
    with pytest.raises(rules.ReporterWithoutCase):
        services.reporter_open(number=receipt.number, case_number="7号", reason=" ", asker=MARKET, at=NOW)
    with pytest.raises(rules.ReporterUnnamed):
        services.reporter_open(number=anonymous.number, **asked, asker=MARKET, at=NOW)
    assert services.reporter_open(number=receipt.number, **asked, asker=MARKET, at=NOW) == {
        "name": NAME,
        "reach": REACH,
    }
    _, openings = services.lead_followed(number=receipt.number, key=receipt.key, at=NOW)
    assert [(o.by, o.case_number, o.reason) for o in openings] == [("market", *asked.values())]
    assert Opening.objects.count() == 1
    stepped(receipt.number, "transferred", reasons="属地", to_agency="county")
    with pytest.raises(rules.ReporterClosed):  # in charge no more
        services.reporter_open(number=receipt.number, **asked, asker=MARKET, at=NOW)
    with pytest.raises(rules.LeadKeyUnknown):
        services.lead_followed(number=receipt.number, key=anonymous.key, at=NOW)


def test_a_report_reaches_neither_the_platform_nor_the_shop_and_others_without_telephones() -> None:
    receipt = named()
    assert not leads_accessible(MALL).exists() and not leads_accessible(ANYBODY).exists()
    for asker in (MALL, TAX, GUILD):
        with pytest.raises(rules.LeadUnknown):
            services.lead_read(number=receipt.number, asker=asker, at=NOW)
    own = made(asker=MALL, source="platform", words="平台自己的发现")
    shown = services.lead_read(number=own.number, asker=MALL, at=NOW)
    assert [r.words for r in shown.reports] == ["平台自己的发现"] and shown.many == 2 and not shown.choices
    seen = services.lead_read(number=receipt.number, asker=MARKET, at=NOW)
    assert [r.words for r in seen.reports] == [TOLD.words, "平台自己的发现"] and [r.named for r in seen.reports] == [
        True,
        False,
    ]
    centre = services.lead_read(number=receipt.number, asker=OPERATOR, at=NOW)
    assert REACH not in centre.reports[0].words and "刷了五单" in centre.reports[0].words


def test_a_platform_is_asked_for_material_and_told_nothing_of_the_report() -> None:
    receipt = named()

    def ask(what: str, **more: Any) -> dict[str, Any]:
        asked = {"due_on": None, "asker": MARKET, **more}
        return services.material_ask(number=receipt.number, what=what, at=NOW, **asked)

    for what in (f"举报人{NAME}所说的订单", f"请联系{REACH}", "有人说“这家店让我刷了五单，返现转账”"):
        with pytest.raises(rules.ReporterWithin):
            ask(what)
    with pytest.raises(rules.ReporterWithin):
        stepped(receipt.number, "filed", reasons=f"{NAME}举报属实")
    with pytest.raises((rules.MaterialUnfit, rules.LeadUnknown)):
        ask("订单流水", asker=TAX)
    with pytest.raises(rules.MaterialUnfit):
        ask("订单流水", due_on=TODAY - timedelta(days=1))
    asked = ask("请提供s1自11月1日起的订单和物流记录")
    assert asked["due_on"] == date(2026, 12, 4) and not requests_to(Asker("other-mall", "platform")).exists()
    [seen] = requests_to(MALL)
    assert seen.number == asked["number"] and receipt.number not in str(asked)
    give: dict[str, Any] = {
        "number": seen.number,
        "words": "共五单，见摘要。",
        "digests": [digest(8)],
        "at": later(days=1),
    }
    with pytest.raises(rules.MaterialUnknown):
        services.material_give(**give, asker=Asker("other-mall", "platform"))
    got = services.material_give(**give, asker=MALL)
    assert got["answered_at"] == later(days=1) and len(got["digest"]) == 64 and not got["late"]
    assert services.material_give(**give, asker=MALL) == got
    with pytest.raises(rules.MaterialUnfit):
        services.material_give(**{**give, "words": "改口"}, asker=MALL)
    read = services.lead_read(number=receipt.number, asker=MARKET, at=later(days=1))
    assert [r.number for r in read.requests] == [seen.number]


def test_a_dump_and_the_log_hold_no_reporter() -> None:
    receipt = named(papers=[PaperIn("转账.png", "image/png", b"\x89PNG 13900000001")])
    stepped(receipt.number, "filed", reasons="立案")
    services.leads_file(rows=[{"source": "public", "name": NAME, "reach": REACH, "words": "x"}], asker=MARKET, at=NOW)
    tables = [t for t in connection.introspection.table_names() if not t.startswith("subjects")]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'select string_agg(t::text, chr(10)) from "{table}" t')
            dumped = cursor.fetchone()[0] or ""
            assert NAME not in dumped and REACH not in dumped and "刷了五单" not in dumped, table
    assert Exhibit.objects.get().about.startswith("lead:")
    assert not Entry.objects.filter(detail__contains=NAME).exists()


def test_a_lead_is_no_record_and_changes_no_check_no_report_and_no_page(tmp_path: Path) -> None:
    """The boundary: whatever leads there are about a firm, drawn at random and handled in whatever way, what follows for it and what is told of it stay
    as they were, to the last word; and no table of another room refers to one.
    """
    sent(tmp_path, penalty(1), penalty(2))
    at = later(hours=2)

    def known() -> list[Any]:
        answers = [
            check_perform(asker=OPERATOR, matter=matter, number=code(n), on=TODAY, at=at, **CASE)
            for matter in ("land", "tender")
            for n in (1, 2, 3)
        ]
        # A public report whose words are the same as those of one issued today is that one.
        report = report_issue(kind="enterprise-public", number=code(1), asker=ANYBODY, at=at).number
        shown = shop_shown(PLATFORM, "s1", on=TODAY, known_at=at)
        counted = []
        for table in sorted(connection.introspection.table_names()):
            if table.split("_")[0] in (
                "records",
                "lists",
                "subjects",
                "reports",
                "cases",
                "merchants",
                "warnings",
                "ratings",
                "badges",
            ):
                with connection.cursor() as cursor:
                    cursor.execute(f'select count(*) from "{table}"')
                    counted.append((table, cursor.fetchone()[0]))
        page = Browser().get(f"/shops/{PLATFORM}/s1").content.decode()
        return [
            [(a.outcome, a.measures, a.reason) for a in answers],
            report,
            shown,
            counted,
            re.sub(r"nonce=\S+", "", page),
        ]

    before, draw = known(), random.Random(11)
    for n in range(12):
        about: dict[str, Any] = draw.choice([{"shop": "s1"}, {"platform": "", "shop": "", "code": code(1)}])
        kind = draw.choice(["forged-trade", "fakes", "fraud", "tax-evasion", "threats"])
        sender = draw.choice([(ANYBODY, "public"), (MALL, "platform"), (GUILD, "association"), (MARKET, "department")])
        if sender[0] is MALL:
            about = {"shop": "s1"}
        receipt = made(at=later(minutes=n), asker=sender[0], source=sender[1], kind=kind, **about)
        for to in ("filed", "decided")[: draw.randrange(3)]:
            if receipt.handler == "market" and state(receipt) in ("received", "filed") and state(receipt) != to:
                stepped(
                    receipt.number, to, at=later(hours=1), reasons="办理", document="9号" if to == "decided" else ""
                )
    assert Lead.objects.count() == 12 and Step.objects.filter(to="decided").exists()
    assert known() == before
    models = apps.get_models()
    of_others = [
        f"{model.__name__}.{field.name}"
        for model in models
        if not model.__module__.startswith("chengxin.commerce.leads")
        for field in model._meta.local_fields
        if str(getattr(field.related_model, "__module__", "")).startswith("chengxin.commerce.leads")
    ]
    assert of_others == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "mood"}, "种类"), ({"source": "rumour"}, "来源"), ({"source": "platform"}, "不能报送"), ({"platform": "", "shop": ""}, "没有写明"),
        ({"platform": "nowhere", "shop": ""}, "没有这一平台"), ({"shop": "s999"}, "没有报送过"), ({"platform": "", "code": code(1)}, "连同平台"),
        ({"code": "91000000000000000A"}, "代码不成立"), ({"words": " "}, "没有写明事实"), ({"words": f"他的身份证{PERSON_NUMBER}"}, "公民身份号码"),
        ({"about": f"电话{REACH}的那个人"}, "手机号码"), ({"name": NAME}, "一并写明"), ({"digests": ("abc",)}, "摘要"), ({"reference": "x" * 65}, "过长"),
        ({"received_on": date(2027, 1, 1)}, "日期"), ({"received_on": date(2020, 1, 1)}, "日期"), ({"code": PERSON_NUMBER}, "代码不成立"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_its_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(rules.LeadUnfit) as refused:
        made(**change)
    assert reason in refused.value.data["why_zh"] and not Lead.objects.exists()


def test_a_file_loses_nothing_and_is_taken_once(tmp_path: Path) -> None:
    rows = [
        {"source": "platform", "kind": "fakes", "words": f"第{n}条", "platform": PLATFORM, "shop": f"s{n % 2 + 1}", "reference": f"R{n}",
         "digests": f"{digest(n)} {digest(n + 1)}", "received_on": "2026-11-20"}
        for n in range(12)
    ]  # fmt: skip
    rows[3] |= {"kind": "nonsense"}
    rows[5] |= {"received_on": "someday"}
    rows[7] |= {"platform": "other-mall"}
    path = tmp_path / "leads.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert run(["leads", "file", str(path), "--by", PLATFORM, "--json"]) == 0
    done = services.leads_file(rows=rows, asker=MALL, at=later(hours=1))
    assert (done.rows, done.accepted, done.joined, done.unchanged, done.refused) == (12, 0, 0, 9, 3)
    assert done.refused_by_reason == {"kind-unknown": 1, "day-wrong": 1, "sender-unfit": 1}
    assert Lead.objects.filter(joined__isnull=True).count() == 2 and not any(r.key for _, _, r in done.receipts)
    text = "".join(services.refused_export(filing=filing_accessible(MALL, done.filing), by=PLATFORM, at=NOW))
    assert [line[:2] for line in csv.reader(io.StringIO(text))][1:] == [
        ["4", "kind-unknown"],
        ["6", "day-wrong"],
        ["8", "sender-unfit"],
    ]
    with pytest.raises(rules.LeadFilingUnknown):
        filing_accessible(TAX, done.filing)
    rows[3] |= {"kind": "fakes"}
    assert services.leads_file(rows=rows, asker=MALL, at=later(hours=2)).joined == 1
    for words in (["list"], ["owing", "--by", "market"], ["show", Lead.objects.order_by("pk")[0].number, "--by", "market"], ["clock"],
                  ["step", Lead.objects.order_by("pk")[0].number, "filed", "--say", "立案", "--by", "market"], ["rates", "2026-11-01", "2026-11-30"]):  # fmt: skip
        assert run(["leads", *words, "--json"]) == 0, words


def test_the_queue_asks_the_database_as_often_for_many_as_for_few(django_assert_max_num_queries: Any) -> None:
    for n in range(6):
        made(platform="", shop="", about=f"第{n}处")
    named()
    made(asker=MALL, source="platform")
    with django_assert_max_num_queries(6):
        owing, more = leads_owing(MARKET, on=TODAY)
    assert len(owing) == 7 and owing[-1].many == 2 and not more
    for n in range(20):
        made(platform="", shop="", about=f"又{n}处")
    with django_assert_max_num_queries(6):
        assert len(leads_owing(MARKET, on=TODAY)[0]) == 27
    first, second, third = (leads_owing(MARKET, on=TODAY, most=10, page=page) for page in (1, 2, 3))
    assert [len(shown) for shown, _ in (first, second, third)] == [10, 10, 7] and (second[1], third[1]) == (True, False)
    assert len({each.number for shown, _ in (first, second, third) for each in shown}) == 27
    with django_assert_max_num_queries(6):
        assert len(leads_listed(leads_accessible(MARKET), MARKET, on=TODAY)) == 28


def test_the_counts_are_by_kind_and_agency_and_by_no_firm() -> None:
    one = named()
    made(asker=MALL, source="platform")
    two, three = made(kind="fakes"), made(kind="tax-evasion", shop="s2")
    stepped(one.number, "filed", reasons="立案")
    stepped(one.number, "decided", reasons="罚款", document="9号")
    stepped(two.number, "not-filed", reasons="已过时效")
    found = rates_known(first=TODAY, last=TODAY, on=TODAY, known_at=later(hours=1))
    kinds = {
        c.key: (c.told, c.received, c.filed, c.not_filed, c.decided, c.closed, c.late, c.open) for c in found.kinds
    }
    assert kinds == {
        "fakes": (1, 1, 0, 1, 0, 0, 0, 0), "forged-trade": (2, 1, 1, 0, 1, 0, 0, 0), "tax-evasion": (1, 1, 0, 0, 0, 0, 0, 1),
    }  # fmt: skip
    assert {c.key: (c.received, c.open) for c in found.agencies} == {
        "market": (2, 0),
        "tax": (1, 1),
    } and three.handler == "tax"
    assert not rates_known(first=TODAY, last=TODAY, on=TODAY, known_at=NOW - timedelta(days=1)).kinds


def test_the_database_refuses_what_the_services_would() -> None:
    named()
    kept = Lead.objects.get()
    words = {f.name: getattr(kept, f.name) for f in Lead._meta.fields if f.name != "id"}
    for change in ({"platform": ""}, {"kind": ""}, {"code": "张三"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Lead.objects.create(**{**words, **change})
    for model in (Lead, Reporter, Step):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(id=10**9)
