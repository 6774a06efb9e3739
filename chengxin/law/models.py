"""What an entry of each shelf must be: frozen models that refuse any key they do not know.

A field's meaning, and what must not go in it, stands in docs/lawbook.md. Rules that need two entries at once
(references, articles, time) are in references.py; what may never be written at all is in boundary.py.
"""

from datetime import date, time
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

ACTOR_KINDS = ("department", "court", "credit-centre", "supervisor", "platform", "service-firm", "operator", "public")
SEVERITIES = ("minor", "general", "serious")
# What may be recorded of a natural person: each class with the tone that it has. Only a decision may be adverse.
PERSON_CLASSES = {
    "licence": ("neutral",),
    "qualification": ("neutral",),
    "honour": ("favourable",),
    "decision": ("adverse", "neutral", "favourable"),
}
PERSON_MEASURE_KINDS = ("procurement-and-public-funds", "licence-or-qualification", "management-office", "honours")

ActorKind: TypeAlias = Literal[
    "department", "court", "credit-centre", "supervisor", "platform", "service-firm", "operator", "public"
]
# Whose staff may have roles: also associations', whom nothing else of the lawbook can name.
StaffKind: TypeAlias = ActorKind | Literal["association"]
SubjectKind: TypeAlias = Literal["organisation", "natural-person"]
Severity: TypeAlias = Literal["minor", "general", "serious"]
KINDS_ZH: dict[str, str] = {
    "department": "部门",
    "court": "法院",
    "credit-centre": "公共信用信息中心",
    "supervisor": "社会信用主管部门",
    "platform": "平台",
    "service-firm": "信用服务机构",
    "association": "协会",
    "operator": "运行单位",
    "public": "公众",
}
Doer: TypeAlias = Literal[
    "subject",
    "authority",
    "provider",
    "credit-centre",
    "supervisor",
    "anybody",
    "consumer",
    "merchant",
    "platform",
    "clock",
]
Needed: TypeAlias = Literal["reasons", "document", "proof-of-service", "approval", "evidence"]
Outcome: TypeAlias = Literal[
    "upheld",
    "corrected",
    "record-withdrawn",
    "not-verifiable",
    "objection-withdrawn",
    "not-accepted",
    "entered-wrongly",
    "moved",
    "repaired",
    "not-repaired",
    "listed",
    "not-listed",
    "removed",
    "not-removed",
    "decided",
    "dropped",
    "founded",
    "not-founded",
    "unanswered",
    "solved",
    "unsettled",
    "unconfirmed",
]
FieldType: TypeAlias = Literal[
    "text", "name", "code", "old-number", "day", "amount", "number", "choice", "person", "person-name", "citizen-number"
]
TradeType: TypeAlias = Literal["id", "pseudonym", "digest", "code", "count", "money", "instant", "choice"]
MoneyUnit: TypeAlias = Literal["yuan", "ten-thousand-yuan"]
Unit: TypeAlias = Literal["months", "working-days", "years", "days", "yuan", "count", "percent"]


def _as_text(value: Any) -> Any:
    """YAML reads 48 as a number and 2099-12-31 as a day; an article or a cell is text."""
    return str(value) if isinstance(value, int | date) and not isinstance(value, bool) else value


def _as_tuple(value: Any) -> Any:
    """YAML gives lists; a frozen entry keeps tuples."""
    return tuple(value) if isinstance(value, list) else value


def _as_time(value: Any) -> Any:
    """A time of the day is written as 07:30."""
    return time.fromisoformat(value) if isinstance(value, str) else value


T = TypeVar("T")

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
Article = Annotated[str, BeforeValidator(_as_text), StringConstraints(min_length=1)]
Cell = Annotated[str, BeforeValidator(_as_text)]
Many = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
Some = Annotated[tuple[T, ...], BeforeValidator(_as_tuple), Field(min_length=1)]


class Part(BaseModel):
    """The manner of every model here: frozen, strict, no unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Words(Part):
    """One meaning in Chinese and in English."""

    zh: Text
    en: Text


class Basis(Part):
    """One citation: the instrument's key, its article, and the paragraph or item where that matters."""

    instrument: Key
    article: Article
    part: Text | None = None


class InForce(Part):
    """A half-open period of days: from its first day up to, not including, `to`."""

    from_: date = Field(alias="from")
    to: date | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.to is not None and self.to <= self.from_:
            raise ValueError("`to` is the first day out of force and must come after `from`")
        return self

    def holds(self, day: date) -> bool:
        """Whether the day lies within the period."""
        return self.from_ <= day and (self.to is None or day < self.to)


class Entry(Part):
    """What every entry of every shelf has; `key` and `jurisdiction` come from where its file lies."""

    key: Key
    jurisdiction: str
    title: Words
    in_force: InForce
    verified: bool
    note: Words | None = None


class Founded(Entry):
    """An entry that rests on law: all shelves but instruments and issuers."""

    basis: Some[Basis]


