"""A draw of inspections from its commitment to the last answer: through services, API, command and pages."""

import json
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.inspections import rules, services
from chengxin.inspections.models import Draw, Freezing, Inspection, Member, Result
from chengxin.inspections.selectors import (
    draw_shown,
    draws_accessible,
    draws_public,
    inspections_accessible,
    inspections_open,
)
from chengxin.kernel.wording import WordsUnfit
from chengxin.ledger.models import Entry
from chengxin.lists.rules import AnswerUnfit
from chengxin.records.models import Record
from chengxin.records.services.correcting import record_correct
from chengxin.records.services.events import record_dispute, record_settle, record_withdraw
from chengxin.subjects.selectors import subject_of
from chengxin.subjects.services.merging import subjects_merge
from tests.signing import at_desk
from tests.world import NOW, classed, classes_sent, code, later

pytestmark = pytest.mark.django_db

MARKET, POST, REFORM = Asker("market", "department"), Asker("post", "department"), Asker("reform", "supervisor")
SEED, FOOD = "a-seed-that-only-market-knows", "食品经营"
HASH = sha256(SEED.encode()).hexdigest()


@pytest.fixture
def firms(tmp_path: Path) -> None:
    """Forty firms in class C, twenty in D, ten in A, one of another domain and one of another agency."""
    for asker in (MARKET, POST, REFORM):
        actor_add(key=asker.key, kind=asker.kind, title=f"{asker.key}局", by="operator", at=NOW)
    rows = [classed(n, "C") for n in range(1, 41)] + [classed(n, "D") for n in range(41, 61)]
    rows += [classed(n, "A") for n in range(61, 71)] + [classed(71, "D", 监管领域="计量")]
    classes_sent(tmp_path, *rows, by="market")
    classes_sent(tmp_path, classed(72, "D", 认定机关="云川市邮政管理局"), by="post")


def committed(hours: float = 1, **more: Any) -> int:
    words: dict[str, Any] = {"domain": FOOD, "seed_hash": HASH, "asker": MARKET, "at": later(hours=hours)} | more
    return services.draw_commit(**words).draw


def frozen(hours: float = 1, **more: Any) -> int:
    draw = committed(hours)
    services.draw_freeze(draw=draw, asker=MARKET, at=later(hours=hours + 1), **more)
    return draw


def drawn(hours: float = 1, **more: Any) -> int:
    draw = frozen(hours, **more)
    services.draw_reveal(draw=draw, seed=SEED, asker=MARKET, at=later(hours=hours + 2))
    return draw


def groups(draw: int) -> dict[str, str]:
    return dict(Member.objects.filter(draw_id=draw).values_list("code", "group"))


@pytest.mark.usefixtures("firms")
def test_of_each_class_as_many_are_drawn_as_its_share_says() -> None:
    draw = drawn(inspectors=["ZF001", "ZF002", "ZF003"])
    assert len(groups(draw)) == 70 and not {code(71), code(72)} & groups(draw).keys()
    found = Inspection.objects.filter(draw_id=draw)
    counts = {g: found.filter(group=f"inspected-class-{g}").count() for g in "abcd"}
    assert counts == {"a": 1, "b": 0, "c": 4, "d": 6}
    assert all(len(set(i.inspectors)) == 2 for i in found)
    assert Entry.objects.filter(event__startswith="inspections.", object=f"draw:{draw}").count() == 3


@pytest.mark.usefixtures("firms")
def test_what_is_disputed_past_its_term_or_withdrawn_does_not_raise_the_share(tmp_path: Path) -> None:
    by_code = {r.body["code"]: r.pk for r in Record.objects.filter(record_type="supervision-class")}
    record_dispute(record=by_code[code(41)], by="operator", at=later(minutes=5), grounds="x")
    record_withdraw(record=by_code[code(42)], by="operator", at=later(minutes=5), reason="x")
    classes_sent(tmp_path, classed(43, "D", 认定日期="2025-10-01", 认定文号="旧"), by="market", at=later(minutes=10))
    classes_sent(tmp_path, classed(44, "B", 认定日期="2026-11-20", 认定文号="新"), by="market", at=later(minutes=10))
    population = groups(frozen())
    assert population[code(41)] == "other" and code(42) not in population
    assert (population[code(43)], population[code(44)]) == ("other", "inspected-class-b")
    assert population[code(45)] == "inspected-class-d"


