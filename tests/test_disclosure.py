"""Who may know of a person: by statute, on consent, themselves; nobody else, and nobody learns who is held."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.models import Notice
from chengxin.cases.services.running import PaperIn, PaperNotTaken
from chengxin.disclosure.models import Acknowledgement, Call, Consent, Use, Withdrawal
from chengxin.disclosure.rules.consenting import (
    GranteeUnfit,
    PurposeNotConsented,
    TermUnfit,
    TimesUnfit,
    TypesUnfit,
    UseUnnamed,
)
from chengxin.disclosure.rules.consenting import Terms as ConsentTerms
from chengxin.disclosure.rules.disclosing import AskerBarred, CaseMissing, PurposeUnknown, TooManyToday
from chengxin.disclosure.selectors import ConsentUnknown, WithdrawalUnknown
from chengxin.disclosure.services.confirming import qualification_confirm
from chengxin.disclosure.services.consenting import (
    ConsentWithdrawn,
    PersonNotMet,
    consent_file,
    consent_give,
    consent_withdraw,
    consents_own_read,
    consents_read,
    withdrawal_acknowledge,
    withdrawal_file,
    withdrawals_read,
)
from chengxin.disclosure.services.reading import own_read, person_read
from chengxin.kernel.errors import Refusal
from chengxin.ledger.models import Entry
from chengxin.records.models import Record
from chengxin.records.services.events import record_dispute
from chengxin.subjects.selectors import person_of
from chengxin.vault import selectors as vault
from chengxin.vault import services as keys
from tests.people import DIVISION, bar, decision, licence, name, number, people_sent
from tests.world import NOW, OPERATOR, PERSON_NUMBER, TODAY, everything, later

pytestmark = pytest.mark.django_db
TOURISM = Asker("tourism", "department")
FIRM = Asker("credit-firm", "service-firm", client=7)
CENTRE = Asker("centre", "credit-centre")
SCAN = PaperIn("同意书.png", "image/png", b"\x89PNG scanned")
LICENCE = "practice-licence"


@pytest.fixture(autouse=True)
def held(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    """Persons 1 and 2 are licensed guides, 2 under a decision; person 9 is not held."""
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    settings.CHENGXIN_HOME = tmp_path / "home"
    settings.CHENGXIN_HOME.mkdir()
    for kept in (vault.seal_of, vault.blind_of):
        kept.cache_clear()
    folder = tmp_path / "files"
    folder.mkdir()
    for asker in (TOURISM, FIRM, CENTRE):
        actor_add(key=asker.key, kind=asker.kind, title=f"云川{asker.key}", by="operator", at=NOW)
    people_sent(folder, licence(1), licence(2))
    people_sent(folder, decision(2), source="practice-decisions")
    yield
    for kept in (vault.seal_of, vault.blind_of):
        kept.cache_clear()


def subject(n: int = 1) -> int:
    """The n-th person's subject."""
    return person_of(number(n), known_at=later(days=1000))


def asked(n: int = 1, asker: Asker = TOURISM, **more: Any) -> Any:
    """What the licensing authority is told of the n-th person in a case."""
    words: dict[str, Any] = {"number": number(n), "name": name(n), "purpose": "practice-supervision", "case_number": "云川文旅〔2026〕9号", "at": later(hours=1)}  # fmt: skip
    return person_read(asker=asker, **words | more)


def terms(**more: Any) -> ConsentTerms:
    """A consent to the firm for a report, for thirty days."""
    words: dict[str, Any] = {
        "grantee": FIRM.key, "purpose": "consented-report", "record_types": [LICENCE], "starts_on": TODAY, "ends_on": TODAY + timedelta(days=30),
    }  # fmt: skip
    return ConsentTerms(**words | more)


def given(n: int = 1, **more: Any) -> int:
    """The n-th person gives it at the portal."""
    return consent_give(subject=subject(n), terms=terms(**more), at=NOW).consent


