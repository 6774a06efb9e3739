"""Whose is a name, among the firms that are like it: each judged, once, best first, with its outcome. Pure.

Files, the API and the queue of proposals all answer through here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import identifier_read
from chengxin.subjects.rules.comparing import Side
from chengxin.subjects.rules.judging import Judgement, Model, Reason, bears, decide, judge, model, ordered
from chengxin.subjects.rules.naming import asked_normal, words_of

# The feature by which an answer says that a text fits more firms than are shown.
CROWD = "crowd"


@dataclass(frozen=True, slots=True)
class Firm:
    """A registered firm under one of its names: where that stands in the register, which firm it is whatever its names, the
    name as written, what is held against what is asked; and in the database its subject and the number that it shows.
    """

    place: int
    key: str
    name: str
    side: Side
    subject: int = 0
    scheme: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A firm, how well it fits and why, and whether it is a `match`, to `propose` to a person, or `none`."""

    rank: int
    firm: Firm
    judgement: Judgement
    decision: str

    def as_dict(self) -> dict[str, Any]:
        """The candidate as it is shown."""
        firm = self.firm
        return {
            "rank": self.rank,
            "uscc": firm.number if firm.scheme == "uscc" else None,
            "number": firm.number or None,
            "scheme": firm.scheme or None,
            "name": firm.name,
            "score": self.judgement.score,
            "decision": self.decision,
            "reasons": [reason.as_dict() for reason in self.judgement.reasons],
        }


def side_asked(name: str, *, province: str = "", city: str = "", address: str = "", number: str = "") -> Side:
    """What somebody typed as one side of a comparison; a number whose check character does not hold says nothing."""
    try:
        read = identifier_read(number)
    except Refusal:
        return Side(asked_normal(name), "", province, city, address)
    return Side(asked_normal(name), "" if read.scheme == "none" else read.value, province, city, address)


def candidates_judged(asked: Side, firms: Iterable[Firm], by: Model | None = None) -> list[Candidate]:
    """Every firm by the name that fits best, since its own other names are no rivals of it; best first, of equals the one
    that stands first in the register.
    """
    by_place = {firm.place: firm for firm in firms}
    once: dict[str, tuple[Judgement, Firm]] = {}
    for judgement, place in ordered((judge(asked, firm.side, by), place) for place, firm in by_place.items()):
        once.setdefault(by_place[place].key, (judgement, by_place[place]))
    final, decisions = decide([judgement for judgement, _ in once.values()], by)
    told = zip(once.values(), final, decisions, strict=True)
    judged = [
        Candidate(rank, firm, judgement, decision)
        for rank, ((_, firm), judgement, decision) in enumerate(told, start=1)
    ]
    return judged if outcome_of(judged) == "match" else _crowded(asked, _bearing(asked, judged), by or model())


def _bearing(asked: Side, judged: list[Candidate]) -> list[Candidate]:
    """Where nobody is sure, every firm that bears all the asked words in their order may be meant, whatever else its name says: proposed."""
    words = words_of(asked.normal)
    return [replace(each, decision="propose") if bears(words, each.judgement) else each for each in judged]


def _crowded(asked: Side, judged: list[Candidate], by: Model) -> list[Candidate]:
    """More proposals than a person can be shown: the best of them stay, first those that bear the text as it stands, and each says
    how many there were at least.
    """
    proposed = [each for each in judged if each.decision == "propose"]
    proposed.sort(key=lambda each: asked.normal not in each.firm.side.normal)
    if len(proposed) <= by.shown_most:
        return judged
    reason = Reason(CROWD, "more", str(len(proposed)), str(by.shown_most), by.points[CROWD]["more"])
    kept = {each.rank for each in proposed[: by.shown_most]}
    return [
        replace(each, judgement=replace(each.judgement, reasons=(*each.judgement.reasons, reason)))
        if each.rank in kept
        else replace(each, decision="none")
        for each in judged
    ]


def crowd_of(candidates: Sequence[Candidate]) -> int | None:
    """How many firms a text fits at least, where that is more than are put before a person; else nothing."""
    reasons = (reason for each in candidates for reason in each.judgement.reasons)
    return next((int(reason.asked) for reason in reasons if reason.feature == CROWD), None)


def outcome_of(candidates: Sequence[Candidate]) -> str:
    """What is decided about the name: the outcome of the best."""
    return candidates[0].decision if candidates else "none"


def candidates_shown(candidates: Iterable[Candidate], top: int) -> list[Candidate]:
    """The best so many, and every firm that is proposed."""
    return [each for each in candidates if each.rank <= top or each.decision == "propose"]
