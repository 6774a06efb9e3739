"""Rules that need two entries at once: citations, references between shelves, time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeAlias, TypeVar

from chengxin.law.boundary import DEFAULT_CLOSED
from chengxin.law.models import (
    Basis,
    BenefitPoints,
    CodeList,
    CommitmentForm,
    ComplaintKind,
    Detector,
    Entry,
    Evaluation,
    Founded,
    Goods,
    Instrument,
    ListEntry,
    Matter,
    Measure,
    Method,
    Parameter,
    Procedure,
    Program,
    Purpose,
    RecordType,
    ReportKind,
    Role,
    Source,
    Term,
    TradeKind,
    Unit,
    Words,
)
from chengxin.law.refusals import (
    ArticleUnknown,
    BasisNotInForce,
    BreachCopied,
    ClassNotTheRegulators,
    ClassOnlyDraws,
    ColumnMissing,
    FieldUnfit,
    FieldUnknown,
    InstrumentUnknown,
    LawbookRefused,
    ListWithoutGround,
    ListWithoutNotice,
    MeasureWithoutStatute,
    PersonUnnamed,
    PointsNotPositive,
    PurposeNotClosed,
    ReaderWithoutStatute,
    ReferenceUnknown,
    SilenceAgainst,
    StateUnreached,
    StateWithoutClock,
    StateWithoutEnd,
    ValueWrong,
    VerifiedOnUnverified,
)

STATUTE_KINDS = frozenset({"statute", "regulation", "local-regulation"})
E_ = TypeVar("E_", bound=Entry)


class View(Protocol):
    """What the checks ask of the lawbook: an entry as the jurisdiction sees it on a day."""

    def entry(self, shelf: str, key: str, day: date, jurisdiction: str) -> Entry | None: ...

    def instrument(self, key: str) -> Instrument | None: ...


Fault: TypeAlias = tuple[type[LawbookRefused], str, dict[str, object]]
Faults: TypeAlias = Iterator[Fault]


def citations_of(entry: Entry) -> Iterator[tuple[str, Basis]]:
    """(place, citation) for every citation anywhere in the entry: its own, each dated value's, term's and step's."""
    groups: list[tuple[str, Sequence[Basis]]] = []
    if isinstance(entry, Founded):
        groups.append(("basis", entry.basis))
    if isinstance(entry, Parameter):
        groups += [(f"values.{at}.basis", value.basis) for at, value in enumerate(entry.values)]
    if isinstance(entry, Procedure):
        groups += [(f"steps.{at}.basis", step.basis) for at, step in enumerate(entry.steps)]
        groups += [(f"deeds.{key}.basis", deed.basis) for key, deed in entry.deeds.items()]
    if isinstance(entry, CodeList):
        groups += [(f"codes.{key}.basis", code.basis) for key, code in entry.codes.items()]
    if isinstance(entry, RecordType):
        groups += [(f"terms.{name}.basis", term.basis) for name, term in _terms(entry)]
        if entry.repair:
            groups += [("repair.basis", entry.repair.basis), ("repair.by_order", entry.repair.by_order)]
        if entry.severity:
            groups.append(("severity.basis", entry.severity.basis))
    if isinstance(entry, ReportKind):
        groups += [("disputed.basis", entry.disputed.basis), ("readings", entry.readings)]
    if isinstance(entry, Matter):
        named = (("case_number", entry.case_number), ("must_check", entry.must_check))
        groups += [(f"{name}.basis", rule.basis) for name, rule in named if rule is not None]
    if isinstance(entry, Goods):
        groups += [(f"needs.{key}.basis", need.basis) for key, need in entry.needs.items()]
    if isinstance(entry, CommitmentForm):
        groups += [(f"promises.{key}.basis", promise.basis) for key, promise in entry.promises.items()]
    if isinstance(entry, Method):
        groups += [(f"features.{key}.basis", feature.basis) for key, feature in entry.features.items()]
    if isinstance(entry, Evaluation):
        asked = ((side, key, each) for side, of in entry.sides.items() for key, each in of.questions.items())
        groups += [(f"sides.{side}.questions.{key}.basis", each.basis) for side, key, each in asked]
    if isinstance(entry, TradeKind):
        groups.append(("readers.basis", entry.readers.basis))
    if isinstance(entry, TradeKind) and entry.lasting:
        groups.append(("lasting.basis", entry.lasting.basis))
    if isinstance(entry, Purpose) and entry.persons:
        groups += [("persons.withheld", entry.persons.withheld), ("persons.statute", entry.persons.statute)]
    for place, basis in groups:
        for at, citation in enumerate(basis):
            yield f"{place}.{at}", citation


