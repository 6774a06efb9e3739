"""Amounts as written, as a table."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.errors import Refusal
from chengxin.kernel.money import Unit, amount_read

YUAN, WAN = "yuan", "ten-thousand-yuan"

READ = [
    ("0", YUAN, "0"),
    ("1000", YUAN, "1000"),
    ("1000", WAN, "10000000"),
    ("0.5", WAN, "5000"),
    (".5", WAN, "5000"),
    ("1.", YUAN, "1"),
    ("1,000", YUAN, "1000"),
    ("1，000", YUAN, "1000"),
    ("1,178.3792(万元)", YUAN, "11783792"),
    ("1,178.3792（万元）", YUAN, "11783792"),
    ("600(万元人民币)", YUAN, "6000000"),
    ("600(万元人民币)", WAN, "6000000"),
    ("39(万)", YUAN, "390000"),
    ("50万", YUAN, "500000"),
    ("50万元", WAN, "500000"),
    ("50万人民币", YUAN, "500000"),
    ("50万人民币元", YUAN, "500000"),
    ("50万元人民币元", YUAN, "500000"),
    ("50( 万人民币元)", YUAN, "500000"),
    ("50(万元(人民币))", YUAN, "500000"),
    ("3.4000(万元人民币)", YUAN, "34000"),
    ("512.6万人民币", YUAN, "5126000"),
    ("人民币50万元", YUAN, "500000"),
    ("人民币50万元整", YUAN, "500000"),
    ("人民币：50万元", YUAN, "500000"),
    ("￥1,000.00", YUAN, "1000"),
    ("¥1,000.00", WAN, "10000000"),
    ("¥1,000.00元", WAN, "1000"),
    ("RMB 1000元", WAN, "1000"),
    ("CNY1000", YUAN, "1000"),
    ("1000 CNY", YUAN, "1000"),
    ("1000元", WAN, "1000"),
    ("1000圆整", WAN, "1000"),
    ("5000块", WAN, "5000"),
    ("3千元", YUAN, "3000"),
    ("3百万元", YUAN, "3000000"),
    ("2千万元", YUAN, "20000000"),
    ("1.5亿", YUAN, "150000000"),
    ("1.5亿元", WAN, "150000000"),
    ("0.1万亿元", YUAN, "100000000000"),
    ("１，０００．５０", YUAN, "1000.50"),
    ("６００（万元人民币）", YUAN, "6000000"),
    ("  1 000 ", YUAN, "1000"),
    ("+5", YUAN, "5"),
    ("-0", YUAN, "0"),
    ("9()", YUAN, "9"),
    ("0.000001万", YUAN, "0.01"),
    (12, WAN, "120000"),
    (Decimal("12.34"), YUAN, "12.34"),
    ("9,999,999,999,999,999.99", YUAN, "9999999999999999.99"),
]

REFUSED = [
    ("", "amount-shape"),
    (None, "amount-shape"),
    ("-", "amount-shape"),
    ("N/A", "amount-shape"),
    ("无", "amount-shape"),
    ("一千", "amount-shape"),
    ("伍佰元", "amount-shape"),
    ("壹万元整", "amount-shape"),
    ("5万3千", "amount-shape"),
    ("12,34", "amount-shape"),
    ("1,2345", "amount-shape"),
    ("1.178,37", "amount-shape"),
    ("1.2.3", "amount-shape"),
    ("1.5E+05", "amount-shape"),
    ("100-200万元", "amount-shape"),
    ("约100万元", "amount-shape"),
    ("60(元/万元)", "amount-shape"),
    ("1000元/日", "amount-shape"),
    ("万元", "amount-shape"),
    ("NaN", "amount-shape"),
    ("Infinity", "amount-shape"),
    ("٥٠٠", "amount-shape"),
    ("-5", "amount-negative"),
    ("-5万元", "amount-negative"),
    ("￥-5.00", "amount-negative"),
    ("−5", "amount-negative"),
    ("100(万美元)", "amount-currency"),
    ("100(万元美元)", "amount-currency"),
    ("100万香港元", "amount-currency"),
    ("100万港元", "amount-currency"),
    ("100万港币", "amount-currency"),
    ("100(万欧元)", "amount-currency"),
    ("100(万日元)", "amount-currency"),
    ("100(万德国马克)", "amount-currency"),
    ("100(万新加坡元)", "amount-currency"),
    ("100(万瑞士法郎)", "amount-currency"),
    ("100(万澳大利亚元)", "amount-currency"),
    ("100(万加拿大元)", "amount-currency"),
    ("100(万英镑)", "amount-currency"),
    ("100(万丹麦克郎)", "amount-currency"),
    ("$100", "amount-currency"),
    ("US$100", "amount-currency"),
    ("100 USD", "amount-currency"),
    ("€100", "amount-currency"),
    ("£100", "amount-currency"),
    ("10000000000000000", "amount-too-large"),
    ("1000000000000万", "amount-too-large"),
    ("99999999999999999999亿", "amount-too-large"),
]


@pytest.mark.parametrize(("text", "unit", "yuan"), READ)
def test_an_amount_is_read_in_exact_yuan(text: str | int | Decimal, unit: Unit, yuan: str) -> None:
    assert amount_read(text, unit) == Decimal(yuan)


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_is_no_certain_amount_of_yuan_is_refused_with_its_reason(text: str | None, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        amount_read(text, "yuan")
    assert caught.value.code == code
    assert caught.value.message
    assert caught.value.message_zh


@given(st.decimals(0, 10**15, places=2), st.sampled_from(["{}", "{:,}", "￥{:,}", "{}元", "人民币{:,}元整", "{}(元)"]))
def test_every_amount_is_read_back_from_every_way_of_writing_it(amount: Decimal, shape: str) -> None:
    assert amount_read(shape.format(amount), "yuan") == amount


@given(st.decimals(0, 10**10, places=6))
def test_ten_thousands_lose_nothing(amount: Decimal) -> None:
    assert amount_read(f"{amount:,}(万元)", "yuan") == amount_read(str(amount), "ten-thousand-yuan") == amount * 10_000


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        assert amount_read(text, "yuan") >= 0
    except Refusal as refusal:
        assert refusal.message