class Issuer(Entry):
    """Who makes instruments: a legislature, a government, a department, a court or a standards body."""

    kind: Literal["legislature", "government", "department", "court", "standards-body"]


class Instrument(Entry):
    """A published text with numbered articles; only such a text can be cited."""

    number: Text | None = None
    issued_by: Key
    kind: Literal["statute", "regulation", "local-regulation", "department-rule", "policy", "standard"]
    articles: Some[Article]
    text: Text | None = None

    @cached_property
    def article_labels(self) -> frozenset[str]:
        """Every label that may be cited: a range such as 1-86 stands for each number in it."""
        labels: set[str] = set()
        for item in self.articles:
            first, dash, last = item.partition("-")
            if dash and first.isdigit() and last.isdigit():
                labels.update(str(number) for number in range(int(first), int(last) + 1))
            else:
                labels.add(item)
        return frozenset(labels)


class RecordField(Part):
    """One field of a record: its type decides how a cell is read. Type `person` is read and never filed; `person-name` and
    `citizen-number` say whom a record about a natural person is about, and are kept in the vault alone. `codes` is a code list.
    """

    title: Words
    type: FieldType
    required: bool = False
    choices: dict[str, Words] | None = None
    codes: Key | None = None
    most: int | None = Field(default=None, gt=0)
    unit: MoneyUnit | None = None
    not_before: FieldName | None = None
    not_after: FieldName | Literal["received"] | None = None
    default_from: FieldName | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if (self.type == "choice") != (bool(self.choices) != bool(self.codes)):
            raise ValueError(
                "`choices` or `codes` belongs to a field of type choice, and such a field needs one of them"
            )
        if self.unit is not None and self.type != "amount":
            raise ValueError("`unit` belongs to a field of type amount")
        if self.type != "day" and (self.not_before or self.not_after):
            raise ValueError("`not_before` and `not_after` compare days")
        return self


class Roles(Part):
    """Which field plays which part in the claim; document, authority and day of decision are what makes it one."""

    name: FieldName
    code: FieldName
    document: FieldName
    authority: FieldName
    decided_on: FieldName
    authority_code: FieldName | None = None
    severity: FieldName | None = None
    group: FieldName | None = None
    certificate: FieldName | None = None
    published_on: FieldName | None = None
    person: FieldName | None = None
    province: FieldName | None = None
    city: FieldName | None = None
    address: FieldName | None = None


class SeverityRule(Part):
    """The class is this one where the field's text contains any of the words."""

    class_: Severity = Field(alias="class")
    field: FieldName
    contains: Some[Text]


class SeverityBy(Part):
    """How grave a record is: the rules are tried in the order written, the first that hits decides."""

    classes: Some[Severity]
    default: Severity
    by: Some[SeverityRule]
    basis: Some[Basis]

    @model_validator(mode="after")
    def _classes_known(self) -> Self:
        if self.default not in self.classes or any(rule.class_ not in self.classes for rule in self.by):
            raise ValueError("a rule or the default names a class that `classes` does not list")
        return self


class Term(Part):
    """How long something lasts, counted from the day in field `from`.

    It ends after the day in field `until` (before it, where `until_included` is false), or after so many months, the
    earlier where both are given; where neither says when, only `open_ended` lets it last. `within` names another term
    that this one never outlasts. `ends` says in words how it ends.
    """

    from_: FieldName = Field(alias="from")
    until: FieldName | None = None
    until_included: bool = True
    months: Key | dict[Severity, Key] | None = None
    open_ended: bool = False
    within: Literal["effect", "shown", "kept"] | None = None
    ends: Words
    basis: Some[Basis]

    def months_key(self, severity: Severity | None) -> str | None:
        """The parameter that holds the number of months for a record of this severity."""
        if isinstance(self.months, dict):
            return self.months[severity] if severity else None
        return self.months

    @cached_property
    def parameter_keys(self) -> tuple[str, ...]:
        """Every parameter that this term reads."""
        if self.months is None:
            return ()
        return tuple(self.months.values()) if isinstance(self.months, dict) else (self.months,)


class Terms(Part):
    """Three terms, apart: how long a fact has effect, is shown, is kept."""

    effect: Term
    shown: Term
    kept: Term


class Repair(Part):
    """From when a record may be repaired: since the day `from`, so many months (a parameter, or one for each class) after it
    was decided. `by_order` is the article by which a court's order on reorganisation or settlement stands for performance.
    """

    from_: date = Field(alias="from")
    least_months: Key | dict[Severity, Key]
    by_order: Many[Basis] = ()
    basis: Some[Basis]

    def months_key(self, severity: Severity | None) -> str | None:
        """The parameter that holds the number of months for a record of this severity."""
        if isinstance(self.least_months, dict):
            return self.least_months.get(severity) if severity else None
        return self.least_months


