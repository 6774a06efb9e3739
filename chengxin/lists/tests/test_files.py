"""A subject's whole file, as of any day and any instant, and what of it the public may see."""

from datetime import date
from pathlib import Path

import pytest

from chengxin import law
from chengxin.actors.selectors import Asker
from chengxin.ledger.models import Entry
from chengxin.lists.rules import Fact, listed, measures_in, record_types_deciding
from chengxin.lists.selectors import SubjectFile, file_shown, subject_file
from chengxin.lists.services.reading import subject_read
from chengxin.records.models import Record
from chengxin.records.rules import Standing, Terms
from chengxin.records.services.events import record_dispute, record_repair
from chengxin.subjects.selectors import SubjectUnknown
from chengxin.subjects.services.merging import subjects_merge, subjects_unmerge
from tests.world import NOW, TODAY, code, later, listing, penalty, sent

LAW = law.load().on(TODAY)


def file_of(n: int = 1, *, on: date = TODAY, hours: float = 24) -> SubjectFile:
    return subject_file(code(n), on=on, known_at=later(hours=hours))


@pytest.mark.django_db
def test_a_file_holds_every_record_with_its_state_on_the_day(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1), penalty(1, kind="警告", content="警告。", fine="", document="2号"))
    sent(tmp_path, listing(1), source="abnormal-operations")
    shown = file_shown(file_of(), LAW)
    assert [r["record_type"] for r in shown["records"]] == ["administrative-penalty"] * 2 + ["abnormal-operations"]
    by_document = {r["document"]: r for r in shown["records"]}
    fined, warned, entry = (
        by_document["云川市监处罚〔2026〕00001号"],
        by_document["2号"],
        by_document["云川市监列入〔2026〕00001号"],
    )
    assert (fined["effect"], fined["shown"], fined["lists"]) == ("counts", True, ["penalties"])
    assert (warned["effect"], warned["shown"], warned["lists"]) == ("none", False, [])
    assert (entry["effect"], entry["shown"], entry["lists"]) == ("counts", True, ["abnormal-operations"])
    assert (entry["effect_until"], fined["late_days"] or 0) == (None, fined["late_days"] or 0)
    for record in shown["records"]:
        assert record["authority"] and record["document"] and record["decided_on"] and record["received_at"] == NOW
        assert [e["kind"] for e in record["events"]] == ["filed"]


@pytest.mark.django_db
def test_a_file_as_of_then_says_what_was_known_then(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1, fine="2"), at=later(hours=1))
    sent(tmp_path, penalty(1, fine="3"), at=later(hours=2))
    record = Record.objects.order_by("pk")[1].pk
    record_dispute(record=record, by="operator", at=later(hours=3), grounds="x")
    record_repair(record=record, by="operator", at=later(hours=4), on=date(2026, 12, 1), decision="y")
    with pytest.raises(SubjectUnknown):
        file_of(hours=0)
    states = {h: sorted(r.standing.word for r in file_of(hours=h).records) for h in (1, 2, 3, 4)}
    assert states == {
        1: ["standing"],
        2: ["standing", "superseded"],
        3: ["disputed", "superseded"],
        4: ["repaired", "superseded"],
    }
    effects = {d: sorted(str(r.effect) for r in file_of(on=d).records) for d in (date(2026, 11, 30), date(2026, 12, 1))}
    assert effects == {date(2026, 11, 30): ["none", "suspended"], date(2026, 12, 1): ["none", "none"]}


@pytest.mark.django_db
def test_a_merged_file_holds_both_and_an_unmerged_one_its_own(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1), penalty(2))
    one, other = Record.objects.order_by("pk").values_list("subject_id", flat=True)
    subjects_merge(absorbed=one, into=other, by="operator", at=later(hours=1), reason="同一企业")
    assert [len(file_of(n, hours=h).records) for n in (1, 2) for h in (0, 1)] == [1, 2, 1, 2]
    merged = file_of(1, hours=1)
    assert merged.subject == other and {i.value for i in merged.identifiers} == {code(1), code(2)}
    subjects_unmerge(absorbed=one, into=other, by="operator", at=later(hours=2), reason="查明不是")
    assert [len(file_of(n, hours=2).records) for n in (1, 2)] == [1, 1]
    assert len(file_of(1, hours=1).records) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, True),
        ({"shown_until": "2026-11-21"}, False),
        ({"shown_until": "2026-11-22"}, True),
        ({"decided_on": "2025-11-22"}, False),
        ({"decided_on": "2025-11-23"}, True),
        ({"信息使用范围": "1"}, False),
        ({"信息使用范围": "0"}, True),
        ({"当前状态": "1"}, False),
        ({"kind": "吊销许可证件", "fine": "", "decided_on": "2023-11-23"}, True),
        ({"kind": "吊销许可证件", "fine": "", "decided_on": "2023-11-22"}, False),
    ],
)
def test_the_public_sees_a_record_within_its_term_and_where_the_sender_allows(
    tmp_path: Path, changes: dict[str, str], shown: bool
) -> None:
    """The last day for showing that a document names is included; a term of months ends before the same day of its month."""
    sent(tmp_path, penalty(1, **changes))
    assert file_of().records[0].shown is shown


@pytest.mark.django_db
def test_reading_a_file_is_traced_before_it_is_given(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1))
    file = subject_read(
        number=code(1), asker=Asker("finance", "department"), on=TODAY, at=later(hours=1), purpose="核实"
    )
    entry = Entry.objects.get(event="lists.subject.read")
    assert (entry.actor, entry.subject, entry.purpose, entry.at) == ("finance", file.subject, "核实", later(hours=1))
    with pytest.raises(SubjectUnknown):
        subject_read(number=code(2), asker=Asker("finance", "department"), on=TODAY, at=later(hours=1))
    assert Entry.objects.filter(event="lists.subject.read").count() == 1


# ---- rules


def fact(**changes: object) -> Fact:
    words: dict[str, object] = {
        "record": 1, "record_type": "administrative-penalty", "authority": "某机关", "document": "1号",
        "decided_on": TODAY, "terms": Terms(TODAY, None, None), "severity": "serious", "body": {}, "standing": Standing(),
    } | changes  # fmt: skip
    return Fact(**words)  # type: ignore[arg-type]


def test_a_list_takes_the_facts_that_meet_all_its_conditions_and_no_other() -> None:
    serious, revoked = LAW.lists["serious-penalties"], LAW.lists["food-licence-revoked"]
    assert listed(serious, fact())
    assert not listed(serious, fact(severity="general"))
    assert not listed(serious, fact(record_type="honour"))
    assert not listed(revoked, fact()) and listed(revoked, fact(body={"penalty_kind": "吊销食品经营许可证"}))


@pytest.mark.parametrize("matter", sorted(LAW.matters))
def test_what_can_be_decided_is_read_and_nothing_else(matter: str) -> None:
    measures = measures_in(LAW, matter)
    assert all("organisation" in m.subject_kinds and matter in m.matters for m in measures)
    assert [m.key for m in measures] == sorted(m.key for m in measures)
    types = record_types_deciding(LAW, matter)
    assert set(types) == {LAW.lists[key].record_type for m in measures for key in m.lists}
