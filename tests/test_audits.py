"""Unusual use: noticed as the ledger grows, answered by the reader, decided by a person, and about nobody who was read about."""

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.audits import rules, services
from chengxin.audits.models import Evidence, Finding
from chengxin.audits.rules import Reading, noticed
from chengxin.audits.selectors import Shown, findings_shown
from chengxin.benefits.models import Owed
from chengxin.disclosure.models import Consent
from chengxin.kernel.days import CHINA_TIME
from chengxin.ledger.models import Entry, Leaf
from chengxin.ledger.services import on_behalf, trace
from chengxin.site.cli import run
from chengxin.subjects.models import Subject
from tests.signing import signed_in, staff_account
from tests.world import NOW

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 24)  # a Tuesday
LAW = lawroom.load().on(DAY)
LAST = NOW.replace(tzinfo=None)
FIRST = LAST.replace(year=2022)


def above(detector: str) -> int:
    """Its threshold."""
    return LAW.detectors[detector].above or 0


MARKET, REFORM, OPERATOR = Asker("market", "department"), Asker("reform", "supervisor"), Asker("operator", "operator")


@pytest.fixture(autouse=True)
def agencies() -> None:
    for asker in (MARKET, REFORM):
        actor_add(key=asker.key, kind=asker.kind, title=f"{asker.key}局", by="operator", at=NOW)


def moment(hour: float, *, day: date = DAY) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA_TIME) + timedelta(hours=hour)


def read(at: datetime, *, times: int = 1, by: str = "market", account: int = 7, subject: int = 1, case: str = "云市监〔2026〕1号",
         purpose: str = "statutory-duty") -> None:  # fmt: skip
    """So many checks by an account, one second after the other."""
    for n in range(times):
        with on_behalf(account):
            trace(
                event="checks.check.answered", by=by, at=at + timedelta(seconds=n), purpose=purpose, subject=subject,
                detail={"case_number": case} if case else {},
            )  # fmt: skip


def looked(at: datetime | None = None) -> services.Looked:
    """Every entry gets its place in the tree, as the sequencer gives it, and is looked at."""
    placed = set(Leaf.objects.values_list("entry", flat=True))
    first = Leaf.objects.count()
    fresh = [number for number in Entry.objects.order_by("pk").values_list("pk", flat=True) if number not in placed]
    Leaf.objects.bulk_create(Leaf(position=first + n, entry=e, commitment=b"") for n, e in enumerate(fresh))
    return services.readings_look(law=LAW, by="operator", at=at or moment(21))


def found(asker: Asker = REFORM) -> list[Shown]:
    return findings_shown(asker)


def kinds() -> set[str]:
    return set(Finding.objects.values_list("detector", flat=True))


def test_use_within_hours_duty_and_measure_is_not_noticed() -> None:
    read(moment(9), times=above("same-subject"))
    assert looked().findings == 0 and not Finding.objects.exists()


NOTICED: dict[str, dict[str, Any]] = {
    "out-of-hours": {"at": moment(22)},
    "out-of-duty": {"at": moment(9), "purpose": "platform-verification"},
    "without-case": {"at": moment(9), "case": ""},
    "same-subject": {"at": moment(9), "times": above("same-subject") + 1},
}


@pytest.mark.parametrize(("detector", "reading"), NOTICED.items())
def test_each_detector_notices_its_own_and_nothing_else(detector: str, reading: dict[str, Any]) -> None:
    read(**reading)
    assert looked().findings == 1
    (shown,) = found()
    assert (shown.detector, shown.reader, shown.account, shown.on, shown.state) == (
        detector,
        "market",
        7,
        DAY,
        "noticed",
    )
    assert shown.entries and shown.basis and shown.value and shown.due_on > DAY


def tie(purpose: str = "hiring", grantee: str = "market") -> int:
    """A person who let the organisation read for the purpose."""
    subject = Subject.objects.create(kind="person", created_at=NOW)
    Consent.objects.create(
        subject=subject, grantee=grantee, purpose=purpose, jurisdiction="cn", record_types=["practice-licence"], starts_on=DAY,
        ends_on=DAY + timedelta(days=9), most=1, single=True, named_use="录用", way="portal", lawbook_digest="x", by="public", at=NOW,
    )  # fmt: skip
    return subject.pk


