"""Keys are replaced while everything runs: no reading fails, nothing is left behind, a kill loses nothing."""

import json
import os
import random
import signal
import threading
import time
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import LazySettings, settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from chengxin.cases.models import Case, Notice, Paper
from chengxin.cases.selectors import case_seal
from chengxin.cases.services.running import PaperIn
from chengxin.kernel.keyfile import KeyFile
from chengxin.kernel.sealing import AES_SHA256, SM4_SM3, Key, Seal, Suite
from chengxin.ledger.models import Entry
from chengxin.records.models import Batch, Refused, Waiting
from chengxin.records.selectors.batches import intake_seal, refused_rows
from chengxin.records.selectors.waiting import row_unsealed
from chengxin.records.services.batches import batch_release
from chengxin.rights import services as rights
from chengxin.rights.services import Claimant
from chengxin.site.server import server_url
from chengxin.vault import selectors, services
from chengxin.vault.selectors import RingUnknown, keys_of, rings, stores_of
from chengxin.vault.services import KeyInUse, KeysBusy, key_add, keys_retire, values_reseal
from tests.test_kill import Nursery, nursery
from tests.world import NOW, code, file_write, ingest, later, penalty, sent

__all__ = ["nursery"]
STEP: dict[str, Any] = {"by": "operator", "at": NOW}


