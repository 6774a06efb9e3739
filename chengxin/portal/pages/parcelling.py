"""A parcel as whoever holds its waybill's number sees it. The number comes by POST alone: it stands in no address and no log."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chengxin.accounts.services.counting import lookup_count
from chengxin.actors.api import address_of
from chengxin.commerce.logistics.services import parcel_trace
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.answering import answering
from chengxin.portal.pages.reading import waiting


@answering
def parcels(request: HttpRequest) -> HttpResponse:
    """The form, and the parcel's scans in their order; what nobody filed is not known."""
    if request.method != "POST":
        return render(request, "portal/parcels.html")
    at, typed = timezone.now(), request.POST.get("waybill", "")[:100]
    try:
        lookup_count(page="parcels", address=address_of(request), at=at)
        found = parcel_trace(waybill=typed, at=at)
    except Refusal as refusal:
        return waiting(render(request, "portal/parcels.html", {"refusal": refusal}, status=refusal.status), refusal)
    status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
    return render(request, "portal/parcels.html", {"found": found, "asked": True}, status=status)
