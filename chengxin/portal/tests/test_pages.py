"""The public's pages, state by state: what they show, what they hide, and what they leave no trace of."""

import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from chengxin.kernel.written import day_written
from chengxin.ledger.models import Entry
from chengxin.ledger.selectors import checkpoint_latest, public_keys
from chengxin.ledger.services import Sequencer, log_key_publish, trace
from chengxin.portal.tests.conftest import ADVERSE, AT, TODAY, File, Firm, happened
from chengxin.portal.tests.test_rules import CITIZEN
from chengxin.records.models import Batch, Record
from chengxin.subjects.models import Identifier, Link
from chengxin_verify import cli

GROCER, CARRIER, PLAIN = "91390102MAY000017J", "91390103MAY000025U", "91390103MAY000172D"
NAME = "云川市双桅帆货运有限公司"
EVERY = ("uscc", CARRIER)


@pytest.fixture(autouse=True)
def today() -> Any:
    """The clock that the doors read stands still at noon of the day."""
    with time_machine.travel(f"{TODAY}T12:00:00+08:00", tick=False):
        yield


def text_of(response: Any) -> str:
    """The page as a reader sees it: no tags, blanks as one."""
    bare = re.sub(r"<[^>]*>", " ", response.content.decode())
    return " ".join(unescape(bare).split())


def search(client: Client, text: str) -> Any:
    """What the search form answers to the text."""
    return client.post("/search", {"q": text})


# --- home and manners -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_home_page_says_what_this_never_does_and_lists_nobody(client: Client, firm: Firm) -> None:
    firm(NAME, EVERY)
    response = client.get("/")
    text = text_of(response)
    assert response.status_code == 200
    assert "这里永远不做的事" in text and "It scores, grades and ranks nobody." in text
    assert NAME not in text


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", f"/enterprise/{CARRIER}", "/no-such-page"])
def test_a_page_is_strict_and_sets_no_cookie(client: Client, firm: Firm, path: str) -> None:
    firm(NAME, EVERY)
    response = client.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert not response.cookies
    page = response.content.decode()
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://", page)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_every_reader_sees_the_same_page_whatever_the_browser_asks_for(
    client: Client, firm: Firm, language: str
) -> None:
    firm(NAME, EVERY)
    response = client.get(f"/enterprise/{CARRIER}", headers={"Accept-Language": language})
    assert response.headers["Content-Language"] == "zh-Hans, en"
    assert '<html lang="zh-Hans">' in response.content.decode()
    assert "登记 Registration" in text_of(response)


@pytest.mark.django_db
def test_an_enterprise_s_page_is_kept_by_no_cache_and_no_search_engine(client: Client, firm: Firm) -> None:
    firm(NAME, EVERY)
    for response in (client.get(f"/enterprise/{CARRIER}"), client.get("/enterprise/x"), search(client, "双桅帆")):
        assert response.headers["Cache-Control"] == "no-store"
        assert "noindex" in response.headers["X-Robots-Tag"]


# --- searching --------------------------------------------------------------------------------------------------------


def test_a_code_leads_straight_to_its_page(client: Client, firm: Firm) -> None:
    firm(NAME, EVERY)
    response = search(client, CARRIER.lower())
    assert response.status_code == 302
    assert response.headers["Location"] == f"/enterprise/{CARRIER}"


def test_an_organisation_code_leads_to_the_firm_whose_code_holds_it(client: Client, firm: Firm) -> None:
    firm(NAME, EVERY)
    response = client.get(search(client, CARRIER[8:17]).headers["Location"])
    assert NAME in text_of(response)


def test_an_old_number_has_a_page(client: Client, firm: Firm) -> None:
    firm("云川市砖塔街供销经理部", ("registration-number", "390121100000181"))
    assert "注册号（旧）" in text_of(client.get("/enterprise/390121100000181"))


def test_the_exact_name_stands_first(client: Client, firm: Firm) -> None:
    firm(f"{NAME}鹭洲分公司", ("uscc", GROCER))
    firm(NAME, EVERY)
    page = search(client, NAME).content.decode()
    assert page.index(f"/enterprise/{CARRIER}") < page.index(f"/enterprise/{GROCER}")
    assert page.count("名称完全一致") == 1


