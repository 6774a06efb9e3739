"""The files that the city's departments send: rows as a function of the seed, with dirt, and the truth about it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from demo import words
from demo.cast import cast_rows
from demo.chance import drawn, happens, picked
from demo.city import CHUNK, City
from demo.codes import ALPHABET
from demo.files import Written, sink
from demo.templates import TEMPLATES

ORGANISATION = "法人及非法人组织"
SOLE_TRADER = "个体工商户"
NATURAL_PERSON = "自然人"
DAYS_BACK = 1825  # decisions lie within five years before `today`

ACCEPTED, REFUSED, WAITING, UNCHANGED = "accepted", "refused", "waiting", "unchanged"
CLEAN, DUPLICATED = "clean", "duplicated"

_FULL_WIDTH = {letter: chr(ord(letter) + 0xFEE0) for letter in ALPHABET}


@dataclass(frozen=True)
class Kind:
    """A way for a row to be dirty (or oddly but rightly written): what it must become, and which columns it alters.

    It befalls a template that has the first of these columns.
    """

    name: str
    verdict: str
    edits: Mapping[str, pl.Expr]

    def befalls(self, columns: Collection[str]) -> bool:
        """Whether a template of these columns can have this kind of row."""
        return next(iter(self.edits)) in columns


def _code_with_wrong_check() -> pl.Expr:
    last = pl.col("code").str.slice(17, 1).replace_strict(list(ALPHABET), [*ALPHABET[1:], ALPHABET[0]], default="0")
    return pl.col("code").str.slice(0, 17) + last


DIRT: tuple[Kind, ...] = (
    Kind("code-check-wrong", REFUSED, {"code": _code_with_wrong_check()}),
    Kind("code-too-long", REFUSED, {"code": pl.col("code") + "X"}),
    Kind("code-masked", REFUSED, {"code": pl.col("code").str.slice(0, 8) + "******" + pl.col("code").str.slice(14)}),
    Kind("code-missing", WAITING, {"code": pl.lit(""), "old_number": pl.lit("")}),
    Kind("name-missing", REFUSED, {"name": pl.lit("")}),
    Kind("document-missing", REFUSED, {"document": pl.lit("")}),
    Kind("authority-missing", REFUSED, {"authority": pl.lit(""), "authority_code": pl.lit("")}),
    Kind("day-impossible", REFUSED, {"decided_on": pl.col("decided_on").str.slice(0, 4) + "-02-30"}),
    Kind("day-in-future", REFUSED, {"decided_on": pl.col("future")}),
    Kind(
        "fine-negative",
        REFUSED,
        {"fine": pl.lit("-") + pl.when(pl.col("fine") == "").then(pl.lit("1.00")).otherwise("fine")},
    ),
    Kind("fine-unreadable", REFUSED, {"fine": pl.lit("约伍万圆左右")}),
    # The row of a natural person names nobody: a real file would, and the intake must not read on.
    Kind(
        "natural-person", REFUSED, {"category": pl.lit(NATURAL_PERSON), "name": pl.lit("某自然人"), "code": pl.lit("")}
    ),
)
ODDITIES: tuple[Kind, ...] = (
    Kind("day-slashed", ACCEPTED, {"decided_on": pl.col("decided_on").str.replace_all("-", "/", literal=True)}),
    Kind("day-bare", ACCEPTED, {"decided_on": pl.col("decided_on").str.replace_all("-", "", literal=True)}),
    Kind(
        "day-chinese",
        ACCEPTED,
        {
            "decided_on": pl.concat_str(
                pl.col("decided_on").str.slice(0, 4),
                pl.lit("年"),
                pl.col("decided_on").str.slice(5, 2),
                pl.lit("月"),
                pl.col("decided_on").str.slice(8, 2),
                pl.lit("日"),
            )
        },
    ),
    Kind("code-full-width", ACCEPTED, {"code": pl.col("code").str.replace_many(_FULL_WIDTH)}),
    Kind("code-spaced", ACCEPTED, {"code": " " + pl.col("code").str.slice(0, 8) + " " + pl.col("code").str.slice(8)}),
    Kind("name-spaced", ACCEPTED, {"name": "　" + pl.col("name") + " "}),
    Kind(
        "fine-long", ACCEPTED, {"fine": pl.when(pl.col("fine") == "").then("fine").otherwise(pl.col("fine") + "0000")}
    ),
)

Builder = Callable[[City, pl.DataFrame, int, date], pl.DataFrame]


@dataclass(frozen=True)
class Sheet:
    """One source's rows: how a frame of `content` numbers becomes columns of text."""

    source: str
    build: Builder


