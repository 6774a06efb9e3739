"""A platform that is asked to admit a firm sees its public facts, and no measure; of a person there is nothing to see."""

from datetime import date
from pathlib import Path

import pytest

from chengxin.actors.selectors import Asker
from chengxin.kernel.errors import Refusal
from chengxin.law import load
from chengxin.ledger.models import Entry
from chengxin.reports.rules import ReportNotYours
from chengxin.reports.services.issuing import report_issue
from chengxin.reports.tests.test_reports import inside, said
from tests.people import DIVISION, number, people_sent
from tests.people import licence as practice
from tests.world import DEPARTMENT, TODAY, code, later, penalty, sent

pytestmark = pytest.mark.django_db
MALL, AT = Asker("shop", "platform"), later(hours=1)
KIND = "platform-admission"


def test_a_platform_sees_which_public_facts_stand_about_a_firm(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1))
    hidden = inside(tmp_path)
    issued = report_issue(kind=KIND, number=code(1), asker=MALL, at=AT)
    report = issued.envelope["report"]
    assert len(said(issued)) == 1 and hidden not in said(issued)
    assert not report["matter"] and not {"measures", "score", "grade"} & set(report)
    assert report["says"]["zh"].endswith("也不表示应当准入或者拒绝。")
    entry = Entry.objects.filter(event="reports.report.issued").latest("pk")
    assert (entry.purpose, entry.actor) == (KIND, "shop")


def test_nobody_else_asks_for_it(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1))
    for asker in (DEPARTMENT, Asker("public", "public"), Asker("roads", "service-firm"), Asker("market", "department")):
        with pytest.raises(ReportNotYours):
            report_issue(kind=KIND, number=code(1), asker=asker, at=AT)


def test_of_a_person_a_platform_that_admits_sees_nothing(tmp_path: Path, settings: object) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION  # type: ignore[attr-defined]
    people_sent(tmp_path, practice(1))
    with pytest.raises(Refusal):  # a person's number is no code of a firm
        report_issue(kind=KIND, number=number(1), asker=MALL, at=AT)


def test_admission_is_about_organisations_and_hiring_on_consent_alone() -> None:
    law = load().on(TODAY, "cn")
    kind, purpose = law.reports[KIND], law.purposes[KIND]
    assert list(kind.about) == ["organisation"] and kind.contents == "public" and list(kind.askers) == ["platform"]
    assert purpose.persons is None and list(purpose.askers) == ["platform"]
    assert law.purposes["hiring"].consent and load().on(date(2022, 2, 28), "cn").reports.get(KIND) is None