class RecordType(Founded):
    """A kind of lawful fact that may be recorded.

    `roles.person` is the field of a number that only a natural person has. `states` says which value of a choice means
    that its sender has withdrawn or ended the record, or that an objection to it is open; `withheld`, which values keep it from
    being shown to the public. `carries_out` is the choice each of whose values is the key of the measure on whom the document names.
    """

    about: Some[SubjectKind]
    person_class: Literal["licence", "qualification", "honour", "decision"] | None = None
    tone: Literal["adverse", "neutral", "favourable"]
    publication: Literal["public", "on-request", "internal"]
    senders: Some[ActorKind]
    publish_within: Key | None = None
    adults_only: bool = False
    carries_out: FieldName | None = None
    fields: dict[FieldName, RecordField]
    roles: Roles
    row_key: Some[FieldName]
    severity: SeverityBy | None = None
    states: dict[FieldName, dict[Text, Literal["withdrawn", "disputed", "ended"]]] = Field(default_factory=dict)
    withheld: dict[FieldName, Some[Text]] = Field(default_factory=dict)
    terms: Terms
    repair: Repair | None = None

    @property
    def of_persons(self) -> bool:
        """Whether such a record is about a natural person."""
        return "natural-person" in self.about

    @cached_property
    def person_fields(self) -> frozenset[str]:
        """The fields that hold personal data: read, never filed."""
        return frozenset(name for name, field in self.fields.items() if field.type == "person")


class Edition(Part):
    """One edition of a sender's template: for each field the headings under which it may come."""

    key: Key
    columns: dict[FieldName, Some[Text]]

    @model_validator(mode="after")
    def _headings_differ(self) -> Self:
        seen: dict[str, str] = {}
        for field, headings in self.columns.items():
            for heading in headings:
                if heading in seen:
                    raise ValueError(f"the heading {heading} stands for both {seen[heading]} and {field}")
                seen[heading] = field
        return self

    @cached_property
    def field_of(self) -> dict[str, str]:
        """heading → field."""
        return {heading: field for field, headings in self.columns.items() for heading in headings}


