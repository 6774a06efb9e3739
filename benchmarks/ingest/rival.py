"""`frictionless validate` of the same file: what a general validator needs for the verdicts alone, no database."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from demo.sheets import NATURAL_PERSON, ORGANISATION, SOLE_TRADER
from demo.templates import TEMPLATES

_TEMPLATE = TEMPLATES["penalty-publicity"]["2018"]
_REQUIRED = ("name", "document", "kind", "decided_on", "authority")
_FIELDS: dict[str, dict[str, Any]] = {
    "category": {"constraints": {"enum": [ORGANISATION, SOLE_TRADER, NATURAL_PERSON]}},
    # The shape only: frictionless has no rule for the check character of GB 32100.
    "code": {"constraints": {"pattern": "[0-9A-HJ-NPQRTUWXY]{18}"}},
    "authority_code": {"constraints": {"pattern": "[0-9A-HJ-NPQRTUWXY]{18}"}},
    "provider_code": {"constraints": {"pattern": "[0-9A-HJ-NPQRTUWXY]{18}"}},
    "fine": {"type": "number", "constraints": {"minimum": 0}},
    "confiscated": {"type": "number", "constraints": {"minimum": 0}},
    "decided_on": {"type": "date"},
    "shown_until": {"type": "date"},
}


def schema() -> dict[str, Any]:
    """The template as a Table Schema: the rules of the record type that frictionless can express."""
    return {"fields": [_field(column, heading) for column, heading in _TEMPLATE.items()], "missingValues": [""]}


def _field(column: str, heading: str) -> dict[str, Any]:
    field = {"type": "string", **_FIELDS.get(column, {}), "name": heading}
    required = {"required": True} if column in _REQUIRED else {}
    return field | {"constraints": field.get("constraints", {}) | required}


def frictionless_validate(path: Path, rows: int, folder: Path) -> tuple[float, int]:
    """Seconds of its command line over the file, and how many errors it found; it is let find them all."""
    (folder / "schema.json").write_text(json.dumps(schema(), ensure_ascii=False), encoding="utf-8")
    words = [str(Path(sys.executable).with_name("frictionless")), "validate", path.name, "--schema", "schema.json"]
    began = time.monotonic()
    done = subprocess.run(
        [*words, "--limit-errors", str(20 * rows), "--json"], cwd=folder, capture_output=True, text=True, check=False
    )
    seconds = time.monotonic() - began
    report = json.loads(done.stdout)
    return seconds, int(report["stats"]["errors"])