def _terms(entry: RecordType) -> list[tuple[str, Term]]:
    return [("effect", entry.terms.effect), ("shown", entry.terms.shown), ("kept", entry.terms.kept)]


def faults(shelf: str, entry: Entry, book: View) -> Faults:
    """Every rule between entries that this one breaks."""
    yield from _citations(entry, book)
    yield from _time(entry, book)
    check: Callable[[Entry, View], Faults] | None = CHECKS.get(shelf)
    if check is not None:
        yield from check(entry, book)


def _citations(entry: Entry, book: View) -> Faults:
    for place, citation in citations_of(entry):
        instrument = book.instrument(citation.instrument)
        if instrument is None:
            yield InstrumentUnknown, f"{place}.instrument", {"instrument": citation.instrument}
        elif citation.article not in instrument.article_labels:
            yield (
                ArticleUnknown,
                f"{place}.article",
                {"instrument": citation.instrument, "article": citation.article},
            )
        elif place.startswith("basis.") and entry.verified and not instrument.verified:
            yield VerifiedOnUnverified, "verified", {"instrument": citation.instrument}


def _time(entry: Entry, book: View) -> Faults:
    """An entry, or a dated value, cannot be older than everything it rests on."""
    dated: list[tuple[str, date, Sequence[Basis]]] = []
    if isinstance(entry, Matter) and entry.case_number:
        dated.append(("case_number.from", entry.case_number.from_, entry.case_number.basis))
    if isinstance(entry, Matter) and entry.must_check:
        dated.append(("must_check", entry.in_force.from_, entry.must_check.basis))
    if isinstance(entry, Founded):
        dated.append(("in_force.from", entry.in_force.from_, entry.basis))
    if isinstance(entry, Parameter):
        dated += [(f"values.{at}.from", value.from_, value.basis) for at, value in enumerate(entry.values)]
    for place, day, basis in dated:
        cited = [instrument for each in basis if (instrument := book.instrument(each.instrument))]
        if cited and not any(instrument.in_force.holds(day) for instrument in cited):
            yield BasisNotInForce, place, {"day": day}


def _reference(entry: Entry, book: View, place: str, shelf: str, key: str) -> Faults:
    day = entry.in_force.from_
    if book.entry(shelf, key, day, entry.jurisdiction) is None:
        data = {"shelf": shelf, "key": key, "day": day, "jurisdiction": entry.jurisdiction}
        yield ReferenceUnknown, place, data


def _parameter(
    entry: Entry, book: View, place: str, key: str, units: tuple[Unit, ...], *, day: date | None = None
) -> Faults:
    """The parameter exists, is of the unit, and has a value from the entry's first day, or from the day given."""
    day = day or entry.in_force.from_
    found = book.entry("parameters", key, day, entry.jurisdiction)
    if not isinstance(found, Parameter) or found.value_on(day) is None:
        data = {"shelf": "parameters", "key": key, "day": day, "jurisdiction": entry.jurisdiction}
        yield ReferenceUnknown, place, data
    elif found.unit not in units:
        yield ValueWrong, place, {"detail": f"the parameter {key} counts {found.unit}; this place needs {units[0]}"}


def _matter(entry: Entry, book: View) -> Faults:
    """A rule of the matter cannot be verified on a text that nobody held."""
    assert isinstance(entry, Matter)
    for name, rule in (("case_number", entry.case_number), ("must_check", entry.must_check)):
        for citation in rule.basis if rule is not None and rule.verified else ():
            instrument = book.instrument(citation.instrument)
            if instrument is not None and not instrument.verified:
                yield VerifiedOnUnverified, f"{name}.verified", {"instrument": citation.instrument}


