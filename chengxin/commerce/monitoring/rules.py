"""Which shops a patrol visits and what it may write down; how a risk is followed from its sign to its handling. Pure."""

import hashlib
import heapq
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from chengxin.commerce.circles.rules import PaperUnfit, paper, said
from chengxin.commerce.merchants.rules import digest_holds
from chengxin.inspections.rules import hash_fit, inspectors_fit, rank, seed_hash
from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.law.models import Procedure

__all__ = ["hash_fit", "paper", "rank", "said", "seed_hash"]

PATROL, LOOP, LINKAGE = "shop-patrol", "supervision-loop", "regional-linkage"
REASONS, MISCONDUCT, FACTS, ROLES = "monitoring-reasons", "misconduct", "loop-facts", "linkage-roles"
CHECKLISTS: Final = ("patrol-items", "truth-items")
DRAWN: Final = "drawn"
UNMET_TICKET: Final = "patrol-unmet"  # the finding of the tickets that a patrol opens
RESULTS: Final = ("met", "unmet", "not-applicable")
# Which steps of each procedure a department takes by their own name; the others follow from what it files, are the merchant's or the clock's.
PATROL_STEPS: Final = ("undone", "dropped")
LOOP_STEPS: Final = (
    "sampled", "unsampled", "traced", "untraced", "heard", "handled", "linked", "closed", "dropped",
)  # fmt: skip
LINKAGE_STEPS: Final = ("acknowledged", "returned", "reported", "recalled")
SEEING_ALL: Final = ("supervisor", "operator")
# The facts of a loop that are named by a number alone: who complained and who told lie apart, and no room reads a lead.
STATED: Final = ("complaint", "lead")
# What of a loop's facts its merchant sees: none that says who complained, told or was asked in other regions.
FACTS_OPEN: Final = ("sampling-record", "ticket", "recall", "warning", "penalty-record", "patrol")
MOST_SHOPS: Final = 1000
OPEN: Final = "open"  # whatever has not ended, where a list is asked for by state


class NotInCharge(Refusal):
    """{actor} cannot do this: {why}"""

    code = "monitoring-not-in-charge"
    status = 403
    zh = "{actor}不能办理：{why_zh}"


class MonitoringUnknown(Refusal):
    """There is no {what} {number} that you may see."""

    code = "monitoring-unknown"
    status = 404
    zh = "没有编号为{number}的{what_zh}，或者无权查看。"


class PlanUnfit(Refusal):
    """This patrol cannot be planned or drawn so: {why}"""

    code = "patrol-plan-unfit"
    zh = "不能这样安排或者抽取巡查：{why_zh}"


class PlanOpen(Refusal):
    """Your plan {number} is not drawn yet: reveal its seed, or say publicly why it is abandoned. Else one could draw until the outcome pleases."""

    code = "patrol-plan-open"
    status = 409
    zh = "本部门的巡查计划{number}尚未抽取。请揭晓种子，或者公开说明作废的理由，以免反复抽取、择取结果。"


class PopulationMoved(Refusal):
    """The shops from which the plan {number} draws are not those that were counted when it was published. Abandon it with this reason, and plan anew."""

    code = "patrol-population-moved"
    status = 409
    zh = "巡查计划{number}的抽取范围与公布时不一致。请以此为理由作废，另行安排。"


class ShopsRefused(Refusal):
    """{count} of the shops named cannot be patrolled, and nothing was written down: {which}"""

    code = "patrol-shops-refused"
    zh = "所列店铺中有{count}家不能安排，没有登记任何内容：{which_zh}"


class FindingUnfit(Refusal):
    """What the patrol saw cannot be written down so: {why}"""

    code = "patrol-finding-unfit"
    zh = "不能这样登记巡查所见：{why_zh}"


class LoopUnfit(Refusal):
    """This cannot be written down in the file: {why}"""

    code = "supervision-loop-unfit"
    zh = "案卷中不能这样登记：{why_zh}"


# --- drawing ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DrawnShop:
    """A shop that chance gave, with its rank."""

    rank: str
    platform: str
    shop: str


Part = tuple[
    str, Sequence[str]
]  # a platform with some of its shops; parts come in order of platform and shop, so that no whole is ever held


def population_counted(parts: Iterable[Part], salt: str) -> tuple[int, str]:
    """How many shops there are from which is drawn, and the SHA-256 of the salt and of them, a line each."""
    held, size = _population_hash(salt), 0
    for platform, shops in parts:
        held.update(_lines(platform, shops))
        size += len(shops)
    return size, held.hexdigest()


