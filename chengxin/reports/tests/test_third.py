"""Third-party reports: a firm allows a credit-service firm to order its report; that firm's own report is known by number and digest, and nothing of it is kept."""

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, actor_identify
from chengxin.kernel.days import day_of
from chengxin.kernel.wording import WordsUnfit
from chengxin.ledger.models import Entry
from chengxin.reports import rules
from chengxin.reports.models import FirmConsent, Report, ThirdReport, ThirdWithdrawal
from chengxin.reports.rules import PassUnknown, ReportNotYours, ReportUnknown
from chengxin.reports.services.admitting import pass_give
from chengxin.reports.services.issuing import report_draw, report_issue
from chengxin.reports.services.ordering import (
    firm_consent_allow,
    firm_consent_end,
    firm_consent_give,
    firm_consent_take_back,
    report_order,
    third_report_register,
    third_report_verify,
    third_report_withdraw,
)
from chengxin.reports.services.reading import report_read, report_verify
from chengxin.site.cli import run
from chengxin.subjects.selectors import subject_of
from tests.signing import firm_account, signed_in
from tests.world import NOW, PERSON_NUMBER, TODAY, code, later, penalty, sent

pytestmark = [pytest.mark.django_db]
OPERATOR, ANYBODY = Asker("operator", "operator"), Asker("public", "public")
HOUSE, OTHER = Asker("credit-house", "service-firm"), Asker("other-house", "service-firm")
UNTIL = TODAY + timedelta(days=30)
FILE = b"%PDF-1.7 an invented third-party report"
DIGEST = sha256(FILE).hexdigest()


@pytest.fixture(autouse=True)
def key(tmp_path: Path) -> str:
    """A firm with a penalty, its pass, and two credit-service firms."""
    for asker in (HOUSE, OTHER):
        actor_add(key=asker.key, kind=asker.kind, title=f"云川{asker.key}信用服务有限公司", by="operator", at=NOW)
    actor_identify(actor=HOUSE.key, code=code(90), by="operator", at=NOW)
    sent(tmp_path, penalty(1), penalty(2))
    return pass_give(number=code(1), seen="营业执照", asker=OPERATOR, at=NOW).key


def allowed(key: str, **changes: Any) -> FirmConsent:
    words = {"number": code(1), "grantee": HOUSE.key, "kind": "enterprise-full", "until": UNTIL, "at": NOW}
    return firm_consent_give(key=key, **{**words, **changes})


def ordered(asker: Asker = HOUSE, n: int = 1, kind: str = "enterprise-full", at: Any = NOW) -> Any:
    return report_order(number=code(n), kind=kind, asker=asker, at=at)


def registered(*rests_on: str, **changes: Any) -> ThirdReport:
    words = {"number": "HX-2026-001", "digest": DIGEST, "code": code(1), "issued_on": TODAY, "asker": HOUSE, "at": NOW}
    return third_report_register(rests_on=rests_on, **{**words, **changes})


def test_a_report_is_ordered_on_the_firm_s_consent_alone_and_the_firm_is_told(key: str) -> None:
    for asker, n in ((HOUSE, 1), (OTHER, 1)):
        with pytest.raises(rules.ConsentMissing):
            ordered(asker, n)
    made = allowed(key)
    assert allowed(key).pk == made.pk and FirmConsent.objects.count() == 1
    had = ordered()
    assert had.envelope["report"]["drawn_by"] == "allowed" and had.envelope["report"]["kind"] == "enterprise-full"
    # Word for word what the firm would draw itself, and none of its free ones.
    own = report_draw(kind="enterprise-full", number=code(1), key=key, asker=ANYBODY, at=NOW)
    assert [s["key"] for s in own.envelope["report"]["sections"]] == [
        s["key"] for s in had.envelope["report"]["sections"]
    ]
    assert Report.objects.filter(drawn_by="subject").count() == 1
    entry = Entry.objects.get(event="reports.report.issued", actor=HOUSE.key)
    assert entry.detail["as"] == "allowed" and entry.detail["consent"] == made.pk and entry.subject is not None
    # Another firm's, another kind, another asker: not by this consent. Outside of it nothing has changed for service firms.
    for words in ((OTHER, 1), (HOUSE, 2), (HOUSE, 1, "special")):
        with pytest.raises(rules.ConsentMissing):
            ordered(*words)
    with pytest.raises(ReportNotYours):
        report_issue(kind="enterprise-full", number=code(1), asker=HOUSE, at=NOW)
    assert report_read(number=had.number, asker=HOUSE, at=NOW).number == had.number
    with pytest.raises(ReportUnknown):
        report_read(number=had.number, asker=OTHER, at=NOW)
    assert not report_verify(number=had.number, code=had.code, at=NOW).changed


