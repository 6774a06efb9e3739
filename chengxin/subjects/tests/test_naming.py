"""Names taken apart: every part where the law puts it, nothing lost, the same however it is written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.kernel.names import name_normal
from chengxin.subjects.rules.characters import is_direction, look_alike, near_sound, numeral_of, same_body, same_sound
from chengxin.subjects.rules.namebook import book_data, namebook, place_words
from chengxin.subjects.rules.naming import (
    asked_normal,
    divisions_read,
    name_parts,
    places_of,
    places_within,
    regions_front,
)

PARTS = {
    # name: regions, mark, trade, form, tail
    "江苏云鼎玻璃制造总厂": ("江苏", "云鼎", "玻璃制造", "总厂", ""),
    "南宁市鹭洲商贸有限公司": ("南宁市", "鹭洲", "商贸", "有限公司", ""),
    "鹭洲商贸(南宁)有限公司": ("南宁", "鹭洲", "商贸", "有限公司", ""),
    "广西壮族自治区南宁市鹭洲商贸有限公司": ("广西壮族自治区 南宁市", "鹭洲", "商贸", "有限公司", ""),
    "贵州省黔东南州黎平县德凤镇禾丰养殖场": ("贵州省 黔东南州 黎平县 德凤镇", "禾丰", "", "养殖场", ""),
    "苏州工业园区云鼎科技有限公司": ("苏州 工业园区", "云鼎", "科技", "有限公司", ""),
    "云鼎投资有限公司南京第二分公司": ("", "云鼎", "投资", "有限公司", "南京第二分公司"),
    "云鼎仓储有限公司思北直属库": ("", "云鼎", "仓储", "有限公司", "思北直属库"),
    "海门市建筑工程公司": ("海门市", "", "建筑工程", "公司", ""),
    "瑞昌建材贸易(贵州)有限公司": ("贵州", "瑞昌", "建材贸易", "有限公司", ""),
    "云鼎会计师事务所(普通合伙)": ("", "云鼎", "", "会计师事务所", ""),
    "云鼎": ("", "云鼎", "", "", ""),
}


@pytest.mark.parametrize("name", PARTS)
def test_each_part_stands_where_the_law_puts_it(name: str) -> None:
    parts = name_parts(name)
    found = (" ".join(parts.regions), parts.mark, parts.trade, parts.form, parts.tail)
    assert found == PARTS[name]


def test_a_group_is_told_from_its_members() -> None:
    assert name_parts("云鼎集团有限公司").group and name_parts("云鼎(集团)有限公司").group
    assert not name_parts("云鼎有限公司").group
    assert name_parts("云鼎(集团)有限公司").mark == "云鼎"


@given(st.text(alphabet="江苏南通海门市县云鼎一商贸科技(集团)有限公司分第二 镇", max_size=24))
@settings(max_examples=300, deadline=None)
def test_no_name_crashes_and_the_core_s_characters_are_the_name_s(text: str) -> None:
    normal = name_normal(text)
    parts = name_parts(normal)
    for part in (*parts.regions, parts.mark, parts.trade, parts.form, parts.tail):
        assert not set(part) - set(normal)
    assert name_parts(normal) == parts


ASKED = {
    "购货单位：云鼎商贸有限公司": "云鼎商贸有限公司",
    "供应商-云鼎商贸有限公司": "云鼎商贸有限公司",
    "03.云鼎商贸有限公司": "云鼎商贸有限公司",
    "云鼎商贸有限公司，月结": "云鼎商贸有限公司",
    "云鼎商贸有限责-任公司": "云鼎商贸有限责任公司",
    "《云鼎商贸有限公司》": "云鼎商贸有限公司",
    "雲鼎商貿有限公司": "云鼎商贸有限公司",
    "云鼎:商贸有限公司": "云鼎商贸有限公司",  # not a label: part of the name
}


@pytest.mark.parametrize("written", ASKED)
def test_what_a_clerk_adds_is_no_part_of_the_name(written: str) -> None:
    assert asked_normal(written) == ASKED[written]


def test_a_remark_behind_a_name_is_dropped_and_a_branch_is_kept() -> None:
    assert name_parts("云鼎商贸有限公司(原件已核)").tail == ""
    assert name_parts("云鼎商贸有限公司本部").tail == ""
    assert name_parts("云鼎商贸有限公司(海门分公司)").tail == "海门分公司"
    assert asked_normal("云鼎商贸有限公司-采购部") == "云鼎商贸有限公司"
    assert name_parts("云鼎商贸有限公司采购部").tail == ""
    assert asked_normal("云鼎商贸有限公司-销售部") == "云鼎商贸有限公司销售部"  # a branch's name as often as not


def test_places_narrow_each_other() -> None:
    assert places_of(["江苏", "南通"]) >= {"3206"}
    assert places_of(["贵州省", "黔西南州", "兴仁县"]) == {"522322"}
    assert places_within(places_of(["南通"]), places_of(["江苏"]))
    assert not places_within(places_of(["黔西南州"]), places_of(["黔东南州"]))
    # The same place before and after its code changed.
    assert places_within(places_of(["海门市"]), places_of(["海门区"]))
    assert divisions_read("贵州省贵阳市") == ("贵州省", "贵阳市")
    assert divisions_read("贵州省南京市") == () == divisions_read("贵州省云鼎")
    assert regions_front("贵州省贵阳市云岩区延安路1号")[:2] == ("贵州省", "贵阳市")
    assert place_words()["5201"] == "贵阳市"


def test_characters_stand_for_one_another_only_where_people_mistake_them() -> None:
    assert same_sound("源", "元") and not same_sound("源", "园林"[1])
    assert near_sound("林", "宁") and not same_sound("林", "宁")
    assert look_alike("未", "末") and not look_alike("源", "鼎")
    assert same_body("瑞", "端") and not same_body("江", "河")  # water alone makes no two alike
    assert numeral_of("贰") == numeral_of("2") == "二" and numeral_of("云") == ""
    assert is_direction("东") and not is_direction("云")


@pytest.mark.parametrize("name", ["forms.yaml", "characters.yaml", "model.yaml"])
def test_every_file_of_the_namebook_says_where_it_comes_from(name: str) -> None:
    data = book_data(name)
    assert data["version"]
    assert name == "model.yaml" or data["source"]


def test_what_every_name_has_tells_nothing_and_a_place_tells_little() -> None:
    book = namebook()
    assert book.weight("公司") < 1 < book.weight("南宁") <= 3.5 < book.weight("冠")
    assert book.weight("鼎冠") == book.rarest


def test_a_place_is_what_it_is_today() -> None:
    for one, other in (
        ("苏州", "无锡"),
        ("南宁", "崇左"),
        ("梧州", "贺州"),
        ("天津", "河北"),
        ("四川", "重庆"),
        ("水城", "钟山"),
    ):
        assert not places_within(places_of([one]), places_of([other])), (one, other)
    assert places_within(places_of(["天津", "河北区"]), places_of(["天津"]))
    assert places_within(places_of(["遵义县"]), places_of(["贵州"]))  # a county of another day is still somewhere


def test_a_reading_that_nobody_types_makes_no_namesake() -> None:
    assert not same_sound("弘", "港") and not same_sound("控", "强")
    assert same_sound("盛", "晟") and same_sound("盛", "成")
