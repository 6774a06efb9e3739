"""What is told of a person, to whom, for what, on a day: shown, masked or withheld, each withheld class with its article. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.law.models import KINDS_ZH, Basis, OfPersons, Purpose, RecordType, Words
from chengxin.records.rules import Effect, Standing, Terms, effect
from chengxin.subjects.rules.persons import Field

SHOWN, MASKED = "shown", "masked"


class PurposeUnknown(Refusal):
    """There is no purpose "{purpose}" for which a person is read. The purposes are: {known}."""

    code = "purpose-unknown"
    status = 404
    zh = "没有可以查询自然人的用途“{purpose}”。可用的用途：{known}。"


class CaseMissing(Refusal):
    """Whoever reads a person for "{title}" names the number of its own case ({basis}). Add it and ask again."""

    code = "person-case-missing"
    zh = "为“{title_zh}”查询自然人，须写明所办案件的编号（{basis}）。请补上后再查。"


class TooManyToday(Refusal):
    """So many calls were made for "{title}" today ({most}) that no more are let in; nothing was looked up. Ask again tomorrow, or ask the centre
    whether the limit fits your work.
    """

    code = "calls-a-day"
    status = 429
    zh = "今天为“{title_zh}”的查询已达上限（{most}次），本次没有查询。请明天再查；确有需要的，请与信用中心联系。"


class AskerBarred(Refusal):
    """{why}"""

    code = "person-asker-not-permitted"
    status = 403
    zh = "{why_zh}"


class Outcome(StrEnum):
    """The three answers to who asks about a person."""

    SHOWN = "shown"
    NOTHING = "nothing"
    NOT_PERMITTED = "not_permitted"


@dataclass(frozen=True)
class Why:
    """Why there is no answer, in both languages, with the article."""

    code: str
    zh: str
    en: str
    basis: str = ""

    def as_dict(self) -> dict[str, str]:
        """As every door shows it."""
        return dict(self.__dict__)


# One and the same whether nobody of the number is held, the name is another's, nothing is held for the purpose, or no consent is in force.
NOTHING = Why(
    "nothing-to-tell",
    "没有可以告知的信息：本库没有与该号码和姓名相符的人，或者没有该用途可以查得的信息，或者没有其对您作出的、仍然有效的同意。三者答复相同。",
    "There is nothing to tell: nobody of this number and name is held, or nothing for this purpose, or no consent to you is in force. The answer "
    "is the same for all three.",
)


@dataclass(frozen=True)
class PersonFact:
    """A record about a person as this rule sees it: its fields as text, its terms and its standing."""

    record: int
    record_type: str
    fields: Mapping[str, str]
    terms: Terms
    standing: Standing
    statement: str = ""


@dataclass(frozen=True)
class Allowed:
    """A consent in force, as this rule sees it: its number, and the record types that the person allowed."""

    consent: int
    record_types: frozenset[str]


@dataclass(frozen=True)
class Cell:
    """One field of a record as it is told."""

    field: str
    title: Words
    value: Words
    how: str

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return {
            "field": self.field, "title": self.title.zh, "title_en": self.title.en, "value": self.value.zh, "value_en": self.value.en,
            "how": self.how,
        }  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One record as it is told: which, whether it counts on the day, its fields and term, and the person's own words beside it."""

    record: int
    record_type: str
    title: Words
    state: Effect
    cells: Sequence[Cell]
    terms: Terms
    contested: bool
    statement: str

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return {
            "record": self.record, "record_type": self.record_type, "title": self.title.zh, "title_en": self.title.en,
            "state": str(self.state), "fields": [cell.as_dict() for cell in self.cells],
            "term": {"from": self.terms.effect_from, "until": self.terms.effect_until}, "contested": self.contested,
            "statement": self.statement,
        }  # fmt: skip


@dataclass(frozen=True)
class Withheld:
    """A class of what is not told, with why and the article. It is the same whoever is asked about, so that it tells nothing of them."""

    code: str
    what: Words
    why: Words
    article: str
    article_en: str

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return {
            "class": self.code, "what": self.what.zh, "what_en": self.what.en, "why": self.why.zh, "why_en": self.why.en,
            "article": self.article, "article_en": self.article_en,
        }  # fmt: skip


