"""One record as whoever may see it sees it: its own words where it is shown, with authority, document, article, term and state.

The page of an enterprise and every report show a record alike, and by what `records.rules` says of its effect and showing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_noop

from chengxin.cases.selectors import case_state_title
from chengxin.kernel.days import day_of
from chengxin.kernel.identifiers import persons_masked
from chengxin.kernel.names import name_normal
from chengxin.kernel.written import day_written
from chengxin.law import Citation, Law
from chengxin.law.models import RecordField, RecordType, Words
from chengxin.lists.selectors import FiledRecord
from chengxin.records.rules import Effect, Kind, cases_holding
from chengxin.subjects.models import Identifier

# The fields of a record that its page shows beside authority, document and days; what is not named here is not shown.
FIELDS: dict[str, tuple[str, ...]] = {
    "enterprise-registration": ("entity_type", "status", "capital", "address", "scope", "cancelled_on"),
    "administrative-licence": ("licence_kind", "certificate_name", "certificate_number", "content", "valid_from", "valid_until"),
    "administrative-penalty": ("violation_kind", "penalty_kind", "content", "fine", "confiscated", "certificate", "ground"),
    "abnormal-operations": ("reason",),
    "serious-dishonesty": ("list_name", "reason", "ground"),
    "honour": ("honour", "level", "reason", "valid_until"),
    "commitment": ("kind", "matter", "content", "due_on", "outcome"),
    # Nothing of a breach but the decision that finds it.
    "repair-promise": ("content", "broken_by"),
    "supervision-class": ("domain", "class", "reason", "ground", "valid_until"),
    "product-sampling": ("product", "gtin", "lot", "result", "items", "ground"),
    "contract-performance": ("contract", "kind", "signed_on", "due_on", "outcome"),
    "practice-licence": ("group", "licence", "licence_number", "scope", "valid_from", "valid_until"),
    "professional-qualification": ("group", "qualification", "level", "certificate_number", "valid_from", "valid_until"),
    "personal-honour": ("group", "honour", "reason", "valid_until"),
    "volunteer-honour": ("kind", "honour", "valid_until"),
    "practice-decision": ("group", "decision", "licence_number", "basis", "ends_on"),
    "court-non-performance": ("duty", "performance", "circumstance", "ground_document"),
}  # fmt: skip

SCHEMES = {
    "uscc": gettext_noop("统一社会信用代码"),
    "registration-number": gettext_noop("注册号（旧）"),
    "organisation-code": gettext_noop("组织机构代码"),
    "old-number": gettext_noop("旧编号"),
}
SEVERITIES = {
    "general": gettext_noop("程度：一般"),
    "serious": gettext_noop("程度：严重"),
    "minor": gettext_noop("程度：轻微"),
}


@dataclass(frozen=True)
class Group:
    """A heading of the page and the record types that stand under it."""

    key: str
    title: str
    none: str
    tone: str
    only: str = ""
    but: tuple[str, ...] = ()

    def holds(self, record_type: RecordType) -> bool:
        """Whether records of the type stand under this heading."""
        if self.only:
            return record_type.key == self.only
        return record_type.tone == self.tone and record_type.key not in self.but


APART = ("enterprise-registration", "administrative-licence")
GROUPS = (
    Group("registration", gettext_noop("登记"), gettext_noop("没有可以公示的登记记录。"), "neutral", APART[0]),
    Group("licences", gettext_noop("行政许可"), gettext_noop("没有可以公示的许可记录。"), "neutral", APART[1]),
    Group("favourable", gettext_noop("守信记录"), gettext_noop("没有可以公示的守信记录。"), "favourable"),
    Group("adverse", gettext_noop("失信与处罚记录"), gettext_noop("没有可以公示的失信与处罚记录。"), "adverse"),
    Group("other", gettext_noop("其他记录"), "", "neutral", but=APART),
)

PERSON_GROUPS = (
    Group(
        "licences", gettext_noop("执业许可和职业资格"), gettext_noop("没有有效的执业许可和职业资格记录。"), "neutral"
    ),
    Group(
        "favourable", gettext_noop("荣誉"), gettext_noop("没有有效的荣誉记录；没有荣誉不说明任何问题。"), "favourable"
    ),
    Group("adverse", gettext_noop("许可机关的决定"), gettext_noop("没有有效的许可机关不利决定。"), "adverse"),
)


@dataclass(frozen=True)
class Value:
    """One field of a record, titled in both languages; `value_en` where the lawbook has words for it."""

    title: Words
    value: str
    value_en: str = ""


@dataclass(frozen=True)
class ShownRecord:
    """A record as the public sees it."""

    number: int
    title: Words
    tone: str
    authority: str
    document: str
    decided_title: Words
    decided_on: date
    values: list[Value]
    severity: str
    basis: list[Citation]
    shown_basis: list[Citation]
    shown_last: date | None
    ends: Words
    disputed: bool
    rests_on: int | None
    in_effect: bool
    begins_on: date | None
    published_on: date | None
    late_days: int
    statement: str
    adverse: bool
    contested: Words | None
    contested_since: date | None
    # What suspends it in place of an objection: the state of the reconsideration or lawsuit, as that it is stayed.
    stayed: Words | None
    # By whose law it is answered back to.
    place: str


def names_shown(shown: Iterable[FiledRecord], law: Law) -> list[str]:
    """The names in records that may be shown, each normal form once: the one last registered first, then the latest."""
    ranked = sorted(
        shown, key=lambda f: (f.record.record_type == APART[0], f.record.received_at, f.record.pk), reverse=True
    )
    names: dict[str, str] = {}
    for filed in ranked:
        written = str(filed.record.body.get(law.record_types[filed.record.record_type].roles.name) or "")
        if written:
            names.setdefault(name_normal(written), persons_masked(written))
    return list(names.values()) or [""]


def scheme_order(identifier: Identifier) -> tuple[int, str]:
    """By which of its numbers a subject goes: its code first."""
    return list(SCHEMES).index(identifier.scheme), identifier.value


def record_as_shown(filed: FiledRecord, law: Law, on: date) -> ShownRecord:
    """The record as its page shows it."""
    record, record_type = filed.record, law.record_types[filed.record.record_type]
    terms = record_type.terms
    staying = cases_holding(filed.events, Kind.DISPUTED).keys() & cases_holding(filed.events, Kind.CONTESTED).keys()
    return ShownRecord(
        number=record.pk,
        title=record_type.title,
        tone=record_type.tone,
        authority=record.authority,
        document=persons_masked(record.document),
        decided_title=record_type.fields[record_type.roles.decided_on].title,
        decided_on=record.decided_on,
        values=_values(record.body, record_type, law),
        severity=SEVERITIES.get(record.severity or "", ""),
        basis=[law.cite(basis) for basis in record_type.basis],
        shown_basis=[law.cite(basis) for basis in terms.shown.basis],
        shown_last=record.shown_until - timedelta(days=1) if record.shown_until else None,
        ends=terms.shown.ends,
        disputed=filed.standing.disputes > len(staying),
        rests_on=filed.rests_on,
        in_effect=filed.effect is not Effect.NONE,
        begins_on=record.effect_from if record.effect_from > on else None,
        published_on=record.published_on,
        # A registration carries the day on which the firm was founded, not that of its last change: no lateness follows.
        late_days=(record.late_days or 0) if record_type.key != APART[0] else 0,
        statement=persons_masked(filed.statement),
        adverse=record_type.tone == "adverse",
        contested=law.procedures[filed.contest.detail["forum"]].title if filed.contest else None,
        contested_since=day_of(filed.contest.at) if filed.contest else None,
        stayed=case_state_title(min(staying)) if staying else None,
        place=record.batch.jurisdiction,
    )


def _values(body: dict[str, object], record_type: RecordType, law: Law) -> list[Value]:
    named = ((name, record_type.fields.get(name)) for name in FIELDS.get(record_type.key, ()))
    return [_value(definition, str(body[name]), law) for name, definition in named if definition and body.get(name)]


def _value(definition: RecordField, written: str, law: Law) -> Value:
    if definition.type == "choice" and (words := law.choices(definition).get(written)):
        return Value(definition.title, words.zh, words.en)
    if definition.type == "amount":
        return Value(definition.title, f"{Decimal(written):,.2f} 元", "yuan")
    if definition.type == "day":
        return Value(definition.title, day_written(date.fromisoformat(written)))
    return Value(definition.title, persons_masked(written))
