"""Agreements: a platform's or credit-service firm's program may do what they name, and no longer than they hold."""

import json
from datetime import date
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from chengxin.actors.models import Agreement
from chengxin.actors.rules import AgreementUnfit, AgreementUnknown
from chengxin.actors.selectors import agreements_known, asker_by_key
from chengxin.actors.services import actor_add, agreement_end, agreement_file, client_add
from chengxin.kernel.errors import Refusal
from chengxin.site.cli import run
from tests.world import NOW, PERSON_NUMBER, later

pytestmark = pytest.mark.django_db
AGREED: dict[str, Any] = {
    "actor": "mall", "number": "云信协〔2026〕7号", "scopes": ["merchants"], "document": "数据共享协议", "digest": "a" * 64,
    "from_on": date(2026, 11, 1), "to_on": date(2027, 11, 1), "by": "operator", "at": NOW,
}  # fmt: skip


@pytest.fixture
def key() -> str:
    actor_add(key="mall", kind="platform", title="云集商城", by="operator", at=NOW)
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    return client_add(actor="mall", title="t", scopes=["merchants", "trades"], by="operator", at=NOW, days=900)[1]


def scopes(key: str, at: Any = NOW) -> set[str]:
    asker = asker_by_key(key, at=at)
    assert asker is not None
    return set(asker.scopes)


def test_a_channel_does_what_its_agreements_name_and_ends_with_them(key: str) -> None:
    assert scopes(key) == {"merchants", "trades"}
    agreement_file(**AGREED)
    assert agreement_file(**AGREED) == Agreement.objects.get()
    assert scopes(key) == {"merchants"}
    agreement_file(
        **AGREED | {"number": "云信协〔2026〕8号", "scopes": ["trades", "reports"], "to_on": date(2026, 12, 1)}
    )
    assert scopes(key) == {"merchants", "trades"} and scopes(key, later(days=9)) == {"merchants"}
    agreement_end(actor="mall", number=AGREED["number"], by="operator", at=later(hours=1))
    assert scopes(key, later(hours=2)) == {"trades"} and scopes(key, later(days=400)) == set()
    assert [each.in_force for each in agreements_known(at=later(hours=2), actor="mall")] == [True, False]
    with pytest.raises(AgreementUnknown):
        agreement_end(actor="mall", number=AGREED["number"], by="operator", at=later(hours=3))
    with pytest.raises(AgreementUnfit):  # under the same number something else
        agreement_file(**AGREED | {"scopes": ["trades"]})


def test_where_the_place_wants_one_of_each_a_platform_without_does_nothing_and_a_department_needs_none(
    key: str, settings: LazySettings
) -> None:
    settings.CHENGXIN_AGREEMENTS = True
    own = client_add(actor="market", title="t", scopes=["checks"], by="operator", at=NOW)[1]
    assert scopes(key) == set() and scopes(own) == {"checks"}
    with time_machine.travel(later(minutes=1), tick=False):
        answer = Browser().get("/api/v1/merchants/filings", headers={"authorization": f"Bearer {key}"})
        assert answer.status_code == 403 and answer.json()["code"] == "scope-missing"
        agreement_file(**AGREED)
        told = Browser().get("/api/v1/client", headers={"authorization": f"Bearer {key}"}).json()
    assert told["agreements"] == [AGREED["number"]] and told["scopes"] == ["merchants"]


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": "market"}, {"actor": "nobody"}, {"number": " "}, {"scopes": []}, {"scopes": ["all"]}, {"digest": "x"}, {"document": ""},
        {"to_on": date(2026, 11, 1)}, {"document": f"协议{PERSON_NUMBER}"},
    ],
)  # fmt: skip
def test_one_without_number_scope_document_or_end_is_refused(key: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        agreement_file(**AGREED | changes)
    assert not Agreement.objects.exists()


def test_the_command_files_ends_and_lists_and_the_public_reads_them(
    key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with time_machine.travel(later(minutes=5), tick=False):
        words = [
            "--scope",
            "merchants",
            "--document",
            "数据共享协议",
            "--digest",
            "a" * 64,
            "--from",
            "2026-11-01",
            "--to",
            "2027-11-01",
        ]
        assert run(["agreements", "mall", "--add", "云信协7", *words, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["agreements"][0]["in_force"]
        assert "云信协7" in Browser().get("/agreements").content.decode()
        assert run(["agreements", "mall", "--end", "云信协7", "--json"]) == 0
        assert not json.loads(capsys.readouterr().out)["agreements"][0]["in_force"]
        assert run(["agreements", "mall", "--add", "x"]) != 0
    own = Agreement.objects.get().actor_id
    row = {k: v for k, v in AGREED.items() if k not in ("actor", "number", "to_on")}
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.create(**row, actor_id=own, number="y", to_on=date(2026, 1, 1))