@pytest.mark.usefixtures("firms")
def test_a_merged_firm_stands_in_the_population_once() -> None:
    one, other = (subject_of(code(n), known_at=later(hours=1)) for n in (1, 41))
    subjects_merge(absorbed=one, into=other, by="operator", at=later(minutes=30), reason="x")
    population = groups(frozen())
    assert len(population) == 69
    assert len({code(1), code(41)} & population.keys()) == 1


def lots(draw: int) -> list[rules.Drawn]:
    """Who is drawn by the frozen classes and the seed."""
    salt, shares = Freezing.objects.values_list("salt", "shares").get(draw_id=draw)
    return rules.draw(groups(draw), shares, seed=SEED, salt=salt, inspectors=(), each=2)


@pytest.mark.usefixtures("firms")
def test_whose_class_falls_between_freezing_and_reveal_is_not_inspected_for_it_and_nobody_else_is_moved(
    tmp_path: Path,
) -> None:
    draw = frozen()
    by_code = {r.body["code"]: r.pk for r in Record.objects.filter(record_type="supervision-class")}
    by_class = [d for d in lots(draw) if d.group == "inspected-class-d"]
    disputed, withdrawn, corrected, classed_anew, sent_again, last = by_class
    soon: dict[str, Any] = {"by": "operator", "at": later(hours=2, minutes=5)}
    for each in (disputed, sent_again):
        record_dispute(record=by_code[each.code], **soon, grounds="x", case=7)
    record_withdraw(record=by_code[withdrawn.code], **soon, reason="x")
    record_correct(record=by_code[corrected.code], changes={"class": "C类"}, reason="x", **soon)
    # Another class in the place of one that stands would let whoever knows the seed free a friend; in the place of one under
    # objection it ends no objection.
    number = {code(n): n for n in range(1, 73)}
    rows = [classed(number[d.code], "A", 认定日期="2026-11-21", 认定文号="新") for d in (classed_anew, sent_again)]
    classes_sent(tmp_path, *rows, by="market", at=later(hours=2, minutes=10))
    services.draw_reveal(draw=draw, seed=SEED, asker=MARKET, at=later(hours=3))
    fallen = {disputed.code, withdrawn.code, corrected.code, sent_again.code}
    kept = {d.code for d in lots(draw) if d.code not in fallen}
    luckless = {d.code for d in by_class if d.code in fallen and rules.within(d.rank, 3)}
    assert set(Inspection.objects.filter(draw_id=draw).values_list("code", flat=True)) == kept | luckless
    assert {classed_anew.code, last.code} <= kept
    assert Result.objects.get(draw_id=draw).fallen == sorted(fallen)
    document = services.draw_export(draw=draw, asker=MARKET, at=later(hours=4))
    assert rules.document_verify(json.loads(json.dumps(document))).faults == []
    document["fallen"].remove(disputed.code)
    assert "result" in rules.document_verify(document).faults or luckless
    (shown,) = draws_public(most=9, at=later(hours=4))
    assert (shown.groups["inspected-class-d"]["drawn"], shown.groups["inspected-class-d"]["fallen"]) == (6, 4)
    text = Browser().get("/inspections").content.decode()
    assert "揭晓时4户已不属于该类" in text and not any(each in text for each in fallen)