class Rows(Part):
    """The fewest and the most rows that a batch of this source may bring before a person must let it in."""

    least: int = Field(ge=0)
    most: int = Field(gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.least > self.most:
            raise ValueError("`least` is greater than `most`")
        return self


class Source(Founded):
    """A feed: which sender, which template, and how its cells become fields of a record type."""

    record_type: Key
    provider: Some[ActorKind]
    editions: Some[Edition]
    fixed: dict[FieldName, Text] = Field(default_factory=dict)
    authority_from_code: bool = False
    odd_values: dict[FieldName | Literal["*"], dict[Cell, Cell | None]] = Field(default_factory=dict)
    units: dict[FieldName, MoneyUnit] = Field(default_factory=dict)
    rows: Rows
    sample: Text | None = None
    signed: bool = False

    def odd_values_of(self, field: str) -> dict[str, str | None]:
        """raw → value for one field: those of every field, overlaid by its own."""
        return {**self.odd_values.get("*", {}), **self.odd_values.get(field, {})}


class Ground(Part):
    """Records that an entry on a list may rest on: of this type, and where `where` is given, with one of these values."""

    record_type: Key
    where: dict[FieldName | Literal["severity"], Some[Cell]] = Field(default_factory=dict)


class DecidedHere(Part):
    """How a decision taken in this register becomes a record: by which source, in which field its reasons stand, what stands fixed in
    others, and in which field the day until which it holds, so many months (a parameter) from the decision.
    """

    source: Key
    reasons: FieldName
    basis: FieldName | None = None
    fixed: dict[FieldName, Text] = Field(default_factory=dict)
    until: FieldName | None = None
    months: Key | None = None

    @model_validator(mode="after")
    def _until_counted(self) -> Self:
        if (self.until is None) != (self.months is None):
            raise ValueError("`until` is counted by `months`: both or neither")
        return self


class ListEntry(Founded):
    """A designation: which records put a subject on it, who decides, how one comes on and how one comes off.

    Where entries are decided here, `grounds` says on which records they may rest, and `decided_here` how the decision is filed; who stands
    on a list of `barred_by` is neither entered nor stays; a subject may itself ask for one that is `applied_for`.
    """

    record_type: Key
    where: dict[FieldName | Literal["severity"], Some[Cell]] = Field(default_factory=dict)
    grounds: Many[Ground] = ()
    decided_here: DecidedHere | None = None
    barred_by: Many[Key] = ()
    applied_for: bool = False
    authority: Words
    entry: Key | Words
    exit: Words


class Measure(Founded):
    """What follows from standing on a list, in a matter, by a published statute.

    `drawn` is the parameter that says how many in a hundred of those on its lists are drawn for inspection. A bar on office
    meets only a natural person whom the deciding document names, and says so in `named_in`.
    """

    kind: Literal[
        "restriction",
        "prohibition",
        "supervision",
        "incentive",
        "procurement-and-public-funds",
        "licence-or-qualification",
        "management-office",
        "honours",
    ]
    subject_kinds: Some[SubjectKind]
    matters: Some[Key]
    lists: Some[Key]
    drawn: Key | None = None
    named_in: Literal["deciding-document"] | None = None
    mandatory: bool
    carried_out_by: Words
    effect: Words
    ends: Words


class Program(Founded):
    """A programme that departments carry out together, as a memorandum or a plan sets it up: who finds whom it is about, and by which
    lists and kinds of record of the lawbook that is known. It makes no measure: each needs its own statute.
    """

    tone: Literal["adverse", "favourable"]
    decided_by: Words
    lists: Many[Key] = ()
    record_types: Many[Key] = ()


class CaseNumber(Part):
    """Whose checks in a matter bear their purpose and the number of the case for which they are made, since the day `from`."""

    required_of: Some[ActorKind]
    from_: date = Field(alias="from")
    basis: Some[Basis]
    verified: bool
    note: Words | None = None


class MustCheck(Part):
    """That an agency looks before it decides in a matter, and by which article."""

    basis: Some[Basis]
    verified: bool
    note: Words | None = None


class Matter(Founded):
    """What an asker is deciding; whether a check in it bears a case's number, and whether an agency must check before deciding."""

    askers: Some[ActorKind]
    case_number: CaseNumber | None = None
    must_check: MustCheck | None = None


class OfPersons(Part):
    """What of a natural person may be read for a purpose, by which right, and how often.

    `by` is the right: the person's own reading (`subject`), their consent, or an authority's `statute`; or the answer is a yes or no alone
    (`yes-or-no`), which shows nothing. `shows` says per record type which fields are shown, `masks` which of them only in part, `identity`
    how name and number are; everything else is withheld, by the articles in `withheld`. `once`: a consent is for one named use. `kept` and `calls_a_day`
    are parameters: how many days whoever read may keep it, and how often each of its programs may ask in a day. `closed` says that nobody may
    ask for it until a place's own entry lets them.
    """

    by: Literal["subject", "consent", "statute", "yes-or-no"]
    shows: dict[Key, Some[FieldName]] = Field(default_factory=dict)
    masks: dict[Key, Some[FieldName]] = Field(default_factory=dict)
    identity: dict[Literal["name", "number"], Literal["shown", "masked"]] = Field(default_factory=dict)
    withheld: Some[Basis]
    statute: Many[Basis] = ()
    once: bool = False
    case_number: bool = False
    closed: bool = False
    kept: Key | None = None
    calls_a_day: Key

    @model_validator(mode="after")
    def _fits_its_right(self) -> Self:
        if (self.by == "yes-or-no") != (not self.shows) or (self.by == "yes-or-no" and self.identity):
            raise ValueError("a yes or no shows nothing, and every other right needs `shows`: what it shows")
        if (self.by in ("consent", "statute")) != (self.kept is not None):
            raise ValueError("`kept` says how long another may keep what it read: needed on consent and by statute")
        if (self.by == "statute") != bool(self.statute):
            raise ValueError("`statute` belongs to `by: statute`, and such a purpose needs it")
        if self.once and self.by != "consent":
            raise ValueError("`once` belongs to a consent")
        if any(not set(fields) <= set(self.shows.get(key, ())) for key, fields in self.masks.items()):
            raise ValueError("`masks` names a field that `shows` does not")
        return self


class Purpose(Founded):
    """What for somebody may ask, and whether only on the subject's own consent; `persons` says what of a natural person, where anything."""

    askers: Some[ActorKind]
    consent: bool
    persons: OfPersons | None = None

    @model_validator(mode="after")
    def _consent_said_once(self) -> Self:
        if self.persons is not None and self.consent != (self.persons.by == "consent"):
            raise ValueError("`consent` and `persons.by` say different things")
        return self


class Disputed(Part):
    """What becomes of a record in a report while an objection to it is open: shown as such and not used, or left out."""

    shown: Literal["marked", "left-out"]
    basis: Some[Basis]


class Years(Part):
    """How far back whoever asks may choose to look: the parameters of the usual number of years and of the most."""

    usual: Key
    most: Key


class Domain(Part):
    """A field of administration in a report: its records are those whose authority bears one of the words in its name."""

    title: Words
    authorities: Some[Text]


class NotHeld(Part):
    """What somebody might look for in a report and the register does not hold, with where to ask for it."""

    title: Words
    where: Words


class Allowed(Part):
    """To which kinds of actor the subject may allow a report about itself, for how many days at most, and on which basis."""

    to: Some[ActorKind]
    days: Annotated[int, Field(ge=1, le=3660)]
    basis: Some[Basis]


class ReportKind(Founded):
    """A kind of report: what goes in, who may ask for it, and how often without charge.

    `contents` is `public` (what anybody may see) or `full` (also what counts without being shown). `askers` are kinds of actor and `subject`,
    whoever the report is about; the kinds of `in_matter` get of what is not public only what a check in their matter discloses. A repaired or
    past-term record is left out always. `domains` are tried in the order written. `readings` says that the report lists who asked; `free` is the
    parameter of how many a year the subject may draw by itself, left out where they are not counted. `allowed` says to whom a firm may allow it.
    `complaints` is why consumers' complaints about a firm are counted in it; left out, none are.
    """

    about: Some[SubjectKind]
    contents: Literal["public", "full"]
    record_types: Some[Key]
    classes: Many[Severity] = ()
    askers: Some[ActorKind | Literal["subject"]]
    in_matter: Many[ActorKind] = ()
    purpose: Key
    repaired: Literal["left-out"]
    disputed: Disputed
    years: Years | None = None
    domains: dict[Key, Domain] = Field(default_factory=dict)
    not_held: Many[NotHeld] = ()
    readings: Many[Basis] = ()
    complaints: Many[Basis] = ()
    free: Key | None = None
    allowed: Allowed | None = None
    says: Words

    @model_validator(mode="after")
    def _askers_whole(self) -> Self:
        if not set(self.in_matter) <= set(self.askers):
            raise ValueError("`in_matter` names a kind of actor that is none of the `askers`")
        if self.in_matter and self.contents != "full":
            raise ValueError("`in_matter` limits what is not public, and a public report has nothing of it")
        if "public" in self.askers and self.contents != "public":
            raise ValueError("the public gets a report of `contents: public` only")
        return self


class Oversight(Founded):
    """What may be written down of an agency's own work on the lists by whoever assesses it: a circular, an inspection, a demand to put
    something right. `answered`: it bears a day by which the agency answers. It concerns no firm and counts as nothing.
    """

    answered: bool = False


class Hours(Part):
    """From which time of a working day up to, not with, which."""

    first: Annotated[time, BeforeValidator(_as_time)] = Field(alias="from")
    last: Annotated[time, BeforeValidator(_as_time)] = Field(alias="to")


Duty: TypeAlias = Literal[
    "rows", "cases", "checks", "reports", "tasks", "lists", "inspections", "oversight", "counter", "confirm", "audit",
    "accounts", "keys", "persons", "association",
]  # fmt: skip

DETECTORS = {
    "out-of-hours": ("hours",),
    "out-of-duty": ("duties",),
    "burst": ("above", "minutes"),
    "same-subject": ("above", "minutes"),
    "without-case": ("purposes",),
    "colleague": ("purposes",),
}


class Detector(Founded):
    """What in the use of the register is shown to a person who audits, by its key; `askers`: in whose readings, `programs`: in those that no
    account made, too. It looks at how the register is read, never at whoever is read about, and nothing follows by itself.
    """

    askers: Some[ActorKind]
    programs: bool = True
    hours: Hours | None = None
    above: int | None = Field(default=None, gt=0)
    minutes: int | None = Field(default=None, gt=0)
    purposes: Many[Key] = ()
    # Which duty of a role lets its account read in which room.
    duties: dict[Key, Duty] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _of_a_rule(self) -> Self:
        needed = DETECTORS.get(self.key)
        if needed is None:
            raise ValueError(f"a detector's key is its rule: {', '.join(DETECTORS)}")
        given = tuple(name for name in ("hours", "above", "minutes", "purposes", "duties") if getattr(self, name))
        if given != needed:
            raise ValueError(f"{self.key} has {', '.join(needed) or 'no threshold'}")
        if self.hours and self.hours.last <= self.hours.first:
            raise ValueError("the hours end after they begin")
        return self


class State(Part):
    """Where a case may stand.

    `final`: nothing more is owed, though a step may still lead out of it (a review). While a case stands where it
    `suspends`, the fact that it is about has no effect; where it `marks`, the fact is shown as under reconsideration or lawsuit;
    where it `stands_still`, no clock of the case runs. `outcome` says what a final state means for that fact.
    """

    title: Words
    final: bool = False
    suspends: bool = False
    marks: bool = False
    stands_still: bool = False
    outcome: Outcome | None = None

    @model_validator(mode="after")
    def _outcome_at_the_end(self) -> Self:
        if self.final != (self.outcome is not None):
            raise ValueError("`outcome` belongs to a final state, and such a state needs it")
        if self.final and self.stands_still:
            raise ValueError("in a final state no clock runs that could stand still")
        return self


class Step(Part):
    """One move of a procedure: from a state to a state, by whom, within what time, with what in hand.

    `within` is a parameter; it counts from the day on which the case last came to `counted_from` (to `from`, where that is not given).
    `not_before` is a parameter too: so long the step must wait. A step `by: clock` is what holds when everybody else's
    time in the state has run out. `needs` lists what must come with the step, `deeds` what must have been written down before, where the
    deciding authority's own rule asks for it. An `automatic` step only carries out what was
    decided: the register takes it itself, at once. `act` says what whoever takes it does, where the title of the state does not.
    """

    from_: Key = Field(alias="from")
    to: Key
    by: Doer
    act: Words | None = None
    within: Key | None = None
    not_before: Key | None = None
    counted_from: Key | None = None
    needs: Many[Needed] = ()
    deeds: Many[Key] = ()
    automatic: bool = False
    basis: Some[Basis]

    @model_validator(mode="after")
    def _clock_has_no_clock(self) -> Self:
        if self.by == "clock" and (self.within or self.not_before or self.counted_from or self.needs):
            raise ValueError(
                "a step by the clock is taken when the others' time is over: it has no time or needs of its own"
            )
        if self.automatic and (self.by != "credit-centre" or self.needs or self.not_before):
            raise ValueError(
                "an automatic step is the credit centre's, which runs the register, and needs nothing more"
            )
        if self.counted_from and not (self.within or self.not_before):
            raise ValueError("`counted_from` belongs to `within` or `not_before`")
        return self

    @property
    def counts_from(self) -> str:
        """The state from whose day the clock of this step counts."""
        return self.counted_from or self.from_


class Deed(Part):
    """Something that may be done and written down in a case and is counted: training, an interview. No step waits for it that does not
    name it. `facts` are the values of the code list `loop-facts` that show it was done.
    """

    title: Words
    facts: Many[Key] = ()
    basis: Some[Basis]


class Procedure(Founded):
    """A course of steps with clocks; a case begins where it `opens`. `deeds` are what may be written down beside the steps. `again` says
    when whoever opened a case about a record that was then found right may open another: at any time, or only when the record has changed.
    """

    opens: Key
    again: Literal["always", "record-changed"] = "always"
    deeds: dict[Key, Deed] = Field(default_factory=dict)
    states: dict[Key, State]
    steps: Some[Step]

    def steps_from(self, state: str) -> list[Step]:
        """The steps that lead out of the state, in the order written."""
        return [step for step in self.steps if step.from_ == state]


class DatedValue(Part):
    """A value and the day from which it holds, with its own basis."""

    from_: date = Field(alias="from")
    value: int = Field(ge=0)
    basis: Some[Basis]
    verified: bool
    note: Words | None = None


class Parameter(Founded):
    """A number that the law sets and changes; its values are dated, oldest first."""

    unit: Unit
    values: Some[DatedValue]

    @model_validator(mode="after")
    def _oldest_first(self) -> Self:
        days = [value.from_ for value in self.values]
        if any(later <= earlier for earlier, later in zip(days, days[1:], strict=False)):
            raise ValueError("the values must stand oldest first, each from its own day")
        if self.unit == "percent" and any(value.value > 100 for value in self.values):
            raise ValueError("a share is at most 100 in a hundred")
        return self

    def value_on(self, day: date) -> DatedValue | None:
        """The value in force on the day; none before the first."""
        return next((value for value in reversed(self.values) if value.from_ <= day), None)


Host: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]