def population_digest(shops: Iterable[tuple[str, str]], salt: str) -> str:
    """The same digest of a list that anybody holds; the order does not matter."""
    return population_counted(((platform, [shop]) for platform, shop in sorted(shops)), salt)[1]


def shops_drawn(parts: Iterable[Part], *, seed: str, salt: str, count: int) -> tuple[str, list[DrawnShop]]:
    """The digest of the shops from which is drawn, and those of the lowest ranks, as many as the plan says: whoever knows a shop, the seed and the
    salt can tell whether it was drawn. Of each part only what may still be drawn is kept.
    """
    held = _population_hash(salt)
    drawn, highest = list[tuple[str, str, str]](), "g"  # above every rank, which is hexadecimal
    for platform, shops in parts:
        held.update(_lines(platform, shops))
        begun = hashlib.sha256(f"{seed}\n{salt}\n{platform}\n".encode())
        for shop in shops:
            ranking = begun.copy()
            ranking.update(shop.encode())
            if (ranked := ranking.hexdigest()) <= highest:
                drawn.append((ranked, platform, shop))
        if len(drawn) > count:
            drawn = heapq.nsmallest(count, drawn)
            highest = drawn[-1][0]
    return held.hexdigest(), [DrawnShop(*each) for each in heapq.nsmallest(count, drawn)]


def _population_hash(salt: str) -> Any:
    return hashlib.sha256(salt.encode() + b"\n")


def _lines(platform: str, shops: Sequence[str]) -> bytes:
    return "".join([f"{platform}\t{shop}\n" for shop in shops]).encode()


def count_fit(count: int, size: int) -> int:
    """How many shops a plan draws; refuses none, too many, and a population that has none."""
    if not size:
        raise PlanUnfit(why="no shop is filed in this scope.", why_zh="该范围内没有报送的店铺。", field="platform")
    if not 0 < count <= MOST_SHOPS:
        raise PlanUnfit(
            why=f"1 to {MOST_SHOPS} shops are drawn.", why_zh=f"每次抽取1至{MOST_SHOPS}家店铺。", field="count"
        )
    return min(count, size)


def reason_fit(law: Law, reason: str, *, drawn: bool) -> str:
    """Why a shop is patrolled or a risk followed: a reason of the lawbook; chance is none that anybody states."""
    if reason not in law.code_lists[REASONS].choices or (reason == DRAWN) != drawn:
        raise PlanUnfit(why=f"“{reason[:40]}” is no reason that can be stated.", why_zh=f"“{reason[:40]}”不是可以写明的理由。", field="reason")  # fmt: skip
    return reason


@dataclass(frozen=True)
class LineRefused:
    """A line of a list of shops that cannot be taken, as it was typed, and why."""

    line: int
    said: str
    why: str
    why_zh: str


def shops_read(written: str) -> tuple[list[tuple[int, str, str]], list[LineRefused]]:
    """The shops of a list, one a line: platform and shop, parted by a blank or a comma; each with its line, and the lines that cannot be read."""
    found: dict[tuple[str, str], int] = {}
    refused = []
    for n, line in enumerate(written.splitlines(), 1):
        parts = [part for part in re.split(r"[\s,，;；]+", line) if part]
        if not parts:
            continue
        if len(parts) != 2 or len(line) > 200:
            refused.append(LineRefused(n, line[:60], "write platform and shop.", "须写明平台和店铺编号。"))
        elif (first := found.setdefault((parts[0], parts[1]), n)) != n:
            refused.append(LineRefused(n, line[:60], f"it stands in line {first} already.", f"第{first}行已经写过。"))
    return [(n, platform, shop) for (platform, shop), n in found.items()], refused


def shops_refused(refused: Sequence[LineRefused]) -> ShopsRefused:
    """The refusal of these lines, in their order."""
    lines = sorted(refused, key=lambda each: each.line)
    which, which_zh = (
        "; ".join(f"line {each.line} “{each.said}”: {each.why}" for each in lines),
        "；".join(f"第{each.line}行“{each.said}”：{each.why_zh}" for each in lines),
    )
    return ShopsRefused(count=len(lines), which=which, which_zh=which_zh, field="shops", lines=lines)


def checklist_fit(law: Law, checklist: str) -> Mapping[str, Any]:
    """The items of a checklist, each with its title."""
    if checklist not in CHECKLISTS:
        raise PlanUnfit(
            why=f"there is no checklist “{checklist[:40]}”.", why_zh=f"没有清单“{checklist[:40]}”。", field="checklist"
        )
    return law.code_lists[checklist].choices


