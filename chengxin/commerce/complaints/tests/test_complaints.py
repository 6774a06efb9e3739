"""Complaints: taken in once, asked of whoever is first, by the clocks of the lawbook; who complained stays sealed; what is solved is counted twice over."""

import csv
import io
import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.models import Notice
from chengxin.cases.rules import StepLacks, StepUnknown
from chengxin.cases.services.running import PaperIn
from chengxin.commerce.complaints import rules
from chengxin.commerce.complaints.models import (
    Complainant,
    Complaint,
    Exhibit,
    Fund,
    Joining,
    Opening,
    Payment,
    Recovery,
    Step,
)
from chengxin.commerce.complaints.rules import Told
from chengxin.commerce.complaints.selectors import (
    agency_for,
    complaints_accessible,
    complaints_of_shops,
    complaints_owing,
    filing_accessible,
    funds_told,
    rates_known,
    shown_of,
)
from chengxin.commerce.complaints.services import charging, exhibits, funds, intake, joining, opening, stepping
from chengxin.commerce.complaints.services.stepping import Said
from chengxin.commerce.merchants.tests.stalls import PLATFORM, filed, platform_add, shop, stall
from chengxin.kernel.days import day_of
from chengxin.kernel.identifiers import uscc_check
from chengxin.kernel.wording import WordsUnfit
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from tests.people import DIVISION
from tests.world import NOW, PERSON_NUMBER, TODAY, code, later