def consented(n: int = 1, **more: Any) -> Any:
    """What the firm is told of the n-th person on their consent."""
    return asked(n, FIRM, **{"purpose": "consented-report", "case_number": ""} | more)


def fields(answer: Any, record_type: str = LICENCE) -> dict[str, str]:
    """field → value of the first record of the type."""
    record = next(each for each in answer.as_dict()["records"] if each["record_type"] == record_type)
    return {cell["field"]: cell["value"] for cell in record["fields"]}


# --- by statute -------------------------------------------------------------------------------------------------------------------


def test_an_authority_reads_what_its_statute_needs_and_each_class_withheld_bears_its_article() -> None:
    answer = asked(2)
    told = answer.as_dict()
    assert (told["outcome"], told["by"], told["article"]) == ("shown", "statute", "《中华人民共和国行政许可法》第61条")
    assert fields(answer)["licence_number"] == "D-3901-000002"
    assert fields(answer, "practice-decision")["decision"] == "暂扣许可证件"
    assert told["identity"] == {"name": name(2), "number": "*" * 14 + number(2)[-4:]}
    assert told["keep_until"] == date(2027, 5, 21)
    classes = {(each["class"], each["what"]) for each in told["withheld"]}
    assert {("type", "职业荣誉"), ("type", "职称和职业资格"), ("over", "已过期限、撤回或者更正的记录")} <= classes
    assert ("repair", "已修复的记录") in classes and ("objection", "异议尚未办结的记录") in classes
    assert all(each["article"].startswith("《") and each["article_en"] for each in told["withheld"])
    entry = Entry.objects.get(pk=told["trace"])
    assert (entry.event, entry.subject, entry.actor) == ("disclosure.person.read", subject(2), "tourism")
    assert entry.detail["case_number"] == "云川文旅〔2026〕9号" and entry.detail["right"] == "statute"
    assert told["receipt"]["commitment"]


def test_a_registrar_is_told_of_a_bar_on_office_that_a_decision_on_this_person_states_and_of_nothing_else(
    tmp_path: Path,
) -> None:
    assert asked(2, purpose="office-registration").as_dict()["outcome"] == "nothing"
    people_sent(tmp_path, bar(2), source="office-bars")
    told = asked(2, purpose="office-registration").as_dict()
    assert (told["outcome"], told["by"]) == ("shown", "statute")
    assert [each["record_type"] for each in told["records"]] == ["office-bar"]
    assert {cell["field"] for cell in told["records"][0]["fields"]} >= {"bar", "ends_on", "authority", "document"}
    assert "office-bar" not in {each["record_type"] for each in asked(2).as_dict()["records"]}


def test_what_is_withheld_tells_nothing_of_the_person() -> None:
    assert [e.as_dict() for e in asked(1).found.withheld] == [e.as_dict() for e in asked(2).found.withheld]


def test_a_reading_without_its_case_is_refused() -> None:
    with pytest.raises(CaseMissing, match="Supervising"):
        asked(case_number=" ")


@pytest.mark.parametrize(
    ("asker", "purpose", "reason"),
    [
        (FIRM, "practice-supervision", "asker-not-permitted"),
        (OPERATOR, "practice-supervision", "asker-not-permitted"),
        (CENTRE, "hiring", "nothing-to-tell"),
        (FIRM, "bank-credit", "purpose-closed"),
        (TOURISM, "consented-report", "asker-not-permitted"),
    ],
)
def test_whoever_may_not_ask_is_told_the_article_and_nothing_of_anybody(
    asker: Asker, purpose: str, reason: str
) -> None:
    answers = [asked(n, asker, purpose=purpose).as_dict() for n in (1, 9)]
    assert {a["reason"]["code"] for a in answers} == {reason} and not any(
        a["records"] or a["identity"] for a in answers
    )
    entry = Entry.objects.get(pk=answers[0]["trace"])
    assert entry.event == "disclosure.person.read" and entry.subject is None


