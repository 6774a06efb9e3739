"""Natural persons: filed from a lawful record alone, found by their number alone, seen by nothing that lists, searches, matches or exports."""

import hashlib
import itertools
import json
import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.actors.services import client_add
from chengxin.kernel.identifiers import CodeShape
from chengxin.ledger.models import Entry
from chengxin.records.bulk.reading import file_digest
from chengxin.records.models import Event, Record, Refused, Ticket, Waiting
from chengxin.records.selectors.batches import refused_rows
from chengxin.records.selectors.persons import CountsNotOpen, occupations, tickets_accessible
from chengxin.records.services.batches import ColumnsMissing, PersonsFileUnreadable, batch_release, refused_export
from chengxin.records.services.tickets import NumberInWords, TicketUnknown, ticket_answer
from chengxin.records.services.waiting import waiting_match
from chengxin.subjects.bulk import vaulting
from chengxin.subjects.bulk.population import RegisterLine, RegisterMissing
from chengxin.subjects.models import Identifier, Merge, Name, Person, PersonMark, Subject
from chengxin.subjects.rules.merging import MergePerson
from chengxin.subjects.rules.persons import Grant, NothingGranted, PersonUnknown
from chengxin.subjects.selectors import person_of
from chengxin.subjects.services.matching import name_match
from chengxin.subjects.services.merging import subjects_merge, subjects_unmerge
from chengxin.subjects.services.persons import identity_confirm, person_open, population_load
from chengxin.vault import selectors as vault
from chengxin.vault import services
from chengxin.vault.services import key_add, keys_retire, values_reseal
from tests.people import DIVISION, bar, decision, licence, name, number, people_file, people_sent
from tests.signing import signed_in, staff_account
from tests.world import NOW, OPERATOR, batch_of, code, everything, file_write, ingest, later, penalty, sent

pytestmark = pytest.mark.django_db
STEP: dict[str, Any] = {"by": "operator", "at": NOW}