def test_a_colleague_is_noticed_as_far_as_the_register_knows_and_only_beside_what_they_allowed() -> None:
    read(moment(9), subject=tie())
    read(moment(9), subject=tie(grantee="reform"))
    read(moment(9), subject=tie("bank-credit"))
    assert looked().findings == 1
    (shown,) = found()
    assert (shown.detector, shown.count, shown.value) == ("colleague", 1, "statutory-duty")
    detector = LAW.detectors["colleague"]
    at = Reading(1, moment(9), "market", 7, "department", "hiring", "1号", False, 1, 1, tied=True)
    assert "colleague" not in {each.detector for each in noticed(LAW, [at])} and "hiring" in detector.purposes


def test_an_account_whose_role_lacks_the_duty_is_noticed() -> None:
    read(moment(9), account=staff_account("market", "reviewer").pk)
    assert looked().findings == 0
    for role in ("administrator", "role-of-yore"):
        read(moment(9), account=staff_account("market", role).pk)
    assert looked().findings == 2 and kinds() == {"out-of-duty"}
    assert {each.value for each in found()} == {"administrator", "role-of-yore"}


def test_the_chores_look_at_the_use_and_erase_what_is_owed(capfd: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel(moment(23), tick=True):
        read(moment(22))
        entry = Entry.objects.latest("pk").pk
        Leaf.objects.create(position=0, entry=entry, commitment=b"")
        Owed.objects.create(entry=entry)
        assert run(["chores", "--once", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["looked"]["findings"], told["erased"]) == (1, 1) and not Owed.objects.exists()


def test_a_burst_is_noticed_and_a_day_off_is_out_of_hours() -> None:
    most = above("burst")
    for subject in range(most + 2):
        read(moment(9) + timedelta(seconds=subject), subject=subject + 1)
    assert looked().findings == 1 and kinds() == {"burst"}
    (shown,) = found()
    assert (shown.count, shown.value, shown.against) == (2, str(most + 2), f"{most} / 10 min")
    read(moment(9, day=date(2026, 11, 28)))  # a Saturday
    assert looked().findings == 1 and kinds() == {"burst", "out-of-hours"}


def test_a_program_may_read_by_night_and_a_count_is_not_shared_between_accounts() -> None:
    trace(
        event="checks.check.answered", by="market", at=moment(3), purpose="statutory-duty", detail={"case_number": "1"}
    )
    half = above("same-subject") // 2 + 1
    read(moment(9), times=half, account=7)
    read(moment(9), times=half, account=8)
    assert looked().findings == 0


def test_the_count_goes_on_from_one_look_to_the_next_and_each_reading_is_looked_at_once() -> None:
    most = above("same-subject")
    read(moment(9), times=most)
    assert looked() == services.Looked(most, 0, Leaf.objects.count())
    read(moment(10), times=2)
    assert looked().findings == 1 and looked().readings == 0
    read(moment(11))
    looked()
    (shown,) = found()
    assert (shown.count, shown.value) == (3, str(most + 3)) and Evidence.objects.count() == 2


def test_an_entry_that_gets_its_place_late_is_not_passed_over() -> None:
    read(moment(22))
    late = Entry.objects.order_by("-pk").first()
    assert late is not None
    read(moment(9), subject=2)
    others = Entry.objects.exclude(pk=late.pk).order_by("pk").values_list("pk", flat=True)
    Leaf.objects.bulk_create(Leaf(position=n, entry=e, commitment=b"") for n, e in enumerate(others))
    assert services.readings_look(law=LAW, by="operator", at=moment(21)).findings == 0
    assert looked().findings == 1


def test_the_reader_is_heard_then_a_person_decides_once_and_the_reader_is_told() -> None:
    read(moment(22))
    looked()
    (shown,) = found()
    number = shown.finding
    with pytest.raises(rules.ReaderNotHeard, match=str(shown.due_on)):
        services.finding_decide(finding=number, kind="justified", reason="x", asker=REFORM, at=moment(23))
    reader = Asker("market", "department", account=7)
    services.finding_answer(finding=number, words="夜间联合检查", asker=reader, at=moment(24))
    services.finding_answer(finding=number, words="夜间联合检查，附通知", document="9号", asker=reader, at=moment(25))
    with pytest.raises(rules.FindingNotYours):
        services.finding_decide(finding=number, kind="justified", reason="x", asker=reader, at=moment(26))
    with pytest.raises(rules.DecisionUnknown, match="passed-on"):
        services.finding_decide(finding=number, kind="punished", reason="x", asker=REFORM, at=moment(26))
    services.finding_decide(finding=number, kind="justified", reason="有检查通知", asker=REFORM, at=moment(26))
    with pytest.raises(rules.FindingDecided, match="justified"):
        services.finding_decide(finding=number, kind="passed-on", reason="x", asker=OPERATOR, at=moment(27))
    with pytest.raises(rules.FindingDecided):
        services.finding_answer(finding=number, words="再说明", asker=reader, at=moment(27))
    (told,) = findings_shown(reader)
    assert told.state == "justified" and [each.kind for each in told.said] == ["answered", "answered", "justified"]
    read(moment(22.5))
    looked()
    assert Finding.objects.count() == 2, "what is read after the decision is another finding"
    silent = Finding.objects.latest("pk")
    over = datetime.combine(silent.due_on + timedelta(days=1), time(9), tzinfo=CHINA_TIME)
    services.finding_decide(finding=silent.pk, kind="passed-on", reason="未说明", asker=REFORM, at=over)


def test_nobody_decides_about_their_own_use_or_reads_what_is_said_about_another() -> None:
    auditor, clerk = (
        Asker("reform", "supervisor", account=n, duties=frozenset({d})) for n, d in ((1, "audit"), (2, "rows"))
    )
    for account in (1, 2):
        read(moment(22), by="reform", account=account, purpose="")
    looked()
    own, other = sorted(found(), key=lambda each: each.account)
    for finding in (own, other):
        asker = Asker("reform", "supervisor", account=finding.account)
        services.finding_answer(finding=finding.finding, words="值班", asker=asker, at=moment(23))
    with pytest.raises(rules.FindingNotYours):
        services.finding_decide(finding=own.finding, kind="justified", reason="x", asker=auditor, at=moment(24))
    with pytest.raises(rules.FindingNotYours):
        services.finding_decide(finding=other.finding, kind="justified", reason="x", asker=REFORM, at=moment(24))
    services.finding_decide(finding=other.finding, kind="justified", reason="值班表", asker=auditor, at=moment(24))
    assert [each.account for each in findings_shown(clerk)] == [2] and len(findings_shown(auditor)) == 2
    for stranger in (MARKET, clerk):
        with pytest.raises(rules.FindingUnknown):
            services.finding_answer(finding=own.finding, words="x", asker=stranger, at=moment(24))
    with pytest.raises(rules.AnswerNotYours):
        services.finding_answer(finding=own.finding, words="x", asker=OPERATOR, at=moment(24))


def test_a_finding_names_no_subject_and_nothing_of_it_can_be_altered() -> None:
    read(moment(22), subject=4_711)
    looked()
    assert "4711" not in json.dumps([each.as_dict() for each in found()], default=str).replace("_", "")
    assert not {field.name for model in (Finding, Evidence) for field in model._meta.fields} & {"subject", "object"}
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update audits_finding set reader = 'x'")


readings = st.builds(
    Reading,
    entry=st.integers(1, 99), reader=st.just("market"), account=st.integers(0, 3), kind=st.just("department"),
    at=st.datetimes(FIRST, LAST, timezones=st.just(CHINA_TIME)), is_check=st.booleans(),
    purpose=st.sampled_from(["statutory-duty", "public-information", ""]), case_number=st.text(min_size=1).filter(str.strip),
    burst=st.integers(1, above("burst")), same=st.integers(0, above("same-subject")),
)  # fmt: skip


@given(readings)
@settings(max_examples=300, deadline=None)
def test_within_hours_with_a_case_and_below_the_rates_nothing_is_noticed(reading: Reading) -> None:
    hours = LAW.detectors["out-of-hours"].hours
    assert hours is not None
    inside = rules.works_on(reading.at.date()) and hours.first <= reading.at.time() < hours.last
    told = [each.detector for each in noticed(LAW, [reading])]
    assert told == ([] if inside or not reading.account else ["out-of-hours"])


made = st.lists(
    st.tuples(
        st.integers(9 * 60, 12 * 60) | st.integers(0, 60 * 24 * 7),  # minutes from Monday
        st.integers(0, 2),  # account
        st.integers(1, 2),  # subject
        st.just("public-information") | st.sampled_from(["statutory-duty", "platform-verification", ""]),
        st.sampled_from(["", "1号"]),
    ),
    min_size=1,
    max_size=40,
)


@given(made, st.integers(0, 40))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_statement_finds_what_the_rules_find_in_every_reading(
    rows: list[tuple[int, int, int, str, str]], first: int
) -> None:
    """However the readings are cut into looks, what it leaves out is what no rule notices."""
    few = {key: LAW.detectors[key].model_copy(update={"above": 2, "minutes": 90}) for key in ("burst", "same-subject")}
    law = replace(LAW, detectors={**LAW.detectors, **few})
    with transaction.atomic():
        start, entries = datetime.combine(date(2026, 11, 23), time(), tzinfo=CHINA_TIME), list[int]()
        for minute, account, subject, purpose, case in sorted(rows):
            read(start + timedelta(minutes=minute), account=account, subject=subject, purpose=purpose, case=case)
            entries.append(Entry.objects.latest("pk").pk)
        for part in (entries[:first], entries[first:]):
            Leaf.objects.bulk_create(Leaf(position=entries.index(e), entry=e, commitment=b"") for e in part)
            services.readings_look(law=law, by="operator", at=moment(21))
        told = {
            (each.finding.detector, entry)
            for each in Evidence.objects.select_related("finding")
            for entry in each.entries
        }
        seen = [
            Reading(
                entry=entry, at=start + timedelta(minutes=m), reader="market", account=a, kind="department", purpose=p, case_number=c,
                is_check=True, burst=sum(a == b and m - 90 <= n <= m for n, b, *_ in rows),
                same=sum((a, s) == (b, x) and m - 90 <= n <= m for n, b, x, *_ in rows),
            )
            for entry, (m, a, s, p, c) in zip(entries, sorted(rows), strict=True)
        ]  # fmt: skip
        # Of readings at one instant that two looks share, the first look cannot count those of the second.
        times = [row[0] for row in sorted(rows)]
        if not 0 < first < len(times) or times[first - 1] != times[first]:
            assert told == {(each.detector, each.entry) for each in noticed(law, seen)}
        transaction.set_rollback(True)


def test_the_same_by_api_command_page_and_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel(moment(22), tick=True):
        clerk, auditor = staff_account("market", "reviewer"), staff_account("reform", "auditor")
        read(moment(21), account=clerk.pk)
        looked()
        number = found()[0].finding
        keys = {
            asker.key: client_add(actor=asker.key, title="t", scopes=["audits"], by="operator", at=NOW)[1]
            for asker in (MARKET, REFORM)
        }

        def call(who: str, path: str = "", body: dict[str, Any] | None = None) -> Any:
            words: dict[str, Any] = {"headers": {"authorization": f"Bearer {keys[who]}"}}
            url = f"/api/v1/audits{path}"
            if body is None:
                return Browser().get(url, **words)
            return Browser().post(url, json.dumps(body), content_type="application/json", **words)

        assert [each["finding"] for each in call("market").json()] == [number]
        assert call("market", f"/{number}/answer", {"words": "值班"}).json()["state"] == "answered"
        assert call("market", f"/{number}/decide", {"kind": "justified", "reason": "x"}).status_code == 403
        page = signed_in(Browser(), clerk)
        assert "工作时间以外查询" in page.get("/desk/own-findings").content.decode()
        assert page.get("/desk/audit").status_code == 403
        assert page.post(f"/desk/own-findings/{number}/answer", {"words": "值班，附表"}).status_code == 302
        desk = signed_in(Browser(), auditor)
        assert "值班，附表" in desk.get("/desk/audit").content.decode()
        assert desk.post(f"/desk/audit/{number}/decide", {"kind": "justified", "reason": ""}).status_code == 422
        assert desk.post(f"/desk/audit/{number}/decide", {"kind": "justified", "reason": "值班属实"}).status_code == 302
        assert "值班属实" in page.get("/desk/own-findings").content.decode()
        assert "没有待处理的线索" in desk.get("/desk/audit").content.decode()
        assert "值班属实" in desk.get("/desk/audit?all").content.decode()
        assert "值班属实" in desk.get("/desk/audit.csv").content.decode()
        assert run(["audits", "look", "--json"]) == 0 and "reached" in json.loads(capfd.readouterr().out)
        assert run(["audits", "--by", "reform", "--out", str(tmp_path / "a.csv"), "--json"]) == 0
        assert "out-of-hours" in (tmp_path / "a.csv").read_text(encoding="utf-8")
        assert run(["audits", "answer", "--json"]) == 2
        assert (
            run(["audits", "decide", str(number), "--kind", "justified", "--words", "x", "--by", "reform", "--json"])
            == 1
        )
        assert Entry.objects.filter(event="audits.findings.read", actor="reform").exists()
