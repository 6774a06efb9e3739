"""Rows about natural persons that go back to their source: answered once, by whoever sent them or runs the register."""

from datetime import datetime

from django.db import transaction

from chengxin.actors.selectors import Asker
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within
from chengxin.ledger.services import trace
from chengxin.records.models import TicketAnswer
from chengxin.records.selectors.persons import tickets_accessible


class TicketUnknown(Refusal):
    """No row of line {line} of batch {batch} waits for you: it was never there, or somebody has answered it."""

    code = "ticket-unknown"
    status = 404
    zh = "批次{batch}第{line}行没有等待您处理的记录：不存在，或已有人处理。"


class NumberInWords(Refusal):
    """The words hold a citizen identity number, and such words are kept in the clear. Leave the number out."""

    code = "number-in-words"
    basis = "《个人信息保护法》第6条"
    zh = "文字中含有公民身份号码，而这些文字不加密保存。请删去号码。"


def ticket_answer(*, batch: int, line: int, reason: str, asker: Asker, at: datetime) -> None:
    """Say what became of a ticket. What is held is not changed by it; a row that was corrected is sent again."""
    if citizen_number_within(reason):
        raise NumberInWords
    with transaction.atomic():
        found = tickets_accessible(asker.key, asker.kind).filter(batch_id=batch, line=line)
        ticket = found.select_for_update(of=("self",)).first()
        if ticket is None:
            raise TicketUnknown(batch=batch, line=line)
        TicketAnswer.objects.create(content=ticket.content, reason=reason, by=asker.key, at=at)
        trace(event="records.ticket.answered", by=asker.key, at=at, about=f"ticket:{batch}:{line}")
