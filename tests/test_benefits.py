"""Benefits by choice: nobody else reads a wallet, a provider hears yes or no once, and whoever leaves is gone."""

import ast
import json
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client as Browser

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.benefits import services
from chengxin.benefits.models import Code, Fact, Owed, Wallet
from chengxin.benefits.rules import PURPOSE, FactUnfit, NotEntitled, ProviderUnfit, WalletMissing
from chengxin.benefits.selectors import FactNotYours, facts_waiting, holding_of, points_now
from chengxin.checks.services.asking import check_perform
from chengxin.law import load
from chengxin.ledger.models import Entry, Erased, Leaf
from chengxin.ledger.selectors import log_key
from chengxin.ledger.services import Sequencer
from chengxin.lists.selectors import records_filed
from chengxin.lists.services.reading import clean_read, subject_read
from chengxin.records.models import Record
from chengxin.reports.services.issuing import report_issue
from chengxin.subjects.rules.persons import PersonUnknown
from chengxin.subjects.selectors import person_of
from tests.people import DIVISION, licence, name, number, people_sent
from tests.world import CASE, DEPARTMENT, NOW, OPERATOR, TODAY, code, everything, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ROOMS = Path(__file__).parents[1] / "chengxin"
YOUTH = Asker("youth-league", "department")
BUSES = Asker("buses", "service-firm")


@pytest.fixture(autouse=True)
def invented(settings: LazySettings) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION


def honour(n: int = 1, **changes: str) -> dict[str, str]:
    """An honour of the n-th person."""
    return {
        "姓名": name(n), "公民身份号码": number(n), "类别": "优秀志愿者", "称号": "市级优秀志愿者", "认定文号": f"云川文明〔2026〕{n}号",
        "决定日期": "2026-03-05", "有效期至": "2029-03-04", "认定机关": "云川市文明办", "作出机关": "云川市文明办",
    } | changes  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[int]:
    """A person with a licence and an honour, an issuer and a provider; the person's subject."""
    people_sent(tmp_path, licence(1), licence(2))
    people_sent(tmp_path, honour(1), source="volunteer-honours")
    actor_add(key="youth-league", kind="department", title="云川市团委", by="operator", at=NOW)
    actor_add(key="buses", kind="service-firm", title="云川公交", by="operator", at=NOW)
    yield person_of(number(1), known_at=NOW)


def entered(subject: int, *, units: int = 30, at: Any = NOW) -> Fact:
    return services.fact_enter(
        subject=subject,
        kind="volunteer-hours",
        units=units,
        on=TODAY,
        issuer="youth-league",
        evidence="志证-0001",
        at=at,
    )


def offered(points: int = 40, **more: Any) -> int:
    return services.offer_add(
        scene="transport", title="公交月票九折", words="购买月票时九折", otherwise="票价和班次人人一样", points=points, starts_on=TODAY,
        asker=BUSES, at=NOW, **more,
    ).pk  # fmt: skip


def points(subject: int) -> int:
    return points_now(subject, on=TODAY, known_at=later(hours=1))


def placed() -> None:
    """Every entry has its place in the tree."""
    while Sequencer(log_key()).entries_place(at=NOW).entries:
        pass


def taking_part(subject: int) -> str:
    """The person takes part, with confirmed hours and an honour of theirs; an unused code."""
    services.wallet_open(subject=subject, jurisdiction="cn", at=NOW)
    services.fact_confirm(fact=entered(subject).pk, name=name(1), asker=YOUTH, at=NOW)
    services.fact_add_record(subject=subject, record=Record.objects.get(record_type="volunteer-honour").pk, at=NOW)
    return services.code_draw(subject=subject, offer=offered(), at=NOW)


# --- taking part ---------------------------------------------------------------------------------------------------------


def test_nothing_counts_before_the_person_takes_part_and_what_is_entered_counts_once_confirmed(world: int) -> None:
    for refused in (lambda: holding_of(world, on=TODAY, known_at=NOW), lambda: entered(world)):
        with pytest.raises(WalletMissing):
            refused()
    services.wallet_open(subject=world, jurisdiction="cn", at=NOW)
    services.wallet_open(subject=world, jurisdiction="cn", at=later(hours=1))
    assert Wallet.objects.get().opened_at == NOW and points(world) == 0
    fact = entered(world)
    assert (
        points(world) == 0 and [w.evidence for w in facts_waiting(YOUTH)] == ["志证-0001"] and not facts_waiting(BUSES)
    )
    with pytest.raises(FactNotYours):
        services.fact_confirm(fact=fact.pk, name=name(1), asker=BUSES, at=NOW)
    assert services.fact_confirm(fact=fact.pk, name=f" {name(1)} ", asker=YOUTH, at=NOW)
    assert points(world) == 30 and not facts_waiting(YOUTH)
    with pytest.raises(FactNotYours):
        services.fact_decline(fact=fact.pk, reason="differs", asker=YOUTH, at=NOW)


