"""What an entry of the ledger was, by which right, what may be asked about it, and what may be erased. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from chengxin.commerce.merchants.rules import FILED
from chengxin.kernel.errors import Refusal
from chengxin.law import Citation, Law
from chengxin.law.models import Words
from chengxin.ledger.rules import READING

WITHIN = "reading-question-within"
OWN = "own-record"
# What whoever is signed in does themselves, by what it is written down for; the lawbook has a purpose for the first alone.
OWN_DOING: dict[str, Words | None] = {
    OWN: None,
    "own-account": Words(zh="开立账户", en="Their own account"),
    "benefits": Words(zh="惠民服务", en="Benefits"),
}
QUESTION, ANSWER = ("The question", "所问的内容"), ("The answer", "答复的内容")
MOST_WORDS = 1000
DECIDING = ("operator", "credit-centre", "supervisor")


class ReadingUnknown(Refusal):
    """There is no reading {entry} of you by somebody else about which you could ask: unknown, another's, your own, or erased when its time was over."""

    code = "reading-unknown"
    status = 404
    zh = "没有编号为{entry}、可以询问的对您的查询：不存在、与您无关、是您自己的查询，或者保存期满已经删除。"


class AskedAlready(Refusal):
    """You asked about this reading on {day}; it is to be answered by {due}."""

    code = "reading-asked-already"
    status = 409
    zh = "您已于{day}就这次查询提出询问，答复期限为{due}。"


class QuestionUnknown(Refusal):
    """There is no question {question} that you may see or answer."""

    code = "reading-question-unknown"
    status = 404
    zh = "没有您可以查看或者答复的询问{question}。"


class ReaderNotHeard(Refusal):
    """The reader has not answered question {question} yet and has until {due}. Hear it first, or wait for that day."""

    code = "reading-reader-not-heard"
    status = 409
    zh = "询问{question}的查询单位尚未答复，期限为{due}。请先听取其说明，或者等期限届满。"


# --- what an entry was ----------------------------------------------------------------------------------------------------

_EVENTS: tuple[tuple[str, str, str], ...] = (
    (r"checks\.check\.answered", "核查", "A check"),
    (r"checks\.answer\.(reissued|used)", "核查答复的使用或者重新出具", "An answer used, or given anew"),
    (r"checks\.(file|decisions)\..*", "批量核查", "A file of checks"),
    (r"checks\.ticket\..*", "嵌入页面的核查", "A check in a frame"),
    (r"lists\.subject\.read", "查阅档案", "The file read"),
    (r"lists\.(task|measure|remedy|tasks)\..*", "措施的办理", "A measure carried out"),
    (r"disclosure\.(consents?|withdrawals?)\..*", "同意书的办理", "A consent"),
    (r"disclosure\.request\..*", "他人请求您同意", "A request for your consent"),
    (r"disclosure\..*\.tried", "查询未获准", "A reading refused"),
    (r"disclosure\..*", "查阅个人信息", "Personal data read"),
    (r"checks\..*", "核查的办理", "A step of a check"),
    (r"lists\..*", "名单的办理", "A step of a list"),
    (r"subjects\.person\.opened", "打开姓名或者号码", "Name or number opened"),
    (r"subjects\.identity\.confirmed", "核对身份", "Identity confirmed"),
    (r"reports\.report\.issued", "出具报告", "A report issued"),
    (r"reports\.report\.verified", "核验报告", "A report verified"),
    (r"reports\.consent\..*", "授权信用服务机构取得报告", "A credit-service firm allowed a report"),
    (r"reports\.third\..*", "第三方信用报告", "A third-party report"),
    (r"reports\..*", "再次取得报告", "A report had again"),
    (r"(rights|cases)\..*\.read", "查阅案卷", "A case read"),
    (r"(rights|cases)\..*", "案件的办理", "A step of a case"),
    (r"signatures\..*\.read", "查阅以证书签名的答复", "A reply signed by certificate read"),
    (r"signatures\..*", "以证书签名的答复", "A reply signed by certificate"),
    (r"records\..*", "记录的报送或者变更", "A record filed or changed"),
    (r"inspections\..*", "抽查", "An inspection"),
    (r"desk\..*", "在工作台查看", "Looked at by staff"),
    (r"audits\.incident\.told", "告知信息安全事件", "Told of a data incident"),
    (r"merchants\.identity\.read", "打开店铺经营者的身份", "Who is behind a shop, opened"),
    (r"merchants\.shop\.filed", "平台报送店铺", "A shop filed by a platform"),
    (r"warnings\..*\.read", "查阅消费警示", "A consumer warning read"),
    (r"warnings\..*", "消费警示的办理", "A step of a consumer warning"),
    (r"monitoring\..*\.read", "查阅闭环监管案卷", "A file of supervision read"),
    (r"monitoring\..*", "闭环监管的办理", "A step of a file of supervision"),
    (r"circles\.reference\.read", "查阅协会的资料（仅供参考）", "Associations’ acts read, for reference"),
    (r"objections\..*", "对评价的异议", "Objections to evaluations"),
    (r"circles\..*", "平台、支持企业和协会", "Platforms, supporting firms and associations"),
    (r"benefits\..*", "惠民服务", "Benefits"),
    (r"accounts\..*", "账户", "The account"),
    (r"mydata\..*", "我的数据", "My data"),
)  # fmt: skip
_KNOWN = [(re.compile(pattern), Words(zh=zh, en=en)) for pattern, zh, en in _EVENTS]
# Readings that the term of the query log does not erase by itself, and that are readings of somebody nevertheless.
_READINGS = re.compile(
    rf"({READING})|^checks\.ticket\.opened$|^reports\.report\.(issued|verified)$|^disclosure\.(person|qualification)\.|^subjects\.person\.opened$"
)