class About(Part):
    """Which kinds of complaint, and which promises of a commitment form, speak of a value."""

    complaints: list[Key] = []
    promises: list[Key] = []


class Code(Part):
    """One value of a code list, and by which papers it is named. `closed` says why nothing is recorded under it; `now`, under which of the
    values it stands since it was merged; `terms` are the words of another vocabulary that stand for it. `sector`, a code of the list `sectors`,
    says whose field it is; `reference`, that what comes under it is for reference only; `hosts`, where an official page about it may stand, each a host
    and all below it; `about`, which complaints and promises speak of it.
    """

    title: Words
    basis: Some[Basis]
    closed: Words | None = None
    now: Key | None = None
    terms: list[FieldName] = []
    sector: Key | None = None
    reference: bool = False
    hosts: list[Host] = []
    about: About | None = None


class CodeList(Founded):
    """The values that a field may have, where several record types share them or papers name them."""

    codes: dict[Key, Code]

    @cached_property
    def choices(self) -> dict[str, Words]:
        """The open values, each with its title."""
        return {key: code.title for key, code in self.codes.items() if code.closed is None}

    def current(self, key: str) -> str | None:
        """The value under which what is written as `key` stands today; nothing where it is no value of the list."""
        code = self.codes.get(key)
        return None if code is None else code.now or key

    def named_by(self, instrument: str) -> list[str]:
        """The values that this paper names."""
        return [key for key, code in self.codes.items() if any(b.instrument == instrument for b in code.basis)]