def test_another_s_evidence_is_declined_at_the_first_try_and_no_name_is_told(world: int) -> None:
    services.wallet_open(subject=world, jurisdiction="cn", at=NOW)
    fact = entered(world)
    assert not services.fact_confirm(fact=fact.pk, name=name(2), asker=YOUTH, at=NOW)
    with pytest.raises(FactNotYours):
        services.fact_confirm(fact=fact.pk, name=name(1), asker=YOUTH, at=NOW)
    (shown,) = holding_of(world, on=TODAY, known_at=NOW).facts
    assert (shown.state, shown.counts, points(world)) == ("declined", False, 0) and "姓名不符" in shown.reason


def test_a_record_of_one_s_own_is_added_by_choice_and_counts_as_long_as_it_counts(world: int) -> None:
    services.wallet_open(subject=world, jurisdiction="cn", at=NOW)
    assert points(world) == 0, "nothing is added by itself"
    record = Record.objects.get(record_type="volunteer-honour")
    (addable,) = holding_of(world, on=TODAY, known_at=NOW).addable
    assert addable.record.pk == record.pk
    services.fact_add_record(subject=world, record=record.pk, at=NOW)
    assert points(world) == 20
    assert points_now(world, on=record.effect_until, known_at=NOW) == 0  # type: ignore[arg-type]
    for wrong in (record.pk, Record.objects.filter(record_type="practice-licence")[0].pk, 17):
        with pytest.raises(FactUnfit):
            services.fact_add_record(subject=world, record=wrong, at=NOW)
    other = person_of(number(2), known_at=NOW)
    services.wallet_open(subject=other, jurisdiction="cn", at=NOW)
    with pytest.raises(FactUnfit):
        services.fact_add_record(subject=other, record=record.pk, at=NOW)


def test_a_fact_can_be_taken_out_by_its_person_alone(world: int) -> None:
    services.wallet_open(subject=world, jurisdiction="cn", at=NOW)
    fact = entered(world)
    other = person_of(number(2), known_at=NOW)
    services.wallet_open(subject=other, jurisdiction="cn", at=NOW)
    with pytest.raises(FactNotYours):
        services.fact_remove(subject=other, fact=fact.pk, at=NOW)
    services.fact_remove(subject=world, fact=fact.pk, at=NOW)
    assert not Fact.objects.exists() and not facts_waiting(YOUTH)


def test_no_firm_takes_part_and_not_everybody_offers(world: int, tmp_path: Path) -> None:
    sent(tmp_path, penalty(1))
    firm = Record.objects.get(record_type="administrative-penalty").subject_id
    with pytest.raises(PersonUnknown):
        services.wallet_open(subject=firm, jurisdiction="cn", at=NOW)
    with pytest.raises(ProviderUnfit):
        services.offer_add(
            scene="transport",
            title="x",
            words="y",
            otherwise="z",
            points=1,
            starts_on=TODAY,
            asker=Asker("court", "court"),
            at=NOW,
        )


# --- the provider's yes -----------------------------------------------------------------------------------------------------


def test_a_code_says_yes_once_to_its_provider_alone_and_nothing_else(world: int) -> None:
    written = taking_part(world)
    assert not services.code_redeem(code=written, asker=YOUTH, at=NOW).entitled
    assert not services.code_redeem(code="0000-0000-0000-0000", asker=BUSES, at=NOW).entitled
    done = services.code_redeem(code=written.lower(), asker=BUSES, at=later(minutes=5))
    assert done.entitled and set(done.__dict__) == {"entitled", "offer"}
    assert not services.code_redeem(code=written, asker=BUSES, at=later(minutes=6)).entitled
    assert points(world) == 50, "points are not used up"


def test_a_code_is_over_after_half_an_hour_and_given_so_often_a_year(world: int) -> None:
    taking_part(world)
    offer = offered(10, times_a_year=2)
    draw: Callable[[Any], str] = lambda at: services.code_draw(subject=world, offer=offer, at=at)  # noqa: E731
    lapsed = draw(NOW)
    assert not services.code_redeem(code=lapsed, asker=BUSES, at=later(minutes=31)).entitled
    assert services.code_redeem(code=draw(later(hours=1)), asker=BUSES, at=later(hours=1)).entitled
    draw(later(hours=2))
    with pytest.raises(NotEntitled, match="2 times"):
        draw(later(hours=2))
    with pytest.raises(NotEntitled, match="takes 51 points"):
        services.code_draw(subject=world, offer=offered(51), at=NOW)


