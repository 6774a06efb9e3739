"""Parcels and the firms that carry them, through HTTP: what anybody sees, and that no person is seen."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin.accounts.rules import OF_LOOKUPS
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.commerce.logistics.bulk import fates_counted
from chengxin.commerce.logistics.models import Answer, Carrier, Publication, Spent, Token
from chengxin.commerce.logistics.rules.evaluating import NotARegulator
from chengxin.commerce.logistics.rules.judging import fate, quarter_read
from chengxin.commerce.logistics.selectors import carriers_of
from chengxin.commerce.logistics.services import consumer_answer, regulator_answer
from chengxin.commerce.logistics.tests.boxes import parcel, scan, scans
from chengxin.commerce.logistics.tests.test_judging import FATES, PLAIN
from chengxin.commerce.merchants.tests.stalls import filed as shops_filed
from chengxin.commerce.merchants.tests.stalls import shop
from chengxin.commerce.trades.bulk.lake import lake_of
from chengxin.commerce.trades.selectors import days_known
from chengxin.commerce.trades.tests.goods import PLATFORM, filed, kind_of, platform_add
from chengxin.kernel.days import CHINA_TIME
from chengxin.kernel.identifiers import uscc_check
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from chengxin.subjects.selectors import subject_of
from tests.signing import at_desk, firm_account, signed_in
from tests.world import NOW, TODAY, code, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture(autouse=True)
def lake(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Iterator[Path]:
    """A platform with a lake of its own."""
    folder = tmp_path_factory.mktemp("lake")
    settings.CHENGXIN_LAKE = str(folder)
    cache.clear()  # other tests looked from the same address at the same instant
    platform_add()
    yield folder


def text_of(answer: Any) -> str:
    """The page's words, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_whoever_holds_the_number_sees_the_steps_and_nothing_of_whom_they_concern(
    client: Browser, tmp_path: Path
) -> None:
    filed(tmp_path, "parcels", [parcel(1), parcel(2, state="sent"), parcel(3)])
    filed(tmp_path, "scans", scans(1) + [scan(2, 0, "accepted", "A1"), scan(2, 30, "arrived", "B2")])
    page = client.post("/parcels", {"waybill": "w0001"})
    words = text_of(page)
    assert page.status_code == 200 and [words.index(w) for w in ("收寄", "发出", "到达", "派送", "签收 ")]
    assert "2026-10-01" in page.content.decode() and "B2" in words and "没有报送扫描" not in words
    for hidden in ("o000001", "s1", "c1"):
        assert not re.search(rf"\b{hidden}\b", words), f"{hidden} says whose it is"
    assert page["Cache-Control"] == "no-store" and "w0001" not in page.content.decode()
    gaps = text_of(client.post("/parcels", {"waybill": "w0002"}))
    assert "有2处不详" in gaps and "其间有环节没有报送" in gaps and "此后没有报送扫描" in gaps
    assert "没有报送任何扫描" in text_of(client.post("/parcels", {"waybill": "w0003"}))
    answer = client.post("/api/v1/logistics/parcels", {"waybill": "w0002"}, "application/json").json()
    assert [(line["known"], line["station"]) for line in answer[0]["lines"]] == [
        (True, "A1"), (False, ""), (True, "B2"), (False, ""),
    ]  # fmt: skip
    assert set(answer[0]) == {"handed_over", "state", "state_en", "gaps", "lines"}


def test_a_number_that_nobody_filed_is_not_known_and_is_nowhere_written_down(client: Browser, tmp_path: Path) -> None:
    filed(tmp_path, "parcels", [parcel(1)])
    page = client.post("/parcels", {"waybill": "w9999"})
    assert page.status_code == 404 and "不详" in text_of(page)
    assert client.get("/parcels?waybill=w0001").content == client.get("/parcels").content, "no address bears a number"
    assert client.post("/parcels", {"waybill": "收件人"}).status_code == 422
    assert client.post("/api/v1/logistics/parcels", {"waybill": "w9999"}, "application/json").json() == []
    client.post("/parcels", {"waybill": "w0001"})
    entries = Entry.objects.filter(event="logistics.parcel.traced")
    assert [e.detail for e in entries.order_by("pk")] == [{"found": 0}, {"found": 0}, {"found": 1}]
    assert not Entry.objects.filter(detail__icontains="w0001").exists()


def test_numbers_are_not_tried_out_one_after_the_other(client: Browser) -> None:
    for _ in range(OF_LOOKUPS.most):
        assert client.post("/parcels", {"waybill": "w9999"}).status_code == 404
    refused = client.post("/parcels", {"waybill": "w9999"})
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0
    assert client.post("/api/v1/logistics/parcels", {"waybill": "w1"}, "application/json").status_code == 429


