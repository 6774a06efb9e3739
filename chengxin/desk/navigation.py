"""Where the desk leads, in groups: what somebody sees of it follows from their duties."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_noop

from chengxin.actors.selectors import Asker

# So many links stand in one row as they are; more are folded into their groups.
FEW = 9
OWN = ""  # for whoever has an account, whatever their duties

Entry = tuple[str, str, str]
GROUPS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        gettext_noop("案件和记录"),
        (
            ("rows", "queue", gettext_noop("待定行")),
            ("rows", "decided", gettext_noop("近期决定")),
            ("cases", "cases", gettext_noop("案件")),
            ("cases", "month", gettext_noop("日历")),
            ("cases", "contests", gettext_noop("复议和诉讼")),
            ("lists", "lists", gettext_noop("名单")),
        ),
    ),
    (
        gettext_noop("电子商务监管"),
        (
            ("cases", "complaints", gettext_noop("消费投诉")),
            ("cases", "leads", gettext_noop("线索和举报")),
            ("cases", "patrols", gettext_noop("店铺巡查")),
            ("cases", "loops", gettext_noop("闭环监管")),
            ("cases", "tickets", gettext_noop("平台工单")),
            ("cases", "recalls", gettext_noop("货品召回")),
            ("lists", "warnings", gettext_noop("消费警示")),
            ("cases", "circles", gettext_noop("平台履责督促")),
            ("lists", "exclusions", gettext_noop("移出虚构交易")),
            ("cases", "evaluations", gettext_noop("评价异议")),
            ("oversight", "logistics", gettext_noop("物流企业评价")),
        ),
    ),
    (
        gettext_noop("企业和协会"),
        (
            ("cases", "firms", gettext_noop("支持企业档案")),
            ("cases", "references", gettext_noop("协会资料")),
            ("cases", "agreements", gettext_noop("共享协议")),
            ("association", "association", gettext_noop("章程和会员")),
            ("association", "disciplines", gettext_noop("对会员的惩戒")),
        ),
    ),
    (
        gettext_noop("核查和措施"),
        (
            ("checks", "check", gettext_noop("核查")),
            ("tasks", "tasks", gettext_noop("措施任务")),
            ("inspections", "inspections", gettext_noop("抽查")),
            ("reports", "reports", gettext_noop("报告")),
            ("persons", "persons", gettext_noop("自然人")),
            ("persons", "consents", gettext_noop("同意")),
        ),
    ),
    (
        gettext_noop("监督和审计"),
        (
            ("oversight", "coverage", gettext_noop("先查后办")),
            ("oversight", "calls", gettext_noop("程序的调用")),
            ("oversight", "assessment", gettext_noop("年度评估")),
            ("cases", "questions", gettext_noop("查询的询问")),
            ("audit", "questions-audited", gettext_noop("查询的询问")),
            ("checks", "own-findings", gettext_noop("对我查询的提示")),
            ("audit", "audit", gettext_noop("查询审计")),
            ("audit", "incidents", gettext_noop("信息安全事件")),
        ),
    ),
    (
        gettext_noop("复核和账户"),
        (
            ("confirm", "proposals", gettext_noop("复核")),
            ("keys", "key-proposals", gettext_noop("密钥更换复核")),
            ("accounts", "account-proposals", gettext_noop("账户办理复核")),
            ("accounts", "staff", gettext_noop("本单位的账户")),
            (OWN, "factors", gettext_noop("我的第二要素")),
        ),
    ),
)


@dataclass(frozen=True)
class Link:
    """A page of the desk, and whether it is the one before the reader, or leads to it."""

    title: str
    address: str
    here: bool


@dataclass(frozen=True)
class Group:
    """Links that belong together; it stands open where one of them leads here."""

    title: str
    links: tuple[Link, ...]

    @property
    def here(self) -> bool:
        """Whether the page before the reader is of this group."""
        return any(link.here for link in self.links)


def desk_groups(asker: Asker, path: str) -> list[Group]:
    """What the asker may open, in groups; the link that leads to the path most closely is marked."""
    seen = [
        (title, [(words, reverse(f"desk:{name}")) for duty, name, words in entries if _open(asker, duty)])
        for title, entries in GROUPS
    ]
    leading = [address for _, links in seen for _, address in links if f"{path}/".startswith(f"{address}/")]
    here = max(leading, key=len, default="")
    return [
        Group(title, tuple(Link(words, address, address == here) for words, address in links))
        for title, links in seen
        if links
    ]


def _open(asker: Asker, duty: str) -> bool:
    return bool(asker.account) if duty == OWN else duty in asker.duties
