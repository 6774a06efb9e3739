"""What is written stays: the database itself refuses to change or drop it, and every change and reading is written."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from chengxin.ledger.models import Entry
from chengxin.ledger.selectors import readings_of
from chengxin.ledger.services import trace
from tests.world import NOW, later

PACKAGE = Path(__file__).parents[2]

# What may be changed, and why: everything else that the rooms keep is append-only.
CHANGEABLE = {
    "actors_actor": "closed_at is set when an actor closes, code when its licence is seen; its key never changes",
    "actors_agreement": "ended_at is set when an agreement ends before its day",
    "actors_certificate": "ended_at is set when a certificate ends",
    "actors_use": "used counts up, and most says what it may come to",
    "actors_origin": "removed_at is set when an origin is taken off",
    "actors_client": "revoked_at is set when a key is revoked",
    "accounts_account": "its password, its generation, its role where its provider gives another, and closed_at when it closes; never whose it is",
    "accounts_attempt": "what was tried, forgotten after a day",
    "accounts_factor": "used counts up, removed_at is set, and its secret is sealed anew with the key",
    "accounts_session": "sessions, which end",
    "accounts_identity": "taken away when its binding is released; what it holds is sealed anew with the key",
    "accounts_identitymark": "an identity's mark under each key of the ring, taken off with the key",
    "subjects_link": "the replay of the merges, written anew after each",
    "subjects_segment": "the index of names, written anew as it grows",
    "subjects_posting": "likewise",
    "subjects_unindexed": "the names that the index does not hold yet",
    "benefits_wallet": "deleted when its person leaves",
    "benefits_fact": "likewise; confirmed_at or declined_at is set by its issuer",
    "benefits_code": "likewise; used_at is set by its provider",
    "benefits_offer": "ended_at is set when it is offered no more",
    "mydata_question": "deleted when whoever asked has their own words erased",
    "mydata_answer": "likewise",
    "benefits_owed": "deleted when the entry of the ledger is erased",
    "subjects_personmark": "a person's mark under each key of the ring, taken off with the key",
    "trails_namedquery": "deleted when its actor keeps it no more; the ledger keeps what it asked",
    "records_certificatemark": "a certificate's mark likewise",
}
# Guarded row by row, since one column may change and nothing else: the trigger that sees to it.
BY_ROW = {
    "inspections_draw": "inspections_draw_keeps",
    **{
        table: f"{table}_reseal_only"
        for table in (
            "accounts_proposal", "cases_case", "cases_notice", "cases_paper", "complaints_complainant", "complaints_complaint", "complaints_exhibit",
            "complaints_refused", "disclosure_consent", "leads_lead", "leads_refused", "leads_reply", "leads_reporter",
            "merchants_refused", "merchants_registration", "merchants_signature", "records_batchsignature",
            "records_record", "records_refused", "records_ticket", "records_waiting",
            "reports_report", "signatures_replysignature", "subjects_person",
        )
    },
}  # fmt: skip
TABLES = sorted(model._meta.db_table for model in apps.get_models() if model.__module__.startswith("chengxin."))
APPEND_ONLY = [table for table in TABLES if table not in CHANGEABLE]
TAKING_AWAY = ("delete from {t}", "truncate {t} cascade", "delete from {t} where false")
REFUSED = [(table, statement) for table in APPEND_ONLY for statement in TAKING_AWAY]
REFUSED += [(table, "update {t} set {c} = {c}") for table in APPEND_ONLY if table not in BY_ROW]


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "statement"), REFUSED)
def test_the_database_refuses_to_change_or_drop_what_was_written(table: str, statement: str) -> None:
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    column = model._meta.local_concrete_fields[0].column
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        cursor.execute(statement.format(t=table, c=f'"{column}"'))


@pytest.mark.django_db
def test_where_one_column_may_change_every_row_is_guarded() -> None:
    """That such a trigger refuses all else is told beside what it lets through (tests of keys and of inspections)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid "
            "where t.tgenabled = 'O' and (t.tgname like '%_reseal_only' or t.tgname = 'inspections_draw_keeps')"
        )
        assert dict(cursor.fetchall()) == BY_ROW


def test_the_tables_that_may_change_are_few_and_known() -> None:
    assert set(CHANGEABLE) < set(TABLES)
    assert {"records_record", "records_event", "ledger_entry", "subjects_merge", "records_batch"} <= set(APPEND_ONLY)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("records_event", "record_id", 4_000_000_000), ("records_refused", "batch_id", 10**8)],
)
def test_a_reference_to_nothing_is_refused_by_the_database(table: str, column: str, value: int) -> None:
    rows = {
        "records_event": "insert into records_event (record_id, number, kind, at, by) values (%s, 0, 'filed', now(), 'x')",
        "records_refused": "insert into records_refused (batch_id, line, reason, sealed) values (%s, 1, 'x', '\\x00')",
    }
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match=column), transaction.atomic():
        cursor.execute(rows[table], [value])


@pytest.mark.django_db
def test_an_entry_is_written_in_the_transaction_of_its_change_or_not_at_all() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        trace(event="ledger.entry.tried", by="operator", at=NOW)
        raise ZeroDivisionError
    assert not Entry.objects.exists()
    number = trace(event="ledger.entry.tried", by="operator", at=NOW, detail={"甲": 1})
    assert Entry.objects.get(pk=number).detail == {"甲": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"by": ""}, {"event": "Something happened"}, {"event": "a.b"}])
