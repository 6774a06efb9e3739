"""The floor of a single check: the thinnest Django view that makes the same read and the same ledger entry.

No middleware, no router, no key, no lawbook, no ORM: a body, two prepared statements on a pooled raw connection, and a
fixed answer. `THIN_STATEMENTS` names the file with the program's own SQL; `DATABASE_URL` says where.
"""

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from psycopg_pool import ConnectionPool

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[], SECRET_KEY="none", USE_TZ=True)

_TOLD: dict[str, Any] = json.loads(Path(os.environ["THIN_STATEMENTS"]).read_text(encoding="utf-8"))
_FACTS, _INSERT, _TYPES = _TOLD["facts"], _TOLD["insert"], _TOLD["types"]
_POOL = ConnectionPool(
    os.environ["DATABASE_URL"], min_size=4, max_size=4, open=True, kwargs={"autocommit": True, "prepare_threshold": 0}
)
_ANSWER = json.dumps({"outcome": "none_applies", "measures": [], "reason": None}).encode()


def check(request: HttpRequest) -> HttpResponse:
    """Reads what stands against the code, writes that it was asked, says the same to everybody."""
    code, at = json.loads(request.body)["code"], timezone.now()
    with _POOL.connection() as connection:
        found = connection.execute(
            _FACTS, {"value": code, "scheme": "uscc", "types": _TYPES, "on": at.date(), "known_at": at}
        ).fetchall()
        detail = f'{{"matter": "tender", "on": "{at.date()}", "outcome": "none_applies", "measures": [], "case_number": "2026-0001"}}'
        subject = found[0][0] if found else None
        connection.execute(
            _INSERT,
            [at, "thin", "checks.check.answered", "tender", subject, f"number:{code}", detail, os.urandom(16).hex()],
        ).fetchone()
    return HttpResponse(_ANSWER, content_type="application/json")


urlpatterns: list[URLPattern] = [path("api/v1/checks", check)]
application = get_wsgi_application()
