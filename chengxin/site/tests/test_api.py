"""Every error under the API is problem details, and every page keeps the strict policy."""

import json
import logging
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

PERSON = "110101199003070000"


@pytest.fixture
def refusing(settings: Settings) -> Client:
    settings.ROOT_URLCONF = "chengxin.site.tests.urls_that_refuse"
    return Client(raise_request_exception=False)


def problem_of(response: Any) -> dict[str, Any]:
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert {"type", "title", "status", "code", "detail", "detail_en", "basis"} <= set(body)
    assert body["status"] == response.status_code
    assert body["type"] == f"urn:chengxin:problem:{body['code']}"
    return body


def test_a_refusal_is_told_in_both_languages_with_its_basis(refusing: Client) -> None:
    body = problem_of(refusing.get("/api/v1/fails/refusal"))
    assert (body["status"], body["code"], body["basis"]) == (410, "term-over", "EX-RULE 17")
    assert body["detail"] == "记录 7F2K 的公示期至 2026-03-01，不能再披露。"
    assert body["detail_en"].startswith("The record 7F2K was shown until 2026-03-01")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("missing", 404, "not-found"),
        ("status", 409, "conflict"),
        ("throttled", 429, "too-many-requests"),
        ("big", 413, "request-entity-too-large"),
        ("database", 503, "database-not-reached"),
        ("bug", 500, "internal-server-error"),
    ],
)
def test_every_other_error_has_the_same_shape(
    refusing: Client, caplog: pytest.LogCaptureFixture, kind: str, status: int, code: str
) -> None:
    with caplog.at_level(logging.CRITICAL):
        response = refusing.get(f"/api/v1/fails/{kind}")
    body = problem_of(response)
    assert (body["status"], body["code"]) == (status, code)
    assert PERSON not in response.content.decode()
    assert "secret.example" not in response.content.decode()


def test_a_throttled_client_is_told_when_to_come_back(refusing: Client) -> None:
    assert refusing.get("/api/v1/fails/throttled")["Retry-After"] == "30"


def test_a_wrong_body_is_told_place_by_place_without_its_values(refusing: Client) -> None:
    response = refusing.post("/api/v1/echo", {"count": PERSON + "x"}, content_type="application/json")
    body = problem_of(response)
    assert body["code"] == "not-valid"
    assert {error["where"] for error in body["errors"]} == {"body.asked.code", "body.asked.count"}
    assert PERSON not in response.content.decode()


def test_a_body_that_is_no_json_is_a_bad_request(refusing: Client) -> None:
    assert problem_of(refusing.post("/api/v1/echo", "{", content_type="application/json"))["status"] == 400


def test_an_address_that_nobody_answers_is_told_as_a_problem_under_the_api_alone(client: Client) -> None:
    assert problem_of(client.get("/api/v1/nothing-here"))["code"] == "not-found"
    assert client.get("/nothing-here")["Content-Type"].startswith("text/html")


def test_chinese_is_sent_as_chinese(refusing: Client) -> None:
    response = refusing.post("/api/v1/echo", {"code": "诚信", "count": 1}, content_type="application/json")
    assert response.content.decode() == '{"code":"诚信","count":1}'


def test_the_document_names_the_shape_of_errors_for_every_operation(refusing: Client) -> None:
    document = refusing.get("/api/v1/openapi.json").json()
    assert "Problem" in document["components"]["schemas"]
    for operations in document["paths"].values():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_the_api_page_takes_nothing_from_elsewhere_and_runs_no_inline_script(client: Client) -> None:
    response = client.get("/api/v1/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert "//" not in page.replace("<!DOCTYPE html>", "")
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", page) == []
    assert " style=" not in page and "<style" not in page


def test_every_answer_carries_the_strict_policy(client: Client) -> None:
    for path in ("/api/v1/docs", "/api/v1/nothing-here", "/nothing-here"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "data:" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


def test_a_host_that_is_not_ours_is_refused(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL):
        assert client.get("/api/v1/docs", headers={"host": "elsewhere.example"}).status_code == 400


@pytest.mark.django_db
def test_health_says_that_the_database_answers(client: Client) -> None:
    assert client.get("/health").json()["status"] == "ok"