@pytest.fixture
def fresh(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys of the test's own, and no waiting for what lies between two statements."""
    settings.CHENGXIN_HOME = tmp_path / "home"
    settings.CHENGXIN_HOME.mkdir()
    monkeypatch.setattr(services, "GRACE", 0.0)
    for kept in (selectors.seal_of, selectors.blind_of):
        kept.cache_clear()
    yield
    for kept in (selectors.seal_of, selectors.blind_of):
        kept.cache_clear()


def left(ring: str) -> int:
    """How many values do not lie under the ring's newest key."""
    return sum(store.left(keys_of(ring).read()[-1]) for store in stores_of(ring))


def rows_sent(tmp_path: Path, many: int = 7) -> int:
    """Refused and waiting rows, so many of each; the batch."""
    files = tmp_path / "files"
    files.mkdir()
    rows = [penalty(n, decided_on="x") for n in range(many)] + [penalty(n, code="") for n in range(many)]
    done = sent(files, *rows)
    assert (done.refused, done.waiting) == (many, many) and done.batch
    return done.batch


def all_read(batch: int) -> None:
    """Every sealed row of the batch opens."""
    assert len(list(refused_rows(Batch.objects.get(pk=batch)))) == Refused.objects.count()
    assert {row_unsealed(waiting)["行政相对人名称"] for waiting in Waiting.objects.all()}


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("suite", [AES_SHA256, SM4_SM3], ids=lambda suite: suite.name)
def test_a_rotation_puts_everything_under_the_new_key_and_forgets_the_old(
    tmp_path: Path, settings: LazySettings, suite: Suite
) -> None:
    batch = rows_sent(tmp_path)
    before = bytes(Refused.objects.order_by("line")[0].sealed)
    settings.CHENGXIN_SUITE = suite.name
    told: list[int] = []
    assert key_add(ring="intake", **STEP).version == 2
    assert left("intake") == 14
    all_read(batch)
    with pytest.raises(KeyInUse, match="14 values"):
        keys_retire(ring="intake", **STEP)
    assert values_reseal(ring="intake", advance=told.append, **STEP).resealed == 14 == sum(told)
    assert keys_retire(ring="intake", **STEP).retired == (1,)
    assert left("intake") == 0 and [key.version for key in keys_of("intake").read()] == [2]
    after = bytes(Refused.objects.order_by("line")[0].sealed)
    assert after != before and after[0] == suite.number
    selectors.seal_of.cache_clear()  # a process that begins only now
    all_read(batch)
    events = list(
        Entry.objects.filter(event__startswith="vault.").order_by("pk").values_list("event", "object", "detail")
    )
    assert events == [
        ("vault.key.added", "key:intake:2", {"suite": suite.name}),
        ("vault.key.resealed", "key:intake:2", {"values": 14}),
        ("vault.key.retired", "key:intake:2", {"retired": [1]}),
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh")
def test_papers_contacts_and_notices_stay_bound_to_their_places(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    sent(files, penalty(1))
    record = int(str(_one("select id from records_record")))
    rights.objection_file(
        record=record, number=code(1), claimant=Claimant("经办人", "jingban@example.org"), grounds="不符", at=later(hours=1),
        papers=[PaperIn("证据", "application/pdf", b"%PDF-1.7")],
    )  # fmt: skip
    values = Case.objects.filter(sealed__isnull=False).count() + Paper.objects.count() + Notice.objects.count()
    key_add(ring="cases", **STEP)
    assert values_reseal(ring="cases", **STEP).resealed == values > 0
    keys_retire(ring="cases", **STEP)
    selectors.seal_of.cache_clear()
    case = Case.objects.get()
    contact = case_seal().unseal_json(bytes(case.sealed or b""), bytes(case.key_hash or b""))
    assert contact["reach"] == "jingban@example.org"


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh")
def test_a_held_file_is_sealed_anew_and_can_still_be_let_in(tmp_path: Path) -> None:
    path = file_write(tmp_path / "p.csv", [penalty(n) for n in range(2000)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chengxin.records.services.batches._out_of_bounds", lambda run: "too many")
        held = ingest(path)
    assert held.status == "held" and held.batch
    kept = settings.CHENGXIN_HOME / "held" / f"{held.batch}.sealed"
    before = kept.read_bytes()
    key_add(ring="intake", **STEP)
    assert left("intake") == 1
    values_reseal(ring="intake", **STEP)
    keys_retire(ring="intake", **STEP)
    assert kept.read_bytes() != before and [each.name for each in kept.parent.iterdir()] == [kept.name]
    selectors.seal_of.cache_clear()
    assert batch_release(batch=held.batch, by="operator", at=later(hours=1), reason="核实").accepted == 2000


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh")
def test_stopped_after_any_lot_everything_is_readable_and_the_next_run_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = rows_sent(tmp_path)
    monkeypatch.setattr(services, "LOT", 2)
    key_add(ring="intake", **STEP)
    stopped = 0
    while left("intake"):
        lots: list[int] = []

        def stop(count: int, lots: list[int] = lots) -> None:
            lots.append(count)
            if len(lots) == 2:
                raise KeyboardInterrupt

        try:
            values_reseal(ring="intake", advance=stop, **STEP)
        except KeyboardInterrupt:
            stopped += 1
        selectors.seal_of.cache_clear()
        all_read(batch)
    assert stopped > 2
    assert keys_retire(ring="intake", **STEP).retired == (1,)
    all_read(batch)


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh")
def test_only_the_sealed_value_changes_and_only_for_a_resealing(tmp_path: Path) -> None:
    rows_sent(tmp_path, 1)
    allowed = "select set_config('chengxin.resealing', 'on', true);"
    for before, statement in (
        ("", "update records_refused set sealed = 'x'"),
        (allowed, "update records_refused set sealed = 'x', reason = 'y'"),
        (allowed, "update records_waiting set name = 'y'"),
        (allowed, "delete from records_refused"),
        (allowed, "truncate records_waiting"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(before + statement)


@pytest.mark.django_db
def test_every_sealed_column_and_store_belongs_to_a_ring() -> None:
    labels = {ring: sorted(store.label for store in stores) for ring, stores in rings().items()}
    assert labels["cases"] == [
        "cases_case.sealed", "cases_notice.sealed", "cases_paper.sealed", "mydata_answer.sealed", "mydata_question.sealed",
    ]  # fmt: skip
    assert {"held/*.sealed", "records_refused.sealed", "records_waiting.sealed"} <= set(labels["intake"])
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name || '.' || column_name from information_schema.columns where column_name ~ 'sealed' and table_schema = 'public'"
        )
        columns = {name for (name,) in cursor.fetchall()}
    sealed = {s.label for stores in rings().values() for s in stores if isinstance(s, selectors.SealedColumn)}
    assert columns <= sealed and sealed - columns == {"reports_report.pdf"}


@pytest.mark.django_db
def test_a_ring_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(RingUnknown, match="cases.*intake"):
        key_add(ring="nothing", **STEP)


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh")
def test_only_one_replaces_keys_at_a_time() -> None:
    with psycopg.connect(server_url_of_tests(), autocommit=True) as other:
        other.execute("select pg_advisory_lock(hashtext('chengxin.keys'))")
        with pytest.raises(KeysBusy):
            key_add(ring="intake", **STEP)
    assert len(keys_of("intake").read()) == 1


def server_url_of_tests() -> str:
    """The address of the very database that the tests use."""
    return psycopg.conninfo.make_conninfo(server_url(), dbname=str(connection.settings_dict["NAME"]))


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh")
def test_a_transaction_from_before_is_waited_for(tmp_path: Path) -> None:
    """It may bring a value of the old key after all others were sealed anew."""
    rows_sent(tmp_path, 1)
    key_add(ring="intake", **STEP)
    ended: list[float] = []
    with psycopg.connect(server_url_of_tests()) as other:
        other.execute("select 1")

        def end() -> None:
            time.sleep(0.6)
            ended.append(time.monotonic())
            other.rollback()

        thread = threading.Thread(target=end)
        thread.start()
        values_reseal(ring="intake", **STEP)
        assert ended and time.monotonic() > ended[0]
        thread.join()


class InService:
    """A key service in miniature: what a plug must give, and no file anywhere."""

    kept: dict[str, list[Key]] = {}

    def __init__(self, ring: str, suite: Suite) -> None:
        self._keys = self.kept.setdefault(ring, [Key.drawn(1, suite)])

    def read(self) -> Sequence[Key]:
        return tuple(self._keys)

    def mark(self) -> Hashable:
        return tuple(key.version for key in self._keys)

    def add(self, key: Key) -> None:
        self._keys.append(key)

    def retire(self, version: int) -> None:
        self._keys[:] = [key for key in self._keys if key.version != version]


def service(ring: str, folder: Path, suite: Suite) -> InService:
    """The plug that the setting names."""
    return InService(ring, suite)


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh")
def test_a_key_service_takes_the_place_of_the_files(tmp_path: Path, settings: LazySettings) -> None:
    settings.CHENGXIN_KEYS = "tests.test_keys.service"
    batch = rows_sent(tmp_path, 2)
    key_add(ring="intake", suite="sm4-gcm-sm3", **STEP)
    values_reseal(ring="intake", **STEP)
    keys_retire(ring="intake", **STEP)
    all_read(batch)
    assert [key.suite for key in InService.kept["intake"]] == [SM4_SM3]
    assert not (settings.CHENGXIN_HOME / "keys").exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh")
def test_the_command_shows_the_rings_and_replaces_a_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows_sent(tmp_path, 3)

    def called(*words: str) -> dict[str, object]:
        call_command("keys", *words, "--json")
        return dict(json.loads(capsys.readouterr().out))

    assert called("--rotate", "intake", "--suite", "sm4-gcm-sm3") == {
        "ring": "intake", "version": 2, "suite": "sm4-gcm-sm3", "resealed": 6, "retired": [1],
    }  # fmt: skip
    shown = {ring["ring"]: ring for ring in called()["rings"]}  # type: ignore[attr-defined]
    assert (shown["intake"]["versions"], shown["intake"]["left"]) == ([2], 0)
    assert called("--add", "intake")["version"] == 3
    assert called("--reseal", "intake")["resealed"] == 6
    assert called("--retire", "intake")["retired"] == [2]


@pytest.mark.usefixtures("database_apart", "fresh")
def test_no_reading_fails_while_a_key_is_replaced_under_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers and writers on connections of their own, each like a process of its own, over two rotations."""
    monkeypatch.setattr(services, "LOT", 5)
    monkeypatch.setattr(services, "GRACE", 0.2)
    batch = rows_sent(tmp_path, 100)
    failed: list[BaseException] = []
    reads, over = [0], threading.Event()

    def work(n: int) -> None:
        seal, chance = Seal(KeyFile(settings.CHENGXIN_HOME / "keys" / "intake.key")), random.Random(n)
        try:
            while not over.is_set():
                row = Refused.objects.get(batch_id=batch, line=chance.randrange(100) + 2)
                json.loads(seal.unseal(bytes(row.sealed)))
                if n == 0:
                    with transaction.atomic():
                        Refused.objects.create(
                            batch_id=batch, line=10_000 + reads[0], reason="x", sealed=seal.seal(b"{}")
                        )
                reads[0] += 1
                if chance.random() < 0.02:
                    seal = Seal(KeyFile(settings.CHENGXIN_HOME / "keys" / "intake.key"))  # another process begins
        except BaseException as failure:
            failed.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for suite in ("sm4-gcm-sm3", "aes-256-gcm-sha-256"):
        key_add(ring="intake", suite=suite, **STEP)
        values_reseal(ring="intake", **STEP)
        keys_retire(ring="intake", **STEP)
    over.set()
    for thread in threads:
        thread.join()
    assert failed == [] and reads[0] > 100 and left("intake") == 0
    selectors.seal_of.cache_clear()
    for row in Refused.objects.filter(batch_id=batch):
        intake_seal().unseal(bytes(row.sealed))


def test_a_rotation_killed_at_any_moment_leaves_all_readable(nursery: Nursery, installed: Path, tmp_path: Path) -> None:
    path = file_write(tmp_path / "p.csv", [penalty(n, decided_on="x") for n in range(3000)])
    nursery.run("ingest", "penalty-publicity", str(path))
    chance = random.Random(5)
    for _ in range(8):
        number = nursery.start("keys", "--rotate", "intake")
        time.sleep(chance.uniform(0.1, 2.5))
        os.kill(number, signal.SIGKILL)
        nursery.wait(number)
        opened(installed)
    time.sleep(1)  # the server has noticed that the last one is gone
    found = nursery.run("keys", "--rotate", "intake")
    keys = KeyFile(installed / "keys" / "intake.key").read()
    assert found["version"] == keys[-1].version and len(keys) == 1
    opened(installed)


def opened(home: Path) -> None:
    """Every refused row opens with the keys that are there now."""
    seal = Seal(KeyFile(home / "keys" / "intake.key"))
    with psycopg.connect(server_url()) as other:
        rows = other.execute("select sealed from records_refused").fetchall()
    assert len(rows) == 3000
    for (sealed,) in rows:
        json.loads(seal.unseal(bytes(sealed)))


def _one(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]
