"""What every answer carries beyond Django's own headers."""

from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware

from chengxin.site import problems

_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
# An answer to a program is no page: whoever opens it in a browser all the same may load nothing through it.
_NOTHING = "default-src 'none'; frame-ancestors 'none'"


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Tells the browser that no page here will ever ask for camera, place or microphone, and that an answer to a program
    loads nothing.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", _POLICY)
        if _of_program(request):
            response.headers.setdefault("Content-Security-Policy", _NOTHING)
        return response

    return answer


def method_problem(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Tells a method that an operation does not have as a problem too; Ninja answers it before its own handlers."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not (isinstance(response, HttpResponseNotAllowed) and request.path_info.startswith(problems.API_PREFIX)):
            return response
        told = problems.general(response.status_code)
        told["Allow"] = response["Allow"]
        return told

    return answer


class OfPages:
    """Passes a program's request by: it has a key in place of a cookie, no language, and draws nothing."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        """Answer a page as the middleware does, anything else as if it were not there."""
        return self.get_response(request) if _of_program(request) else super().__call__(request)  # type: ignore[misc]

    def process_view(self, request: HttpRequest, *rest: Any) -> Any:
        """What the middleware does before a page's view."""
        process = getattr(super(), "process_view", None)
        return None if process is None or _of_program(request) else process(request, *rest)


def _of_program(request: HttpRequest) -> bool:
    """Under the API, but for the page that documents it."""
    path = request.path_info
    return path.startswith(problems.API_PREFIX) and not path.endswith("/docs")


class PageLocale(OfPages, LocaleMiddleware):
    """The language of the pages."""


class PageSession(OfPages, SessionMiddleware):
    """The session of whoever has signed in."""


class PageAccount(OfPages, AuthenticationMiddleware):
    """Whose session it is; read from the database only where a page asks."""


class PageCommon(OfPages, CommonMiddleware):
    """Addresses and lengths of the pages."""


class PagePolicy(OfPages, CSPMiddleware):
    """What the pages may load; built anew for each of them, since each has its own nonce."""


class PageForgery(OfPages, CsrfViewMiddleware):
    """Whose form it is, for the pages."""