# Record types


def _detector(entry: Entry, book: View) -> Faults:
    assert isinstance(entry, Detector)
    for number, purpose in enumerate(entry.purposes):
        yield from _reference(entry, book, f"purposes.{number}", "purposes", purpose)


def _record_type(entry: Entry, book: View) -> Faults:
    assert isinstance(entry, RecordType)
    yield from _fields_compared(entry, book)
    yield from _roles(entry)
    if entry.carries_out:
        yield from _carries_out(entry, book, entry.carries_out)
    for at, field in enumerate(entry.row_key):
        yield from _field(entry, f"row_key.{at}", field)
    if entry.publish_within:
        yield from _parameter(entry, book, "publish_within", entry.publish_within, ("working-days",))
    yield from _severity(entry)
    for name, term in _terms(entry):
        yield from _term(entry, book, f"terms.{name}", term)
    if entry.repair:
        least = entry.repair.least_months
        for key in least.values() if isinstance(least, dict) else (least,):
            yield from _parameter(entry, book, "repair.least_months", key, ("months",), day=entry.repair.from_)


def _field(entry: RecordType, place: str, name: str | None, *types: str) -> Faults:
    if name is None:
        return
    field = entry.fields.get(name)
    if field is None:
        yield FieldUnknown, place, {"record_type": entry.key, "field": name}
    elif types and field.type not in types:
        yield FieldUnfit, place, {"field": name, "type": field.type, "needed": " or ".join(types)}


def _fields_compared(entry: RecordType, book: View) -> Faults:
    for name, field in entry.fields.items():
        if field.codes:
            yield from _reference(entry, book, f"fields.{name}.codes", "code_lists", field.codes)
        yield from _field(entry, f"fields.{name}.not_before", field.not_before, "day")
        if field.not_after != "received":
            yield from _field(entry, f"fields.{name}.not_after", field.not_after, "day")
        yield from _field(entry, f"fields.{name}.default_from", field.default_from, field.type)


def _roles(entry: RecordType) -> Faults:
    roles = entry.roles
    yield from _field(entry, "roles.name", roles.name, "person-name" if entry.of_persons else "name")
    yield from _field(entry, "roles.code", roles.code, "citizen-number" if entry.of_persons else "code")
    yield from _field(entry, "roles.group", roles.group, "choice")
    yield from _field(entry, "roles.certificate", roles.certificate, "text")
    yield from _field(entry, "roles.document", roles.document, "text", "code")
    yield from _field(entry, "roles.authority", roles.authority, "text")
    yield from _field(entry, "roles.decided_on", roles.decided_on, "day")
    yield from _field(entry, "roles.authority_code", roles.authority_code, "code", "text")
    yield from _field(entry, "roles.severity", roles.severity, "choice")
    yield from _field(entry, "roles.published_on", roles.published_on, "day")
    yield from _field(entry, "roles.person", roles.person, "person")
    for name in ("province", "city", "address"):
        yield from _field(entry, f"roles.{name}", getattr(roles, name), "text")
    for place, choices in (("states", entry.states), ("withheld", entry.withheld)):
        for name, values in choices.items():
            yield from _field(entry, f"{place}.{name}", name, "choice")
            known = entry.fields[name].choices or {} if name in entry.fields else values
            for value in values:
                if value not in known:
                    yield ValueWrong, f"{place}.{name}.{value}", {"detail": "the field has no such choice"}
    for role in ("name", "decided_on", *(("code",) if entry.of_persons else ())):
        name = getattr(roles, role)
        if name in entry.fields and not entry.fields[name].required:
            yield ValueWrong, f"fields.{name}.required", {"detail": f"a record without its {role} is none: required"}


