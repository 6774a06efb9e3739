"""A random draw that anybody can repeat: what is hashed, who is drawn, and whether a published draw is what it says. Pure.

The agency commits to a seed by publishing its SHA-256; then the population is frozen and the register adds a salt of its own;
then the seed is revealed. So neither can choose whom the draw meets: the agency does not know the salt when it commits, the register
does not know the seed when it draws the salt. Of a seed that the agency has the register make, it must take the register's word for the
latter; one of its own is told to nobody before.

A class may fall between freezing and reveal, as by an objection. Who was drawn by it is then inspected no more often than those without
a class, and nobody else's lot changes.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count, repeat
from typing import Any

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within
from chengxin.law import Law
from chengxin.law.models import ListEntry

MAY_DRAW = ("department", "operator")
OTHER = "other"  # the group of those without a class in effect
_SEED = re.compile(r"[!-~]{16,200}")
_HASH = re.compile(r"[0-9a-f]{64}")
_STAFF = re.compile(r"[A-Za-z0-9-]{1,16}")


class DrawNotYours(Refusal):
    """{actor} is a {kind}: inspections are drawn by the department that makes them (Regulation on Optimising the Business Environment, art. 54)."""

    code = "draw-not-yours"
    status = 403
    basis = "《优化营商环境条例》第54条"
    zh = "{actor}属于{kind}：检查对象由实施检查的主管部门抽取（优化营商环境条例第54条）。"


class DrawUnknown(Refusal):
    """There is no draw {draw} that you may see."""

    code = "draw-unknown"
    status = 404
    zh = "没有您可以查看的抽取{draw}。"


class DrawOpen(Refusal):
    """Your draw {draw} in this domain is not over: reveal its seed, or say publicly why it is abandoned. Else one could draw until the outcome pleases."""

    code = "draw-open"
    status = 409
    zh = "本单位在该领域的抽取{draw}尚未完成。请揭晓种子，或者公开说明作废的理由，以免反复抽取、择取结果。"


class DrawOutOfOrder(Refusal):
    """The draw {draw} is {state}: a seed is committed, then the population is frozen, then the seed is revealed, each once."""

    code = "draw-out-of-order"
    status = 409
    zh = "抽取{draw}的状态是“{state_zh}”：先承诺种子，再冻结检查对象，再揭晓种子，各一次。"


class SeedUnfit(Refusal):
    """A seed is 16 to 200 letters, digits and signs without spaces, so that nobody can guess it from its hash."""

    code = "seed-unfit"
    zh = "种子应为16至200个不含空格的字母、数字和符号，使人无法从其散列值猜出。"


class SeedUsed(Refusal):
    """The hash {value} was committed before: each draw needs a seed of its own."""

    code = "seed-used"
    status = 409
    zh = "散列值{value}此前已经承诺过：每次抽取须用新的种子。"


class HashUnfit(Refusal):
    """ "{value}" is no SHA-256: 64 digits and letters a to f."""

    code = "seed-hash-unfit"
    zh = "“{value}”不是 SHA-256 散列值（64位十六进制小写）。"


class SeedNotThatOne(Refusal):
    """The SHA-256 of this seed is not the one that was committed, {committed}. Nothing is drawn."""

    code = "seed-not-that-one"
    status = 409
    zh = "该种子的散列值不是事先承诺的{committed}，不予抽取。"


class PopulationEmpty(Refusal):
    """You have sent no supervision class in the domain "{domain}": there is nobody to draw from."""

    code = "population-empty"
    status = 409
    zh = "本单位没有报送过“{domain}”领域的监管分类，没有可以抽取的对象。"


class InspectorUnfit(Refusal):
    """ "{value}" is no staff number: letters, digits and hyphens, at most 16, and never a person's identity number."""

    code = "inspector-unfit"
    zh = "“{value}”不是执法人员编号：不超过16个字母、数字和连字符，且不得是公民身份号码。"


class InspectorsTooFew(Refusal):
    """Each inspection needs {each} inspectors, and {given} were given. Give at least so many, or none at all."""

    code = "inspectors-too-few"
    zh = "每次检查须有{each}名执法人员，只给出了{given}名。请补足，或者一名也不给。"


class ReasonMissing(Refusal):
    """Say why: what is abandoned needs its reason."""

    code = "inspection-reason-missing"
    zh = "请写明理由：作废抽取须说明原因。"


class StepBefore(Refusal):
    """At {at} the draw {draw} cannot be taken further: its last step stands at {before}, and what stands before it could not be verified. Try again."""

    code = "draw-step-before"
    status = 409
    zh = "抽取{draw}的上一步在{before}，不能在{at}办理下一步，否则先后无法验证。请重试。"


class InspectionUnknown(Refusal):
    """There is no inspection {inspection} that you may answer."""

    code = "inspection-unknown"
    status = 404
    zh = "没有您可以办理的检查{inspection}。"


class DocumentUnreadable(Refusal):
    """This is not an exported draw: {why}."""

    code = "draw-document-unreadable"
    zh = "这不是导出的抽取文件：{why_zh}。"


