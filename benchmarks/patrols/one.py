"""A plan published and drawn in a process of its own: `python -m benchmarks.patrols.one COUNT [CATEGORY]`; prints seconds of each, what memory they took, and the shops."""

import json
import os
import resource
import sys
import time
from datetime import UTC, datetime, timedelta

import django

from chengxin.kernel.days import day_of

PLATFORM, DEPARTMENT, DIGEST = "mall", "market", "0" * 64


def main(words: list[str]) -> None:
    """Publish, reveal, and tell."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")
    django.setup()
    from chengxin.actors.models import Actor  # noqa: PLC0415  # after the setup
    from chengxin.actors.selectors import Asker  # noqa: PLC0415
    from chengxin.commerce.merchants.selectors import law_of  # noqa: PLC0415
    from chengxin.commerce.monitoring import services  # noqa: PLC0415

    at, asker = datetime.now(UTC), Asker(DEPARTMENT, "department")
    law_of(day_of(at)), Actor.objects.count()  # the lawbook is read, and the server is reached
    before = _memory()
    began = time.monotonic()
    made = services.plan_draw_from(
        title="抽查", checklist="patrol-items", count=int(words[0]), document="巡1", digest=DIGEST, platform=PLATFORM, asker=asker, at=at,
        category=words[1] if len(words) > 1 else "",
    )  # fmt: skip
    planned, counted = time.monotonic() - began, _memory()
    began = time.monotonic()
    found = services.plan_reveal(number=made.number, seed=made.seed, asker=asker, at=at + timedelta(seconds=1))
    drawn = time.monotonic() - began
    told = {
        "plan": planned, "draw": drawn, "plan_memory": counted - before, "draw_memory": _memory() - before, "peak": _memory(), "size": made.size,
        "seed": made.seed, "salt": made.salt, "shops": sorted(each["shop"] for each in found["shops"]),
    }  # fmt: skip
    sys.stdout.write(json.dumps(told))


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main(sys.argv[1:])