def _carries_out(entry: RecordType, book: View, name: str) -> Faults:
    """A unit's breach stands on a person only as a decision that names the person, of a bar on office that a statute sets."""
    if entry.person_class != "decision":
        why = "only a decision about a natural person carries a measure out", "只有关于自然人的决定才实施措施"
        yield BreachCopied, "carries_out", {"why": why[0], "why_zh": why[1]}
    yield from _field(entry, "carries_out", name, "choice")
    for key in (entry.fields[name].choices or {}) if name in entry.fields else ():
        place = f"fields.{name}.choices.{key}"
        yield from _reference(entry, book, place, "measures", key)
        measure = _found(book, entry, "measures", key, Measure)
        if measure and (measure.kind != "management-office" or measure.subject_kinds != ("natural-person",)):
            data = {"why": f"{key} is no bar on office of a person", "why_zh": f"{key} 不是对自然人的任职限制"}
            yield BreachCopied, place, {**data}


def _severity(entry: RecordType) -> Faults:
    if entry.severity is None:
        return
    for at, rule in enumerate(entry.severity.by):
        yield from _field(entry, f"severity.by.{at}.field", rule.field, "text", "choice")


def _term(entry: RecordType, book: View, place: str, term: Term) -> Faults:
    yield from _field(entry, f"{place}.from", term.from_, "day")
    yield from _field(entry, f"{place}.until", term.until, "day")
    for key in term.parameter_keys:
        yield from _parameter(entry, book, f"{place}.months", key, ("months",))
    if isinstance(term.months, dict):
        classes = set(entry.severity.classes) if entry.severity else set()
        if set(term.months) != classes:
            detail = f"the months are given for {sorted(term.months)}, the classes are {sorted(classes)}"
            yield ValueWrong, f"{place}.months", {"detail": detail}


# Sources, lists, measures, procedures


def _found(book: View, entry: Entry, shelf: str, key: str, kind: type[E_]) -> E_ | None:
    found = book.entry(shelf, key, entry.in_force.from_, entry.jurisdiction)
    return found if isinstance(found, kind) else None


def _source(entry: Entry, book: View) -> Faults:
    assert isinstance(entry, Source)
    yield from _reference(entry, book, "record_type", "record_types", entry.record_type)
    record_type = _found(book, entry, "record_types", entry.record_type, RecordType)
    if record_type is None:
        return
    for at, edition in enumerate(entry.editions):
        for field in edition.columns:
            yield from _field(record_type, f"editions.{at}.columns.{field}", field)
        yield from _required(entry, record_type, f"editions.{at}.columns", set(edition.columns))
    for field in entry.fixed:
        yield from _field(record_type, f"fixed.{field}", field)
    for field in entry.odd_values.keys() - {"*"}:
        yield from _field(record_type, f"odd_values.{field}", field)
    for field in entry.units:
        yield from _field(record_type, f"units.{field}", field, "amount")
    for sender in entry.provider:
        if sender not in record_type.senders:
            detail = f"{sender} may not send {record_type.key}: its senders are {', '.join(record_type.senders)}"
            yield ValueWrong, "provider", {"detail": detail}


def _required(source: Source, record_type: RecordType, place: str, columns: set[str]) -> Faults:
    filled = columns | source.fixed.keys()
    if source.authority_from_code:
        filled.add(record_type.roles.authority)
    for name, field in record_type.fields.items():
        if field.required and name not in filled and field.default_from not in filled:
            yield ColumnMissing, place, {"field": name}


def _list(entry: Entry, book: View) -> Faults:
    assert isinstance(entry, ListEntry)
    yield from _reference(entry, book, "record_type", "record_types", entry.record_type)
    record_type = _found(book, entry, "record_types", entry.record_type, RecordType)
    if record_type is None:
        return
    for field, values in entry.where.items():
        yield from _where(record_type, f"where.{field}", field, values)
    yield from _grounds(entry, record_type, book)
    for at, key in enumerate(entry.barred_by):
        yield from _reference(entry, book, f"barred_by.{at}", "lists", key)
    if entry.applied_for and (entry.decided_here is None or record_type.tone != "favourable"):
        yield (
            ValueWrong,
            "applied_for",
            {"detail": "one asks only for a favourable list whose entries are decided here"},
        )
    if isinstance(entry.entry, str):
        yield from _reference(entry, book, "entry", "procedures", entry.entry)
    if record_type.tone == "adverse":
        yield from _told_first(entry, book)