@dataclass(frozen=True)
class Group:
    """One group of the draw: the measure that sets its share, the list whose members it holds, and how many in a hundred are drawn."""

    key: str
    entry: ListEntry
    share: int


@dataclass(frozen=True)
class Drawn:
    """One subject that was drawn, with its rank, and who inspects it."""

    code: str
    group: str
    rank: str
    inspectors: Sequence[str]


@dataclass(frozen=True)
class GroupDrawn:
    """What the draw made of one group: its size, share, how many were drawn, the highest rank drawn, and how many of the drawn were
    no longer in the group's class when the seed was revealed. Whoever knows a subject's group can tell from this, the seed and the salt
    whether it was drawn.
    """

    size: int
    share: int
    drawn: int
    threshold: str
    fallen: int


def groups_of(law: Law) -> list[Group]:
    """The groups that the law of the day draws in different shares: one for each list of a measure that says how many are drawn."""
    return [
        Group(measure.key, law.lists[key], law.parameter(measure.drawn))
        for measure in sorted(law.measures.values(), key=lambda m: m.key)
        for key in measure.lists
        if measure.drawn and key in law.lists
    ]


def shares_of(law: Law) -> dict[str, int]:
    """group → how many in a hundred are drawn; those without a class in effect are a group of their own."""
    return {group.key: group.share for group in groups_of(law)} | {OTHER: law.parameter("inspections-share-other")}


def drawing_permitted(kind: str, actor: str) -> None:
    """Whether this kind of actor draws inspections."""
    if kind not in MAY_DRAW:
        raise DrawNotYours(actor=actor, kind=kind)


def seed_hash(seed: str) -> str:
    """What is published of a seed before the draw; refuses one that could be guessed."""
    if not _SEED.fullmatch(seed):
        raise SeedUnfit
    return _sha256(seed)


def hash_fit(value: str) -> str:
    """The hash as it is kept."""
    if not _HASH.fullmatch(value):
        raise HashUnfit(value=value[:80])
    return value


def inspectors_fit(given: Iterable[str], each: int) -> list[str]:
    """The staff numbers, each once, in order; refuses what could name a person, and too few."""
    numbers = sorted({number.strip() for number in given if number.strip()})
    for number in numbers:
        if not _STAFF.fullmatch(number) or citizen_number_within(number):
            raise InspectorUnfit(value=number[:20])
    if numbers and len(numbers) < each:
        raise InspectorsTooFew(each=each, given=len(numbers))
    return numbers


DOMAIN, REASON, DOCUMENT = ("the domain", "监管领域"), ("the reason", "理由"), ("the document's number", "文书文号")
MOST_DOMAIN, MOST_REASON, MOST_DOCUMENT = 100, 500, 200


def step_after(draw: int, before: datetime, at: datetime) -> None:
    """Refuses a step at or before the instant of the one that it follows, as when two requests cross."""
    if at <= before:
        raise StepBefore(draw=draw, before=before.isoformat(), at=at.isoformat())


def population_digest(population: Mapping[str, str], shares: Mapping[str, int], salt: str) -> str:
    """The SHA-256 of who may be drawn, in which group, in which share, and of the salt; the order does not matter."""
    return _digest({"population": sorted(population.items()), "shares": dict(shares), "salt": salt})


def inspectors_digest(inspectors: Iterable[str], each: int) -> str:
    """The SHA-256 of who may inspect; apart from the population's, so that a file without staff numbers can be verified."""
    return _digest({"inspectors": sorted(inspectors), "each": each})


def rank(seed: str, salt: str, *what: str) -> str:
    """The place that chance gives: SHA-256 of seed, salt and the code, a line each."""
    return _sha256("\n".join((seed, salt, *what)))


def draw(
    population: Mapping[str, str], shares: Mapping[str, int], *, seed: str, salt: str, inspectors: Sequence[str], each: int
) -> list[Drawn]:  # fmt: skip
    """Of each group the subjects of the lowest ranks, as many as its share says, rounded up; each with its inspectors."""
    ranked: dict[str, list[tuple[str, str]]] = {}
    for code, group in population.items():
        ranked.setdefault(group, []).append((rank(seed, salt, code), code))
    found = [
        (place, code, group)
        for group, members in sorted(ranked.items())
        for place, code in sorted(members)[: drawn_of(len(members), shares[group])]
    ]
    teams = _teams(inspectors, each, seed, salt)
    inspecting = {code: next(teams) for _, code, _ in sorted(found)}
    return [Drawn(code, group, place, inspecting[code]) for place, code, group in found]