def test_a_consent_ends_on_its_day_or_when_it_is_taken_back(key: str) -> None:
    made = allowed(key, until=TODAY)
    ordered()
    with pytest.raises(rules.ConsentMissing):
        ordered(at=later(days=1))
    for number, whose in ((code(2), key), (code(1), "another")):
        with pytest.raises(PassUnknown):
            firm_consent_end(number=number, key=whose, consent=made.pk, at=NOW)
    firm_consent_end(number=code(1), key=key, consent=made.pk, at=NOW)
    with pytest.raises(rules.ConsentMissing):
        ordered()
    with pytest.raises(rules.ConsentMissing):
        firm_consent_end(number=code(1), key=key, consent=made.pk, at=NOW)
    assert allowed(key, until=TODAY).pk != made.pk
    ordered()


def test_only_whom_the_lawbook_names_and_only_for_so_long_may_be_allowed(key: str) -> None:
    actor_add(key="mall", kind="platform", title="云集商城", by="operator", at=NOW)
    for change in ({"grantee": "mall"}, {"kind": "special"}, {"kind": "enterprise-public"}):
        with pytest.raises(rules.GranteeUnfit):
            allowed(key, **change)
    for until in (TODAY - timedelta(days=1), TODAY + timedelta(days=400)):
        with pytest.raises(rules.ConsentTermUnfit):
            allowed(key, until=until)
    with pytest.raises(PassUnknown):
        allowed("no-pass")
    assert not FirmConsent.objects.exists()


def test_a_third_party_report_rests_on_reports_that_were_ordered_about_the_very_firm(tmp_path: Path, key: str) -> None:
    allowed(key)
    had, again = ordered(), ordered()
    made = registered(had.number, again.number)
    assert registered(again.number, had.number, at=later(hours=1)).pk == made.pk
    told = third_report_verify(number=" HX-2026-001 ", digest=DIGEST.upper(), at=NOW)
    assert (told.issuer, told.issuer_code, told.code, told.issued_on) == (
        "云川credit-house信用服务有限公司", code(90), code(1), TODAY,
    )  # fmt: skip
    assert [each["number"] for each in told.rests_on] == [had.number, again.number]
    # Of neither what our report says, nor any code by which it could be had.
    assert had.code not in str(told.as_dict()) and "sections" not in str(told.as_dict())
    for number, digest in (("HX-2026-002", DIGEST), ("HX-2026-001", sha256(FILE + b".").hexdigest()), ("", "")):
        with pytest.raises(rules.ThirdUnknown):
            third_report_verify(number=number, digest=digest, at=NOW)
    with pytest.raises(rules.ThirdRegistered):
        registered(had.number)
    with pytest.raises(rules.ThirdRegistered):
        registered(had.number, again.number, digest="0" * 64)
    # Not about another firm, not on a report of somebody else's or of the public, not on nothing, and not before it was had.
    public = report_issue(kind="enterprise-public", number=code(1), asker=HOUSE, at=NOW).number
    before = {"issued_on": TODAY - timedelta(days=1)}
    one = (had.number,)
    for numbers, change in (((), {}), ((public,), {}), ((*one, public), {}), (one, {"code": code(2)}), (one, before)):
        with pytest.raises(rules.ThirdRestsOnNothing):
            registered(*numbers, **{"number": "HX-3", **change})
    with pytest.raises(ReportUnknown):
        registered(had.number, asker=OTHER)
    with pytest.raises(rules.ThirdNotYours):
        registered(had.number, asker=ANYBODY)
    names = ("a b", "", "信用分 98", PERSON_NUMBER, "13800138000")
    changes: list[dict[str, Any]] = [{"number": each} for each in names]
    for change in [*changes, {"digest": "x"}, {"issued_on": TODAY + timedelta(days=1)}]:
        with pytest.raises(rules.ThirdUnfit):
            registered(had.number, **change)


