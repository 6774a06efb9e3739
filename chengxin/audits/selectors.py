"""What was noticed, by whoever may know it: a reader reads what is said about its own use, whoever audits reads all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_titled
from chengxin.audits import rules
from chengxin.audits.models import Finding, Look, Word
from chengxin.kernel.days import day_of
from chengxin.law.models import Detector


@dataclass(frozen=True)
class Said:
    """One thing that was said to a finding."""

    kind: str
    words: str
    document: str
    at: datetime
    by: str

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Shown:
    """A finding as it is read: what was noticed, with its article, how often and by which entries of the ledger; what was said, and what was
    decided. `value` stands beside its threshold `against`.
    """

    finding: int
    detector: str
    title: str
    title_en: str
    basis: list[str]
    reader: str
    reader_title: str
    account: int
    on: date
    count: int
    entries: list[int]
    value: str
    against: str
    due_on: date
    state: str
    said: list[Said]

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return {**self.__dict__, "said": [each.as_dict() for each in self.said]}


def _own(asker: Asker) -> Q:
    """What is said about the asker's own use: of one of the staff what that account read, and what programs of its actor did."""
    mine = Q(reader=asker.key)
    return mine if asker.account is None else mine & Q(account__in=(0, asker.account))


def own_use(asker: Asker, finding: Finding) -> bool:
    """Whether the finding is about the asker's own use."""
    return finding.reader == asker.key and (asker.account is None or finding.account in (0, asker.account))


def findings_accessible(asker: Asker) -> QuerySet[Finding]:
    """Those that the asker may read, the latest first."""
    found = Finding.objects.order_by("-pk")
    return found if rules.may_audit(asker) else found.filter(_own(asker))


def finding_accessible(asker: Asker, finding: int) -> Finding:
    """The finding of that number; unknown and another's look alike."""
    found = findings_accessible(asker).filter(pk=finding).first()
    if found is None:
        raise rules.FindingUnknown(finding=finding)
    return found


def findings_shown(asker: Asker, *, undecided: bool = False, own: bool = False, most: int = 200) -> list[Shown]:
    """What the asker may read, the latest first; `undecided` only what waits for a decision, the earliest due first; `own` only what is
    said about the asker's own use.
    """
    found = findings_accessible(asker)
    if own:
        found = found.filter(_own(asker))
    if undecided:
        decided = Word.objects.filter(finding=OuterRef("pk")).exclude(kind=Word.Kind.ANSWERED)
        found = found.filter(~Exists(decided)).order_by("due_on", "pk")
    return [finding_shown(each) for each in found.prefetch_related("evidence", "words")[:most]]


def finding_shown(finding: Finding) -> Shown:
    """The finding as it is read, by the law of the day on which it was made."""
    law = lawroom.load().on(day_of(finding.at), finding.jurisdiction)
    detector = law.detectors[finding.detector]
    evidence = sorted(finding.evidence.all(), key=lambda each: each.pk)
    said = [
        Said(each.kind, each.words, each.document, each.at, each.by)
        for each in sorted(finding.words.all(), key=lambda each: each.number)
    ]
    return Shown(
        finding=finding.pk,
        detector=finding.detector,
        title=detector.title.zh,
        title_en=detector.title.en,
        basis=[law.cite(each).zh for each in detector.basis],
        reader=finding.reader,
        reader_title=actor_titled(finding.reader),
        account=finding.account,
        on=finding.on,
        count=sum(each.count for each in evidence),
        entries=[entry for each in evidence for entry in each.entries][:EVIDENCE_MOST],
        value=max((each.value for each in evidence), key=lambda text: (len(text), text), default=""),
        against=_against(detector),
        due_on=finding.due_on,
        state=said[-1].kind if said else "noticed",
        said=said,
    )


def _against(detector: Detector) -> str:
    if detector.hours:
        return f"{detector.hours.first:%H:%M}–{detector.hours.last:%H:%M}"
    return f"{detector.above} / {detector.minutes} min" if detector.above else ""


def findings_rows(found: Iterable[Shown]) -> tuple[list[str], list[list[Any]]]:
    """The same as a table, one line a finding."""
    heads = [
        "线索 finding", "种类 detector", "说明 what", "依据 basis", "查询单位 reader", "账户 account", "日期 on", "次数 count", "数值 value", "界限 against",
        "最迟说明 due_on", "状态 state", "说明和理由 said", "留痕 entries",
    ]  # fmt: skip
    rows = [
        [
            each.finding, each.detector, each.title, "；".join(each.basis), each.reader, each.account, each.on, each.count, each.value, each.against,
            each.due_on, each.state, " / ".join(f"{s.kind}: {s.words}" for s in each.said), " ".join(map(str, each.entries)),
        ]
        for each in found
    ]  # fmt: skip
    return heads, rows


EVIDENCE_MOST = 100


def reached() -> int:
    """The place in the ledger's tree before which every reading has been looked at."""
    return Look.objects.order_by("-pk").values_list("reached", flat=True).first() or 0


def placed() -> int:
    """How many entries have their places in the tree."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(position) + 1, 0) from ledger_leaf")
        return int(cursor.fetchone()[0])
