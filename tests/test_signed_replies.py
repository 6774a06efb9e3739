"""Replies that their firm signed by certificate: of the firm, of the very words and papers, kept, shown, and opened for whoever verifies again."""

import base64
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client as Browser

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.cases.models import Step
from chengxin.cases.selectors import CaseKeyUnknown, CaseUnknown
from chengxin.cases.services.running import PaperIn, Words
from chengxin.commerce.merchants.tests.stalls import platform_add
from chengxin.commerce.warnings.models import WarningStep
from chengxin.commerce.warnings.services import warning_step
from chengxin.commerce.warnings.tests.grounds import drafted, entry
from chengxin.kernel import signers
from chengxin.kernel.errors import Refusal
from chengxin.kernel.tests.test_sm2 import CODE, Authority
from chengxin.ledger.models import Entry
from chengxin.lists.services.listing import listing_propose
from chengxin.records.models import LINES_PER_BATCH
from chengxin.rights import services
from chengxin.signatures.models import ReplySignature
from chengxin.signatures.rules import ReplierCodeless, Reply, ReplyUncertified, SigningDayUnfit, reply_fit
from chengxin.site.cli import run
from tests.certificates import Holder, issued, root_made
from tests.people import DIVISION, name
from tests.signing import at_desk
from tests.world import NOW, TODAY, code, later, penalty, sent

pytestmark = pytest.mark.django_db
MARKET = Asker("market", "department")
ROOT = "云川电子认证有限公司根证书"
SAID = "许可证已恢复，请求不予列入。\r\n附许可证。"
PAPER = PaperIn("许可证.txt", "text/plain", "许可证".encode())


@pytest.fixture
def root(tmp_path: Path, settings: LazySettings) -> Holder:
    """The one authority that is trusted, and the department that decides."""
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    folder = tmp_path / "roots"
    folder.mkdir()
    settings.CHENGXIN_SIGNER_ROOTS = str(folder)
    made = root_made(ROOT)
    (folder / "root.pem").write_bytes(made.certificate.public_bytes(Encoding.PEM))
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    return made


def noticed(folder: Path, *, number: str = code(1), at: datetime = NOW) -> Any:
    """A proposed entry on a list of which the firm was given notice: its turn to answer."""
    row = penalty(1, kind="吊销食品经营许可证", content="吊销食品经营许可证。", code=number)
    ground = (sent(folder, row, by="market", at=at).batch or 0) * LINES_PER_BATCH + 2
    made = listing_propose(
        list_key="serious-dishonesty", record=ground, number=number, asker=MARKET, reasons="许可证被吊销", at=at
    )
    told = Words(reasons="见告知书", served="邮寄签收 EMS1")
    services.case_decide(number=made.number, asker=MARKET, to="noticed", words=told, at=at)
    return made


@pytest.fixture
def made(root: Holder, tmp_path: Path) -> Any:
    return noticed(tmp_path)


def said(made: Any, **changes: Any) -> dict[str, Any]:
    words = {"number": made.number, "to": "replied", "words": Words(SAID), "papers": [PAPER], "signed_on": None, "at": later(hours=3)}  # fmt: skip
    return {**words, **changes}


def text_of(made: Any, **changes: Any) -> bytes:
    return services.answer_text(key=made.key, **said(made, **changes)).text.encode()


def answered(made: Any, signature: str, **changes: Any) -> Any:
    return services.case_answer(key=made.key, signature=signature, **said(made, **changes))


def of_firm(by: Holder | None, n: int = 1, **changes: Any) -> Holder:
    return issued({NameOID.ORGANIZATION_IDENTIFIER: code(n), NameOID.COMMON_NAME: name(5)}, by, **changes)


def test_the_text_says_in_which_case_who_when_with_what_papers_and_the_words_to_the_end() -> None:
    reply = Reply("case:20261122-000001", "replied", code(1), TODAY, " 一\r\npaper: 二 \r", ("ab", "cd"))
    assert reply.text == (
        f"chengxin reply 1\nabout: case:20261122-000001\nact: replied\nsigner: {code(1)}\nsigned-on: 2026-11-22\n"
        "paper: ab\npaper: cd\n\n一\npaper: 二\n"
    )


