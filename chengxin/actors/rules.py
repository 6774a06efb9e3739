"""What may be published of an authority's office, and which origin may frame an answer. Pure."""

import re
from dataclasses import dataclass

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within

# Whoever decides about others, or takes what is said against a decision.
REACHABLE = ("department", "court", "credit-centre", "supervisor", "operator")
MOST = 200
_TELEPHONE = re.compile(r"[0-9][0-9-]{2,19}")
_MOBILE = re.compile(r"(?:86)?1[3-9][0-9]{9}")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(rf"(?:https://{_LABEL}(?:\.{_LABEL})*|http://(?:localhost|127\.0\.0\.1))(?::[0-9]{{1,5}})?")
_STANDARD = {"https": ":443", "http": ":80"}


class ContactUnfit(Refusal):
    """This cannot be published as how an office is reached: {why} Give the office's own telephone (digits and hyphens), its address and its
    hours.
    """

    code = "contact-unfit"
    zh = "不能这样公布办公联系方式：{why_zh}请填写单位的办公电话（数字和连字符）、地址和办公时间。"


@dataclass(frozen=True)
class Office:
    """An office's telephone, address and hours."""

    telephone: str
    address: str
    hours: str


def contact_fit(kind: str, telephone: str, address: str, hours: str) -> Office:
    """The words as they are published; refuses an actor that has no office of this sort, and what is a person's."""
    office = Office(telephone.strip(), address.strip(), hours.strip())
    if kind not in REACHABLE:
        raise ContactUnfit(why=f"a {kind} decides nothing here.", why_zh=f"{kind}类主体不在本库作出决定。")
    if not _TELEPHONE.fullmatch(office.telephone):
        raise ContactUnfit(why="the telephone is missing or is none.", why_zh="缺少电话，或者不是电话号码。")
    if _MOBILE.fullmatch(office.telephone.replace("-", "")):
        raise ContactUnfit(why="a mobile number is a person's.", why_zh="手机号码属于个人。")
    if not office.address or not office.hours or max(map(len, (office.address, office.hours))) > MOST:
        raise ContactUnfit(
            why=f"address and hours are needed, each of at most {MOST} characters.",
            why_zh=f"须写明地址和办公时间，各不超过{MOST}字。",
        )
    if citizen_number_within(f"{office.address} {office.hours}"):
        raise ContactUnfit(why="it holds a person's identity number.", why_zh="含有自然人的公民身份号码。")
    return office


class OriginUnfit(Refusal):
    """ "{origin}" is no origin that may frame an answer: write scheme, host and port alone, as https://approval.example.gov.cn,
    without path or star, a host in other letters in its xn-- form; http only for localhost.
    """

    code = "origin-unfit"
    zh = "“{origin}”不能登记为嵌入来源：只写协议、主机和端口，如 https://approval.example.gov.cn，不带路径和星号，中文域名写成 xn-- 形式；http 只限本机 localhost。"


def origin_read(written: str) -> str:
    """The origin as a browser writes it, in small letters and without its standard port; refuses a path, a star, and http beyond the machine
    itself.
    """
    origin = written.strip().lower().removesuffix("/")
    if len(origin) > 255 or not _ORIGIN.fullmatch(origin):
        raise OriginUnfit(origin=written[:80])
    return origin.removesuffix(_STANDARD[origin.partition(":")[0]])
