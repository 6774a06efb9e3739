"""Natural persons: rows about them are refused and sealed, their numbers are read and never filed, nor logged."""

import gzip
import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.services import client_add
from chengxin.records.models import Record, Refused, Waiting
from chengxin.records.selectors.batches import refused_rows
from chengxin.records.services.waiting import waiting_assign
from tests.world import PERSON_NUMBER, Row, batch_of, code, everything, file_write, ingest, later, penalty, sent

pytestmark = pytest.mark.django_db

PLANTED = (PERSON_NUMBER, PERSON_NUMBER.lower())
PERSON = {"法定代表人": "赵钱孙", "法定代表人证件类型": "身份证", "法定代表人证件号码": PERSON_NUMBER}


def nothing_planted() -> None:
    kept = everything()
    for words in (PERSON_NUMBER, "赵钱孙"):
        assert words not in kept
        assert words.encode().hex() not in kept
        assert words.encode().decode("latin-1") not in kept


@pytest.mark.parametrize(
    "row",
    [
        {"category": "自然人", "code": "", "name": "赵钱孙", "自然人证件号码": PERSON_NUMBER},
        {"category": "", "code": "", "name": "赵钱孙", "自然人证件号码": PERSON_NUMBER},
        {"category": "自然人", "name": "赵钱孙"},
        {"code": PERSON_NUMBER, "name": "赵钱孙"},
        {"code": "110103 1998 1231 001x".replace("1998", "2098").replace("001x", "0010"), "name": "赵钱孙"},
    ],
)
def test_a_row_about_a_natural_person_is_refused_and_sealed(tmp_path: Path, row: Row) -> None:
    done = sent(tmp_path, penalty(1), penalty(2, **row))
    assert (done.accepted, done.refused_by_reason) == (1, {"natural-person": 1})
    nothing_planted()
    (refused,) = refused_rows(batch_of(done))
    assert PERSON_NUMBER not in refused.message + refused.message_zh
    assert "自然人" in refused.message_zh and "natural person" in refused.message
    assert "赵钱孙" in refused.row.values()  # whoever sent it reads it as it came


def test_persons_beside_an_organisation_are_read_and_never_filed(tmp_path: Path) -> None:
    rows = [penalty(1) | PERSON, penalty(2, code="") | PERSON, penalty(3, fine="x") | PERSON]
    done = sent(tmp_path, *rows)
    assert (done.accepted, done.waiting, done.refused) == (1, 1, 1)
    assert not {"legal_representative", "legal_representative_id", "person_id"} & set(Record.objects.get().body)
    nothing_planted()
    assert len(bytes(Refused.objects.get().sealed)) > 100 and len(bytes(Waiting.objects.get().sealed)) > 100


@pytest.mark.parametrize("heading", ["工商注册号", "组织机构代码", "税务登记号", "事业单位证书号", "备注"])
@pytest.mark.parametrize("number", [PERSON_NUMBER, PERSON_NUMBER + "01"])
def test_a_person_s_number_in_another_number_s_column_is_left_out(tmp_path: Path, heading: str, number: str) -> None:
    """Sole traders' tax numbers were made of their citizen numbers."""
    done = sent(tmp_path, penalty(1) | {heading: number})
    assert done.accepted == 1
    nothing_planted()
    assert Record.objects.get().body["penalty_kind"] == "罚款"


def test_a_waiting_row_leaves_a_person_s_number_out_when_it_is_assigned(tmp_path: Path) -> None:
    done = sent(tmp_path, penalty(1, code="") | PERSON | {"工商注册号": PERSON_NUMBER})
    assert done.batch
    waiting_assign(batch=done.batch, line=2, number=code(1), by="operator", at=later(hours=1), reason="核实")
    assert Record.objects.count() == 1
    nothing_planted()


@pytest.mark.parametrize("form", [".csv", ".jsonl", ".parquet", ".xlsx"])
def test_a_broken_row_is_sealed_too(tmp_path: Path, form: str) -> None:
    path = file_write(tmp_path / f"p{form}", [penalty(1), penalty(2) | PERSON])
    if form == ".csv":
        path.write_bytes(path.read_bytes() + f"赵钱孙,{PERSON_NUMBER}\n".encode())
    if form == ".jsonl":
        path.write_bytes(path.read_bytes() + f'{{"法定代表人": "赵钱孙", {PERSON_NUMBER}\n'.encode())
    ingest(path)
    nothing_planted()


def test_no_log_and_no_refusal_of_a_file_names_a_person(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        sent(tmp_path, penalty(1) | PERSON, penalty(2, code=PERSON_NUMBER), penalty(3, decided_on="x") | PERSON)
        cut = file_write(tmp_path / "cut.csv.gz", [penalty(n) | PERSON for n in range(50)])
        cut.write_bytes(gzip.compress(gzip.decompress(cut.read_bytes()))[:-30])
        with pytest.raises(Exception, match="gzip") as error:
            ingest(cut)
    assert PERSON_NUMBER not in str(error.value)
    mine = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("django.db.backends"))
    out, err = capfd.readouterr()
    for text in (mine, out, err):
        assert PERSON_NUMBER not in text and "赵钱孙" not in text


def test_the_server_s_own_log_holds_no_value(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1) | PERSON, penalty(2, code=PERSON_NUMBER))
    for log in (Path(settings.CHENGXIN_HOME) / "postgres" / "log").glob("*"):
        assert PERSON_NUMBER.encode() not in log.read_bytes()


def test_an_upload_of_a_person_s_row_answers_with_the_reason_alone(
    tmp_path: Path, client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    at = timezone.now()
    _, key = client_add(actor="operator", title="t", scopes=["batches"], by="operator", at=at)
    path = file_write(tmp_path / "p.csv", [penalty(1, code=PERSON_NUMBER, name="赵钱孙")])
    with path.open("rb") as file, caplog.at_level(logging.INFO):
        answer = client.post(
            "/api/v1/batches/penalty-publicity", {"file": file}, headers={"authorization": f"Bearer {key}"}
        )
    assert answer.json()["refused_by_reason"] == {"natural-person": 1}
    assert PERSON_NUMBER not in answer.content.decode() and PERSON_NUMBER not in caplog.text
    nothing_planted()


def test_the_planted_number_would_be_found_if_it_were_kept(tmp_path: Path) -> None:
    """The search itself works: a word that is filed in clear is found, also inside bytes."""
    sent(tmp_path, penalty(1, facts="找得到的字"))
    assert "找得到的字" in everything()
    assert PLANTED