def test_a_third_party_report_is_kept_as_number_digest_and_day_and_nothing_else(key: str) -> None:
    fields = {field.name for field in ThirdReport._meta.fields}
    assert fields == {"id", "issuer", "number", "digest", "code", "issued_on", "rests_on", "at"}
    allowed(key)
    made = registered(ordered().number)
    words = {name: getattr(made, name) for name in fields - {"id"}}
    bad: list[dict[str, Any]] = [{"digest": "x"}, {"rests_on": []}, {"issuer": ""}]
    for change in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            ThirdReport.objects.create(**{**words, "number": "other", **change})
    with pytest.raises(DatabaseError), transaction.atomic():
        ThirdReport.objects.update(digest="0" * 64)


def test_on_the_pages_a_firm_allows_and_takes_back_and_whoever_holds_the_report_verifies_it() -> None:
    browser, at = Browser(), timezone.now()
    key = pass_give(number=code(1), seen="营业执照", asker=OPERATOR, at=at).key
    own = {"number": code(1), "key": key}
    shown = browser.post("/reports", own).content.decode()
    assert "授权信用服务机构" in shown and HOUSE.key in shown
    form = {
        **own,
        "act": "allow",
        "kind": "enterprise-full",
        "grantee": HOUSE.key,
        "until": (timezone.localdate() + timedelta(days=30)).isoformat(),
    }
    made = browser.post("/reports/allow", form).content.decode()
    consent = FirmConsent.objects.get()
    assert f'value="{consent.pk}"' in made
    at = timezone.now()
    registered(ordered(at=at).number, issued_on=day_of(at), at=at)
    assert "有误" in browser.post("/reports/allow", {**form, "until": "soon"}).content.decode()
    browser.post("/reports/allow", {**own, "act": "end", "consent": str(consent.pk)})
    with pytest.raises(rules.ConsentMissing):
        ordered(at=timezone.now())
    page = browser.get("/third-party-reports").content.decode()
    assert "第三方信用报告" in page
    asked = {"number": "HX-2026-001", "digest": DIGEST}
    good = browser.post("/third-party-reports", asked).content.decode()
    assert "credit-house" in good and code(1) in good and Report.objects.count() == 1
    file = SimpleUploadedFile("report.pdf", FILE, "application/pdf")
    assert (
        "credit-house" in browser.post("/third-party-reports", {"number": "HX-2026-001", "file": file}).content.decode()
    )
    bad = browser.post("/third-party-reports", {**asked, "digest": "0" * 64})
    assert bad.status_code == 404 and "credit-house" not in bad.content.decode()


def test_an_issuer_takes_its_report_back_once_with_a_reason_and_whoever_verifies_it_is_told(key: str) -> None:
    allowed(key)
    made = registered(ordered().number)
    verified = third_report_verify(number=made.number, digest=DIGEST, at=NOW)
    assert (verified.state, verified.withdrawn_at, verified.consent_ended_at) == ("registered", None, None)
    with pytest.raises(rules.ThirdUnknown):
        third_report_withdraw(number=made.number, reason="数据有误", asker=OTHER, at=NOW)
    with pytest.raises(WordsUnfit):
        third_report_withdraw(number=made.number, reason=" ", asker=HOUSE, at=NOW)
    third_report_withdraw(number=made.number, reason="数据有误", asker=HOUSE, at=NOW)
    with pytest.raises(rules.ThirdWithdrawn):
        third_report_withdraw(number=made.number, reason="再次", asker=HOUSE, at=NOW)
    verified = third_report_verify(number=made.number, digest=DIGEST, at=NOW)
    assert (verified.state, verified.withdrawn_why) == ("withdrawn", "数据有误")
    page = Browser().post("/third-party-reports", {"number": made.number, "digest": DIGEST}).content.decode()
    assert "出具机构已经撤销" in page and "数据有误" in page
    with pytest.raises(DatabaseError), transaction.atomic():
        ThirdWithdrawal.objects.all().delete()