def test_an_entry_names_its_actor_and_its_event(wrong: dict[str, str]) -> None:
    words = {"event": "ledger.entry.tried", "by": "operator"} | wrong
    with pytest.raises(DatabaseError), transaction.atomic():
        trace(event=words["event"], by=words["by"], at=NOW)


@pytest.mark.django_db
def test_a_subject_s_readings_and_changes_are_found_up_to_an_instant() -> None:
    for hours, subject in ((3, 1), (1, 1), (2, 2), (2, None)):
        trace(event="ledger.entry.tried", by="operator", at=later(hours=hours), subject=subject, about=f"hour:{hours}")
    assert [e.object for e in readings_of([1], known_at=later(days=1))] == ["hour:1", "hour:3"]
    assert [e.object for e in readings_of([1, 2], known_at=later(hours=2))] == ["hour:1", "hour:2"]
    assert not readings_of([1], known_at=NOW).exists()


# ---- every service writes the ledger


def services() -> dict[str, list[str]]:
    """Every public function of every room's services, with the functions of the same file that it reaches by name."""
    found: dict[str, list[str]] = {}
    for path in sorted(
        [
            path
            for room in ("*", "commerce/*")
            for form in ("services.py", "services/*.py")
            for path in PACKAGE.glob(f"{room}/{form}")
        ]
    ):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for name in functions:
            if not name.startswith("_"):
                found[f"{path.relative_to(PACKAGE).parts[0]}.{name}"] = sorted(_reached(functions, name, set()))
    return found


def _reached(functions: dict[str, ast.FunctionDef], name: str, seen: set[str]) -> set[str]:
    if name in seen:
        return seen
    seen.add(name)
    node = functions.get(name)
    for call in ast.walk(node) if node else ():
        if isinstance(call, ast.Call):
            called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            seen = _reached(functions, called, seen) if called in functions else seen | {called}
    return seen


def tracing() -> set[str]:
    """The services that write the ledger themselves, or through another service."""
    reached = services()
    known = {"trace", "trace_receipted", "traces_write"}  # the last is one statement for a whole file of checks
    found: set[str] = set()
    while more := {service for service, calls in reached.items() if known & set(calls)} - found:
        found |= more
        known |= {service.split(".")[1] for service in more}
    return found


# Public functions of services that need leave no trace, each with its reason.
UNTRACED = {
    "ledger.trace": "is the trace",
    "ledger.trace_receipted": "likewise",
    "ledger.file_signed": "signs for entries that are written already",
    "ledger.checkpoint_publish": "lays what is public already into a folder",
    "accounts.account_enter": "only compares; the session that follows is traced, a failure is counted",
    "accounts.attempt_counted": "counts, for a day",
    "accounts.lookup_count": "counts, for a day",
    "accounts.attempt_mark": "changes nothing: the keyed mark of what is tried",
    "accounts.code_show": "only compares; the session that follows is traced, and so is a recovery code",
    "accounts.act_by_two": "changes nothing: what the lawbook says",
    "accounts.four_eyes": "changes nothing: a setting and the lawbook",
    "accounts.proposals_put": "changes nothing: what became of the organisation's own proposals",
    "accounts.put_of": "changes nothing: what became of one",
    "accounts.staff_of_one": "changes nothing: an account of the organisation's own",
    "accounts.proposals_open": "changes nothing: what waits for a colleague of the same organisation",
    "accounts.proposed": "changes nothing: what is shown to whoever may confirm it",
    "accounts.factors_of": "changes nothing: the account reads its own",
    "accounts.openid_ask": "changes nothing: the address of a provider",
    "accounts.openid_answer": "only compares; what the identity then enters is traced, and so is a refusal",
    "accounts.openid_leave": "changes nothing: the address of a provider",
    "accounts.person_account_of": "changes nothing: whether a person has an account",
    "accounts.login_free": "changes nothing: whether a name may be taken",
    "accounts.passkey_ask": "changes nothing: a challenge",
    "accounts.passkey_offer": "changes nothing: a challenge",
    "accounts.passkey_show": "only compares, as code_show",
    "accounts.password_fit": "changes nothing: whether a password will do",
    "ledger.on_behalf": "is what the trace names",
    "rights.answer_text": "changes nothing: what its asker wrote, as it is to be signed",
    "actors.key_hash": "changes nothing: the digest of a key",
    "desk.oversights_writable": "only says what the asker may write down; what it then enters is traced",
    "subjects.conflict_open": "part of a batch, whose entry tells of it",
    "subjects.conflicts_open": "part of a batch, whose entry tells of it",
    "commerce.tickets_renew": "part of a filing, a review or a look at links, whose entry tells of it",
    "subjects.names_index_due": "part of a batch, whose entry tells of it",
    "subjects.table_match": "reads two files that the asker brought, and nothing of the register",
}


@pytest.mark.parametrize("service", sorted(services()))
def test_every_service_writes_the_ledger(service: str) -> None:
    assert service in UNTRACED or service in tracing(), f"{service} leaves no trace"


def test_no_listed_exception_has_gone() -> None:
    assert set(UNTRACED) <= set(services())
