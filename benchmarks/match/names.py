"""A firm's name taken apart, roughly: enough to write it wrong on purpose and to say which firms a text fits equally.

This is a maker's rule of thumb. It knows no dictionary but the words below and what the register's own names repeat, and
it is no part of any matcher under test.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

PROVINCE, CITY, COUNTY = "province", "city", "county"

PROVINCES = {
    short: short + ending
    for ending, shorts in {
        "市": "北京 天津 上海 重庆",
        "省": "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海",
        "自治区": "内蒙古 西藏",
        "壮族自治区": "广西",
        "回族自治区": "宁夏",
        "维吾尔自治区": "新疆",
    }.items()
    for short in shorts.split()
}

LIMITED = ("有限公司", "有限责任公司")
_PREFECTURES = frozenset(
    "延边 恩施 湘西 阿坝 甘孜 凉山 黔西南 黔东南 黔南 楚雄 红河 文山 西双版纳 大理 德宏 怒江 迪庆 临夏 甘南 海北 黄南 果洛 玉树 海西 "
    "昌吉 博尔塔拉 巴音郭楞 克孜勒苏 伊犁 大兴安岭 阿里 锡林郭勒 兴安 阿拉善 阿克苏 喀什 和田 塔城 阿勒泰 神农架".split()
)
_FORMS = (
    "集团股份有限公司 集团有限责任公司 集团有限公司 集团总公司 集团公司 股份有限公司 有限责任公司 有限总公司 有限公司 实业公司 总公司 公司 "
    "农民专业合作社联合社 农民专业合作社 专业合作社 股份合作社 合作社 合伙企业 总厂 分厂 厂 经营部 服务部 门市部 营业部 批发部 加工部 "
    "修理部 商行 商店 商场 超市 便利店 专卖店 药店 酒店 饭店 餐馆 饭馆 旅馆 宾馆 店 农场 养殖场 加工场 林场 场 加油站 服务站 站 "
    "事务所 研究所 所 中心 工作室 室 坊 行 馆 院 社 部 队 园 铺 吧 厅 屋"
).split()
_FORM = re.compile(rf"(?:{'|'.join(sorted(_FORMS, key=len, reverse=True))})?（(?:有限|普通|特殊普通)合伙）$")
_TAIL = re.compile(
    r"(?<=公司).{2,}?(?:公司|部|店|处|行|站|厂|场|所|中心|矿|队|库|点|馆|所|市|园|组|楼|厅)$|(?<=合作社).{2,}?(?:分社|社|部|店|站|组|厂)$"
)
# Whatever stands behind a whole firm's name is of its branch (Order 734, art. 12): 桂林分社, 北京路酒家, 凯悦啤酒城 as well as
# 第二门市部. A bracket there is a remark or a form, 合作社有限公司 and 合作社联合社 are one form.
_BEHIND = re.compile(r"(?:(?<=公司)|(?<=合作社)(?!联合?社$|有限(?:责任)?公司))(?!（[^（）]*）$).{2,}$")
_COUNTY = re.compile(r"[\u4e00-\u9fff]{2,7}?(?:自治县|县|区|市|旗)")
_CITY_END = re.compile(r"(?:[\u4e00-\u9fff]{1,2}族)*自治州$|(?:市|地区|盟)$")
_COUNTY_END = re.compile(r"(?:[\u4e00-\u9fff]{1,2}族)*自治县$|(?:市|县|区|旗)$")
_BRACKETED = re.compile(r"（([^（）]+)）")
_TOWN_LEAST = 3  # addresses that begin with a county before its name is known from one
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Firm:
    """A row of a register."""

    id: str
    name: str
    uscc: str
    province: str
    city: str
    address: str


@dataclass(frozen=True, slots=True)
class Region:
    """A region as a name writes it."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What a name is made of, in the order in which it is written; the bracket stands after the mark or after the trade."""

    regions: tuple[Region, ...] = ()
    mark: str = ""
    trade: str = ""
    form: str = ""
    tail: str = ""
    bracket: Region | None = None
    bracket_late: bool = False

    @property
    def core(self) -> str:
        """Mark and trade words."""
        return self.mark + self.trade

    @property
    def places(self) -> tuple[Region, ...]:
        """Every region that the name tells."""
        return self.regions if self.bracket is None else (*self.regions, self.bracket)

    @property
    def text(self) -> str:
        """The name, written out."""
        bracket = f"（{self.bracket.text}）" if self.bracket else ""
        early, late = ("", bracket) if self.bracket_late else (bracket, "")
        front = "".join(region.text for region in self.regions)
        return f"{front}{self.mark}{early}{self.trade}{late}{self.form}{self.tail}"

    def but(self, **changes: object) -> "Parts":
        """The same with some parts changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def plain(name: str) -> str:
    """A name without what only printers see: one width, no blanks, one kind of bracket."""
    text = _BLANK.sub("", unicodedata.normalize("NFKC", name)).upper()
    return text.replace("(", "（").replace(")", "）").replace("[", "（").replace("]", "）")


@lru_cache(maxsize=1 << 16)
def province_short(name: str) -> str:
    """江苏省 → 江苏."""
    for short, full in PROVINCES.items():
        if name in (short, full):
            return short
    return name


def province_full(name: str) -> str:
    """江苏 → 江苏省."""
    return PROVINCES.get(province_short(name), name)


@lru_cache(maxsize=1 << 16)
def city_short(name: str) -> str:
    """南通市 → 南通; a name of one character keeps its ending."""
    short = _CITY_END.sub("", name)
    return short if len(short) > 1 else name


def city_full(name: str) -> str:
    """南通 → 南通市; prefectures, leagues and areas stay as they are."""
    return name if not name or _CITY_END.search(name) or name in _PREFECTURES else name + "市"


@lru_cache(maxsize=1 << 16)
def county_short(name: str) -> str:
    """海安市 → 海安."""
    short = _COUNTY_END.sub("", name)
    return short if len(short) > 1 else name


def counties(firm: Firm) -> tuple[str, ...]:
    """The counties, districts or towns of county rank that the address begins with."""
    text = plain(firm.address)
    for name in (province_full(firm.province), province_short(firm.province), city_full(firm.city)):
        text = text.removeprefix(name) if name else text
    found: list[str] = []
    while len(found) < 2 and (match := _COUNTY.match(text)):
        found.append(match[0])
        text = text[match.end() :]
    return tuple(found)


class Reader:
    """Takes the names of one register apart; what its names repeat at their end is a trade."""

    def __init__(self, firms: Sequence[Firm]) -> None:
        towns = Counter(county for firm in firms for county in counties(firm))
        self._towns = {
            text: Region(COUNTY, text)
            for county in sorted(county for county, count in towns.items() if count >= _TOWN_LEAST)
            for text in (county, county_short(county))
        }
        self._least = max(4, len(firms) // 4_000)
        self._endings: Counter[str] = Counter()
        for firm in firms:
            parts = self._cut(plain(firm.name), firm)
            core = parts.core
            self._endings.update(core[-length:] for length in range(2, min(10, len(core) - 1) + 1))

    def parts(self, firm: Firm) -> Parts:
        """The parts of the firm's name."""
        parts = self._cut(plain(firm.name), firm)
        if parts.trade:  # a bracket has told where the mark ends
            return parts
        core = parts.mark
        if length := self._trade_length(core):
            return parts.but(mark=core[:-length], trade=core[-length:])
        return parts if len(core) <= 4 else parts.but(mark=core[:2], trade=core[2:])

    def _trade_length(self, core: str) -> int:
        """How much of the core's end is a trade: words of two characters, or of as many as always come together."""
        most, counts, length = len(core) - 2, self._endings, 2
        if most < 2 or counts[core[-2:]] < self._least:
            return 0
        while length < most:
            if counts[core[-length - 1 :]] * 2 >= counts[core[-length:]]:
                length += 1
            elif length + 2 <= most and counts[core[-length - 2 :]] >= self._least:
                length += 2
            else:
                break
        return length

    def _cut(self, text: str, firm: Firm) -> Parts:
        """Regions, form and tail cut away; what is left stands as the mark, unless a bracket parts it."""
        text, tail = _tail_cut(text)
        text, form = form_cut(text)
        regions, text = self._regions_cut(text, firm)
        return _bracket_cut(text, Parts(regions, form=form, tail=tail), {each.text: each for each in _written(firm)})

    def _regions_cut(self, text: str, firm: Firm) -> tuple[tuple[Region, ...], str]:
        own = list(_written(firm))
        found: list[Region] = []
        while len(found) < 3:
            region = max((each for each in own if _leads(text, each)), key=lambda each: len(each.text), default=None)
            region = region or next(
                (self._towns[text[:size]] for size in range(8, 1, -1) if text[:size] in self._towns), None
            )
            if region is None or not _leads(text, region) or any(each.level == region.level for each in found[:2]):
                break
            found.append(region)
            text = text[len(region.text) :]
        return tuple(found), text