def test_what_was_filed_later_is_told_as_it_then_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filed(tmp_path, "parcels", [parcel(1)])
    filed(tmp_path, "scans", scans(1)[:2])
    filed(tmp_path, "scans", scans(1)[2:], at=later(seconds=-1))
    assert run(["logistics", "trace", "w0001", "--json"]) == 0
    lines = json.loads(capsys.readouterr().out)["parcels"][0]["lines"]
    assert [line["step_en"] for line in lines] == ["accepted", "departed", "arrived", "out for delivery", "delivered"]
    assert run(["logistics", "trace", "--json"]) == 2


# --- firms ----------------------------------------------------------------------------------------------------------------

FIRM = code(9)
LIVE = datetime(2027, 2, 5, 10, tzinfo=CHINA_TIME)  # after the last day on which the fourth quarter is answered
LICENCE = {
    "name": penalty(9)["name"], "category": "法人及非法人组织", "code": FIRM, "document": "云川邮管许〔2024〕9号", "kind": "核准",
    "certificate": "快递业务经营许可证", "content": "省内快递", "decided_on": "2024-01-05", "valid_from": "2024-01-05",
    "valid_until": "2029-01-04", "authority": "云川市邮政管理局", "status": "1",
}  # fmt: skip
GOOD = {"time": 1, "place": 1, "whole": 5, "data": 1}
MERCHANT = {"collection": 4, "time": 3, "claims": 1, "records": 1}
REGULATOR = {"licensed": 1, "safety": 4, "complaints": 4, "road": 3, "data": 1}


@pytest.fixture
def keys() -> dict[str, str]:
    """A header for the programs of a platform, another, a department and the operator."""
    actor_add(key="other", kind="platform", title="别的平台", by="operator", at=NOW)
    actor_add(key="post", kind="department", title="云川市邮政管理局", by="operator", at=NOW)
    actor_add(key="road", kind="department", title="云川市交通运输局", by="operator", at=NOW)
    return {
        actor: "Bearer " + client_add(actor=actor, title="t", scopes=["trades"], by="operator", at=NOW)[1]
        for actor in (PLATFORM, "other", "post", "operator")
    }


@pytest.fixture
def call(client: Browser, keys: dict[str, str]) -> Callable[..., Any]:
    """call(path, body, by=…): an answer of the API of logistics."""

    def asked(path: str, body: Any = None, by: str = PLATFORM) -> Any:
        headers = {"authorization": keys[by]} if by else {}
        return client.post(f"/api/v1/logistics{path}", body or {}, "application/json", headers=headers)

    return asked


def named(call: Callable[..., Any]) -> None:
    """The platform says that its carrier c1 is the firm."""
    assert call(f"/{PLATFORM}/carriers", {"carrier": "c1", "code": FIRM}).json()["code"] == FIRM


def test_a_platform_names_its_own_carriers_and_the_latest_word_stands(call: Callable[..., Any]) -> None:
    named(call)
    named(call)
    assert Carrier.objects.count() == 1, "the same again changes nothing"
    assert (
        call(f"/{PLATFORM}/carriers", {"carrier": "c1", "code": FIRM}, by="other").json()["code"]
        == "logistics-for-another"
    )
    assert call(f"/{PLATFORM}/carriers", {"carrier": "c1", "code": "92"}).json()["code"] == "logistics-firm-code"
    assert call("/post/carriers", {"carrier": "c1", "code": FIRM}, by="operator").status_code == 403
    assert call(f"/{PLATFORM}/carriers", {"carrier": "c1", "code": code(8)}, by="operator").status_code == 200
    at = timezone.now()
    assert carriers_of(code(8), known_at=at)[PLATFORM] == [code(8), "c1"] and carriers_of(FIRM, known_at=at)[
        PLATFORM
    ] == [FIRM]