def test_part_of_a_name_finds_it_in_any_width_and_script(client: Client, firm: Firm) -> None:
    firm("云川市雙桅帆（貨運）有限公司", EVERY)
    for text in ("双桅帆(货运)", "雙桅帆（貨運）", "双桅帆 (货运)"):
        assert f"/enterprise/{CARRIER}" in search(client, text).content.decode()


def test_a_slip_of_the_pen_finds_names_that_are_like_it(client: Client, firm: Firm) -> None:
    firm(NAME, EVERY)
    response = search(client, "云川市双栀帆货运有限公司")
    assert "名称相近的有" in text_of(response)
    assert NAME in text_of(response)


def test_a_former_name_finds_the_firm_under_its_present_one(client: Client, firm: Firm, file: File) -> None:
    former = "云川市旧月亮网络有限公司"
    subject = firm("云川市新月牙信息技术有限公司", EVERY)
    file(subject, "administrative-licence", body={"name": former})
    assert "现用名称 Present name 云川市新月牙信息技术有限公司" in text_of(search(client, "旧月亮网络"))
    assert f"曾用名称或者其他登记中的名称 Former names, or names in other registers {former}" in text_of(
        client.get(f"/enterprise/{CARRIER}")
    )


def test_at_most_twenty_candidates_stand_on_a_page_with_a_word_on_how_to_narrow(client: Client, firm: Firm) -> None:
    for number in range(25):
        firm(f"云川市百家{number:02}号商店", ("old-number", f"39010210{number:05}"))
    page = search(client, "百家")
    assert "名称太短" in text_of(page)
    page = search(client, "市百家")
    assert page.content.decode().count("/enterprise/") == 20
    assert "只列出最接近的20家" in text_of(page)


@pytest.mark.django_db
def test_nothing_found_says_what_that_means_and_that_persons_are_not_here(client: Client) -> None:
    response = search(client, "查无此企业有限公司")
    assert response.status_code == 200
    assert "不说明企业好坏" in text_of(response) and "只有组织" in text_of(response)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "words"), [("", "没有输入内容"), ("双", "名称太短"), ("云" * 201, "输入超过200个字符")]
)
def test_what_cannot_be_searched_for_is_refused_with_what_to_do(client: Client, text: str, words: str) -> None:
    response = search(client, text)
    assert response.status_code == 422
    assert words in text_of(response)
    assert not Entry.objects.filter(actor="public").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("text", [CITIZEN, f"张某 {CITIZEN[:6]} {CITIZEN[6:]}"])
def test_a_citizen_number_is_refused_and_stands_nowhere_after(client: Client, text: str, caplog: Any) -> None:
    response = search(client, text)
    assert response.status_code == 422
    assert "这像是自然人的公民身份号码" in text_of(response)
    assert CITIZEN[6:14] not in response.content.decode() + caplog.text + str(response.headers)
    assert not Entry.objects.filter(actor="public").exists()


@pytest.mark.django_db
def test_a_citizen_number_in_an_address_is_not_repeated_on_the_page(client: Client) -> None:
    response = client.get(f"/enterprise/{CITIZEN}")
    assert response.status_code == 404
    assert CITIZEN not in response.content.decode()


@pytest.mark.django_db
def test_a_number_that_may_be_an_old_identity_number_is_not_typed_back(client: Client) -> None:
    response = search(client, "390121100000181")
    assert response.status_code == 200
    assert "390121100000181" not in response.content.decode()


@pytest.mark.django_db
def test_a_search_by_address_searches_nothing(client: Client) -> None:
    assert client.get("/search", {"q": NAME}).headers["Location"] == "/"


def test_another_site_s_token_is_not_asked_for(firm: Firm) -> None:
    firm(NAME, EVERY)
    assert search(Client(enforce_csrf_checks=True), "双桅帆").status_code == 200


def test_what_is_typed_is_escaped(client: Client, firm: Firm) -> None:
    firm(NAME, EVERY)
    assert "<b>" not in search(client, '"><b>双桅帆').content.decode()


# --- an enterprise ----------------------------------------------------------------------------------------------------