class BenefitPoints(Founded):
    """What a positive fact counts for in the wallet of the person who chose to add it: so many points for each unit, of at most so many
    units a year. Points only add up. `confirmed_by` are the kinds of actor that confirm what was entered with evidence; `records`, the
    favourable record types of which a person may add a record of their own.
    """

    unit: Words
    each: int = Field(gt=0)
    most: int | None = Field(default=None, gt=0)
    confirmed_by: Many[ActorKind] = ()
    records: Many[Key] = ()

    @model_validator(mode="after")
    def _shown_somehow(self) -> Self:
        if not (self.confirmed_by or self.records):
            raise ValueError("a fact rests on a record or on somebody's confirmation: `records` or `confirmed_by`")
        return self


class Avoided(Part):
    """Words not to use for this meaning."""

    zh: Many[Text] = ()
    en: Many[Text] = ()


class Role(Founded):
    """What staff of these actors may do: the duties that come with the role, and no others."""

    actors: Some[StaffKind]
    duties: Some[Duty]


# What may take two persons, each with what its entry must say beside the duty and the hours.
BY_TWO = {
    "case-step": (),
    "keys": (),
    "ledger-keys": (),
    "accounts": (),
    "taking-back": ("above",),
    "excluding-trades": (),
    "closing-access": (),
}


