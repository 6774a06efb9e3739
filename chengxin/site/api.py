"""The one API: the rooms' routers are mounted here, and what they refuse is told here."""

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.openapi.docs import DocsBase
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

from chengxin import __version__
from chengxin.actors.api import router as client
from chengxin.assessments.api import router as assessments
from chengxin.audits.api import router as audits
from chengxin.benefits.api import router as benefits
from chengxin.checks.api import router as checks
from chengxin.commerce.badges.api import router as badges
from chengxin.commerce.circles.api import router as circles
from chengxin.commerce.complaints.api import router as complaints
from chengxin.commerce.leads.api import router as leads
from chengxin.commerce.logistics.api import router as logistics
from chengxin.commerce.merchants.api import router as merchants
from chengxin.commerce.monitoring.api import router as monitoring
from chengxin.commerce.objections.api import router as evaluations
from chengxin.commerce.ratings.api import router as ratings
from chengxin.commerce.trades.api import router as trades
from chengxin.commerce.trails.api import router as trails
from chengxin.commerce.warnings.api import router as warnings
from chengxin.disclosure.api import router as persons
from chengxin.disclosure.api import used as calls
from chengxin.inspections.api import router as inspections
from chengxin.kernel.errors import Refusal
from chengxin.ledger.api import router as ledger
from chengxin.lists.api import followed, measures
from chengxin.lists.api import router as subjects
from chengxin.portal.api import contacts, promises
from chengxin.records.api import router as batches
from chengxin.reports.api import router as reports
from chengxin.rights.api import cases, rights
from chengxin.site import problems
from chengxin.site.server import server_url
from chengxin.subjects.api import router as matches

# Every room that has an API, in the order of the rooms: (prefix, its router).
ROUTERS: list[tuple[str, Router]] = [
    ("/ledger", ledger),
    ("/client", client),
    ("/client/calls", calls),
    ("/matches", matches),
    ("/batches", batches),
    ("/subjects", subjects),
    ("/measures", measures),
    ("/lists", followed),
    ("/inspections", inspections),
    ("/persons", persons),
    ("/checks", checks),
    ("/reports", reports),
    ("/rights", rights),
    ("/cases", cases),
    ("/merchants", merchants),
    ("/circles", circles),
    ("/badges", badges),
    ("/evaluations", evaluations),
    ("/ratings", ratings),
    ("/trades", trades),
    ("/trails", trails),
    ("/logistics", logistics),
    ("/complaints", complaints),
    ("/leads", leads),
    ("/warnings", warnings),
    ("/monitoring", monitoring),
    ("/assessments", assessments),
    ("/audits", audits),
    ("/promises", promises),
    ("/contacts", contacts),
    ("/benefits", benefits),
]


class Renderer(JSONRenderer):
    """Chinese as Chinese, and no spaces that nobody reads."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}


class Docs(DocsBase):
    """The OpenAPI page from files of our own origin, with no inline script, so that the strict policy stands."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        settings = {
            "url": self.get_openapi_url(api, kwargs),
            "layout": "BaseLayout",
            "deepLinking": True,
            "validatorUrl": None,  # else the page would send its address to a service elsewhere
        }
        return render(request, "site/api_docs.html", {"title": api.title, "settings": json.dumps(settings)})


class Api(NinjaAPI):
    """Ninja's API whose document names the one shape of every error."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = problems.SCHEMA
        answer = {
            "description": "错误 / any error",
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for operation in (each for path in schema["paths"].values() for each in path.values()):
            operation["responses"].setdefault("default", answer)
        return schema


def health(request: HttpRequest) -> HttpResponse:
    """Whether this process answers and reaches its database; for load balancers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError) as error:
        return unreached(request, error)
    return JsonResponse({"status": "ok", "version": __version__})


# ---- what is refused, in one table at the end


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problems.refused(refusal)


def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Names each place and what is wrong with it; the value itself stays out, it may name a person."""
    errors = [{"where": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in error.errors]
    zh, en = "请求的内容不符合接口的规定。", "The request is not what this operation takes."
    return problems.problem(422, "not-valid", zh, en, errors=errors)


def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    response = problems.general(error.status_code, str(error))
    if isinstance(error, Throttled) and error.wait:
        response["Retry-After"] = str(error.wait)
    return response


def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problems.general(404)


def suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    return problems.general(413 if isinstance(error, RequestDataTooBig) else 400)


def unreached(request: HttpRequest, error: Exception) -> HttpResponse:
    """A database that does not answer: the embedded one is brought up again for the next request.

    The error's own words name hosts and stay here.
    """
    problems.log.error("the database does not answer", exc_info=error)
    with contextlib.suppress(Refusal):
        server_url()
    zh, en = "暂时无法连接数据库。", "The database does not answer just now."
    return problems.problem(503, "database-not-reached", zh, en)


def unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    problems.log.error("an error that nobody foresaw", exc_info=error)
    return problems.general(500)


REFUSALS: dict[type[Exception], Callable[..., HttpResponse]] = {
    Refusal: refused,
    ValidationError: not_valid,
    HttpError: http_error,
    Http404: not_found,
    SuspiciousOperation: suspicious,
    OperationalError: unreached,
    InterfaceError: unreached,
    Exception: unforeseen,
}


def api_of(routers: Iterable[tuple[str, Router]], namespace: str) -> Api:
    """The API of these routers, which tells every refusal as problem details."""
    made = Api(
        title="诚信 Chengxin API",
        version=__version__,
        description="主体、记录与查询。错误一律为 RFC 9457 格式。 / Subjects, records, checks. Errors are RFC 9457.",
        urls_namespace=namespace,
        renderer=Renderer(),
        docs=Docs(),
    )
    for kind, answer in REFUSALS.items():
        made.add_exception_handler(kind, answer)
    for prefix, router in routers:
        made.add_router(prefix, router)
    return made


api = api_of(ROUTERS, "api")