def drawn_of(size: int, share: int) -> int:
    """How many of a group are drawn: its share in a hundred, rounded up."""
    return -(-size * share // 100)


def _teams(inspectors: Sequence[str], each: int, seed: str, salt: str) -> Iterator[list[str]]:
    """Who inspects the first of the drawn by rank, the second, and so on without end. In each turn every inspector goes once, in the order of
    the ranks of seed, salt, turn and number, as far as whole teams can be made of them: so all inspect about as often, and there are
    about as many hashes as inspections, however many inspectors there are.
    """
    if not inspectors:
        yield from repeat([])
    for turn in count():
        order = sorted(inspectors, key=lambda number: rank(seed, salt, str(turn), number))
        for begin in range(0, len(order) - each + 1, each):
            yield order[begin : begin + each]


def raised(drawn: Iterable[Drawn], shares: Mapping[str, int]) -> list[str]:
    """Whom of the drawn their class made likelier to be drawn than those without one."""
    return [each.code for each in drawn if shares[each.group] > shares[OTHER]]


def fallen_released(drawn: Iterable[Drawn], fallen: Iterable[str], shares: Mapping[str, int]) -> list[Drawn]:
    """Who is inspected, where some are no longer in the class by which they were drawn: one of these only if its rank lies within the
    share of those without a class, in whose group it then stands. Nobody comes in its place, and everybody else stays: so a class that
    falls after the freezing can take its own subject out, and moves nobody.
    """
    gone, kept = set(fallen), []
    for each in drawn:
        if each.code not in gone:
            kept.append(each)
        elif within(each.rank, shares[OTHER]):
            kept.append(replace(each, group=OTHER))
    return kept


def within(rank: str, share: int) -> bool:
    """Whether the rank lies in the lowest so many hundredths of all the ranks that there could be."""
    return int(rank, 16) * 100 < share << 256


def groups_drawn(
    population: Mapping[str, str], shares: Mapping[str, int], drawn: Iterable[Drawn], fallen: Iterable[str] = ()
) -> dict[str, GroupDrawn]:
    """What the draw made of each group, and how many of the drawn fell."""
    gone, ranks, lost = set(fallen), dict[str, list[str]](), Counter[str]()
    for each in drawn:
        ranks.setdefault(each.group, []).append(each.rank)
        lost[each.group] += each.code in gone
    sizes = dict.fromkeys(shares, 0)
    for group in population.values():
        sizes[group] += 1
    return {
        group: GroupDrawn(
            sizes[group], share, len(ranks.get(group, ())), max(ranks.get(group, ()), default=""), lost[group]
        )
        for group, share in sorted(shares.items())
    }


# --- repeating a published draw -------------------------------------------------------------------------------------------

FAULTS = {
    "seed": ("种子的散列值与事先公布的不符", "the seed’s hash is not the one that was published before"),
    "population": ("检查对象名单的摘要与冻结时的不符", "the population’s digest is not the one of the freezing"),
    "inspectors": ("执法人员名单的摘要与冻结时的不符", "the inspectors’ digest is not the one of the freezing"),
    "fallen": (
        "列为“不再属于该类”的，不都在因类别而抽中的之内",
        "of those named as no longer in their class some were not drawn by it",
    ),
    "result": ("重新抽取的结果与公布的不符", "drawing again gives another result"),
    "order": ("承诺、冻结、揭晓的先后不对", "commitment, freezing and reveal are not in this order"),
}


@dataclass(frozen=True)
class Verified:
    """What repeating an exported draw found: nothing wrong, or which of `FAULTS`."""

    draw: int
    population: int
    drawn: int
    faults: Sequence[str]

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed."""
        return {
            "draw": self.draw,
            "verified": not self.faults,
            "population": self.population,
            "drawn": self.drawn,
            "faults": [{"code": key, "zh": FAULTS[key][0], "en": FAULTS[key][1]} for key in self.faults],
        }


def document_verify(document: Any) -> Verified:
    """Repeat an exported draw from the file alone; a file without staff numbers is verified without them."""
    try:
        return _verified(document)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DocumentUnreadable(why=f"{type(error).__name__} {error}"[:200], why_zh="缺少必要的内容") from None


def _verified(document: Mapping[str, Any]) -> Verified:
    seed, salt, shares = str(document["seed"]), str(document["salt"]), document["shares"]
    population = {str(code): str(group) for code, group in document["population"]}
    named = document.get("inspectors")
    inspectors, each = list(named or ()), int(document["inspectors_each"])
    faults = []
    if _sha256(seed) != document["seed_hash"]:
        faults.append("seed")
    if population_digest(population, shares, salt) != document["population_digest"]:
        faults.append("population")
    if named is not None and inspectors_digest(inspectors, each) != document["inspectors_digest"]:
        faults.append("inspectors")
    again = draw(population, shares, seed=seed, salt=salt, inspectors=inspectors, each=each)
    fallen = [str(code) for code in document["fallen"]]
    if not set(fallen) <= set(raised(again, shares)):
        faults.append("fallen")
    again = fallen_released(again, fallen, shares)
    mine = [(d.code, d.group, d.rank, *(d.inspectors if named is not None else ())) for d in again]
    told = [
        (r["code"], r["group"], r["rank"], *(r["inspectors"] if named is not None else ())) for r in document["result"]
    ]
    if sorted(mine) != sorted(told):
        faults.append("result")
    if not document["committed_at"] < document["frozen_at"] < document["revealed_at"]:
        faults.append("order")
    return Verified(int(document["draw"]), len(population), len(again), faults)


def _digest(parts: Mapping[str, Any]) -> str:
    return _sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
