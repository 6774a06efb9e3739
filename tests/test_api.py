"""The API as a client meets it: who may call, how often, what each call costs the database, and what nobody may ask."""

import ast
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chengxin.actors.models import Client
from chengxin.actors.services import SCOPES, actor_add, client_add, client_revoke
from chengxin.ledger.models import Entry
from chengxin.records.models import Batch, Record
from chengxin.records.services.events import record_dispute
from chengxin.site.api import api
from chengxin.subjects.models import Segment
from chengxin.subjects.services.matching import names_index
from tests.snapshots import same
from tests.world import CASE, code, counted, csv_rows, file_write, listing, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

HERE = Path(__file__).parent
Call = Callable[..., Any]


@pytest.fixture
def keys() -> dict[str, str]:
    """A key with every scope for the operator, and one for each of three other actors."""
    at = timezone.now()
    found = {}
    for key, kind in (("operator", ""), ("market", "department"), ("roads", "department"), ("shop", "platform")):
        if kind:
            actor_add(key=key, kind=kind, title=key, by="operator", at=at)
        _, found[key] = client_add(actor=key, title=key, scopes=list(SCOPES), by="operator", at=at, per_minute=10_000)
    return found


@pytest.fixture
def call(client: Browser, keys: dict[str, str]) -> Call:
    """call(method, path, by=…): an answer of the API to that actor's program."""

    def answer(method: str, path: str, body: Any = None, *, by: str = "operator", key: str | None = None) -> Any:
        headers = {"authorization": f"Bearer {keys[by] if key is None else key}"}
        if method == "upload":
            with body.open("rb") as file:
                return client.post(f"/api/v1{path}", {"file": file}, headers=headers)
        words: dict[str, Any] = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1{path}", headers=headers, **words)

    return answer


def problem_of(answer: Any, status: int, problem: str = "") -> dict[str, Any]:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "code", "detail", "detail_en", "basis"} <= set(body)
    assert body["status"] == status and (not problem or body["code"] == problem)
    return body


ASKED = {"code": code(1), "matter": "tender", **CASE}

# ---- who may call


def test_a_call_without_a_key_or_with_a_wrong_one_is_not_answered(client: Browser, call: Call) -> None:
    problem_of(client.post("/api/v1/checks", json.dumps(ASKED), content_type="application/json"), 401)
    for key in ("", "cx_wrong", "Bearer", "é"):
        problem_of(call("post", "/checks", ASKED, key=key), 401)
    assert not Entry.objects.filter(event="checks.check.answered").exists()


def test_a_key_out_of_force_is_not_answered(call: Call, keys: dict[str, str]) -> None:
    at = timezone.now()
    _, expired = client_add(
        actor="market", title="t", scopes=["checks"], by="operator", at=at - timedelta(days=9), days=8
    )
    problem_of(call("post", "/checks", ASKED, key=expired), 401)
    assert call("post", "/checks", ASKED, by="market").status_code == 200
    client_revoke(client=Client.objects.get(actor__key="market", title="market").pk, by="operator", at=at)
    problem_of(call("post", "/checks", ASKED, by="market"), 401)


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("checks", "get", "/batches"),
        ("batches", "post", "/checks"),
        ("checks", "get", f"/subjects/{code(1)}"),
        ("subjects", "post", "/matches"),
        ("checks", "post", "/matches/batch"),
    ],
)
def test_a_key_opens_the_doors_of_its_scopes_alone(call: Call, scope: str, method: str, path: str) -> None:
    _, key = client_add(actor="market", title="t", scopes=[scope], by="operator", at=timezone.now())
    body = problem_of(call(method, path, ASKED if method == "post" else None, key=key), 403, "scope-missing")
    assert "权限" in body["detail"]


