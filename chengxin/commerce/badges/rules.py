"""When a shop may have a badge, and what is refused. Pure."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chengxin.kernel.errors import Refusal

VALID = "badge-valid-days"
LIST_GOOD_FOR = timedelta(hours=24)  # whoever checks off line fetches the list of those revoked once a day
MARKS = ("verified", "by-platform")
STATES_ZH = {"valid": "有效", "ended": "已到期", "revoked": "已被撤销"}
ACTS_ZH = {"revoked": "撤销", "restored": "恢复"}
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class BadgeUnknown(Refusal):
    """No badge has the number {number}. It was made up, or copied with a slip."""

    code = "badge-unknown"
    status = 404
    zh = "没有编号为{number}的店铺标识：可能是伪造的，或者抄错了。"


class NotYourBadge(Refusal):
    """{actor} may not take back the badge {number}: the platform {platform}, a department or the operator may."""

    code = "badge-not-yours"
    status = 403
    zh = "{actor}不能撤销店铺标识{number}：由平台{platform}、部门或者运行单位撤销。"


class BadgeUnfit(Refusal):
    """The shop {shop} has no badge: {why} Mend it, then ask again."""

    code = "badge-unfit"
    status = 409
    basis = "《电子商务法》第15条"
    zh = "店铺{shop}不能取得标识：{why_zh}改正之后再申请。"


class BadgeOver(Refusal):
    """The badge {number} is {state}: only one that is {wanted} can be {act}."""

    code = "badge-over"
    status = 409
    zh = "店铺标识{number}{state_zh}；只能{act_zh}{wanted_zh}的标识。"


class NotTheRevoker(Refusal):
    """{actor} may not give the badge {number} back: whoever revoked it may ({revoker}), or the operator."""

    code = "badge-not-the-revoker"
    status = 403
    zh = "{actor}不能恢复店铺标识{number}：由撤销的单位（{revoker}）或者运行单位恢复。"


def number_new() -> str:
    """A badge's number: nobody guesses the next."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(16))
    return "-".join(drawn[n : n + 4] for n in range(0, 16, 4))


def fit(shop: str, state: str, url: str, closed: bool, findings: Sequence[Mapping[str, str]]) -> None:
    """Refuses a badge for a shop that is closed, has no address, is not verified, or about which anything was found."""
    if closed:
        raise BadgeUnfit(shop=shop, why="it is closed.", why_zh="店铺已经关闭。")
    if not url:
        raise BadgeUnfit(shop=shop, why="its platform filed no address for it.", why_zh="平台没有报送它的网址。")
    if findings:
        en, zh = "; ".join(f["en"] for f in findings), "；".join(f["zh"] for f in findings)
        raise BadgeUnfit(shop=shop, why=f"{en}.", why_zh=f"{zh}。")
    if state not in MARKS:
        raise BadgeUnfit(
            shop=shop, why=f"its identity is not verified here ({state}).", why_zh="其身份在本库没有核实。"
        )


def same_said(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether two badges say the same of the shop, whenever they were issued."""
    apart = ("number", "issued_at", "expires_at")
    return {k: v for k, v in old.items() if k not in apart} == {k: v for k, v in new.items() if k not in apart}


def fresh(issued_at: datetime, expires_at: datetime, at: datetime) -> bool:
    """Whether less than half of its time is over, so that no new one is needed."""
    return at - issued_at < (expires_at - issued_at) / 2


def overtaken(said: Mapping[str, Any], now: Mapping[str, Any] | None) -> bool:
    """Whether the grade on a badge is another than the one that stands now. One that bears none says nothing that could be wrong."""
    rating = said.get("rating")
    return rating is not None and rating["grade"] != (now or {}).get("grade")


def overtaken_told(rating: Mapping[str, Any], now: Mapping[str, Any] | None) -> tuple[str, str]:
    """Which grade it bears and which stands now, in both languages."""
    stands = f"现在公布的是“{now['title']}”（{now['period']}）" if now else "现在没有公布等级"
    is_now = f"“{now['title_en']}” ({now['period']}) was published since" if now else "none stands now"
    return (
        f"标识上的等级是“{rating['title']}”（{rating['period']}），{stands}。",
        f"the grade on it is “{rating['title_en']}” ({rating['period']}), and {is_now}.",
    )


def state_of(revoked: bool, fit_now: bool, expires_at: datetime, at: datetime) -> str:
    """What a badge is worth at an instant."""
    return "revoked" if revoked else "ended" if expires_at <= at else "valid" if fit_now else "lapsed"
