"""Who may call goods back, and what is refused of a recall. Pure."""

from typing import Final

from chengxin.kernel.errors import Refusal

PROCEDURE: Final = "recall"
AUTHORITIES: Final = ("department", "supervisor", "operator")


class RecallUnfit(Refusal):
    """{actor} cannot call these goods back: {why}."""

    code = "trails-recall-unfit"
    status = 403
    basis = "食品安全法 63"
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
    """A recall says why: write the reason, at most 500 characters, and name no person in it."""

    code = "trails-recall-reasonless"
    zh = "召回须写明原因，不超过500字，不写自然人。"


class RecallRunning(Refusal):
    """These goods are being called back already: recall {recall}. Go on with that one."""

    code = "trails-recall-running"
    status = 409
    zh = "这些货品正在召回：{recall}。请在该召回中办理。"


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
