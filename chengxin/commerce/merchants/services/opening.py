"""Opening who is behind a shop."""

from datetime import datetime

from django.db import transaction

from chengxin.actors.selectors import Asker
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.bulk import identity_unsealed
from chengxin.commerce.merchants.selectors import law_of, shop_filed, subjects_coded
from chengxin.kernel.days import day_of
from chengxin.ledger.services import trace


def identity_open(*, platform: str, shop: str, case_number: str, asker: Asker, at: datetime) -> dict[str, str]:
    """Who is behind a shop, as its platform filed it last: an individual seller's name and number, a unit's representative and principal. For an
    agency in a case of its own, which it names; written down before it is given, and seen by whoever it is about. No other door opens it.
    """
    law = law_of(day_of(at))
    purpose = law.purposes[rules.IDENTITY]
    told = {"actor": asker.key, "basis": law.cite(purpose.basis[0]).zh}
    if asker.kind not in purpose.askers:
        raise rules.IdentityClosed(readers=", ".join(purpose.askers), **told)
    if not (case := case_number.strip()):
        raise rules.IdentityCaseUnnamed(**told)
    with transaction.atomic():
        found = shop_filed(platform, shop, known_at=at)
        first = found.subject_id or subjects_coded({found.code}, known_at=at).get(found.code)
        named = found.representing.order_by("role").values_list("subject_id", flat=True)
        # Where nobody is held whom it could be about, it is written down under the shop alone.
        about = dict.fromkeys(each for each in (first, *named) if each is not None)
        for subject in (*about,) or (None,):
            trace(
                event="merchants.identity.read", by=asker.key, at=at, purpose=rules.IDENTITY, subject=subject,
                about=f"merchants-shop:{platform}/{shop}", detail={"platform": platform, "shop": shop, "case_number": case},
            )  # fmt: skip
        return identity_unsealed(found)
