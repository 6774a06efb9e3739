"""Looking at what is held about oneself, asking about a reading, answering, taking everything away, having erased what may be."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.kernel.days import day_of, working_day_add
from chengxin.kernel.tables import csv_text
from chengxin.kernel.wording import words_fit
from chengxin.ledger.services import trace
from chengxin.lists.selectors import SubjectFile
from chengxin.mydata import rules
from chengxin.mydata.models import Answer, Question, answered_bound, asked_bound
from chengxin.mydata.rules import OWN, AskedAlready
from chengxin.mydata.selectors import (
    PUBLIC,
    READING_HEADS,
    ShownReading,
    ShownShop,
    incidents_of,
    question_accessible,
    questions_of,
    reading_askable,
    readings_page,
    readings_whole,
    shops_of,
)
from chengxin.reports.selectors.issued import number_of_report
from chengxin.reports.selectors.persons import person_file, person_reports
from chengxin.subjects.rules.persons import Grant
from chengxin.subjects.services.persons import person_open
from chengxin.vault.selectors import seal_of

WHOLE = Grant(frozenset({"name", "number"}), "《个人信息保护法》第45条")
Rows = Sequence[Mapping[str, Any]]


# --- looking ----------------------------------------------------------------------------------------------------------------


def readings_look(*, subject: int, at: datetime, before: int | None = None) -> tuple[list[ShownReading], int | None]:
    """A page of every entry about whoever is signed in; that they looked is written down like any reading."""
    _looked("readings.looked", subject, at=at)
    return readings_page(subject, known_at=at, before=before)


def file_look(*, subject: int, jurisdiction: str, at: datetime) -> SubjectFile:
    """What is recorded of the natural person who is signed in, opened for them alone."""
    _looked("file.looked", subject, at=at)
    return person_file(subject, lawroom.load().on(day_of(at), jurisdiction), on=day_of(at), known_at=at)


def shops_look(*, subject: int, at: datetime) -> list[ShownShop]:
    """The shops that platforms filed for whoever is signed in, with what is sealed of them opened for them alone."""
    _looked("shops.looked", subject, at=at)
    return shops_of(subject, known_at=at)


def _looked(what: str, subject: int, *, at: datetime) -> None:
    trace(event=f"mydata.{what}", by=PUBLIC, at=at, purpose=OWN, subject=subject)


# --- questions ---------------------------------------------------------------------------------------------------------------


def question_ask(*, subject: int, entry: int, words: str, jurisdiction: str, at: datetime) -> Question:
    """Ask why, and by which right, somebody read: the reader's agency and the centre have it from now, and it is answered by a day."""
    kept = words_fit(words, rules.QUESTION, most=rules.MOST_WORDS, needed=True)
    law = lawroom.load().on(day_of(at), jurisdiction)
    with transaction.atomic():
        found = reading_askable(subject, entry, known_at=at)
        due = working_day_add(day_of(at), law.parameter(rules.WITHIN))
        made, new = Question.objects.get_or_create(
            entry=entry,
            defaults={
                "subject_id": subject, "reader": found.actor, "jurisdiction": jurisdiction, "asked_at": at, "due_on": due,
                "sealed": seal_of("cases").seal(kept.encode(), asked_bound({"entry": entry})),
            },
        )  # fmt: skip
        if not new:
            raise AskedAlready(day=day_of(made.asked_at), due=made.due_on)
        trace(
            event="mydata.question.asked", by=PUBLIC, at=at, purpose=OWN, subject=subject, about=f"question:{made.pk}"
        )
    return made


def question_answer(*, question: int, words: str, asker: Asker, at: datetime) -> Answer:
    """The reader's agency says why it read, and by which right; it may say so anew, and the latest holds."""
    with transaction.atomic():
        found = question_accessible(asker, question)
        if found.reader != asker.key:
            raise rules.QuestionUnknown(question=question)
        return _answered(found, Answer.Kind.ANSWERED, words, asker, at=at)


def question_find(*, question: int, lawful: bool, words: str, asker: Asker, at: datetime) -> Answer:
    """Whoever runs or supervises the register finds whether the reading was lawful, once the reader was heard or let its day pass. A person decides."""
    if asker.kind not in rules.DECIDING:
        raise rules.QuestionUnknown(question=question)
    with transaction.atomic():
        found = question_accessible(asker, question)
        heard = found.answers.filter(kind=Answer.Kind.ANSWERED).exists()
        rules.finding_admissible(question, answered=heard, due_on=found.due_on, on=day_of(at))
        kind = Answer.Kind.LAWFUL if lawful else Answer.Kind.UNLAWFUL
        return _answered(found, kind, words, asker, at=at)