@dataclass(frozen=True)
class Order:
    """How a file is to be made. `first` is the number of its first row: a series' files follow on."""

    edition: str
    today: date
    seed: int = 0
    dirt: float = 0.0
    oddity: float = 0.0
    first: int = 0
    chunk: int = CHUNK
    encoding: str = "utf-8"


def penalty_rows(
    city: City,
    rows: int,
    *,
    today: date,
    dirt: float = 0.05,
    oddity: float = 0.02,
    seed: int = 0,
    first: int = 0,
    chunk: int = CHUNK,
) -> Iterator[pl.DataFrame]:
    """Penalty rows in chunks, in our own column names, with `dirt_kind`: what is wrong with the row, or `clean`."""
    order = Order("2018", today, seed, dirt, oddity, first, chunk)
    return sheet_rows(PENALTIES, city, rows, order)


def write_penalties(
    path: Path,
    city: City,
    rows: int,
    dirt: float = 0.05,
    seed: int = 0,
    *,
    today: date,
    edition: str = "2018",
    oddity: float = 0.02,
    first: int = 0,
    encoding: str = "utf-8",
    truth: Path | None = None,
) -> Written:
    """Writes a penalty-publicity file of so many rows and returns the truth about it.

    `truth` gets `line,kind,verdict` of each row that is not plain.
    """
    order = Order(edition, today, seed, dirt, oddity, first, encoding=encoding)
    return sheet_written(path, PENALTIES, city, rows, order, truth)


def sheet_written(path: Path, sheet: Sheet, city: City, rows: int, order: Order, truth: Path | None = None) -> Written:
    """Writes the sheet in the template of the order's edition, and counts its rows by kind and verdict."""
    template = TEMPLATES[sheet.source][order.edition]
    verdicts = {kind.name: kind.verdict for kind in (*DIRT, *ODDITIES)} | {CLEAN: ACCEPTED, DUPLICATED: UNCHANGED}
    done = Written(path)
    marks: list[pl.DataFrame] = []
    with sink(path, order.encoding) as target:
        for frame in sheet_rows(sheet, city, rows, order):
            target.write(frame.select(pl.col(column).alias(heading) for column, heading in template.items()))
            for kind, count in frame["dirt_kind"].value_counts(sort=True).iter_rows():
                done.by_kind[kind] = done.by_kind.get(kind, 0) + count
                done.by_verdict[verdicts[kind]] = done.by_verdict.get(verdicts[kind], 0) + count
            if truth:
                lines = frame.select(
                    line=pl.int_range(1, pl.len() + 1) + done.rows, kind=pl.col("dirt_kind").cast(pl.String)
                )
                marks.append(lines.filter(pl.col("kind") != CLEAN))
            done.rows += len(frame)
    if truth:
        pl.concat(marks).with_columns(
            verdict=pl.col("kind").replace_strict(verdicts, return_dtype=pl.String)
        ).write_csv(truth)
    return done


def cast_written(path: Path, source: str, edition: str, today: date, encoding: str = "utf-8") -> Written:
    """Writes what the source sends about the cast, in the template of the edition."""
    template = TEMPLATES[source][edition]
    rows = cast_rows(today)[source]
    table = {heading: [row.get(column, "") for row in rows] for column, heading in template.items()}
    with sink(path, encoding) as target:
        target.write(pl.DataFrame(table))
    return Written(path, len(rows), {CLEAN: len(rows)}, {ACCEPTED: len(rows)})


