"""Entries get their places after their commit, each once, whoever writes and whoever sequences; what is signed can be verified."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.kernel.signing import LogKey
from chengxin.ledger import bulk, services
from chengxin.ledger.bulk import TEXT
from chengxin.ledger.models import Checkpoint, Entry, Leaf, Tile
from chengxin.ledger.selectors import (
    CheckpointUnknown,
    EntryNotPlaced,
    EntryUnknown,
    checkpoint_latest,
    consistency_of,
    entries_dumped,
    inclusion_of,
    log_key,
    public_keys,
)
from chengxin.ledger.services import (
    FolderOfAnotherLog,
    OriginDiffers,
    Sequencer,
    checkpoint_publish,
    trace,
    trace_receipted,
)
from chengxin.site.testing_live import address_of
from chengxin_verify import cli
from chengxin_verify.commands.checkpoints import file_name
from chengxin_verify.entries import canonical, entry_text, json_read
from chengxin_verify.notes import checkpoint_opened
from chengxin_verify.tree import consistency_holds, inclusion_holds, leaf_hash, root_of
from tests.world import NOW

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def key(tmp_path: Path, settings: Any) -> LogKey:
    settings.CHENGXIN_HOME = tmp_path
    settings.CHENGXIN_LEDGER_ORIGIN = "example.com/test"
    return log_key()


def entries(count: int) -> list[int]:
    return [trace(event="ledger.entry.tried", by="operator", at=NOW, detail={"n": n}) for n in range(count)]


def held() -> list[int]:
    """The entries of the tree in order; the signed root is that over them."""
    leaves = list(Leaf.objects.order_by("position"))
    assert [leaf.position for leaf in leaves] == list(range(len(leaves)))
    latest = checkpoint_latest()
    if latest:
        signed = checkpoint_opened(latest.note, log_key().keys)
        assert signed.size == latest.size == len(leaves)
        assert signed.root == bytes(latest.root) == root_of(leaf_hash(bytes(leaf.commitment)) for leaf in leaves)
    return [leaf.entry for leaf in leaves]


# --- commitments ----------------------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.decimals(allow_nan=False, allow_infinity=False, places=6).map(float)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=200)
@given(JSON)
def test_the_database_and_a_reader_outside_write_the_same_text(value: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select %s::jsonb::text", [json.dumps({"v": value})])
        assert cursor.fetchone()[0] == canonical(json_read(json.dumps({"v": value})))


@pytest.mark.django_db
def test_the_commitment_of_a_receipt_is_that_of_the_tree(key: LogKey) -> None:
    at = datetime(2026, 3, 3, 1, 2, 3, 456789, tzinfo=UTC)
    receipts = [
        trace_receipted(
            event="ledger.entry.tried", by="甲\n", at=at, purpose='"\\', subject=subject, about="号", detail=detail
        )
        for subject, detail in ((None, None), (2**40, {"甲": [1, 2.50, None], "b": at}))
    ]
    Sequencer(key).entries_place(at=NOW)
    for receipt in receipts:
        assert inclusion_of(receipt.entry, receipt.commitment).commitment == receipt.commitment
        assert receipt.note.startswith(f"chengxin receipt 1\nexample.com/test\n{receipt.entry}\n")
    with connection.cursor() as cursor:
        cursor.execute(f"select {TEXT} from ledger_entry e where id = %s", [receipts[1].entry])
        assert cursor.fetchone()[0] == entry_text(
            number=receipts[1].entry, at=at, actor="甲\n", event="ledger.entry.tried", purpose='"\\', subject=2**40, about="号",
            detail=json.dumps({"甲": [1, 2.50, None], "b": at}, default=str),
        )  # fmt: skip


@pytest.mark.django_db
def test_whoever_inserts_without_a_salt_is_given_one() -> None:
    Entry.objects.create(actor="a", event="ledger.entry.tried")
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_entry (actor, event) select 'a', 'ledger.entry.tried' from generate_series(1, 3)"
        )
    assert len(set(Entry.objects.values_list("salt", flat=True))) == 4


# --- places ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_places_are_given_in_batches_and_another_process_goes_on_where_one_ended(key: LogKey) -> None:
    first, numbers = Sequencer(key), []
    assert first.entries_place(at=NOW).size == 0 and checkpoint_latest() is None
    for count in (1, 15, 16, 17, 40, 300):
        numbers += entries(count)
        assert first.entries_place(at=NOW, most=100).entries == min(count, 100)
        while Sequencer(key).entries_place(at=NOW, most=100).entries:
            pass
        assert held() == numbers
    assert {(t.level, t.number) for t in Tile.objects.all()} == {(1, 0)}
    assert Sequencer(key).entries_place(at=NOW).entries == 0
    assert Checkpoint.objects.count() == 8, "nothing is signed where nothing is new"


@pytest.mark.django_db
def test_every_proof_holds_at_every_size_that_was_signed(key: LogKey) -> None:
    sequencer, keys = Sequencer(key), log_key().keys
    receipts = []
    for count in (3, 20, 77, 200):
        receipts += [trace_receipted(event="ledger.entry.tried", by="operator", at=NOW) for _ in range(count)]
        sequencer.entries_place(at=NOW)
    sizes = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    for size in sizes:
        for receipt in receipts[:size:7]:
            found = inclusion_of(receipt.entry, receipt.commitment, size=size)
            signed = checkpoint_opened(found.checkpoint, keys)
            assert signed.size == size
            assert inclusion_holds(leaf_hash(receipt.commitment), found.index, size, found.proof, signed.root)
        for second in (each for each in sizes if each >= size):
            told = consistency_of(second, size)
            old, new = checkpoint_opened(told.first, keys), checkpoint_opened(told.second, keys)
            assert consistency_holds(size, second, told.proof, old.root, new.root)
    with pytest.raises(EntryNotPlaced):
        inclusion_of(receipts[50].entry, receipts[50].commitment, size=3)
    with pytest.raises(EntryNotPlaced):
        inclusion_of(receipts[-1].entry + 1, bytes(32))
    with pytest.raises(EntryUnknown):
        inclusion_of(receipts[0].entry, receipts[1].commitment)
    with pytest.raises(CheckpointUnknown):
        consistency_of(3, 5)


# --- real connections: who commits late, who never commits, who sequences at the same time --------------------------------------


@pytest.fixture()
def apart(database_apart: None) -> Iterator[list[psycopg.Connection]]:
    """Connections of their own to the tests' database."""
    words = connection.get_connection_params()
    made = [
        psycopg.connect(**{k: v for k, v in words.items() if k in ("dbname", "host", "port", "user", "password")})
        for _ in range(3)
    ]
    yield made
    for each in made:
        each.close()


