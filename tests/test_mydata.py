"""My data: every reading on the pages of whom it is about, asked about and answered; taken away whole; erased where it may be."""

import csv
import io
import json
import os
import random
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser

from chengxin.accounts.models import Account
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.benefits.models import Wallet
from chengxin.disclosure.models import Consent
from chengxin.disclosure.rules.disclosing import TooManyToday
from chengxin.ledger.models import Entry
from chengxin.ledger.selectors import checkpoint_latest, consistency_of, inclusion_of, log_key
from chengxin.ledger.services import Sequencer, trace, trace_receipted
from chengxin.mydata.models import Answer, Question
from chengxin.mydata.rules import (
    AskedAlready,
    QuestionUnknown,
    ReaderNotHeard,
    ReadingUnknown,
    event_titled,
    is_reading,
)
from chengxin.mydata.selectors import questions_shown, readings_whole
from chengxin.mydata.services import question_answer, question_ask, question_find
from chengxin.records.models import Record, Statement
from chengxin.reports.models import Report
from chengxin.subjects.models import Person, PersonMark
from chengxin.subjects.rules.persons import PersonUnknown
from chengxin.subjects.selectors import person_held, person_of, subject_of
from chengxin.subjects.services.persons import person_enter, person_forget
from chengxin_verify.notes import checkpoint_opened
from chengxin_verify.tree import consistency_holds, inclusion_holds, leaf_hash
from tests.people import DIVISION, decision, licence, name, number, people_sent
from tests.signing import at_desk, firm_account, person_account, signed_in, staff_account
from tests.world import CASE, NOW, code, everything, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
READER = Asker("finance", "department")
OTHER = Asker("market", "department")
CENTRE = Asker("centre", "credit-centre")
READS = int(os.environ.get("CHENGXIN_TEST_READS", "240"))
MINE = ("/my", "/my/readings", "/my/records", "/my/reports", "/my/benefits", "/my/data")


@pytest.fixture(autouse=True)
def invented(settings: LazySettings) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION


@pytest.fixture
def person(tmp_path: Path) -> int:
    """The first of two persons, with a licence and a decision; two departments and the centre are admitted."""
    people_sent(tmp_path, licence(1), licence(2))
    people_sent(tmp_path, decision(1), source="practice-decisions")
    for asker in (READER, OTHER, CENTRE):
        actor_add(key=asker.key, kind=asker.kind, title=f"云川市{asker.key}", by="operator", at=NOW)
    return person_of(number(1), known_at=NOW)


@pytest.fixture
def mine(person: int) -> Browser:
    """The browser in which that person is signed in."""
    return signed_in(Browser(), person_account(person))


def read_by(asker: Asker, subject: int, *, at: Any = NOW) -> int:
    """A reading of the subject by somebody else."""
    return trace(
        event="subjects.person.opened",
        by=asker.key,
        at=at,
        subject=subject,
        purpose="statutory-duty",
        detail={"basis": "行政许可法 61"},
    )


# --- who may open what --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*MINE, "/my/readings/1/question", "/my/records/1/objection"])
def test_whoever_is_not_signed_in_is_led_to_the_door(path: str) -> None:
    answer = Browser().get(path)
    assert answer.status_code == 302 and unquote(answer["Location"]) == f"/sign-in?next={path}"


@pytest.mark.parametrize("path", ["/my/data/export", "/my/data/erase", "/my/records/1/statement"])
def test_nothing_is_done_for_whoever_is_not_signed_in(path: str) -> None:
    assert Browser().post(path).status_code == 302
    assert not Entry.objects.filter(event__startswith="mydata").exists()


def test_a_firm_has_its_readings_and_none_of_a_person_s_pages(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1))
    firm = subject_of(code(1), known_at=NOW)
    browser = signed_in(Browser(), firm_account(firm))
    Browser().get(f"/enterprise/{code(1)}")
    page = browser.get("/my/readings")
    assert page.status_code == 200 and "查阅档案" in page.text and "/my/records" not in page.text
    assert browser.get("/my").status_code == 200
    for path in ("/my/records", "/my/reports", "/my/benefits", "/my/data"):
        assert browser.get(path).status_code == 302


