"""Who may act: admitted once, by a key that is theirs for good; a program's key is shown once and kept as a digest."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from chengxin.actors.models import Actor, Client
from chengxin.actors.rules import OriginUnfit, origin_read
from chengxin.actors.selectors import ActorUnknown, actor_acting, asker_acting, asker_by_key, origins_of
from chengxin.actors.services import (
    ActorExists,
    ActorKindUnknown,
    ClientUnknown,
    OriginUnknown,
    ScopeUnknown,
    actor_add,
    client_add,
    client_revoke,
    origin_add,
    origin_remove,
)
from chengxin.ledger.models import Entry
from tests.world import NOW, everything, later

pytestmark = pytest.mark.django_db

BY: dict[str, Any] = {"by": "operator", "at": NOW}


@pytest.fixture
def finance() -> Actor:
    return actor_add(key="finance", kind="department", title="财政局", title_en="Finance", **BY)


def test_an_actor_is_admitted_once_and_traced(finance: Actor) -> None:
    assert asker_acting("finance", at=NOW).kind == "department"
    with pytest.raises(ActorExists):
        actor_add(key="finance", kind="court", title="法院", **BY)
    assert Entry.objects.get(event="actors.actor.added").object == "actor:finance"


def test_a_kind_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ActorKindUnknown) as error:
        actor_add(key="x", kind="friend", title="友", **BY)
    assert "credit-centre" in error.value.message and "credit-centre" in error.value.message_zh


@pytest.mark.parametrize("key", ["", "Finance", "财政局", "a b", "-a", "x" * 64])
def test_a_key_that_could_be_misread_is_refused_by_the_database(key: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        actor_add(key=key, kind="department", title="甲", **BY)


def test_a_closed_actor_acts_no_more(finance: Actor) -> None:
    Actor.objects.filter(pk=finance.pk).update(closed_at=later(hours=1))
    assert actor_acting("finance", at=later(minutes=59)) == finance
    with pytest.raises(ActorUnknown):
        actor_acting("finance", at=later(hours=1))
    with pytest.raises(ActorUnknown):
        client_add(actor="finance", title="t", scopes=["checks"], by="operator", at=later(hours=1))


def test_a_key_is_kept_as_its_digest_alone(finance: Actor) -> None:
    client, key = client_add(actor="finance", title="核查程序", scopes=["checks"], **BY)
    assert key.startswith("cx_") and len(key) > 40
    assert key not in everything()
    assert client.key_prefix == key[:8]
    asker = asker_by_key(key, at=NOW)
    assert asker and (asker.key, asker.kind, asker.scopes) == ("finance", "department", frozenset({"checks"}))


def test_a_key_works_until_it_expires_is_revoked_or_its_actor_closes(finance: Actor) -> None:
    client, key = client_add(actor="finance", title="t", scopes=["checks"], days=30, **BY)
    assert asker_by_key(key, at=NOW + timedelta(days=30, seconds=-1))
    assert asker_by_key(key, at=NOW + timedelta(days=30)) is None
    assert asker_by_key(key + "x", at=NOW) is None
    client_revoke(client=client.pk, by="operator", at=later(hours=1))
    assert asker_by_key(key, at=later(hours=1)) is None
    with pytest.raises(ClientUnknown):
        client_revoke(client=client.pk, by="operator", at=later(hours=2))
    assert [e.event for e in Entry.objects.order_by("pk")][-2:] == ["actors.client.added", "actors.client.revoked"]
    _, other = client_add(actor="finance", title="t", scopes=["checks"], **BY)
    Actor.objects.filter(pk=finance.pk).update(closed_at=later(hours=3))
    assert asker_by_key(other, at=later(hours=2)) and asker_by_key(other, at=later(hours=3)) is None


def test_a_scope_that_does_not_exist_is_refused(finance: Actor) -> None:
    with pytest.raises(ScopeUnknown):
        client_add(actor="finance", title="t", scopes=["checks", "everything"], **BY)
    assert not Client.objects.exists()


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": -1}, {"per_minute": 0}])
def test_a_key_without_a_life_or_a_limit_is_refused_by_the_database(finance: Actor, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        client_add(actor="finance", title="t", scopes=["checks"], **(BY | wrong))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://approval.example.gov.cn", "https://approval.example.gov.cn"),
        (" HTTPS://Approval.Example.gov.cn:443/ ", "https://approval.example.gov.cn"),
        ("https://10.8.0.7:8443", "https://10.8.0.7:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://a.example:4430", "https://a.example:4430"),
    ],
)
def test_an_origin_is_read_as_a_browser_writes_it(written: str, read: str) -> None:
    assert origin_read(written) == read


@pytest.mark.parametrize(
    "written",
    ["https://*.gov.cn", "*", "http://approval.example.gov.cn", "https://a.example/path", "https://a.example https://b.example",
     "https://a.example;script-src *", "https://审批.example", "approval.example.gov.cn", "https://user@a.example", "null", ""],
)  # fmt: skip
def test_what_is_no_origin_is_refused(written: str) -> None:
    with pytest.raises(OriginUnfit):
        origin_read(written)


def test_an_origin_is_registered_once_removed_and_traced() -> None:
    actor_add(key="finance", kind="department", title="财政局", by="operator", at=NOW)
    for _ in range(2):
        origin_add(actor="finance", origin="https://a.example", by="operator", at=NOW)
    assert origins_of("finance") == ["https://a.example"]
    origin_remove(actor="finance", origin="https://a.example", by="operator", at=NOW)
    assert origins_of("finance") == []
    with pytest.raises(OriginUnknown):
        origin_remove(actor="finance", origin="https://a.example", by="operator", at=NOW)
    events = Entry.objects.filter(event__startswith="actors.origin.").order_by("pk").values_list("event", flat=True)
    assert list(events) == ["actors.origin.added", "actors.origin.removed"]
