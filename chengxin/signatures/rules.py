"""The text whose bytes a firm signs by certificate when it replies: the same for the same reply, so that it can be made off line too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import uscc_valid


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


@dataclass(frozen=True)
class Reply:
    """What a firm says in its own cause: in what (`case:…`), as what, under which code, on which day, the words, and the SHA-256 of each paper."""

    about: str
    act: str
    code: str
    signed_on: date
    words: str
    papers: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is signed: the words come last, to the end, with no blanks around them, so that nothing in them can pass for a line above; every line
        ends with a line feed.
        """
        said = self.words.replace("\r\n", "\n").replace("\r", "\n").strip()
        head = [
            "chengxin reply 1", f"about: {self.about}", f"act: {self.act}", f"signer: {self.code}", f"signed-on: {self.signed_on}",
        ]  # fmt: skip
        return "\n".join([*head, *(f"paper: {digest}" for digest in self.papers), "", said, ""])


def reply_fit(
    *, about: str, act: str, code: str, signed_on: date | None, since: date, today: date, words: str, papers: Iterable[bytes] = ()
) -> Reply:  # fmt: skip
    """The reply as it can be signed, today where no day is named; refuses one of a subject without a code, whose certificate nobody could tell, and a
    day before there was anything to reply to, or to come.
    """
    if not uscc_valid(code):
        raise ReplierCodeless(about=about)
    on = signed_on or today
    if not since <= on <= today:
        raise SigningDayUnfit(since=since, today=today, on=on)
    return Reply(about, act, code, on, words, tuple(sha256(each).hexdigest() for each in papers))