def sheet_rows(sheet: Sheet, city: City, rows: int, order: Order) -> Iterator[pl.DataFrame]:
    """The sheet's rows in chunks: every column text, and `dirt_kind`."""
    columns = TEMPLATES[sheet.source][order.edition].keys()
    dirt = [kind for kind in DIRT if kind.befalls(columns)]
    oddities = [kind for kind in ODDITIES if kind.befalls(columns)]
    for start in range(order.first, order.first + rows, order.chunk):
        count = min(order.chunk, order.first + rows - start)
        numbers = pl.int_range(start, start + count, dtype=pl.UInt64, eager=True).alias("row").to_frame()
        frame = numbers.with_columns(_fate(pl.col("row"), sheet, order, len(dirt), len(oddities)).alias("fate"))
        frame = frame.with_columns(_repeated(sheet, order, len(dirt), len(oddities)).alias("repeated"))
        frame = frame.with_columns(
            content=pl.col("row") - pl.col("repeated").cast(pl.UInt64),
            # A would-be repeat whose forerunner is not clean, or not in this file, is a clean row of its own.
            fate=pl.when(pl.col("fate") == 1).then(0).otherwise("fate"),
        )
        built = sheet.build(city, frame, order.seed, order.today)
        yield _altered(_future_added(built, order), [*dirt, *oddities]).with_columns(_kinds_named([*dirt, *oddities]))


def _fate(row: pl.Expr, sheet: Sheet, order: Order, dirt: int, oddities: int) -> pl.Expr:
    """0 clean, 1 to repeat the row before, from 2 on the kinds of dirt, each as likely, and then the oddities."""
    draw = drawn(row, order.seed, sheet.source + "/fate")
    which = draw // 1_000_000
    dirty = (which % (dirt + 1) + 1).cast(pl.UInt8)
    odd = (which % max(oddities, 1) + dirt + 2).cast(pl.UInt8)
    is_dirty = happens(draw, order.dirt)
    return (
        pl.when(is_dirty)
        .then(dirty)
        .when(happens(draw, order.dirt + order.oddity))
        .then(odd)
        .otherwise(pl.lit(0, dtype=pl.UInt8))
    )


def _repeated(sheet: Sheet, order: Order, dirt: int, oddities: int) -> pl.Expr:
    before = pl.when(pl.col("row") > order.first).then(pl.col("row") - 1).otherwise(pl.col("row"))
    return (pl.col("fate") == 1) & (pl.col("row") > order.first) & (_fate(before, sheet, order, dirt, oddities) == 0)


def _future_added(frame: pl.DataFrame, order: Order) -> pl.DataFrame:
    days = [(order.today + timedelta(days=1100 + 7 * step)).isoformat() for step in range(50)]
    return frame.with_columns(picked(days, pl.col("row")).alias("future"))


def _altered(frame: pl.DataFrame, kinds: Sequence[Kind]) -> pl.DataFrame:
    """Applies each kind's edits to the rows whose fate it is."""
    chains: dict[str, pl.Expr] = {}
    for number, kind in enumerate(kinds, start=2):
        for column in kind.edits.keys() & set(frame.columns):
            chains[column] = (
                pl.when(pl.col("fate") == number).then(kind.edits[column]).otherwise(chains.get(column, pl.col(column)))
            )
    return frame.with_columns(**chains)


def _kinds_named(kinds: Sequence[Kind]) -> pl.Expr:
    names = pl.lit(pl.Series([CLEAN, DUPLICATED, *(kind.name for kind in kinds)]))
    return names.gather(pl.when("repeated").then(1).otherwise("fate")).alias("dirt_kind")


# ---- what each department sends


def _register(city: City, frame: pl.DataFrame, seed: int, today: date) -> pl.DataFrame:
    frame = city.registered(city.identified(frame.with_columns(firm="content")))
    return frame.with_columns(
        # As published registers do it: the old number stands where the code would, and absence is written out.
        pl.coalesce("code", "old_number").alias("code"),
        pl.col("registered").cast(pl.String),
        pl.lit(words.PROVINCE).alias("province"),
        pl.lit(words.CITY).alias("city"),
    )


