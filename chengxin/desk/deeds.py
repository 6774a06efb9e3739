"""What takes two persons where CHENGXIN_FOUR_EYES says so: each kind with the duty that confirms it, and how it is done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from chengxin.accounts.models import Proposal
from chengxin.accounts.services.confirming import Deed, deed_propose
from chengxin.actors.selectors import Asker, asker_acting
from chengxin.cases.services.running import Words
from chengxin.rights.services import case_decide
from chengxin.vault.services import key_add, keys_retire

CASE, KEYS = "case.step", "keys"
DUTIES = {CASE: "confirm", KEYS: "keys"}


def _case(what: Mapping[str, Any], by: str, at: datetime) -> object:
    words = Words(**what["words"])
    return case_decide(
        number=what["number"], asker=asker_acting(by, at=at), to=what["to"], words=words, changes=what["changes"], at=at
    )


def case_propose(*, number: str, what: Mapping[str, Any], asker: Asker, at: datetime) -> Proposal:
    """A step of a case put before another; tried and undone first, so that whoever proposes it is told what is wrong with it."""
    with transaction.atomic():
        _case(what, asker.key, at)
        transaction.set_rollback(True)
    return deed_propose(kind=CASE, about=f"case:{number}", what=what, asker=asker, at=at)


def keys_changed(what: Mapping[str, Any], by: str, at: datetime) -> dict[str, Any]:
    """A version added to a ring, or its older ones forgotten. What lies between, putting everything under the new one, needs nobody's leave."""
    if what["step"] == "add":
        return key_add(ring=what["ring"], suite=what["suite"], by=by, at=at).as_dict()
    return keys_retire(ring=what["ring"], by=by, at=at).as_dict()


DEEDS: Mapping[str, Deed] = {CASE: _case, KEYS: keys_changed}
