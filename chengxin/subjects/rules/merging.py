"""Merges replayed, and what tells a branch's name from its parent's. Pure."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from chengxin.kernel.errors import Refusal

# The tails by which a registered branch adds to its parent's name (市场主体登记管理条例, art. 23: branches are registered apart).
BRANCH_TAIL = re.compile(
    r"(分公司|分店|分厂|分院|分校|分社|支行|分行|支公司|支局|门市部|门店|营业部|经营部|办事处|销售部|服务部|专柜|[0-9一二三四五六七八九十]+店)$"
)


class MergeSelf(Refusal):
    """A subject cannot be merged into itself: both numbers name the same one already."""

    code = "merge-self"
    status = 409
    zh = "不能把主体并入自身：两个号码已属于同一主体。"


class MergeNotStanding(Refusal):
    """These two subjects are not merged now, so there is nothing to undo."""

    code = "merge-not-standing"
    status = 409
    zh = "这两个主体目前没有合并，无可撤销。"


class MergePerson(Refusal):
    """One of the two subjects is a natural person. A person is never merged with anybody: one number is one person, and a firm is none."""

    code = "merge-person"
    basis = "《个人信息保护法》第8条"
    zh = "其中一个主体是自然人。自然人不与任何主体合并：一个号码即一人，企业不是自然人。"


@dataclass(frozen=True)
class MergeEvent:
    """One merge or unmerge, in the order in which they were decided."""

    kind: str
    absorbed: int
    into: int
    at: datetime


@dataclass(frozen=True)
class LinkPeriod:
    """Over [known_from, known_to) the register held `subject` to be `root`."""

    subject: int
    root: int
    known_from: datetime
    known_to: datetime | None


def links(events: Iterable[MergeEvent]) -> list[LinkPeriod]:
    """Replay merges into who stood for whom, and when the register held it so; an unmerge takes back one merge only."""
    standing: list[tuple[int, int]] = []
    current: dict[int, tuple[int, datetime]] = {}
    periods: list[LinkPeriod] = []
    for event in events:
        standing = _standing_after(standing, event)
        roots = _roots(standing)
        for subject in sorted(current.keys() | roots.keys()):
            before, now = current.get(subject), roots.get(subject)
            if before and before[0] == now:
                continue
            if before:
                if before[1] < event.at:
                    periods.append(LinkPeriod(subject, before[0], before[1], event.at))
                del current[subject]
            if now is not None:
                current[subject] = (now, event.at)
    periods += [LinkPeriod(subject, root, since, None) for subject, (root, since) in sorted(current.items())]
    return periods


def merge_of_organisations(kinds: Collection[str]) -> None:
    """Refuse to merge, or to take apart, unless both subjects are organisations."""
    if "person" in kinds:
        raise MergePerson


def merge_admissible(events: Iterable[MergeEvent], *, absorbed: int, into: int) -> None:
    """Refuse to merge what the merges that stand hold to be one already."""
    roots = _roots(_standing(events))
    if roots.get(absorbed, absorbed) == roots.get(into, into):
        raise MergeSelf(absorbed=absorbed, into=into)


def unmerge_admissible(events: Iterable[MergeEvent], *, absorbed: int, into: int) -> None:
    """Refuse to take back a merge of these two that was never made, or does not stand."""
    if (absorbed, into) not in _standing(events):
        raise MergeNotStanding(absorbed=absorbed, into=into)


def _standing(events: Iterable[MergeEvent]) -> list[tuple[int, int]]:
    standing: list[tuple[int, int]] = []
    for event in events:
        standing = _standing_after(standing, event)
    return standing


def _standing_after(standing: list[tuple[int, int]], event: MergeEvent) -> list[tuple[int, int]]:
    pair = (event.absorbed, event.into)
    return [*standing, pair] if event.kind == "merge" else [other for other in standing if other != pair]


def _roots(standing: list[tuple[int, int]]) -> dict[int, int]:
    """Each absorbed subject's stand-in, by the merges that stand in their order: what stood for one stands for the other.

    Merges are kept as they were asked for, of the subjects that were named, so that taking one back leaves the others
    as they would be had it never been made.
    """
    into: dict[int, int] = {}

    def root(subject: int) -> int:
        while subject in into:
            subject = into[subject]
        return subject

    for absorbed, other in standing:
        if (one := root(absorbed)) != (two := root(other)):
            into[one] = two
    return {subject: root(subject) for subject in into}


def branch_of(name: str, other: str) -> bool:
    """Whether one normal name is the other with a branch's tail."""
    longer, shorter = (name, other) if len(name) > len(other) else (other, name)
    return longer.startswith(shorter) and BRANCH_TAIL.search(longer[len(shorter) :]) is not None