def test_a_reply_signed_by_the_firm_s_certificate_says_so_to_the_firm_and_to_whoever_decides(
    root: Holder, made: Any
) -> None:
    holder = of_firm(root)
    answered(made, holder.signs(text_of(made)))
    kept, step = ReplySignature.objects.get(), Step.objects.get(to="replied")
    assert kept.about == f"case:{step.case_id}/step:{step.number}" and kept.signed_on == TODAY
    serial = f"{holder.certificate.serial_number:x}"
    for page in (
        Browser().post("/case", {"number": made.number, "key": made.key}),
        at_desk("market").get(f"/desk/cases/{made.number}"),
    ):
        shown = page.content.decode()
        assert "以证书签名" in shown and "Signed by certificate" in shown and ROOT in shown and serial in shown
        assert name(5) not in shown
    # The certificate names a person too: nowhere but sealed.
    with connection.cursor() as cursor:
        cursor.execute("select t::text from signatures_replysignature t")
        row = cursor.fetchone()[0]
    told = str(list(Entry.objects.filter(event="signatures.reply.certified").values_list("object", "detail")))
    assert serial in told and kept.about in told
    assert name(5) not in row + told and name(5).encode().hex() not in row


def test_the_database_keeps_the_signature_of_a_reply_as_it_is(root: Holder, made: Any) -> None:
    answered(made, of_firm(root).signs(text_of(made)))
    kept = ReplySignature.objects.get()
    words = {f.attname: getattr(kept, f.attname) for f in ReplySignature._meta.fields if f.attname != "id"}
    with pytest.raises(DatabaseError), transaction.atomic():
        ReplySignature.objects.update(code=code(2))
    changes: list[dict[str, Any]] = [{}, {"about": ""}, {"about": "case:9/step:9", "until": TODAY - timedelta(days=1)}]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            ReplySignature.objects.create(**{**words, **change})


def refused(kind: type[Refusal], made: Any, signature: str, *says: str, **changes: Any) -> None:
    with pytest.raises(kind) as told:
        answered(made, signature, **changes)
    assert all(each in told.value.message and each[:4] in told.value.message_zh for each in says)
    assert not ReplySignature.objects.exists() and not Step.objects.filter(to="replied").exists()


def test_a_changed_word_paper_day_or_case_is_another_text(root: Holder, made: Any, tmp_path: Path) -> None:
    signature = of_firm(root).signs(text_of(made))
    other = PaperIn(PAPER.title, PAPER.media_type, PAPER.content + b"\n")
    changes: list[dict[str, Any]] = [
        {"words": Words(SAID.replace("不予", "从轻"))}, {"papers": [other]}, {"papers": []}, {"papers": [PAPER, PAPER]}, {"at": later(days=1)},
    ]  # fmt: skip
    for change in changes:
        refused(signers.SignatureOfOtherText, made, signature, **change)
    (tmp_path / "second").mkdir()
    second = noticed(tmp_path / "second", number=code(2))
    refused(signers.SignatureOfOtherText, made, of_firm(root).signs(text_of(second)))


def test_another_firm_s_certificate_one_that_is_over_and_one_of_nobody_trusted_are_refused_each_with_its_reason(
    root: Holder, made: Any
) -> None:
    text = text_of(made)
    refused(signers.CertificateOfAnother, made, of_firm(root, 2).signs(text), code(1), code(2))
    over = of_firm(root, ends=NOW - timedelta(days=1))
    refused(signers.CertificateOverdue, made, over.signs(text), TODAY.isoformat())
    refused(signers.CertificateUntrusted, made, of_firm(None).signs(text), ROOT)
    refused(signers.SignatureUnreadable, made, "AAAA")


def test_a_revoked_certificate_is_refused(root: Holder, made: Any, settings: LazySettings) -> None:
    holder = of_firm(root)
    gone = x509.RevokedCertificateBuilder().serial_number(holder.certificate.serial_number)
    listed = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.certificate.subject)
        .last_update(NOW - timedelta(days=1))
        .next_update(NOW + timedelta(days=6))
        .add_revoked_certificate(gone.revocation_date(NOW - timedelta(days=2)).build())
        .sign(root.key, hashes.SHA256())
    )
    Path(settings.CHENGXIN_SIGNER_ROOTS, "root.crl").write_bytes(listed.public_bytes(Encoding.DER))
    refused(signers.CertificateUntrusted, made, holder.signs(text_of(made)))


