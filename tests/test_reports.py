"""Reports through every door: command, API, the portal and the desk; what each refuses, and what strangers get."""

import json
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from pdfminer.high_level import extract_text

from chengxin.actors.services import actor_add, client_add
from chengxin.kernel.certificates import pdf_signed_by
from chengxin.ledger.models import Entry
from chengxin.reports.models import Report
from chengxin.reports.rules import IssuedTooOften, Often, ReportNotYours, TriedTooOften
from chengxin.reports.services import issuing, reading
from chengxin.reports.services.admitting import pass_give
from tests.signing import at_desk
from tests.world import CASE, NOW, OPERATOR, code, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SEEN = "营业执照副本、授权委托书"


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted by the minute begins anew with each test."""
    monkeypatch.setattr(issuing, "MADE", Often(IssuedTooOften, of_one=5, of_all=60))
    monkeypatch.setattr(reading, "TRIES", Often(TriedTooOften, of_one=10, of_all=300))


@pytest.fixture
def firms(tmp_path: Path) -> None:
    """Two firms, each with a penalty."""
    sent(tmp_path, penalty(1), penalty(2))


def key_of(actor: str, kind: str, *scopes: str) -> str:
    if kind != "operator":
        actor_add(key=actor, kind=kind, title=f"云川市{actor}", by="operator", at=NOW)
    return client_add(actor=actor, title=actor, scopes=list(scopes), by="operator", at=NOW, per_minute=1_000)[1]


Call = Callable[..., Any]


@pytest.fixture
def call(client: Client) -> Call:
    def answer(key: str, path: str, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {key}"}
        if body is None:
            return client.get(f"/api/v1{path}", headers=headers)
        return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)

    return answer


def commanded(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("report", *words, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


# --- the command ---------------------------------------------------------------------------------------------------------------


def test_the_command_issues_writes_and_verifies(firms: None, tmp_path: Path) -> None:
    made = commanded(code(1), "--kind", "special", "--seen", SEEN, "--years", "5", "--out", str(tmp_path))
    assert set(made) == {"number", "code", "kind", "pdf", "json", "digest", "trace"}
    for path in (made["pdf"], made["json"]):
        assert Path(path).stat().st_mode & 0o777 == 0o600
    envelope = json.loads(Path(made["json"]).read_text(encoding="utf-8"))
    assert envelope["digest"] == made["digest"] and envelope["report"]["years"] == 5
    by_file = commanded("--verify", made["pdf"])
    by_code = commanded("--number", made["number"], "--code", made["code"])
    assert by_file == by_code and (by_file["intact"], by_file["signed"], by_file["changed"]) == (True, True, False)
    with pytest.raises(ReportNotYours):
        commanded(code(1), "--kind", "special", "--by", "public", "--out", str(tmp_path))


def test_the_command_gives_a_pass_and_takes_it_back(firms: None) -> None:
    given = commanded(code(1), "--give-pass", "--seen", SEEN, "--days", "3")
    assert set(given) == {"pass", "code", "key", "until"} and given["until"].startswith("2026-11-25")
    assert commanded("--end-pass", str(given["pass"]))["pass"] == given["pass"]


# --- the API -------------------------------------------------------------------------------------------------------------------


def test_a_program_draws_reads_again_and_verifies(firms: None, call: Call) -> None:
    finance, shop = key_of("finance", "department", "reports"), key_of("shop", "platform", "reports")
    asked = {"code": code(1), "kind": "enterprise-full", "matter": "tender", **CASE}
    made = call(finance, "/reports", asked).json()
    assert set(made) == {"number", "code", "report", "digest", "signature", "trace"}
    again = call(finance, f"/reports/{made['number']}").json()
    assert again == {key: made[key] for key in ("number", "report", "digest", "signature")}
    pdf = call(finance, f"/reports/{made['number']}/pdf")
    assert pdf["Content-Type"] == "application/pdf" and pdf_signed_by(pdf.content) is not None
    assert call(shop, f"/reports/{made['number']}").status_code == 404
    verified = call(shop, "/reports/verify", {"number": made["number"], "code": made["code"]}).json()
    assert verified["intact"] and not verified["changed"] and "report" not in verified
    assert call(shop, "/reports/verify", {"number": made["number"], "code": "x"}).json()["code"] == "report-unknown"
    reader = Entry.objects.get(pk=made["trace"])
    assert (reader.actor, reader.purpose) == ("finance", CASE["purpose"])


def test_the_api_refuses_with_the_reason(firms: None, call: Call) -> None:
    finance, shop = key_of("finance", "department", "reports"), key_of("shop", "platform", "reports")
    bare = key_of("bare", "platform", "checks")
    for key, body, status, refused in (
        (bare, {"code": code(1), "kind": "enterprise-public"}, 403, "scope-missing"),
        (shop, {"code": code(1), "kind": "enterprise-full"}, 403, "report-not-yours"),
        (finance, {"code": code(1), "kind": "enterprise-full"}, 422, "report-matter-missing"),
        (finance, {"code": code(1), "kind": "enterprise-full", "matter": "tender"}, 422, "case-number-missing"),
        (shop, {"code": code(1), "kind": "everything"}, 404, "report-kind-unknown"),
        (shop, {"code": code(9), "kind": "enterprise-public"}, 404, "subject-unknown"),
        (shop, {"code": code(1), "kind": "enterprise-public", "years": 3}, 422, "report-nothing-to-choose"),
    ):
        answer = call(key, "/reports", body)
        assert (answer.status_code, answer.json()["code"]) == (status, refused)
        assert answer.json()["detail"] and answer.json()["detail_en"]
    assert not Report.objects.exists()


# --- the portal ----------------------------------------------------------------------------------------------------------------


def test_anybody_has_the_public_report_from_the_enterprise_s_page(firms: None, client: Client) -> None:
    page = client.get(f"/enterprise/{code(1)}").content.decode()
    assert f'action="/enterprise/{code(1)}/report"' in page
    shown = client.post(f"/enterprise/{code(1)}/report")
    report = Report.objects.get()
    assert shown.status_code == 200 and "企业公共信用信息报告（公示版）" in shown.content.decode()
    assert not shown.cookies and shown["Cache-Control"] == "no-store"
    assert client.get(f"/enterprise/{code(1)}/report").status_code == 405
    assert client.post(f"/enterprise/{code(9)}/report").status_code == 404
    words = {"number": shown.context["number"], "code": shown.context["code"]}
    pdf = client.post("/reports/again", words | {"form": "pdf"})
    assert f"{words['number']}.pdf" in pdf["Content-Disposition"] and pdf_signed_by(pdf.content) is not None
    assert (
        json.loads(client.post("/reports/again", words | {"form": "json"}).content)["digest"]
        == f"sha256:{report.digest}"
    )
    assert client.post("/reports/again", words | {"code": "wrong", "form": "pdf"}).status_code == 404


def test_a_firm_draws_its_own_reports_with_its_pass(firms: None, client: Client) -> None:
    given = pass_give(number=code(1), seen=SEEN, asker=OPERATOR, at=NOW)
    mine = {"number": code(1), "key": given.key}
    assert client.get("/reports").status_code == 200
    page = client.post("/reports", mine).content.decode()
    assert "本年度还可以免费出具2次" in page and "消防安全" in page and "企业公共信用信息报告（公示版）" not in page
    drawn = client.post("/reports/draw", mine | {"kind": "special", "years": "２", "domains": ["fire"]})
    assert drawn.status_code == 200 and drawn.context["report"]["years"] == 2
    assert [s["key"] for s in drawn.context["report"]["sections"]] == ["fire"]
    for _ in range(2):
        assert client.post("/reports/draw", mine | {"kind": "enterprise-full"}).status_code == 200
    over = client.post("/reports/draw", mine | {"kind": "enterprise-full"})
    assert over.status_code == 409 and "本年度免费的2次已经用完" in over.content.decode()
    assert len(over.context["issued"]) == 3
    for stranger in (
        {"number": code(2), "key": given.key},
        {"number": code(1), "key": "guess"},
        {"number": "x", "key": given.key},
    ):
        for path in ("/reports", "/reports/draw"):
            answer = client.post(path, stranger | {"kind": "special"})
            assert answer.status_code in (403, 422) and "本年度还可以" not in answer.content.decode()
    public = client.post("/reports/draw", mine | {"kind": "special", "years": "many"})
    assert public.status_code == 422 and "可以选1至5年" in public.content.decode()


def test_anybody_verifies_by_number_and_code_or_by_the_file(firms: None, client: Client) -> None:
    shown = client.post(f"/enterprise/{code(1)}/report")
    number, given = shown.context["number"], shown.context["code"]
    pdf = client.post("/reports/again", {"number": number, "code": given, "form": "pdf"}).content
    assert f'value="{number}"' in client.get(f"/verify/{number}").content.decode()
    page = client.post("/verify", {"number": number, "code": given}).content.decode()
    assert "本系统出具过这份报告，摘要和签名相符。" in page and "其后情况没有变化" in page
    uploaded = client.post("/verify", {"pdf": SimpleUploadedFile("a.pdf", pdf, "application/pdf")})
    assert uploaded.status_code == 200 and "摘要和签名相符" in uploaded.content.decode()
    changed = SimpleUploadedFile("a.pdf", pdf.replace(b"%%EOF", b"%%EOG"), "application/pdf")
    refused = client.post("/verify", {"pdf": changed})
    assert refused.status_code == 404 and "不完全相同" in refused.content.decode()
    large = client.post("/verify", {"pdf": SimpleUploadedFile("a.pdf", b"x" * (11 * 1024 * 1024), "application/pdf")})
    assert large.status_code == 422 and "超过10 MiB" in large.content.decode()
    for _ in range(10):
        assert client.post("/verify", {"number": number, "code": "0000"}).status_code == 404
    assert client.post("/verify", {"number": number, "code": "0000"}).status_code == 429


# --- the desk ------------------------------------------------------------------------------------------------------------------


def desk(actor: str, kind: str, role: str = "reviewer") -> Client:
    actor_add(key=actor, kind=kind, title=f"云川市{actor}", by="operator", at=NOW)
    return at_desk(actor, role)


def test_the_counter_issues_for_a_firm_and_gives_it_a_pass(firms: None, client: Client) -> None:
    centre = desk("centre", "credit-centre", "counter")
    typed = {"number": code(1), "kind": "special", "jurisdiction": "cn"}
    refused = centre.post("/desk/reports", typed)
    assert refused.status_code == 422 and "凭什么核实了来人" in refused.content.decode()
    shown = centre.post("/desk/reports", typed | {"seen": "营业执照，110103209812310010"})
    assert shown.status_code == 200
    entry = Entry.objects.get(event="reports.report.issued")
    assert (entry.actor, entry.detail["as"], entry.detail["seen"]) == (
        "centre",
        "counter",
        "营业执照，******************",
    )
    number = shown.context["number"]
    text = extract_text(BytesIO(centre.get(f"/desk/reports/{number}.pdf").content))
    assert number in text
    assert json.loads(centre.get(f"/desk/reports/{number}.json").content)["report"]["number"] == number
    given = centre.post("/desk/reports/pass", {"number": code(1), "seen": SEEN}).context["given"]
    assert client.post("/reports", {"number": code(1), "key": given.key}).status_code == 200


def test_a_department_issues_for_its_matter_and_gives_no_pass(firms: None) -> None:
    finance = desk("finance", "department")
    page = finance.get("/desk/reports").content.decode()
    assert "发放企业通行码" not in page and "专项信用报告" not in page
    typed = {"number": code(1), "kind": "enterprise-full", "jurisdiction": "cn"}
    assert finance.post("/desk/reports", typed).status_code == 422
    shown = finance.post("/desk/reports", typed | {"matter": "tender", **CASE})
    assert shown.status_code == 200 and shown.context["report"]["drawn_by"] == "authority"
    assert finance.post("/desk/reports/pass", {"number": code(1), "seen": SEEN}).status_code == 403
    other = desk("land", "department")
    assert other.get(f"/desk/reports/{shown.context['number']}.pdf").status_code == 404
    assert Client().get("/desk/reports").status_code == 302
