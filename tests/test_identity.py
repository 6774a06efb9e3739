"""Numbers, names and conflicts, as real registers have them: cases for a person, never crashes."""

from pathlib import Path

import pytest

from chengxin.ledger.models import Entry
from chengxin.lists.selectors import subject_file
from chengxin.subjects.models import Conflict, Identifier, Name, Subject
from chengxin.subjects.selectors import NumberMissing, SubjectUnknown, conflicts_waiting, subject_of
from chengxin.subjects.services.conflicts import ConflictUnknown, conflict_decide
from demo.cast import CAST
from demo.sheets import cast_written
from tests.world import NOW, TODAY, code, ingest, later, old_number, organisation_code, penalty, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(tmp_path: Path) -> None:
    """The register and what the other sources send about the cast."""
    for n, (source, edition) in enumerate(
        [("enterprise-register", "zh"), ("penalty-publicity", "2018-zh"), ("abnormal-operations", "zh")]
    ):
        written = cast_written(tmp_path / f"{source}.csv", source, edition, TODAY)
        assert ingest(written.path, source, at=later(minutes=n)).accepted == written.rows


def kinds() -> dict[str, str]:
    return {conflict.about: conflict.kind for conflict in Conflict.objects.all()}


def subject_by(key: str) -> int:
    return subject_of(CAST[key].number, known_at=later(days=1))


@pytest.mark.usefixtures("cast")
def test_the_cast_s_conflicts_are_opened_as_what_they_are() -> None:
    found = kinds()
    assert found[f"subject:{subject_by('two_names')}"] == "code-several-names"
    assert found["name:云川市同名堂文具经营部"] == "name-several-codes"
    assert found["name:云川市旧门牌五金有限公司"] == "old-number-and-new-code"
    assert len(found) == 3


@pytest.mark.usefixtures("cast")
def test_parent_and_branch_are_two_subjects_and_no_conflict() -> None:
    assert subject_by("parent") != subject_by("branch")
    assert [r.record.record_type for r in file_of("parent")] == ["enterprise-registration"]
    assert [r.record.record_type for r in file_of("branch")] == ["administrative-penalty", "enterprise-registration"]


def file_of(key: str) -> list:  # type: ignore[type-arg]
    return subject_file(CAST[key].number, on=TODAY, known_at=later(days=1)).records


@pytest.mark.usefixtures("cast")
def test_an_old_number_of_15_digits_is_kept_as_what_it_is() -> None:
    identifier = Identifier.objects.get(value=CAST["old_timer"].old_number)
    assert (identifier.scheme, identifier.subject_id) == ("registration-number", subject_by("old_timer"))
    assert len(file_of("old_timer")) == 2


def test_a_branch_s_row_under_its_parent_s_code_is_told_apart_from_a_wrong_name(tmp_path: Path) -> None:
    sent(
        tmp_path,
        penalty(1, name="云川市七层楼百货股份有限公司"),
        penalty(1, name="云川市七层楼百货股份有限公司鹭洲分公司", document="2号"),
    )
    assert list(kinds().values()) == ["branch-under-parent-code"]


def test_a_conflict_is_opened_once_and_stays_decided(tmp_path: Path) -> None:
    for n in range(3):
        sent(
            tmp_path,
            penalty(1, name="云川市甲商行", document=f"甲{n}号"),
            penalty(1, name="云川市乙商行", document=f"乙{n}号"),
            at=later(hours=n),
        )
    (conflict,) = conflicts_waiting()
    assert conflict.detail == {"names": ["云川市乙商行", "云川市甲商行"]}
    conflict_decide(conflict=conflict.pk, outcome="改名", reason="执照变更", by="operator", at=later(days=1))
    assert not conflicts_waiting().exists()
    assert Entry.objects.get(event="subjects.conflict.decided").object == f"conflict:{conflict.pk}"
    for wrong in (conflict.pk, 10**9):
        with pytest.raises(ConflictUnknown):
            conflict_decide(conflict=wrong, outcome="x", reason="x", by="operator", at=later(days=1))
    sent(tmp_path, penalty(1, name="云川市乙商行", document="丙号"), at=later(days=2))
    assert not conflicts_waiting().exists()


def test_names_are_kept_as_written_once_a_normal_form(tmp_path: Path) -> None:
    names = [
        "云川市甲（集团）有限公司",
        "云川市甲(集团)有限公司",
        "雲川市甲（集團）有限公司",
        "云川市 甲（集团）有限公司",
    ]
    sent(tmp_path, *(penalty(1, name=name, document=f"{n}号") for n, name in enumerate(names)))
    assert list(Name.objects.values_list("written", "normal")) == [(names[0], "云川市甲(集团)有限公司")]


def test_a_number_is_found_however_it_is_written(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1))
    subject = Subject.objects.get().pk
    value = code(1)
    full_width = value.translate({ord(c): ord(c) + 0xFEE0 for c in value})
    for written in (value, value.lower(), f" {value[:8]} {value[8:]} ", full_width, organisation_code(1)):
        assert subject_of(written, known_at=later(days=1)) == subject
    assert subject_of(f"{organisation_code(1)[:8]}-{organisation_code(1)[8]}", known_at=later(days=1)) == subject


def test_a_number_is_known_from_the_instant_of_its_first_row(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1))
    with pytest.raises(SubjectUnknown):
        subject_of(code(1), known_at=later(seconds=-1))
    assert subject_of(code(1), known_at=NOW)
    for blank in ("", "  "):
        with pytest.raises(NumberMissing):
            subject_of(blank, known_at=NOW)


def test_the_organisation_code_comes_first_and_the_new_code_joins_it(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1, code=organisation_code(1)))
    sent(tmp_path, penalty(1), at=later(hours=1))
    sent(tmp_path, penalty(1, code=old_number(1)), at=later(hours=2))
    assert Identifier.objects.count() == 3
    assert Subject.objects.count() == 2  # nobody can tell whose the old number is
    assert subject_of(code(1), known_at=later(days=1)) == subject_of(organisation_code(1), known_at=later(days=1))
