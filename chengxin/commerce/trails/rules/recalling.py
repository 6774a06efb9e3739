"""Who may call goods back, and what is refused of a recall. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from chengxin.kernel.errors import Refusal

PROCEDURE: Final = "recall"
RECEIPT, ANSWER, SHOWN = "recall-receipt-within", "recall-answer-within", "recall-shown-days"
ENDED: Final = ("decided", "dropped")  # the outcomes by which goods are no longer called back
MOST_WORDS: Final = 500
AUTHORITIES: Final = ("department", "supervisor", "operator")


class RecallUnfit(Refusal):
    """{actor} cannot call these goods back: {why}."""

    code = "trails-recall-unfit"
    status = 403
    basis = "《食品安全法》第63条"
    zh = "{actor}不能召回这些货品：{why_zh}。"


class RecallUnknown(Refusal):
    """There is no recall {recall} that {actor} may see."""

    code = "trails-recall-unknown"
    status = 404
    zh = "没有{actor}可以查看的召回{recall}。"


class RecallReceipted(Refusal):
    """{actor} has given its receipt for recall {recall} already."""

    code = "trails-recall-receipted"
    status = 409
    zh = "{actor}已就召回{recall}回执。"


class RecallReasonless(Refusal):
    """A recall says why: write the reason, at most 500 characters, and name no person in it, nor in what consumers are told."""

    code = "trails-recall-reasonless"
    zh = "召回须写明原因，不超过500字；原因和对消费者的告知都不写自然人。"


class RecallRunning(Refusal):
    """These goods are being called back already: recall {recall}. Go on with that one."""

    code = "trails-recall-running"
    status = 409
    zh = "这些货品正在召回：{recall}。请在该召回中办理。"


class RecallUnreceipted(Refusal):
    """{actor} has not yet given its receipt for recall {recall}: say first how many it still held when it was told, then what became of them."""

    code = "trails-recall-unreceipted"
    status = 409
    zh = "{actor}尚未就召回{recall}回执：请先写明得知时在手多少，再报告处理情况。"


class RecallOver(Refusal):
    """Recall {recall} is over: its figures stand, and nothing is added to them."""

    code = "trails-recall-over"
    status = 409
    zh = "召回{recall}已经结束，数字已定，不再添加。"


class RecallAnswerUnfit(Refusal):
    """This answer cannot be kept: {why} Say how many were held, how many came back and how many were destroyed, and the SHA-256 of the paper that proves it."""

    code = "trails-recall-answer-unfit"
    basis = "《食品安全法》第63条"
    zh = "处理情况不能保存：{why_zh}请写明在手、收回、销毁各多少，以及证明材料的摘要（SHA-256）。"


@dataclass(frozen=True)
class Told:
    """What one firm that was told has said so far: how many it held, what came back, what was destroyed; nothing where it is silent."""

    due_on: date
    answer_due_on: date | None
    held: int | None = None
    answered: bool = False
    taken_back: int = 0
    destroyed: int = 0

    def late(self, on: date) -> bool:
        """Whether its receipt is overdue on the day."""
        return self.held is None and self.due_on < on

    def answer_late(self, on: date) -> bool:
        """Whether its answer is overdue on the day."""
        return not self.answered and self.answer_due_on is not None and self.answer_due_on < on


@dataclass(frozen=True)
class Figures:
    """A recall in numbers, each beside the number of firms that were told."""

    told: int
    receipted: int
    late: int
    answered: int
    answers_late: int
    held: int
    taken_back: int
    destroyed: int


def figures_of(told: Iterable[Told], *, on: date) -> Figures:
    """What the firms said, counted; those that are late by the day."""
    each = list(told)
    return Figures(
        len(each), sum(t.held is not None for t in each), sum(t.late(on) for t in each), sum(t.answered for t in each),
        sum(t.answer_late(on) for t in each), sum(t.held or 0 for t in each), sum(t.taken_back for t in each), sum(t.destroyed for t in each),
    )  # fmt: skip


def answer_fit(*, held: int, taken_back: int, destroyed: int, digest: str) -> None:
    """Refuses figures that cannot be, and an answer without its evidence."""
    if min(held, taken_back, destroyed) < 0 or max(held, taken_back, destroyed) > 10**9:
        raise RecallAnswerUnfit(why="a number is out of range.", why_zh="数量超出范围。")
    if destroyed > held + taken_back:
        raise RecallAnswerUnfit(
            why="more were destroyed than were held and came back.", why_zh="销毁多于在手与收回之和。"
        )
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise RecallAnswerUnfit(
            why="its evidence has no digest of 64 lower-case hexadecimal digits.",
            why_zh="证明材料的摘要须为64位十六进制小写数字。",
        )


def maker_of(actor: str, kind: str, maker: str, owner: str | None) -> str:
    """Whose goods are called back, as far as this actor may: an authority any registered firm's, a firm its own registered goods."""
    if kind in AUTHORITIES:
        if maker or owner:
            return maker or str(owner)
        raise RecallUnfit(
            actor=actor,
            why="whose goods they are is not known; name the maker",
            why_zh="不知是谁的货品，请写明生产经营者",
        )
    if owner == actor and maker in ("", actor):
        return actor
    raise RecallUnfit(
        actor=actor, why="a firm calls back goods registered as its own", why_zh="单位只能召回登记为自己的货品"
    )