def test_each_page_shows_its_person_and_nobody_else(person: int, mine: Browser) -> None:
    for path in MINE:
        answer = mine.get(path)
        assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
        assert name(2) not in answer.text and number(1) not in answer.text
    records = mine.get("/my/records").text
    for words in ("D-3901-000001", "云川文旅罚〔2026〕00001号", "暂扣许可证件", "导游"):
        assert words in records
    assert "D-3901-000002" not in records


# --- readings, and questions about them -------------------------------------------------------------------------------------


def test_a_reading_stands_there_by_whom_for_what_and_by_which_right(person: int, mine: Browser) -> None:
    entry = read_by(READER, person)
    page = mine.get("/my/readings").text
    row = page.split(f'id="e{entry}"')[1].split("</tr>")[0]
    for words in ("云川市finance", "打开姓名或者号码", "行政许可法 61", "履行法定职责"):
        assert words in row
    assert f"/my/readings/{entry}/question" in row


def test_one_asks_why_and_the_reader_answers_by_its_day(person: int, mine: Browser, tmp_path: Path) -> None:
    entry = read_by(READER, person)
    assert mine.get(f"/my/readings/{entry}/question").status_code == 200
    assert mine.post(f"/my/readings/{entry}/question", {"words": " "}).status_code == 422
    assert mine.post(f"/my/readings/{entry}/question", {"words": "我没有办过这件事"}).status_code == 302
    asked = Question.objects.get()
    assert (asked.reader, asked.due_on.isoformat()) == ("finance", "2026-12-11")
    assert "我没有办过这件事" not in everything()
    with pytest.raises(AskedAlready):
        question_ask(subject=person, entry=entry, words="再问", jurisdiction="cn", at=NOW)
    assert [q.words for q in questions_shown(READER, on=asked.due_on)] == ["我没有办过这件事"]
    assert questions_shown(OTHER, on=asked.due_on) == []
    with pytest.raises(QuestionUnknown):
        question_answer(question=asked.pk, words="不是我们", asker=OTHER, at=NOW)
    with pytest.raises(ReaderNotHeard):
        question_find(question=asked.pk, lawful=False, words="无依据", asker=CENTRE, at=NOW)
    question_answer(question=asked.pk, words="办理许可延续时核对", asker=READER, at=later(hours=1))
    with pytest.raises(QuestionUnknown):
        question_find(question=asked.pk, lawful=True, words="自己认定", asker=READER, at=later(hours=2))
    question_find(question=asked.pk, lawful=True, words="有许可延续申请为证", asker=CENTRE, at=later(hours=2))
    page = mine.get("/my/readings").text
    for words in ("我没有办过这件事", "办理许可延续时核对", "查询合法", "已询问"):
        assert words in page
    assert "办理许可延续时核对" not in everything()


def test_whoever_lets_its_day_pass_is_found_on_without_being_heard(person: int) -> None:
    asked = question_ask(subject=person, entry=read_by(READER, person), words="为什么", jurisdiction="cn", at=NOW)
    assert questions_shown(CENTRE, on=later(days=30).date())[0].late
    question_find(question=asked.pk, lawful=False, words="未说明理由", asker=CENTRE, at=later(days=30))
    assert Answer.objects.get().kind == "unlawful"


def test_one_asks_about_readings_of_oneself_by_others_alone(person: int) -> None:
    other = person_of(number(2), known_at=NOW)
    own = trace(event="mydata.file.looked", by="public", at=NOW, subject=person, purpose="own-record")
    filed = Entry.objects.filter(subject=None, event="records.batch.landed").first()
    assert filed is not None
    for entry in (read_by(READER, other), own, filed.pk, 10**9):
        with pytest.raises(ReadingUnknown):
            question_ask(subject=person, entry=entry, words="为什么", jurisdiction="cn", at=NOW)
    assert not Question.objects.exists()