def test_a_client_that_calls_too_often_is_told_when_to_come_back_and_no_other_is(call: Call) -> None:
    _, key = client_add(actor="market", title="t", scopes=["checks"], by="operator", at=timezone.now(), per_minute=3)
    answers = [call("post", "/checks", ASKED, key=key) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    problem_of(answers[3], 429, "too-many-requests")
    assert 1 <= int(answers[3]["Retry-After"]) <= 20
    assert call("post", "/checks", ASKED, by="market").status_code == 200
    assert Entry.objects.filter(event="checks.check.answered").count() == 4


@pytest.mark.parametrize("path", ["badges/xyz", "ratings/methods/none", "merchants/payers"])
def test_looks_without_a_key_are_counted_by_where_they_come_from_whatever_they_write_of_it(
    client: Browser, path: str
) -> None:
    def look(n: int) -> int:
        told = {"REMOTE_ADDR": "192.0.2.61", "HTTP_X_FORWARDED_FOR": f"198.51.100.{n}"}
        return client.get(f"/api/v1/{path}", **told).status_code  # type: ignore[arg-type]

    seen = [look(n) for n in range(61)]
    assert 429 not in seen[:60] and seen[60] == 429


def test_a_method_that_no_operation_has_is_a_problem_too(call: Call) -> None:
    answer = call("delete", "/checks")
    problem_of(answer, 405, "method-not-allowed")
    assert answer["Allow"] == "POST"


# ---- checks


def test_a_check_tells_the_measure_the_record_the_article_and_how_it_ends(tmp_path: Path, call: Call) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations", at=timezone.now())
    answer = call("post", "/checks", {**ASKED, "purpose": "招标"}, by="market")
    body = answer.json()
    assert set(body) == {"outcome", "code", "matter", "on", "known_at", "measures", "reason", "trace", "receipt"}
    assert (body["outcome"], body["reason"]) == ("applies", None)
    (measure,) = body["measures"]
    assert (measure["state"], measure["list"], measure["record"]) == (
        "applies",
        "abnormal-operations",
        Record.objects.get().pk,
    )
    assert measure["authority"] == "云川市市场监督管理局" and measure["document"] == "云川市监列入〔2026〕00001号"
    assert measure["article"] == "《企业信息公示暂行条例》第18条" and "art. 18" in measure["article_en"]
    assert measure["term"] == {"from": "2026-07-03", "until": None}
    assert measure["ends"] == "移出名单时解除" and measure["ends_en"]
    entry = Entry.objects.get(pk=body["trace"])
    assert (entry.actor, entry.purpose, entry.object) == ("market", "招标", f"number:{code(1)}")
    assert entry.subject == Record.objects.get().subject_id


def test_a_check_costs_two_reads_and_one_write_with_its_key_and_all_and_its_count(tmp_path: Path, call: Call) -> None:
    done = sent(
        tmp_path, *(listing(1, document=f"{n}号") for n in range(5)), source="abnormal-operations", at=timezone.now()
    )
    assert done.accepted == 5
    record_dispute(record=Record.objects.order_by("pk")[0].pk, by="operator", at=timezone.now(), grounds="x")
    for body in (ASKED, {**ASKED, "code": code(2)}, {**ASKED, "matter": "land"}):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert call("post", "/checks", body).status_code == 200
        statements = [q["sql"].split()[0].lower() for q in queries.captured_queries]
        counted = statements.pop(1)  # the count of the day's calls comes before what it lets in
        assert counted == "with" and sorted(statements) in (
            ["insert", "select", "with"],
            ["insert", "select", "select"],
        ), queries.captured_queries


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ({"code": code(1)[:17] + "?", "matter": "tender"}, 422, "code-shape"),
        ({"code": "", "matter": "tender"}, 422, "number-missing"),
        ({"code": code(1), "matter": "marriage"}, 404, "matter-unknown"),
        ({"code": code(1)}, 422, "not-valid"),
        ({"code": code(1), "matter": "tender", "on": "yesterday"}, 422, "not-valid"),
        ({"code": code(1), "matter": "tender", "jurisdiction": "../../cn"}, 0, ""),
        ({"code": "110103209812310010", "matter": "tender"}, 422, "natural-person"),
        ([], 422, "not-valid"),
    ],
)
def test_a_check_that_cannot_be_made_is_told_as_a_problem(call: Call, body: Any, status: int, problem: str) -> None:
    answer = call("post", "/checks", body)
    told = problem_of(answer, status or answer.status_code, problem)
    assert 400 <= told["status"] < 500
    assert "110103209812310010" not in answer.content.decode()