def test_the_doors_of_issuers_and_providers_tell_no_person_and_no_total(world: int, client: Browser) -> None:
    services.wallet_open(subject=world, jurisdiction="cn", at=NOW)
    fact = entered(world, units=77)
    keys = {
        actor: client_add(actor=actor, title=actor, scopes=["benefits"], by="operator", at=NOW)[1]
        for actor in ("youth-league", "buses")
    }

    def call(actor: str, path: str, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {keys[actor]}"}
        address = f"/api/v1/benefits{path}"
        answer = (
            client.get(address, headers=headers)
            if body is None
            else client.post(address, json.dumps(body), content_type="application/json", headers=headers)
        )
        assert name(1) not in answer.text and number(1) not in answer.text
        return answer.json()

    offer = call("buses", "/offers", {
        "scene": "transport", "title": "月票九折", "words": "九折", "otherwise": "票价人人一样", "points": 70, "starts_on": TODAY.isoformat(),
    })["offer"]  # fmt: skip
    (waiting,) = call("youth-league", "/facts")
    assert set(waiting) == {"fact", "kind", "units", "on", "evidence", "entered_at"} and call("buses", "/facts") == []
    assert call("youth-league", f"/facts/{fact.pk}/confirm", {"name": name(1)}) == {"fact": fact.pk, "confirmed": True}
    written = services.code_draw(subject=world, offer=offer, at=later(minutes=1))
    assert call("buses", "/codes", {"code": written}) == {"entitled": True, "offer": offer}
    assert call("buses", "/codes", {"code": written}) == {"entitled": False, "offer": None}
    assert call("buses", f"/offers/{offer}/end", {})["ended"] is True
    assert call("youth-league", "/offers") == []
    declined = services.fact_enter(
        subject=world, kind="honours", units=1, on=TODAY, issuer="youth-league", evidence="荣-1", at=later(minutes=2)
    )
    assert call("youth-league", f"/facts/{declined.pk}/decline", {"reason": "not-found"})["confirmed"] is False


# --- leaving -----------------------------------------------------------------------------------------------------------------


def test_whoever_leaves_is_gone_from_every_table_and_the_ledger_keeps_commitments_alone(world: int) -> None:
    taking_part(world)
    placed()
    told = list(Entry.objects.filter(subject=world, purpose=PURPOSE).values_list("pk", flat=True))
    commitments = dict(Leaf.objects.filter(entry__in=told).values_list("entry", "commitment"))
    assert len(told) >= 5 and commitments.keys() == set(told)
    assert services.wallet_leave(subject=world, at=later(hours=1)) == len(told)
    for table in (Wallet, Fact, Code, Owed):
        assert not table.objects.exists()
    assert (
        not Entry.objects.filter(pk__in=told).exists()
        and not Entry.objects.filter(subject=world, purpose=PURPOSE).exists()
    )
    assert Erased.objects.filter(entry__in=told).count() == len(told)
    assert dict(Leaf.objects.filter(entry__in=told).values_list("entry", "commitment")) == commitments
    left = Entry.objects.filter(purpose=PURPOSE, at__gte=later(hours=1))
    assert [(e.event, e.subject, e.object, e.detail) for e in left] == [("benefits.wallet.left", None, "", {})]
    with pytest.raises(WalletMissing):
        services.wallet_leave(subject=world, at=later(hours=1))
    with pytest.raises(WalletMissing):
        points(world)
    # What was lawfully on record before stays: a licence and an honour, and that they were read.
    assert Record.objects.filter(subject_id=world).count() == 2


def test_an_entry_without_its_place_yet_is_owed_and_then_erased(world: int) -> None:
    taking_part(world)
    many = services.wallet_leave(subject=world, at=NOW)
    assert Owed.objects.count() == many == Entry.objects.filter(subject=world, purpose=PURPOSE).count()
    assert services.owed_erase(by="operator", at=NOW) == 0
    placed()
    call_command("benefits", "erase", "--json")
    assert not Owed.objects.exists() and not Entry.objects.filter(subject=world, purpose=PURPOSE).exists()


def test_what_is_kept_of_a_wallet_reads_as_nothing(world: int) -> None:
    taking_part(world)
    kept = everything()
    assert "志证-0001" not in kept and "志证-0001".encode().hex() not in kept
    assert "volunteer-hours" not in kept


# --- nobody else -------------------------------------------------------------------------------------------------------------

TABLES = [model._meta.db_table for model in apps.get_app_config("benefits").get_models()]


def test_no_table_of_another_room_refers_to_a_wallet() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select conrelid::regclass::text, confrelid::regclass::text from pg_constraint where contype = 'f'"
        )
        pairs = cursor.fetchall()
        cursor.execute("select tgrelid::regclass::text, tgname from pg_trigger where not tgisinternal")
        triggers = [table for table, _ in cursor.fetchall()]
    assert {one for one, other in pairs if other in TABLES} <= set(TABLES)
    assert not set(triggers) & set(TABLES), "nothing runs when a wallet changes"


