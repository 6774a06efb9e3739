"""Words of the command line as values: days and instants, read as people write them."""

from argparse import ArgumentTypeError
from datetime import date, datetime

from django.utils import timezone

from chengxin.kernel.days import day_read
from chengxin.kernel.errors import Refusal


def day(text: str) -> date:
    """A day, as the kernel reads one; anything else is wrong use."""
    try:
        return day_read(text)
    except Refusal as refusal:
        raise ArgumentTypeError(f"{refusal.message_zh} / {refusal.message}") from None


def count(text: str) -> int:
    """A whole number from 0 on; anything else is wrong use."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ArgumentTypeError(f"{text} 不是编号，请写整数 / {text} is no number; write digits only")
    return int(text)


def instant(text: str) -> datetime:
    """An instant in ISO 8601, in China's time where no offset is written; a day alone means its end."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"{text} 不是时点，请写成 2026-03-03T12:00:00+08:00 / {text} is no instant; write 2026-03-03T12:00:00+08:00"
        ) from None
    if "T" not in text and " " not in text:
        read = read.replace(hour=23, minute=59, second=59, microsecond=999999)
    return timezone.make_aware(read) if read.tzinfo is None else read