NASTY = [
    {"purpose": "\x00"},
    {"purpose": "\ud800"},
    {"matter": "\x00"},
    {"code": "\x00"},
    {"code": "\ud800" * 18},
    {"code": "9" * 100_000},
    {"jurisdiction": "cn-99"},
    {"jurisdiction": "cn-33\n"},
    {"jurisdiction": ""},
    {"on": "0001-01-01"},
    {"on": "9999-12-31"},
    {"on": "2013-01-01"},
    {"known_at": "0001-01-01T00:00:00+14:00"},
    {"known_at": "9999-12-31T23:59:59-14:00"},
    {"known_at": "9999-12-31T23:59:59"},
    {"known_at": "0001-01-01T00:00:00"},
    {"known_at": 1e300},
    {"known_at": 0},
]


@pytest.mark.parametrize("change", NASTY, ids=str)
def test_whatever_stands_in_a_check_it_is_answered_or_refused(call: Call, change: dict[str, Any]) -> None:
    answer = call("post", "/checks", {**ASKED, **change})
    assert answer.status_code < 500, answer.content
    assert answer.status_code == 200 or problem_of(answer, answer.status_code)


@pytest.mark.parametrize(
    "query",
    [
        "on=0001-01-01",
        "on=9999-12-31",
        "known_at=0001-01-01T00:00:00",
        "known_at=9999-12-31T23:59:59",
        "jurisdiction=%00",
    ],
)
def test_whatever_stands_in_the_address_of_a_file_it_is_answered_or_refused(
    tmp_path: Path, call: Call, query: str
) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations", at=timezone.now())
    for number in (code(1), "%00", "%ED%A0%80", "9" * 5000):
        answer = call("get", f"/subjects/{number}?{query}")
        assert answer.status_code == 200 or problem_of(answer, answer.status_code)["status"] < 500
    for path in ("/batches?before=99999999999999999999999", "/batches?before=-1&most=-5", f"/batches/{10**30}"):
        answer = call("get", path)
        assert answer.status_code == 200 or problem_of(answer, answer.status_code)["status"] < 500


def test_an_instant_without_an_offset_is_in_china_s_time(tmp_path: Path, call: Call) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations", at=timezone.now() - timedelta(hours=2))
    local = timezone.localtime().replace(tzinfo=None, microsecond=0)
    for ago, outcome in ((1, "applies"), (3, "cannot_say")):
        known_at = (local - timedelta(hours=ago)).isoformat()
        answer = call("post", "/checks", {**ASKED, "known_at": known_at})
        assert (answer.status_code, answer.json()["outcome"]) == (200, outcome)
        file = call("get", f"/subjects/{code(1)}?known_at={known_at}")
        assert file.status_code == (200 if outcome == "applies" else 404)


# ---- batches


def test_an_upload_is_filed_for_whose_key_it_is(tmp_path: Path, call: Call) -> None:
    path = file_write(tmp_path / "处罚.csv.gz", [penalty(1), penalty(1), penalty(2, fine="x"), penalty(3, code="")])
    body = call("upload", "/batches/penalty-publicity", path, by="market").json()
    assert [body[k] for k in ("rows", "accepted", "refused", "unchanged", "waiting")] == [4, 1, 1, 1, 1]
    batch = Batch.objects.get()
    assert (batch.actor, batch.channel, batch.file_name, batch.pk) == ("market", "api", "处罚.csv.gz", body["batch"])
    shown = call("get", f"/batches/{batch.pk}", by="market").json()
    assert {k: shown[k] for k in shown if k in body and k not in ("received_at", "seconds", "peak_memory_bytes")} == {
        k: body[k] for k in shown if k in body and k not in ("received_at", "seconds", "peak_memory_bytes")
    }
    assert [b["batch"] for b in call("get", "/batches", by="market").json()] == [batch.pk]