def _leads(text: str, region: Region) -> bool:
    return text.startswith(region.text) and len(text) > len(region.text) + 1


def _tail_cut(text: str) -> tuple[str, str]:
    match = _TAIL.search(text)
    return (text[: match.start()], match[0]) if match and not text.endswith("合伙）") else (text, "")


def form_cut(text: str) -> tuple[str, str]:
    """A name without its form, and that; a form alone is none."""
    if match := _FORM.search(text):
        return text[: match.start()], match[0]
    for form in _FORMS:
        if text.endswith(form) and len(text) - len(form) >= 2:
            return text[: -len(form)], form
    return text, ""


def _written(firm: Firm) -> Iterable[Region]:
    """The ways in which the firm's own regions are written."""
    for level, name, short in (
        (PROVINCE, province_full(firm.province), province_short(firm.province)),
        (CITY, city_full(firm.city), city_short(firm.city)),
        *((COUNTY, county, county_short(county)) for county in counties(firm)),
    ):
        for text in (name, short):
            if len(text) > 1:
                yield Region(level, text)


def _bracket_cut(text: str, parts: Parts, known: Mapping[str, Region]) -> Parts:
    match = _BRACKETED.search(text)
    if match is None or match[1] not in known or match.start() < 2:
        return parts.but(mark=text)
    before, after = text[: match.start()], text[match.end() :]
    return parts.but(mark=before, trade=after, bracket=known[match[1]], bracket_late=not after)


def is_branch(name: str) -> bool:
    """Whether the name is of a branch: something stands behind the parent's form."""
    text = plain(name)
    return bool(_BEHIND.search(text)) and not text.endswith("合伙）")
