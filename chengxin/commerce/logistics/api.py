"""The door of logistics: whoever holds a waybill's number sees the parcel's way."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import StringConstraints

from chengxin.accounts.services.counting import lookup_count
from chengxin.actors.api import ClientKey, PerAddress, PerClient, Text, address_of
from chengxin.commerce.logistics import services

router = Router(auth=ClientKey("trades"), throttle=PerClient(), tags=["logistics 物流"])
OPEN = PerAddress("30/m")


class WaybillIn(Schema):
    """The number as it stands on the waybill."""

    waybill: Annotated[Text, StringConstraints(min_length=1, max_length=64)]


class ParcelLineOut(Schema):
    """A scan, or where `known` is false what is not known at this place."""

    known: bool
    day: date | None
    step: str
    step_en: str
    station: str


class ParcelOut(Schema):
    """A parcel's way as platforms filed it: no name, address, order or shop."""

    handed_over: date | None
    state: str
    state_en: str
    gaps: int
    lines: list[ParcelLineOut]


@router.post(
    "/parcels",
    auth=None,
    throttle=OPEN,
    response=list[ParcelOut],
    summary="包裹轨迹 / a parcel",
    operation_id="parcel_trace",
)
def parcels(request: HttpRequest, asked: WaybillIn) -> Any:
    """凭运单编号查看各环节；没有平台报送的，返回空。 / By the waybill's number; nothing where no platform filed it."""
    at = timezone.now()
    lookup_count(page="parcels", address=address_of(request), at=at)
    return [each.as_dict() for each in services.parcel_trace(waybill=asked.waybill, at=at)]