def _grounds(entry: ListEntry, record_type: RecordType, book: View) -> Faults:
    for at, ground in enumerate(entry.grounds):
        place = f"grounds.{at}"
        yield from _reference(entry, book, f"{place}.record_type", "record_types", ground.record_type)
        rests_on = _found(book, entry, "record_types", ground.record_type, RecordType)
        for field, values in ground.where.items() if rests_on else ():
            yield from _where(rests_on, f"{place}.where.{field}", field, values)  # type: ignore[arg-type]
    here = entry.decided_here
    if here is None:
        return
    if not entry.grounds or not isinstance(entry.entry, str):
        yield ListWithoutGround, "decided_here", {}
    yield from _reference(entry, book, "decided_here.source", "sources", here.source)
    source = _found(book, entry, "sources", here.source, Source)
    if source and source.record_type != record_type.key:
        detail = f"{here.source} brings {source.record_type}, the list is of {record_type.key}"
        yield ValueWrong, "decided_here.source", {"detail": detail}
    yield from _field(record_type, "decided_here.reasons", here.reasons, "text")
    yield from _field(record_type, "decided_here.basis", here.basis, "text")
    yield from _field(record_type, "decided_here.until", here.until, "day")
    for field in here.fixed:
        yield from _field(record_type, f"decided_here.fixed.{field}", field, "text", "choice")
    if here.months:
        yield from _parameter(entry, book, "decided_here.months", here.months, ("months",))


def _where(record_type: RecordType, place: str, field: str, values: Sequence[str]) -> Faults:
    if field == "severity" and field not in record_type.fields:
        known: set[str] = set(record_type.severity.classes) if record_type.severity else set()
    else:
        yield from _field(record_type, place, field)
        choices = record_type.fields[field].choices if field in record_type.fields else None
        known = set(choices) if choices else set(values)
    for value in values:
        if value not in known:
            yield (
                ValueWrong,
                place,
                {"detail": f"{value} is none of {', '.join(sorted(known)) or 'the classes'}"},
            )


def _told_first(entry: ListEntry, book: View) -> Faults:
    """Whoever is put on an adverse list is told before; so the way in is a procedure that passes `noticed`."""
    key = "" if isinstance(entry.entry, Words) else entry.entry
    procedure = _found(book, entry, "procedures", key, Procedure)
    if procedure is None or not any(step.to == "noticed" for step in procedure.steps):
        yield ListWithoutNotice, "entry", {}


def _measure(entry: Entry, book: View) -> Faults:
    assert isinstance(entry, Measure)
    cited = [instrument for each in entry.basis if (instrument := book.instrument(each.instrument))]
    if not any(instrument.kind in STATUTE_KINDS for instrument in cited):
        yield MeasureWithoutStatute, "basis", {"instruments": ", ".join(each.instrument for each in entry.basis)}
    for at, key in enumerate(entry.matters):
        yield from _reference(entry, book, f"matters.{at}", "matters", key)
    for at, key in enumerate(entry.lists):
        yield from _reference(entry, book, f"lists.{at}", "lists", key)
        yield from _favour(entry, book, f"lists.{at}", key)
    if "natural-person" in entry.subject_kinds and entry.named_in is None:
        yield PersonUnnamed, "named_in", {}
    if entry.drawn:
        yield from _drawn(entry, book, entry.drawn)


def _program(entry: Entry, book: View) -> Faults:
    assert isinstance(entry, Program)
    for at, key in enumerate(entry.lists):
        yield from _reference(entry, book, f"lists.{at}", "lists", key)
    for at, key in enumerate(entry.record_types):
        yield from _reference(entry, book, f"record_types.{at}", "record_types", key)


