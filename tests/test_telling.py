"""What people are told of their case: what it says, how it leaves, and that it is tried again."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from chengxin.cases.models import Delivery, Notice
from chengxin.cases.rules import channel_of
from chengxin.cases.selectors import ATTEMPTS, notices_due
from chengxin.cases.services.running import Words
from chengxin.cases.services.telling import (
    NoticeUnknown,
    ProofMissing,
    notice_served,
    notices_send,
)
from chengxin.records.models import Record
from chengxin.rights import services
from chengxin.rights.services import Claimant
from tests.world import OPERATOR, code, everything, later, penalty, sent

pytestmark = pytest.mark.django_db
SENT: list[dict[str, Any]] = []


def keep(**words: Any) -> str:
    SENT.append(words)
    return f"回执{len(SENT)}"


def fail(**words: Any) -> str:
    raise OSError("the mail server of 某某 does not answer")


@pytest.fixture
def accepted(tmp_path: Path) -> str:
    """An objection, accepted an hour later; its number."""
    SENT.clear()
    sent(tmp_path, penalty(1))
    receipt = services.objection_file(
        record=Record.objects.get().pk,
        number=code(1),
        claimant=Claimant("甲乙丙", "who@example.com"),
        grounds="有误",
        at=later(hours=1),
    )
    services.case_decide(number=receipt.number, asker=OPERATOR, to="accepted", words=Words(), at=later(hours=2))
    return receipt.number


def test_a_notice_says_what_was_done_by_which_article_and_what_can_be_done(
    accepted: str, settings: LazySettings
) -> None:
    settings.CHENGXIN_SENDER = f"{__name__}.keep"
    assert notices_send(by="operator", at=later(hours=3)).as_dict() == {"due": 1, "sent": 1, "failed": 0, "given_up": 0}
    [told] = SENT
    assert told["channel"] == "email" and told["to"] == "甲乙丙 who@example.com"
    assert accepted in told["title"] and "已受理并标注" in told["title"] and "Accepted and marked" in told["title"]
    for words in ("《征信业管理条例》第25条", "不产生效力", "撤回异议", "Take the objection back"):
        assert words in told["body"], words
    assert notices_send(by="operator", at=later(hours=4)).due == 0, "what is sent is sent once"
    assert "甲乙丙" not in everything() and "example.com" not in everything()


def test_by_default_notices_are_laid_into_a_folder(accepted: str, settings: LazySettings, tmp_path: Path) -> None:
    settings.CHENGXIN_HOME = tmp_path
    notices_send(by="operator", at=later(hours=3))
    [file] = (tmp_path / "outbox").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600 and "甲乙丙" in file.read_text(encoding="utf-8")
    assert Delivery.objects.get().detail == file.name


def test_what_fails_is_tried_again_ever_later_and_then_given_up(accepted: str, settings: LazySettings) -> None:
    settings.CHENGXIN_SENDER = f"{__name__}.fail"
    at = later(hours=3)
    waits: list[int] = []
    while notices_due(at=at).exists() or len(waits) < ATTEMPTS - 1:
        done = notices_send(by="operator", at=at)
        assert done.failed == 1
        if done.given_up:
            break
        begun = at
        while not notices_due(at=at).exists():
            at += timedelta(minutes=5)
        waits.append((at - begun) // timedelta(minutes=5))
    assert waits == [1, 4, 16, 64, 256] and Delivery.objects.count() == ATTEMPTS
    assert not notices_due(at=at + timedelta(days=99)).exists()
    assert "某某" not in "".join(Delivery.objects.values_list("detail", flat=True)), (
        "an error's own words may name people"
    )


def test_service_is_proved_by_something(accepted: str) -> None:
    notice = Notice.objects.get()
    with pytest.raises(ProofMissing):
        notice_served(notice=notice.pk, proof=" ", by="operator", at=later(hours=3))
    with pytest.raises(NoticeUnknown):
        notice_served(notice=notice.pk + 9, proof="EMS", by="operator", at=later(hours=3))
    assert notice_served(notice=notice.pk, proof="EMS 12345", by="operator", at=later(hours=3)).outcome == "served"
    assert not notices_due(at=later(days=9)).exists()


@pytest.mark.parametrize(
    ("reach", "channel"),
    [
        ("who@example.com", "email"),
        ("手机13900000000", "sms"),
        ("云川市琥珀路1号，电话 13900000000，收件人经办室，请白天联系我们", "letter"),
        ("云川市琥珀路1号", "letter"),
    ],
)
def test_people_are_told_as_they_can_be_reached(reach: str, channel: str) -> None:
    assert channel_of(reach) == channel