def put(database: psycopg.Connection, count: int = 1) -> list[int]:
    rows = database.execute(
        "insert into ledger_entry (actor, event) select 'a', 'ledger.entry.tried' from generate_series(1, %s) returning id",
        [count],
    ).fetchall()
    return [row[0] for row in rows]


def test_an_entry_that_commits_late_is_placed_and_one_that_never_does_is_given_up(
    apart: list[psycopg.Connection], key: LogKey
) -> None:
    late, never, soon = apart
    sequencer = Sequencer(key)
    lost = put(never, 2)
    first = put(late, 3)
    second = put(soon, 2)
    soon.commit()
    assert sequencer.entries_place(at=NOW).entries == 2
    more = put(soon)
    soon.commit()
    sequencer = Sequencer(key)  # another process: it knows of the holes from the checkpoint
    assert sequencer.entries_place(at=NOW).entries == 1
    assert [(h.first, h.last) for h in sequencer._holes] == [(lost[0], first[-1])] and all(
        h.writers for h in sequencer._holes
    )
    never.rollback()
    late.commit()
    assert sequencer.entries_place(at=NOW).entries == 3
    assert held() == [*second, *more, *first]
    assert not sequencer._holes
    assert lost[0] not in held()


def test_a_hole_whose_writer_ends_between_two_looks_is_looked_for_once_more(
    apart: list[psycopg.Connection], key: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, soon, _ = apart
    first = put(late)
    put(soon)
    soon.commit()
    sequencer = Sequencer(key)
    read = bulk.entries_place

    def then_commit(*words: Any) -> Any:
        found = read(*words)
        late.commit()  # after the snapshot, before the writers are asked for
        return found

    monkeypatch.setattr(bulk, "entries_place", then_commit)
    assert sequencer.entries_place(at=NOW).entries == 1
    monkeypatch.setattr(bulk, "entries_place", read)
    assert sequencer.entries_place(at=NOW).entries == 1
    assert held()[-1] == first[0]


def test_a_number_drawn_by_a_transaction_that_was_rolled_back_is_given_up_in_the_next_round(
    apart: list[psycopg.Connection], key: LogKey
) -> None:
    never, soon, _ = apart
    put(never, 5)
    never.rollback()
    put(soon)
    soon.commit()
    sequencer = Sequencer(key)
    sequencer.entries_place(at=NOW)
    assert sequencer._holes and not any(hole.writers for hole in sequencer._holes)
    sequencer.entries_place(at=NOW)
    assert not sequencer._holes


def test_two_sequencers_at_once_place_each_entry_once(apart: list[psycopg.Connection], key: LogKey) -> None:
    stop, wrong, counts = threading.Event(), [], [0, 0]

    def write(database: psycopg.Connection) -> None:
        while not stop.is_set():
            put(database, 3)
            (database.rollback if time.monotonic_ns() % 5 == 0 else database.commit)()

    def sequence(which: int) -> None:
        sequencer = Sequencer(key)
        try:
            while not stop.is_set():
                counts[which] += sequencer.entries_place(at=NOW, most=50).entries
                time.sleep(0.002)
        except Exception as error:  # noqa: BLE001
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(each,)) for each in apart]
    threads += [threading.Thread(target=sequence, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong
    last = Sequencer(key)
    while last.entries_place(at=NOW).entries:
        pass
    assert sorted(held()) == list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    assert all(counts), "both had their turn"


def test_while_one_places_another_finds_it_busy_and_changes_nothing(
    apart: list[psycopg.Connection], key: LogKey
) -> None:
    put(apart[0])
    apart[0].commit()
    apart[1].execute("select pg_advisory_xact_lock(%s)", [services.SEQUENCER])
    assert Sequencer(key).entries_place(at=NOW).busy and not Leaf.objects.exists()
    apart[1].rollback()
    assert Sequencer(key).entries_place(at=NOW).entries == 1


def test_a_round_that_fails_leaves_nothing_and_the_next_one_does_it_whole(
    database_apart: None, key: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequencer = Sequencer(key)
    numbers = entries(40)
    sequencer.entries_place(at=NOW, most=20)
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(Sequencer, "_sign", lambda *_: 1 / 0)
        sequencer.entries_place(at=NOW)
    assert Leaf.objects.count() == 20
    sequencer.entries_place(at=NOW)
    assert Leaf.objects.count() == 40 and [leaf.entry for leaf in Leaf.objects.order_by("position")] == numbers


# --- keys -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_while_two_keys_stand_either_verifies_and_then_only_the_new_one(tmp_path: Path, key: LogKey) -> None:
    path = tmp_path / "keys" / "ledger.key"
    assert path.stat().st_mode & 0o777 == 0o600
    (old,) = key.keys
    services.log_key_publish(by="operator", at=NOW)
    both = services.log_key_add(by="operator", at=NOW)
    assert both.keys[0] == old and len(both.keys) == 2 and path.stat().st_mode & 0o777 == 0o600
    Sequencer(both).entries_place(at=NOW)
    for each in both.keys:
        assert checkpoint_opened(checkpoint_latest().note, [each]).size == 2  # type: ignore[union-attr]
    new = services.log_keys_retire(by="operator", at=NOW)
    assert new.keys == both.keys[1:]
    Sequencer(new).entries_place(at=NOW)
    assert checkpoint_opened(checkpoint_latest().note, new.keys).size == 3  # type: ignore[union-attr]
    assert public_keys() == [each.written for each in both.keys]
    assert [e.event for e in Entry.objects.order_by("pk")] == [
        "ledger.key.published",
        "ledger.key.published",
        "ledger.key.retired",
    ]


@pytest.mark.django_db
def test_another_log_s_key_does_not_sign_this_ledger(tmp_path: Path, key: LogKey) -> None:
    entries(1)
    Sequencer(key).entries_place(at=NOW)
    entries(1)
    other = LogKey.of_file(tmp_path / "other.key", origin="example.com/other")
    with pytest.raises(OriginDiffers, match="example.com/test"):
        Sequencer(other).entries_place(at=NOW)


# --- published and dumped, and what was done to it -------------------------------------------------------------------------------


@pytest.fixture()
def published(db: None, tmp_path: Path, key: LogKey) -> Path:
    sequencer = Sequencer(key)
    for count in (5, 30, 300):
        entries(count)
        sequencer.entries_place(at=NOW)
        checkpoint_publish(tmp_path / "mirror")
    assert checkpoint_publish(tmp_path / "mirror") == 3
    return tmp_path / "mirror"


def verified(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    status = cli.run([*map(str, words), "--key", log_key().keys[0].written, "--json"])
    return status, json.loads(capsys.readouterr().out)


def dump(path: Path) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in entries_dumped(checkpoint_latest().size)))  # type: ignore[union-attr]
    return path


def test_what_is_published_and_dumped_is_verified_off_line(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified(capsys, "checkpoints", published)[1]["size"] == 335
    status, found = verified(capsys, "entries", dump(tmp_path / "dump"), "--checkpoint", published)
    assert (status, found["entries"], found["opened"], found["holds_to"]) == (0, 335, 335, 335)
    assert (published / "checkpoint").read_text() == checkpoint_latest().note  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        ("update ledger_entry set actor = 'b' where id = {entry}", "row-tampered"),
        ("update ledger_entry set salt = gen_random_uuid() where id = {entry}", "row-tampered"),
        ("delete from ledger_entry where id = {entry}", "row-dropped"),
        ("delete from ledger_leaf where entry = {entry}", "row-dropped"),
    ],
)
def test_what_was_done_to_the_tables_behind_the_guards_is_found_and_named(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], deed: str, code: str
) -> None:
    position = 100
    entry = Leaf.objects.get(position=position).entry
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")  # whoever owns the server can do this
        cursor.execute(deed.format(entry=entry))
        cursor.execute("set session_replication_role = default")
    status, found = verified(capsys, "entries", dump(tmp_path / "dump"), "--checkpoint", published)
    first = found["findings"][0]
    assert (
        status == 1
        and first["code"] == code
        and first.get("position") == position
        and first.get("entry", entry) == entry
    )