def _favour(entry: Measure, book: View, place: str, key: str) -> Faults:
    """What follows from a favourable list is a favour, and no favour follows from an adverse one: so that good standing never
    becomes what somebody must have. From a list that is neither, which is how a class is filed, follows a share of inspections only:
    so that a class is no score.
    """
    listing = _found(book, entry, "lists", key, ListEntry)
    record_type = listing and _found(book, entry, "record_types", listing.record_type, RecordType)
    tone = record_type.tone if record_type else "neutral"
    if (tone == "adverse" and entry.kind == "incentive") or (tone == "favourable" and entry.kind != "incentive"):
        yield ValueWrong, place, {"detail": f"a measure of kind {entry.kind} cannot follow from the {tone} list {key}"}
    if record_type and tone == "neutral" and not entry.drawn:
        why, zh = (
            f"the measure has no share `drawn`, and {key} is neither adverse nor favourable",
            "措施没有抽取比例（drawn）",
        )
        yield ClassOnlyDraws, place, {"why": why, "why_zh": zh}


def _drawn(entry: Measure, book: View, key: str) -> Faults:
    """How many are drawn for inspection is a share, and follows from a class that the regulator gave."""
    yield from _parameter(entry, book, "drawn", key, ("percent",))
    for at, name in enumerate(entry.lists):
        listing = _found(book, entry, "lists", name, ListEntry)
        record_type = listing and _found(book, entry, "record_types", listing.record_type, RecordType)
        for sender in record_type.senders if record_type else ():
            if record_type and sender != "department":
                yield ClassNotTheRegulators, f"lists.{at}", {"sender": sender, "record_type": record_type.key}
    if entry.kind not in ("supervision", "incentive"):
        yield ClassOnlyDraws, "kind", {"why": f"the measure is a {entry.kind}", "why_zh": f"措施的种类是{entry.kind}"}


# What an authority's silence must never come to: the subject cannot be made to pay for it.
AGAINST = frozenset(
    {"upheld", "not-accepted", "entered-wrongly", "not-repaired", "listed", "not-removed", "not-founded"}
)
CLOCK_UNITS: tuple[Unit, ...] = ("working-days", "days", "months")


def _procedure(entry: Entry, book: View) -> Faults:
    assert isinstance(entry, Procedure)
    unknown = False
    for place, state in _states_named(entry):
        if state not in entry.states:
            unknown = True
            yield ValueWrong, place, {"detail": f"{state} is no state of this procedure"}
    for at, step in enumerate(entry.steps):
        for deed in step.deeds:
            if deed not in entry.deeds:
                yield ValueWrong, f"steps.{at}.deeds", {"detail": f"{deed} is no deed of this procedure"}
        for name, key in (("within", step.within), ("not_before", step.not_before)):
            if key:
                yield from _parameter(entry, book, f"steps.{at}.{name}", key, CLOCK_UNITS)
    known = _found(book, entry, "code_lists", "loop-facts", CodeList)
    for key, done in entry.deeds.items():
        for fact in done.facts:
            if known is None or fact not in known.choices:
                yield ValueWrong, f"deeds.{key}.facts", {"detail": f"{fact} is no fact of the list loop-facts"}
    if not unknown:
        yield from _course(entry)


def _states_named(entry: Procedure) -> Iterator[tuple[str, str]]:
    yield "opens", entry.opens
    for at, step in enumerate(entry.steps):
        yield from ((f"steps.{at}", state) for state in (step.from_, step.to, step.counts_from))


def _course(entry: Procedure) -> Faults:
    """Nobody is left standing: every state can be come to, and every one that is not final has a clock and a way out
    that does not need the one who is late.
    """
    reached, more = set[str](), {entry.opens}
    while more:
        reached |= more
        more = {step.to for step in entry.steps if step.from_ in reached} - reached
    for key, state in entry.states.items():
        if key not in reached:
            yield StateUnreached, f"states.{key}", {"state": key, "opens": entry.opens}
        if state.final:
            continue
        steps = entry.steps_from(key)
        if not any(step.within for step in steps):
            yield StateWithoutClock, f"states.{key}", {"state": key}
        silent = [step for step in steps if step.by == "clock"]
        if len(silent) != 1:
            yield StateWithoutEnd, f"states.{key}", {"state": key}
        elif any(step.within and step.by != "subject" for step in steps):
            outcome = entry.states[silent[0].to].outcome
            if outcome in AGAINST:
                yield SilenceAgainst, f"states.{key}", {"state": key, "to": silent[0].to, "outcome": outcome}


