"""The ledger's open door: whoever holds a receipt is answered, nobody can list what was asked."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from chengxin.ledger.selectors import log_key
from chengxin.ledger.services import Sequencer, log_key_publish, trace_receipted
from chengxin_verify import cli
from chengxin_verify.entries import Receipt
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def receipts(tmp_path: Path, settings: Any) -> list[Receipt]:
    settings.CHENGXIN_HOME = tmp_path
    settings.CHENGXIN_LEDGER_ORIGIN = "example.com/test"
    sequencer = Sequencer(log_key_publish(by="operator", at=NOW))
    made = []
    for count in (3, 40):
        made += [
            trace_receipted(event="checks.check.answered", by="finance", at=NOW, about=f"号{n}") for n in range(count)
        ]
        sequencer.entries_place(at=NOW)
    return made


def asked(client: Client, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    told = (
        client.post(f"/api/v1/ledger/{path}", json.dumps(body), content_type="application/json")
        if body
        else client.get(f"/api/v1/ledger/{path}")
    )
    return told.status_code, told.json() if "json" in told["Content-Type"] else told.content.decode()


def verified(tmp_path: Path, name: str, told: Any, *words: str) -> int:
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    return cli.run([name, str(path), *words, "--key", log_key().keys[0].written, "--json"])


def test_a_receipt_leads_to_a_proof_and_to_its_text_without_a_key(
    client: Client, tmp_path: Path, receipts: list[Receipt]
) -> None:
    receipt = receipts[20]
    status, proof = asked(client, "inclusion", {"entry": receipt.entry, "commitment": receipt.commitment.hex()})
    assert status == 200 and verified(tmp_path, "inclusion", proof) == 0
    status, text = asked(client, "opening", {"entry": receipt.entry, "salt": receipt.salt.hex()})
    assert status == 200 and json.loads(text["text"])["object"] == "号17"
    (tmp_path / "text.json").write_text(json.dumps(text), encoding="utf-8")
    assert verified(tmp_path, "receipt", receipt.as_dict(), "--text", str(tmp_path / "text.json")) == 0


def test_checkpoints_keys_and_consistency_are_public(client: Client, tmp_path: Path) -> None:
    _, keys = asked(client, "keys")
    assert keys == {"origin": "example.com/test", "keys": [log_key().keys[0].written]}
    status, listed = asked(client, "checkpoints?most=10")
    assert status == 200, listed
    assert [each["size"] for each in listed] == [4, 44] and asked(client, "checkpoints?after=4")[1] == listed[1:]
    assert asked(client, "checkpoint")[1] == listed[-1]["note"]
    assert asked(client, "checkpoints?after=-5&most=99999999999999999999999")[1] == listed
    assert asked(client, "checkpoints?after=99999999999999999999999")[1] == []
    status, proof = asked(client, "consistency?first=4&second=44")
    assert status == 200 and verified(tmp_path, "consistency", proof) == 0


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("inclusion", {"entry": 10**9, "commitment": "00" * 32}, "entry-not-placed"),
        ("inclusion", {"entry": 0, "commitment": "00" * 32}, "entry-unknown"),
        ("inclusion", {"entry": 0, "commitment": "xx"}, "not-valid"),
        ("inclusion", {"entry": 2**70, "commitment": "00" * 32}, "not-valid"),
        ("opening", {"entry": 0, "salt": "00" * 16}, "entry-not-opened"),
        ("consistency?first=4&second=43", None, "checkpoint-unknown"),
        ("consistency?first=4&second=99999999999999999999999", None, "checkpoint-unknown"),
        ("checkpoints?most=x", None, "not-valid"),
    ],
)
def test_a_number_alone_opens_nothing(
    client: Client, receipts: list[Receipt], path: str, body: dict[str, Any] | None, code: str
) -> None:
    if body and body["entry"] == 0:
        body = body | {"entry": receipts[5].entry}
    status, told = asked(client, path, body)
    assert status in (404, 409, 422) and told["code"] == code and "号" not in json.dumps(told.get("text", ""))