def test_a_consent_taken_back_shows_on_verification_unless_another_stands_and_one_run_out_does_not(key: str) -> None:
    first = allowed(key, until=TODAY)
    made = registered(ordered().number)
    assert third_report_verify(number=made.number, digest=DIGEST, at=later(days=9)).state == "registered", "run out"
    other = allowed(key)
    firm_consent_end(number=code(1), key=key, consent=first.pk, at=later(minutes=1))
    assert third_report_verify(number=made.number, digest=DIGEST, at=later(minutes=2)).state == "registered"
    firm_consent_end(number=code(1), key=key, consent=other.pk, at=later(minutes=3))
    verified = third_report_verify(number=made.number, digest=DIGEST, at=later(minutes=4))
    assert (verified.state, verified.consent_ended_at) == ("consent-ended", later(minutes=3))


def test_a_firm_allows_and_takes_back_from_its_own_account_and_no_other_s(key: str) -> None:
    subjects = [subject_of(code(n), known_at=later(days=1)) for n in (1, 2)]
    made = firm_consent_allow(
        subject=subjects[0], account=7, grantee=HOUSE.key, kind="enterprise-full", until=UNTIL, at=NOW
    )
    assert (made.code, made.way) == (code(1), "account:7")
    ordered()
    with pytest.raises(rules.ConsentMissing):
        firm_consent_take_back(subject=subjects[1], consent=made.pk, at=NOW)
    mine, other = (signed_in(Browser(), firm_account(s)) for s in subjects)
    with time_machine.travel(later(hours=1), tick=True):
        assert HOUSE.key in mine.get("/my/firm-consents").content.decode()
        assert "撤回授权" not in other.get("/my/firm-consents").content.decode()
        assert other.post("/my/firm-consents", {"withdraw": made.pk}).status_code == 403
        assert mine.post("/my/firm-consents", {"withdraw": made.pk}).status_code == 302
        with pytest.raises(rules.ConsentMissing):
            ordered(at=timezone.now())
        typed = {"grantee": HOUSE.key, "kind": "enterprise-full", "until": str(UNTIL)}
        assert mine.post("/my/firm-consents", typed).status_code == 302
        assert mine.post("/my/firm-consents", {**typed, "until": "soon"}).status_code == 422
    assert FirmConsent.objects.filter(way__startswith="account:").count() == 2


def test_the_command_registers_takes_back_and_verifies(
    key: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    allowed(key, at=timezone.now(), until=day_of(timezone.now()))
    had = ordered(at=timezone.now())
    file = tmp_path / "report.pdf"
    file.write_bytes(FILE)
    words = ["HX-2026-009", "--file", str(file), "--json"]
    house = ["--by", HOUSE.key]
    assert run(["third-party", "register", *words, "--code", code(1), "--rests-on", had.number, *house]) == 0
    assert json.loads(capfd.readouterr().out)["state"] == "registered"
    assert run(["third-party", "withdraw", "HX-2026-009", "--reason", "数据有误", "--json"]) == 2
    assert run(["third-party", "withdraw", "HX-2026-009", "--reason", "数据有误", "--json", *house]) == 0
    capfd.readouterr()
    assert run(["third-party", "verify", *words]) == 0
    assert json.loads(capfd.readouterr().out)["withdrawn_why"] == "数据有误"
