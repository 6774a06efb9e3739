"""Statements of reasons, commitments, duties, disclosures and payment firms: public, without persons, never edited."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.models import Breach, Disclosure, Payer, Statement
from chengxin.commerce.merchants.selectors import commitments_of, commitments_public, statement_shown, statements_found
from chengxin.commerce.merchants.services.committing import breach_link, commitment_sign
from chengxin.commerce.merchants.services.stating import statement_file, statement_step
from chengxin.commerce.merchants.tests.stalls import (
    PLATFORM,
    csv_write,
    digest,
    filed,
    platform_add,
    shop,
    stall,
)
from chengxin.kernel.wording import WordsUnfit
from chengxin.law import load
from chengxin.records.models import Record
from chengxin.site.cli import run
from tests.people import DIVISION
from tests.world import NOW, PERSON_NUMBER, TODAY, code, later, penalty, sent

pytestmark = [pytest.mark.django_db]
ITSELF, MARKET = Asker(PLATFORM, "platform"), Asker("market", "department")
MOBILE = "13800138000"
SAID: dict[str, Any] = {
    "number": "YJ-2026-1", "shop": "p1", "measure": "suspended", "ground": "illegal", "reference": "《中华人民共和国电子商务法》第十三条",
    "facts": "连续三次抽检不合格", "contest": "十日内在商家后台申诉", "decided_on": date(2026, 11, 20), "from_on": date(2026, 11, 20),
    "until": date(2026, 12, 20), "detected_by_machine": True, "decided_by_machine": False,
}  # fmt: skip


@pytest.fixture(autouse=True)
def platform(settings: Any) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    platform_add()
    filed(shop(1), stall(1))


def stated(at: Any = NOW, **changes: Any) -> Statement:
    return statement_file(platform=PLATFORM, by=PLATFORM, at=at, **{**SAID, **changes})


def test_a_statement_says_why_is_searched_and_never_edited() -> None:
    made = stated()
    assert stated(at=later(hours=1)).pk == made.pk and Statement.objects.count() == 1
    with pytest.raises(rules.StatementFiled):
        stated(facts="另有说法")
    shown = statement_shown(made, on=TODAY, known_at=NOW)
    # Decided on a Friday, published on the Sunday: within one working day.
    assert (shown["state"], shown["late"], shown["detected_by_machine"], shown["decided_by_machine"]) == (
        "in-force",
        False,
        True,
        False,
    )
    assert statement_shown(made, on=date(2026, 12, 21), known_at=NOW)["state"] == "over"
    assert statement_shown(stated(number="YJ-2", decided_on=date(2026, 11, 18)), on=TODAY, known_at=NOW)["late"]
    assert [s.number for s in statements_found(known_at=NOW, words="抽检", platform=PLATFORM)] == ["YJ-2", "YJ-2026-1"]
    assert (
        not statements_found(known_at=NOW, measure="ended").exists()
        and not statements_found(known_at=NOW - timedelta(days=1)).exists()
    )

    step: dict[str, Any] = {"statement": made, "asker": ITSELF}
    statement_step(kind="contested", words="商家认为抽样有误", at=later(hours=1), **step)
    assert statement_shown(made, on=TODAY, known_at=later(hours=1))["contested"]
    statement_step(kind="answered", words="复检合格两次", at=later(hours=2), **step)
    statement_step(
        kind="corrected",
        words="次数写错",
        changes={"facts": "一次抽检不合格", "until": date(2026, 11, 25)},
        at=later(hours=3),
        **step,
    )
    now = statement_shown(made, on=TODAY, known_at=later(hours=3))
    assert (now["facts"], now["until"], now["contested"]) == ("一次抽检不合格", date(2026, 11, 25), False)
    assert statement_shown(made, on=TODAY, known_at=NOW)["facts"] == SAID["facts"]
    statement_step(kind="withdrawn", words="措施撤销", at=later(hours=4), **step)
    assert statement_shown(made, on=TODAY, known_at=later(hours=4))["state"] == "withdrawn"
    with pytest.raises(rules.StatementWithdrawn):
        statement_step(kind="contested", words="又及", at=later(hours=5), **step)
    actor_add(key="market", kind="department", title="市场监管局", by="operator", at=NOW)
    with pytest.raises(rules.FiledForAnother):
        statement_step(
            statement=Statement.objects.get(number="YJ-2"), kind="withdrawn", words="不当", asker=MARKET, at=NOW
        )


@pytest.mark.parametrize(
    "change",
    [
        {"facts": f"店主电话{MOBILE}"}, {"contest": "致电 138-0013-8000"}, {"reference": f"身份证{PERSON_NUMBER}"}, {"facts": " "},
        {"measure": "jail"}, {"until": date(2026, 11, 1)}, {"decided_on": date(2026, 12, 1)}, {"number": MOBILE},
    ],
)  # fmt: skip
def test_a_statement_that_names_a_person_or_does_not_hold_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((rules.StatementUnfit, WordsUnfit)) as refused:
        stated(**change)
    assert MOBILE not in str(refused.value) and not Statement.objects.exists()


def test_the_database_wants_a_ground_the_facts_and_a_way_to_contest() -> None:
    made = stated()
    words = {f.name: getattr(made, f.name) for f in Statement._meta.fields if f.name != "id"}
    for change in ({"ground": "mood"}, {"facts": ""}, {"until": date(2026, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Statement.objects.create(**{**words, "number": "x", **change})


def test_a_commitment_is_signed_once_a_version_and_a_breach_is_a_record_only_by_a_decision(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1), penalty(2))
    signed: dict[str, Any] = {"platform": PLATFORM, "digest": digest(1), "signed_on": TODAY, "by": PLATFORM, "at": NOW}
    made = commitment_sign(form="merchant", shop="s1", **signed)
    assert commitment_sign(form="merchant", shop="s1", **signed).pk == made.pk and made.on_behalf
    commitment_sign(form="individual-seller", shop="p1", **signed)
    assert not commitment_sign(form="platform", **signed).on_behalf
    for form, whose in (("individual-seller", "s1"), ("merchant", "p1"), ("merchant", ""), ("none", "s1")):
        with pytest.raises(rules.FormUnfit):
            commitment_sign(form=form, shop=whose, **signed)
    found: dict[str, Any] = {
        "commitment": made.pk,
        "promise": "price",
        "source": "complaint",
        "digest": digest(2),
        "asker": MARKET,
        "at": NOW,
    }
    breach_link(reference="投诉2026-1", **found)
    assert [
        b["reference"] for p in commitments_of(PLATFORM, "s1", known_at=NOW)[0]["promises"] for b in p["breaches"]
    ] == ["投诉2026-1"]
    # Linked, it is evidence in the file; shown to anybody only once a decision made it a record.
    assert not [b for p in commitments_public(PLATFORM, "s1", known_at=NOW)[0]["promises"] for b in p["breaches"]]
    other = Record.objects.exclude(subject__identifiers__value=code(1)).get()
    with pytest.raises(rules.BreachUnfit):
        breach_link(reference="案件1", record=other.pk, **found)
    own = Record.objects.get(subject__identifiers__value=code(1))
    breach_link(reference="案件1", record=own.pk, **found)
    shown = [b for p in commitments_public(PLATFORM, "s1", known_at=NOW)[0]["promises"] for b in p["breaches"]]
    assert [(b["reference"], b["record"]) for b in shown] == [("案件1", own.pk)]
    with pytest.raises(rules.NotTheRegulator):
        breach_link(reference="x", **{**found, "asker": ITSELF})
    person = commitments_of(PLATFORM, "p1", known_at=NOW)[0]["commitment"]
    with pytest.raises(rules.BreachUnfit):
        breach_link(reference="案件2", record=own.pk, **{**found, "commitment": person})
    assert Breach.objects.count() == 2


def test_the_commands_show_statements_and_commitments_sign_and_state_a_duty(capsys: pytest.CaptureFixture[str]) -> None:
    stated()

    def told(*words: str) -> Any:
        assert run(["merchants", *words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    assert [s["number"] for s in told("statements", PLATFORM)["statements"]] == [SAID["number"]]
    assert told("statements", "nobody")["statements"] == []
    assert told("commitments", PLATFORM)["commitments"] == []
    signed = told("sign", PLATFORM, "merchant", "--shop", "s1", "--digest", digest(1), "--by", PLATFORM)
    assert [(c["form"], c["on_behalf"]) for c in signed["commitments"]] == [("merchant", True)]
    assert told("commitments", PLATFORM, "--shop", "s1") == signed
    duty = told("duties", PLATFORM)["duties"][0]["duty"]
    done = told("duty", PLATFORM, duty, "done", "--say", "已公示", "--digest", digest(2), "--by", PLATFORM)["duties"]
    assert [(d["state"], d["words"]) for d in done if d["duty"] == duty] == [("done", "已公示")]
    # Done without evidence, and signed by another than the platform: refused.
    assert run(["merchants", "duty", PLATFORM, duty, "done", "--by", PLATFORM, "--json"]) != 0
    platform_add("other")
    assert run(["merchants", "sign", PLATFORM, "platform", "--digest", digest(1), "--by", "other", "--json"]) != 0


def test_the_commands_file_statements_breaches_disclosures_and_payers_row_by_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(action: str, rows: list[dict[str, Any]], *places: str, by: str = "operator") -> Any:
        path = csv_write(tmp_path / "rows.csv", rows)
        assert run(["merchants", action, *places, str(path), "--by", by, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    row = {
        name: "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in SAID.items()
    }
    bad = [
        row | {"number": "A2", "facts": f"电话{MOBILE}"},
        row | {"number": "A3", "decided_on": "昨天"},
        row | {"number": "A4", "shop": "no"},
    ]
    bad += [
        row | {"number": "店 五"},
        row | {"number": "A6", "ground": "mood"},
        row | {"number": "A7", "decided_by_machine": "perhaps"},
    ]
    done = told("state", [row, *bad], PLATFORM, by=PLATFORM)
    assert (done["rows"], done["accepted"], done["refused"]) == (7, 1, 6)
    assert [(r["line"], r["code"]) for r in done["refused_rows"]] == [
        (3, "statement-unfit"), (4, "merchants-cell-unfit"), (5, "shop-unknown"), (6, "merchants-cell-unfit"), (7, "merchants-cell-unfit"),
        (8, "merchants-cell-unfit"),
    ]  # fmt: skip
    assert MOBILE not in json.dumps(done) and all(r["detail"] and r["detail_en"] for r in done["refused_rows"])
    assert told("state", [row], PLATFORM, by=PLATFORM)["accepted"] == 1 and Statement.objects.count() == 1
    made = commitment_sign(
        platform=PLATFORM, form="merchant", shop="s1", digest=digest(1), signed_on=TODAY, by=PLATFORM, at=NOW
    )
    breach = {
        "commitment": str(made.pk),
        "promise": "price",
        "source": "inspection",
        "reference": "抽查1",
        "digest": digest(2),
    }
    done = told("breach", [breach, breach | {"promise": "none"}, breach | {"commitment": "0"}])
    assert (done["accepted"], [r["code"] for r in done["refused_rows"]]) == (
        1,
        ["commitment-breach-unfit", "merchants-cell-unfit"],
    )
    page = {
        "kind": "rules",
        "title": "平台规则",
        "words": "七日无理由",
        "url": "https://mall.example/rules",
        "since": "2026-01-01",
    }
    kinds = list(load().on(TODAY, "cn").code_lists["platform-disclosures"].choices)
    page["kind"] = kinds[0]
    for _ in range(2):
        assert told("disclose", [page], PLATFORM, by=PLATFORM)["accepted"] == 1
    assert Disclosure.objects.count() == 1
    platform_add("other")
    assert told("disclose", [page], PLATFORM, by="other")["refused_rows"][0]["code"] == "merchants-filed-for-another"
    payer = {
        "code": code(9),
        "name": "某支付有限公司",
        "state": "licensed",
        "document": "银发〔2026〕1号",
        "decided_on": "2026-01-01",
    }
    for _ in range(2):
        assert told("payers", [payer, payer | {"state": "good"}])["refused"] == 1
    assert Payer.objects.count() == 1
    assert told("payers", [payer], by=PLATFORM)["refused_rows"][0]["code"] == "merchants-not-the-regulator"
    # A file of other columns is refused whole.
    path = csv_write(tmp_path / "rows.csv", [{"number": "x", "telephone": "1"}])
    assert run(["merchants", "state", PLATFORM, str(path), "--json"]) != 0
