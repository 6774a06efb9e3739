"""How two names stand beside each other on the page. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True)
class Piece:
    """A run of characters of one name, and whether the other name has it in the same place."""

    text: str
    same: bool


def names_apart(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    """Both names in pieces, the differing ones marked, by the fewest edits that turn one into the other."""
    left: list[Piece] = []
    right: list[Piece] = []
    for step in Levenshtein.opcodes(one, other):
        same = step.tag == "equal"
        left.append(Piece(one[step.src_start : step.src_end], same))
        right.append(Piece(other[step.dest_start : step.dest_end], same))
    return _filled(left), _filled(right)


def _filled(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.text]


# Which duty opens a page of the desk, by the name of its address. A page that stands in no line here opens to nobody.
DUTIES = {
    "queue": "rows", "decide": "rows", "undo": "rows", "decided": "rows",
    "tasks": "tasks", "task": "tasks",
    "inspections": "inspections",
    "check": "checks", "use": "checks",
    "persons": "persons", "consents": "persons",
    "reports": "reports", "report-pdf": "reports", "report-json": "reports", "report-pass": "counter",
    "calls": "oversight", "calls-csv": "oversight",
    "coverage": "oversight", "coverage-csv": "oversight", "assessment": "oversight", "assessment-csv": "oversight", "logistics": "oversight",
    "oversight": "oversight", "oversight-answer": "oversight", "oversight-withdraw": "oversight",
    "lists": "lists", "list": "lists", "propose": "lists",
    "warnings": "lists", "warning": "lists", "exclusions": "lists",
    "contests": "cases", "month": "cases", "cases": "cases", "case": "cases", "step": "cases", "deed": "cases", "paper": "cases",
    "complaints": "cases", "complaint": "cases", "complaint-exhibit": "cases",
    "recalls": "cases", "recall": "cases", "tickets": "cases", "ticket": "cases",
    "leads": "cases", "lead": "cases", "lead-exhibit": "cases",
    "questions": "cases", "question": "cases", "questions-audited": "audit",
    "patrols": "cases", "patrol": "cases", "loops": "cases", "loop": "cases", "linkage": "cases",
    "patrols-csv": "cases", "loops-csv": "cases", "linkages-csv": "cases",
    "circles": "cases", "circle": "cases", "evaluations": "cases", "evaluation": "cases", "firms": "cases", "references": "cases", "agreements": "cases",
    "association": "association", "disciplines": "association", "discipline": "association",
    "staff": "accounts", "proposals": "confirm", "key-proposals": "keys", "account-proposals": "accounts",
    "own-findings": "checks", "own-answer": "checks", "audit": "audit", "audit-decide": "audit", "audit-csv": "audit",
    "incidents": "audit", "incident": "audit",
}  # fmt: skip
# The first page of each duty, the first that somebody has.
HOME = {
    "rows": "desk:queue", "cases": "desk:cases", "reports": "desk:reports", "accounts": "desk:staff", "audit": "desk:audit",
    "keys": "desk:key-proposals", "association": "desk:association",
}  # fmt: skip