def test_a_ledger_rewritten_and_signed_anew_by_its_own_key_is_found_by_whoever_kept_a_checkpoint(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(
            "update ledger_entry set actor = 'b' where id = (select entry from ledger_leaf where position = 3)"
        )
        for table in ("ledger_leaf", "ledger_tile", "ledger_checkpoint"):
            cursor.execute(f"delete from {table}")
        cursor.execute("set session_replication_role = default")
    for count in (0, 50):
        entries(count)
        Sequencer(log_key()).entries_place(at=NOW)
    (tmp_path / "checkpoint").write_text(checkpoint_latest().note)  # type: ignore[union-attr]
    whole = dump(tmp_path / "dump"), "--checkpoint"
    assert verified(capsys, "entries", *whole, tmp_path / "checkpoint")[0] == 0, "all by itself it is a whole ledger"
    status, found = verified(capsys, "entries", *whole, published)
    assert status == 1 and {each["code"] for each in found["findings"]} == {"root-differs"} and found["holds_to"] == 0
    checkpoint_publish(published)
    status, found = verified(capsys, "checkpoints", published)
    assert (status, found["findings"][0]["code"], found["findings"][0]["file"]) == (1, "not-consistent", file_name(385))


@pytest.mark.django_db
def test_the_folder_of_another_ledger_is_left_alone(published: Path) -> None:
    (published / "000000000000000400.checkpoint").write_text("x")
    entries(1)
    Sequencer(log_key()).entries_place(at=NOW)
    with pytest.raises(FolderOfAnotherLog):
        checkpoint_publish(published)


# --- processes ------------------------------------------------------------------------------------------------------------------


def test_a_sequencer_killed_at_any_moment_leaves_all_of_a_round_or_nothing(
    database_apart: str, tmp_path: Path, key: LogKey
) -> None:
    """Ten kills; `serve` starts the same command beside itself, and it ends with the process that it stands beside."""
    words = [
        sys.executable,
        "-m",
        "chengxin.site.cli",
        "ledger",
        "sequence",
        "--every",
        "0",
        "--beside",
        str(os.getpid()),
    ]
    chance = random.Random(5)
    for _ in range(10):
        entries(200)
        begun = Leaf.objects.count()
        environment = os.environ | {"CHENGXIN_HOME": str(tmp_path), "DATABASE_URL": address_of(database_apart)}
        process = subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while Leaf.objects.count() == begun and time.monotonic() < deadline:
            entries(20)
        time.sleep(chance.random() / 20)
        process.kill()
        process.wait()
        held()
    sequencer = Sequencer(key)
    while sequencer.entries_place(at=NOW).entries:
        pass
    assert sorted(held()) == list(Entry.objects.order_by("pk").values_list("pk", flat=True))


def test_entries_written_before_there_was_a_tree_get_salts_and_places(database_apart: None, key: LogKey) -> None:
    call_command("migrate", "ledger", "0003", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_entry (actor, event) select 'a', 'ledger.entry.tried' from generate_series(1, 50)"
        )
    call_command("migrate", "ledger", verbosity=0)
    assert len(set(Entry.objects.values_list("salt", flat=True))) == 50
    assert Sequencer(key).entries_place(at=NOW).entries == 50
    assert held() == list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        cursor.execute("update ledger_entry set salt = gen_random_uuid()")