@pytest.mark.parametrize("purpose", ["own-record", "qualification-confirmation", "statutory-duty", "none"])
def test_what_is_no_purpose_of_reading_another_person_is_none(purpose: str) -> None:
    with pytest.raises(PurposeUnknown, match="practice-supervision"):
        asked(purpose=purpose)


# --- nobody learns who is held ----------------------------------------------------------------------------------------------------


def seen(answer: Any) -> dict[str, Any]:
    """What the asker sees, but for the entry's number and salt."""
    return {key: value for key, value in answer.as_dict().items() if key not in ("trace", "receipt")}


def test_unknown_not_agreeing_and_not_allowed_are_answered_alike() -> None:
    given(1)
    answers = [consented(9), consented(1, name=name(2)), consented(2), consented(1, consent=12345)]
    assert all(seen(answer) == seen(answers[0]) for answer in answers)
    assert answers[0].as_dict()["reason"]["code"] == "nothing-to-tell"


def test_the_receipt_of_an_attempt_names_nobody_and_the_person_still_sees_it() -> None:
    told = [consented(n).as_dict()["trace"] for n in (2, 9)]
    assert [Entry.objects.get(pk=each).subject for each in told] == [None, None]
    tried = Entry.objects.filter(event="disclosure.person.tried").order_by("pk")
    assert [entry.subject for entry in tried] == [subject(2), None]
    assert [entry.pk for entry in tried] == [each - 1 for each in told], "also the numbers of the entries tell nothing"


def test_neither_number_nor_name_is_kept_in_the_clear() -> None:
    given(1)
    consented(1)
    consented(2)
    asked(1)
    asked(9)
    with pytest.raises(Refusal) as caught:
        asked(number=number(1)[:-1] + "A")
    assert number(1)[:-1] not in str(caught.value)
    qualification_confirm(asker=FIRM, name=name(1), certificate="D-3901-000001", at=NOW)
    kept = everything()
    for words in (number(1), name(1), number(9), name(9), "D-3901-000001"):
        assert words not in kept


# --- on consent -------------------------------------------------------------------------------------------------------------------


def test_whom_the_person_allowed_reads_what_they_allowed_and_no_more() -> None:
    consent = given(2)
    answer = consented(2)
    told = answer.as_dict()
    assert (told["by"], told["consent"]) == ("consent", consent)
    assert {each["record_type"] for each in told["records"]} == {LICENCE}, "the decision was not allowed"
    assert fields(answer)["licence_number"] == "*" * 9 + "0002"
    assert ("not-allowed", "许可机关对执业人员的正式决定") in {(e["class"], e["what"]) for e in told["withheld"]}
    assert Use.objects.get().entry == told["trace"]


def test_a_consent_is_to_one_reader_for_one_purpose_in_its_term() -> None:
    given(1, starts_on=TODAY + timedelta(days=1), ends_on=TODAY + timedelta(days=3))
    actor_add(key="other-firm", kind="service-firm", title="乙", by="operator", at=NOW)
    outcomes = [
        str(consented(1, at=later(days=days)).found.outcome) for days in (0, 1, 2, 3)
    ]  # fmt: skip
    assert outcomes == ["nothing", "shown", "shown", "nothing"]
    in_term = later(days=1)
    assert str(consented(1, at=in_term, purpose="credit-bureau").found.outcome) == "nothing"
    other = person_read(
        asker=Asker("other-firm", "service-firm"), number=number(1), name=name(1), purpose="consented-report", at=in_term
    )  # fmt: skip
    assert str(other.found.outcome) == "nothing"


def test_a_consent_is_used_as_often_as_it_says() -> None:
    given(1, most=2)
    assert [str(consented(1).found.outcome) for _ in range(3)] == ["shown", "shown", "nothing"]
    assert [use.number for use in Use.objects.order_by("pk")] == [0, 1]