def test_only_doors_import_benefits_whatever_room_is_added() -> None:
    """The contract in .importlinter names the rooms of today; this one holds for those to come."""
    doors = ("benefits", "site", "portal/pages", "desk/pages")
    importing = {
        path.relative_to(ROOMS).as_posix()
        for path in ROOMS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chengxin.benefits")
        or isinstance(node, ast.Import) and any(name.name.startswith("chengxin.benefits") for name in node.names)
        or isinstance(node, ast.ImportFrom) and node.module == "chengxin" and any(n.name == "benefits" for n in node.names)
    }  # fmt: skip
    assert importing and {path for path in importing if not path.startswith(doors)} == set()


def test_no_other_room_speaks_of_the_tables_of_benefits() -> None:
    speaking = set()
    for path in ROOMS.rglob("*.py"):
        room = path.relative_to(ROOMS).parts[0]
        if room == "benefits" or "tests" in path.parts:
            continue
        texts = [n.value for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Constant)]
        if any(isinstance(text, str) and "benefits_" in text for text in texts):
            speaking.add(path.relative_to(ROOMS).as_posix())
    assert speaking == set()


def asked(folder: Path, n: int) -> list[Any]:
    """What the other rooms answer, about a firm and about a person: checks, files of codes, reports, pages, names, counts, feeds."""
    found: list[Any] = []
    answer = check_perform(asker=DEPARTMENT, matter="tender", number=code(1), on=TODAY, at=NOW, **CASE).as_dict()
    found.append((answer["outcome"], answer["measures"]))
    file = subject_read(number=code(1), asker=OPERATOR, on=TODAY, at=NOW)
    found.append([filed.record.pk for filed in file.records])
    found.append(clean_read(number=code(1), asker=OPERATOR, on=TODAY, at=NOW)["outcome"])
    report = report_issue(kind="special", number=code(1), asker=OPERATOR, seen="营业执照", at=NOW)
    found.append(report.envelope["report"]["sections"])
    person = person_of(number(1), known_at=NOW)
    law = load().on(TODAY)
    found.append([filed.effect for filed in records_filed([person], law, on=TODAY, known_at=NOW)])
    page = Browser().get(f"/enterprise/{code(1)}")
    found.append((page.status_code, page.content))
    found.append(Browser().post("/search", {"q": "云川市甲1号商贸"}).status_code)
    codes = folder / "codes.csv"
    codes.write_text(f"code\n{code(1)}\n{code(2)}\n", encoding="utf-8")
    for words in (
        ["check_file", str(codes), "--matter", "tender", "--out", str(folder / f"answers-{n}.csv")],
        ["occupations"],
    ):
        call_command(*words, "--json", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute(
            "discard temp"
        )  # what a file of codes stages goes with its own transaction, which here is the test's
    found.append((folder / f"answers-{n}.csv").read_text(encoding="utf-8"))
    found.append(people_sent(folder, licence(30 + n)).accepted)
    return found


def test_every_other_room_answers_the_same_when_the_tables_of_benefits_are_not_there(
    world: int, tmp_path: Path
) -> None:
    """The database itself is asked: a statement of another room that so much as named one of them would fail."""
    sent(tmp_path, penalty(1))
    before = asked(tmp_path, 1)
    taking_part(world)
    assert asked(tmp_path, 2) == before, "whoever takes part is answered about as before"
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(f"drop table {', '.join(TABLES)} cascade")
    with pytest.raises(ProgrammingError), transaction.atomic():
        holding_of(world, on=TODAY, known_at=NOW)
    assert asked(tmp_path, 3) == before


def test_the_page_of_benefits_shows_the_table_and_the_offers_and_nobody(world: int, client: Browser) -> None:
    taking_part(world)
    page = client.get("/benefits")
    assert page.status_code == 200 and not page.cookies
    for words in ("公交月票九折", "票价和班次人人一样", "云川公交", "志愿服务", "200", "养老"):
        assert words in page.text
    assert name(1) not in page.text and "志证-0001" not in page.text