@dataclass(frozen=True)
class Disclosure:
    """What of a person may be told: the outcome, by which right and article, the records, how name and number are told, and what is withheld."""

    outcome: Outcome
    why: Why | None = None
    by: str = ""
    article: str = ""
    article_en: str = ""
    consent: int | None = None
    records: Sequence[Told] = ()
    identity: Mapping[Field, str] = field(default_factory=dict)
    withheld: Sequence[Withheld] = ()


def purpose_of(law: Law, key: str) -> tuple[Purpose, OfPersons]:
    """The purpose of that key with its part about persons; refuses one that reads no person."""
    found = law.purposes.get(key)
    if found is None or found.persons is None:
        known = sorted(name for name, purpose in law.purposes.items() if purpose.persons is not None)
        raise PurposeUnknown(purpose=key[:80], known=", ".join(known))
    return found, found.persons


def asker_barred(law: Law, purpose: Purpose, persons: OfPersons, kind: str) -> Why | None:
    """Nothing where an asker of this kind may ask for the purpose; otherwise the reason, with the article."""
    cited = law.cite(purpose.basis[0])
    if persons.closed:
        return Why(
            "purpose-closed",
            f"用途“{purpose.title.zh}”没有开放：须由地方依自己的法规开放（{cited.zh}）。",
            f"The purpose “{purpose.title.en}” is closed: a place opens it by its own statute ({cited.en}).",
            f"{cited.instrument} {cited.article}",
        )
    if kind in purpose.askers:
        return None
    return Why(
        "asker-not-permitted",
        f"可以为“{purpose.title.zh}”查询的是：{'、'.join(KINDS_ZH[each] for each in purpose.askers)}；{KINDS_ZH.get(kind, kind)}不得查询（{cited.zh}）。",
        f"For “{purpose.title.en}” these may ask: {', '.join(purpose.askers)}; a {kind} may not ({cited.en}).",
        f"{cited.instrument} {cited.article}",
    )


def case_named(law: Law, purpose: Purpose, persons: OfPersons, case_number: str) -> None:
    """Refuses a reading that lacks its case's number where the purpose wants it."""
    if persons.case_number and not case_number.strip():
        basis = (*persons.statute, *purpose.basis)[0]
        raise CaseMissing(title=purpose.title.en, title_zh=purpose.title.zh, basis=law.cite(basis).zh)


def disclosed(
    law: Law,
    purpose: Purpose,
    *,
    kind: str,
    records: Iterable[PersonFact] | None,
    consent: Allowed | None = None,
    on: date,
) -> Disclosure:
    """What an asker of this kind is told of a person, for the purpose, on the day.

    `records` is what the register holds of the person, none where nobody of the number and name asked about is held; `consent` is one that the
    person gave to this asker for this purpose and that is in force. Past its term, repaired, withdrawn or under objection, a record is
    told to nobody but the person. Who is not told which of these is so is told the same as of somebody who is not held.
    """
    persons = purpose.persons
    assert persons is not None
    if barred := asker_barred(law, purpose, persons, kind):
        return Disclosure(Outcome.NOT_PERMITTED, barred)
    types = frozenset(persons.shows)
    if persons.by == "consent":
        types = types & consent.record_types if consent else frozenset()
    own = persons.by == "subject"
    found = (
        [] if records is None else [_told(law, persons, each, on=on) for each in records if each.record_type in types]
    )
    told = [each for each in found if each is not None and (own or each.state is Effect.COUNTS)]
    if not told:
        return Disclosure(Outcome.NOTHING, NOTHING)
    cited = law.cite((*persons.statute, *purpose.basis)[0])
    return Disclosure(
        Outcome.SHOWN, None, persons.by, cited.zh, cited.en, consent.consent if consent else None, told, persons.identity,
        withheld(law, purpose, persons, types),
    )  # fmt: skip