def test_the_lake_is_judged_as_each_parcel_by_hand(tmp_path: Path) -> None:
    """Every case of the table, filed; each fate as often as there; and parcels of another carrier or quarter are none of them."""
    boxes: list[dict[str, Any]] = []
    seen: list[dict[str, Any]] = []
    for n, (hours, changes, days, _) in enumerate(FATES):
        at = LIVE - timedelta(days=days)
        said = {"state": "sent", "channel": "domestic"} | {
            k: v for k, v in changes.items() if k in ("state", "channel")
        }
        boxes.append(parcel(n, at=at, carrier=FIRM, **said))
        row = {"parcel": f"w{n:04d}", "shop": f"s{n % 3}", "station": "A1"}
        if changes.get("scanned", True):
            seen.append({**row, "at": at, "step": "accepted"})
        if changes.get("returned"):
            seen.append({**row, "at": at + timedelta(hours=1), "step": "returned"})
        if hours is not None:
            seen.append({**row, "at": at + timedelta(hours=hours), "step": "delivered"})
    late = LIVE + timedelta(days=60)
    seen = [each for each in seen if each["at"] <= late]
    filed(tmp_path, "parcels", [*boxes, parcel(900, at=LIVE - timedelta(days=20))], at=late)
    filed(tmp_path, "scans", seen, at=late)
    found: Counter[str] = Counter()
    for quarter in ("2026Q4", "2027Q1"):
        paths = {kind: [d.path for d in days_known(PLATFORM, kind, known_at=late)] for kind in ("parcels", "scans")}
        found.update(
            fates_counted(
                lake_of(), {kind: kind_of(kind) for kind in paths}, paths, [FIRM], quarter_read(quarter).span, known_at=LIVE, promised=3, lost=7
            )
        )  # fmt: skip
    # A scan of after the instant is not known at it.
    by_hand = Counter(
        fate(
            handed_over=LIVE - timedelta(days=days), known_at=LIVE, promised=3, lost=7,
            **(PLAIN | {"delivered": None if hours is None else LIVE - timedelta(days=days) + timedelta(hours=hours)} | changes),
        )
        for hours, changes, days, _ in FATES
    )  # fmt: skip
    assert found == by_hand == Counter(expected for *_, expected in FATES)


def token_of(call: Callable[..., Any], *parcels: str) -> dict[str, str]:
    """Tokens for these parcels."""
    return dict(call(f"/{PLATFORM}/tokens", {"parcels": list(parcels)}).json()["tokens"])


def test_a_receiver_answers_once_and_nothing_says_who_or_of_which_parcel(
    client: Browser, call: Callable[..., Any], tmp_path: Path
) -> None:
    filed(tmp_path, "parcels", [parcel(n) for n in range(3)] + [parcel(9, carrier="c9")])
    assert call(f"/{PLATFORM}/tokens", {"parcels": ["w0001"]}).json()["unknown"] == ["w0001"], "nobody said who c1 is"
    named(call)
    assert call(f"/{PLATFORM}/tokens", {"parcels": ["w0001"]}, by="other").status_code == 403
    done = call(f"/{PLATFORM}/tokens", {"parcels": ["w0001", "w0002", "w0009", "w0404"]}).json()
    assert (sorted(done["tokens"]), done["unknown"], done["had"]) == (["w0001", "w0002"], ["w0009", "w0404"], [])
    assert call(f"/{PLATFORM}/tokens", {"parcels": ["w0001"]}).json() == {"tokens": {}, "unknown": [], "had": ["w0001"]}

    first, second = done["tokens"]["w0001"], done["tokens"]["w0002"]
    page = client.post("/logistics/answer", {"token": f" {first.lower()} "})
    assert FIRM in page.text and "按时送达" in text_of(page) and "w0001" not in page.text
    lacking = client.post("/logistics/answer", {"token": first, "answer": "1", "q-time": "1"})
    assert lacking.status_code == 422 and "place" in lacking.text
    form = {f"q-{key}": str(value) for key, value in GOOD.items()}
    assert "已经收到" in client.post("/logistics/answer", {"token": first, "answer": "1", **form}).text
    again = client.post("/logistics/answer", {"token": first, "answer": "1", **form})
    assert again.status_code == 404 and Answer.objects.count() == 1
    assert (
        call("/answers", {"token": second, "answers": GOOD | {"whole": 6}}, by="").json()["code"]
        == "logistics-answers-unfit"
    )
    assert call("/answers", {"token": second, "answers": GOOD}, by="").json() == {"kept": True}
    assert call("/answers", {"token": second, "answers": GOOD}, by="").json()["code"] == "logistics-token-unknown"

    kept = [str(row) for model in (Answer, Spent, Token) for row in model.objects.values()]
    kept += [str(row) for row in Entry.objects.filter(event__startswith="logistics.").values()]
    assert not any(word in row for row in kept for word in ("w0001", "w0002", first, second, "o000001"))
    assert {a.who for a in Answer.objects.all()} == {""} and not hasattr(Answer, "token")
    with pytest.raises(IntegrityError, match="no_person"), transaction.atomic():
        Answer.objects.create(
            side="consumers", firm=FIRM, quarter="2026Q4", method_version=1, scores=GOOD, who="somebody", on=TODAY
        )


