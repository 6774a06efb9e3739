"""Places are called by their names."""

from chengxin.kernel.places import place_named
from chengxin.law import load


def test_every_place_that_has_a_folder_is_called_by_its_name_and_an_unknown_one_by_its_key() -> None:
    assert place_named("cn") == ("全国", "the whole country")
    assert place_named("cn-45") == ("广西壮族自治区", "Guangxi")
    assert place_named("cn-99") == ("cn-99", "cn-99")
    for place in load().jurisdictions:
        zh, en = place_named(place)
        assert zh != place and en.isascii() and not zh.isascii()