def test_hiring_is_one_named_use() -> None:
    hiring: dict[str, Any] = {"purpose": "hiring", "grantee": FIRM.key}
    with pytest.raises(UseUnnamed):
        given(1, **hiring)
    with pytest.raises(UseUnnamed):
        given(1, **hiring, named_use=f"招聘{PERSON_NUMBER}")
    with pytest.raises(TimesUnfit):
        given(1, **hiring, named_use="2026年导游招聘", most=2)
    given(1, **hiring, named_use="2026年导游招聘")
    assert [str(consented(1, purpose="hiring").found.outcome) for _ in range(2)] == ["shown", "nothing"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"purpose": "practice-supervision"}, PurposeNotConsented),
        ({"purpose": "bank-credit"}, GranteeUnfit),
        ({"grantee": "tourism"}, GranteeUnfit),
        ({"record_types": []}, TypesUnfit),
        ({"record_types": ["administrative-penalty"]}, TypesUnfit),
        ({"starts_on": TODAY - timedelta(days=1)}, TermUnfit),
        ({"ends_on": TODAY}, TermUnfit),
        ({"ends_on": TODAY + timedelta(days=400)}, TermUnfit),
        ({"most": 0}, TimesUnfit),
    ],
)
def test_what_cannot_be_allowed_is_refused(change: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as caught:
        given(1, **change)
    assert "[" not in caught.value.message.replace("[2026]", "") and not Consent.objects.exists()


@pytest.mark.parametrize(
    "broken",
    [{"single": True, "most": None}, {"single": True, "most": 1, "named_use": ""}, {"way": "paper"}, {"record_types": []}, {"most": 0}],
)  # fmt: skip
def test_the_database_itself_holds_what_a_consent_is(broken: dict[str, Any]) -> None:
    whole: dict[str, Any] = {
        "subject_id": subject(1), "grantee": FIRM.key, "purpose": "hiring", "jurisdiction": "cn", "record_types": [LICENCE], "starts_on": TODAY,
        "ends_on": later(days=3).date(), "most": 1, "single": False, "named_use": "招聘", "way": "portal", "lawbook_digest": "x", "by": "public", "at": NOW,
    }  # fmt: skip
    Consent.objects.create(**whole)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(**whole | broken)


# --- withdrawn --------------------------------------------------------------------------------------------------------------------


def test_after_the_withdrawal_the_next_reading_is_refused_and_the_grantee_is_told() -> None:
    consent = given(1)
    consented(1)
    consent_withdraw(consent=consent, subject=subject(1), at=later(hours=2))
    assert str(consented(1, at=later(hours=3)).found.outcome) == "nothing"
    notice = Notice.objects.get(about=f"consent:{consent}")
    assert notice.told == subject(1)
    with pytest.raises(ConsentWithdrawn):
        consent_withdraw(consent=consent, subject=subject(1), at=later(hours=4))
    (shown,) = consents_own_read(subject=subject(1), at=later(hours=4))
    assert (str(shown.state), shown.used) == ("withdrawn", 1)


def test_a_consent_is_taken_back_by_its_giver_alone() -> None:
    consent = given(1)
    with pytest.raises(ConsentUnknown):
        consent_withdraw(consent=consent, subject=subject(2), at=NOW)
    with pytest.raises(ConsentUnknown):
        withdrawal_file(consent=consent, number=number(2), name=name(2), asker=CENTRE, at=NOW)
    with pytest.raises(AskerBarred):
        withdrawal_file(consent=consent, number=number(1), name=name(1), asker=FIRM, at=NOW)
    withdrawal_file(consent=consent, number=number(1), name=name(1), asker=CENTRE, at=NOW)
    assert Withdrawal.objects.get().way == "paper"


def test_the_database_itself_lets_no_use_in_after_a_withdrawal_nor_past_what_was_allowed() -> None:
    once, free = given(1, most=1), given(1)
    Use.objects.create(consent_id=once, number=0, entry=1, by="x", at=NOW)
    with pytest.raises(IntegrityError, match="used up"), transaction.atomic():
        Use.objects.create(consent_id=once, number=1, entry=2, by="x", at=NOW)
    with pytest.raises(IntegrityError, match="used up"), transaction.atomic():
        Use.objects.create(consent_id=free, number=-1, entry=2, by="x", at=NOW)
    consent_withdraw(consent=free, subject=subject(1), at=NOW)
    with pytest.raises(IntegrityError, match="withdrawn"), transaction.atomic():
        Use.objects.create(consent_id=free, number=0, entry=3, by="x", at=NOW)


def test_a_withdrawal_is_known_after_the_readings_that_it_waited_for() -> None:
    consent = given(1)
    consented(1, at=later(hours=5))
    consent_withdraw(consent=consent, subject=subject(1), at=later(hours=4))
    assert Withdrawal.objects.get().at == later(hours=5)


def test_the_grantee_takes_note_by_a_day_that_is_lawbook_data() -> None:
    consent = given(1)
    consent_withdraw(consent=consent, subject=subject(1), at=NOW)
    (waiting,) = withdrawals_read(asker=FIRM, at=later(days=1))
    assert (waiting.consent, waiting.due_on, waiting.late) == (consent, date(2026, 11, 25), False)
    assert [each.late for each in withdrawals_read(asker=CENTRE, at=later(days=4))] == [True]
    assert withdrawals_read(asker=TOURISM, at=NOW) == []
    for other in (CENTRE, TOURISM):
        with pytest.raises(WithdrawalUnknown):
            withdrawal_acknowledge(consent=consent, asker=other, at=NOW)
    for _ in range(2):
        withdrawal_acknowledge(consent=consent, asker=FIRM, at=later(days=1))
    assert Acknowledgement.objects.count() == 1 and withdrawals_read(asker=FIRM, at=later(days=1)) == []
    assert len(withdrawals_read(asker=FIRM, at=later(days=1), acknowledged=True)) == 1


# --- on paper ---------------------------------------------------------------------------------------------------------------------


def filed(asker: Asker = CENTRE, n: int = 1, scan: PaperIn = SCAN, **more: Any) -> int:
    """A consent on paper, entered by this asker."""
    return consent_file(number=number(n), name=name(n), terms=terms(**more), scan=scan, asker=asker, at=NOW).consent


def test_a_consent_on_paper_is_entered_with_its_scan_which_is_sealed() -> None:
    consent = filed()
    row = Consent.objects.get(pk=consent)
    assert (row.way, row.by) == ("paper", "centre") and b"PNG scanned" not in bytes(row.sealed or b"")
    assert b"PNG scanned".hex() not in everything()
    assert str(consented(1).found.outcome) == "shown"
    (shown,) = consents_read(asker=FIRM, at=NOW)
    assert shown.consent == consent and "subject" not in shown.as_dict()


def test_paper_is_taken_by_the_counter_or_by_the_authority_that_it_is_to() -> None:
    hiring: dict[str, Any] = {"purpose": "hiring", "named_use": "2026年录用"}
    filed(TOURISM, grantee="tourism", **hiring)
    for asker in (FIRM, TOURISM):
        with pytest.raises(AskerBarred):
            filed(asker)
    with pytest.raises(PaperNotTaken):
        filed(scan=PaperIn("x", "text/plain", b"words"))
    with pytest.raises(PaperNotTaken):
        filed(scan=PaperIn("x", "image/png", b""))


def test_a_paper_of_nobody_is_refused_alike_whether_unknown_or_not_agreeing() -> None:
    said = []
    for person, called in ((9, 9), (1, 2)):
        with pytest.raises(PersonNotMet) as caught:
            consent_file(number=number(person), name=name(called), terms=terms(), scan=SCAN, asker=CENTRE, at=NOW)
        said.append(caught.value.as_dict())
    assert said[0] == said[1]


def test_the_scan_lies_under_the_vaults_key_and_goes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "GRACE", 0.0)
    consent = filed()
    for ring in ("vault", "index"):
        keys.key_add(ring=ring, by="operator", at=NOW)
        keys.values_reseal(ring=ring, by="operator", at=NOW)
        keys.keys_retire(ring=ring, by="operator", at=NOW)
    for kept in (vault.seal_of, vault.blind_of):
        kept.cache_clear()
    row = Consent.objects.get(pk=consent)
    assert vault.seal_of("vault").unseal(bytes(row.sealed or b""), f"disclosure_consent:{row.subject_id}:{row.scan_digest}".encode()) == SCAN.content  # fmt: skip
    assert str(consented(1).found.outcome) == "shown"
    assert qualification_confirm(asker=FIRM, name=name(1), certificate="D-3901-000001", at=NOW).confirmed