def test_a_merchant_answers_once_where_it_shipped_and_nobody_else(call: Callable[..., Any], tmp_path: Path) -> None:
    filed(tmp_path, "parcels", [parcel(1)])
    named(call)
    sent(tmp_path, penalty(1), penalty(2))
    shops_filed(shop(1), shop(2))  # the first is s1, which sent w0001; the second is s2, which sent nothing
    made = {n: signed_in(Browser(), firm_account(subject_of(code(n), known_at=timezone.now()))) for n in (1, 2)}
    form = {"quarter": "2026Q4", **{f"q-{key}": str(value) for key, value in MERCHANT.items()}}
    path = f"/logistics/{FIRM}/answer"
    assert Browser().post(path, form).status_code == 302, "nobody is signed in"
    assert "按约定上门揽收" in made[1].get(path).text
    assert "已经收到" in made[1].post(path, form).text
    assert made[1].post(path, form).status_code == 409
    assert "只有寄过件的商户可以评价" in made[2].post(path, form).text
    closed = made[1].post(path, {**form, "quarter": "2026Q3"})
    assert closed.status_code == 409 and "2026-10-30" in closed.text
    assert made[1].post(path, {**form, "quarter": "2026"}).status_code == 422
    (answer,) = Answer.objects.all()
    assert code(1) not in str(vars(answer)) and answer.side == "merchants"


def test_staff_of_a_department_answer_at_the_desk_and_its_programs_do_not(keys: dict[str, str]) -> None:
    desk = at_desk("post")
    form = {"act": "answer", "code": FIRM, "quarter": "2026Q4", **{f"q-{k}": str(v) for k, v in REGULATOR.items()}}
    assert "交通安全责任" in desk.get("/desk/logistics", {"code": FIRM, "quarter": "2026Q4"}).text
    assert "done=answer" in desk.post("/desk/logistics", form)["Location"]
    assert desk.post("/desk/logistics", form).status_code == 409, "one of each department"
    assert at_desk("operator").post("/desk/logistics", form).status_code == 403
    assert at_desk("operator", "auditor").get("/desk/logistics").status_code == 403
    with pytest.raises(NotARegulator):
        regulator_answer(asker=Asker("road", "department"), code=FIRM, quarter="2026Q4", answers=REGULATOR, at=NOW)
    assert Answer.objects.get().who == "post"
    assert Entry.objects.get(event="logistics.answer.given").actor == "post"


def test_a_quarter_is_published_frozen_and_corrected_with_a_reason(
    client: Browser, call: Callable[..., Any], tmp_path: Path
) -> None:
    filed(tmp_path, "parcels", [parcel(n) for n in range(40)])
    filed(tmp_path, "scans", [row for n in range(40) for row in scans(n, 48 if n < 32 else 80)])
    named(call)
    tokens = token_of(call, *(f"w{n:04d}" for n in range(40)))
    for n, token in enumerate(tokens.values()):  # 36 of 40 in time, as they say
        consumer_answer(token=token, answers=GOOD | {"time": int(n >= 4)}, at=timezone.now())
    for actor in ("post", "road"):
        asker = Asker(actor, "department", duties=frozenset({"oversight"}))
        regulator_answer(asker=asker, code=FIRM, quarter="2026Q4", answers=REGULATOR, at=timezone.now())
    early = call(f"/firms/{FIRM}/quarters", {"quarter": "2026Q4"}, by="operator")
    assert early.status_code == 409 and "2027-01-30" in early.text
    assert client.get(f"/logistics/{FIRM}").status_code == 404, "nothing of it may be shown yet"

    with time_machine.travel(LIVE, tick=True):
        assert call(f"/firms/{FIRM}/quarters", {"quarter": "2026Q4"}, by="post").status_code == 403
        assert call(f"/firms/{code(77)}/quarters", {"quarter": "2026Q4"}, by="operator").status_code == 404
        done = call(f"/firms/{FIRM}/quarters", {"quarter": "2026Q4"}, by="operator").json()
        assert (done["version"], done["method_version"]) == (1, 1)
        assert (done["measures"]["in_time"], done["measures"]["lost"]) == (
            {"part": 32, "whole": 40}, {"part": 0, "whole": 40},
        )  # fmt: skip
        sides = {side["side"]: side for side in done["sides"]}
        assert [sides[s]["answers"] for s in ("regulator", "merchants", "consumers")] == [2, 0, 40]
        assert sides["merchants"]["enough"] is False and sides["merchants"]["result"] is None
        (time,) = [q["result"] for q in sides["consumers"]["questions"] if q["key"] == "time"]
        assert time == {"value": 90.0, "low": 76.95, "high": 96.04}  # Wilson, 36 of 40
        # By their weights 36 are worth 100 and 4 are worth 70: mean 97, s = √(40·.1·.9·900/39) = 9.1147, t(39) = 2.0227: ± 2.92
        assert sides["consumers"]["result"] == {"value": 97.0, "low": 94.09, "high": 99.91}
        for body, wrong in (({}, "logistics-reason-missing"), ({"reason": "重算"}, "logistics-nothing-changed")):
            again = call(f"/firms/{FIRM}/quarters", {"quarter": "2026Q4", **body}, by="operator")
            assert again.json()["code"] == wrong

        filed(tmp_path, "scans", [scan(39, 12, "delivered")], at=timezone.now())
        shown = client.get(f"/logistics/{FIRM}")
        words = text_of(shown)
        assert "32 / 40" in words and "少于5份" in words and "少于20件的不计算比例" in words and "97.0" in words
        reason = {"quarter": "2026Q4", "reason": "平台补报了一件包裹的签收扫描"}
        assert (
            call(f"/firms/{FIRM}/quarters", {**reason, "reason": "联系 13812345678"}, by="operator").status_code == 422
        )
        assert call(f"/firms/{FIRM}/quarters", reason, by="operator").json()["measures"]["in_time"]["part"] == 33
        words = text_of(client.get(f"/logistics/{FIRM}"))
        assert "33 / 40" in words and reason["reason"] in words and "以前的版本" in words and "32 / 40" in words
        answer = client.get(f"/api/v1/logistics/firms/{FIRM}").json()
        assert [q["version"] for q in answer["quarters"]] == [2] and answer["complaints"]["received"] == 0
        listed = client.get("/logistics")
        assert FIRM in listed.text and "按代码排列，不排名" in listed.text
        assert client.post("/logistics", {"code": FIRM})["Location"] == f"/logistics/{FIRM}"
        assert client.post("/logistics", {"code": "110103209812310010"}).status_code == 422
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Publication.objects.update(said={})
    told = Entry.objects.filter(event="logistics.quarter.published").order_by("pk")
    assert [e.detail["version"] for e in told] == [1, 2]