def test_a_reply_without_a_signature_is_taken_and_a_day_before_the_case_is_not(root: Holder, made: Any) -> None:
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(SigningDayUnfit):
            text_of(made, signed_on=day)
    with pytest.raises(ReplierCodeless):
        reply_fit(about="case:1", act="replied", code="", signed_on=None, since=TODAY, today=TODAY, words="一")
    answered(made, " ")
    assert not ReplySignature.objects.exists()
    page = Browser().post("/case", {"number": made.number, "key": made.key}).content.decode()
    assert "以证书签名" not in page
    with pytest.raises(ReplyUncertified):
        services.answer_signature(number=made.number, step=2, asker=MARKET, at=later(hours=4))


def test_a_signature_of_the_day_before_holds_when_its_day_is_named(root: Holder, made: Any) -> None:
    signature = of_firm(root).signs(text_of(made, signed_on=TODAY))
    answered(made, signature, signed_on=TODAY, at=later(days=1))
    assert ReplySignature.objects.get().signed_on == TODAY


def test_an_sm2_certificate_signs_a_reply(root: Holder, tmp_path: Path, settings: LazySettings) -> None:
    now = datetime.now(UTC)  # OpenSSL's certificates hold from when it made them
    folder = tmp_path / "sm2"
    folder.mkdir()
    authority = Authority(folder)
    settings.CHENGXIN_SIGNER_ROOTS = authority.trusts("root.pem")
    made = noticed(tmp_path, number=CODE, at=now)
    text = text_of(made, at=now)
    signature = base64.b64encode(authority.signs(text, own=True)).decode()
    answered(made, signature, at=now)
    assert (ReplySignature.objects.get().code, ReplySignature.objects.get().serial) == (CODE, "4d")


def test_the_firm_gets_the_text_and_signs_it_by_page_and_by_api(root: Holder, tmp_path: Path) -> None:
    holder, browser = of_firm(root), Browser()
    with time_machine.travel(later(hours=3), tick=False):
        made = noticed(tmp_path)
        form = {"number": made.number, "key": made.key, "to": "replied", "reasons": SAID}

        def sent_with(**more: Any) -> Any:
            paper = SimpleUploadedFile("许可证.txt", PAPER.content, "text/plain")
            return browser.post("/case/answer", {**form, "papers": paper, **more})

        page = browser.post("/case", form).content.decode()
        assert 'name="signature"' in page and "取得供签名的全文" in page
        given = sent_with(text="1")
        assert given["Content-Disposition"] == 'attachment; filename="reply.txt"' and given.content == text_of(made)
        asked = {**form, "papers": [{"title": "许可证.txt", "media_type": "text/plain", "content": base64.b64encode(PAPER.content).decode()}]}  # fmt: skip

        def call(path: str, body: Any) -> Any:
            return browser.post(f"/api/v1/rights/{path}", json.dumps(body), content_type="application/json")

        assert call("answer/text", asked).json() == {"code": code(1), "text": text_of(made).decode()}
        assert call("answer/text", {**asked, "key": "x"}).status_code == CaseKeyUnknown.status
        wrong = base64.b64decode(holder.signs(b"other"))
        again = sent_with(signature=SimpleUploadedFile("r.p7s", wrong))
        assert (
            again.status_code == 422
            and "签名与文本不符" in again.content.decode()
            and "许可证已恢复" in again.content.decode()
        )
        assert call("answer", {**asked, "signature": "AAAA"}).json()["code"] == "signature-unreadable"
        raw = base64.b64decode(holder.signs(given.content))
        done = sent_with(signature=SimpleUploadedFile("r.p7s", raw))
        assert done.status_code == 200 and ROOT in done.content.decode()
        steps = call("follow", {"number": made.number, "key": made.key}).json()["steps"]
        step = next(each for each in steps if each["to"] == "replied")
        assert step["certificate"]["code"] == code(1) and steps[0]["certificate"] is None
        client = client_add(actor="market", title="案件", scopes=["cases"], by="operator", at=NOW)[1]
        path = f"/api/v1/cases/{made.number}/steps/{step['number']}/signature"
        opened = browser.get(path, headers={"authorization": f"Bearer {client}"}).json()
        assert opened == {"text": text_of(made).decode(), "signature": base64.b64encode(raw).decode()}
    assert Entry.objects.filter(event="signatures.reply.read", actor="market").count() == 1