def test_a_record_is_shown_with_authority_document_days_article_and_end(client: Client, firm: Firm, file: File) -> None:
    record = file(
        firm(NAME, EVERY),
        late_days=3,
        severity="serious",
        body={"fine": "20000.000000", "violation_kind": "违法超限运输"},
    )
    text = text_of(client.get(f"/enterprise/{CARRIER}"))
    for words in (
        record.authority,
        record.document,
        "违法超限运输",
        "20,000.00 元 yuan",
        "《中华人民共和国行政处罚法》第48条",
        "Administrative Penalty Law, art. 48",
        f"公示至 Shown until {day_written(TODAY + timedelta(days=299))}（含当日）",
        "信用修复后终止公示",
        f"本库公示日期 Published here on {day_written(TODAY - timedelta(days=50))}",
        "比规定时限晚3个工作日",
        "程度：严重",
        "有效 in effect",
        f"记录编号 Record number {record.pk}",
    ):
        assert words in text, words


def test_records_stand_under_their_headings(client: Client, firm: Firm, file: File) -> None:
    subject = firm(NAME, EVERY)
    kinds = ("administrative-licence", "honour", *ADVERSE, "commitment")
    documents = {kind: file(subject, kind).document for kind in kinds}
    page = client.get(f"/enterprise/{CARRIER}").content.decode()
    heads = [
        page.index(f'id="{key}"') for key in ("registration", "licences", "favourable", "adverse", "other", "remedies")
    ]
    place = {kind: sum(page.index(document) > head for head in heads) for kind, document in documents.items()}
    assert heads == sorted(heads)
    assert place == {
        "administrative-licence": 2,
        "honour": 3,
        "administrative-penalty": 4,
        "abnormal-operations": 4,
        "serious-dishonesty": 4,
        "commitment": 5,
    }


def test_a_disputed_record_is_marked_as_without_effect(client: Client, firm: Firm, file: File) -> None:
    happened(file(firm(NAME, EVERY)), "disputed")
    text = text_of(client.get(f"/enterprise/{CARRIER}"))
    assert "异议处理中：在此期间不产生效力 objection open: has no effect meanwhile" in text


def test_a_record_past_its_effect_but_within_its_showing_says_so(client: Client, firm: Firm, file: File) -> None:
    file(firm(NAME, EVERY), effect_until=TODAY)
    assert "已不产生效力，仍在公示期内" in text_of(client.get(f"/enterprise/{CARRIER}"))


def test_the_last_day_of_showing_is_shown_and_the_next_is_not(client: Client, firm: Firm, file: File) -> None:
    subject = firm(NAME, EVERY)
    last = file(subject, shown_until=TODAY + timedelta(days=1)).document
    over = file(subject, shown_until=TODAY).document
    text = text_of(client.get(f"/enterprise/{CARRIER}"))
    assert last in text and f"Shown until {day_written(TODAY)}（含当日）" in text
    assert over not in text


HIDDEN: dict[str, dict[str, Any]] = {
    "minor": {
        "severity": "minor",
        "shown_until": TODAY - timedelta(days=60),
        "effect_until": TODAY - timedelta(days=60),
    },
    "past its term": {"shown_until": TODAY - timedelta(days=1)},
    "withdrawn": {"event": "withdrawn"},
    "superseded": {"event": "superseded"},
    "repaired": {"event": "repaired"},
    "withheld on intake": {"shown_until": TODAY - timedelta(days=60), "published_on": None},
    "ended": {"event": "ended"},
    "about another": {"other": True},
}


@pytest.mark.parametrize("why", HIDDEN)
def test_what_may_not_be_shown_leaves_no_trace_on_the_page(client: Client, firm: Firm, file: File, why: str) -> None:
    said = dict(HIDDEN[why])
    subject, other = firm(NAME, EVERY), firm("云川市白纸坊印刷有限公司", ("uscc", PLAIN))
    without = client.get(f"/enterprise/{CARRIER}").content
    event, about = said.pop("event", ""), other if said.pop("other", False) else subject
    body = {"name": "云川市另一名称货运有限公司", **said.pop("body", {})}
    record = file(about, body=body, **said)
    if event:
        happened(record, event, on=TODAY if event in ("repaired", "ended") else None)
    assert client.get(f"/enterprise/{CARRIER}").content == without


def test_a_firm_of_which_nothing_may_be_shown_is_not_told_from_one_that_is_not_there(
    client: Client, firm: Firm, file: File
) -> None:
    file(firm(NAME, EVERY, registered=False), shown_until=TODAY)
    hidden, missing = client.get(f"/enterprise/{CARRIER}"), client.get(f"/enterprise/{PLAIN}")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content
    assert search(client, CARRIER).content.replace(CARRIER.encode(), PLAIN.encode()) == search(client, PLAIN).content
    assert "没有找到" in text_of(search(client, "双桅帆"))
    assert not Entry.objects.filter(event="lists.subject.read").exists()