# --- effect, limits, and the person themselves ------------------------------------------------------------------------------------


def test_past_its_term_or_under_objection_a_record_is_told_to_nobody_but_the_person() -> None:
    of_decision = Record.objects.get(record_type="practice-decision")
    record_dispute(record=of_decision.pk, grounds="有误", by="operator", at=later(minutes=1))
    assert {each.record_type for each in asked(2).found.records} == {LICENCE}
    assert {each.record_type for each in asked(1, at=later(days=1200)).found.records} == set()
    own = own_read(subject=subject(2), at=later(days=1200)).as_dict()
    assert {(each["record_type"], each["state"]) for each in own["records"]} == {("practice-licence", "none"), ("practice-decision", "none")}  # fmt: skip
    assert own["identity"]["name"] == name(2)
    assert Entry.objects.filter(event="disclosure.person.read", actor="public", subject=subject(2)).exists()


def test_the_calls_of_a_day_are_counted_by_program_and_purpose_and_end() -> None:
    answer = consented(9)
    Call.objects.bulk_create(
        Call(actor=FIRM.key, client=7, purpose="consented-report", day=TODAY, number=n, most=200) for n in range(1, 200)
    )  # fmt: skip
    with pytest.raises(TooManyToday, match="200"):
        consented(9)
    assert Entry.objects.filter(event="disclosure.call.refused").count() == 1
    assert seen(consented(9, purpose="credit-bureau"))["reason"] == seen(answer)["reason"]
    assert str(consented(9, at=later(days=1)).found.outcome) == "nothing"
    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.create(actor="x", client=0, purpose="hiring", day=TODAY, number=5, most=5)


