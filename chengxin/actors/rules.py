"""What may be published of an authority's office, which origin may frame an answer, and how a client's certificate is read. Pure."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hmac import compare_digest
from ipaddress import IPv4Address, ip_address, ip_network
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from chengxin.kernel.days import CHINA_TIME, day_of
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within
from chengxin.law import Law
from chengxin.law.models import Words

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


# Headers by which proxies pass on the certificate of whoever calls; one that is not the header of the settings identifies nobody.
CERTIFICATE_HEADERS = (
    "Client-Cert",
    "SSL-Client-Cert",
    "X-SSL-Client-Cert",
    "X-Client-Cert",
    "X-Forwarded-Client-Cert",
    "X-Forwarded-Tls-Client-Cert",
    "X-ARR-ClientCert",
)
SECRET_HEADER = "X-Chengxin-Proxy-Secret"
MOST_WRITTEN = 16_384


class CertificateUnread(Refusal):
    """This is no certificate of a client: {why} Give one X.509 certificate, as PEM, as PEM escaped for a header, or as RFC 9440 writes it
    (its DER in base64 between colons).
    """

    code = "certificate-unread"
    status = 400
    zh = "不能读作客户端证书：{why_zh}请给出一份 X.509 证书：PEM、转义后的 PEM，或者按 RFC 9440 书写（DER 的 base64，前后各加一个冒号）。"


class CertificateNotBelieved(Refusal):
    """The header {header} names a client by its certificate, and comes from nobody whose word on it is taken here: it must be the header that
    CHENGXIN_CERTIFICATE_HEADER names, set by a proxy that shows the secret or has an address of the settings. Call without it, with a key.
    """

    code = "certificate-not-believed"
    status = 403
    zh = "请求头 {header} 以证书表明身份，但来源不予采信：须为 CHENGXIN_CERTIFICATE_HEADER 所指，并由出示约定密钥或者地址已登记的代理设置。请去掉它，改用密钥。"


class CertificateAndKey(Refusal):
    """The certificate and the key name two clients, or one of them names none in force. Call with one of them, or with both of the same client."""

    code = "certificate-and-key"
    status = 403
    zh = "证书和密钥不属于同一个客户端，或者其中之一无效。请只用其一，或者使用同一客户端的证书和密钥。"


class CallsUsedUp(Refusal):
    """This program has used up its calls of today for {purpose} ({most}); nothing was done. They open again at {opens_at}. Ask the centre whether the
    limit fits your work.
    """

    code = "client-calls-a-day"
    status = 429
    zh = "该程序今天用于{purpose}的调用已达上限（{most}次），本次没有办理。{opens_at}重新开放；确有需要的，请与信用中心联系。"


class PurposeUncounted(Refusal):
    """Calls for "{purpose}" are not counted: name a kind ({kinds}), or one purpose of a kind, such as checks.tender."""

    code = "purpose-uncounted"
    zh = "没有按“{purpose}”计数的调用：请写种类（{kinds}），或者某一种类的一项用途，如 checks.tender。"


# What is counted, each with the shelf of the lawbook that its purposes stand on; how many a day says the parameter `<kind>-a-day`,
# of persons each purpose itself.
COUNTED = {
    "checks": "matters", "batches": "sources", "reports": "reports", "persons": "purposes", "trades": "trade_kinds", "merchants": "purposes",
    "identities": "purposes", "complaints": "complaint_kinds", "leads": "purposes",
}  # fmt: skip


def purpose_counted(law: Law, kind: str, key: str = "") -> str:
    """Under what a call is counted: the kind with its purpose, where the lawbook knows it."""
    return f"{kind}.{key}" if key in getattr(law, COUNTED[kind]) else kind


def purpose_limited(law: Law, purpose: str) -> None:
    """Refuses what no call is counted under."""
    kind, _, key = purpose.partition(".")
    if kind not in COUNTED or key and key not in getattr(law, COUNTED[kind]):
        raise PurposeUncounted(purpose=purpose[:80], kinds=", ".join(COUNTED))


def counted_titled(law: Law, counted: str) -> Words | None:
    """What a count is of, in words, where the lawbook of the day has it."""
    kind, _, key = counted.partition(".")
    entry = getattr(law, COUNTED[kind]).get(key) if kind in COUNTED else None
    return entry.title if entry is not None else None


def day_over(at: datetime) -> datetime:
    """When the calls of a day open again: at the next midnight in China."""
    return datetime.combine(day_of(at) + timedelta(days=1), time(), tzinfo=CHINA_TIME)


def network_of(address: str) -> str:
    """What is counted as one address: of IPv6 its /64, within which whoever has one has them all."""
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(read, IPv4Address):
        return str(read)
    return str(read.ipv4_mapped or ip_network((int(read), 64), strict=False))


@dataclass(frozen=True)
class Shown:
    """A certificate as it identifies a client: by the SHA-256 of its DER, while its days last."""

    fingerprint: bytes
    not_before: datetime
    not_after: datetime


def certificate_read(written: str) -> Shown:
    """One certificate in any of the forms that proxies write and files hold; refuses two, none, and what is cut or joined."""
    text = written.strip()
    if len(text) > MOST_WRITTEN:
        raise CertificateUnread(why="it is too long.", why_zh="内容过长。")
    try:
        if text.startswith(":"):
            if len(text) < 2 or not text.endswith(":"):
                raise ValueError
            found = [x509.load_der_x509_certificate(base64.b64decode(text[1:-1], validate=True))]
        else:
            found = x509.load_pem_x509_certificates(unquote_to_bytes(text))
        if len(found) != 1:
            raise CertificateUnread(why="there is more than one.", why_zh="不止一份。")
        (one,) = found
        return Shown(one.fingerprint(SHA256()), one.not_valid_before_utc, one.not_valid_after_utc)
    except (ValueError, binascii.Error, UnicodeEncodeError):
        raise CertificateUnread(why="it cannot be parsed.", why_zh="无法解析。") from None


def certificate_told(
    headers: Mapping[str, str], sender: str, *, header: str, secret: str, proxies: list[str]
) -> str | None:
    """What a proxy that is believed says of the caller's certificate; nothing where none is named. With a secret of the settings the proxy
    must show it, else its address must be one of theirs. Refuses a certificate from anybody else, and by any other header.
    """
    named = [each for each in (*CERTIFICATE_HEADERS, header) if each and headers.get(each, "").strip()]
    if not named:
        return None
    shown = headers.get(SECRET_HEADER, "")
    believed = compare_digest(shown.encode(), secret.encode()) if secret else sender in proxies
    for each in named:
        if not header or each.lower() != header.lower() or not believed:
            raise CertificateNotBelieved(header=each)
    return headers[header]


def fingerprint_written(fingerprint: bytes) -> str:
    """As `openssl x509 -fingerprint -sha256` writes it: pairs of hexadecimal digits with colons between."""
    return fingerprint.hex(":").upper()


# What a program may do, as an agreement that is shown says it: Chinese and English.
SCOPE_TITLES = {
    "checks": ("核查", "checks"), "batches": ("批次报送", "files of records"), "subjects": ("主体档案", "files of subjects"),
    "matches": ("名称匹配", "matching of names"), "cases": ("案件", "cases"), "measures": ("措施任务", "tasks of measures"),
    "audits": ("查询审计", "audits"), "lists": ("名单", "lists"), "inspections": ("抽查", "inspections"), "reports": ("信用报告", "reports"),
    "benefits": ("惠民服务", "benefits"), "trades": ("交易信息", "trades"), "merchants": ("商家信息", "merchants"), "trails": ("商品追溯", "trails of goods"),
    "complaints": ("消费投诉", "complaints"), "leads": ("线索和举报", "leads and reports"), "persons": ("自然人的同意和查询", "consents and readings of persons"),
}  # fmt: skip
# Whose programs exchange by agreement: nobody whose duty it is by law.
BY_AGREEMENT = ("platform", "service-firm", "association")


class AgreementUnfit(Refusal):
    """This agreement cannot be filed: {why}"""

    code = "agreement-unfit"
    zh = "不能登记该协议：{why_zh}"


class AgreementUnknown(Refusal):
    """{actor} has no agreement {number} that is not ended."""

    code = "agreement-unknown"
    status = 404
    zh = "{actor}没有编号{number}的未终止协议。"


def agreement_fit(
    kind: str, number: str, document: str, digest: str, from_on: date, to_on: date, scopes: Sequence[str]
) -> None:
    """Whether it may be filed: of a platform, credit-service firm or association, by number and document, for some scopes, and with an end."""
    if kind not in BY_AGREEMENT:
        raise AgreementUnfit(
            why=f"a {kind} exchanges by law, not by agreement.", why_zh=f"{kind}类主体依法共享，不凭协议。"
        )
    if (
        not 0 < len(number.strip()) <= MOST
        or not 0 < len(document.strip()) <= MOST
        or not re.fullmatch(r"[0-9a-f]{64}", digest)
    ):
        raise AgreementUnfit(why="its number, document or digest is missing.", why_zh="缺少编号、文书名称或者摘要。")
    if not scopes or to_on <= from_on:
        raise AgreementUnfit(
            why="it names what is exchanged, and its last day after its first.", why_zh="须写明共享的内容和起止日期。"
        )
    if citizen_number_within(f"{number} {document}"):
        raise AgreementUnfit(why="it holds a person's identity number.", why_zh="含有自然人的公民身份号码。")
