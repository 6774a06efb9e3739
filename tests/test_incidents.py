"""Data incidents: entered, remedied, told, handed over; whom they concern is computed, told and listed to nobody else."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin import law as lawroom
from chengxin.accounts.models import Account, Proposal
from chengxin.accounts.rules import InvitationUnknown
from chengxin.accounts.selectors import shut_out
from chengxin.accounts.services.inviting import staff_invite, staff_join
from chengxin.actors.models import Actor, Client
from chengxin.actors.selectors import Asker, asker_acting
from chengxin.actors.services import actor_add, client_add
from chengxin.audits import rules, services
from chengxin.audits.models import Finding, Incident, IncidentStep
from chengxin.audits.rules import IncidentNotYours, IncidentUnfit, IncidentUnknown, LedgerWhole
from chengxin.audits.selectors import concerned_of, incident_shown, incidents_told, ledger_faults
from chengxin.cases.models import Notice
from chengxin.cases.rules import StepLacks, StepUnknown
from chengxin.cases.services.telling import notices_send
from chengxin.desk.deeds import DEEDS
from chengxin.kernel.wording import WordsUnfit
from chengxin.ledger.models import Entry
from chengxin.ledger.services import on_behalf, trace
from chengxin.mydata.selectors import readings_whole
from chengxin.mydata.services import export_make
from chengxin.site.cli import run
from chengxin.subjects.services.persons import person_enter
from tests.people import DIVISION, name, number
from tests.signing import at_desk, person_account, signed_in, staff_account
from tests.world import NOW, PERSON_NUMBER

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 22)
SAID = {
    "data": "执业许可", "cause": "接口密钥外泄", "harm": "可能被冒用", "advice": "留意以您名义的来电", "contact": "云川信用 0390-1234567",
}  # fmt: skip
FIRM, REFORM, OPERATOR = (
    Asker("ratings-co", "service-firm"), Asker("reform", "supervisor"), Asker("operator", "operator"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def world(settings: LazySettings) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    for asker in (FIRM, REFORM):
        actor_add(key=asker.key, kind=asker.kind, title=f"{asker.key}单位", by="operator", at=NOW)


def people(many: int) -> list[int]:
    return [
        person_enter(number=number(n), name=name(n), ground="own-account", by="public", at=NOW - timedelta(days=40))
        for n in range(1, many + 1)
    ]


def read(subject: int, *, by: str = FIRM.key, at: datetime = NOW, account: int | None = None) -> None:
    with on_behalf(account or 0):
        trace(event="disclosure.person.read", by=by, at=at, purpose="hiring", subject=subject)


def opened(asker: Asker = REFORM, **changes: Any) -> Incident:
    given: dict[str, Any] = {
        "kind": "leak", "said": SAID, "since": DAY - timedelta(days=2), "until": DAY + timedelta(days=1), "reader": FIRM.key, "asker": asker,
        "at": NOW, "jurisdiction": "cn",
    }  # fmt: skip
    return services.incident_open(**given | changes)


def step(found: Incident, to: str, *, asker: Asker = REFORM, at: datetime = NOW, **words: str) -> IncidentStep:
    return services.incident_step(
        number=found.number, to=to, asker=asker, at=at, **{"words": "已办", "document": "云函〔2026〕3号", **words}
    )


def told(found: Incident, *, at: datetime = NOW) -> IncidentStep:
    for to in ("remedied", "reported"):
        step(found, to, at=at)
    return step(found, "told", at=at)


def test_whom_it_concerns_is_whose_data_the_reader_read_in_those_days_and_nobody_else() -> None:
    one, two, three, four, five = people(5)
    read(one)
    read(one)
    read(two, at=NOW - timedelta(days=2))
    read(three, at=NOW - timedelta(days=20))
    read(four, by="reform")
    trace(event="subjects.person.entered", by=FIRM.key, at=NOW, subject=five)
    assert sorted(concerned_of(opened())) == [one, two]
    read(three, account=7)
    assert list(concerned_of(opened(account=7))) == [three]
    assert sorted(concerned_of(opened(place="here", reader=""))) == [one, two, three, four, five], "no reader is known"


def test_each_person_concerned_is_told_and_sees_it_in_my_data_and_nobody_else_does() -> None:
    one, two = people(2)
    read(one)
    found = opened()
    assert incidents_told([one], known_at=NOW) == []
    assert told(found).told == 1
    notice = Notice.objects.get(subject=one)
    assert notice.about == f"incident:{found.pk}/{one}" and not Notice.objects.filter(subject=two).exists()
    (shown,) = incidents_told([one], known_at=NOW)
    assert shown["number"] == found.number and shown["measures"] == ["已办"] and shown["contact"] == SAID["contact"]
    assert [e.what.zh for e in readings_whole(one, known_at=NOW)].count("告知信息安全事件") == 1
    browser = signed_in(Browser(), person_account(one))
    for path in ("/my", "/my/readings"):
        assert found.number in browser.get(path).content.decode(), path
    other = signed_in(Browser(), person_account(two)).get("/my").content.decode()
    assert found.number not in other
    assert b"incidents.csv" in export_make(subject=one, jurisdiction="cn", at=NOW)
    assert notices_send(by="operator", at=NOW).sent == 1


def test_the_letter_says_what_article_57_wants() -> None:
    telling = rules.incident_told(
        lawroom.load().on(DAY), SAID, number="SJ20261122-000001", kind="leak", where="甲公司", since=DAY, until=DAY + timedelta(days=1), to="王某", centre="云川信用",
        measures=["已停用密钥"], on=DAY,
    )  # fmt: skip
    for words in (*SAID.values(), "已停用密钥", "甲公司", "《中华人民共和国个人信息保护法》第57条", "泄露"):
        assert words in telling.body, words


def test_what_is_late_is_written_down_as_late_and_stays_owed() -> None:
    found = opened()
    assert incident_shown(found, known_at=NOW)["last_day"] == DAY + timedelta(days=1), "at once: the first working day"
    shown = incident_shown(found, known_at=NOW + timedelta(days=3))
    assert shown["state"] == "remedy-late" and shown["open"][0]["to"] == "remedied"
    step(found, "remedied", at=NOW + timedelta(days=3))
    assert list(found.steps.order_by("number").values_list("to", flat=True)) == ["opened", "remedy-late", "remedied"]
    assert [s.by for s in found.steps.order_by("number")] == ["reform", "clock", "reform"]


def test_no_step_is_left_out_and_each_brings_what_it_needs() -> None:
    found = opened()
    with pytest.raises(StepUnknown):
        step(found, "told")
    with pytest.raises(StepLacks):
        step(found, "remedied", words="")
    step(found, "remedied")
    with pytest.raises(StepLacks):
        step(found, "reported", document="")
    step(found, "reported")
    step(found, "exempt", words="密文，密钥未外泄，能够有效避免危害")
    with pytest.raises(WordsUnfit):
        step(found, "handed")
    assert step(found, "told", words="部门要求通知").told == 0, "as the department demands, nobody being concerned"
    step(found, "handed", recipient="云川市公安局")
    assert step(found, "decided").document and incident_shown(found, known_at=NOW)["state"] == "decided"
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentStep.objects.create(incident=found, number=99, to="handed", doer="x", by="x", at=NOW, on=DAY)


def test_whoever_was_told_is_not_told_again() -> None:
    one, two = people(2)
    read(one)
    found = opened()
    for to in ("remedied", "reported", "exempt"):
        step(found, to)
    assert step(found, "told", words="部门要求").told == 1
    assert Notice.objects.filter(about__startswith="incident:").count() == 1
    assert list(concerned_of(found)) == [one] and two


def test_nobody_weighs_an_incident_of_their_own() -> None:
    found = opened(place="here", reader="operator")
    for to in ("remedied", "reported"):
        step(found, to, asker=OPERATOR)
    with pytest.raises(IncidentNotYours):
        step(found, "exempt", asker=OPERATOR)
    step(found, "exempt")
    with pytest.raises(IncidentNotYours):
        step(found, "closed", asker=OPERATOR)
    step(found, "closed")


def test_a_firm_reports_its_own_alone_and_says_what_it_did_but_tells_and_weighs_nothing() -> None:
    found = opened(FIRM, reader="reform", place="here", origin="ledger")
    assert (found.reader, found.place, found.origin) == (FIRM.key, "reader", "self")
    step(found, "remedied", asker=FIRM)
    step(found, "reported", asker=FIRM)
    with pytest.raises(StepUnknown):
        step(found, "told", asker=FIRM)
    with pytest.raises(IncidentNotYours):
        step(found, "exempt", asker=FIRM)
    other = opened(place="here", reader="operator")
    with pytest.raises(IncidentUnknown):
        services.incident_read(number=other.number, asker=FIRM, at=NOW)
    assert [each["number"] for each in services.incidents_read(asker=FIRM, at=NOW)] == [found.number]
    clerk = Asker(FIRM.key, FIRM.kind, account=3)
    assert services.incidents_read(asker=clerk, at=NOW) == []
    with pytest.raises(IncidentNotYours):
        opened(clerk)


def finding() -> Finding:
    return Finding.objects.create(
        detector="burst", jurisdiction="cn", reader=FIRM.key, account=7, on=DAY, number=0, due_on=DAY, at=NOW
    )


def test_one_incident_comes_from_a_finding_and_brings_its_reader_and_day() -> None:
    made = opened(finding=finding().pk, reader="", since=None, until=None)
    assert (made.origin, made.reader, made.account, made.since, made.until) == (
        "finding",
        FIRM.key,
        7,
        DAY,
        date(2026, 11, 23),
    )
    with pytest.raises(IncidentUnfit):
        opened(finding=made.finding_id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gossip"}, {"place": "elsewhere"}, {"origin": "finding"}, {"since": None}, {"until": DAY - timedelta(days=9)},
        {"since": DAY + timedelta(days=1), "until": DAY + timedelta(days=3)}, {"since": date(2000, 1, 1)},
    ],
)  # fmt: skip
def test_what_is_no_incident_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(IncidentUnfit):
        opened(**wrong)
    assert not Incident.objects.exists()


def test_no_word_of_it_holds_a_person_s_number() -> None:
    with pytest.raises(WordsUnfit):
        opened(said={**SAID, "cause": f"误发{PERSON_NUMBER}"})
    with pytest.raises(WordsUnfit):
        opened(said={**SAID, "contact": " "})


def test_a_failed_verification_of_the_ledger_opens_one() -> None:
    read(people(1)[0])
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_leaf (position, entry, commitment) select 0, max(id), sha256('other'::bytea) from ledger_entry"
        )
    entry = Entry.objects.latest("pk").pk
    assert ledger_faults() == [entry]
    assert opened(place="here", reader="", origin="ledger", kind="tampering").origin == "ledger"


def test_a_whole_ledger_opens_none() -> None:
    assert ledger_faults() == []
    with pytest.raises(LedgerWhole):
        opened(place="here", reader="", origin="ledger", kind="tampering")
    assert not Incident.objects.exists()


def test_a_firm_s_programs_and_staff_are_cut_off_by_two_persons_of_the_operator_s() -> None:
    client, key = client_add(actor=FIRM.key, title="t", scopes=["audits"], by="operator", at=NOW)
    reader, staff = at_desk(FIRM.key, "administrator"), Account.objects.get(actor__key=FIRM.key)
    old = staff_invite(actor=FIRM.key, role="administrator", by=FIRM.key, at=NOW)[1]
    found = opened()
    auditor, admin = staff_account("operator", "auditor"), staff_account("operator", "administrator")
    with time_machine.travel(NOW, tick=True):
        desk = signed_in(Browser(), auditor)
        page = desk.post(f"/desk/incidents/{found.number}", {"to": "close-access", "words": "密钥外泄"})
        assert page.status_code == 302 and Client.objects.get(pk=client.pk).revoked_at is None
        proposal = Proposal.objects.get()
        confirming = signed_in(Browser(), admin)
        assert found.number in confirming.get("/desk/proposals/accounts").content.decode()
        confirming.post("/desk/proposals/accounts", {"proposal": proposal.pk, "answer": "confirm"})
        assert Client.objects.get(pk=client.pk).revoked_at is not None
        assert (found.closings.get().clients, found.closings.get().accounts) == ([client.pk], [staff.pk])
        assert "1个接口、1个账户" in desk.get(f"/desk/incidents/{found.number}").content.decode()
        assert reader.get("/desk/").status_code in (302, 403) and Account.objects.get(pk=staff.pk).closed_at
        with pytest.raises(InvitationUnknown):
            staff_join(code=old, login="again-1", password="tuan-jie-3-hao-lou", at=NOW)
        anew = staff_invite(actor=FIRM.key, role="administrator", by="operator", at=timezone.now())[1]
        assert shut_out(Actor.objects.get(key=FIRM.key))
        staff_join(code=anew, login="again-2", password="tuan-jie-3-hao-lou", at=timezone.now())
        assert not shut_out(Actor.objects.get(key=FIRM.key))
        assert Browser().get("/api/v1/audits", headers={"authorization": f"Bearer {key}"}).status_code == 401
        again = desk.post(f"/desk/incidents/{found.number}", {"to": "close-access", "words": "密钥外泄"})
        assert again.status_code == 302, "an account is open again"
        confirming.post("/desk/proposals/accounts", {"proposal": Proposal.objects.latest("pk").pk, "answer": "confirm"})
        last = desk.post(f"/desk/incidents/{found.number}", {"to": "close-access", "words": "密钥外泄"})
        assert last.status_code == 422 and "没有开通的接口和账户" in last.content.decode()
    assert rules.CLOSING in DEEDS
    with pytest.raises(IncidentNotYours):
        services.closing_propose(number=found.number, words="x", asker=asker_acting("reform", at=NOW), at=NOW)


def test_the_same_by_page_api_command_and_for_the_public(capfd: pytest.CaptureFixture[str]) -> None:
    key = client_add(actor=FIRM.key, title="t", scopes=["audits"], by="operator", at=NOW)[1]
    words: dict[str, Any] = {"headers": {"authorization": f"Bearer {key}"}}
    read(people(1)[0])
    with time_machine.travel(NOW, tick=True):
        body = {"kind": "theft", "since": "2026-11-20", "until": "2026-11-23", **SAID}
        made = Browser().post("/api/v1/audits/incidents", json.dumps(body), content_type="application/json", **words)
        assert made.status_code == 200 and made.json()["concerned"] == 1
        sj = made.json()["number"]
        path = f"/api/v1/audits/incidents/{sj}"
        done = Browser().post(
            f"{path}/steps", json.dumps({"to": "remedied", "words": "停用"}), content_type="application/json", **words
        )
        assert done.json()["state"] == "remedied" and Browser().get(path, **words).json()["state"] == "remedied"
        desk = at_desk("reform", "auditor")
        assert sj in desk.get("/desk/incidents").content.decode()
        typed = {"to": "reported", "words": "已报", "document": "云函1号", "recipient": "云川市网信办"}
        assert desk.post(f"/desk/incidents/{sj}", typed).status_code == 302
        form = {
            "kind": "loss",
            "place": "reader",
            "origin": "report",
            "reader": FIRM.key,
            "since": "2026-11-20",
            "until": "2026-11-23",
        }
        assert desk.post("/desk/incidents", {**form, **SAID}).status_code == 302
        assert desk.post("/desk/incidents", {**form, **SAID, "since": "x"}).status_code == 422
        assert desk.get("/desk/incidents/SJ20200101-000001").status_code == 404
        assert run(["audits", "incidents", "step", sj, "--to", "told", "--words", "x", "--by", "reform", "--json"]) == 0
        assert json.loads(capfd.readouterr().out)["told"] == 1
        assert run(["audits", "incidents", "--running", "--by", "reform", "--json"]) == 0
        assert len(json.loads(capfd.readouterr().out)["incidents"]) == 2
        assert run(["audits", "incidents", "show", sj, "--by", "reform", "--json"]) == 0
        assert json.loads(capfd.readouterr().out)["told"] == 1
        told_words = [word for key, value in SAID.items() for word in (f"--{key}", value)]
        opening = ["--kind", "sale", "--reader", FIRM.key, "--since", "2026-11-20", "--until", "2026-11-21"]
        assert run(["audits", "incidents", "open", *opening, *told_words, "--by", "reform", "--json"]) == 0
        assert run(["audits", "incidents", "step", "--json"]) == 2
        capfd.readouterr()
        assert run(["audits", "incidents", "counts", "--json"]) == 0
        counts = json.loads(capfd.readouterr().out)["counts"]
        assert [(c["kind"], c["incidents"], c["told"], c["elsewhere"]) for c in counts] == [
            ("loss", 1, 0, 1), ("sale", 1, 0, 1), ("theft", 1, 1, 1),
        ]  # fmt: skip
        assert Browser().get("/api/v1/audits/incidents/counts").json() == counts
        public = Browser().get("/incidents").content.decode()
        assert "窃取" in public and sj not in public and FIRM.key not in public
    assert Entry.objects.filter(event="audits.incident.read", actor="reform").exists()
