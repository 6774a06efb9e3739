"""Invented persons: their numbers are valid, and their division is no place's, so that nobody bears them.

Taken only where `CHENGXIN_INVENTED_DIVISION` is `39`.
"""

from datetime import date, timedelta

from chengxin.kernel.identifiers import citizen_number_check

INVENTED = "39"  # no province begins so
FIRST, LAST = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许", "砚溪柯岑澍霁翎珩瓒昀煜铄璟骁妤婳沅茗荞蘅"


def person_number(n: int, born: date | None = None) -> str:
    """The n-th invented citizen number, an adult's unless the day of birth is given; each differs up to 14 million."""
    day = born or date(1960, 1, 1) + timedelta(days=n // 1000 % 14_000)
    body = f"390102{day:%Y%m%d}{n % 1000:03d}"
    return body + citizen_number_check(body)


def person_name(n: int) -> str:
    """The n-th invented name: three characters up to 8,000 of them, then four."""
    first, second, third, more = FIRST[n % 20], LAST[n // 20 % 20], LAST[n // 400 % 20], n // 8_000
    return first + second + third + (LAST[more % 20] if more else "")