pytestmark = [pytest.mark.django_db]
ITSELF, MARKET, POSTS = Asker(PLATFORM, "platform"), Asker("market", "department"), Asker("posts", "department")
OPERATOR, ANYBODY = Asker("operator", "operator"), Asker("public", "public")
NAME, REACH = "陆某某", "13900000001"
TOLD = Told(
    source="portal", kind="quality", wants="refund", words="收到的锅有裂纹，商家不理。", name=NAME, reach=REACH, received_on=TODAY, platform=PLATFORM,
    shop="s1", order="o-1", amount=Decimal("89.00"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def world(settings: Any) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    platform_add()
    platform_add("other-mall")
    filed(shop(1), shop(2), stall(1))
    for key, title in (("market", "市场监督管理局"), ("posts", "邮政管理局"), ("county", "县市场监督管理局")):
        actor_add(key=key, kind="department", title=title, by="operator", at=NOW)
    for sector, agency in (("market", "market"), ("posts", "posts")):
        charging.charge_set(sector=sector, division="", agency=agency, asker=OPERATOR, at=NOW)


def made(at: datetime = NOW, asker: Asker = ANYBODY, **changes: Any) -> intake.Receipt:
    return intake.complaint_file(told=replace(TOLD, **{"received_on": day_of(at), **changes}), asker=asker, at=at)


def stepped(number: str, to: str, asker: Asker, at: datetime = NOW, **said: Any) -> str:
    return stepping.complaint_step(number=number, to=to, said=Said(**said), asker=asker, at=at).state


def answered(receipt: intake.Receipt, to: str, at: datetime = NOW, **said: Any) -> None:
    stepping.complaint_answer(number=receipt.number, key=receipt.key, to=to, said=Said(**said), at=at)


def state(receipt: intake.Receipt, at: datetime = NOW) -> str:
    return opening.complaint_followed(number=receipt.number, key=receipt.key, at=at)[0].state


def test_a_complaint_is_offered_agreed_performed_and_solved() -> None:
    receipt = made()
    assert (receipt.procedure, receipt.handler, receipt.last_day) == (
        "platform-complaint",
        PLATFORM,
        date(2026, 11, 25),
    )
    assert receipt.number == f"TS20261122-{Complaint.objects.get().pk:06d}" and not receipt.joined
    with pytest.raises(rules.StepUnfit):
        stepped(receipt.number, "offered", ITSELF, reasons="退款")
    assert (
        stepped(receipt.number, "offered", ITSELF, reasons="全额退款", remedy="refund", amount=Decimal("89"))
        == "offered"
    )
    answered(receipt, "agreed")
    assert stepped(receipt.number, "performed", ITSELF, reasons="已原路退回") == "performed"
    answered(receipt, "unperformed", at=later(hours=1), reasons="没有到账")
    with pytest.raises(rules.StepUnfit):
        stepped(receipt.number, "compensated", ITSELF, reasons="先行赔付", remedy="refund")
    assert (
        stepped(
            receipt.number,
            "compensated",
            ITSELF,
            at=later(hours=2),
            reasons="先行赔付",
            remedy="refund",
            amount=Decimal("89"),
        )
        == "compensated"
    )
    shown, _ = opening.complaint_followed(number=receipt.number, key=receipt.key, at=later(hours=2))
    assert [s.title.en for s in shown.legs[0].steps] == [
        "Waits for the platform", "An offer waits for the consumer", "Agreed, to be done", "Done", "Not done in time", "Paid first by the platform",
    ]  # fmt: skip
    assert shown.outcome == "solved" and shown.words == TOLD.words


def test_whoever_is_in_charge_is_asked_first() -> None:
    """What came to an agency's line is the agency's; of a courier the posts', whoever the platform is; without a platform the market's."""
    at_line = made(source="12315", asker=MARKET, order="o-2")
    assert (at_line.procedure, at_line.handler, at_line.last_day) == ("consumer-complaint", "market", date(2026, 12, 1))
    assert made(kind="courier", order="o-3").handler == "posts"
    alone = made(platform="", shop="", code=code(3), order="")
    assert (alone.procedure, alone.handler) == ("consumer-complaint", "market")
    assert (
        made(kind="personal-data", order="o-4").handler == "operator"
    )  # nobody is in charge: who runs the register hands it on
    assert made(agency_first=True, order="o-5").handler == "market"
    charging.charge_set(sector="market", division=code(1)[2:8], agency="county", asker=OPERATOR, at=later(minutes=1))
    assert agency_for("market", code(1), known_at=later(minutes=2)) == "county"
    assert agency_for("market", "", known_at=later(minutes=2)) == "market"


def test_an_old_line_stands_under_the_one_into_which_it_was_merged() -> None:
    receipt = made(source="12331", asker=MARKET, reference="Z-9")
    kept = Complaint.objects.get()
    assert (kept.source, kept.written) == ("12315", "12331")
    again = made(source="12315", asker=MARKET, reference="Z-9")
    assert again.unchanged and again.number == receipt.number and not again.key and Complaint.objects.count() == 1


def test_the_same_dispute_is_handled_and_counted_once() -> None:
    first = made()
    second = made(source="12315", asker=MARKET, words="同一件事，打了热线。", reach="13900000009")
    assert second.joined == first.number and second.handler == "market" and second.procedure == "consumer-complaint"
    assert state(first) == state(second) == "received"  # both lead to the agency's leg since
    third = made(words="又来一次")
    assert third.joined == first.number
    no_order = made(order="", kind="price")
    assert made(order="", kind="price").joined == no_order.number  # the same person about the same shop and matter
    assert not made(order="", kind="price", reach="13900000002").joined
    rates = rates_known(first=TODAY, last=TODAY, on=TODAY, known_at=later(hours=1))
    assert [r.received for r in rates.platforms] == [3]
    with pytest.raises(StepUnknown):
        stepped(first.number, "offered", ITSELF, reasons="退款", remedy="refund")
    stepped(first.number, "accepted", MARKET)
    stepped(first.number, "ended", MARKET, reasons="双方分歧过大")
    assert made(words="终止之后再来").joined == first.number
    answered_again = made(order="o-77")
    answered(answered_again, "withdrawn")
    assert not made(order="o-77").joined  # what was taken back stands in nobody's way


def test_goods_go_back_without_a_reason_within_seven_days_alone() -> None:
    receipt = made(kind="no-reason-return", wants="no-reason-return", goods_on=TODAY - timedelta(days=7))
    assert receipt.procedure == "no-reason-return"
    late = made(kind="no-reason-return", wants="no-reason-return", goods_on=TODAY - timedelta(days=8), order="o-8")
    assert late.procedure == "platform-complaint"  # taken all the same, as any other
    with pytest.raises(rules.StepUnfit):
        stepped(receipt.number, "refused", ITSELF, reasons="不想退")
    stepped(receipt.number, "accepted", ITSELF)
    with pytest.raises(StepLacks):
        answered(receipt, "sent-back")
    answered(receipt, "sent-back", reasons="运单 X1")
    sent = opening.complaint_followed(number=receipt.number, key=receipt.key, at=NOW)[0]
    assert sent.last_day == date(2026, 12, 2)
    back = later(days=11)  # nobody said that they came: on the day after, they count as come, and the money is due
    shown = opening.complaint_followed(number=receipt.number, key=receipt.key, at=back)[0]
    assert (shown.state, shown.last_day) == ("goods-back", date(2026, 12, 10))
    assert state(receipt, later(days=19)) == "unrefunded"
    answered(receipt, "escalated", at=later(days=19))
    shown = opening.complaint_followed(number=receipt.number, key=receipt.key, at=later(days=19))[0]
    assert (shown.state, shown.handler, len(shown.legs)) == ("received", "market", 2)
    other = made(kind="no-reason-return", wants="no-reason-return", goods_on=TODAY, order="o-9")
    assert stepped(other.number, "refused", ITSELF, reasons="刻字", ground="made-to-order") == "refused"
    kept = made(kind="no-reason-return", wants="no-reason-return", goods_on=TODAY, order="o-10")
    stepped(kept.number, "accepted", ITSELF)
    answered(kept, "sent-back", reasons="运单 X2")
    stepped(kept.number, "goods-back", ITSELF)
    stepped(kept.number, "refunded", ITSELF, reasons="原路退回")
    [returns] = rates_known(first=TODAY, last=TODAY, on=TODAY, known_at=later(hours=1)).returns
    assert (returns.key, returns.received, returns.solved, returns.unsettled) == (PLATFORM, 3, 1, 1)


def test_what_nobody_answers_is_late_goes_to_the_agency_and_its_clock_runs_from_the_first_receipt() -> None:
    receipt = made()
    assert state(receipt, later(days=4)) == "overdue"
    answered(receipt, "escalated", at=later(days=4))
    with pytest.raises(rules.StepUnfit):
        stepped(receipt.number, "transferred", MARKET, at=later(days=5), reasons="属地管辖")
    assert (
        stepped(receipt.number, "transferred", MARKET, at=later(days=5), reasons="属地管辖", to_agency="county")
        == "transferred"
    )
    county = Asker("county", "department")
    shown = opening.complaint_read(number=receipt.number, asker=county, at=later(days=6))
    assert (shown.handler, shown.last_day) == (
        "county",
        date(2026, 12, 7),
    )  # seven working days from the 26th, not from the 27th
    with pytest.raises(StepUnknown):
        stepped(receipt.number, "accepted", MARKET, at=later(days=6))
    assert stepped(receipt.number, "accepted", county, at=later(days=6)) == "accepted"
    assert state(receipt, later(days=80)) == "ended"
    assert (
        stepping.complaints_lapse(by="operator", at=later(days=80)) == 1
        and stepping.complaints_lapse(by="operator", at=later(days=80)) == 0
    )
    assert Step.objects.order_by("-pk")[0].by == "clock"


def test_who_complained_is_opened_in_a_case_alone_and_they_see_it() -> None:
    receipt = made()
    for asker in (ITSELF, MARKET):
        with pytest.raises((rules.IdentityClosed, rules.ComplaintUnknown)):
            opening.complainant_open(number=receipt.number, case_number="案1", asker=asker, at=NOW)
    line = made(source="12315", asker=MARKET, order="o-2", reach="lu@example.org")
    with pytest.raises(rules.CaseUnnamed):
        opening.complainant_open(number=line.number, case_number=" ", asker=MARKET, at=NOW)
    assert opening.complainant_open(number=line.number, case_number="案2", asker=MARKET, at=NOW) == {
        "name": NAME,
        "reach": "lu@example.org",
    }
    _, openings = opening.complaint_followed(number=line.number, key=line.key, at=NOW)
    assert [(o.by, o.case_number) for o in openings] == [("market", "案2")] and Opening.objects.count() == 1
    shared = made(order="o-3", share=True)
    assert opening.complainant_open(number=shared.number, case_number="客服1", asker=ITSELF, at=NOW)["name"] == NAME
    with pytest.raises(rules.ComplaintKeyUnknown):
        opening.complaint_followed(number=line.number, key=receipt.key, at=NOW)


def test_the_words_reach_the_other_side_without_telephones_and_nobody_else() -> None:
    receipt = made(words=f"请打电话 {REACH} 给我")
    assert REACH not in opening.complaint_read(number=receipt.number, asker=ITSELF, at=NOW).words
    with pytest.raises(rules.ComplaintUnknown):
        opening.complaint_read(number=receipt.number, asker=Asker("other-mall", "platform"), at=NOW)
    with pytest.raises(rules.ComplaintUnknown):
        opening.complaint_read(number=receipt.number, asker=POSTS, at=NOW)
    assert not complaints_accessible(Asker("firm", "service-firm")).exists()
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(t::text, '') from complaints_complaint t")
        dumped = cursor.fetchone()[0]
        cursor.execute("select string_agg(t::text, '') from complaints_complainant t")
        dumped += cursor.fetchone()[0]
    assert NAME not in dumped and REACH not in dumped and not Entry.objects.filter(detail__contains=REACH).exists()


def test_a_shop_sees_and_answers_what_is_about_itself() -> None:
    receipt = made()
    made(order="o-2", shop="s2")
    [found] = complaints_of_shops([(PLATFORM, "s1")], [])
    assert found.number == receipt.number
    stepping.merchant_answer(complaint=found, to="offered", said=Said("换一口", remedy="exchange"), by="public", at=NOW)
    shown = shown_of(found, doers={"merchant"}, asker=None, on=TODAY)
    assert shown.state == "offered" and not shown.choices
    with pytest.raises(StepUnknown):
        stepping.merchant_answer(complaint=found, to="refused", said=Said("不同意"), by="public", at=NOW)


def test_the_consumer_is_told_of_what_others_do() -> None:
    made(source="12315", asker=MARKET, order="o-1", reach="lu@example.org")
    receipt = Complaint.objects.get().number
    stepped(receipt, "accepted", MARKET)
    told = Notice.objects.get()
    assert (told.channel, told.subject_id, told.case_id) == ("email", None, None) and told.about.startswith(
        "complaint:"
    )


def test_what_is_handed_in_is_sealed_and_read_with_a_trace() -> None:
    paper = PaperIn("照片.png", "image/png", b"\x89PNG not a secret")
    intake.complaint_file(told=TOLD, asker=ANYBODY, at=NOW, papers=[paper, paper])
    [kept] = Exhibit.objects.all()
    assert (
        b"secret" not in bytes(kept.sealed)
        and exhibits.exhibit_read(exhibit=kept, by="market", at=NOW) == paper.content
    )
    assert Entry.objects.filter(event="complaints.exhibit.read").count() == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "mood"}, "类别"), ({"source": "12399"}, "来源"), ({"source": "12315"}, "不能报送"), ({"wants": "jail"}, "请求"),
        ({"platform": "", "shop": ""}, "没有写明平台"), ({"platform": "nowhere"}, "没有这一平台"), ({"shop": "s999"}, "没有报送过"),
        ({"platform": "", "shop": "", "code": "91000000000000000A"}, "代码不成立"), ({"words": " "}, "事由"), ({"words": "长" * 2001}, "事由"),
        ({"words": f"身份证{PERSON_NUMBER}"}, "公民身份号码"), ({"amount": Decimal("-1")}, "金额"), ({"goods_on": date(2027, 1, 1)}, "日期"),
        ({"reach": ""}, "联系方式"), ({"order": "x" * 65}, "过长"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_its_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(rules.ComplaintUnfit) as refused:
        made(**change)
    assert reason in refused.value.data["why_zh"] and not Complaint.objects.exists()


def test_a_file_loses_nothing_and_is_taken_once(tmp_path: Path) -> None:
    rows = [
        {"source": "12345", "kind": "price", "wants": "refund", "words": f"第{n}件", "name": NAME, "reach": f"1390000{n:04d}", "platform": PLATFORM,
         "shop": "s1", "order": f"f-{n}", "reference": f"R{n}", "amount": "12.50", "received_on": "2026-11-20"}
        for n in range(30)
    ]  # fmt: skip
    rows[3] |= {"kind": "nonsense"}
    rows[5] |= {"amount": "many"}
    rows[7] |= {"received_on": "someday"}
    rows[9] |= {"order": "f-8"}
    path = tmp_path / "line.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert run(["complaints", "file", str(path), "--by", "market", "--json"]) == 0
    done = intake.complaints_file(rows=rows, asker=MARKET, at=later(hours=1))
    assert (done.rows, done.accepted, done.joined, done.unchanged, done.refused) == (30, 0, 0, 27, 3)
    assert done.refused_by_reason == {"kind-unknown": 1, "amount-wrong": 1, "day-wrong": 1}
    assert Complaint.objects.count() == 27 and Complaint.objects.filter(joined__isnull=False).count() == 1
    lines = list(
        csv.reader(
            io.StringIO(
                "".join(intake.refused_export(filing=filing_accessible(MARKET, done.filing), by="market", at=NOW))
            )
        )
    )
    assert [line[:2] for line in lines[1:]] == [["4", "kind-unknown"], ["6", "amount-wrong"], ["8", "day-wrong"]]
    with pytest.raises(rules.FilingUnknown):
        filing_accessible(POSTS, done.filing)
    assert (
        len(complaints_owing(MARKET, on=TODAY)[0]) == 26
        and run(["complaints", "owing", "--by", "market", "--json"]) == 0
    )


def test_the_database_refuses_what_the_services_would() -> None:
    made()
    kept = Complaint.objects.get()
    words = {f.name: getattr(kept, f.name) for f in Complaint._meta.fields if f.name != "id"}
    for change in ({"platform": "", "code": ""}, {"amount": Decimal("-1")}, {"kind": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Complaint.objects.create(**{**words, **change})
    for model in (Complaint, Complainant, Step):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(id=10**9)


def test_both_solved_rates_of_two_hundred_complaints_are_those_counted_by_hand() -> None:
    """Of 200 about one firm: 90 solved (60 done, 30 paid first), 40 unsettled (25 refused, 15 declined), 20 not answered by the consumer, 10 not answered by the
    platform, 15 taken back, 25 still open. Received without those taken back: 185. Taken up and ended: 90 + 40 + 20 = 150.
    """
    plan = (
        ["done"] * 60
        + ["paid"] * 30
        + ["refused"] * 25
        + ["declined"] * 15
        + ["silent"] * 20
        + ["late"] * 10
        + ["back"] * 15
        + ["open"] * 25
    )
    random.Random(5).shuffle(plan)
    end = later(days=30)
    for n, what in enumerate(plan):
        start = later(days=29) if what == "open" else NOW
        receipt = made(at=start, order=f"n-{n}", reach=f"1380000{n:04d}")
        if what == "paid":
            stepped(receipt.number, "compensated", ITSELF, reasons="先行赔付", remedy="refund", amount=Decimal("5"))
        elif what == "refused":
            stepped(receipt.number, "refused", ITSELF, reasons="与描述一致")
        elif what == "back":
            answered(receipt, "withdrawn")
        elif what in ("done", "declined", "silent"):
            stepped(receipt.number, "offered", ITSELF, reasons="退款", remedy="refund")
            if what == "done":
                answered(receipt, "agreed")
                answered(receipt, "performed")
            elif what == "declined":
                answered(receipt, "declined", reasons="太少")
    rates = rates_known(first=TODAY, last=day_of(end), on=day_of(end), known_at=end, code=code(1))
    [platform], [firm] = rates.platforms, rates.firms
    for found in (platform, firm):
        assert (found.received, found.ended, found.solved) == (185, 150, 90)
        assert (found.unsettled, found.unconfirmed, found.late, found.dropped, found.open) == (40, 20, 10, 15, 25)
        assert found.of_received == pytest.approx(90 / 185) and found.of_ended == pytest.approx(90 / 150)
    few = rates_known(first=day_of(later(days=29)), last=day_of(end), on=day_of(end), known_at=end).platforms[0]
    assert (few.received, few.ended, few.of_received, few.of_ended) == (25, 0, 0.0, None)
    assert not rates_known(first=TODAY, last=day_of(end), on=day_of(end), known_at=NOW - timedelta(days=1)).platforms
    stepping.complaints_lapse(by="operator", at=end)  # writing down what the clock did changes no count
    assert rates_known(first=TODAY, last=day_of(end), on=day_of(end), known_at=end).platforms == [platform]


def test_a_shop_of_one_person_has_no_solved_rate() -> None:
    for n in range(25):
        made(shop="p1", order=f"p-{n}")
    found = rates_known(first=TODAY, last=TODAY, on=TODAY, known_at=later(hours=1), code="")
    assert not found.firms and found.platforms[0].received == 25


def test_a_sole_trader_has_no_solved_rate() -> None:
    body = "92" + code(7)[2:17]
    trader = body + uscc_check(body)
    for n in range(25):
        made(platform="", shop="", code=trader, order="", reach=f"1390000{n:04d}")
    found = rates_known(first=TODAY, last=TODAY, on=TODAY, known_at=later(hours=1), code=trader)
    assert not found.firms and found.agencies[0].received == 25


def test_the_list_of_those_owed_takes_as_many_queries_for_two_hundred_as_for_two(
    django_assert_num_queries: Any,
) -> None:
    """One for the page’s last steps, one for the complaints, legs, steps, shops, actors and two of what was joined."""
    made(order="q-0")
    made(order="q-1", shop="s2", source="12315", asker=MARKET)
    for asker in (ITSELF, MARKET):
        with django_assert_num_queries(8):
            assert len(complaints_owing(asker, on=TODAY)[0]) == 1
    for n in range(2, 200):
        made(
            order=f"q-{n}",
            at=later(minutes=n),
            asker=MARKET if n % 2 else ANYBODY,
            source="12315" if n % 2 else "portal",
        )
    for asker in (ITSELF, MARKET):
        with django_assert_num_queries(8):
            shown, more = complaints_owing(asker, on=TODAY)
        assert len(shown) == 50 and more
    pages = [complaints_owing(MARKET, on=TODAY, page=n, most=30) for n in range(1, 5)]
    numbers = [each.number for shown, _ in pages for each in shown]
    assert len(set(numbers)) == len(numbers) == 100 and [more for _, more in pages] == [True, True, True, False]
    due = [each.last_day for shown, _ in pages for each in shown]
    assert due == sorted(due)  # type: ignore[type-var]
    late = later(days=4)  # the clock moved those of the platform, and nobody wrote it down
    assert {each.state for each in complaints_owing(ITSELF, on=day_of(late))[0]} == {"overdue"}
    assert {each.number for each in complaints_owing(POSTS, on=TODAY)[0]} == set()


def test_the_agency_in_charge_joins_and_parts_by_hand_and_both_receipts_go_on_working() -> None:
    def solved() -> tuple[int, int]:
        [found] = rates_known(first=TODAY, last=TODAY, on=TODAY, known_at=later(hours=9)).agencies
        return found.received, found.solved

    first, second = (made(source="12315", asker=MARKET, order=f"h-{n}", reach=f"139000000{n}") for n in (11, 12))
    third = made(order="h-12", words="平台上也投诉过。")
    assert third.joined == second.number and solved() == (2, 0)
    how = {"number": second.number, "into": first.number, "reasons": "同一次购买拆成两单"}
    for refused, change in (
        (rules.ComplaintUnknown, {"asker": POSTS}),
        (rules.JoiningUnfit, {"asker": OPERATOR}),
        (rules.JoiningUnfit, {"into": second.number}),
        (rules.JoiningUnfit, {"into": third.number}),
        (WordsUnfit, {"reasons": " "}),
        (rules.JoiningUnfit, {"into": made(source="12315", asker=MARKET, order="h-13", shop="s2").number}),
        (rules.JoiningUnfit, {"number": third.number}),
    ):
        with pytest.raises(refused):
            joining.complaint_join(**{"asker": MARKET, "at": NOW, **how, **change})  # type: ignore[arg-type]
    before = solved()
    joined = joining.complaint_join(**how, asker=MARKET, at=NOW)
    assert joined.joined and joined.head.number == first.number and joined.duplicates == 2
    assert solved() == (before[0] - 1, 0) and len(complaints_owing(MARKET, on=TODAY)[0]) == 2
    stepped(second.number, "accepted", MARKET)
    assert [state(each) for each in (first, second, third)] == ["accepted"] * 3
    assert made(order="h-12", words="再投诉一次").joined == first.number
    with pytest.raises(rules.JoiningUnfit):
        joining.complaint_join(**how, asker=MARKET, at=NOW)
    known = rates_known(first=TODAY, last=TODAY, on=TODAY, known_at=NOW - timedelta(seconds=1))
    assert not known.agencies  # what was known before says nothing of it
    stepped(first.number, "agreed", MARKET, reasons="退款")
    answered(second, "performed")
    assert solved() == (before[0] - 1, 1)
    with pytest.raises(rules.JoiningUnfit):
        joining.complaint_part(number=first.number, reasons="它没有并入别的", asker=MARKET, at=later(hours=1))
    parted = joining.complaint_part(number=second.number, reasons="两单不是一回事", asker=MARKET, at=later(hours=1))
    assert (parted.state, parted.duplicates, solved()) == ("received", 1, before[:1] + (1,))
    assert [state(each) for each in (first, second, third)] == ["performed", "received", "received"]
    events = Entry.objects.filter(event__in=["complaints.complaint.joined", "complaints.complaint.parted"])
    assert events.count() == 2 and Joining.objects.count() == 4
    assert Notice.objects.filter(about__contains=":joining:").count() == 4
    with pytest.raises(DatabaseError), transaction.atomic():
        Joining.objects.update(reasons="x")


def test_what_is_parted_late_or_never_stood_for_itself_is_taken_up_by_the_agency_from_that_day() -> None:
    first = made(source="12315", asker=MARKET, order="k-1")
    second = made(source="12315", asker=MARKET, order="k-2", reach="13900000022")
    again = made(order="k-1", words="又一次")
    joining.complaint_join(number=second.number, into=first.number, reasons="同一件事", asker=MARKET, at=NOW)
    late = later(days=20)
    assert stepping.complaints_lapse(by="operator", at=late) == 1  # not twice: the joined one waits for nobody
    for receipt in (second, again):
        shown = joining.complaint_part(number=receipt.number, reasons="不是一件事", asker=MARKET, at=late)
        assert (shown.state, shown.handler, shown.last_day) == ("received", "market", date(2026, 12, 22))
    assert state(first, late) == "overdue"


def test_a_fund_pays_where_the_merchant_does_not_and_its_years_are_published() -> None:
    declared = {
        "key": "yunji-fund", "title": "云集消费者权益保护金", "keeper": "云川市甲9号商贸有限公司", "keeper_code": code(9), "platforms": [PLATFORM],
        "amount": Decimal("500000"), "fund_rules": "按交易额千分之一提取，专户管理；赔付后向商家追偿。", "document": "保护金管理约定〔2026〕1号", "digest": "a" * 64,
        "since": TODAY,
    }  # fmt: skip
    body = "92" + code(7)[2:17]
    for refused, asker, change in (
        (rules.FundNotYours, Asker("other-mall", "platform"), {}),
        (rules.FundNotYours, Asker("firm", "service-firm"), {}),
        (rules.FundUnfit, ITSELF, {"keeper_code": body + uscc_check(body)}),
        (rules.FundUnfit, ITSELF, {"amount": Decimal("0")}),
        (rules.FundUnfit, ITSELF, {"digest": "a"}),
        (rules.FundUnfit, OPERATOR, {"platforms": ["nowhere"]}),
    ):
        with pytest.raises(refused):
            funds.fund_declare(**{**declared, **change}, asker=asker, at=NOW)  # type: ignore[arg-type]
    funds.fund_declare(**declared, asker=ITSELF, at=NOW)  # type: ignore[arg-type]
    receipt = made()
    stepped(receipt.number, "offered", ITSELF, reasons="退款", remedy="refund", amount=Decimal("89"))
    answered(receipt, "agreed")
    pay: dict[str, Any] = {"reasons": "商家逾期未退款", "remedy": "refund", "amount": Decimal("89.00")}
    with pytest.raises(StepUnknown):
        stepped(receipt.number, "fund-paid", ITSELF, **pay, fund="yunji-fund")  # the merchant’s time still runs
    late = later(days=30)
    assert state(receipt, late) == "unperformed"
    for wrong in ({"fund": ""}, {"fund": "another"}, {"fund": "yunji-fund", "amount": None}):
        with pytest.raises((rules.FundUnfit, rules.StepUnfit)):
            stepped(receipt.number, "fund-paid", ITSELF, at=late, **{**pay, **wrong})
    assert stepped(receipt.number, "fund-paid", ITSELF, at=late, **pay, fund="yunji-fund") == "fund-paid"
    [rate] = rates_known(first=TODAY, last=TODAY, on=day_of(late), known_at=late).platforms
    assert (rate.solved, rate.ended) == (1, 1)
    back: dict[str, Any] = {"number": receipt.number, "on": day_of(late), "document": "银行回单1", "at": late}
    for asker, amount in ((ITSELF, "89.01"), (OPERATOR, "1")):
        with pytest.raises(rules.FundUnfit):
            funds.recovery_add(**back, amount=Decimal(amount), asker=asker)
    funds.recovery_add(**back, amount=Decimal("50"), asker=ITSELF)
    funds.fund_declare(**{**declared, "amount": Decimal("600000")}, asker=ITSELF, at=late)  # type: ignore[arg-type]
    [fund] = funds_told(known_at=late)
    assert (fund["version"], fund["amount"]) == (2, Decimal("600000"))
    assert fund["years"] == [{"year": 2026, "payments": 1, "paid": Decimal("89.00"), "recovered": Decimal("50.00")}]
    assert funds_told(known_at=NOW)[0]["years"] == []
    assert Entry.objects.filter(event__startswith="complaints.fund.").count() == 4
    for model in (Fund, Payment, Recovery):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(at=NOW)