def withheld(law: Law, purpose: Purpose, persons: OfPersons, types: frozenset[str]) -> list[Withheld]:
    """Every class that is not told for the purpose, to whoever may see these types: it hangs on nothing that is held of anybody."""
    found: list[Withheld] = []
    of_persons = {key: each for key, each in law.record_types.items() if each.of_persons}
    for key in sorted(of_persons):
        record_type = of_persons[key]
        if key not in persons.shows:
            found.append(_class(law, "type", record_type.title, _OF_PURPOSE, persons.withheld[0]))
        elif key not in types:
            found.append(_class(law, "not-allowed", record_type.title, _OF_CONSENT, persons.withheld[0]))
        elif left := _fields_left(record_type, persons.shows[key]):
            zh, en = "、".join(each.zh for each in left), ", ".join(each.en for each in left)
            what = Words(zh=f"{record_type.title.zh}：{zh}", en=f"{record_type.title.en}: {en}")
            found.append(_class(law, "fields", what, _OF_PURPOSE, persons.withheld[0]))
    for name, title in _IDENTITY.items():
        if name not in persons.identity:
            found.append(_class(law, "identity", title, _OF_PURPOSE, persons.withheld[0]))
    if persons.by != "subject" and types:
        term = of_persons[min(types)].terms.effect.basis[0]
        found.append(_class(law, "over", _OVER, _NOT_USED, term))
        for procedure, what in (("repair", _REPAIRED), ("objection", _DISPUTED)):
            found.append(_class(law, procedure, what, _NOT_USED, law.procedures[procedure].basis[0]))
    return found


_OF_PURPOSE = Words(zh="不属于该用途所需", en="Not needed for the purpose")
_OF_CONSENT = Words(zh="本人没有同意", en="The person did not allow it")
_NOT_USED = Words(zh="既不告知也不使用", en="Neither told nor used")
_OVER = Words(zh="已过期限、撤回或者更正的记录", en="Records past their term, withdrawn or corrected")
_REPAIRED = Words(zh="已修复的记录", en="Repaired records")
_DISPUTED = Words(zh="异议尚未办结的记录", en="Records under an open objection")
_IDENTITY = {"name": Words(zh="姓名", en="Name"), "number": Words(zh="公民身份号码", en="Citizen number")}


def _class(law: Law, code: str, what: Words, why: Words, basis: Basis) -> Withheld:
    cited = law.cite(basis)
    return Withheld(code, what, why, cited.zh, cited.en)


def _fields_left(record_type: RecordType, shown: Sequence[str]) -> list[Words]:
    vaulted = (record_type.roles.name, record_type.roles.code)
    return [field.title for name, field in record_type.fields.items() if name not in shown and name not in vaulted]


def _told(law: Law, persons: OfPersons, fact: PersonFact, *, on: date) -> Told | None:
    record_type = law.record_types.get(fact.record_type)
    if record_type is None or fact.standing.gone:
        return None
    masks = persons.masks.get(fact.record_type, ())
    cells = []
    for name in persons.shows[fact.record_type]:
        title, written = record_type.fields[name].title, fact.fields.get(name)
        if written:
            value = law.choices(record_type.fields[name]).get(written, Words(zh=written, en=written))
            cells.append(
                Cell(name, title, masked(value) if name in masks else value, MASKED if name in masks else SHOWN)
            )
    state = effect(fact.terms, fact.standing, on=on)
    return Told(
        fact.record, fact.record_type, record_type.title, state, cells, fact.terms, fact.standing.contested, fact.statement
    )  # fmt: skip


def masked(value: Words) -> Words:
    """A value with nothing left of it but its end."""
    return Words(zh=mask(value.zh), en=mask(value.en))


def mask(written: str) -> str:
    """Stars for all but the last four characters, and for all but the last one of a short text."""
    left = 4 if len(written) > 8 else 1 if len(written) > 1 else 0
    return "*" * (len(written) - left) + written[len(written) - left :]


def keep_until(law: Law, persons: OfPersons, *, on: date) -> date | None:
    """The last day on which whoever read may still keep it; none where the person reads their own."""
    return on + timedelta(days=law.parameter(persons.kept)) if persons.kept else None


# --- confirming a qualification ----------------------------------------------------------------------------------------------


def confirmed(law: Law, facts: Iterable[PersonFact], *, on: date) -> bool:
    """Whether a licence or qualification of a number stands on the day, of all that is held under that number about persons of the name
    asked: one is in effect, and no decision in effect takes it away.
    """
    standing = False
    for fact in facts:
        record_type = law.record_types.get(fact.record_type)
        counts = effect(fact.terms, fact.standing, on=on) is Effect.COUNTS
        if record_type is None or not counts:
            continue
        if record_type.tone == "adverse":
            return False
        standing = standing or record_type.person_class in ("licence", "qualification")
    return standing
