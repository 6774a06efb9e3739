"""What the ledger and the register hold about whoever is signed in, for them; and the questions that an agency is to answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from chengxin import law as lawroom
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker
from chengxin.audits.selectors import incidents_told
from chengxin.commerce.merchants.rules import FILED, OPENED
from chengxin.commerce.merchants.selectors import OwnShop, own_shops
from chengxin.kernel.days import day_of
from chengxin.law.models import Words
from chengxin.ledger.models import Entry
from chengxin.ledger.selectors import readings_of
from chengxin.mydata import rules
from chengxin.mydata.models import Answer, Question, answered_bound, asked_bound
from chengxin.mydata.rules import DECIDING, Kept, QuestionUnknown, ReadingUnknown, Right
from chengxin.subjects.selectors import identifiers_of, members_of, root_of
from chengxin.vault.selectors import seal_of

PAGE = 50
PUBLIC = "public"


@dataclass(frozen=True)
class ShownReading:
    """One entry of the ledger about whoever looks: by whom, when, what for, by which right; and whether they may ask about it."""

    entry: int
    at: datetime
    who: str
    actor: str
    own: bool
    what: Words
    reading: bool
    right: Right
    case_number: str
    askable: bool
    question: int | None

    def as_row(self) -> list[str]:
        """The reading as a line of a table, under `READING_HEADS`."""
        return [
            str(self.entry), self.at.isoformat(timespec="seconds"), self.who, self.what.zh, self.right.purpose.zh if self.right.purpose else "",
            "；".join(c.zh for c in self.right.cited) or self.right.written, self.case_number,
        ]  # fmt: skip


READING_HEADS = (
    "编号 entry", "时间 at", "查询人 who", "事项 what", "用途 purpose", "依据 right", "案件编号 case",
)  # fmt: skip


def subjects_of(subject: int, *, known_at: datetime) -> list[int]:
    """Whoever is signed in, and for a firm every one that it stands for."""
    return members_of(root_of(subject, known_at=known_at), known_at=known_at)


def entries_about(subject: int, *, known_at: datetime) -> QuerySet[Entry]:
    """Every entry of the ledger that names whoever is signed in, the latest first: what their pages show, no more and no less."""
    return readings_of(subjects_of(subject, known_at=known_at), known_at=known_at).order_by("-pk")


def readings_page(
    subject: int, *, known_at: datetime, before: int | None = None, most: int = PAGE
) -> tuple[list[ShownReading], int | None]:
    """A page of them, and where the next begins."""
    entries = entries_about(subject, known_at=known_at)
    entries = entries if before is None else entries.filter(pk__lt=before)
    found = list(entries[: most + 1])
    more = found[most - 1].pk if len(found) > most else None
    return list(_shown(found[:most])), more


def readings_whole(subject: int, *, known_at: datetime) -> Iterator[ShownReading]:
    """All of them, a page at a time."""
    before: int | None = None
    while True:
        page, before = readings_page(subject, known_at=known_at, before=before, most=500)
        yield from page
        if before is None:
            return


def _shown(entries: Sequence[Entry]) -> Iterator[ShownReading]:
    titles = dict(Actor.objects.filter(key__in={e.actor for e in entries}).values_list("key", "title"))
    asked = dict(Question.objects.filter(entry__in=[e.pk for e in entries]).values_list("entry", "pk"))
    book = lawroom.load()
    for entry in entries:
        law = book.on(day_of(entry.at), str(entry.detail.get("jurisdiction") or "cn"))
        yield ShownReading(
            entry.pk, entry.at, titles.get(entry.actor, entry.actor), entry.actor, entry.actor == PUBLIC and entry.purpose in rules.OWN_DOING,
            rules.event_titled(entry.event), rules.is_reading(entry.event), rules.right_of(law, entry.purpose, entry.detail),
            str(entry.detail.get("case_number") or ""), rules.askable(entry.event, entry.actor, entry.purpose), asked.get(entry.pk),
        )  # fmt: skip


def reading_askable(subject: int, entry: int, *, known_at: datetime) -> Entry:
    """A reading of whoever is signed in by somebody else; another's and unknown look alike."""
    found = entries_about(subject, known_at=known_at).filter(pk=entry).first()
    if found is None or not rules.askable(found.event, found.actor, found.purpose):
        raise ReadingUnknown(entry=entry)
    return found


@dataclass(frozen=True)
class ShownShop:
    """A shop as it was filed for whoever is signed in, and the entry of the ledger about which they may ask its platform."""

    shop: OwnShop
    entry: int | None
    question: int | None
    readings: list[ShownReading]  # who opened who is behind it, and in which case

    def as_dict(self) -> dict[str, Any]:
        """As it is taken away."""
        opened = [{"at": r.at, "by": r.who, "case_number": r.case_number} for r in self.readings]
        return {**self.shop.__dict__, "entry": self.entry, "opened": opened}


