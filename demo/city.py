"""The invented city: every firm is a pure function of the seed and its number, so no table of firms is ever held."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from demo import words
from demo.chance import drawn, fraction, happens, picked, stream_key
from demo.codes import NEW_BODIES, OLD_BODIES, codes_added, old_numbers_added

EPOCH = date(1970, 1, 1)
CHUNK = 50_000

# Firms come in blocks of two hundred, and a firm's place in its block is its trait.
BLOCK = 200
PARENT = 0
BRANCHES = (1, 2)  # of the firm at place 0
NEAR_NAMESAKE = 11  # same words as the firm at place 10, another legal form
NAMESAKE = 21  # exactly the name of the firm at place 20, another code
RENAMED = (30, 31, 32)
OLD_NUMBERED = range(40, 60)  # an old number and a new code
OLD_NUMBER_ONLY = 60
SOLE_TRADERS = range(100, 140)
COOPERATIVES = range(140, 146)
PARTNERSHIPS = range(146, 148)

_LIMITED, _JOINT_STOCK, _BRANCH, _SOLE, _COOPERATIVE, _PARTNERSHIP, _LIMITED_LONG = range(7)
_TYPES = (
    "有限责任公司(自然人投资或控股)",
    "股份有限公司(非上市)",
    "股份有限公司分公司",
    "个体工商户",
    "农民专业合作社",
    "有限合伙企业",
    "有限责任公司(自然人独资)",
)
_CODE_KINDS = (1, 1, 1, 2, 3, 1, 1)  # second character of the code: enterprise, sole trader, farmers' cooperative
_SOLE_FORMS = ("经营部", "商行", "服务部", "门市部")

# Steps that visit every residue once, because they share no factor with their moduli.
_NAME_STEP = 1_000_003
_NEW_BODY_STEP = 500_000_003
_OLD_BODY_STEP = 61_803_399
_FIRM_STEP = 1_000_000_007
_NAMES = len(words.MARK_FIRST) * len(words.MARK_SECOND) * len(words.TRADES) * (len(words.DISTRICTS) + 1)

_FIRST_DAY = (date(1995, 1, 1) - EPOCH).days
_LAST_DAY = (date(2020, 12, 31) - EPOCH).days
_NEW_CODES_FROM = (date(2015, 10, 1) - EPOCH).days  # when bodies beginning with MA came into use
_RENAMED_FROM = (date(2022, 1, 1) - EPOCH).days


@dataclass(frozen=True)
class City:
    """An invented city with so many firms; the same seed gives the same city. At most 80 million firms."""

    seed: int
    firms: int

    def chunks(self, size: int = CHUNK) -> Iterator[pl.DataFrame]:
        """Every firm with what the register says of it, some rows at a time, in order of number."""
        for first in range(0, self.firms, size):
            numbers = pl.int_range(first, min(first + size, self.firms), dtype=pl.UInt64, eager=True).alias("firm")
            yield self.registered(self.identified(numbers.to_frame()))

    def identified(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Adds to `firm` numbers who they are: `code`, `name`, `former_name`, `renamed_on`, `trade`, `district`."""
        frame = frame.with_columns((pl.col("firm") % BLOCK).cast(pl.UInt32).alias("place"))
        frame = frame.with_columns(_table("form", pl.UInt8), base=pl.col("firm") - _table("shift", pl.UInt64))
        return codes_added(self._numbered(self._named(frame)))

    def registered(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Adds `old_number`, `type`, `capital`, `registered`, `address`; firms without a new code lose it."""
        frame = old_numbers_added(frame)
        place = pl.col("place")
        has_old = place.is_in(list(OLD_NUMBERED)) | (place == OLD_NUMBER_ONLY)
        return frame.with_columns(
            pl.when(has_old).then("old_number").alias("old_number"),
            pl.when(place != OLD_NUMBER_ONLY).then("code").alias("code"),
            picked(_TYPES, pl.col("form")).alias("type"),
            self._capital().alias("capital"),
            self._address().alias("address"),
        )

    def penalised(self, number: pl.Expr, stream: str) -> pl.Expr:
        """Whose row this is: most firms come up now and then, a few very often (a heavy tail)."""
        draw = self._drawn(number, stream)
        often = (fraction(self._drawn(number, stream + "/often")).pow(3) * self.firms).cast(pl.UInt64)
        any_firm = pl.when(happens(draw, 0.4)).then(often).otherwise(draw // 1_000_000 % self.firms)
        firm = (any_firm * _FIRM_STEP + stream_key(self.seed, "tail") % self.firms) % self.firms
        # A firm known by an old number only has no new code to stand in a publicity file: its neighbour steps in.
        return pl.when(firm % BLOCK == OLD_NUMBER_ONLY).then(firm - 1).otherwise(firm)

    @cached_property
    def authorities(self) -> pl.DataFrame:
        """Each office of the city and its districts: `authority`, `authority_code`, `short`; place by place."""
        places = [(words.CITY, words.CITY_DIVISION, "")]
        places += [(words.CITY + district.name, district.division, district.short) for district in words.DISTRICTS]
        rows = [
            {"authority": place + office.title, "division": division, "short": short, "body": 390_000 + number}
            for place, division, short in places
            for number, office in enumerate(words.OFFICES)
        ]
        frame = pl.DataFrame(rows).with_columns(department=1, kind=1, newer=False)
        return codes_added(frame).select("authority", "short", authority_code="code")

    def _drawn(self, number: pl.Expr, stream: str) -> pl.Expr:
        return drawn(number, self.seed, stream)

    def _district(self) -> pl.Expr:
        """Where the firm sits: where its name says; a branch in a district that its sisters leave free."""
        count = len(words.DISTRICTS)
        home = (
            pl.when(pl.col("shown") > 0)
            .then(pl.col("shown") - 1)
            .otherwise(self._drawn(pl.col("base"), "district") % count)
        )
        away = pl.when(pl.col("form") == _BRANCH).then("place").otherwise(0)
        return ((home + away) % count).cast(pl.UInt32)

    def _named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Names are counted off by mixed radix, so that two firms share one only where they are meant to."""
        left = (pl.col("base") * _NAME_STEP + stream_key(self.seed, "name") % _NAMES) % _NAMES
        parts = {"shown": len(words.DISTRICTS) + 1, "trade": len(words.TRADES), "mark1": len(words.MARK_FIRST)}
        columns = []
        for name, count in parts.items():
            columns.append((left % count).cast(pl.UInt32).alias(name))
            left = left // count
        columns.append(left.cast(pl.UInt32).alias("mark2"))
        frame = frame.with_columns(columns).with_columns(self._district().alias("district"))
        return frame.with_columns(
            _name("mark1", "mark2").alias("name"),
            pl.when(_renamed()).then(_name("mark2", "mark1")).alias("former_name"),
            pl.when(_renamed())
            .then((self._drawn(pl.col("firm"), "renamed") % 1000 + _RENAMED_FROM).cast(pl.Int32))
            .cast(pl.Date)
            .alias("renamed_on"),
        ).drop("mark1", "mark2", "shown")

    def _numbered(self, frame: pl.DataFrame) -> pl.DataFrame:
        day = (self._drawn(pl.col("firm"), "registered") % (_LAST_DAY - _FIRST_DAY) + _FIRST_DAY).cast(pl.Int32)
        divisions = pl.lit(pl.Series([district.division for district in words.DISTRICTS], dtype=pl.Int64))
        frame = frame.with_columns(
            day.cast(pl.Date).alias("registered"),
            (day >= _NEW_CODES_FROM).alias("newer"),
            divisions.gather(pl.col("district")).alias("division"),
            pl.lit(9, dtype=pl.UInt8).alias("department"),
            pl.lit(pl.Series(_CODE_KINDS, dtype=pl.UInt8)).gather(pl.col("form")).alias("kind"),
        )
        start = stream_key(self.seed, "body") % OLD_BODIES
        newer, older = (pl.col("firm") * step + start for step in (_NEW_BODY_STEP, _OLD_BODY_STEP))
        return frame.with_columns(pl.when("newer").then(newer % NEW_BODIES).otherwise(older % OLD_BODIES).alias("body"))

    def _capital(self) -> pl.Expr:
        """In ten thousand yuan, written the ways that registers write it."""
        draw = self._drawn(pl.col("firm"), "capital")
        amount = picked(["3", "10", "30", "50", "100", "200", "500", "600", "1,000", "2,000", "5,000", "12.5"], draw)
        unit = picked(["(万元人民币)", "(万元)", "(万人民币)", "(万元人民币)"], draw // 100)
        return pl.when(pl.col("form") == _BRANCH).then(pl.lit("N/A")).otherwise(amount + unit)

    def _address(self) -> pl.Expr:
        draw = self._drawn(pl.col("firm"), "address")
        street = picked(words.STREETS, draw)
        number = (draw // 100 % 400 + 1).cast(pl.String)
        district = picked([district.name for district in words.DISTRICTS], pl.col("district"))
        return pl.concat_str(pl.lit(words.CITY), district, street, number, pl.lit("号"))


def _form(place: int) -> int:
    if place == PARENT:
        return _JOINT_STOCK
    if place in BRANCHES:
        return _BRANCH
    if place in SOLE_TRADERS:
        return _SOLE
    if place in COOPERATIVES:
        return _COOPERATIVE
    if place in PARTNERSHIPS:
        return _PARTNERSHIP
    return _LIMITED_LONG if place == NEAR_NAMESAKE or place % 10 == 9 else _LIMITED


def _shift(place: int) -> int:
    """How far before it the firm stands whose name this one borrows."""
    if place in BRANCHES:
        return place
    return 1 if place in (NEAR_NAMESAKE, NAMESAKE) else 0


_TABLES = {"form": [_form(place) for place in range(BLOCK)], "shift": [_shift(place) for place in range(BLOCK)]}


def _table(name: str, dtype: type[pl.DataType]) -> pl.Expr:
    return pl.lit(pl.Series(name, _TABLES[name], dtype=dtype)).gather(pl.col("place"))


def _renamed() -> pl.Expr:
    return pl.col("place").is_in(list(RENAMED))


def _name(first: str, second: str) -> pl.Expr:
    """The firm's name of its two marks; the invented city's name always leads."""
    marks = {"mark1": list(words.MARK_FIRST), "mark2": list(words.MARK_SECOND)}
    # What a sole trader's form or a branch's place adds varies; for all others the variants read the same.
    variant = pl.when(pl.col("form") == _BRANCH).then("district").otherwise(pl.col("place") % len(_SOLE_FORMS))
    ending = (pl.col("form").cast(pl.UInt32) * len(words.TRADES) + pl.col("trade")) * len(words.DISTRICTS) + variant
    return pl.concat_str(
        picked([words.CITY, *(words.CITY + district.name for district in words.DISTRICTS)], pl.col("shown")),
        picked(marks[first], pl.col(first)),
        picked(marks[second], pl.col(second)),
        picked(["", *words.MARK_THIRD], pl.col("base") // _NAMES),
        picked(_ENDINGS, ending),
    )


def _ending(form: int, trade: int, variant: int) -> str:
    word = words.TRADES[trade][0]
    return {
        _LIMITED: word + "有限公司",
        _LIMITED_LONG: word + "有限责任公司",
        _JOINT_STOCK: word + "股份有限公司",
        _BRANCH: word + "股份有限公司" + words.DISTRICTS[variant].short + "分公司",
        _SOLE: word + _SOLE_FORMS[variant % len(_SOLE_FORMS)],
        _COOPERATIVE: words.PRODUCE[trade] + "农民专业合作社",
        _PARTNERSHIP: word + "中心（有限合伙）",
    }[form]


_ENDINGS = [
    _ending(form, trade, variant)
    for form in range(len(_TYPES))
    for trade in range(len(words.TRADES))
    for variant in range(len(words.DISTRICTS))
]