@pytest.fixture(autouse=True)
def invented(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    settings.CHENGXIN_HOME = tmp_path / "home"
    settings.CHENGXIN_HOME.mkdir()
    monkeypatch.setattr(services, "GRACE", 0.0)
    for kept in (vault.seal_of, vault.blind_of):
        kept.cache_clear()
    yield
    for kept in (vault.seal_of, vault.blind_of):
        kept.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made


def nothing_of(*people: int, kept: str = "") -> None:
    """No name and no number of these stands anywhere in the database, also not as bytes."""
    kept = kept or everything()
    for n in people:
        for words in (number(n), number(n).lower(), name(n), f"D-3901-{n:06d}", f"许〔2026〕{n:05d}号"):
            assert (
                words not in kept and words.encode().hex() not in kept and words.encode().decode("latin-1") not in kept
            )


# --- filing ---------------------------------------------------------------------------------------------------------


def test_a_licence_is_filed_on_a_person_who_reads_as_nothing(folder: Path) -> None:
    done = people_sent(folder, licence(1), licence(2), licence(1, 许可名称="讲解员证", 许可证号="J-1"))
    assert (done.accepted, done.subjects_created) == (3, 2)
    nothing_of(1, 2)
    record = Record.objects.filter(subject_id=person_of(number(2), known_at=NOW)).get()
    assert (record.record_type, record.document, record.body) == (
        "practice-licence",
        "密封 sealed",
        {"group": "tour-guides"},
    )
    assert (record.effect_from, record.effect_until) == (date(2026, 3, 2), date(2029, 3, 2))
    content = vault.seal_of("vault").unseal_json(bytes(record.sealed or b""), f"records_record:{record.pk}".encode())
    assert content["document"] == "云川文旅许〔2026〕00002号" and content["body"]["licence_number"] == "D-3901-000002"
    assert not {"name", "number"} & set(content["body"])
    assert Subject.objects.get(pk=record.subject_id).kind == "person"
    assert not Identifier.objects.exists() and not Name.objects.exists()


def test_a_bar_on_office_is_filed_of_whom_its_document_names_and_of_nobody_else(folder: Path) -> None:
    done = people_sent(folder, bar(1), bar(2, 任职限制="单位严重失信"), bar(3, 期限至=""), source="office-bars")
    assert (done.accepted, done.refused) == (1, 2)
    record = Record.objects.get()
    assert (record.record_type, record.body, record.subject.kind) == ("office-bar", {}, "person")
    assert (record.effect_from, record.effect_until) == (date(2026, 9, 1), date(2031, 9, 1))
    kept = everything()
    nothing_of(1, kept=kept)
    assert "雁归桥" not in kept and "市监限" not in kept, "of which unit and by which document is sealed"


def test_one_number_is_one_person_whoever_sends_it_and_however_it_is_written(folder: Path) -> None:
    people_sent(folder, licence(1))
    wide = number(1).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"})
    done = people_sent(
        folder,
        decision(1, 公民身份号码=f" {wide[:6]} {wide[6:]}", 姓名=f" {name(1)[0]}  {name(1)[1:]}"),
        source="practice-decisions",
    )
    assert (done.accepted, done.subjects_created, Person.objects.count()) == (1, 0, 1)
    assert Record.objects.values("subject_id").distinct().count() == 1


def test_the_database_holds_one_number_to_one_person(folder: Path) -> None:
    people_sent(folder, licence(1))
    mark = PersonMark.objects.get()
    other = Subject.objects.create(kind="person", created_at=NOW)
    person = Person.objects.create(subject=other, sealed=b"x" * 40, known_at=NOW)
    with pytest.raises(IntegrityError, match="subjects_personmark_once"), transaction.atomic():
        PersonMark.objects.create(person=person, version=2, mark=bytes(mark.mark))


def test_the_same_file_again_changes_nothing_and_a_correction_supersedes(folder: Path) -> None:
    people_sent(folder, licence(1), licence(2))
    again = people_sent(folder, licence(2), licence(1))
    assert (again.accepted, again.unchanged) == (0, 2)
    corrected = people_sent(folder, licence(1, 有效期至="2030-03-01"))
    assert (corrected.accepted, Event.objects.filter(kind="superseded").count()) == (1, 1)
    nothing_of(1, 2)


def test_what_is_said_of_two_persons_alike_has_no_digest_in_common(folder: Path) -> None:
    """And the digest cannot be made by whoever guesses number and content: it hangs on a salt that is sealed."""
    same = {"许可证号": "D-1", "许可决定文号": "云川文旅许〔2026〕1号"}
    people_sent(folder, licence(1, **same), licence(2, **same))
    assert (
        Record.objects.values("row_key").distinct().count() == Record.objects.values("content").distinct().count() == 2
    )
    salts = {vaulting.person_opened(p.pk, bytes(p.sealed)).salt for p in Person.objects.all()}
    assert len(salts) == 2 and all(len(salt) == 16 for salt in salts)


BORN = [(date(2008, 3, 2), 1), (date(2008, 3, 3), 0), (date(2010, 1, 1), 0), (date(2008, 2, 29), 1)]


@pytest.mark.parametrize(("born", "accepted"), BORN)
def test_whoever_was_under_18_on_the_days_event_is_refused_with_the_rule(
    folder: Path, born: date, accepted: int
) -> None:
    done = people_sent(folder, licence(1, 公民身份号码=number(7, born)), licence(2))
    assert done.accepted == 1 + accepted
    assert done.refused_by_reason == ({} if accepted else {"under-18": 1})
    if not accepted:
        (row,) = refused_rows(batch_of(done))
        assert "未满十八周岁" in row.message_zh and row.row == {}
        assert number(7, born) not in everything()


def test_on_29_february_one_is_18_on_1_march(folder: Path) -> None:
    leap = number(7, date(2004, 2, 29))
    done = people_sent(
        folder,
        licence(1, 公民身份号码=leap, 许可日期="2022-02-28"),
        licence(1, 公民身份号码=leap, 许可日期="2022-03-01"),
    )
    assert (done.accepted, done.refused_by_reason) == (1, {"under-18": 1})


BAD = [
    (number(1)[:17] + "0123456789X"[("0123456789X".index(number(1)[17]) + 1) % 11], "citizen-number-check-digit"),
    ("390102199902300011", "citizen-number-day"),
    ("970102199001010011", "citizen-number-place"),
    ("39010219900101", "citizen-number-shape"),
    ("39010219900101001Y", "citizen-number-shape"),
    ("", "value-missing"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD)
def test_a_bad_number_is_refused_clearly_and_repeated_nowhere(
    folder: Path, bad: str, reason: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        done = people_sent(folder, licence(1, 公民身份号码=bad))
    assert (done.accepted, done.refused_by_reason, Person.objects.count()) == (0, {reason: 1}, 0)
    (row,) = refused_rows(batch_of(done))
    told = row.message + row.message_zh + json.dumps(row.row) + "".join(refused_export(batch=batch_of(done), **STEP))
    mine = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("django.db.backends"))
    for text in (told, mine, everything(), *capfd.readouterr()):
        assert name(1) not in text and (not bad or bad not in text)
    assert len(bytes(Refused.objects.get().sealed)) > 100


def test_a_value_that_is_no_choice_is_not_repeated_either(folder: Path) -> None:
    """A shifted row has a name where the group should be."""
    done = people_sent(
        folder, licence(1, 职业人群=name(3)), licence(2, 职业人群="公务员"), licence(4, 许可日期=name(4))
    )
    assert done.refused_by_reason == {"choice-unknown": 2, "day-shape": 1}
    for row in refused_rows(batch_of(done)):
        assert all(name(n) not in row.message + row.message_zh for n in (1, 2, 3, 4))
    assert "律师" in next(iter(refused_rows(batch_of(done)))).message_zh


@pytest.mark.parametrize("form", [".csv", ".xlsx", ".jsonl"])
def test_a_file_that_cannot_be_read_is_not_repeated(folder: Path, form: str) -> None:
    path = folder / f"{name(5)}{form}"
    if form == ".csv":
        path.write_text(f"{name(1)},{number(1)}\n{name(2)},{number(2)}\n", encoding="utf-8")
    elif form == ".xlsx":
        path.write_bytes(b"PK\x03\x04" + number(1).encode())
    else:
        path.write_text(f'{{"{name(1)}": "{number(1)}"}}\n', encoding="utf-8")
    with pytest.raises((PersonsFileUnreadable, ColumnsMissing)) as caught:
        ingest(path, "practice-licences")
    told = caught.value.message + caught.value.message_zh + str(caught.value.__cause__)
    assert all(words not in told for words in (name(1), number(1), name(5)))


def test_neither_the_files_name_nor_its_further_headings_are_kept(folder: Path) -> None:
    path = people_file(folder / f"{name(9)}.{name(8)}.csv", [licence(1) | {name(7): "x"}])
    done = ingest(path, "practice-licences")
    assert batch_of(done).file_name == "file.csv" and done.ignored_columns == ("(1)",)
    nothing_of(7, 8, 9)


def test_the_digest_of_a_file_cannot_be_had_by_trying_numbers(folder: Path) -> None:
    path = people_file(folder / "p.csv", [licence(1)])
    done = ingest(path, "practice-licences")
    plain = hashlib.sha256(path.read_bytes()).hexdigest()
    kept = everything()
    assert batch_of(done).file_digest in kept and plain not in kept
    assert ingest(path, "practice-licences").repeated
    firms = file_write(folder / "f.csv", [penalty(1)])
    assert batch_of(ingest(firms)).file_digest == file_digest(firms)


def test_a_held_delivery_of_persons_is_sealed_and_let_in(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chengxin.records.services.batches._out_of_bounds", lambda run: "too many")
        held = people_sent(folder, licence(1))
    assert held.status == "held" and held.batch and not Person.objects.exists()
    assert batch_release(batch=held.batch, reason="核实", by="operator", at=later(hours=1)).accepted == 1
    nothing_of(1)


# --- the name that is held ----------------------------------------------------------------------------------------------


def test_a_name_that_is_not_the_one_held_becomes_a_ticket_and_nothing_is_overwritten(folder: Path) -> None:
    people_sent(folder, licence(1))
    done = people_sent(folder, licence(1, 姓名=name(50), 许可证号="X-1"), licence(2), by="operator")
    assert (done.accepted, done.waiting, done.refused) == (1, 1, 0) and done.batch
    assert Record.objects.filter(subject_id=person_of(number(1), known_at=NOW)).count() == 1
    ticket = Ticket.objects.get()
    assert (ticket.reason, ticket.line) == ("person-name-disagrees", 2)
    assert json.loads(vault.seal_of("intake").unseal(bytes(ticket.sealed)))["姓名"] == name(50)
    assert not Waiting.objects.exists()
    nothing_of(1, 2, 50)
    held = Person.objects.get(pk=person_of(number(1), known_at=NOW))
    assert vaulting.person_opened(held.pk, bytes(held.sealed)).name == name(1)
    again = people_sent(folder, licence(1, 姓名=name(50), 许可证号="X-1"))
    assert (again.waiting, again.unchanged, Ticket.objects.count()) == (0, 1, 1)


def test_two_names_for_one_number_in_one_file_are_one_person_and_a_ticket(folder: Path) -> None:
    done = people_sent(folder, licence(1), licence(1, 姓名=name(50), 许可证号="X-1"))
    assert (done.accepted, done.waiting, done.subjects_created) == (1, 1, 1)


def test_a_ticket_is_for_its_source_and_is_answered_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people_sent(folder, licence(1))
    done = people_sent(folder, licence(1, 姓名=name(50)))
    assert done.batch
    stranger = Asker("finance", "department")
    assert not tickets_accessible(stranger.key, stranger.kind).exists()
    words: dict[str, Any] = {"batch": done.batch, "line": 2, "at": later(hours=1)}
    with pytest.raises(TicketUnknown):
        ticket_answer(reason="已更正", asker=stranger, **words)
    with pytest.raises(NumberInWords):
        ticket_answer(reason="号码应为110103209812310010", asker=OPERATOR, **words)
    call_command("tickets", "--json")
    shown = json.loads(capsys.readouterr().out)
    assert shown["open"] == 1 and shown["tickets"][0]["line"] == 2
    call_command("tickets", f"{done.batch}:2", "--answer", "已更正", "--json")
    with pytest.raises(TicketUnknown):
        ticket_answer(reason="再次", asker=OPERATOR, **words)


# --- who may be found, by what ------------------------------------------------------------------------------------------


def test_a_person_is_found_by_the_very_number_alone(folder: Path) -> None:
    people_sent(folder, licence(1))
    subject = person_of(number(1), known_at=NOW)
    assert Subject.objects.get(pk=subject).kind == "person"
    with pytest.raises(PersonUnknown) as caught:
        person_of(number(2), known_at=NOW)
    assert number(2) not in str(caught.value)
    with pytest.raises(PersonUnknown):
        person_of(number(1), known_at=later(hours=-1))


def test_a_person_gets_no_identifier_no_name_and_no_merge_whoever_asks(folder: Path) -> None:
    people_sent(folder, licence(1), licence(2))
    sent(folder, penalty(1))
    one, two = (person_of(number(n), known_at=NOW) for n in (1, 2))
    firm = Identifier.objects.get(value=code(1)).subject_id
    for statement in (
        f"insert into subjects_identifier (subject_id, scheme, value, known_at) values ({one}, 'old-number', '1', now())",
        f"insert into subjects_name (subject_id, written, normal, source, known_at) values ({one}, '甲', '甲', 's', now())",
        f"insert into subjects_merge (kind, absorbed_id, into_id, at, by, reason) values ('merge', {one}, {firm}, now(), 'x', 'y')",
    ):
        with pytest.raises(IntegrityError, match="person"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    for absorbed, into in itertools.permutations((one, two, firm), 2):
        for verb in (subjects_merge, subjects_unmerge):
            with pytest.raises(MergePerson):
                verb(absorbed=absorbed, into=into, reason="同一", **STEP)
    assert not Merge.objects.exists()


def test_matching_by_name_never_sees_a_person(folder: Path) -> None:
    people_sent(folder, *(licence(n) for n in range(1, 30)), licence(1, 姓名=name(50)))
    sent(folder, penalty(1, code="", name=name(1)), penalty(2))
    call_command("index_names")
    assert not name_match(name=name(1), by="operator", at=NOW).candidates
    assert waiting_match(by="operator", at=later(hours=1)).matched == 0
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from records_proposal where candidates::text like %s", [f"%{name(1)}%"])
        assert cursor.fetchone()[0] == 0
    persons = set(Subject.objects.filter(kind="person").values_list("pk", flat=True))
    assert not Name.objects.filter(subject_id__in=persons).exists()


ROUTES = 40  # fewer than there are: the walk below must really have walked


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    for each in (resolver or get_resolver()).url_patterns:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, path)
        elif isinstance(each, URLPattern):
            yield path


def test_no_page_and_no_api_shows_a_person(folder: Path, client: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """Every route of the site, asked with whatever of a person's could stand in it, as an operator's client with every scope and signed
    in at the desk, by GET and, where it takes one, by a search in the body.
    """
    people_sent(folder, licence(1), licence(2), licence(1, 姓名=name(50)), licence(3, 公民身份号码="x"))
    people_sent(folder, decision(1), source="practice-decisions")
    at = timezone.now()
    _, key = client_add(actor="operator", title="t", scopes=list(SCOPES), by="operator", at=at)
    account = staff_account("operator")
    values = {
        number(1),
        name(1),
        str(Record.objects.order_by("pk")[0].pk),
        str(person_of(number(1), known_at=NOW)),
        str(Ticket.objects.get().batch_id),
        "2",
    }
    asked = 0
    with caplog.at_level(logging.INFO):
        for route in sorted(set(routes())):
            signed_in(client, account)  # whoever came by the way out is in again
            for path in filled(route, sorted(values)):
                for answer in (
                    client.get(path, headers={"authorization": f"Bearer {key}"}),
                    client.post(path, {"q": name(1), "name": name(1), "number": number(1), "code": number(1)}),
                ):
                    asked += 1
                    body = answer.getvalue().decode("utf-8", "replace") if hasattr(answer, "getvalue") else ""
                    shown = body.replace(path, "")
                    for n in (1, 2, 50):
                        assert f"D-3901-{n:06d}" not in shown and f"〔2026〕{n:05d}号" not in shown, path
                    for n in (2, 50):
                        assert name(n) not in shown and number(n) not in shown, path
                    if name(1) not in path and number(1) not in path and answer.request["REQUEST_METHOD"] == "GET":
                        assert name(1) not in shown and number(1) not in shown, path
    assert asked > 2 * ROUTES
    nothing_of(1, 2, 50)


SCOPES = ("checks", "batches", "subjects", "matches", "cases", "measures", "inspections")


def filled(route: str, values: list[str]) -> Iterator[str]:
    """The route with each of the values in the place of its parameters; numbers where it takes numbers."""
    import re

    parts = re.split(r"<[^>]*>", route)
    kinds = re.findall(r"<([^>]*)>", route)
    if "static" in route or "(?P" in route:
        return
    if not kinds:
        yield "/" + route
        return
    for value in values:
        if all(not kind.startswith("int:") or value.isdigit() for kind in kinds):
            yield "/" + "".join(
                itertools.chain.from_iterable(itertools.zip_longest(parts, [value] * len(kinds), fillvalue=""))
            )


@pytest.mark.parametrize(
    "words",
    [
        ("subject", number(1)), ("check", number(1), "--matter", "tender"), ("clean", number(1)), ("match", name(1)),
        ("merge", number(1), number(2), "--reason", "x"), ("batches",), ("waiting",), ("conflicts",), ("occupations",), ("tickets",),
    ],
)  # fmt: skip
def test_no_command_shows_a_person(folder: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    people_sent(folder, licence(1), licence(2), licence(1, 姓名=name(50)))
    told = ""
    try:
        call_command(*words)
    except Exception as refusal:
        told = str(refusal)
    out, err = capsys.readouterr()
    for text in (told, out, err):
        assert all(each not in text for n in (1, 2, 50) for each in (number(n), name(n), f"D-3901-{n:06d}"))


# --- opening --------------------------------------------------------------------------------------------------------


def test_nothing_opens_without_a_grant_and_each_opening_is_written_down(folder: Path) -> None:
    people_sent(folder, licence(1))
    subject = person_of(number(1), known_at=NOW)
    words: dict[str, Any] = {"subject": subject, "purpose": "own-record", **STEP}
    for grant in (Grant(frozenset(), "x"), Grant(frozenset({"number"}), "x"), Grant(frozenset({"name"}), " ")):
        with pytest.raises(NothingGranted):
            person_open(fields=["name"], grant=grant, **words)
    assert not Entry.objects.filter(event="subjects.person.opened").exists()
    assert person_open(
        fields=["name"], grant=Grant(frozenset({"name"}), "personal-information-protection-law 45"), **words
    ) == {"name": name(1)}
    entry = Entry.objects.get(event="subjects.person.opened")
    assert (entry.subject, entry.detail["fields"]) == (subject, ["name"])
    nothing_of(1)


def test_only_the_vault_and_its_service_open_persons() -> None:
    """Every other module goes by a grant."""
    root = Path(__file__).parents[1] / "chengxin"
    named = {
        str(path.relative_to(root)) for path in root.rglob("*.py")
        if "tests" not in path.parts and "person_opened" in path.read_text(encoding="utf-8")
    }  # fmt: skip
    assert named == {"subjects/bulk/vaulting.py", "subjects/services/persons.py"}


def test_the_population_register_says_yes_or_no_and_is_sealed(folder: Path, settings: LazySettings) -> None:
    with pytest.raises(RegisterMissing):
        identity_confirm(number=number(1), name=name(1), purpose="x", **STEP)
    path = folder / "register.csv"
    path.write_text("".join(f"{number(n)},{name(n)}\n" for n in range(1, 100)), encoding="utf-8")
    assert population_load(path=path, **STEP) == 99
    sealed = (settings.CHENGXIN_HOME / "population.sealed").read_bytes()
    assert name(1).encode() not in sealed and number(1).encode() not in sealed
    for asked, told, answer in (
        (1, name(1), True),
        (1, name(2), False),
        (500, name(500), False),
        (1, f" {name(1)}", True),
    ):
        assert identity_confirm(number=number(asked), name=told, purpose="x", **STEP) is answer
    key_add(ring="vault", **STEP)
    values_reseal(ring="vault", **STEP)
    keys_retire(ring="vault", **STEP)
    vault.seal_of.cache_clear()
    assert (settings.CHENGXIN_HOME / "population.sealed").read_bytes() != sealed
    assert identity_confirm(number=number(7), name=name(7), purpose="x", **STEP)
    nothing_of(1, 7)


def test_a_register_with_a_bad_line_is_not_taken_and_not_repeated(folder: Path) -> None:
    path = folder / "register.csv"
    path.write_text(f"{number(1)},{name(1)}\n{number(2)[:-1]},{name(2)}\n", encoding="utf-8")
    with pytest.raises(RegisterLine, match="Line 2") as caught:
        population_load(path=path, **STEP)
    assert name(2) not in str(caught.value) and caught.value.__cause__ is None


def no_answer(asked: str, told: str) -> bool:
    """Another register."""
    return told == "答是"


def test_another_register_takes_the_files_place(settings: LazySettings) -> None:
    settings.CHENGXIN_POPULATION = "tests.test_people.no_answer"
    assert identity_confirm(number=number(1), name="答是", purpose="x", **STEP)
    assert not identity_confirm(number=number(1), name=name(1), purpose="x", **STEP)


# --- keys ----------------------------------------------------------------------------------------------------------


def test_the_index_is_rebuilt_under_a_new_key_with_both_found_meanwhile(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "LOT", 3)
    people_sent(folder, *(licence(n) for n in range(1, 11)))
    before = {bytes(m.mark) for m in PersonMark.objects.all()}
    key_add(ring="index", suite="sm4-gcm-sm3", **STEP)
    people_sent(folder, licence(11))
    assert PersonMark.objects.filter(person_id=person_of(number(11), known_at=NOW)).count() == 2
    assert people_sent(folder, licence(5, 许可证号="Z-5")).subjects_created == 0
    assert values_reseal(ring="index", **STEP).resealed == 20  # ten persons, and their ten certificates
    assert PersonMark.objects.count() == 22
    keys_retire(ring="index", **STEP)
    vault.blind_of.cache_clear()
    assert PersonMark.objects.count() == 11 and not before & {bytes(m.mark) for m in PersonMark.objects.all()}
    assert {person_of(number(n), known_at=NOW) for n in range(1, 12)} == set(
        Person.objects.values_list("pk", flat=True)
    )
    assert people_sent(folder, *(licence(n) for n in range(1, 12))).unchanged == 11


def test_persons_records_and_tickets_are_sealed_anew(folder: Path) -> None:
    people_sent(folder, *(licence(n) for n in range(1, 6)), licence(1, 姓名=name(50)))
    for ring, many in (("vault", 10), ("intake", 1)):
        key_add(ring=ring, **STEP)
        assert values_reseal(ring=ring, **STEP).resealed == many
        keys_retire(ring=ring, **STEP)
    vault.seal_of.cache_clear()
    assert people_sent(folder, *(licence(n) for n in range(1, 6))).unchanged == 5
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Record.objects.update(authority="x")


# --- coverage --------------------------------------------------------------------------------------------------------


def test_groups_are_counted_and_so_are_those_refused_for_age(folder: Path) -> None:
    people_sent(
        folder,
        licence(1),
        licence(2),
        licence(3, 职业人群="律师"),
        licence(4, 公民身份号码=number(4, date(2009, 1, 1))),
    )
    people_sent(folder, decision(1), source="practice-decisions")
    found = occupations(OPERATOR, known_at=NOW)
    counts = {group.key: (group.persons, group.records) for group in found.groups if group.persons}
    assert counts == {"tour-guides": (2, 3), "lawyers": (1, 1)}
    assert found.under_18_refused == 1
    shown = found.as_dict()
    assert (shown["covered"], shown["open"], len(shown["groups"])) == (2, 29, 32)
    assert occupations(OPERATOR, known_at=later(hours=-1)).as_dict()["covered"] == 0
    with pytest.raises(CountsNotOpen):
        occupations(Asker("finance", "department"), known_at=NOW)


def test_volunteers_and_models_have_a_good_record_and_no_other(folder: Path) -> None:
    row = {
        "姓名": name(1), "公民身份号码": number(1), "类别": "优秀志愿者", "称号": "云川市优秀志愿者", "认定文号": "云川文明〔2026〕3号",
        "授予日期": "2026-05-04", "授予机关": "云川市文明办",
    }  # fmt: skip
    done = people_sent(folder, row, row | {"类别": "不诚信者"}, source="volunteer-honours")
    assert (done.accepted, done.refused_by_reason) == (1, {"choice-unknown": 1})
    nothing_of(1)


def test_a_penalty_about_a_person_is_still_refused(folder: Path) -> None:
    done = sent(folder, penalty(1, category="自然人", code="", name=name(1)))
    assert done.refused_by_reason == {"natural-person": 1} and not Person.objects.exists()


def test_a_search_for_a_person_in_the_firms_own_door_is_refused_without_repeating() -> None:
    from chengxin.subjects.selectors import subject_named

    with pytest.raises(CodeShape) as caught:
        subject_named("390102-19900101-001", known_at=NOW)
    assert "19900101" not in str(caught.value)