# --- confirming a qualification ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("called", "certificate", "days", "yes"),
    [
        (1, "D-3901-000001", 0, True),
        (1, "ｄ－3901－000001 ", 0, True),
        (2, "D-3901-000001", 0, False),
        (1, "D-3901-000009", 0, False),
        (1, "D-3901-000001", 1200, False),
        (2, "D-3901-000002", 0, False),
        (2, "D-3901-000002", 10, True),
    ],
)
def test_a_qualification_is_confirmed_by_name_and_number_or_not(
    called: int, certificate: str, days: int, yes: bool
) -> None:
    """The second person's licence is suspended until the first of December."""
    answer = qualification_confirm(asker=FIRM, name=name(called), certificate=certificate, at=later(days=days))
    assert answer.confirmed is yes and set(answer.as_dict()) == {"confirmed", "on", "trace", "receipt"}
    entry = Entry.objects.get(pk=answer.trace)
    assert entry.subject == (subject(called) if yes else None)


def test_a_no_names_nobody_to_whoever_asked_and_is_still_seen_by_the_person() -> None:
    qualification_confirm(asker=FIRM, name=name(2), certificate="D-3901-000002", at=NOW)
    assert Entry.objects.get(event="disclosure.qualification.tried").subject == subject(2)


def test_a_decision_under_objection_takes_no_licence_away() -> None:
    of_decision = Record.objects.get(record_type="practice-decision")
    record_dispute(record=of_decision.pk, grounds="有误", by="operator", at=later(minutes=1))
    assert qualification_confirm(asker=FIRM, name=name(2), certificate="D-3901-000002", at=later(hours=1)).confirmed
