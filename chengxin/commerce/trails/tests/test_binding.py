"""The EPCIS 2.0 REST binding's own words: its names of errors, what its headers may ask for, and what its answers bear."""

import json
from typing import Any

import pytest
from django.test import Client as Http

from chengxin.actors.services import client_add
from chengxin.commerce.trails.rules.binding import HeaderUnmet, exception_of, headers_met
from chengxin.commerce.trails.tests.events import document, seen, serial
from chengxin.commerce.trails.tests.test_capturing import MILL, SHOP, captured, firms
from chengxin.commerce.trails.tests.test_naming import door
from tests.world import NOW

__all__ = ["firms"]
pytestmark = pytest.mark.django_db
ROOM = "/api/v1/trails"
LARGE = {"name": "q", "query": {"EQ_eventID": ["urn:x:" + "9" * 40_000]}}
ERRORS: list[tuple[str, str, Any, int, str]] = [
    ("get", "/events?EQ_color=red", None, 400, "QueryParameterException"),
    ("get", "/events?maxEventCount=1", None, 413, "QueryTooLargeException"),
    ("get", "/events/urn%3Ax%3A1", None, 404, "NoSuchResourceException"),
    ("get", "/capture/999999", None, 404, "NoSuchResourceException"),
    ("get", "/queries/none", None, 404, "NoSuchNameException"),
    ("get", "/queries/none/subscriptions", None, 501, "ImplementationException"),
    ("post", "/queries", {"name": "q"}, 400, "QueryValidationException"),
    ("post", "/queries", {"name": "kept", "query": {}}, 409, "ResourceAlreadyExistsException"),
    ("post", "/queries", LARGE, 413, "QueryTooComplexException"),
    ("post", "/queries", {"name": "q", "query": {"GE_quantity": "x"}}, 400, "QueryParameterException"),
    ("post", "/capture", {}, 422, "ValidationException"),
    ("post", f"/capture?actor={SHOP}", document(seen(0, "shipping", serial(1, "A"))), 403, "SecurityException"),
    ("post", "/capture", document(*[{}] * 20_001), 422, "ValidationException"),
]


def test_each_error_bears_the_binding_s_name_beside_our_words() -> None:
    captured(seen(0, "shipping", serial(1, "A")), seen(1, "shipping", serial(1, "B")))
    http = door(MILL)
    first = http.post(f"{ROOM}/queries", {"name": "kept", "query": {}}, content_type="application/json")
    assert first.status_code == 201
    for method, path, body, status, named in ERRORS:
        content = () if body is None else (json.dumps(body), "application/json")
        answer = getattr(http, method)(ROOM + path, *content)
        told = answer.json()
        assert (answer.status_code, told["type"]) == (status, f"epcisException:{named}"), (path, answer.content)
        assert answer["Content-Type"] == "application/problem+json" and told["detail"] and told["detail_en"]
        assert answer["GS1-EPCIS-Version"] == "2.0.0"
    assert Http().get(f"{ROOM}/events").json()["type"] == "epcisException:SecurityException"
    bare = client_add(actor=MILL, title="t", scopes=[], per_minute=10, days=30, by="operator", at=NOW)[1]
    refused = Http(headers={"Authorization": f"Bearer {bare}"}).get(f"{ROOM}/queries")
    assert (refused.status_code, refused.json()["type"]) == (403, "epcisException:SecurityException")
    assert door(MILL).get(f"{ROOM}/recalls/9").json()["type"] == "urn:chengxin:problem:trails-recall-unknown"
    assert exception_of("too-many-requests", 429) == ""


def test_answers_bear_the_versions_and_what_the_register_adds() -> None:
    captured(seen(0, "shipping", serial(1, "A")))
    http = door(MILL)
    for path in ("/events", "/queries", "/capture"):
        answer = http.get(ROOM + path)
        assert [answer[f"GS1-{name}"] for name in ("EPCIS-Version", "CBV-Version")] == ["2.0.0", "2.0.0"]
        assert answer["GS1-Extensions"] == "chengxin=https://chengxin.example.org/epcis/"
        assert "GS1-EPCIS-Capture-Limit" not in answer
    sent = http.post(f"{ROOM}/capture", document(seen(1, "shipping", serial(1, "B"))), content_type="application/json")
    assert (sent["GS1-EPCIS-Capture-Limit"], sent["GS1-Capture-Error-Behaviour"]) == ("20000", "rollback")
    assert http.get(f"{ROOM}/events")["GS1-EPC-Format"] == "Never_Translates"


HEADERS: list[tuple[str, str, bool]] = [
    ("GS1-EPCIS-Min", "1.2", True),
    ("GS1-EPCIS-Min", "2.0", True),
    ("GS1-EPCIS-Min", "2.1", False),
    ("GS1-EPCIS-Max", "2", True),
    ("GS1-EPCIS-Max", "1.2.0", False),
    ("GS1-CBV-Min", "3.0.0", False),
    ("GS1-CBV-Max", "10.0.0", True),
    ("GS1-CBV-Version", "1.2.0", False),
    ("GS1-EPCIS-Version", "2.0.1", True),
    ("GS1-EPCIS-Version", "two", False),
    ("GS1-EPC-Format", "No_Preference", True),
    ("GS1-EPC-Format", "Never_Translates", True),
    ("GS1-EPC-Format", "Always_GS1_Digital_Link", False),
    ("GS1-EPC-Format", "Always_EPC_URN", False),
    ("GS1-CBV-XML-Format", "Always_URN", False),
    ("GS1-Capture-Error-Behaviour", "rollback", True),
    ("GS1-Capture-Error-Behaviour", "proceed", False),
]


def test_a_header_that_cannot_be_met_is_refused_and_none_is_left_unheard() -> None:
    for name, value, met in HEADERS:
        try:
            headers_met({name: value})
        except HeaderUnmet as refused:
            assert not met and name in refused.message, name
        else:
            assert met, (name, value)
    http = door(MILL)
    for path, headers in (
        ("/events", {"GS1-EPCIS-Max": "1.2"}),
        ("/queries", {"Accept": "application/xml"}),
        ("/capture", {"Accept": "text/html"}),
    ):
        answer = http.get(ROOM + path, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (406, "epcisException:NotAcceptableException")
    for path in ("/capture", "/queries"):
        answer = http.post(ROOM + path, "<a/>", content_type="application/xml")
        assert (answer.status_code, answer.json()["type"]) == (415, "epcisException:UnsupportedMediaTypeException")
    fine = {"Accept": "application/xml;q=0.5, application/json", "GS1-Extensions": "x=https://x.example.com/"}
    assert http.get(f"{ROOM}/events", headers=fine).status_code == 200