def test_the_desk_shows_a_reader_its_questions_and_takes_its_answer(person: int) -> None:
    asked = question_ask(subject=person, entry=read_by(READER, person), words="为什么查我", jurisdiction="cn", at=NOW)

    reader = at_desk("finance")
    page = reader.get("/desk/questions").text
    assert "为什么查我" in page and "认定查询合法" not in page and name(1) not in page
    assert "为什么查我" not in at_desk("market").get("/desk/questions").text
    assert at_desk("market").post(f"/desk/questions/{asked.pk}", {"words": "x", "act": "answer"}).status_code == 404
    assert reader.post(f"/desk/questions/{asked.pk}", {"words": "依职权检查", "act": "answer"}).status_code == 302
    centre = at_desk("centre")
    assert "依职权检查" in centre.get("/desk/questions").text
    assert centre.post(f"/desk/questions/{asked.pk}", {"words": "查明合法", "act": "lawful"}).status_code == 302
    assert [a.kind for a in Answer.objects.order_by("number")] == ["answered", "lawful"]
    auditor = signed_in(Browser(), staff_account("centre", "auditor"))
    audited = auditor.get("/desk/audit/questions").text
    assert "查明合法" in audited and "<textarea" not in audited
    assert auditor.get("/desk/questions").status_code == 403
    assert auditor.post(f"/desk/questions/{asked.pk}", {"words": "x", "act": "lawful"}).status_code == 403
    assert centre.get("/desk/audit/questions").status_code == 403


# --- answering back ------------------------------------------------------------------------------------------------------------


def test_one_objects_and_adds_one_s_words_from_there_to_one_s_own_records_alone(person: int, mine: Browser) -> None:
    own = Record.objects.get(record_type="practice-decision")
    others = Record.objects.exclude(subject_id=person).get()
    words = {"grounds": "我没有这样的行为", "name": name(1), "reach": "13800000000"}
    assert mine.get(f"/my/records/{own.pk}/objection").status_code == 200
    assert mine.post(f"/my/records/{own.pk}/objection", {"grounds": "x"}).status_code == 422
    assert mine.post(f"/my/records/{others.pk}/objection", words).status_code == 404
    done = mine.post(f"/my/records/{own.pk}/objection", words)
    assert done.status_code == 200 and re.search(r"\d{8}-\d{6}", done.text)
    assert mine.post(f"/my/records/{own.pk}/statement", {"words": "此事正在申诉"}).status_code == 302
    assert mine.post(f"/my/records/{others.pk}/statement", {"words": "不是我的"}).status_code == 404
    assert [s.record_id for s in Statement.objects.all()] == [own.pk]
    assert "此事正在申诉" in mine.get("/my/records").text


# --- reports and benefits --------------------------------------------------------------------------------------------------------


def test_one_draws_one_s_report_on_the_page_and_has_it_again(person: int, mine: Browser) -> None:
    page = mine.post("/my/reports", {"act": "draw", "kind": "personal"})
    assert page.status_code == 200 and name(1) in page.text and "D-3901-000001" in page.text
    issued = re.search(r"\d{4}-\d{7}", mine.get("/my/reports").text)
    assert issued is not None
    pdf = mine.post("/my/reports", {"number": issued[0], "form": "pdf"})
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    found = json.loads(mine.post("/my/reports", {"number": issued[0], "form": "json"}).content)
    assert found["report"]["number"] == issued[0]
    other = signed_in(Browser(), person_account(person_of(number(2), known_at=NOW)))
    assert other.post("/my/reports", {"number": issued[0], "form": "pdf"}).status_code == 404
    assert mine.post("/my/reports", {"act": "draw", "kind": "enterprise-full"}).status_code == 422


def test_one_takes_part_in_benefits_on_the_page_and_leaves(person: int, mine: Browser) -> None:
    def page(**typed: str) -> Any:
        return mine.post("/my/benefits", typed)

    assert "自愿参加" in mine.get("/my/benefits").text
    assert page(act="open").status_code == 302
    fact = {
        "act": "enter",
        "kind": "volunteer-hours",
        "units": "12",
        "on": "2026-11-01",
        "issuer": "finance",
        "evidence": "志-1",
    }
    assert page(**fact).status_code == 302
    assert "志-1" in mine.get("/my/benefits").text
    assert page(**fact | {"units": "x"}).status_code == 422 and page(**fact | {"issuer": "nobody"}).status_code == 403
    assert page(act="draw", offer="17").status_code == 404
    assert page(act="leave").status_code == 302 and not Wallet.objects.exists()


