"""What takes two persons where CHENGXIN_FOUR_EYES and the lawbook say so: how each of the acts is done once another has confirmed it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from chengxin.accounts.models import Proposal
from chengxin.accounts.services.confirming import Deed, deed_propose
from chengxin.accounts.services.factors import factors_reset
from chengxin.accounts.services.inviting import staff_close, staff_invite, staff_of_one
from chengxin.actors.selectors import Asker, asker_acting
from chengxin.audits.rules import CLOSING
from chengxin.audits.services import closing_settle
from chengxin.commerce.ratings.rules import EXCLUDING
from chengxin.commerce.ratings.services import exclusion_settle
from chengxin.desk.services import decision_undo
from chengxin.ledger.services import log_key_add, log_keys_retire
from chengxin.rights.services import CASE_STEP, case_proposed
from chengxin.vault.services import key_add, keys_retire

KEYS, LEDGER_KEYS, ACCOUNTS, TAKING_BACK = "keys", "ledger-keys", "accounts", "taking-back"


def keys_changed(what: Mapping[str, Any], by: str, at: datetime) -> dict[str, Any]:
    """A version added to a ring, or its older ones forgotten. What lies between, putting everything under the new one, needs nobody's leave."""
    if what["step"] == "add":
        return key_add(ring=what["ring"], suite=what["suite"], by=by, at=at).as_dict()
    return keys_retire(ring=what["ring"], by=by, at=at).as_dict()


def ledger_keys_changed(what: Mapping[str, Any], by: str, at: datetime) -> dict[str, Any]:
    """A key added beside those that sign the ledger, or the older ones retired."""
    key = log_key_add(by=by, at=at) if what["step"] == "add" else log_keys_retire(by=by, at=at)
    return {"keys": [each.written for each in key.keys]}


def accounts_changed(what: Mapping[str, Any], by: str, at: datetime) -> dict[str, Any]:
    """Somebody invited, an account closed, or its second factors taken off; an invitation's code is shown once, to whoever confirmed."""
    if what["act"] == "invite":
        return {"code": staff_invite(actor=by, role=what["role"], by=by, at=at)[1]}
    if what["act"] == "close":
        staff_close(account=what["account"], actor=by, by=by, at=at)
    else:
        factors_reset(account=staff_of_one(by, what["account"]), by=by, at=at)
    return {}


def _taken_back(what: Mapping[str, Any], by: str, at: datetime) -> object:
    batch, line = what["row"]
    return decision_undo(asker=asker_acting(by, at=at), row=(batch, line), reason=what["reason"], at=at)


def taking_back_propose(*, row: tuple[int, int], reason: str, asker: Asker, at: datetime) -> Proposal:
    """One more decision to be taken back, put before another; tried and undone first, so that whoever proposes it is told what is wrong with it."""
    what = {"row": list(row), "reason": reason}
    with transaction.atomic():
        _taken_back(what, asker.key, at)
        transaction.set_rollback(True)
    return deed_propose(kind=TAKING_BACK, about=f"row:{row[0]}:{row[1]}", what=what, asker=asker, at=at)


DEEDS: Mapping[str, Deed] = {
    CASE_STEP: case_proposed,
    KEYS: keys_changed,
    LEDGER_KEYS: ledger_keys_changed,
    ACCOUNTS: accounts_changed,
    TAKING_BACK: _taken_back,
    EXCLUDING: exclusion_settle,
    CLOSING: closing_settle,
}