def test_refused_rows_are_read_and_downloaded_and_each_reading_is_traced(tmp_path: Path, call: Call) -> None:
    path = file_write(tmp_path / "p.csv", [penalty(1, fine="约五万")])
    batch = call("upload", "/batches/penalty-publicity", path, by="market").json()["batch"]
    (row,) = call("get", f"/batches/{batch}/refused", by="market").json()
    assert (row["line"], row["reason"], row["field"], row["row"]["罚款金额（万元）"]) == (
        2,
        "amount-shape",
        "fine",
        "约五万",
    )
    answer = call("get", f"/batches/{batch}/refused.csv", by="market")
    out = tmp_path / "refused.csv"
    out.write_bytes(b"".join(answer.streaming_content))
    assert csv_rows(out)[0]["罚款金额（万元）"] == "约五万"
    assert answer["Content-Disposition"] == f'attachment; filename="refused-{batch}.csv"'
    traced = Entry.objects.filter(object=f"batch:{batch}").order_by("pk").values_list("event", "actor")
    assert list(traced)[1:] == [("records.refused.read", "market"), ("records.refused.exported", "market")]


def test_a_dry_run_keeps_nothing_but_that_the_program_called(tmp_path: Path, call: Call) -> None:
    path = file_write(tmp_path / "p.csv", [penalty(1)])
    before = counted()
    body = call("upload", "/batches/penalty-publicity?dry_run=true", path, by="market").json()
    assert (body["accepted"], body["dry_run"], body["batch"]) == (1, True, None)
    assert counted() == before | {"actors_use": before["actors_use"] + 1}


@pytest.mark.parametrize("path", ["", "/refused", "/refused.csv"])
def test_another_s_batch_is_not_there(tmp_path: Path, call: Call, path: str) -> None:
    """Whose batch it is, or whether there is one, is told to nobody else; the credit centre and the operator see all."""
    batch = sent(tmp_path, penalty(1, fine="x"), by="market", at=timezone.now()).batch
    unknown = problem_of(call("get", f"/batches/{10**9}{path}", by="roads"), 404, "batch-unknown")
    other = problem_of(call("get", f"/batches/{batch}{path}", by="roads"), 404, "batch-unknown")
    assert other["detail"].replace(str(batch), "N") == unknown["detail"].replace(str(10**9), "N")
    assert call("get", "/batches", by="roads").json() == []
    for by in ("market", "operator"):
        answer = call("get", f"/batches/{batch}{path}", by=by)
        assert answer.status_code == 200
        if answer.streaming:
            assert b"".join(answer.streaming_content)


def test_whoever_may_not_send_or_ask_is_told_by_which_article(tmp_path: Path, call: Call) -> None:
    path = file_write(tmp_path / "p.csv", [penalty(1)])
    assert (
        "条"
        in problem_of(call("upload", "/batches/penalty-publicity", path, by="shop"), 403, "provider-not-permitted")[
            "detail"
        ]
    )
    answer = call("post", "/checks", {**ASKED, "matter": "licence"}, by="shop")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "not_permitted")
    assert "条" in answer.json()["reason"]["zh"]