def test_a_name_that_only_a_hidden_record_knows_is_not_found(client: Client, firm: Firm, file: File) -> None:
    file(firm(NAME, EVERY), shown_until=TODAY, body={"name": "云川市另一名称货运有限公司"})
    assert "没有找到" in text_of(search(client, "另一名称货运"))


def test_merged_numbers_lead_to_one_page(client: Client, firm: Firm) -> None:
    into, absorbed = firm(NAME, EVERY), firm("云川市旧门牌五金有限公司", ("registration-number", "390102100000269"))
    Link.objects.create(subject=absorbed, root=into, known_from=AT)
    by_code, by_old = client.get(f"/enterprise/{CARRIER}"), client.get("/enterprise/390102100000269")
    assert by_code.content == by_old.content
    assert "390102100000269" in text_of(by_code) and "云川市旧门牌五金有限公司" in text_of(by_code)
    assert f"/enterprise/{CARRIER}" in search(client, "旧门牌五金").content.decode()


def test_a_citizen_number_in_an_authority_s_words_is_hidden(client: Client, firm: Firm, file: File) -> None:
    file(firm(NAME, EVERY), body={"content": f"对负责人（{CITIZEN}）处以罚款"})
    page = client.get(f"/enterprise/{CARRIER}")
    assert CITIZEN not in page.content.decode() and "（******************）" in text_of(page)


def test_a_field_that_the_page_does_not_name_is_not_shown(client: Client, firm: Firm, file: File) -> None:
    file(firm(NAME, EVERY), body={"facts": "当事人张某某", "remark": "内部备注"})
    text = text_of(client.get(f"/enterprise/{CARRIER}"))
    assert "张某某" not in text and "内部备注" not in text


def test_the_page_says_how_to_object_and_within_how_many_days(client: Client, firm: Firm) -> None:
    firm(NAME, EVERY)
    text = text_of(client.get(f"/enterprise/{CARRIER}"))
    assert "20个工作日内 within 20 working days" in text
    assert "《企业信息公示暂行条例》第13条第二款" in text
    assert "本页不是评分、评级或者推荐" in text


def days_of(response: Any, section: str, *, place: str | None = None) -> set[int]:
    """The working days named in the part of the page, of all that stands there or of what stands under the place's name."""
    part = response.content.decode().split(f'id="{section}"')[-1].split("</section>")[0]
    if place is not None:
        part = part.split(place)[1].split("<h3>")[0]
    return {int(days) for days in re.findall(r"(\d+)个工作日内", part)}


# What each place's own articles give: an objection's working days, and a repair's.
GUIDE = {
    "cn": ("全国 / the whole country", {20}, {3, 5, 10}),
    "cn-31": ("上海市 / Shanghai", {1, 2, 5}, {3, 5}),
    "cn-33": ("浙江省 / Zhejiang", {5, 20}, {3, 5}),
    "cn-41": ("河南省 / Henan", {3, 7, 30}, {1, 3, 5}),
    "cn-45": ("广西壮族自治区 / Guangxi", {1, 3, 20}, {3, 5, 10}),
}


@pytest.mark.parametrize("place", GUIDE)
def test_the_guide_gives_the_clocks_of_the_place_asked_for(client: Client, db: None, place: str) -> None:
    name, objection, repair = GUIDE[place]
    guide = client.get("/remedies", {"place": place} if place != "cn" else {})
    assert f'<option value="{place}" selected>{name}</option>' in guide.content.decode()
    assert (days_of(guide, "object"), days_of(guide, "mend")) == (objection, repair)


@pytest.mark.parametrize("place", ["cn-99", "../cn-31", "上海市", ""])
def test_a_place_without_law_of_its_own_gets_the_whole_country_s(client: Client, db: None, place: str) -> None:
    guide = client.get("/remedies", {"place": place})
    assert '<option value="cn" selected>' in guide.content.decode()
    assert days_of(guide, "object") == GUIDE["cn"][1]


