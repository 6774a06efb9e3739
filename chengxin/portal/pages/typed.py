"""How a document, a day, a number or a page that was typed is read, on the public's pages and at the desk."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

from django.http import HttpRequest

from chengxin.kernel.errors import Refusal

MOST_PAGES = 10_000
# Beside which field a refusal stands that names none itself.
BESIDE = {"actor-unknown": "platform", "case-step-lacks": "document"}
Typed = Mapping[str, str]


def paper_typed(request: HttpRequest) -> dict[str, str]:
    """The document's number and digest as they were typed; of a file that came in its place the digest alone is taken, and nothing is kept."""
    file, digest = request.FILES.get("file"), request.POST.get("digest", "").strip().lower()
    if file is not None:
        made = sha256()
        for chunk in file.chunks():
            made.update(chunk)
        digest = made.hexdigest()
    return {"document": request.POST.get("document", ""), "digest": digest}


def typed_of(request: HttpRequest, paper: Typed) -> dict[str, str]:
    """What was typed, to be shown again beside the refusal."""
    return {**{name: str(value) for name, value in request.POST.items()}, **paper}


def beside(refusal: Refusal, otherwise: str = "") -> str:
    """The field beside which the refusal stands; empty where it stands above all."""
    return str(refusal.data.get("field") or BESIDE.get(refusal.code, otherwise))


def page_asked(request: HttpRequest, name: str = "page") -> int:
    """Which page of a list is wanted."""
    return page_read(request.GET.get(name, ""))


def page_read(written: str) -> int:
    """The number of a page as it was written; the first where it is none."""
    asked = number_typed(written) or 1
    return asked if asked <= MOST_PAGES else 1


def day_typed(written: str) -> date | None:
    """A day as it was typed; none where it is none."""
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        return None


def number_typed(written: str) -> int | None:
    """A number as it was typed; none where it is none."""
    written = written.strip()
    return int(written) if written.isdecimal() and len(written) < 19 else None