def test_a_firm_s_file_has_its_licence_and_its_penalties_while_they_may_be_shown(
    client: Browser, tmp_path: Path
) -> None:
    sent(tmp_path, penalty(9), penalty(8, decided_on="2019-01-10"))
    assert "没有可以公示的许可记录" in text_of(client.get(f"/logistics/{FIRM}"))
    sent(tmp_path, LICENCE, source="licence-publicity")
    words = text_of(client.get(f"/logistics/{FIRM}"))
    assert penalty(9)["document"] in words and "快递业务经营许可证" in words and "还没有发布过" in words
    answer = client.get(f"/api/v1/logistics/firms/{FIRM}").json()
    assert [each["document"] for each in answer["adverse"]] == [penalty(9)["document"]]
    assert [each["document"] for each in answer["licences"]] == [LICENCE["document"]]
    assert client.get(f"/logistics/{code(8)}").status_code == 404, (
        "what is past its term tells nothing, not even that it was"
    )
    assert Entry.objects.filter(event="lists.subject.read", actor="public").count() == 3
    sole = "92" + FIRM[2:17]
    refused = client.get(f"/logistics/{sole + uscc_check(sole)}")
    assert refused.status_code == 409 and "不评价自然人" in refused.text


def test_the_command_names_hands_out_shows_judges_and_publishes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*words: str) -> Any:
        assert run(["logistics", *words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    filed(tmp_path, "parcels", [parcel(1), parcel(2, state="lost")])
    filed(tmp_path, "scans", scans(1))
    assert told("carrier", PLATFORM, "c1", FIRM)["code"] == FIRM
    assert set(told("tokens", PLATFORM, "w0001", "w0002")["tokens"]) == {"w0001", "w0002"}
    measured = told("measure", FIRM, "2026Q4")
    assert (measured["in_time"], measured["lost"]) == ({"part": 1, "whole": 2}, {"part": 1, "whole": 2})
    assert run(["logistics", "publish", FIRM, "2026Q4", "--json"]) == 1
    capsys.readouterr()
    with time_machine.travel(LIVE, tick=True):
        assert told("publish", FIRM, "2026Q4")["version"] == 1
        assert told("firm", FIRM)["quarters"][0]["measures"]["lost"] == {"part": 1, "whole": 2}
    method = Browser().get("/api/v1/logistics/method?quarter=2026Q4").json()
    assert method["version"] == 1 and {side["side"] for side in method["sides"]} == {
        "regulator",
        "merchants",
        "consumers",
    }
    assert Browser().get("/api/v1/logistics/method?quarter=2025Q4").status_code == 409