def test_a_firm_s_page_gives_the_clocks_of_the_places_of_its_records(client: Client, firm: Firm, file: File) -> None:
    subject = firm(NAME, EVERY)
    for place in ("cn-31", "cn-41"):
        file(subject, place=place)
    hidden = file(subject, place="cn-33", shown_until=TODAY)
    response = client.get(f"/enterprise/{CARRIER}")
    text, remedies = text_of(response), response.content.decode().split('id="remedies"')[-1]
    for place in ("cn", "cn-31", "cn-41"):
        name, objection, _ = GUIDE[place]
        assert days_of(response, "remedies", place=name) == objection, place
        assert f"异议、修复适用的规定 Objected to and repaired by the rules of {name}" in text
    assert f"记录编号 Record number {hidden.pk}" not in text and "浙江省" not in text
    assert remedies.count("对办理的投诉") == 1, "what is the same everywhere is said once"


# --- traces -----------------------------------------------------------------------------------------------------------


def test_a_reading_is_traced_as_the_public_s_without_an_address(client: Client, firm: Firm) -> None:
    subject = firm(NAME, EVERY)
    client.get(f"/enterprise/{CARRIER}", REMOTE_ADDR="203.0.113.9", headers={"User-Agent": "Reader/1"})
    entry = Entry.objects.get(event="lists.subject.read")
    assert (entry.actor, entry.purpose, entry.subject) == ("public", "public-information", subject.pk)
    assert "203.0.113.9" not in str(entry.detail) and "Reader" not in str(entry.detail)


def test_a_search_is_traced_by_whom_it_showed_and_not_by_what_was_typed(client: Client, firm: Firm) -> None:
    subject = firm(NAME, EVERY)
    search(client, "双桅帆")
    entry = Entry.objects.get(event="portal.names.searched")
    assert entry.detail == {"subjects": [subject.pk]}


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_page_that_is_not_there_says_so_in_both_languages(client: Client) -> None:
    response = client.get("/no-such-page")
    assert response.status_code == 404
    assert "没有这个页面 No such page" in text_of(response)


def test_a_fault_of_ours_says_so_in_both_languages_and_no_more(client: Client, monkeypatch: Any) -> None:
    def fail(*words: Any, **more: Any) -> HttpResponse:
        raise ValueError("张三")

    monkeypatch.setattr("chengxin.portal.pages.reading.render", fail)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "内部错误 Internal error" in text_of(response) and "张三" not in text_of(response)


# --- cost -------------------------------------------------------------------------------------------------------------


def test_a_page_costs_the_same_whether_a_firm_has_one_record_or_fifty(
    client: Client, firm: Firm, file: File, django_assert_max_num_queries: Any
) -> None:
    subject = firm(NAME, EVERY)
    for _ in range(50):
        file(subject)
    assert Record.objects.count() == 51 and Batch.objects.count() == 51 and Identifier.objects.count() == 1
    with django_assert_max_num_queries(14):
        client.get(f"/enterprise/{CARRIER}")


def test_a_search_costs_the_same_whether_one_name_fits_or_twenty(
    client: Client, firm: Firm, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        firm(f"云川市百家{number:02}号商店", ("old-number", f"39010210{number:05}"))
    with django_assert_max_num_queries(14):
        search(client, "市百家")


def test_the_last_checkpoint_and_the_run_of_them_stand_on_a_page_and_are_verified_off_line(
    client: Client, db: None, tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.CHENGXIN_HOME = tmp_path
    assert "尚未签发检查点" in client.get("/ledger").content.decode()
    assert client.get("/ledger/checkpoints.txt").content == b""
    sequencer, copied = Sequencer(log_key_publish(by="operator", at=AT)), tmp_path / "run.txt"
    for _ in range(70):
        trace(event="ledger.entry.tried", by="operator", at=AT)
        sequencer.entries_place(at=AT)
    page = client.get("/ledger").content.decode()
    latest = checkpoint_latest()
    assert latest is not None and latest.note in unescape(page) and public_keys()[0] in unescape(page)
    sizes = []
    for path in ("/ledger/checkpoints.txt", "/ledger/checkpoints.txt"):
        copied.write_bytes(client.get(path).content)
        assert cli.run(["checkpoints", str(copied), "--key", public_keys()[0], "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["size"] == latest.size
        sizes.append([json.loads(line)["checkpoint"].split("\n")[1] for line in copied.read_text().splitlines()])
    assert sizes[0] == sizes[1] and 16 <= len(sizes[0]) <= 33
    copied.write_text(copied.read_text().replace(sizes[0][3] + "\\n", f"{int(sizes[0][3]) + 1}\\n"))
    assert cli.run(["checkpoints", str(copied), "--key", public_keys()[0], "--json"]) == 1