def _penalties(city: City, frame: pl.DataFrame, seed: int, today: date) -> pl.DataFrame:
    row = pl.col("content")
    frame = _counterparty_added(city, frame, "penalty")
    frame = frame.with_columns(
        _day_drawn(seed, "penalty/day"),
        (drawn(row, seed, "penalty/case")).alias("draw"),
        _weighed([sentence.share for sentence in words.SENTENCES], drawn(row, seed, "penalty/sentence")).alias(
            "sentence"
        ),
    )
    cases = [case for sector in words.CASES for case in sector]
    sectors = pl.lit(pl.Series([sector for _, sector in words.TRADES], dtype=pl.UInt32))
    width = len(words.CASES[0])
    # Three cases of four are of the firm's own trade, the rest of any: every firm has a fire exit.
    any_case = (pl.col("draw") // 16 % len(cases)).cast(pl.UInt32)
    own_case = sectors.gather(pl.col("trade")) * width + (pl.col("draw") // 16 % width).cast(pl.UInt32)
    frame = frame.with_columns(pl.when(pl.col("draw") % 4 == 0).then(any_case).otherwise(own_case).alias("which"))
    frame = _offices_added(city, frame, [case[3] for case in cases])
    frame = frame.with_columns(_fine(seed))
    return frame.with_columns(
        _document([office.penalty for office in words.OFFICES], today),
        picked([case[0] for case in cases], pl.col("which")).alias("violation"),
        pl.concat_str(
            picked(words.STANDS, pl.col("draw") // 1024),
            pl.lit("当事人"),
            picked([case[1] for case in cases], pl.col("which")),
            pl.lit("。"),
        ).alias("facts"),
        picked([case[2] for case in cases], pl.col("which")).alias("basis"),
        (pl.lit("关于") + picked([case[0] for case in cases], pl.col("which")) + pl.lit("案")).alias("case"),
        picked([sentence.kind for sentence in words.SENTENCES], pl.col("sentence")).alias("kind"),
        (picked([sentence.content for sentence in words.SENTENCES], pl.col("sentence")) + _fine_in_words()).alias(
            "content"
        ),
        _in_ten_thousands(pl.col("yuan")).alias("fine"),
        pl.when(
            picked([sentence.kind for sentence in words.SENTENCES], pl.col("sentence")).str.contains(
                "没收", literal=True
            )
        )
        .then(_in_ten_thousands(pl.col("yuan") // 200 * 100 + 100))
        .otherwise(pl.lit(""))
        .alias("confiscated"),
        _day_shifted(today, pl.col("day"), [0]).alias("decided_on"),
        _shown_until(today),
        pl.col("authority").alias("provider"),
        pl.col("authority_code").alias("provider_code"),
    )


def _licences(city: City, frame: pl.DataFrame, seed: int, today: date) -> pl.DataFrame:
    row = pl.col("content")
    frame = _counterparty_added(city, frame, "licence").with_columns(_day_drawn(seed, "licence/day"))
    sectors = pl.lit(pl.Series([sector for _, sector in words.TRADES], dtype=pl.UInt32))
    frame = frame.with_columns(sectors.gather(pl.col("trade")).alias("which"))
    frame = _offices_added(city, frame, [licence[3] for licence in words.LICENCES])
    years = [3, 4, 5]
    number = pl.concat_str(pl.lit("YC"), pl.col("which").cast(pl.String), row.cast(pl.String).str.zfill(8))
    return frame.with_columns(
        _document([office.licence for office in words.OFFICES], today),
        pl.lit("准予行政许可决定书").alias("title"),
        picked([licence[1] for licence in words.LICENCES], pl.col("which")).alias("kind"),
        picked([licence[0] for licence in words.LICENCES], pl.col("which")).alias("certificate"),
        number.alias("certificate_number"),
        picked([licence[2] for licence in words.LICENCES], pl.col("which")).alias("content"),
        _day_shifted(today, pl.col("day"), [0]).alias("decided_on"),
        _day_shifted(today, pl.col("day"), [0]).alias("valid_from"),
        _day_shifted(today, pl.col("day"), [365 * year for year in years], row % len(years)).alias("valid_until"),
        pl.lit("1").alias("status"),
        pl.col("authority").alias("provider"),
        pl.col("authority_code").alias("provider_code"),
    )


def _abnormal(city: City, frame: pl.DataFrame, seed: int, today: date) -> pl.DataFrame:
    return _listed(city, frame, seed, today, "abnormal", "异常列入", words.ABNORMAL_REASONS, words.ABNORMAL_EXITS)


def _dishonest(city: City, frame: pl.DataFrame, seed: int, today: date) -> pl.DataFrame:
    return _listed(
        city, frame, seed, today, "dishonesty", "严违列入", words.DISHONESTY_REASONS, ("列入满期，依申请移出",)
    )


def _honours(city: City, frame: pl.DataFrame, seed: int, today: date) -> pl.DataFrame:
    row = pl.col("content")
    frame = _counterparty_added(city, frame, "honour").with_columns(
        _day_drawn(seed, "honour/day"), which=pl.lit(0, dtype=pl.UInt32)
    )
    frame = _offices_added(city, frame, [words.MARKET])
    return frame.with_columns(
        _document(["荣誉"] * len(words.OFFICES), today),
        picked(words.HONOURS, drawn(row, seed, "honour/title")).alias("honour"),
        _day_shifted(today, pl.col("day"), [0]).alias("decided_on"),
        _day_shifted(today, pl.col("day"), [3 * 365]).alias("valid_until"),
    )


def _listed(
    city: City,
    frame: pl.DataFrame,
    seed: int,
    today: date,
    stream: str,
    word: str,
    reasons: Sequence[str],
    exits: Sequence[str],
) -> pl.DataFrame:
    """Entries on a list of the market regulator; about half of those older than a year have left it again."""
    row = pl.col("content")
    frame = _counterparty_added(city, frame, stream).with_columns(
        _day_drawn(seed, stream + "/day"), which=pl.lit(0, dtype=pl.UInt32)
    )
    frame = city.registered(_offices_added(city, frame, [words.MARKET]))
    left = (drawn(row, seed, stream + "/left") % 2 == 0) & (pl.col("day") > 365)
    return frame.with_columns(
        _document([word] * len(words.OFFICES), today),
        picked(reasons, drawn(row, seed, stream + "/reason")).alias("reason"),
        _day_shifted(today, pl.col("day"), [0]).alias("decided_on"),
        pl.when(left).then(_day_shifted(today, pl.col("day"), [200])).otherwise(pl.lit("")).alias("exit_on"),
        pl.when(left).then(picked(exits, row)).otherwise(pl.lit("")).alias("exit_reason"),
        pl.when(left).then("authority").otherwise(pl.lit("")).alias("exit_authority"),
    )


REGISTER = Sheet("enterprise-register", _register)
PENALTIES = Sheet("penalty-publicity", _penalties)
LICENCES = Sheet("licence-publicity", _licences)
ABNORMAL = Sheet("abnormal-operations", _abnormal)
DISHONESTY = Sheet("serious-dishonesty", _dishonest)
HONOURS = Sheet("honours", _honours)


# ---- parts that several sheets share


def _counterparty_added(city: City, frame: pl.DataFrame, stream: str) -> pl.DataFrame:
    frame = city.identified(frame.with_columns(city.penalised(pl.col("content"), stream).alias("firm")))
    category = pl.when(pl.col("kind") == 2).then(pl.lit(SOLE_TRADER)).otherwise(pl.lit(ORGANISATION))
    # Departments are slow to learn of a new name: half of the rows still carry the former one.
    name = pl.when(pl.col("content") % 2 == 0).then(pl.coalesce("former_name", "name")).otherwise("name")
    return frame.with_columns(category.alias("category"), name.alias("name"))


def _day_drawn(seed: int, stream: str) -> pl.Expr:
    """How many days before `today`, from 1 on."""
    return (drawn(pl.col("content"), seed, stream) % DAYS_BACK + 1).cast(pl.UInt32).alias("day")


def _day_shifted(today: date, day: pl.Expr, shifts: Sequence[int], which: pl.Expr | None = None) -> pl.Expr:
    """The day so many days before today, moved by the shift that `which` picks, written 2023-11-13."""
    table = [(today + timedelta(days=shift - back)).isoformat() for shift in shifts for back in range(DAYS_BACK + 1)]
    index = day if which is None else which.cast(pl.UInt32) * (DAYS_BACK + 1) + day
    return pl.lit(pl.Series(table)).gather(index)


def _shown_until(today: date) -> pl.Expr:
    """When publication ends by the term of the sentence's class; left empty where a minor breach is not to be shown."""
    table = [words.SHOWN_DAYS[sentence.severity] for sentence in words.SENTENCES]
    days = sorted(set(table))
    which = pl.lit(pl.Series([days.index(count) for count in table], dtype=pl.UInt32)).gather(pl.col("sentence"))
    ends = _day_shifted(today, pl.col("day"), days, which)
    return pl.when(which == days.index(0)).then(pl.lit("")).otherwise(ends).alias("shown_until")


def _weighed(shares: Sequence[int], draw: pl.Expr) -> pl.Expr:
    """An index, as often as its share in a thousand says."""
    table = [index for index, share in enumerate(shares) for _ in range(share)]
    return pl.lit(pl.Series(table, dtype=pl.UInt32)).gather(draw % len(table))


def _offices_added(city: City, frame: pl.DataFrame, offices: Sequence[int]) -> pl.DataFrame:
    """Adds `office`, `authority`, `authority_code`, `short`: the district's office, one time in four the city's."""
    office = pl.lit(pl.Series(list(offices), dtype=pl.UInt32)).gather(pl.col("which"))
    place = pl.when(pl.col("content") % 4 == 0).then(0).otherwise(pl.col("district") + 1)
    frame = frame.with_columns(office.alias("office"))
    seat = (place * len(words.OFFICES) + pl.col("office")).cast(pl.UInt32)
    return frame.with_columns(
        pl.lit(city.authorities[name]).gather(seat).alias(name) for name in city.authorities.columns
    )


def _document(office_words: Sequence[str], today: date) -> pl.Expr:
    years = pl.lit(pl.Series([str((today - timedelta(days=back)).year) for back in range(DAYS_BACK + 1)]))
    return pl.concat_str(
        pl.lit("云川"),
        pl.col("short"),
        picked(office_words, pl.col("office")),
        pl.lit("〔"),
        years.gather(pl.col("day")),
        pl.lit("〕"),
        (pl.col("content") + 1).cast(pl.String).str.zfill(5),
        pl.lit("号"),
    ).alias("document")


def _fine(seed: int) -> pl.Expr:
    """Whole hundreds of yuan within the sentence's range."""
    least, most = (
        pl.lit(pl.Series([getattr(sentence, end) // 100 for sentence in words.SENTENCES], dtype=pl.UInt64)).gather(
            pl.col("sentence")
        )
        for end in ("least", "most")
    )
    draw = drawn(pl.col("content"), seed, "penalty/fine")
    return ((least + draw % (most - least + 1)) * 100).alias("yuan")


def _fine_in_words() -> pl.Expr:
    amount = pl.concat_str(pl.lit("罚款金额"), pl.col("yuan").cast(pl.String), pl.lit("元。"))
    return pl.when(pl.col("yuan") > 0).then(amount).otherwise(pl.lit(""))


def _in_ten_thousands(yuan: pl.Expr) -> pl.Expr:
    """An amount in whole hundreds of yuan as the template wants it: ten thousands, two decimals; empty for nothing."""
    written = pl.concat_str(
        (yuan // 10_000).cast(pl.String), pl.lit("."), (yuan // 100 % 100).cast(pl.String).str.zfill(2)
    )
    return pl.when(yuan > 0).then(written).otherwise(pl.lit(""))
