"""Amounts of money as people write them, in exact yuan."""

import re
import unicodedata
from decimal import Decimal
from typing import Literal

from chengxin.kernel.errors import Refusal

Unit = Literal["yuan", "ten-thousand-yuan"]

_UNITS: dict[str, Decimal] = {"yuan": Decimal(1), "ten-thousand-yuan": Decimal(10_000)}
_TIMES = {
    "百": 10**2, "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12,
}  # fmt: skip
_MOST = Decimal(10) ** 16

_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_RENMINBI = r"(?:人民币|RMB|CNY|¥)"
_AMOUNT = re.compile(
    rf"{_RENMINBI}?:?(?P<sign>[-+−])?{_RENMINBI}?"
    r"(?P<number>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,20})(?:\.[0-9]{0,12})?|\.[0-9]{1,12})"
    rf"{_RENMINBI}?(?P<times>万亿|千万|百万|十万|亿|万|千|百)?{_RENMINBI}?(?P<yuan>元|圆|块)?{_RENMINBI}?元?[整正]?"
)
_FOREIGN = re.compile(
    r"美元|美金|香港元|港元|港币|澳门元|澳门币|新台币|台币|欧元|日元|日圆|韩元|韩圆|加拿大元|加元|新加坡元|新元|"
    r"澳大利亚元|澳元|新西兰元|纽元|英镑|法郎|马克|克朗|克郎|卢布|卢比|泰铢|林吉特|比索|里拉|"
    r"USD|HKD|MOP|TWD|EUR|JPY|KRW|CAD|SGD|AUD|NZD|GBP|CHF|DEM|RUB|THB|[$€£₩₽]"
)


class AmountShape(Refusal):
    """{text} is not an amount as this system reads one. Write it in digits, such as 1178.38 or 600万元, with a comma,
    if any, before every third digit.
    """

    code = "amount-shape"
    basis = "GB/T 15835-2011"
    zh = "{text}不是可识别的金额。请用阿拉伯数字填写，例如 1178.38 或 600万元；如用分节号，应每三位一节。"


class AmountNegative(Refusal):
    """The amount {text} is below zero. Send what was decided as a positive amount, or a correction of the record."""

    code = "amount-negative"
    zh = "金额{text}小于零。请填写决定的正数金额；如要冲减，请报送更正。"


class AmountCurrency(Refusal):
    """The amount {text} is in a currency other than renminbi ({currency}). Send the amount in yuan."""

    code = "amount-currency"
    zh = "金额{text}不是人民币（{currency}）。请填写人民币金额。"


class AmountTooLarge(Refusal):
    """The amount {text} comes to 10^16 yuan or more, which no document can mean. Check the unit of the column."""

    code = "amount-too-large"
    zh = "金额{text}折合一亿亿元以上，不合常理。请检查该列的单位。"


def amount_read(text: str | int | Decimal | None, unit: Unit) -> Decimal:
    """The amount in exact yuan; `unit` is that of a bare number, a unit in the text wins; raises a Refusal for what is
    no amount, below zero, too large, or in another currency.
    """
    shown = "" if text is None else str(text).strip()[:40]
    plain = _BLANKS.sub("", unicodedata.normalize("NFKC", shown)).upper()
    bare = re.sub(r"[()\[\]【】]", "", plain)
    if foreign := _FOREIGN.search(bare):
        raise AmountCurrency(text=shown, currency=foreign[0])
    match = _AMOUNT.fullmatch(bare)
    if match is None:
        raise AmountShape(text=shown)
    amount = Decimal(match["number"].replace(",", "")) * _factor(match, unit)
    if match["sign"] in ("-", "−") and amount:
        raise AmountNegative(text=shown)
    if amount >= _MOST:
        raise AmountTooLarge(text=shown)
    return amount


def _factor(match: re.Match[str], unit: Unit) -> Decimal:
    if match["times"]:
        return Decimal(_TIMES[match["times"]])
    return _UNITS["yuan"] if match["yuan"] else _UNITS[unit]
