"""What takes two: proposed by one, confirmed by another in time, and never by the same; the database itself knows that they are two."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin.accounts.models import Account, Answer, Invitation, Proposal
from chengxin.accounts.rules import AccountWanted, AnotherWanted, DutyMissing, ProposalUnknown
from chengxin.accounts.services.confirming import deed_propose, four_eyes, proposals_put
from chengxin.accounts.services.factors import authenticator_add
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.cases.models import Step
from chengxin.desk.management.commands import keys as command
from chengxin.ledger.management.commands.ledger import TwoWanted
from chengxin.ledger.models import Entry
from chengxin.ledger.selectors import log_key
from chengxin.records.models import Record, Waiting, WaitingDecision
from chengxin.rights.services import Claimant, objection_file
from chengxin.vault import selectors as vault
from chengxin.vault import services as vault_services
from chengxin.vault.selectors import keys_of
from tests.signing import signed_in, staff_account
from tests.test_staff import SECRET, code_of
from tests.world import NOW, code, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture(autouse=True)
def two(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.CHENGXIN_FOUR_EYES = True
    settings.CHENGXIN_HOME = tmp_path / "home"
    settings.CHENGXIN_HOME.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(vault_services, "GRACE", 0.0)
    vault.seal_of.cache_clear()
    for actor, kind in (("market", "department"), ("centre", "credit-centre")):
        actor_add(key=actor, kind=kind, title=actor, by="operator", at=NOW)
    yield
    vault.seal_of.cache_clear()


@pytest.fixture
def case(tmp_path: Path) -> str:
    """A case that the centre has to accept, opened by an objection."""
    sent(tmp_path, penalty(1), by="market")
    claimant = Claimant("经办", "0000-0000000", "")
    record = Record.objects.get().pk
    opened = objection_file(
        record=record, number=code(1), claimant=claimant, grounds="错报", papers=[], at=later(minutes=1)
    )
    return opened.number


def at_the_desk(role: str = "reviewer", actor: str = "centre") -> tuple[Browser, Account]:
    account = staff_account(actor, role)
    return signed_in(Browser(), account), account


def step(browser: Browser, case: str) -> Any:
    return browser.post(f"/desk/cases/{case}/step", {"to": "accepted", "reasons": "材料齐全"})


def answer(browser: Browser, proposal: int, word: str = "confirm") -> Any:
    return browser.post("/desk/proposals", {"proposal": proposal, "answer": word})


def test_a_step_is_done_when_another_has_confirmed_it_and_not_before(case: str) -> None:
    (one, proposer), (other, confirmer) = at_the_desk(), at_the_desk()
    before = Step.objects.count()
    assert "已提交复核" in step(one, case).content.decode()
    assert Step.objects.count() == before
    proposal = Proposal.objects.get()
    assert answer(one, proposal.pk).status_code == 409  # the proposer's own
    assert Step.objects.count() == before and not Answer.objects.exists()
    assert answer(other, proposal.pk).status_code == 200
    assert Step.objects.count() == before + 1
    assert answer(other, proposal.pk).status_code == 404  # once
    told = (
        Entry.objects.filter(event__startswith="accounts.deed.").order_by("pk").values_list("event", "detail__account")
    )
    assert list(told) == [("accounts.deed.proposed", proposer.pk), ("accounts.deed.confirmed", confirmer.pk)]


def test_what_is_refused_late_of_another_organisation_or_without_the_duty_is_not_done(case: str) -> None:
    one, _ = at_the_desk()
    step(one, case)
    before, proposal = Step.objects.count(), Proposal.objects.get()
    assert answer(at_the_desk(actor="market")[0], proposal.pk).status_code == 404
    assert answer(at_the_desk("clerk")[0], proposal.pk).status_code == 403
    with time_machine.travel(NOW + timedelta(hours=73)):
        assert answer(at_the_desk()[0], proposal.pk).status_code == 404
    answer(at_the_desk()[0], proposal.pk, "refuse")
    assert answer(at_the_desk()[0], proposal.pk).status_code == 404
    assert Step.objects.count() == before


def test_what_cannot_be_done_any_more_leaves_no_confirmation(case: str) -> None:
    one, _ = at_the_desk()
    step(one, case)
    step(one, case)
    first, second = Proposal.objects.order_by("pk")
    other, _ = at_the_desk()
    answer(other, first.pk)
    assert answer(other, second.pk).status_code >= 400  # accepted already
    assert not Answer.objects.filter(proposal=second).exists()


def test_a_step_that_may_not_be_taken_is_not_even_proposed(case: str) -> None:
    one, _ = at_the_desk(actor="market")
    assert step(one, case).status_code >= 400 and not Proposal.objects.exists()


def test_a_key_that_opens_the_desk_is_nobody_and_proposes_nothing(case: str) -> None:
    with pytest.raises(AccountWanted):
        deed_propose(kind="case-step", about="x", what={}, asker=Asker("market", "department", 1), at=NOW)


def test_the_database_refuses_the_proposer_under_any_name(case: str) -> None:
    (one, proposer), (_, other) = at_the_desk(), at_the_desk()
    step(one, case)
    proposal = Proposal.objects.get()
    words: dict[str, Any] = {"proposal": proposal, "agreed": True, "at": NOW}
    with pytest.raises(IntegrityError, match="by_another"), transaction.atomic():
        Answer.objects.create(proposer=proposer, account=proposer, **words)
    with pytest.raises(IntegrityError, match="names_the_proposer"), transaction.atomic():
        Answer.objects.create(proposer=other, account=proposer, **words)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update accounts_proposal set until = until + interval '1 year'")


def test_a_program_s_step_waits_for_a_person_of_its_own_organisation(case: str) -> None:
    _, key = client_add(actor="centre", title="t", scopes=["cases"], by="operator", at=NOW)
    browser, headers, before = Browser(), {"authorization": f"Bearer {key}"}, Step.objects.count()
    words = json.dumps({"to": "accepted", "reasons": "材料齐全"})

    def asked(path: str, body: str = "") -> Any:
        if not body:
            return browser.get(f"/api/v1/cases{path}", headers=headers)
        return browser.post(f"/api/v1/cases{path}", body, "application/json", headers=headers)

    made = asked(f"/{case}/steps", words)
    assert (made.status_code, made.json()["state"], made.json()["account"]) == (202, "pending", None)
    assert Step.objects.count() == before
    assert asked(f"/{case}/steps", json.dumps({"to": "no such step"})).status_code >= 400  # told at once, not proposed
    proposal = Proposal.objects.get()
    assert answer(at_the_desk(actor="market")[0], proposal.pk).status_code == 404
    page = answer(at_the_desk()[0], proposal.pk)
    assert page.status_code == 200 and "已确认并办理" in page.content.decode()
    assert Step.objects.count() == before + 1
    assert [each["state"] for each in asked("/proposals").json()] == ["confirmed"]


def test_each_state_of_a_proposal_is_seen_at_the_desk_and_over_the_api(case: str) -> None:
    one, _ = at_the_desk()
    for _ in range(3):
        step(one, case)
    first, second, _ = Proposal.objects.order_by("pk")
    answer(at_the_desk()[0], first.pk, "refuse")
    answer(at_the_desk()[0], second.pk)
    asker = Asker("centre", "credit-centre")
    told = [each.state for each in proposals_put(asker, at=timezone.now())]
    assert told == ["pending", "confirmed", "refused"]
    assert [each.state for each in proposals_put(asker, at=later(hours=73))] == ["expired", "confirmed", "refused"]
    with time_machine.travel(NOW + timedelta(hours=73)):
        page = at_the_desk()[0].get("/desk/proposals").content.decode()
    assert all(word in page for word in ("逾期失效", "未予确认", "已确认并办理"))
    assert proposals_put(Asker("market", "department"), at=NOW) == []


def test_the_database_lets_no_program_stand_for_a_person_who_proposed(case: str) -> None:
    (one, proposer), (_, other) = at_the_desk(), at_the_desk()
    step(one, case)
    proposal = Proposal.objects.get()
    with pytest.raises(IntegrityError, match="names_the_proposer"), transaction.atomic():
        Answer.objects.create(proposal=proposal, proposer_id=0, account=proposer, agreed=True, at=NOW)
    words: dict[str, Any] = {
        "kind": "x",
        "about": "x",
        "sealed": b"x",
        "actor": other.actor,
        "at": NOW,
        "until": later(days=1),
    }
    with pytest.raises(IntegrityError, match="of_one"), transaction.atomic():
        Proposal.objects.create(account=other, who=0, **words)


def test_inviting_and_closing_take_two_administrators_and_the_code_is_shown_to_the_second() -> None:
    (one, _), (other, _), (_, clerk) = (
        at_the_desk("administrator"), at_the_desk("administrator"), at_the_desk("clerk"),
    )  # fmt: skip
    assert "已提交复核" in one.post("/desk/staff", {"act": "invite", "role": "reviewer"}).content.decode()
    one.post("/desk/staff", {"act": "close", "account": clerk.pk})
    assert not Invitation.objects.exists()
    invite, close = Proposal.objects.order_by("pk")
    address = "/desk/proposals/accounts"
    assert one.post(address, {"proposal": invite.pk, "answer": "confirm"}).status_code == 409
    page = other.post(address, {"proposal": invite.pk, "answer": "confirm"}).content.decode()
    assert "邀请码，只显示这一次" in page and Invitation.objects.get().role == "reviewer"
    other.post(address, {"proposal": close.pk, "answer": "confirm"})
    assert Account.objects.get(pk=clerk.pk).closed_at is not None


def test_taking_back_beyond_the_lawbook_s_number_in_a_day_takes_two(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1, code="", name="云川市甲乙商贸有限公司"), by="market")
    row = Waiting.objects.get()
    (one, _), (other, _) = at_the_desk(actor="market"), at_the_desk(actor="market")
    where = f"{row.batch_id}:{row.line}"
    one.post("/desk/queue/decide", {"row": where, "choice": "reject"})
    undone = {"outcome": "undone", "reason": "x", "by": "market", "at": NOW}
    WaitingDecision.objects.bulk_create(WaitingDecision(content=uuid4(), **undone) for _ in range(20))
    assert "已提交复核" in one.post("/desk/queue/undo", {"row": where}).content.decode()
    proposal = Proposal.objects.get()
    assert WaitingDecision.objects.filter(outcome="undone").count() == 20
    assert answer(other, proposal.pk).status_code == 200
    assert WaitingDecision.objects.filter(outcome="undone").count() == 21


def test_what_takes_two_is_said_by_the_lawbook(settings: LazySettings) -> None:
    assert four_eyes("case-step", at=NOW) and not four_eyes("export", at=NOW)
    assert [four_eyes("taking-back", at=NOW, before=n) for n in (0, 19, 20)] == [False, False, True]
    settings.CHENGXIN_FOUR_EYES = False
    assert not four_eyes("case-step", at=NOW)


def keeper(login: str) -> Account:
    account = staff_account("operator", "key-keeper")
    account.login = login
    account.set_password("correct horse battery")
    account.save()
    before = NOW - timedelta(minutes=5)
    authenticator_add(account=account, secret=SECRET, code=code_of(SECRET, before), at=before)
    return account


def keys(monkeypatch: pytest.MonkeyPatch, *words: str, code: str = "") -> str:
    typed = iter(["correct horse battery", code or code_of(SECRET)])
    monkeypatch.setattr(command, "getpass", lambda prompt: next(typed))
    out = StringIO()
    call_command("keys", *words, stdout=out)
    return out.getvalue()


def test_a_key_is_changed_from_the_command_line_by_two_keepers(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper("keeper-1"), keeper("keeper-2")
    with pytest.raises(AccountWanted):
        call_command("keys", "--add", "intake")
    vault.keys_of("intake").read()
    keys(monkeypatch, "--rotate", "intake", "--account", "keeper-1")
    number = str(Proposal.objects.get().pk)
    assert len(keys_of("intake").read()) == 1
    later_code = code_of(SECRET, later=1)
    with pytest.raises(AnotherWanted):
        keys(monkeypatch, "--confirm", number, "--account", "keeper-1", code=later_code)
    keys(monkeypatch, "--confirm", number, "--account", "keeper-2")
    assert [key.version for key in keys_of("intake").read()] == [1, 2]
    assert Entry.objects.filter(event="vault.key.added", actor="operator").count() == 1
    with pytest.raises(ProposalUnknown):
        keys(monkeypatch, "--confirm", number, "--account", "keeper-2", code=later_code)


def test_the_ledger_s_signing_key_takes_two_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper("keeper-1"), keeper("keeper-2")
    with pytest.raises(TwoWanted):
        call_command("ledger", "add-key")
    before = len(log_key().keys)
    keys(monkeypatch, "--add", "ledger", "--account", "keeper-1")
    assert len(log_key().keys) == before
    keys(monkeypatch, "--confirm", str(Proposal.objects.get().pk), "--account", "keeper-2")
    assert len(log_key().keys) == before + 1


def test_whoever_keeps_no_keys_changes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    account = keeper("clerk-1")
    Account.objects.filter(pk=account.pk).update(role="clerk")
    with pytest.raises(DutyMissing):
        keys(monkeypatch, "--add", "intake", "--account", "clerk-1")
    assert not Proposal.objects.exists()