def event_titled(event: str) -> Words:
    """What was done, in words."""
    found = next((words for pattern, words in _KNOWN if pattern.fullmatch(event)), None)
    return found or Words(zh=event, en=event)


def is_reading(event: str) -> bool:
    """Whether somebody learned something by it; otherwise something was filed, changed or decided."""
    return _READINGS.search(event) is not None


@dataclass(frozen=True)
class Right:
    """For what somebody read, and the articles on which that rests; none where the ledger names none."""

    purpose: Words | None
    cited: tuple[Citation, ...]
    written: str = ""


def right_of(law: Law, purpose: str, detail: Mapping[str, Any]) -> Right:
    """By which right: the purpose or matter of the lawbook with its articles, or the basis that was written down with the reading."""
    keys = [purpose, str(detail.get("matter") or "")]
    entries = [entry for key in keys if key for entry in [law.purposes.get(key) or law.matters.get(key)] if entry]
    cited = tuple(dict.fromkeys(law.cite(basis) for entry in entries for basis in entry.basis))
    plain = OWN_DOING.get(purpose) or (Words(zh=purpose, en=purpose) if purpose.strip() else None)
    title = entries[0].title if entries else plain
    return Right(title, cited, str(detail.get("basis") or ""))


# --- questions ------------------------------------------------------------------------------------------------------------


def askable(event: str, actor: str, purpose: str) -> bool:
    """Whether one may ask about the entry: somebody else read, or a platform filed what it alone can set right."""
    return (is_reading(event) or event == FILED) and actor not in ("public", "clock")


def finding_admissible(question: int, *, answered: bool, due_on: date, on: date) -> None:
    """Whoever finds hears the reader first, unless it lets its day pass."""
    if not answered and on <= due_on:
        raise ReaderNotHeard(question=question, due=due_on)


# --- erasure --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A kind of what is held: whether it is erased when its person asks, and by which article it is, or is not."""

    key: str
    title: Words
    erased: bool
    why: Words
    article: str


ERASURE = (
    Kept(
        "questions", Words(zh="您就查询提出的询问", en="Your questions about readings"), True,
        Words(zh="您自己填写的内容", en="Words of your own"), "《个人信息保护法》第47条第三项",
    ),
    Kept(
        "benefits", Words(zh="惠民服务的全部内容", en="Everything of benefits"), True,
        Words(zh="只凭您自愿，退出即删除", en="By your choice alone, and gone when you leave"), "《个人信息保护法》第15条、第47条第三项",
    ),
    Kept(
        "account", Words(zh="账户和登录", en="Account and sessions"), True,
        Words(zh="只为您使用而设", en="There for your use alone"), "《个人信息保护法》第47条第三项",
    ),
    Kept(
        "records", Words(zh="机关依法作出的许可、资格、荣誉和决定", en="Licences, qualifications, honours and decisions of authorities"), False,
        Words(
            zh="法定保存期限届满之前不能删除；有误的可以更正，停止产生效力的不再使用",
            en="Not before their lawful term of keeping is over; what is wrong is corrected, and what has no effect is not used",
        ),
        "《个人信息保护法》第47条第二款",
    ),
    Kept(
        "shops",
        Words(zh="平台报送的您的店铺和您担任法定代表人、负责人的店铺", en="Your shops, and those that you represent, as platforms filed them"), False,
        Words(
            zh="平台依法核验、登记和报送；有误的，由平台更正",
            en="Platforms verify, register and report them by law; what is wrong they set right",
        ),
        "《电子商务法》第27条、第28条；《个人信息保护法》第47条第二款",
    ),
    Kept(
        "consents", Words(zh="您给出和撤回的同意", en="Consents that you gave and took back"), False,
        Words(
            zh="证明此前的查询是否合法；撤回之后不能再据此查询",
            en="They show whether what was read before was lawful; nothing is read on one that was taken back",
        ),
        "《个人信息保护法》第15条第二款、第47条第二款",
    ),
    Kept(
        "identity", Words(zh="密封的姓名和号码", en="Your name and number, sealed"), False,
        Words(
            zh="有以上依法保留的内容的，据此归到您名下，只密封保存，不能按姓名查到；没有的，一并删除",
            en="By them what is kept above is known to be yours; sealed, and not to be found by name. Erased too where nothing is kept",
        ),
        "《个人信息保护法》第47条第二款",
    ),
    Kept(
        "readings", Words(zh="谁查询过您的记录", en="Who read what about you"), False,
        Words(
            zh="查询记录保存到当地规定的期限，届满即删除原文",
            en="The query log is kept for the term of the place; then its text is erased",
        ),
        "《网络安全法》第21条；《个人信息保护法》第47条第二款",
    ),
    Kept(
        "reports", Words(zh="您取得的报告", en="Reports that you drew"), False,
        Words(
            zh="密封保存，只供持有人核验，除此之外停止一切处理",
            en="Kept sealed for whoever holds one to verify it, and otherwise not processed",
        ),
        "《个人信息保护法》第47条第二款",
    ),
)  # fmt: skip
