"""`python -m benchmarks.check.statements CODE KEY`: the SQL of one check through the API, as the program sends it.

Prints what the floors are to do likewise, the read and the ledger insert, and every statement that the check made.
"""

import json
import os
import sys

import django
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.check import CASE, MATTER


def main(code: str, key: str) -> None:
    """Asks once to warm up and once to count."""
    # Only with the rooms in place may their selectors be imported.
    from django.utils import timezone

    from chengxin import law
    from chengxin.ledger.services import _INSERT
    from chengxin.lists.rules import record_types_deciding
    from chengxin.lists.selectors import _FACTS

    client = Client(headers={"authorization": f"Bearer {key}"})
    asked = {"code": code, "matter": MATTER, "purpose": MATTER, "case_number": CASE}
    client.post("/api/v1/checks", asked, content_type="application/json")
    with CaptureQueriesContext(connection) as made:
        answer = client.post("/api/v1/checks", asked, content_type="application/json")
    assert answer.status_code == 200, answer.content
    statements = [each["sql"].strip() for each in made.captured_queries]
    counts = sum("into actors_use" in sql for sql in statements)
    writes = sum(not sql.lower().startswith(("select", "with")) for sql in statements)
    types = record_types_deciding(law.load().on(timezone.localdate()), MATTER)
    told = {"facts": _FACTS, "insert": _INSERT, "types": types, "counts": counts, "writes": writes}
    told["reads"] = len(statements) - writes - counts
    sys.stdout.write(json.dumps(told | {"statements": statements}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")
    django.setup()
    main(*sys.argv[1:])
