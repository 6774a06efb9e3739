"""What the ledger signed: the last checkpoint, the run of them for whoever copies it, and how to check either without us; data incidents, counted."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chengxin import law as lawroom
from chengxin.audits.rules import PROCEDURE
from chengxin.audits.selectors import incidents_counted
from chengxin.ledger.selectors import checkpoint_latest, checkpoints_run, public_keys
from chengxin.portal.pages.answering import answering


@answering
def ledger(request: HttpRequest) -> HttpResponse:
    """The page: nothing on it but what was signed, and the keys."""
    context: dict[str, Any] = {"latest": checkpoint_latest(), "keys": public_keys()}
    return render(request, "portal/ledger.html", context)


@answering
def incidents(request: HttpRequest) -> HttpResponse:
    """Data incidents by year and kind."""
    law = lawroom.load().on(timezone.localdate(), settings.CHENGXIN_PLACE)
    context = {"counts": incidents_counted(law=law), "basis": law.cite(law.procedures[PROCEDURE].basis[0])}
    return render(request, "portal/incidents.html", context)


@answering
def checkpoints(request: HttpRequest) -> HttpResponse:
    """The run as text, a line a checkpoint with the proof that leads to it from the one before, as `chengxin-verify checkpoints` reads it."""
    lines = [
        json.dumps({"checkpoint": note, "proof": [each.hex() for each in proof]}) for note, proof in checkpoints_run()
    ]
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")