@pytest.mark.usefixtures("firms")
def test_an_objection_that_was_settled_before_the_reveal_changes_nothing() -> None:
    draw = frozen()
    by_code = {r.body["code"]: r.pk for r in Record.objects.filter(record_type="supervision-class")}
    for each in lots(draw):
        record_dispute(record=by_code[each.code], by="operator", at=later(hours=2, minutes=5), grounds="x")
        record_settle(record=by_code[each.code], by="operator", at=later(hours=2, minutes=6), outcome="upheld")
    services.draw_reveal(draw=draw, seed=SEED, asker=MARKET, at=later(hours=3))
    found = Inspection.objects.filter(draw_id=draw).values_list("code", "group")
    assert set(found) == {(d.code, d.group) for d in lots(draw)} and Result.objects.get(draw_id=draw).fallen == []


@pytest.mark.usefixtures("firms")
def test_the_steps_are_taken_in_order_and_each_once() -> None:
    draw = committed()
    words: dict[str, Any] = {"draw": draw, "asker": MARKET}
    with pytest.raises(rules.DrawOutOfOrder, match="committed"):
        services.draw_reveal(**words, seed=SEED, at=later(hours=2))
    with pytest.raises(rules.DrawOutOfOrder):
        services.draw_export(**words, at=later(hours=2))
    services.draw_freeze(**words, at=later(hours=2))
    with pytest.raises(rules.DrawOutOfOrder, match="frozen"):
        services.draw_freeze(**words, at=later(hours=3))
    with pytest.raises(rules.SeedNotThatOne):
        services.draw_reveal(**words, seed="another-seed-altogether", at=later(hours=3))
    services.draw_reveal(**words, seed=SEED, at=later(hours=3))
    for again in (
        lambda: services.draw_reveal(**words, seed=SEED, at=later(hours=4)),
        lambda: services.draw_abandon(**words, reason="x", at=later(hours=4)),
    ):
        with pytest.raises(rules.DrawOutOfOrder, match="drawn"):
            again()


@pytest.mark.usefixtures("firms")
def test_nobody_draws_until_the_outcome_pleases() -> None:
    draw = frozen()
    with pytest.raises(rules.DrawOpen):
        committed(3, seed_hash="ab" * 32)
    assert committed(3, seed_hash="ab" * 32, domain="计量") != draw
    with pytest.raises(rules.ReasonMissing):
        services.draw_abandon(draw=draw, reason=" ", asker=MARKET, at=later(hours=3))
    services.draw_abandon(draw=draw, reason="种子遗失", asker=MARKET, at=later(hours=3))
    assert draw_shown(Draw.objects.get(pk=draw), at=later(hours=4)).reason == "种子遗失"
    with pytest.raises(rules.SeedUsed):
        committed(4)
    assert "种子遗失" in Browser().get("/inspections").content.decode()