class FourEyes(Founded):
    """An act that takes two persons where the installation asks for four eyes, by its key: another of the same actor whose role has the `duty` confirms it
    within so many `hours`, else it lapses. `above`: only what goes beyond so many of an actor's in a day. What stands in no entry takes one person.
    """

    duty: Duty
    hours: int = Field(gt=0, le=336)
    above: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _of_an_act(self) -> Self:
        needed = BY_TWO.get(self.key)
        if needed is None:
            raise ValueError(f"an entry's key is the act: {', '.join(BY_TWO)}")
        given = ("above",) if self.above is not None else ()
        if given != needed:
            raise ValueError(f"{self.key} has {', '.join(needed) or 'no number'}")
        return self


class TradeColumn(Part):
    """One column of what a platform files: its type says how a cell is read, its unit what a number counts. `least` and `most` are bounds in
    that unit; `needed_where` names values of other columns beside which this one may not be empty; `refers` the kind whose rows it names.
    """

    title: Words
    type: TradeType
    required: bool = False
    unit: Key | None = None
    least: int | None = None
    most: int | None = None
    values: dict[Key, Words] | None = None
    refers: Key | None = None
    needed_where: dict[FieldName, Some[Key]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if (self.type == "choice") != bool(self.values):
            raise ValueError("`values` belongs to a column of type choice, and such a column needs them")
        if (self.type == "count") != (self.unit is not None):
            raise ValueError(
                "`unit` belongs to a column of type count; money is in fen, an instant in microseconds of UTC"
            )
        if self.type not in ("count", "money") and (self.least is not None or self.most is not None):
            raise ValueError("`least` and `most` bound a count or money")
        return self


class Lasting(Part):
    """Rows that may not vanish: one missing from a later whole filing of its day, or whose `text` fell to nothing, is found and told. One that is
    hidden bears the value `hidden` in `state` and its listed reason in `reason`, and is none of these.
    """

    text: FieldName
    state: FieldName
    hidden: Key
    reason: FieldName
    basis: Some[Basis]


class TradeReaders(Part):
    """Who reads what every platform filed of a kind, in their work; a platform reads its own. `with_case`: those who name a case of their own for
    each reading of rows.
    """

    kinds: Some[ActorKind]
    with_case: Many[ActorKind] = ()
    basis: Some[Basis]

    @model_validator(mode="after")
    def _only_readers_name_cases(self) -> Self:
        if others := set(self.with_case) - set(self.kinds):
            raise ValueError(f"{', '.join(sorted(others))} read nothing, so that they name no case")
        return self


class TradeKind(Founded):
    """A kind of what platforms file about trades: columns with types, units and bounds; what names a row, its shop, its instant and its buyer."""

    columns: dict[FieldName, TradeColumn]
    row_key: Some[FieldName]
    shop: FieldName
    at: FieldName
    senders: Some[ActorKind]
    readers: TradeReaders
    kept: Key
    lasting: Lasting | None = None

    @model_validator(mode="after")
    def _columns_play_their_parts(self) -> Self:
        needed = {name for name, column in self.columns.items() for name in column.needed_where}
        lasting = self.lasting and {self.lasting.text, self.lasting.state, self.lasting.reason}
        for name in {*self.row_key, self.shop, self.at, *needed, *(lasting or ())}:
            if name not in self.columns:
                raise ValueError(f"there is no column {name}")
        if any(not self.columns[name].required for name in {*self.row_key, self.shop, self.at}):
            raise ValueError("the key, the shop and the instant of a row are required")
        if self.columns[self.at].type != "instant" or self.columns[self.shop].type != "id":
            raise ValueError("`at` is an instant and `shop` an id")
        return self


class Need(Part):
    """What must be held, and shown where `shown`, before goods are sold: one of these licences. `units_only`: individual sellers need none."""

    title: Words
    any_of: Some[Key]
    shown: bool = True
    units_only: bool = False
    basis: Some[Basis]


class Goods(Founded):
    """A category of goods and what a shop that sells it must hold; licences are codes of the list `merchant-licences`."""

    needs: dict[Key, Need] = Field(default_factory=dict)


# What a feature of a method is computed from: only what platforms file of trades, and never by buyer.
Computed: TypeAlias = Literal[
    "review-stars", "orders-returned", "orders-sent-late", "orders-with-parcel", "orders-complained"
]


class Feature(Part):
    """One feature of a method: what it is computed from and which rows count (`where`), whether more of it is better, what it weighs, and how many
    trades there must be before it says anything. `within_hours` belongs to what is late.
    """

    title: Words
    says: Words
    computed: Computed
    direction: Literal["higher", "lower"]
    weight: int = Field(gt=0, le=100)
    least: int = Field(ge=1)
    where: dict[FieldName, Some[Key]] = Field(default_factory=dict)
    within_hours: int | None = Field(default=None, gt=0)
    basis: Some[Basis]

    @model_validator(mode="after")
    def _fits_what_it_is_computed_from(self) -> Self:
        if (self.computed == "orders-sent-late") != (self.within_hours is not None):
            raise ValueError("`within_hours` belongs to orders-sent-late, which needs it")
        if (self.computed in ("orders-returned", "orders-with-parcel")) != bool(self.where):
            raise ValueError("`where` belongs to orders-returned and orders-with-parcel, which need it")
        return self


class Grade(Part):
    """A word for a rating whose interval lies wholly at or above so many of a hundred."""

    title: Words
    least: int = Field(ge=0, le=100)


class Method(Founded):
    """How shops of firms are rated: features, whose weights are of a hundred, how sure an interval must be (`level`, percent), and the words by its
    lower bound. A changed method is a further version. It is about shops and nothing else: no entry can be about a person.
    """

    of: Literal["shop"]
    level: int = Field(ge=50, le=99)
    features: dict[Key, Feature]
    grades: dict[Key, Grade]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if sum(feature.weight for feature in self.features.values()) != 100:
            raise ValueError("the weights of the features are of a hundred")
        bounds = [grade.least for grade in self.grades.values()]
        if not bounds or bounds[-1] != 0 or bounds != sorted(set(bounds), reverse=True):
            raise ValueError("grades go from the best downward, each with a bound of its own, the last with 0")
        if "not-enough" in self.grades:
            raise ValueError("not-enough is no grade: it is what is said where there is none")
        return self


Signer: TypeAlias = Literal["platform", "merchant", "individual-seller", "logistics-firm"]


class ComplaintKind(Founded):
    """What a consumer may complain about: whose field it is (a code of the list `sectors`), and who is asked first, the platform or the agency
    in charge.
    """

    sector: Key
    first: Literal["platform", "agency"]


class Promise(Part):
    """One promise of a form, word by word, and the articles that it repeats."""

    text: Words
    basis: Some[Basis]


class CommitmentForm(Founded):
    """A commitment in standard form: who signs it, its promises, and what its signer may do later (`later`). A changed text is a further version of
    the entry.
    """

    signers: Some[Signer]
    later: list[Literal["corrected", "withdrawn"]] = []
    promises: dict[Key, Promise]

    @model_validator(mode="after")
    def _promises_something(self) -> Self:
        if not self.promises:
            raise ValueError("a commitment promises something")
        return self


EvaluatingSide: TypeAlias = Literal["regulator", "merchants", "consumers"]


class Question(Part):
    """One question of a side: from 1 (bad) to 5 (good), or whether it is so; its weight among the side's; and the article that it asks after."""

    title: Words
    kind: Literal["scale", "yes-no"]
    weight: int = Field(ge=1, le=100)
    basis: Some[Basis]


class EvaluationSide(Part):
    """Who answers, what they are asked, and below how many answers nothing is said."""

    title: Words
    least: int = Field(ge=2)
    questions: dict[Key, Question] = Field(min_length=1)


class Evaluation(Founded):
    """How firms of a kind are evaluated from three sides, each told apart: the published method. A changed one is a further version of the
    entry with the next number. It is about organisations; an entry that asks after one who works there is refused.
    """

    about: Literal["organisation"]
    version: int = Field(ge=1)
    regulators: Some[ActorKind]
    sides: dict[EvaluatingSide, EvaluationSide]

    @model_validator(mode="after")
    def _three_sides(self) -> Self:
        if len(self.sides) < 3:
            raise ValueError("an evaluation has three sides: regulator, merchants and consumers")
        return self


class Word(Founded):
    """A word of the trade, the words that must not stand for it, and the article that uses it."""

    not_these: Avoided = Avoided()


SHELVES: dict[str, type[Entry]] = {
    "instruments": Instrument,
    "issuers": Issuer,
    "record_types": RecordType,
    "sources": Source,
    "lists": ListEntry,
    "measures": Measure,
    "programs": Program,
    "matters": Matter,
    "purposes": Purpose,
    "roles": Role,
    "oversights": Oversight,
    "detectors": Detector,
    "four_eyes": FourEyes,
    "procedures": Procedure,
    "reports": ReportKind,
    "parameters": Parameter,
    "benefit_points": BenefitPoints,
    "code_lists": CodeList,
    "trade_kinds": TradeKind,
    "goods": Goods,
    "complaint_kinds": ComplaintKind,
    "commitment_forms": CommitmentForm,
    "methods": Method,
    "evaluations": Evaluation,
    "words": Word,
}
