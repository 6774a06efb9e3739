"""An API whose every operation goes wrong in a way of its own."""

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest
from django.urls import path
from ninja import Router, Schema
from ninja.errors import HttpError, Throttled

from chengxin.kernel.errors import Refusal
from chengxin.site.api import api_of
from chengxin.site.urls import handler404, handler500  # noqa: F401  (Django looks for them here)


class TermOver(Refusal):
    """The record {record} was shown until {until}; it can no longer be disclosed."""

    code = "term-over"
    status = 410
    basis = "EX-RULE 17"
    zh = "记录 {record} 的公示期至 {until}，不能再披露。"


class Asked(Schema):
    code: str
    count: int


router = Router()


@router.post("/echo", response=Asked)
def echo(request: HttpRequest, asked: Asked) -> Asked:
    return asked


ERRORS: dict[str, Exception] = {
    "refusal": TermOver(record="7F2K", until="2026-03-01"),
    "missing": Http404("person 110101199003070000"),
    "status": HttpError(409, "Somebody else was first."),
    "throttled": Throttled(wait=30),
    "big": RequestDataTooBig(),
    "database": OperationalError("connection to host secret.example failed"),
    "bug": ValueError("person 110101199003070000"),
}


@router.get("/fails/{kind}")
def fails(request: HttpRequest, kind: str) -> None:
    raise ERRORS[kind]


urlpatterns = [path("api/v1/", api_of([("", router)], "refusing").urls)]