@pytest.mark.usefixtures("firms")
def test_the_database_itself_holds_one_open_draw_of_an_agency_and_domain() -> None:
    first = Draw.objects.get(pk=committed())
    words: dict[str, Any] = {"agency": "market", "jurisdiction": "cn", "at": NOW, "by": "market"}
    with pytest.raises(IntegrityError, match="inspections_draw_one_open"), transaction.atomic():
        Draw.objects.create(domain=FOOD, seed_hash="ab" * 32, **words)
    # It cannot be got round: no draw begins as over, and none is over without its result, or again open.
    with pytest.raises(IntegrityError, match="over"), transaction.atomic():
        Draw.objects.create(domain=FOOD, seed_hash="ab" * 32, over=True, **words)
    for change in ("over = true", "agency = 'post', over = true"):
        with pytest.raises(IntegrityError, match="over"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"update inspections_draw set {change}")
    services.draw_abandon(draw=first.pk, reason="种子遗失", asker=MARKET, at=later(hours=2))
    first.refresh_from_db()
    assert first.over
    with pytest.raises(IntegrityError, match="over"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update inspections_draw set over = false")
    assert Draw.objects.create(domain=FOOD, seed_hash="ab" * 32, **words).pk


@pytest.mark.usefixtures("firms")
def test_the_register_makes_a_seed_for_who_has_none_and_keeps_only_its_hash() -> None:
    made = services.draw_commit(domain=FOOD, asker=MARKET, at=later(hours=1))
    assert sha256(made.seed.encode()).hexdigest() == made.seed_hash
    assert made.seed not in str(list(Draw.objects.values())) + str(list(Entry.objects.values_list("detail", flat=True)))


@pytest.mark.usefixtures("firms")
def test_a_stranger_neither_sees_a_draw_nor_takes_its_steps() -> None:
    draw = drawn()
    for asker in (POST, REFORM):
        with pytest.raises(rules.DrawUnknown):
            services.draw_abandon(draw=draw, reason="x", asker=asker, at=later(hours=4))
        with pytest.raises(rules.InspectionUnknown):
            services.inspection_answer(
                inspection=Inspection.objects.values_list("pk", flat=True)[0], outcome="done", asker=asker, at=later(hours=4)
            )  # fmt: skip
    with pytest.raises(rules.DrawUnknown):
        services.draw_export(draw=draw, asker=POST, at=later(hours=4))
    assert services.draw_export(draw=draw, asker=REFORM, at=later(hours=4))["seed"] == SEED
    assert not inspections_open(POST).exists() and inspections_open(REFORM).count() == 11
    # Whoever is told who is to be inspected can tell them: of the others nobody sees it, not even who runs the register.
    strangers = [
        Asker("centre", "credit-centre"),
        Asker("operator", "operator"),
        Asker("court", "court"),
        Asker("x", "platform"),
    ]
    for asker in [*strangers, Asker("market", "platform"), Asker("market", "public")]:
        assert not inspections_open(asker).exists() and not inspections_accessible(asker).exists()
        assert not draws_accessible(asker).exists()
        with pytest.raises(rules.DrawUnknown):
            services.draw_export(draw=draw, asker=asker, at=later(hours=4))
    for kind in ("credit-centre", "platform"):
        with pytest.raises(rules.DrawNotYours):
            services.draw_commit(domain=FOOD, asker=Asker("x", kind), at=later(hours=1))
    with pytest.raises(rules.PopulationEmpty):
        services.draw_freeze(
            draw=services.draw_commit(domain="无人", asker=POST, at=later(hours=1)).draw, asker=POST, at=later(hours=2)
        )


@pytest.mark.usefixtures("firms")
def test_the_seed_is_public_when_all_is_answered_or_the_time_is_over() -> None:
    draw = drawn()
    shown = draw_shown(Draw.objects.get(pk=draw), at=later(hours=5))
    assert not shown.published and not shown.seed and not any(g["threshold"] for g in shown.groups.values())
    over = NOW + timedelta(days=120)
    assert draw_shown(Draw.objects.get(pk=draw), at=over).seed == SEED
    first, *rest = Inspection.objects.filter(draw_id=draw).values_list("pk", flat=True)
    with pytest.raises(AnswerUnfit):
        services.inspection_answer(inspection=first, outcome="not-done", asker=MARKET, at=later(hours=5))
    with pytest.raises(AnswerUnfit):
        services.inspection_answer(inspection=first, outcome="perhaps", asker=MARKET, at=later(hours=5))
    services.inspection_answer(inspection=first, outcome="not-done", reason="已注销", asker=MARKET, at=later(hours=5))
    for each in rest:
        services.inspection_answer(
            inspection=each, outcome="done", reason="未发现问题", asker=MARKET, at=later(hours=5)
        )
    shown = draw_shown(Draw.objects.get(pk=draw), at=later(hours=6))
    assert (shown.published, shown.seed, shown.inspected, shown.not_inspected, shown.open) == (True, SEED, 10, 1, 0)
    assert shown.groups["inspected-class-d"]["threshold"]


@pytest.mark.usefixtures("firms")
def test_an_exported_draw_is_verified_off_the_database(tmp_path: Path) -> None:
    draw, path = drawn(inspectors=["ZF001", "ZF002"]), tmp_path / "draw.json"
    call_command("inspections", "export", str(draw), out=path, by="market", stdout=StringIO())

    def verified() -> dict[str, Any]:
        out = StringIO()
        with suppress(CommandError):
            call_command("inspections", "verify", str(path), json=True, stdout=out)
        return dict(json.loads(out.getvalue()))

    assert verified() == {"draw": draw, "verified": True, "population": 70, "drawn": 11, "faults": []}
    document = json.loads(path.read_text())
    document["result"].pop()
    path.write_text(json.dumps(document))
    assert [fault["code"] for fault in verified()["faults"]] == ["result"]
    with pytest.raises(CommandError, match="do not fit"):
        call_command("inspections", "verify", str(path), stdout=StringIO())


@pytest.mark.usefixtures("firms")
def test_nothing_of_a_draw_can_be_changed_afterwards() -> None:
    drawn()
    for table in ("draw", "freezing", "member", "result", "inspection"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"delete from inspections_{table}")


@pytest.mark.usefixtures("firms")
def test_a_draw_runs_through_the_api_and_only_for_its_scope() -> None:
    keys = {
        scope: client_add(actor="market", title="x", scopes=[scope], by="operator", at=NOW)[1]
        for scope in ("inspections", "checks")
    }

    def call(path: str, body: dict[str, Any] | None = None, scope: str = "inspections") -> Any:
        words: dict[str, Any] = {"headers": {"Authorization": f"Bearer {keys[scope]}"}}
        url = f"/api/v1/inspections{path}"
        if body is None:
            return Browser().get(url, **words)
        return Browser().post(url, json.dumps(body), content_type="application/json", **words)

    assert call("/draws", {"domain": FOOD}, scope="checks").status_code == 403
    made = call("/draws", {"domain": FOOD}).json()
    draw, seed = made["draw"], made["seed"]
    assert call(f"/draws/{draw}/freeze", {"inspectors": ["ZF001", "ZF002"]}).json()["population"] == 70
    assert call(f"/draws/{draw}/reveal", {"seed": "not-the-one-that-was"}).status_code == 409
    assert call(f"/draws/{draw}/reveal", {"seed": seed}).json()["drawn"] == 11
    tasks = call("/tasks").json()
    assert len(tasks) == 11 and len(tasks[0]["inspectors"]) == 2
    done = call(f"/tasks/{tasks[0]['inspection']}/answer", {"outcome": "done", "reason": "未发现问题"})
    assert done.status_code == 200 and len(call("/tasks").json()) == 10
    assert rules.document_verify(call(f"/draws/{draw}/document").json()).faults == []
    assert [d["state"] for d in call("/draws").json()] == ["drawn"] and call(f"/draws/{draw}").json()["open"] == 10
    assert call("/draws/999").status_code == 404
    again = call("/draws", {"domain": FOOD}).json()["draw"]
    assert call(f"/draws/{again}/abandon", {"reason": "领域有误"}).json()["state"] == "abandoned"


@pytest.mark.usefixtures("firms")
def test_everybody_sees_the_commitment_at_once_and_the_firms_drawn_never() -> None:
    committed()
    page = Browser().get("/inspections")
    assert HASH in page.content.decode() and page.status_code == 200
    services.draw_freeze(draw=Draw.objects.get().pk, asker=MARKET, at=later(hours=2))
    services.draw_reveal(draw=Draw.objects.get().pk, seed=SEED, asker=MARKET, at=later(hours=3))
    (shown,) = draws_public(most=9, at=later(hours=4))
    text = Browser().get("/inspections").content.decode()
    assert shown.population_digest in text and SEED not in text
    assert not any(each in text for each in Inspection.objects.values_list("code", flat=True))


@pytest.mark.usefixtures("firms")
def test_a_draw_runs_through_the_desk() -> None:
    browser = at_desk("market")
    page = browser.post("/desk/inspections", {"do": "commit", "domain": FOOD, "seed_hash": HASH})
    assert HASH in page.content.decode()
    draw = Draw.objects.get().pk
    refused = browser.post("/desk/inspections", {"do": "commit", "domain": FOOD})
    assert refused.status_code == 409
    browser.post("/desk/inspections", {"do": "freeze", "draw": str(draw), "inspectors": "ZF001, ZF002，ZF003"})
    wrong = browser.post("/desk/inspections", {"do": "reveal", "draw": str(draw), "seed": "not-the-one-that-was"})
    assert wrong.status_code == 409 and not Inspection.objects.exists()
    page = browser.post("/desk/inspections", {"do": "reveal", "draw": str(draw), "seed": SEED})
    inspection = Inspection.objects.order_by("group", "rank").first()
    assert inspection is not None and inspection.code in page.content.decode()
    browser.post(
        "/desk/inspections",
        {"do": "answer", "inspection": str(inspection.pk), "outcome": "done", "reason": "未发现问题"},
    )
    assert inspection.answers.get().reason == "未发现问题"
    assert browser.post("/desk/inspections", {"do": "nothing"}).status_code == 422
    assert Browser().get("/desk/inspections").status_code == 302


PERSON = "张某110101199003070011"


@pytest.mark.parametrize("words", ["", " \u3000", "字" * 101, "食品\0经营", PERSON])
def test_a_domain_that_cannot_stand_on_a_public_page_is_refused_at_every_door(words: str) -> None:
    actor_add(key="market", kind="department", title="市场监管局", by="operator", at=NOW)
    with pytest.raises(WordsUnfit):
        committed(domain=words)
    key = client_add(actor="market", title="x", scopes=["inspections"], by="operator", at=NOW)[1]
    browser, body = at_desk("market"), json.dumps({"domain": words})
    headers = {"Authorization": f"Bearer {key}"}
    asked = browser.post("/api/v1/inspections/draws", body, content_type="application/json", headers=headers)
    assert asked.status_code == 422
    assert browser.post("/desk/inspections", {"do": "commit", "domain": words}).status_code == 422
    assert not Draw.objects.exists()


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("words", ["字" * 501, "种子\0遗失", PERSON])
def test_a_public_reason_names_no_person_and_what_cannot_be_kept_is_refused(words: str) -> None:
    draw = drawn()
    inspection = Inspection.objects.filter(draw_id=draw)[0].pk
    given: dict[str, Any] = {"inspection": inspection, "outcome": "done", "asker": MARKET, "at": later(hours=5)}
    for more in ({"reason": words}, {"document": words}):
        with pytest.raises(WordsUnfit):
            services.inspection_answer(**given | more)
    again = committed(5, seed_hash="ab" * 32)
    with pytest.raises(WordsUnfit):
        services.draw_abandon(draw=again, reason=words, asker=MARKET, at=later(hours=6))
    assert draw_shown(Draw.objects.get(pk=again), at=later(hours=7)).state == "committed"


@pytest.mark.usefixtures("firms")
def test_a_step_never_stands_before_the_one_that_it_follows() -> None:
    draw = committed()
    for at in (later(minutes=30), later(hours=1)):
        with pytest.raises(rules.StepBefore):
            services.draw_freeze(draw=draw, asker=MARKET, at=at)
    services.draw_freeze(draw=draw, asker=MARKET, at=later(hours=3))
    with pytest.raises(rules.StepBefore):
        services.draw_reveal(draw=draw, seed=SEED, asker=MARKET, at=later(hours=2))
    services.draw_reveal(draw=draw, seed=SEED, asker=MARKET, at=later(hours=4))
    assert not rules.document_verify(services.draw_export(draw=draw, asker=MARKET, at=later(hours=5))).faults
