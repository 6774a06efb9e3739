"""The door for programs of what anybody may read without a key: promises made with repairs, and how offices are reached."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from chengxin.actors.api import Most, PerAddress
from chengxin.actors.selectors import contacts_published
from chengxin.portal.selectors import PROMISES_MOST, promises_page

promises = Router(auth=None, throttle=PerAddress("60/m", "reading"), tags=["promises 承诺"])
contacts = Router(auth=None, throttle=PerAddress("60/m", "reading"), tags=["contacts 联系方式"])

Record = Annotated[int, Field(ge=1, le=2**63 - 1)]
Offset = Annotated[int, Field(ge=0, le=2**31 - 1)]


class PromiseOut(Schema):
    """Who promised what to whom, until when it is shown, and the decision that found it broken, where there is one."""

    record: int
    name: str
    code: str
    content: str
    document: str
    authority: str
    made_on: date
    shown_last: date | None
    broken_by: str
    broken_on: str


class PromisesOut(Schema):
    """A page of them, the latest first; `before` leads to the next, and is missing on the last."""

    promises: Sequence[PromiseOut]
    before: int | None


class ContactOut(Schema):
    """An office: its telephone, address and hours."""

    key: str
    kind: str
    title: str
    title_en: str
    telephone: str
    address: str
    hours: str


class ContactsOut(Schema):
    """A page of them; `after` leads to the next, and is missing on the last."""

    contacts: Sequence[ContactOut]
    after: int | None


@promises.get("", response=PromisesOut, summary="信用修复承诺 / promises of repair", operation_id="promises")
def promised(request: HttpRequest, before: Record | None = None, most: Most = PROMISES_MOST) -> Any:
    """今日可以公示的信用修复承诺，新的在前；只有组织，没有自然人。 / Promises that may be shown today; organisations only."""
    at = timezone.now()
    shown, more = promises_page(None, on=timezone.localdate(at), known_at=at, before=before, most=most)
    return {"promises": [{"record": each.number, **asdict(each)} for each in shown], "before": more}


@contacts.get("", response=ContactsOut, summary="联系方式 / contacts", operation_id="contacts")
def reached(request: HttpRequest, after: Offset = 0, most: Most = 50) -> Any:
    """各单位公布的办公电话、地址和时间，主管部门和信用中心在前。 / Offices, whoever supervises or runs the register first."""
    found = contacts_published()
    until = after + most
    return {"contacts": [asdict(each) for each in found[after:until]], "after": until if until < len(found) else None}