# --- taking away, erasing -----------------------------------------------------------------------------------------------------------


def test_everything_held_is_taken_away_as_json_and_tables(person: int, mine: Browser) -> None:
    read_by(READER, person)
    mine.post("/my/benefits", {"act": "open"})
    answer = mine.post("/my/data/export")
    assert answer["Content-Type"] == "application/zip" and answer["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        whole = json.loads(archive.read("data.json"))
        tables = {
            n: list(csv.DictReader(io.StringIO(archive.read(n).decode("utf-8-sig"))))
            for n in archive.namelist()
            if n.endswith(".csv")
        }
    assert whole["identity"] == [{"number": number(1), "name": name(1)}] and set(whole) >= {
        "records", "readings", "questions", "reports", "account", "benefits",
    }  # fmt: skip
    assert {r["record"] for r in whole["records"]} == set(
        Record.objects.filter(subject_id=person).values_list("pk", flat=True)
    )
    assert {row["document"] for row in tables["records.csv"]} == {
        "云川文旅许〔2026〕00001号",
        "云川文旅罚〔2026〕00001号",
    }
    held = set(Entry.objects.filter(subject=person).values_list("pk", flat=True))
    assert {int(row["编号 entry"]) for row in tables["readings.csv"]} == held
    for n, rows in tables.items():
        assert len(rows) == len(whole[n.removesuffix(".csv")])
    assert name(2) not in json.dumps(whole, ensure_ascii=False)


def test_what_may_be_is_erased_and_what_may_not_stays_and_is_said(person: int, mine: Browser) -> None:
    question_ask(subject=person, entry=read_by(READER, person), words="为什么", jurisdiction="cn", at=NOW)
    mine.post("/my/benefits", {"act": "open"})
    mine.post("/my/reports", {"act": "draw", "kind": "personal"})
    records = Record.objects.count()
    plan = mine.get("/my/data").text
    for words in ("依法保留", "《个人信息保护法》第47条第二款", "《网络安全法》第21条"):
        assert words in plan
    assert mine.post("/my/data/erase").status_code == 422 and Account.objects.filter(subject_id=person).exists()
    done = mine.post("/my/data/erase", {"sure": "on"})
    assert done.status_code == 200 and "依法保留" in done.text
    assert not Account.objects.filter(subject_id=person).exists()
    assert not Question.objects.exists() and not Wallet.objects.exists()
    assert mine.get("/my").status_code == 302, "signed out"
    assert (Record.objects.count(), Report.objects.count()) == (records, 1)


def test_of_whom_nothing_else_is_held_name_and_number_go_too_and_the_ledger_stays_provable(
    person: int, tmp_path: Path, settings: LazySettings
) -> None:
    settings.CHENGXIN_HOME, settings.CHENGXIN_LEDGER_ORIGIN = tmp_path, "example.com/test"
    other = person_enter(number=number(9), name=name(9), ground="account", by="public", at=NOW)
    browser = signed_in(Browser(), person_account(other))
    browser.get("/my")
    sequencer = Sequencer(log_key())
    receipt = trace_receipted(event="disclosure.person.tried", by="finance", at=NOW, subject=other)
    sequencer.entries_place(at=NOW)
    early = checkpoint_latest()
    done = browser.post("/my/data/erase", {"sure": "on"})
    assert done.status_code == 200 and "密封的姓名和号码也已删除" in done.text
    assert not Person.objects.filter(pk=other).exists() and not PersonMark.objects.filter(person_id=other).exists()
    with pytest.raises(PersonUnknown):
        person_of(number(9), known_at=later(days=1))
    assert name(9) not in everything() and number(9) not in everything()
    sequencer.entries_place(at=NOW)
    latest = checkpoint_latest()
    assert early and latest and latest.size > early.size
    found = inclusion_of(receipt.entry, receipt.commitment)
    signed = checkpoint_opened(found.checkpoint, log_key().keys)
    assert inclusion_holds(leaf_hash(receipt.commitment), found.index, latest.size, found.proof, signed.root)
    told = consistency_of(early.size, latest.size)
    old, new = (checkpoint_opened(note, log_key().keys) for note in (told.first, told.second))
    assert consistency_holds(early.size, latest.size, told.proof, old.root, new.root)
    # Whoever comes again is somebody new; of the one with records nothing of the kind was touched.
    assert person_enter(number=number(9), name=name(9), ground="account", by="public", at=later(days=2)) != other
    assert person_of(number(1), known_at=NOW) == person


def test_whoever_has_a_record_a_consent_or_a_report_is_not_forgotten(person: int, mine: Browser) -> None:
    assert person_held(person) and not person_forget(subject=person, by="public", at=NOW)
    done = mine.post("/my/data/erase", {"sure": "on"})
    assert "密封的姓名和号码也已删除" not in done.text and Person.objects.filter(pk=person).exists()
    alone = person_enter(number=number(9), name=name(9), ground="account", by="public", at=NOW)
    account = person_account(alone)
    assert not person_forget(subject=alone, by="public", at=NOW)  # an account is open
    account.delete()
    assert person_forget(subject=alone, by="public", at=NOW) and not person_forget(subject=alone, by="public", at=NOW)


def test_the_database_lets_nobody_else_be_forgotten_with_one(person: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('chengxin.forgetting', %s, true)", [str(person)])
        with pytest.raises(IntegrityError, match="another person"), transaction.atomic():
            cursor.execute("delete from subjects_person")
    assert Person.objects.count() == 2


# --- every reading, exactly ------------------------------------------------------------------------------------------------------


def walked(browser: Browser) -> list[int]:
    """The entries on the pages of whoever is signed in, from the first page to the last."""
    found: list[int] = []
    address = "/my/readings"
    while address:
        page = browser.get(address).text
        found += [int(entry) for entry in re.findall(r'<tr role="row" id="e(\d+)"', page)]
        more = re.search(r'rel="next" href="([^"]+)"', page)
        address = more[1] if more else ""
    return found


def test_readings_in_the_log_are_the_rows_on_subjects_own_pages_exactly(
    person: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A random load through pages, the API, batches and the command line, about firms and about persons; CHENGXIN_TEST_READS says how many."""
    drawn = random.Random(20261127)
    firms, persons = FirmsRead(tmp_path, drawn), PersonsRead(tmp_path, drawn, monkeypatch)
    done: Counter[int] = Counter()
    while done.total() < READS:
        done += drawn.choice((firms, persons)).read()
    for subject, account in [
        *((each, firm_account(each)) for each in firms.subjects),
        *((each, Account.objects.filter(subject_id=each).first() or person_account(each)) for each in persons.subjects),
    ]:
        rows = walked(signed_in(Browser(), account))
        log = dict(Entry.objects.filter(subject=subject).values_list("pk", "event"))
        looked = {entry for entry, event in log.items() if event == "mydata.readings.looked"}
        assert len(rows) == len(set(rows)), "no row twice"
        assert set(rows) - looked == log.keys() - looked, "the pages show the log, no more and no less"
        read = [entry for entry in rows if is_reading(log[entry]) and entry not in looked]
        assert len(read) == done[subject], "and the log holds what was done"
        assert [each.entry for each in readings_whole(subject, known_at=later(days=1))] == list(
            Entry.objects.filter(subject=subject).order_by("-pk").values_list("pk", flat=True)
        )
    assert {event for event in Entry.objects.values_list("event", flat=True) if is_reading(event)} >= FOUND


FOUND = {
    "lists.subject.read", "checks.check.answered", "disclosure.person.read", "disclosure.person.tried", "subjects.person.opened",
    "disclosure.qualification.confirmed", "disclosure.qualification.tried", "reports.report.issued",
}  # fmt: skip


class FirmsRead:
    """Eight firms, and every way in which somebody reads of one."""

    def __init__(self, folder: Path, drawn: random.Random) -> None:
        sent(folder, *(penalty(n) for n in range(1, 9)))
        self.folder, self.drawn, self.client = folder, drawn, Browser()
        self.subjects = [subject_of(code(n), known_at=later(days=1)) for n in range(1, 9)]
        key = client_add(
            actor="finance", title="load", scopes=["checks", "subjects"], by="operator", at=NOW, per_minute=10**6
        )[1]
        self.headers = {"authorization": f"Bearer {key}"}
        self.ways = [self.page] * 3 + [self.check, self.file] * 2 + [self.command, self.batch]

    def read(self) -> Counter[int]:
        """One draw: whom it was about, and how many readings it made."""
        n = self.drawn.randrange(8)
        return Counter({self.subjects[n]: self.drawn.choice(self.ways)(code(n + 1))})

    def page(self, number: str) -> int:
        assert self.client.get(f"/enterprise/{number}").status_code == 200
        return 1

    def check(self, number: str) -> int:
        body = json.dumps({"code": number, "matter": "tender", **CASE})
        answer = self.client.post("/api/v1/checks", body, content_type="application/json", headers=self.headers)
        assert answer.status_code == 200
        return 1

    def file(self, number: str) -> int:
        assert self.client.get(f"/api/v1/subjects/{number}", headers=self.headers).status_code == 200
        return 1

    def command(self, number: str) -> int:
        call_command("subject", number, "--json", stdout=StringIO())
        return 1

    def batch(self, number: str) -> int:
        many = self.drawn.randint(5, 60)
        asked, out = self.folder / "asked.csv", str(self.folder / "answers.csv")
        asked.write_text("code\n" + f"{number}\n" * many, encoding="utf-8")
        call_command("check_file", str(asked), "--matter", "tender", "--out", out, "--json", stdout=StringIO())
        with_connection_discarded()
        return many


class PersonsRead:
    """The two persons, the first with a decision that takes the licence away for a while, and every way in which somebody reads of one:
    on a statute, with or without a consent, by a confirmation, at the counter, and they themselves.
    """

    def __init__(self, folder: Path, drawn: random.Random, patch: pytest.MonkeyPatch) -> None:
        actor_add(key="credit-firm", kind="service-firm", title="云川鸿雁信用服务有限公司", by="operator", at=NOW)
        self.drawn, self.patch, self.calls = drawn, patch, 0
        self.subjects = [person_of(number(n), known_at=NOW) for n in (1, 2)]
        self.own = [signed_in(Browser(), person_account(subject)) for subject in self.subjects]
        self.clerk, self.counter = at_desk("finance", "clerk"), at_desk("centre", "counter")
        self.keys: dict[str, str] = {}
        self.issued: list[str] = ["", ""]
        self.ways = [
            self.on_statute, self.on_statute, self.without_consent, self.at_the_desk, self.on_paper, self.by_command, self.confirmed,
            self.of_oneself, self.own_report,
        ]  # fmt: skip
        self.each = [(way, n) for way in self.ways for n in (0, 1)]  # none is left out, however few are drawn

    def read(self) -> Counter[int]:
        """One draw: whom it was about, and how many readings it made."""
        way, n = self.each.pop() if self.each else (self.drawn.choice(self.ways), self.drawn.randrange(2))
        return Counter({self.subjects[n]: way(n)})

    def asked(self, actor: str, path: str, body: dict[str, Any]) -> Any:
        """The API's answer. So many calls of a program are let in a day: another program goes on in its place."""
        if self.calls % 150 == 0:
            self.keys = {
                each: client_add(actor=each, title="t", scopes=["persons"], by="operator", at=NOW, per_minute=10**6)[1]
                for each in ("finance", "credit-firm")
            }
        self.calls += 1
        headers = {"authorization": f"Bearer {self.keys[actor]}"}
        answer = Browser().post(
            f"/api/v1/persons{path}", json.dumps(body), content_type="application/json", headers=headers
        )
        assert answer.status_code == 200, answer.content
        return answer.json()

    def on_statute(self, n: int) -> int:
        assert self.asked("finance", "/readings", _whom(n) | CASE_OF_PERSON)["outcome"] == "shown"
        return 2  # the record, and the name that was opened with it

    def without_consent(self, n: int) -> int:
        asked = _whom(n) | {"purpose": "consented-report"}
        return 1 if self.asked("credit-firm", "/readings", asked)["outcome"] == "nothing" else 2

    def at_the_desk(self, n: int) -> int:
        answer = self.clerk.post("/desk/persons", _whom(n) | CASE_OF_PERSON)
        return {200: 2, 429: 0}[answer.status_code]  # the day's readings of the whole desk may be used up

    def by_command(self, n: int) -> int:
        self.patch.setattr("sys.stdin", StringIO(f"{number(n + 1)}\n{name(n + 1)}\n"))
        words = ["--purpose", "practice-supervision", "--case", "云川文旅〔2026〕9号", "--by", "market", "--json"]
        try:
            call_command("person", *words, stdout=StringIO())
        except TooManyToday:
            return 0
        return 2

    def on_paper(self, n: int) -> int:
        """A consent brought to the counter, read on, and taken back: of the three one is a reading, and a name is opened with it."""
        paper = {
            "grantee": "credit-firm", "purpose": "consented-report", "record_types": ["practice-licence"], "starts_on": "2026-11-22",
            "ends_on": "2026-12-22",
        }  # fmt: skip
        scan = SimpleUploadedFile("同意书.png", b"scan", "image/png")
        answer = self.counter.post("/desk/consents", _whom(n) | paper | {"act": "file", "scan": scan})
        if answer.status_code == 429:
            return 0
        given = Consent.objects.latest("pk").pk
        shown = self.asked("credit-firm", "/readings", _whom(n) | {"purpose": "consented-report"})["outcome"]
        back = self.counter.post("/desk/consents", _whom(n) | {"act": "withdraw", "consent": given})
        assert (shown, back.status_code) == ("shown", 200)
        return 2

    def confirmed(self, n: int) -> int:
        asked = {"name": name(n + 1), "certificate": f"D-3901-{n + 1:06d}"}
        assert self.asked("finance", "/qualifications", asked)["confirmed"] is (n == 1)
        return 1

    def of_oneself(self, n: int) -> int:
        assert self.own[n].get("/my/records").status_code == 200
        return 1

    def own_report(self, n: int) -> int:
        """Twice a year one is drawn, with the name opened; then it is had again."""
        drawn = self.own[n].post("/my/reports", {"act": "draw", "kind": "personal"})
        if drawn.status_code == 200:
            self.issued[n] = drawn.context["number"]
            return 2
        assert self.own[n].post("/my/reports", {"number": self.issued[n], "form": "json"}).status_code == 200
        return 1


CASE_OF_PERSON = {"purpose": "practice-supervision", "case_number": "云川文旅〔2026〕9号", "jurisdiction": "cn"}


def _whom(n: int) -> dict[str, Any]:
    return {"number": number(n + 1), "name": name(n + 1)}


def with_connection_discarded() -> None:
    """What a file of codes stages goes with its own transaction, which here is the test's."""
    with connection.cursor() as cursor:
        cursor.execute("discard temp")


def events() -> Iterator[str]:
    """Every event that the rooms write about a subject."""
    for path in (Path(__file__).parents[1] / "chengxin").rglob("*.py"):
        if "tests" not in path.parts:
            yield from re.findall(r'event="([a-z-]+\.[a-z-]+\.[a-z-]+)"', path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("event", sorted(set(events())))
def test_every_event_has_words(event: str) -> None:
    room = event.partition(".")[0]
    silent = {
        "actors",
        "assessments",
        "audits",
        "ledger",
        "vault",
        "portal",
        "accounts",
        "trades",
        "merchants",
        "badges",
        "ratings",
        "trails",
        "logistics",
        "complaints",
        "leads",
    }  # about no subject
    assert event_titled(event).zh != event or room in silent or event.startswith("subjects.")