def _answered(found: Question, kind: Answer.Kind, words: str, asker: Asker, *, at: datetime) -> Answer:
    kept = words_fit(words, rules.ANSWER, most=rules.MOST_WORDS, needed=True)
    Question.objects.select_for_update().get(pk=found.pk)  # two answers at once are taken one after the other
    latest = found.answers.order_by("-number").first()
    number = latest.number + 1 if latest else 0
    about = answered_bound({"question_id": found.pk, "number": number})
    made = Answer.objects.create(
        question=found,
        number=number,
        kind=kind,
        sealed=seal_of("cases").seal(kept.encode(), about),
        by=asker.key,
        at=at,
    )
    trace(
        event="mydata.question.answered", by=asker.key, at=at, subject=found.subject_id, about=f"question:{found.pk}",
        detail={"kind": str(kind)},
    )  # fmt: skip
    return made


# --- taking it away (PIPL 45) --------------------------------------------------------------------------------------------------


def export_make(*, subject: int, jurisdiction: str, at: datetime, more: Mapping[str, Rows] | None = None) -> bytes:
    """All that is held about the natural person who is signed in, as JSON and as tables, in one ZIP; `more` is what other rooms hold of
    their own choice (an account, benefits).
    """
    law = lawroom.load().on(day_of(at), jurisdiction)
    with transaction.atomic():
        opened = person_open(subject=subject, fields={"name", "number"}, grant=WHOLE, purpose=OWN, by=PUBLIC, at=at)
        trace(event="mydata.data.exported", by=PUBLIC, at=at, purpose=OWN, subject=subject)
        file = person_file(subject, law, on=day_of(at), known_at=at)
        parts: dict[str, Rows] = {
            "identity": [{"number": opened["number"], "name": opened["name"]}],
            "records": list(_records(file)),
            "readings": [dict(zip(READING_HEADS, each.as_row(), strict=True)) for each in readings_whole(subject, known_at=at)],
            "questions": [
                {
                    "question": q.question, "entry": q.entry, "reader": q.reader_title, "words": q.words, "asked_at": q.asked_at, "due_on": q.due_on,
                    "answers": [{"kind": a.kind, "words": a.words, "by": a.who, "at": a.at} for a in q.answers],
                }
                for q in questions_of(subject, on=day_of(at))
            ],
            "incidents": incidents_of(subject, known_at=at),
            "shops": [each.as_dict() for each in shops_of(subject, known_at=at)],
            "reports": [
                {"number": number_of_report(r), "kind": r.kind, "issued_at": r.issued_at, "digest": r.digest}
                for r in person_reports(subject)
            ],
            **(more or {}),
        }  # fmt: skip
    return _zipped(parts, at=at)


def _records(file: SubjectFile) -> Iterable[dict[str, Any]]:
    for filed in file.records:
        record = filed.record
        yield {
            "record": record.pk, "record_type": record.record_type, "authority": record.authority, "document": record.document,
            "decided_on": record.decided_on, "effect_from": record.effect_from, "effect_until": record.effect_until, "kept_until": record.kept_until,
            "state": filed.standing.word, "effect": filed.effect.value, "source": record.batch.source, "provider": record.batch.actor,
            "received_at": record.received_at, "statement": filed.statement, "body": record.body,
            "events": [{"kind": e.kind.value, "at": e.at, "on": e.on, "by": e.by} for e in filed.events],
        }  # fmt: skip


def _zipped(parts: Mapping[str, Rows], *, at: datetime) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = {"made_at": at.isoformat(timespec="seconds"), **parts}
        archive.writestr("data.json", json.dumps(whole, ensure_ascii=False, indent=1, default=str))
        for name, rows in parts.items():
            archive.writestr(f"{name}.csv", _table(rows))
    return made.getvalue()


def _table(rows: Rows) -> str:
    """The rows as CSV; what is itself a table stands in its cell as JSON."""
    heads = list(dict.fromkeys(head for row in rows for head in row))
    return csv_text(heads, ([_cell(row.get(head)) for head in heads] for row in rows))


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else value


# --- erasure (PIPL 47) ---------------------------------------------------------------------------------------------------------


def questions_erase(*, subject: int, at: datetime) -> int:
    """Delete what somebody wrote about readings of themselves, and what was answered; how many questions. That they were asked stays in the
    ledger, without their words.
    """
    with transaction.atomic():
        found = Question.objects.filter(subject_id=subject)
        many = found.count()
        found.delete()
        trace(
            event="mydata.questions.erased", by=PUBLIC, at=at, purpose=OWN, subject=subject, detail={"questions": many}
        )
    return many