# --- what a patrol saw -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What an officer saw of one item, with the digest of the capture, and of what is unmet the kind of misconduct that it may be."""

    item: str
    result: str
    facts: str = ""
    digest: str = ""
    misconduct: str = ""


def seen_fit(
    law: Law, checklist: str, seen: Sequence[Seen], *, seen_on: date, officer: str, on: date
) -> tuple[list[Seen], str]:
    """Every item of the checklist once, on a day that has come, by an officer's staff number; refuses an unmet one without facts, capture or kind."""
    items, kinds = checklist_fit(law, checklist), law.code_lists[MISCONDUCT].choices
    numbers = inspectors_fit([officer], 1)
    if not numbers or seen_on > on:
        raise FindingUnfit(
            why="it needs an officer’s staff number and a day that has come.", why_zh="须写明执法人员编号和已到来的日期。",
            field="seen_on" if numbers else "officer",
        )  # fmt: skip
    if sorted(each.item for each in seen) != sorted(items):
        raise FindingUnfit(
            why=f"each of these stands once: {', '.join(items)}.",
            why_zh=f"清单所列各项须各写一次：{'、'.join(items)}。",
        )
    kept = []
    for each in seen:
        unmet = each.result == "unmet"
        facts = said(each.facts, "What was seen", "所见", needed=unmet, field=f"facts-{each.item}")
        digest, title = each.digest, items[each.item]
        if each.result not in RESULTS:
            raise FindingUnfit(
                why=f"{title.en}: met, unmet or not applicable.", why_zh=f"“{title.zh}”须写明符合、不符合或者不适用。",
                field=f"result-{each.item}",
            )  # fmt: skip
        if (digest or each.result != "not-applicable") and not digest_holds(digest):
            raise PaperUnfit(field=f"digest-{each.item}")
        if unmet != (each.misconduct in kinds) or not unmet and each.misconduct:
            raise FindingUnfit(
                why=f"an unmet item, and no other, says which kind of misconduct it may be: {title.en}.",
                why_zh=f"不符合的项目（且只有这些）须写明可能属于哪一类行为：{title.zh}。",
                field=f"misconduct-{each.item}",
            )
        kept.append(Seen(each.item, each.result, facts, digest, each.misconduct))
    return kept, numbers[0]


# --- a loop --------------------------------------------------------------------------------------------------------------------


def fact_fit(law: Law, procedure: Procedure, deed: str, kind: str) -> None:
    """Whether a fact of this kind shows that this stage was gone through, as the procedure says."""
    known = law.code_lists[FACTS].choices
    if deed not in procedure.deeds or kind not in known or kind not in (*procedure.deeds[deed].facts, *STATED):
        stage = procedure.deeds[deed].title if deed in procedure.deeds else None
        raise LoopUnfit(
            why=f"“{kind[:40]}” is no fact for {stage.en if stage else deed[:40]}.",
            why_zh=f"“{kind[:40]}”不是“{stage.zh if stage else deed[:40]}”所依据的事实。",
            field="fact",
        )


def deeds_done(facts: Iterable[tuple[str, str]], referrals: Sequence[bool]) -> set[str]:
    """What has been gone through: the stages that a fact shows, whether another region was asked, and whether all that were have answered. A
    number that is only stated shows nothing by itself.
    """
    done = {f"deed:{deed}" for deed, kind in facts if kind not in STATED}
    if referrals:
        done.add("deed:linkage")
    if all(referrals):
        done.add("deed:answers")
    return done


def states_before(procedures: Sequence[Procedure], state: str) -> set[str]:
    """The states in which a written step may have left what stands in this one by now: itself, and those from which the clock alone leads to it.
    `open` stands for every state that is not final.
    """
    if state == OPEN:
        return {key for each in procedures for key, of in each.states.items() if not of.final}
    found, more = set[str](), {state}
    while more:
        found |= more
        clocks = (step for each in procedures for step in each.steps if step.by == "clock")
        more = {step.from_ for step in clocks if step.to in found} - found
    return found


def search_digest(result: Mapping[str, Any]) -> str:
    """The SHA-256 of what a search back to the source found, so that the file can be held against a later search."""
    return hashlib.sha256(
        json.dumps(result, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()
    ).hexdigest()


def number_fit(number: str) -> int:
    """The running number within the number that people quote; 0 where it is none."""
    day, _, count = number.strip().partition("-")
    known = len(day) == 8 and 6 <= len(count) <= 15 and (day + count).isascii() and (day + count).isdigit()
    return int(count) if known else 0
