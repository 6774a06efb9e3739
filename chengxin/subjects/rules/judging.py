"""Whether two names are one firm's: each feature's level with its points, the score, and what is decided of it. Pure.

The score is the sum of the points and nothing else. Points and thresholds are data (`namebook/model.yaml`, with its model
card); levels marked `never` there keep a pair from ever being matched without a person.
"""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from chengxin.subjects.rules.comparing import Side, levels, words_borne
from chengxin.subjects.rules.namebook import book_data, namebook
from chengxin.subjects.rules.naming import words_of


class Reason(NamedTuple):
    """One feature's part of a score: what it compared, how the two stand to each other, and the points for that."""

    feature: str
    level: str
    asked: str
    held: str
    points: float

    def as_dict(self) -> dict[str, str | float]:
        """The reason as it is shown, in files and answers alike."""
        return self._asdict()


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well a registered firm fits what was asked, and why; `never` says that only a person may match the two."""

    score: float
    reasons: tuple[Reason, ...]
    never: bool


@dataclass(frozen=True)
class Model:
    """Points a level, and where a score decides."""

    version: str
    points: dict[str, dict[str, float]]
    never: frozenset[tuple[str, str]]
    match_from: float
    margin: float
    propose_from: float
    propose_within: float
    close: float
    shown_most: int


@functools.cache
def model() -> Model:
    """The model that is shipped."""
    return model_read(book_data("model.yaml"))


def model_read(data: dict[str, Any]) -> Model:
    """A model from its data; a level that the data lack has no points, which a test forbids."""
    decide = data["decide"]
    return Model(
        version=str(data["version"]),
        points={feature: dict(levels) for feature, levels in data["points"].items()},
        never=frozenset((feature, level) for feature, levels in data["never"].items() for level in levels),
        shown_most=int(decide["shown_most"]),
        **{name: float(decide[name]) for name in ("match_from", "margin", "propose_from", "propose_within", "close")},
    )


def judge(asked: Side, held: Side, by: Model | None = None) -> Judgement:
    """Judge one pair on its own: the score without what other firms may add to doubt (`decide` adds that)."""
    by = by or model()
    found, score, never = [], 0.0, False
    for feature, level, one, other in levels(asked, held):
        points = by.points[feature].get(level, 0.0)
        score += points
        never = never or (feature, level) in by.never
        found.append(Reason(feature, level, one, other, points))
    return Judgement(round(score, 2), tuple(found), never)


def decide(judged: Sequence[Judgement], by: Model | None = None) -> tuple[list[Judgement], list[str]]:
    """Judgements with the rival's part added, and the outcome of each: at most one `match`, else `propose` for all that fit
    as well as the best, else `none`. Takes the judgements best first.
    """
    by = by or model()
    if not judged:
        return [], []
    best = judged[0].score
    second = judged[1].score if len(judged) > 1 else None
    rival = _rival(judged, by)
    final = [
        _with_rival(
            j, rival if n == 0 else "behind" if best - j.score >= by.close else "equal", second if n == 0 else best, by
        )
        for n, j in enumerate(judged)
    ]
    if rival == "alone" and final[0].score >= by.match_from and not final[0].never:
        return final, ["match", *["none"] * (len(judged) - 1)]
    first = _levels_of(judged[0])
    mark_alone = best >= by.propose_from and _by_mark_alone(first)
    proposed = (
        each.score >= by.propose_from
        and best - each.score < by.propose_within
        or (mark_alone and _namesake(first, _levels_of(each)))
        for each in judged
    )
    return final, ["propose" if each else "none" for each in proposed]


def _rival(judged: Sequence[Judgement], by: Model) -> str:
    """Whether another firm fits as well as the best, or bears the same mark where the mark alone speaks for it."""
    ahead = judged[0].score - judged[1].score if len(judged) > 1 else by.margin
    if ahead < by.margin:
        return "close" if ahead >= by.close else "equal"
    first = _levels_of(judged[0])
    # Another firm of the mark counts though its number is not the one told: that one is not the best's either, so far as is known.
    if _by_mark_alone(first) and any(
        _namesake(first, _levels_of(other) | {"number": "silent"}) for other in judged[1:]
    ):
        return "namesake"
    if _bears_too(judged[0], judged[1:]) or _branch_bears(judged[0], judged[1:]):
        return "namesake"
    return "alone"


def _bears_too(best: Judgement, others: Sequence[Judgement]) -> bool:
    """Whether another firm bears all the asked words as well as the best does: where the asked name stands at the end of either (before
    it a place, or what may be one), or where it has no mark of its own and is not the best's but for how a place is written.
    """
    levels, (asked, held) = _levels_of(best), _names(best)
    if levels["name"] == "same" or levels["number"] == "same" or levels["place"] == "address":
        return False
    words = words_of(asked)
    if held.endswith(asked):
        return any(_names(other)[1].endswith(asked) and bears(words, other) for other in others)
    whole = levels["region"] in ("same", "near") and levels["form"] == "same"
    markless = levels["mark"] == "markless" and not whole
    return markless and any(bears(words, other) for other in others)


def _branch_bears(best: Judgement, others: Sequence[Judgement]) -> bool:
    """Whether a registered branch tells that there is a firm of the asked name, registered or not, and the best is not of that name: the
    branch's name begins with the whole asked one, as the law has it of a parent's (Order 734, art. 12), or bears its words as they
    are where the best needs a slip.
    """
    levels, (asked, _) = _levels_of(best), _names(best)
    if levels["name"] == "same" or levels["number"] == "same" or levels["place"] == "address":
        return False
    branches = [other for other in others if _levels_of(other)["tail"] == "register-only"]
    if asked.endswith(namebook().strong_ends) and any(_names(branch)[1].startswith(asked) for branch in branches):
        return True
    words = words_of(asked)
    return levels["slips"] != "none" and any(_borne(words, branch, but="tail") for branch in branches)


def _names(judgement: Judgement) -> tuple[str, str]:
    """The two names that were judged."""
    reason = next(reason for reason in judgement.reasons if reason.feature == "name")
    return reason.asked, reason.held


# What a firm's bearing the words does not outweigh: it lies elsewhere, it is another by what is said beside the name, or it is a
# branch, which is called by more than its firm's name.
_AGAINST = {
    "place": ("contradicts", "elsewhere"),
    "number": ("differs",),
    "representative": ("differs",),
    "tail": ("register-only", "asked-only", "differs"),
}


def bears(words: Sequence[str], judgement: Judgement) -> bool:
    """Whether the firm's name has all the words of what was asked, in their order, and nothing else says that it is another."""
    return _borne(words, judgement)


