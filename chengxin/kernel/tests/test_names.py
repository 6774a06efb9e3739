"""Names: a table of pairs written differently that are one name, and properties of the normal form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.names import name_normal

NORMAL = [
    ("", ""),
    ("   ", ""),
    ("\u3000\u200b\ufeff", ""),
    ("虚构市青禾百货有限公司", "虚构市青禾百货有限公司"),
    (" 虚构市青禾百货有限公司 ", "虚构市青禾百货有限公司"),
    ("虚构市 青禾 百货\t有限公司", "虚构市青禾百货有限公司"),
    ("虚构市\u200b青禾\u00ad百货有限公司\ufeff", "虚构市青禾百货有限公司"),
    ("青禾（虚构）有限公司", "青禾(虚构)有限公司"),
    ("青禾﹙虚构﹚有限公司", "青禾(虚构)有限公司"),
    ("青禾【虚构】有限公司", "青禾(虚构)有限公司"),
    ("青禾〔虚构〕有限公司", "青禾(虚构)有限公司"),
    ("青禾[虚构]有限公司", "青禾(虚构)有限公司"),
    ("青禾｛虚构｝有限公司", "青禾(虚构)有限公司"),
    ("青禾《虚构》有限公司", "青禾(虚构)有限公司"),
    ("青禾〖虚构〗有限公司", "青禾(虚构)有限公司"),
    ("青禾「虚构」有限公司", "青禾(虚构)有限公司"),
    ("青禾<虚构>有限公司", "青禾(虚构)有限公司"),
    ("ＡＢＣ青禾有限公司", "ABC青禾有限公司"),
    ("abc青禾有限公司", "ABC青禾有限公司"),
    ("青禾１２３号店", "青禾123号店"),
    ("虛構市青禾百貨有限公司", "虚构市青禾百货有限公司"),
    ("青禾電腦設備廠", "青禾电脑设备厂"),
    ("青禾有限公司*", "青禾有限公司"),
    ('"青禾"有限公司', "青禾有限公司"),
    ("“青禾”有限公司", "青禾有限公司"),
    ("'青禾有限公司", "青禾有限公司"),
    ("青禾有限公司。", "青禾有限公司"),
    ("青禾有限公司，", "青禾有限公司"),
    ("青禾有限公司.", "青禾有限公司"),
    ("-青禾有限公司-", "青禾有限公司"),
    ("青禾有限公司\r\n", "青禾有限公司"),
    ("青禾有限公司\x00\x07", "青禾有限公司"),
    ("#青禾有限公司#", "青禾有限公司"),
    ("古丽・青禾商店", "古丽·青禾商店"),
    ("古丽•青禾商店", "古丽·青禾商店"),
    ("A&B青禾有限公司", "A&B青禾有限公司"),
    ("青禾—虚构有限公司", "青禾-虚构有限公司"),
    ("青禾㈱", "青禾(株)"),
    ("***", "***"),
    ("---", "---"),
    ("，", ","),
    ("straße", "STRASSE"),
]


@pytest.mark.parametrize(("written", "normal"), NORMAL)
def test_a_name_has_one_normal_form(written: str, normal: str) -> None:
    assert name_normal(written) == normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("青禾(虚构)有限公司", "青禾虚构有限公司"),
        ("青禾1店", "青禾2店"),
        ("A&B", "AB"),
        ("甲·乙", "甲乙"),
        ("青禾+", "红禾+"),
    ],
)
def test_names_that_differ_in_more_than_manner_stay_apart(one: str, other: str) -> None:
    assert name_normal(one) != name_normal(other)


@given(st.text(max_size=30))
def test_the_normal_form_is_its_own_normal_form(written: str) -> None:
    normal = name_normal(written)
    assert name_normal(normal) == normal


@given(st.text(alphabet=st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=20))
def test_a_name_that_shows_something_is_never_empty(written: str) -> None:
    assert name_normal(written)


@given(st.text("青禾虚构百货有限公司ABC123()", min_size=1), st.sampled_from([" ", "\u3000", "\u200b", "\t", "*"]))
def test_blanks_and_stray_marks_make_no_difference(written: str, mark: str) -> None:
    assert name_normal(mark.join(written)) == name_normal(written)