def _report(entry: Entry, book: View) -> Faults:
    assert isinstance(entry, ReportKind)
    yield from _reference(entry, book, "purpose", "purposes", entry.purpose)
    for at, key in enumerate(entry.record_types):
        yield from _reference(entry, book, f"record_types.{at}", "record_types", key)
        record_type = _found(book, entry, "record_types", key, RecordType)
        for kind in record_type.about if record_type else ():
            if kind not in entry.about:
                detail = f"{key} may be about a {kind}, and the report is not"
                yield ValueWrong, f"record_types.{at}", {"detail": detail}
    if entry.years:
        for place, key in (("usual", entry.years.usual), ("most", entry.years.most)):
            yield from _parameter(entry, book, f"years.{place}", key, ("years",))
    if entry.free:
        yield from _parameter(entry, book, "free", entry.free, ("count",))


def _benefit_points(entry: Entry, book: View) -> Faults:
    """Only what is favourable, and about a person, may be added of one's own file."""
    assert isinstance(entry, BenefitPoints)
    for at, key in enumerate(entry.records):
        yield from _reference(entry, book, f"records.{at}", "record_types", key)
        record_type = _found(book, entry, "record_types", key, RecordType)
        if record_type and (record_type.tone != "favourable" or not record_type.of_persons):
            yield PointsNotPositive, f"records.{at}", {"found": key}


def _trade_kind(entry: Entry, book: View) -> Faults:
    assert isinstance(entry, TradeKind)
    yield from _parameter(entry, book, "kept", entry.kept, ("months",))
    for name, column in entry.columns.items():
        if column.refers:
            yield from _reference(entry, book, f"columns.{name}.refers", "trade_kinds", column.refers)


# The kind of trades whose columns a feature's `where` names.
COMPUTED_OF = {"orders-returned": "returns", "orders-with-parcel": "parcels"}


def _method(entry: Entry, book: View) -> Faults:
    """What a feature looks for is what platforms file."""
    assert isinstance(entry, Method)
    for key, feature in entry.features.items():
        kind = _found(book, entry, "trade_kinds", COMPUTED_OF.get(feature.computed, "orders"), TradeKind)
        for name, wanted in feature.where.items():
            place = f"features.{key}.where.{name}"
            values = (kind.columns[name].values if kind and name in kind.columns else None) or {}
            if unknown := sorted(set(wanted) - set(values)):
                yield ValueWrong, place, {"detail": f"platforms file no such value: {', '.join(unknown)}"}


def _goods(entry: Entry, book: View) -> Faults:
    assert isinstance(entry, Goods)
    licences = _found(book, entry, "code_lists", "merchant-licences", CodeList)
    for key, need in entry.needs.items():
        for licence in need.any_of:
            if licences is None or licence not in licences.choices:
                day = entry.in_force.from_
                data = {
                    "shelf": "code_lists", "key": f"merchant-licences/{licence}", "day": day, "jurisdiction": entry.jurisdiction,
                }  # fmt: skip
                yield ReferenceUnknown, f"needs.{key}.any_of", data


def _complaint_kind(entry: Entry, book: View) -> Faults:
    assert isinstance(entry, ComplaintKind)
    yield from _sector(entry, book, "sector", entry.sector)


def _sector(entry: Entry, book: View, place: str, sector: str) -> Faults:
    sectors = _found(book, entry, "code_lists", "sectors", CodeList)
    if sectors is None or sector not in sectors.choices:
        day, key = entry.in_force.from_, f"sectors/{sector}"
        data = {"shelf": "code_lists", "key": key, "day": day, "jurisdiction": entry.jurisdiction}
        yield ReferenceUnknown, place, data


