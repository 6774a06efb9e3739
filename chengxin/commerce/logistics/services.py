"""Looking a parcel up by its number: that it was done is written down, the number is not."""

from datetime import datetime

from chengxin.commerce.logistics import rules
from chengxin.commerce.logistics.selectors import Traced, parcels_traced
from chengxin.ledger.services import trace

PUBLIC, PURPOSE = "public", "public-information"


def parcel_trace(*, waybill: str, at: datetime) -> list[Traced]:
    """The parcels of the number as platforms filed them; none where nobody filed one."""
    found = parcels_traced(rules.waybill_read(waybill), known_at=at)
    trace(event="logistics.parcel.traced", by=PUBLIC, at=at, purpose=PURPOSE, detail={"found": len(found)})
    return found
