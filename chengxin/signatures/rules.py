"""The text whose bytes a firm signs by certificate when it replies: the same for the same reply, so that it can be made off line too."""

from collections.abc import Sequence
from datetime import date

from chengxin.kernel.errors import Refusal


class ReplierCodeless(Refusal):
    """The subject of {about} has no unified social credit code here, so no certificate can be held against it. The reply is given without one."""

    code = "reply-signer-codeless"
    status = 409
    zh = "本库没有{about}当事人的统一社会信用代码，无法核对证书；答复可以不附签名。"


class SigningDayUnfit(Refusal):
    """A reply is signed between {since} and {today}, and not on {on}."""

    code = "reply-signing-day-unfit"
    zh = "答复的签名日期在{since}至{today}之间，{on}不在其内。"


class ReplyUncertified(Refusal):
    """What was said in {about} was not signed by certificate."""

    code = "reply-uncertified"
    status = 404
    zh = "{about}的内容没有以证书签名。"


def reply_text(*, about: str, act: str, code: str, signed_on: date, words: str, papers: Sequence[str] = ()) -> str:
    """In what, as what and by whom something is said, on which day, the SHA-256 of each paper in their order, and the words, to the end. A line ends
    with a line feed, and the words have no blanks around them.
    """
    said = words.replace("\r\n", "\n").replace("\r", "\n").strip()
    head = ["chengxin reply 1", f"about: {about}", f"act: {act}", f"signer: {code}", f"signed-on: {signed_on}"]
    return "\n".join([*head, *(f"paper: {digest}" for digest in papers), "", said, ""])


def signing_day(named: date | None, *, since: date, today: date) -> date:
    """The day on which a reply was signed: today where none is named; refuses one before there was anything to reply to, or to come."""
    on = named or today
    if not since <= on <= today:
        raise SigningDayUnfit(since=since, today=today, on=on)
    return on