def test_a_file_that_cannot_be_read_is_told_as_a_problem_without_a_path(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(b"%PDF-1.4" + bytes(100))
    body = problem_of(call("upload", "/batches/penalty-publicity", path), 415, "file-kind")
    assert "/tmp" not in json.dumps(body) and str(tmp_path) not in json.dumps(body)


# ---- subjects


def test_a_subject_s_file_is_given_as_of_a_day_and_an_instant_and_the_reading_is_traced(
    tmp_path: Path, call: Call
) -> None:
    at = timezone.now()
    sent(tmp_path, penalty(1), at=at)
    body = call("get", f"/subjects/{code(1)}?on=2026-10-01", by="market").json()
    assert set(body) == {"subject", "on", "known_at", "identifiers", "names", "records"}
    (record,) = body["records"]
    assert (record["effect"], record["state"], record["provider"]) == ("none", "standing", "operator")
    entry = Entry.objects.get(event="lists.subject.read")
    assert (entry.actor, entry.subject, entry.detail["on"]) == ("market", body["subject"], "2026-10-01")
    earlier = (at - timedelta(hours=1)).isoformat().replace("+", "%2B")
    problem_of(call("get", f"/subjects/{code(1)}?known_at={earlier}"), 404, "subject-unknown")


def test_no_two_rooms_give_one_name_to_two_schemas() -> None:
    """In the document one would silently stand for the other."""
    modules = sorted((HERE.parent / "chengxin").rglob("api.py"))
    names = [
        node.name
        for module in modules
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name.endswith(("In", "Out"))
    ]
    assert len(names) == len(set(names)) > 20


def test_nothing_lists_subjects() -> None:
    """A file is opened by a number that the asker has: no operation gives a list of subjects, of names or of codes."""
    schema = api.get_openapi_schema(path_prefix="")
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            text = json.dumps(operation["responses"], ensure_ascii=False)
            if method == "get" and "{" not in path:
                # A sender's own batches, what an asker was itself answered before, the cases and tasks in which it is its turn:
                # nothing that anybody else asked for; what the log signed, which names nobody; and counts, and its own decisions by its own case numbers;
                # promises that their own subjects made public; and offices. The caller’s own client.
                # what was noticed in its own use, which names no subject;
                # a platform's own filings and the tickets to it, which name shops and no person;
                # what it said of goods, and the jobs in which it did;
                # its own offers, and the evidence that it is to confirm, without whose it is; the consents that it holds, by number.
                assert path in (
                    "/ledger/keys",
                    "/ledger/checkpoint",
                    "/ledger/checkpoints",
                    "/ledger/consistency",
                    "/trails/capture",
                    "/trails/recalls",  # goods called back: its own, and those it was told of
                    "/complaints",  # those that the caller handles or handed in, and who complained in none
                    "/complaints/charges",
                    "/complaints/funds",  # funds and their sums by year; firms that keep one, no person
                    "/complaints/rates",  # counts; of firms one that is asked for
                    "/leads",  # those that the caller handed in or handles, and who reported in none
                    "/leads/rates",  # counts by kind and agency, by no firm
                    "/leads/requests",  # what the calling platform was asked for
                    "/evaluations/objections",  # firms' objections to evaluations, to the centre that published them
                    "/circles/associations",  # associations, and their own acts against firms; for reference
                    "/circles/disciplines",  # the calling association's own
                    "/circles/members",  # the firms of the calling association's own file
                    "/circles/price-cases",  # penalties of firms under one law, as records are shown
                    "/circles/firms",  # organisations by kind, as departments and platforms filed them; no sole trader
                    "/circles/neglects",  # a department's own, or those about the calling platform; no person is in one
                    "/warnings",  # units warned of, as they are published; no person is in one
                    "/monitoring/plans",  # plans of the calling department
                    "/monitoring/plans/public",  # plans, with numbers and no shop
                    "/monitoring/patrols",  # the calling department's own; shops as filed, no person
                    "/monitoring/loops",  # likewise
                    "/monitoring/requests",  # those that the caller made or was told
                    "/monitoring/counts",  # counts by kind
                    "/warnings/handled",  # its own, from the draft on
                    "/warnings/waiting",  # what waits for the calling platform's receipt
                    "/logistics/method",  # questions and weights
                    "/badges/revoked",  # numbers of badges, by which nobody is found
                    "/assessments/real-names",  # counts by domain, in which nobody is
                    "/trails/events",
                    "/trails/queries",  # questions that the caller itself keeps
                    "/batches",
                    "/checks/reissued",
                    "/benefits/facts",
                    "/benefits/offers",
                    "/cases",
                    "/cases/deeds",
                    "/measures/tasks",
                    "/measures/statistics",
                    "/checks/coverage",
                    "/checks/coverage/missed",
                    "/assessments",
                    "/audits",
                    "/audits/incidents",  # of firms, the caller's own; nobody who is concerned stands in it
                    "/audits/incidents/counts",
                    "/inspections/draws",
                    "/inspections/tasks",
                    "/promises",
                    "/client",
                    "/contacts",
                    "/merchants/filings",
                    "/merchants/payers",
                    "/merchants/reasons",
                    "/merchants/tickets",
                    "/persons/consents",
                    "/persons/withdrawals",
                    "/trades/filings",
                    "/trades/kinds",
                    "/trades/reasons",
                    # the calling program itself, its own calls, and what its own organisation proposed in cases
                    "/client/calls",
                    "/cases/proposals",
                ), f"{method} {path} gives a list"
            assert '"type": "array", "items": {"$ref": "#/components/schemas/SubjectOut"' not in text
    assert not [p for p in schema["paths"] if p.startswith("/subjects") and "{code}" not in p]


@pytest.mark.parametrize(
    "path", ["/subjects", "/subjects/", "/subjects/%25", "/subjects/*", "/subjects/%E4%BA%91%E5%B7%9D"]
)
def test_no_address_under_subjects_answers_without_a_number(tmp_path: Path, call: Call, path: str) -> None:
    sent(tmp_path, penalty(1), penalty(2), at=timezone.now())
    answer = call("get", path)
    assert answer.status_code in (301, 404, 405, 422)
    assert code(1) not in answer.content.decode() and "甲1号" not in answer.content.decode()


# ---- names


def test_a_name_is_answered_with_its_firm_and_the_reasons_and_never_written_down(tmp_path: Path, call: Call) -> None:
    sent(tmp_path, penalty(1), penalty(2), at=timezone.now())
    asked = {"name": f"收货单位：{penalty(1)['name']}", "province": "", "number": "110103209812310010", "top": 1}
    body = call("post", "/matches", asked, by="shop").json()
    assert set(body) == {"decision", "model", "candidates", "crowd", "trace"} and body["decision"] == "match"
    (firm,) = body["candidates"]
    assert {k: firm[k] for k in ("rank", "uscc", "number", "scheme", "name", "decision")} == {
        "rank": 1, "uscc": code(1), "number": code(1), "scheme": "uscc", "name": penalty(1)["name"], "decision": "match",
    }  # fmt: skip
    assert set(firm["reasons"][0]) == {"feature", "level", "asked", "held", "points"}
    assert firm["score"] == pytest.approx(sum(reason["points"] for reason in firm["reasons"]), abs=0.011)
    entry = Entry.objects.get(pk=body["trace"])
    subject = Record.objects.order_by("pk")[0].subject_id
    assert (entry.actor, entry.event, entry.subject) == ("shop", "subjects.name.matched", subject)
    assert entry.detail == {"model": body["model"], "outcome": "match", "subjects": [subject]}
    assert "甲1号" not in str(entry.__dict__) and "110103209812310010" not in str(entry.__dict__)


def test_a_name_that_fits_several_is_proposed_with_all_of_them_and_one_that_fits_none_with_nobody(
    tmp_path: Path, call: Call
) -> None:
    sent(tmp_path, *(penalty(n, name="云川市甲号商贸有限公司") for n in range(1, 4)), at=timezone.now())
    body = call("post", "/matches", {"name": "云川市甲号商贸有限公司", "top": 1}).json()
    assert body["decision"] == "propose"
    assert [(c["uscc"], c["decision"]) for c in body["candidates"]] == [(code(n), "propose") for n in range(1, 4)]
    assert Entry.objects.get(pk=body["trace"]).subject is None
    for name in ("", "公司", "张某某"):
        body = call("post", "/matches", {"name": name}).json()
        assert (body["decision"], body["candidates"]) == ("none", [])


def test_many_names_are_answered_in_their_order_each_as_if_it_had_been_asked_alone(tmp_path: Path, call: Call) -> None:
    sent(
        tmp_path, penalty(1), penalty(2), listing_named := penalty(3, name="云川市乙号商贸有限公司"), at=timezone.now()
    )
    names = [penalty(2)["name"], "谁也不是", listing_named["name"][3:], penalty(2)["name"]]
    queries = [{"qid": f"q{n}", "name": name, "top": 2} for n, name in enumerate(names)]
    answers = call("post", "/matches/batch", {"queries": queries}).json()["answers"]
    assert [answer["qid"] for answer in answers] == ["q0", "q1", "q2", "q3"]
    assert (
        len({answer["trace"] for answer in answers}) == 4 == Entry.objects.filter(event="subjects.name.matched").count()
    )
    for query, answer in zip(queries, answers, strict=True):
        alone = call("post", "/matches", {"name": query["name"], "top": 2}).json()
        assert {**alone, "qid": query["qid"], "trace": 0} == {**answer, "trace": 0}
    assert call("post", "/matches/batch", {"queries": []}).json() == {"answers": []}
    problem_of(call("post", "/matches/batch", {"queries": [queries[0]] * 1_001}), 422, "not-valid")


@pytest.mark.parametrize(
    "change",
    [
        {"name": "\x00"},
        {"name": "\ud800"},
        {"name": "x" * 501},
        {"top": 0},
        {"top": 21},
        {"name": None},
        {"province": 1},
    ],
    ids=str,
)
def test_a_name_that_cannot_be_asked_is_told_as_a_problem_that_does_not_repeat_it(call: Call, change: Any) -> None:
    answer = call("post", "/matches", {"name": "云川市甲号商贸有限公司", **change})
    problem_of(answer, 422, "not-valid")
    assert "甲号" not in answer.content.decode()


def test_a_name_is_not_searched_in_an_index_of_other_weights(tmp_path: Path, call: Call) -> None:
    sent(tmp_path, penalty(1), at=timezone.now())
    names_index(rebuild=True, by="operator", at=timezone.now())
    assert call("post", "/matches", {"name": penalty(1)["name"]}).json()["decision"] == "match"
    Segment.objects.update(version="another")
    problem_of(call("post", "/matches", {"name": penalty(1)["name"]}), 503, "names-not-indexed")
    names_index(rebuild=False, by="operator", at=timezone.now())
    assert call("post", "/matches", {"name": penalty(1)["name"]}).json()["decision"] == "match"


# ---- the document


def test_the_document_is_the_one_that_was_agreed_on() -> None:
    """Whoever changes the API sees it here first: CHENGXIN_SNAPSHOTS=write writes tests/openapi.json anew."""
    document = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    assert same(HERE / "openapi.json", text + "\n")


def test_a_character_that_no_text_has_is_the_asker_s_fault_wherever_it_stands(
    client: Browser, keys: dict[str, str]
) -> None:
    """PostgreSQL keeps no NUL: a filter of a list, a purpose, or a part of an address may bring one as well as a body."""
    headers, asked = {"authorization": f"Bearer {keys['operator']}"}, 0
    for path, operations in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", ()):
            kinds = [parameter["schema"], *parameter["schema"].get("anyOf", ())]
            if not any(kind.get("type") == "string" and "format" not in kind for kind in kinds):
                continue
            place = f"{{{parameter['name']}}}"
            address = re.sub(r"\{\w+\}", "1", path.replace(place, "%00"))
            query = {} if place in path else {parameter["name"]: "a\0b"}
            answer = client.get(address, query, headers=headers)
            assert 400 <= answer.status_code < 500, (address, query)
            asked += 1
    assert asked > 10


# How many ways each operation is asked; a long run takes more: CHENGXIN_ASKED=2000.
EXAMPLES = int(os.environ.get("CHENGXIN_ASKED", "5"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def described(tmp_path: Path, keys: dict[str, str]) -> Any:
    """The API as its document describes it, with something on file."""
    sent(tmp_path, listing(1), source="abnormal-operations", at=timezone.now())
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())


@pytest.fixture
def steady() -> Iterator[None]:
    """Django closes its connection before and after a request; a test's own is one open transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


OPERATIONS = [
    (method, path)
    for path, found in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
    for method in found
]


@pytest.mark.usefixtures("steady")
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_asked_the_answer_is_one_that_the_document_describes(
    described: Any, keys: dict[str, str], method: str, path: str
) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=described[path][method].as_strategy())
    def ask(case: Any) -> None:
        with transaction.atomic():
            case.call_and_validate(headers={"authorization": f"Bearer {keys['operator']}"}, checks=CHECKS)
            transaction.set_rollback(True)

    ask()