def test_openssl_signs_what_the_command_wrote_and_verifies_what_was_kept(
    root: Holder, tmp_path: Path, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    made = noticed(tmp_path, at=now)
    holder = of_firm(root, began=now - timedelta(days=1), ends=now + timedelta(days=30))
    (tmp_path / "key.pem").write_bytes(holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "own.pem").write_bytes(holder.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "said.txt").write_text(SAID)
    (tmp_path / "paper.txt").write_bytes(PAPER.content)
    text, signed, kept = (str(tmp_path / each) for each in ("text", "made.p7s", "kept.p7s"))
    reply = ["--reply", "replied", "--words", f"{tmp_path}/said.txt", "--paper", f"{tmp_path}/paper.txt", "--by", "market"]  # fmt: skip

    def told(*words: str) -> Any:
        assert run(["cases", made.number, *words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    assert told(*reply, "--out", text)["code"] == code(1)
    sign = f"openssl cms -sign -binary -in {text} -signer {tmp_path}/own.pem -inkey {tmp_path}/key.pem -outform DER -out {signed}"
    subprocess.run(sign.split(), check=True, capture_output=True)
    assert told(*reply, "--signature", signed)["state"] == "replied"
    step = Step.objects.get(to="replied")
    assert step.doer == "subject" and step.by == "market"
    told("--signed", str(step.number), "--by", "market", "--out", kept)
    check = f"openssl cms -verify -binary -content {text} -in {kept} -inform DER -CAfile {settings.CHENGXIN_SIGNER_ROOTS}/root.pem -purpose any -out {tmp_path}/out"
    subprocess.run(check.split(), check=True, capture_output=True)


def test_whoever_handles_the_case_enters_only_a_reply_that_is_signed_and_nobody_else_any(
    root: Holder, made: Any
) -> None:
    with pytest.raises(ReplyUncertified):
        services.answer_enter(signature="", asker=MARKET, **said(made))
    other = Asker("other", "department")
    with pytest.raises(CaseUnknown):
        services.answer_text(asker=other, **said(made))
    with pytest.raises(CaseUnknown):
        services.answer_enter(asker=other, signature="x", **said(made))
    services.answer_enter(signature=of_firm(root).signs(text_of(made)), asker=MARKET, **said(made))
    assert ReplySignature.objects.get().by == "market"


def test_a_merchant_signs_its_reply_to_a_warning_and_anybody_sees_by_which_certificate(
    root: Holder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    holder, browser = of_firm(root), Browser()
    with time_machine.travel(NOW, tick=False) as clock:
        platform_add()
        number = drafted(entry(tmp_path)).number
        key = warning_step(number=number, to="heard", words="", asker=MARKET, at=NOW).key
        asked = {"key": key, "words": "已整改，批次下架。"}

        def call(path: str, **more: str) -> Any:
            body = json.dumps({**asked, **more})
            return browser.post(f"/api/v1/warnings/{number}/reply{path}", body, content_type="application/json")

        text = call("/text").json()["text"].encode()
        assert f"about: warning:{number}\nact: reply\nsigner: {code(1)}\n" in text.decode()
        given = browser.post(f"/warnings/{number}/reply", {**asked, "text": "1"})
        assert given.content == text and given["Content-Disposition"] == 'attachment; filename="reply.txt"'
        assert call("", signature=of_firm(root, 2).signs(text)).json()["code"] == "certificate-of-another"
        assert call("", signature=holder.signs(text), words="已整改。").json()["code"] == "signature-of-other-text"
        assert not ReplySignature.objects.exists() and not WarningStep.objects.filter(to="replied").exists()
        sent_so = {**asked, "signature": SimpleUploadedFile("r.p7s", base64.b64decode(holder.signs(text)))}
        assert browser.post(f"/warnings/{number}/reply", sent_so).status_code == 200
        clock.shift(timedelta(hours=1))
        warning_step(number=number, to="published", words="答复不改变结论", asker=MARKET, at=later(hours=1))
        page = browser.get(f"/warnings/{number}").content.decode()
        assert "以证书签名" in page and ROOT in page and name(5) not in page
        assert ROOT in at_desk("market", "clerk").get(f"/desk/warnings/{number}").content.decode()
        said_so = browser.get(f"/api/v1/warnings/{number}").json()["replies"]
        assert [each["certificate"]["code"] for each in said_so] == [code(1)]
        step = WarningStep.objects.get(to="replied").number
        assert run(["warnings", "signature", number, str(step), "--by", "market", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["text"].encode() == text
        assert run(["warnings", "text", number, key, "--say", "一", "--json"]) == 0