def codes_of(subject: int, *, known_at: datetime) -> list[str]:
    """The unified social credit codes of whoever is signed in; a person has none."""
    found = identifiers_of(subjects_of(subject, known_at=known_at), known_at=known_at)
    return list(found.filter(scheme="uscc").values_list("value", flat=True))


def shops_of(subject: int, *, known_at: datetime) -> list[ShownShop]:
    """The shops that platforms filed for whoever is signed in: for a person by their number, as seller or as whom a unit names; for a firm by its code."""
    subjects = subjects_of(subject, known_at=known_at)
    codes = identifiers_of(subjects, known_at=known_at).filter(scheme="uscc").values_list("value", flat=True)
    told = {
        (e.detail.get("platform"), e.detail.get("shop"), e.detail.get("version")): e.pk
        for e in readings_of(subjects, known_at=known_at).filter(event=FILED)
    }
    asked = dict(Question.objects.filter(entry__in=told.values()).values_list("entry", "pk"))
    opened: dict[str, list[Entry]] = {}
    for each in entries_about(subject, known_at=known_at).filter(event=OPENED):
        opened.setdefault(each.object, []).append(each)
    found = []
    for shop in own_shops(subjects, list(codes), known_at=known_at):
        entry = told.get((shop.platform, shop.shop, shop.version))
        readings = list(_shown(opened.get(f"merchants-shop:{shop.platform}/{shop.shop}", [])))
        found.append(ShownShop(shop, entry, asked.get(entry) if entry else None, readings))
    return found


def incidents_of(subject: int, *, known_at: datetime) -> list[dict[str, Any]]:
    """The data incidents of which whoever is signed in was told."""
    return incidents_told(subjects_of(subject, known_at=known_at), known_at=known_at)


# --- questions ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownAnswer:
    """An answer, opened."""

    kind: str
    title: str
    words: str
    who: str
    at: datetime


@dataclass(frozen=True)
class ShownQuestion:
    """A question with its answers, and the reading that it is about, where the ledger still has it."""

    question: int
    entry: int
    words: str
    reader: str
    reader_title: str
    asked_at: datetime
    due_on: date
    late: bool
    heard: bool
    answers: list[ShownAnswer]
    reading: ShownReading | None


def questions_of(subject: int, *, on: date) -> list[ShownQuestion]:
    """What whoever is signed in asked, the latest first."""
    return _questions(Question.objects.filter(subject_id=subject).order_by("-pk"), on=on)


def questions_accessible(asker: Asker) -> QuerySet[Question]:
    """The questions that the asker may see: a reader those about its own readings, whoever runs or supervises the register all. The first due first."""
    found = Question.objects.order_by("due_on", "pk")
    return found if asker.kind in DECIDING else found.filter(reader=asker.key)


def questions_shown(asker: Asker, *, on: date) -> list[ShownQuestion]:
    """Those, with their answers: never whose they are, beyond what the reading itself told the reader."""
    return _questions(questions_accessible(asker), on=on)


def question_accessible(asker: Asker, question: int) -> Question:
    """One of those; unknown and another's look alike."""
    found = questions_accessible(asker).filter(pk=question).first()
    if found is None:
        raise QuestionUnknown(question=question)
    return found


def _questions(questions: QuerySet[Question], *, on: date) -> list[ShownQuestion]:
    rows = list(questions.prefetch_related("answers")[:200])
    entries = {s.entry: s for s in _shown(list(Entry.objects.filter(pk__in=[row.entry for row in rows])))}
    titles = dict(Actor.objects.values_list("key", "title")) if rows else {}
    found = []
    for row in rows:
        answers = [_answer(each, titles) for each in sorted(row.answers.all(), key=lambda a: a.number)]
        heard = any(each.kind == Answer.Kind.ANSWERED for each in answers)
        words = seal_of("cases").unseal(bytes(row.sealed), asked_bound({"entry": row.entry})).decode()
        found.append(
            ShownQuestion(
                row.pk, row.entry, words, row.reader, titles.get(row.reader, row.reader), row.asked_at, row.due_on,
                not answers and on > row.due_on, heard, answers, entries.get(row.entry),
            )
        )  # fmt: skip
    return found


def _answer(row: Answer, titles: dict[str, str]) -> ShownAnswer:
    about = answered_bound({"question_id": row.question_id, "number": row.number})
    words = seal_of("cases").unseal(bytes(row.sealed), about).decode()
    return ShownAnswer(row.kind, row.get_kind_display(), words, titles.get(row.by, row.by), row.at)


# --- what is held -------------------------------------------------------------------------------------------------------------


def erasure_plan() -> Iterable[Kept]:
    """What is erased when its person asks, and what is not, by which article."""
    return rules.ERASURE
