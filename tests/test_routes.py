"""Every route for every role, taken from the addresses themselves: whatever stands in no line of `tests/routes.py` fails, and so does every surprise."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from chengxin.actors.services import SCOPES, actor_add, client_add
from chengxin.records.models import Record
from chengxin.reports.rules import Often, TriedTooOften
from chengxin.reports.services import reading
from chengxin.rights.services import Claimant, objection_file
from chengxin.site.api import api
from chengxin.subjects.models import Subject
from tests.routes import DECIDED, ROLES
from tests.signing import person_account, signed_in, staff_account
from tests.world import NOW, code, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
KINDS = {
    "department": ("market", "department"),
    "other department": ("transport", "department"),
    "platform": ("mall", "platform"),
    "service firm": ("rating", "service-firm"),
    "operator": ("operator", "operator"),
}
DOORS = re.compile(r"^(/desk)?/sign-in")


def patterns(resolver: URLResolver | None = None, before: str = "/") -> Iterator[str]:
    for each in (resolver or get_resolver()).url_patterns:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each, path)
        elif isinstance(each, URLPattern):
            yield path


def routes() -> list[str]:
    """`METHOD address` of every page, by GET and by POST, and of every operation of the API."""
    operations = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    asked = [f"{method.upper()} {path}" for path, methods in operations.items() for method in methods]
    pages = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path) for path in patterns()}
    pages = {path for path in pages if not path.startswith("/api/v1/")} | {
        "/api/v1/docs",
        "/api/v1/openapi.json",
        "/api/v1/",
    }
    return sorted([*asked, *(f"{method} {path}" for path in pages for method in ("GET", "POST"))])


@pytest.fixture
def filled(tmp_path: Path) -> dict[str, str]:
    """What stands in the places of an address: a firm, and a record, a batch and a case of the first department's."""
    for actor, kind in KINDS.values():
        if actor != "operator":
            actor_add(key=actor, kind=kind, title=actor, by="operator", at=NOW)
    done = sent(tmp_path, penalty(1), by="market")
    record = Record.objects.get().pk
    case = objection_file(
        record=record, number=code(1), claimant=Claimant("经办", "0000-0000000", ""), grounds="处罚的不是本公司", papers=[], at=later(minutes=1)
    )  # fmt: skip
    return {
        "/cases/{number}": case.number, "/oversights/{number}": "1", "number": code(1), "code": code(1), "record": str(record), "batch": str(done.batch),
        "source": "penalty-publicity", "jurisdiction": "cn", "place": "cn", "key": "serious-dishonesty",
    }  # fmt: skip


def browsers() -> dict[str, tuple[Browser, dict[str, str]]]:
    """A browser and a program's header for each role: what a program may do it does by its key, pages open to the session."""
    made: dict[str, tuple[Browser, dict[str, str]]] = {"anonymous": (Browser(), {})}
    for role in ("subject", "other subject"):
        person = Subject.objects.create(kind="person", created_at=NOW)
        made[role] = (signed_in(Browser(), person_account(person.pk)), {})
    for role, (actor, _) in KINDS.items():
        key = client_add(actor=actor, title="t", scopes=list(SCOPES), per_minute=100_000, by="operator", at=NOW)[1]
        made[role] = (signed_in(Browser(), staff_account(actor)), {"authorization": f"Bearer {key}"})
    made["auditor"] = (signed_in(Browser(), staff_account("operator", "auditor")), {})
    bare = client_add(actor="market", title="t", scopes=[], per_minute=100_000, by="operator", at=NOW)[1]
    made["client without scope"] = (Browser(), {"authorization": f"Bearer {bare}"})
    return made


def address(route: str, filled: dict[str, str]) -> str:
    path = route.split(" ", 1)[1]
    for within in ("/cases/{number}", "/oversights/{number}"):
        if within in path:
            path = path.replace("{number}", filled[within])
    return re.sub(r"\{(\w+)\}", lambda m: filled.get(m[1], "1"), path)


def answered(answer: Any) -> str:
    """One letter for what became of a request."""
    if answer.status_code == 302 and DOORS.match(answer.url):
        return ">"
    if answer.status_code == 302:
        return "r"
    named = {401: "!", 403: "x", 404: "-", 405: "m"}
    return named.get(answer.status_code, "E" if answer.status_code >= 500 else ".")


def test_every_route_answers_every_role_as_it_was_decided(
    filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = browsers()
    # How often a wrong code may be tried in a minute is told elsewhere; here it would tell how fast the machine is.
    monkeypatch.setattr(reading, "TRIES", Often(TriedTooOften, of_one=10_000, of_all=10_000))
    assert list(made) and sorted(made) == sorted(ROLES)
    found: dict[str, str] = {}
    for route in routes():
        letters = ""
        cache.clear()  # how often an address may ask in a minute is told elsewhere; here it would tell how fast the machine is
        for role in ROLES:
            browser, headers = made[role]
            path, cookies = address(route, filled), browser.cookies.output()
            with transaction.atomic():
                if route.startswith("GET"):
                    answer = browser.get(path, headers=headers)
                else:
                    kind = "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
                    body = "{}" if path.startswith("/api/") else ""
                    answer = browser.generic(route.partition(" ")[0], path, body, kind, headers=headers)
                letters += answered(answer)
                transaction.set_rollback(True)
            browser.cookies.clear()
            browser.cookies.load(cookies.replace("Set-Cookie: ", ""))
        found[route] = letters
    undecided = [f'    "{route}": "{letters}",' for route, letters in found.items() if route not in DECIDED]
    surprises = {
        route: (DECIDED[route], letters) for route, letters in found.items() if DECIDED.get(route, letters) != letters
    }
    assert not undecided, "decide, and write into tests/routes.py:\n" + "\n".join(undecided)
    assert not surprises, surprises
    assert set(DECIDED) == set(found), sorted(set(DECIDED) - set(found))