def _borne(words: Sequence[str], judgement: Judgement, *, but: str = "") -> bool:
    levels = _levels_of(judgement)
    if any(levels[feature] in against for feature, against in _AGAINST.items() if feature != but):
        return False
    return words_borne(words, _names(judgement)[1])


def _levels_of(judgement: Judgement) -> dict[str, str]:
    return {reason.feature: reason.level for reason in judgement.reasons}


def _by_mark_alone(levels: dict[str, str]) -> bool:
    return levels["trade"] in ("lacks", "shortened") and levels["number"] != "same" and levels["place"] != "address"


def _namesake(best: dict[str, str], other: dict[str, str]) -> bool:
    """Whether another firm may bear the asked mark in the place that was asked for: of whatever trade where none was asked;
    or whether what was asked is the whole name but for the other's tail, and so its parent's.
    """
    if (
        other["mark"] not in ("same", "begins", "markless")
        or other["region"] in ("differs", "against-place", "other-slip")
        # Elsewhere by its name: as likely meant only where it has no trade that was left out (a group).
        or (other["region"] == "narrower" and other["trade"] != "same")
        or other["place"] in ("contradicts", "elsewhere")
        or other["number"] == "differs"
    ):
        return False
    if other["tail"] in ("none", "same", "slip"):
        return best["trade"] == "lacks" or other["trade"] in ("same", "slip", "shape", "shortened", "lacks")
    return other["tail"] == "register-only" and other["trade"] == "same" and other["form"] == "same"


def _with_rival(judgement: Judgement, level: str, other: float | None, by: Model) -> Judgement:
    points = by.points["rival"].get(level, 0.0)
    reason = Reason("rival", level, f"{judgement.score:g}", "" if other is None else f"{other:g}", points)
    return Judgement(round(judgement.score + points, 2), (*judgement.reasons, reason), judgement.never)


def ordered(judged: Iterable[tuple[Judgement, int]]) -> list[tuple[Judgement, int]]:
    """Best first; of equals the one that stands first in the register."""
    return sorted(judged, key=lambda pair: (-pair[0].score, pair[1]))
