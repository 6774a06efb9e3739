"""Files whose rows are filed one by one."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from chengxin.actors.selectors import Asker
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.bulk import rows_of_file
from chengxin.commerce.merchants.models import Disclosure, Payer
from chengxin.commerce.merchants.selectors import platform_for
from chengxin.commerce.merchants.services.committing import breach_link
from chengxin.commerce.merchants.services.duties import disclosure_publish, payer_state
from chengxin.commerce.merchants.services.filing import Advance
from chengxin.commerce.merchants.services.stating import statement_file
from chengxin.kernel.errors import Refusal


@dataclass(frozen=True)
class RowsResult:
    """What became of a file whose rows are filed one by one: how many were, and each that was refused, with its line and why."""

    kind: str
    rows: int
    accepted: int
    refused: int
    refused_rows: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed."""
        return dict(self.__dict__)


def rows_file(
    *, kind: str, path: Path, by: Asker, at: datetime, platform: str = "", advance: Advance = lambda rows: None
) -> RowsResult:
    """File statements of reasons, breaches, disclosures or payment firms from a file, each row as a call of the API would: what is refused says why,
    the rest is filed. The same file again changes nothing of statements and breaches; a disclosure or a status that stands is not filed again.
    """
    rows = rows_of_file(path, kind)
    refused = []
    for line, row in rows:
        try:
            _row_file(kind, rules.row_typed(kind, row), platform=platform, by=by, at=at)
        except Refusal as refusal:
            refused.append({"line": line, **refusal.as_dict()})
        advance(1)
    return RowsResult(kind, len(rows), len(rows) - len(refused), len(refused), refused)


def _row_file(kind: str, said: dict[str, Any], *, platform: str, by: Asker, at: datetime) -> None:
    if kind == "statements":
        statement_file(platform=platform, by=by.key, at=at, **said)
    elif kind == "breaches":
        breach_link(asker=by, at=at, **said)
    elif kind == "disclosures":
        platform_for(platform, by.key, at=at)
        stands = Disclosure.objects.filter(platform=platform, kind=said["kind"], title=said["title"]).order_by("-version").first()  # fmt: skip
        if stands is None or any(getattr(stands, name) != value for name, value in said.items()):
            disclosure_publish(platform=platform, by=by.key, at=at, **said)
    else:
        if by.kind not in ("department", "operator"):
            raise rules.NotTheRegulator(actor=by.key)
        held = Payer.objects.filter(code=said["code"]).order_by("-version").first()
        if held is None or any(getattr(held, name) != value for name, value in said.items()):
            payer_state(asker=by, at=at, **said)
