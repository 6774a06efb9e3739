"""Judging pairs: what is sure is matched, what is not is proposed, and siblings, branches and groups never by a machine."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.subjects.rules.answering import (
    Candidate,
    Firm,
    candidates_judged,
    crowd_of,
    outcome_of,
    side_asked,
)
from chengxin.subjects.rules.comparing import Side, levels
from chengxin.subjects.rules.judging import Judgement, decide, judge, model, model_read
from chengxin.subjects.rules.namebook import book_data


def outcome(asked: str, *held: str, **hints: str) -> list[str]:
    """The outcome of each held name, in the order given."""
    judged = sorted(
        ((judge(Side(asked, **hints), Side(name)), n) for n, name in enumerate(held)), key=lambda p: -p[0].score
    )
    _, decisions = decide([j for j, _ in judged])
    return [decision for _, decision in sorted(zip((n for _, n in judged), decisions, strict=True))]


NAME = "贵州云鼎商贸有限公司"

SURE = {
    "as written": "贵州云鼎商贸有限公司",
    "form in full": "贵州云鼎商贸有限责任公司",
    "no form": "贵州云鼎商贸",
    "no region": "云鼎商贸有限公司",
    "region in brackets": "云鼎商贸(贵州)有限公司",
    "two swapped": "贵州鼎云商贸有限公司",
    "one doubled": "贵州云鼎商商贸有限公司",
    "no trade": "贵州云鼎有限公司",
    "the trade's last character missing": "贵州云鼎商有限公司",
    "the province before the city": "贵州省云鼎商贸有限公司",
}


@pytest.mark.parametrize("asked", SURE.values(), ids=SURE)
def test_what_is_sure_is_matched(asked: str) -> None:
    assert outcome(asked, NAME) == ["match"]


NEVER = {
    "a branch": ("贵州云鼎商贸有限公司", "贵州云鼎商贸有限公司遵义分公司"),
    "its parent": ("贵州云鼎商贸有限公司遵义分公司", "贵州云鼎商贸有限公司"),
    "another branch": ("贵州云鼎商贸有限公司第一分公司", "贵州云鼎商贸有限公司第二分公司"),
    "a room behind the name": ("贵州云鼎商贸有限公司加工车间", "贵州云鼎商贸有限公司"),
    "the group": ("贵州云鼎商贸集团有限公司", "贵州云鼎商贸有限公司"),
    "another of a row": ("贵州云鼎一商贸有限公司", "贵州云鼎二商贸有限公司"),
    "another direction": ("贵州云东商贸有限公司", "贵州云西商贸有限公司"),
    "another place": ("遵义云鼎商贸有限公司", "贵阳云鼎商贸有限公司"),
    "another mark": ("贵州冠银商贸有限公司", "贵州云鼎商贸有限公司"),
    "another trade": ("贵州云鼎食品有限公司", "贵州云鼎矿业有限公司"),
    "more trade": ("贵州云鼎商贸物流有限公司", "贵州云鼎商贸有限公司"),
    "a fuller form": ("贵州云鼎商贸股份有限公司", "贵州云鼎商贸有限公司"),
    "another word for the group's": ("贵州云鼎置业有限公司", "贵州云鼎集团有限公司"),
    "the whole country's": ("云鼎(中国)商贸有限公司", "云鼎(贵州)商贸有限公司"),
    "another town": ("贵州省凯里北镇粮油有限公司", "贵州省凯里东镇粮油有限公司"),
    "no mark, and another form": ("贵阳市乌当建筑安装总公司", "贵阳市乌当建筑安装有限公司"),
    "no mark, and a place within": ("贵阳市乌当区农业生产资料公司", "贵阳农业生产资料公司"),
    "the cooperative whose name it begins with": ("遵义云鼎种植专业合作社", "遵义云鼎种植专业合作社道真专业合作社"),
    "two marks that firms bear, which sound alike": ("贵阳新源商贸有限公司", "贵阳兴源商贸有限公司"),
    "a character that is only somewhat alike": ("贵州云鼎涂村有限公司", "贵州云鼎涂料有限公司"),
    "one of a row, and nobody says which": ("贵州云鼎商贸有限公司", "贵州云鼎第一商贸有限公司"),
    "a branch of a row, and nobody says which": ("贵州云鼎商贸有限公司遵义店", "贵州云鼎商贸有限公司遵义二店"),
    "a mark of one's own": ("贵州商贸有限公司", "贵州云鼎商贸有限公司"),
}


@pytest.mark.parametrize(("asked", "held"), NEVER.values(), ids=NEVER)
def test_no_machine_lays_one_firm_s_penalty_on_another(asked: str, held: str) -> None:
    assert outcome(asked, held) != ["match"]


def test_two_that_fit_alike_are_both_proposed() -> None:
    held = ["贵阳云鼎商贸有限公司", "遵义云鼎商贸有限公司", "贵阳冠银商贸有限公司"]
    assert outcome("云鼎商贸有限公司", *held) == ["propose", "propose", "none"]


def test_a_hint_narrows_and_refuses_but_never_decides_alone() -> None:
    held = ["贵阳云鼎商贸有限公司", "遵义云鼎商贸有限公司"]
    assert outcome("云鼎商贸有限公司", *held, province="贵州省", city="贵阳市") == ["match", "none"]
    assert outcome("贵州云鼎商贸有限公司", NAME, province="江苏省", city="南通市") != ["match"]
    assert outcome("冠银", "贵阳云鼎商贸有限公司", province="贵州省", city="贵阳市") == ["none"]


def found(asked: str, held: str, **hints: str) -> dict[str, str]:
    return {feature: level for feature, level, _, _ in levels(Side(asked, **hints), Side(held))}


LEVELS = {
    "a slip in a word that names the country": ("众国云鼎商贸有限公司", "中国云鼎商贸有限公司", {"region": "slip", "mark": "same"}),
    "a slip in the form": ("贵阳云鼎塑料加贡厂", "贵阳云鼎塑料加工厂", {"form": "slip", "trade": "same"}),
    "drawn alike": ("贵州钢鼎商贸有限公司", "贵州铜鼎商贸有限公司", {"mark": "look-alike"}),
    "drawn somewhat alike": ("贵州凯悔商贸有限公司", "贵州凯海商贸有限公司", {"mark": "shape", "slips": "one"}),
    "the mark's beginning": ("云鼎", "贵州云鼎飞商贸有限公司", {"mark": "begins", "trade": "lacks"}),
    "the mark and the trade's beginning": ("云鼎电", "贵州云鼎电子商务有限公司", {"mark": "same", "trade": "shortened"}),
    "a county that shares its word with another city": ("云鼎矿业公司", "桂林兴安云鼎矿业公司", {"mark": "same", "region": "lacks"}),
    "a zone behind the city left out": ("新区云鼎电子公司", "常州新区云鼎电子公司", {"mark": "same", "region": "lacks"}),
    "the group's word behind the mark": ("贵州云鼎贸易有限公司", "贵州云鼎集团贸易有限公司", {"mark": "same", "group": "one-sided"}),
    "two characters of a short mark": ("贵州鼎云商贸有限公司", NAME, {"mark": "swapped-short"}),
    "no swap, though two characters changed places": ("贵州云丽坚涂料公司", "贵州丽云涂料公司", {"mark": "different"}),
    "a numeral typed twice": ("贵州云鼎五五金公司", "贵州云鼎五金公司", {"trade": "slip"}),
    "one of a row": ("贵州云鼎印刷厂", "贵州云鼎第三印刷厂", {"mark": "unnumbered", "trade": "same"}),
    "one of a row, without 第": ("贵州云鼎印刷厂", "贵州云鼎二印刷厂", {"mark": "unnumbered", "trade": "same"}),
    "a numeral that is the mark's own": ("贵州鑫印刷厂", "贵州三鑫印刷厂", {"mark": "numeral"}),
    "a branch of a row": ("贵州云鼎商贸公司遵义店", "贵州云鼎商贸公司遵义一店", {"mark": "same", "tail": "unnumbered"}),
    "one character more": ("贵州云鼎塑料管厂", "贵州云鼎塑料厂", {"trade": "extra"}),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "held", "expected"), LEVELS.values(), ids=LEVELS)
def test_how_two_parts_stand_to_each_other(asked: str, held: str, expected: dict[str, str]) -> None:
    assert {feature: found(asked, held)[feature] for feature in expected} == expected


def test_a_place_put_before_a_name_that_has_another_is_where_the_register_has_the_firm() -> None:
    asked = Side("江苏省上海云鼎体育公司苏州分公司")
    told = dict(pair[:2] for pair in levels(asked, Side("上海云鼎体育公司苏州分公司", province="江苏", city="苏州")))
    assert (told["region"], told["mark"]) == ("in-front", "same")


def test_of_a_row_of_siblings_all_are_proposed_where_nobody_says_which() -> None:
    row = ["贵州云鼎第一印刷厂", "贵州云鼎第三印刷厂"]
    assert outcome("贵州云鼎印刷厂", *row) == ["propose", "propose"]
    assert outcome("贵州云鼎印刷厂", row[0]) == ["propose"]
    assert outcome("贵州云鼎印刷厂", "贵州云鼎印刷厂", *row) == ["match", "none", "none"]
    stores = [f"贵州云鼎大药房有限公司遵义{n}店" for n in "一二"]
    assert outcome("贵州云鼎大药房有限公司遵义店", "贵州云鼎大药房有限公司", *stores) == ["none", "propose", "propose"]


def answered(asked: str, *held: str, **hints: str) -> list[Candidate]:
    firms = (Firm(n, str(n), name, Side(name)) for n, name in enumerate(held))
    return candidates_judged(side_asked(asked, **hints), firms)


def test_words_without_a_mark_are_any_firm_s_that_bears_them() -> None:
    found = answered("广告", "贵阳云鼎广告有限公司", "遵义广告公司", "贵阳云鼎商贸有限公司", "贵阳市广云告有限公司")
    assert {each.firm.name: each.decision for each in found} == {
        "遵义广告公司": "propose",
        "贵阳云鼎广告有限公司": "propose",
        "贵阳市广云告有限公司": "propose",
        "贵阳云鼎商贸有限公司": "none",
    }
    assert crowd_of(found) is None and crowd_of([]) is None
    elsewhere = answered("广告", "贵阳云鼎广告有限公司", "遵义广告公司", province="贵州省", city="贵阳市")
    assert [each.decision for each in elsewhere if each.firm.name == "遵义广告公司"] == ["none"]
    assert outcome_of(answered("遵义广告公司", "遵义广告公司", "贵阳云鼎广告有限公司")) == "match"


BORNE = {
    "a place that reads as part of the mark": ("云鼎纺织有限公司", "常州东方云鼎纺织有限责任公司", "常州云商纺织有限公司"),
    "words that lie apart": ("遵义县云鼎供销门市部", "遵义县云鼎供销社加工厂第三门市部", "遵义县云鼎供销社加工厂"),
    "a county left out before the mark": ("宾阳县云鼎桑蚕合作社", "宾阳县云鼎镇南阳村桑蚕合作社", "宾阳县南阳桑蚕合作社"),
    "a text cut amid a word": ("州云鼎", "黔南州云鼎汽车服务有限公司", "黔南州云商汽车服务有限公司"),
    "a place in brackets": ("云鼎（贵阳）汽车", "云鼎苜舟（贵阳）汽车服务有限公司", "苜舟（贵阳）云鼎服务有限公司"),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "bearing", "other"), BORNE.values(), ids=BORNE)
def test_whoever_bears_all_the_words_is_proposed_where_nobody_is_sure(asked: str, bearing: str, other: str) -> None:
    twin = (
        bearing.replace("有限", "实业有限")
        if "有限" in bearing
        else bearing.replace("第三", "第二").replace("南阳", "北阳")
    )
    found = {each.firm.name: each.decision for each in answered(asked, bearing, twin, other)}
    assert found[bearing] == found[twin] == "propose"
    assert found[other] != "match"


def test_a_branch_is_not_called_by_its_firm_s_words_alone() -> None:
    found = answered(
        "云鼎饮食",
        "贵州云鼎饮食娱乐有限公司北京路酒家",
        "贵州云鼎苜舟饮食有限公司",
        "遵义云鼎饮食有限公司",
        "贵阳云鼎饮食厂",
    )
    assert [each.decision for each in found if each.firm.name.endswith("酒家")] == ["none"]
    assert [each.decision for each in found if "苜舟" in each.firm.name] == ["propose"]


@given(st.integers(min_value=2, max_value=40))
@settings(max_examples=30, deadline=None)
def test_of_more_than_can_be_shown_the_best_are_and_the_answer_says_so(many: int) -> None:
    marks = itertools.islice(itertools.permutations("云鼎冠银鹭洲苜舟", 3), many)
    found = answered("广告", *(f"贵阳{''.join(mark)}广告有限公司" for mark in marks), "贵阳云鼎商贸有限公司")
    proposed = [each for each in found if each.decision == "propose"]
    most = model().shown_most
    assert len(proposed) == min(many, most)
    assert crowd_of(found) == (many if many > most else None)
    for each in found:
        assert each.judgement.score == pytest.approx(sum(reason.points for reason in each.judgement.reasons), abs=0.011)


def test_a_mark_alone_is_matched_only_where_no_other_firm_bears_it() -> None:
    held = ["贵阳云鼎商贸有限公司", "贵阳云鼎矿业有限公司"]
    assert outcome("贵阳云鼎有限公司", held[0]) == ["match"]
    assert outcome("贵阳云鼎有限公司", *held) == ["propose", "propose"]
    assert outcome("贵阳云鼎商贸", *held) == ["match", "none"]
    assert outcome("白水县云鼎有限公司", "白水县云鼎粮油贸易有限公司", "渭南市云鼎商贸有限公司") == ["match", "none"]
    # The group bears the mark, too, though it fits less: it is shown, not passed over.
    assert outcome("白水县云鼎有限公司", "白水县云鼎粮油贸易有限公司", "渭南市云鼎集团有限公司") == [
        "propose",
        "propose",
    ]


def test_where_the_asked_name_ends_two_firms_names_neither_is_matched() -> None:
    """An old district reads as part of the mark: 清河区 before 城北."""
    held = ["海门市云鼎供销合作社", "淮安市清河区云鼎供销合作社"]
    assert [each.decision for each in answered("云鼎供销合作社", *held)] == ["propose", "propose"]
    assert outcome("云鼎供销合作社", held[0]) == ["match"]
    assert outcome("海门市云鼎供销合作社", *held) == ["match", "none"]


def test_without_a_mark_of_its_own_a_name_is_matched_only_where_no_other_firm_bears_its_words() -> None:
    held = ["徐州市燃料总公司", "徐州市鼓楼区燃料公司"]
    assert [each.decision for each in answered("徐州市燃料公司", *held)] == ["propose", "propose"]
    assert outcome("徐州燃料总公司", *held) == ["match", "none"]
    assert outcome("徐州燃料公司", "徐州市燃料公司", "徐州市云鼎燃料公司") == ["match", "none"]


def test_whoever_is_in_the_name_of_branches_alone_is_not_registered_under_another_name() -> None:
    held = ["国云江苏省电力工程咨询有限公司", "国云江苏省电力有限公司扬中分公司"]
    assert outcome("国云江苏省电力有限公司", *held) != ["match", "none"]


def test_of_whom_a_branch_is_registered_is_not_another_by_a_slip() -> None:
    """湄潭县云鼎供销合作社 is the firm of its own counter, not that of the town 云鼎镇."""
    town, counter = "湄潭县云鼎镇供销合作社", "湄潭县云鼎供销合作社农资经营部"
    assert outcome("湄潭县云鼎供销合作社", town) == ["match"]
    assert outcome("湄潭县云鼎供销合作社", town, counter)[0] == "propose"
    assert outcome("湄潭县云鼎镇供销合作社", town, counter)[0] == "match"


def test_of_whom_a_branch_is_registered_under_the_whole_name_is_not_another_without_a_slip_either() -> None:
    """铜仁地区云鼎商贸有限公司 has a branch, and so is or was a firm: that 铜仁云鼎商贸有限公司 is the same, a person says."""
    asked, twin, branch = "铜仁地区云鼎商贸有限公司", "铜仁云鼎商贸有限公司", "铜仁地区云鼎商贸有限公司碧江分公司"
    assert outcome(asked, twin) == ["match"]
    assert outcome(asked, twin, branch)[0] == "propose"
    assert outcome(asked, asked, branch)[0] == "match"
    assert outcome(twin, twin, branch)[0] == "match"


def test_a_mark_alone_is_not_the_firm_s_without_a_number_where_one_was_told_and_others_bear_the_mark() -> None:
    code, other = "91520000MA6AAAA11X", "91520000MA6BBBB22Y"
    unnumbered, numbered = "南京云鼎广告有限公司", "南京云鼎化工有限公司"

    def told(number: str) -> list[str]:
        asked = Side("云鼎", number, province="江苏省")
        one = judge(asked, Side(unnumbered, province="江苏", city="南京"))
        two = judge(asked, Side(numbered, other, province="江苏", city="南京"))
        assert one.score > two.score
        return decide([one, two])[1]

    assert told(code)[0] == "propose"
    assert decide([judge(Side("云鼎", code, province="江苏省"), Side(unnumbered, province="江苏", city="南京"))])[
        1
    ] == ["match"]


def test_a_sealed_representative_narrows_and_refuses() -> None:
    def told(one: str, other: str) -> Judgement:
        return judge(Side(NAME, representative=one), Side(NAME, representative=other))

    same, differs = told("7f", "7f"), told("7f", "9a")
    assert same.score > told("", "9a").score > differs.score
    assert differs.never and not same.never
    reason = next(reason for reason in differs.reasons if reason.feature == "representative")
    assert (reason.asked, reason.held) == ("***", "***")


def test_a_number_that_differs_refuses_whatever_the_name() -> None:
    code, other = "91520000MA6AAAA11X", "91520000MA6BBBB22Y"
    judged = judge(Side(NAME, number=code), Side(NAME, number=other))
    assert judged.never
    told = judge(Side(NAME, number=code[8:17]), Side(NAME, number=code)).reasons
    assert next(reason.level for reason in told if reason.feature == "number") == "same"


def test_every_score_is_the_sum_of_its_reasons() -> None:
    chance = random.Random(3)
    names = [asked for asked, _ in NEVER.values()] + [held for _, held in NEVER.values()] + list(SURE.values())
    for _ in range(200):
        judged = sorted(
            (judge(Side(chance.choice(names)), Side(chance.choice(names))) for _ in range(3)), key=lambda j: -j.score
        )
        final, decisions = decide(judged)
        for judgement in final:
            assert judgement.score == pytest.approx(sum(reason.points for reason in judgement.reasons), abs=0.011)
        assert decisions.count("match") <= 1


some_name = st.text(alphabet="贵州阳云鼎一二东西商贸科技(集团)有限公司分第", min_size=1, max_size=16)


@given(st.lists(some_name, min_size=1, max_size=4), st.sampled_from(("第一", "三", "12号", "第7")), st.booleans())
@settings(max_examples=200, deadline=None)
def test_no_match_rests_on_a_number_that_nobody_wrote(marks: list[str], number: str, branch: bool) -> None:
    asked = f"贵州{marks[0]}云鼎大药房有限公司{'遵义店' if branch else ''}"
    held = asked.replace("遵义", f"遵义{number}") if branch else asked.replace("大药房", f"{number}大药房")
    others = [f"贵州{mark}商贸有限公司" for mark in marks[1:]]
    judged = [judge(Side(asked), Side(name)) for name in (held, *others)]
    best = sorted(judged, key=lambda each: -each.score)
    final, decisions = decide(best)
    matched = [each for each, decision in zip(final, decisions, strict=True) if decision == "match"]
    assert all(reason.level != "unnumbered" for each in matched for reason in each.reasons)
    assert judged[0].never


@given(some_name, some_name)
@settings(max_examples=400, deadline=None)
def test_whatever_the_names_each_level_has_its_points(one: str, other: str) -> None:
    points = model().points
    for feature, level, _, _ in levels(Side(one, province="贵州"), Side(other, city="贵阳")):
        assert level in points[feature], (feature, level)


def test_the_model_s_never_levels_are_levels() -> None:
    read = model_read(book_data("model.yaml"))
    assert all(level in read.points[feature] for feature, level in read.never)
    assert {"alone", "namesake", "close", "equal", "behind"} == set(read.points["rival"])
    assert decide([]) == ([], [])
    assert decide([judge(Side("冠银"), Side(NAME))])[1] == ["none"]