def _code_list(entry: Entry, book: View) -> Faults:
    """What was merged stands under a value that is open, and a field of authority is one of the list."""
    assert isinstance(entry, CodeList)
    for key, code in entry.codes.items():
        if code.sector is not None:
            yield from _sector(entry, book, f"codes.{key}.sector", code.sector)
        if code.now is not None and (code.now not in entry.choices or entry.codes[code.now].now is not None):
            yield ValueWrong, f"codes.{key}.now", {"detail": f"{code.now} is no open value of the list"}


def _purpose(entry: Entry, book: View) -> Faults:
    """What a purpose shows of persons is there to be shown, its numbers are parameters, and its right stands on a statute."""
    assert isinstance(entry, Purpose)
    persons = entry.persons
    if persons is None:
        return
    for key, fields in persons.shows.items():
        place = f"persons.shows.{key}"
        yield from _reference(entry, book, place, "record_types", key)
        record_type = _found(book, entry, "record_types", key, RecordType)
        if record_type is None:
            continue
        if not record_type.of_persons:
            yield ValueWrong, place, {"detail": f"{key} is not about natural persons"}
        for at, name in enumerate(fields):
            field = record_type.fields.get(name)
            if field is None:
                yield FieldUnknown, f"{place}.{at}", {"record_type": key, "field": name}
            elif field.type in ("person-name", "citizen-number"):
                detail = f"{name} says who the person is, which `identity` decides"
                yield ValueWrong, f"{place}.{at}", {"detail": detail}
    if persons.kept:
        yield from _parameter(entry, book, "persons.kept", persons.kept, ("days",))
    yield from _parameter(entry, book, "persons.calls_a_day", persons.calls_a_day, ("count",))
    cited = [instrument for each in persons.statute if (instrument := book.instrument(each.instrument))]
    if persons.by == "statute" and not any(instrument.kind in STATUTE_KINDS for instrument in cited):
        named = ", ".join(each.instrument for each in persons.statute)
        data = {"why": f"none of {named} is a law or regulation", "why_zh": f"{named} 均不是法律、法规"}
        yield ReaderWithoutStatute, "persons.statute", {**data}
    texts = (("title.zh", entry.title.zh), ("title.en", entry.title.en), ("key", entry.key.replace("-", " ")))
    for place, text in texts:
        if (hit := DEFAULT_CLOSED.words.search(text)) and entry.jurisdiction == "cn" and not persons.closed:
            yield PurposeNotClosed, place, {"found": hit[0], "topic": DEFAULT_CLOSED.en, "topic_zh": DEFAULT_CLOSED.zh}


def _instrument(entry: Entry, book: View) -> Faults:
    assert isinstance(entry, Instrument)
    if book.entry("issuers", entry.issued_by, entry.in_force.from_, entry.jurisdiction) is None:
        data = {"shelf": "issuers", "key": entry.issued_by, "day": entry.in_force.from_}
        yield ReferenceUnknown, "issued_by", {**data, "jurisdiction": entry.jurisdiction}
    if entry.verified and entry.text is None:
        yield ValueWrong, "verified", {"detail": "verified means that the text was held: name its file in `text`"}


def _role(entry: Entry, book: View) -> Faults:
    """Nobody audits their own work, or whom they let in; an association has its own affairs and accounts, and reads nothing of the register's."""
    assert isinstance(entry, Role)
    if "association" in entry.actors and not set(entry.duties) <= {"association", "accounts"}:
        yield ValueWrong, "duties", {"detail": "an association's staff have the duties association and accounts alone"}
    if "audit" in entry.duties and len(entry.duties) > 1:
        yield ValueWrong, "duties", {"detail": "whoever audits has no other duty: audit stands alone"}


CHECKS: Mapping[str, Callable[[Entry, View], Faults]] = {
    "instruments": _instrument,
    "record_types": _record_type,
    "sources": _source,
    "lists": _list,
    "detectors": _detector,
    "matters": _matter,
    "measures": _measure,
    "procedures": _procedure,
    "programs": _program,
    "purposes": _purpose,
    "reports": _report,
    "trade_kinds": _trade_kind,
    "goods": _goods,
    "methods": _method,
    "code_lists": _code_list,
    "complaint_kinds": _complaint_kind,
    "benefit_points": _benefit_points,
    "roles": _role,
}
