"""Files of merchants as platforms send them: read, judged column by column, and laid beside what is filed already."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection
from django.db.models.expressions import RawSQL

from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.models import (
    Refused,
    Registration,
    Representing,
    registration_bound,
)
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within, identifier_read
from chengxin.subjects.bulk.vaulting import Vault, citizen_numbers_read
from chengxin.vault.selectors import seal_of

MOST = 2_000_000
MOST_ONE_BY_ONE = 100_000
LINE, REASON = "line", "reason"
_ID, _HEX, _URL = r"^[0-9A-Za-z_.:-]{1,64}$", r"^[0-9a-f]{64}$", r"^https?://[^\s<>\"]+$"
_PUBLIC = ("title", "url", "link")

Row = dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """The rows that may be filed, and those that may not: as they came, each with its line and reason."""

    good: list[tuple[int, Row]]
    refused: list[tuple[int, str, Row]]


def frame_read(path: Path, kind: str) -> pl.DataFrame:
    """The rows as text with their lines; refuses what is no such file."""
    with path.open("rb") as file:
        form = "Parquet" if file.read(4) == b"PAR1" else "CSV"
    try:
        frame = pl.read_parquet(path, hive_partitioning=False, glob=False) if form == "Parquet" else pl.read_csv(path, infer_schema=False, glob=False)  # fmt: skip
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError):
        raise rules.FileUnreadable(form=form, most=MOST) from None
    if frame.height > MOST or any(dtype.is_nested() for dtype in frame.dtypes):
        raise rules.FileUnreadable(form=form, most=MOST)
    return frame_of(frame, kind, first=2 if form == "CSV" else 1)


def rows_of_file(path: Path, kind: str) -> list[tuple[int, Row]]:
    """The rows of a file that are filed one by one, as text, each with its line; refuses a file whose columns are not those of the kind."""
    with path.open("rb") as file:
        form = "Parquet" if file.read(4) == b"PAR1" else "CSV"
    try:
        frame = pl.read_parquet(path, hive_partitioning=False, glob=False) if form == "Parquet" else pl.read_csv(path, infer_schema=False, glob=False)  # fmt: skip
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError):
        raise rules.FileUnreadable(form=form, most=MOST_ONE_BY_ONE) from None
    if frame.height > MOST_ONE_BY_ONE or any(dtype.is_nested() for dtype in frame.dtypes):
        raise rules.FileUnreadable(form=form, most=MOST_ONE_BY_ONE)
    columns = rules.ROWS[kind]
    missing = [name for name, (_, needed) in columns.items() if needed and name not in frame.columns]
    unknown = [name[:40] for name in frame.columns if name not in columns]
    if missing or unknown:
        raise rules.ColumnsUnfit(kind=kind, missing=", ".join(missing) or "-", unknown=", ".join(unknown) or "-")
    first = 2 if form == "CSV" else 1
    return list(enumerate(frame.with_columns(pl.all().cast(pl.String)).to_dicts(), start=first))


def rows_read(rows: Sequence[Mapping[str, Any]], kind: str) -> pl.DataFrame:
    """The same of rows that a program sent."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [{name: None if row.get(name) is None else str(row[name]) for name in names} for row in rows]
    return frame_of(pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String)), kind, first=1)


def frame_of(frame: pl.DataFrame, kind: str, *, first: int) -> pl.DataFrame:
    """Every column of the kind as trimmed text, what is empty as nothing."""
    layout = rules.columns_fit(kind, frame.columns)
    texts = [
        (pl.col(name).cast(pl.String) if name in frame.columns else pl.lit(None, dtype=pl.String)).str.strip_chars().replace("", None).alias(name)
        for name in layout.columns
    ]  # fmt: skip
    return frame.select(texts).with_row_index(LINE, offset=first)


def rows_judge(
    frame: pl.DataFrame, kind: str, *, codes: Mapping[str, Sequence[str]], shops: Callable[[list[str]], set[str]], on: date,
    hosts: Mapping[str, Sequence[str]],
) -> Judged:  # fmt: skip
    """Judge the rows of a kind: the first reason against a row counts. `codes` are the values that the lawbook has, `shops` says which are filed,
    `hosts` where the official page of each kind of licence may stand."""
    layout = rules.LAYOUTS[kind]
    faults: list[pl.Expr] = []

    def fault(when: pl.Expr, reason: str) -> None:
        faults.append(pl.when(when.fill_null(False)).then(pl.lit(reason)))

    for name, column in layout.columns.items():
        cell = pl.col(name)
        if column.required:
            fault(cell.is_null(), "missing")
        fault(cell.str.len_chars() > rules._LONGEST, "too-long")
        if column.type in ("id", "digest", "url"):
            pattern, reason = {"id": (_ID, "id-shape"), "digest": (_HEX, "digest-shape"), "url": (_URL, "url-shape")}[
                column.type
            ]
            fault(~cell.str.contains(pattern), reason)
        elif column.type == "day":
            day = cell.str.to_date("%Y-%m-%d", strict=False)
            fault(
                cell.is_not_null() & (day.is_null() | (cell.str.len_chars() != 10) | (day < rules.FIRST_DAY)),
                "not-a-day",
            )
        elif column.type == "code":
            fault(cell.is_not_null() & ~cell.is_in(_codes(frame[name])), "code-wrong")
        elif column.type in ("choice", "choices"):
            values = list(column.values or codes[column.codes])
            each = cell.str.split(";").list.eval(pl.element().is_in(values)).list.all()
            fault(~(each if column.type == "choices" else cell.is_in(values)), "not-a-value")
        if name in _PUBLIC or column.type == "text" and not column.sealed and (kind, name) != ("shops", "name"):
            personal = [
                t
                for t in frame[name].drop_nulls().unique().to_list()
                if citizen_number_within(t) or rules.mobile_within(t)
            ]
            fault(cell.is_in(personal), "person-in-public")
    for first, last in (("valid_from", "valid_to"),):
        if first in layout.columns:
            fault(pl.col(last) < pl.col(first), "days-disordered")
    for name in ("verified_on", "changed_on", "closed_on", "removed_on"):
        if name in layout.columns:
            fault(pl.col(name) > on.isoformat(), "in-the-future")
    if kind == "licences":
        linked = frame.select("licence", "link").drop_nulls().unique().rows()
        wrong = [link for licence, link in linked if not rules.link_official(link, hosts.get(licence, ()))]
        fault(pl.col("link").is_in(wrong), "link-unofficial")
    if kind == "shops":
        frame = _who(frame, fault, on)
    else:
        named = frame["shop"].drop_nulls().unique().to_list()
        fault(~pl.col("shop").is_in(list(shops(named))), "shop-unknown")
    key = ["shop", *layout.item]
    fault(~pl.struct(key).is_first_distinct(), "twice-in-file")
    told = frame.with_columns(pl.coalesce(*faults, pl.lit(None, dtype=pl.String)).alias(REASON))
    rows = told.select(LINE, *layout.columns, REASON).to_dicts()
    good, refused = [], []
    for row in rows:
        line, reason = row.pop(LINE), row.pop(REASON)
        if reason is None:
            good.append((line, row))
        else:
            refused.append((line, reason, row))
    return Judged(good, refused)


def _codes(values: pl.Series) -> list[str]:
    return [text for text in values.drop_nulls().unique().to_list() if code_holds(text)]


def code_holds(text: str) -> bool:
    """Whether it is a unified social credit code, as it stands."""
    try:
        found = identifier_read(text)
    except Refusal:
        return False
    return found.scheme == "uscc" and found.value == text


def _who(frame: pl.DataFrame, fault: Callable[[pl.Expr, str], None], on: date) -> pl.DataFrame:
    """Whose shop: a unit's code with those who answer for it, or an individual of age with the exemption by which none is registered."""
    unit = pl.col("kind") == "unit"
    units = frame.filter(unit)["number"]
    fault(unit & ~pl.col("number").is_in(_codes(units)), "code-wrong")
    fault(unit & (pl.col("legal_representative").is_null() | pl.col("principal").is_null()), "representative-missing")
    fault(unit & pl.col("exemption").is_not_null(), "exemption-of-unit")
    one = pl.col("kind") == "individual"
    read = citizen_numbers_read(frame.select(pl.when(one).then(pl.col("number"))).to_series())
    frame = frame.with_columns(read["adult_from"].alias("adult_from"))
    fault(one & pl.col("adult_from").is_null(), "person-number-wrong")
    fault(one & (pl.col("adult_from") > on), "seller-minor")
    fault(one & pl.col("exemption").is_null(), "exemption-missing")
    for role in rules.REPRESENTING:
        numbered = pl.col(f"{role}_number").is_not_null()
        fault(numbered & (one | pl.col(role).is_null()), "person-of-unit")
        born = citizen_numbers_read(frame[f"{role}_number"])["adult_from"].alias(f"{role}_adult_from")
        frame = frame.with_columns(born)
        fault(numbered & pl.col(born.name).is_null(), "person-number-wrong")
        fault(numbered & (pl.col(born.name) > on), "seller-minor")
    named = unit & pl.col("name").is_in(
        [t for t in frame.filter(unit)["name"].drop_nulls().unique().to_list() if citizen_number_within(t)]
    )
    fault(named, "person-in-public")
    return frame


@dataclass(frozen=True)
class Parted:
    """A row in what may be shown and what is sealed."""

    shop: str
    item: str
    code: str
    body: Row
    sealed: Row | None
    subject: int | None = None  # an individual seller
    representing: Mapping[str, int] = field(default_factory=dict)  # role → whom a unit names by number


SELLER = "seller"
Met = Mapping[str, int]


def persons_met(rows: Sequence[tuple[int, Row]], at: datetime) -> tuple[Mapping[int, Met], set[int]]:
    """Line by line which person each individual seller is, and each whom a unit names by number, filed where nobody held the number; and the lines
    one of whose names is not the one held.
    """
    named = [(line, SELLER, row["number"], row["name"]) for line, row in rows if row.get("kind") == "individual"]
    named += [
        (line, role, row[f"{role}_number"], row[role])
        for line, row in rows
        for role in rules.REPRESENTING
        if row.get(f"{role}_number")
    ]
    if not named:
        return {}, set()
    numbers = citizen_numbers_read(pl.Series([number for _, _, number, _ in named], dtype=pl.String))["value"]
    asked = [(number, name) for (_, _, _, name), number in zip(named, numbers, strict=True)]
    with connection.cursor() as cursor:
        met, _ = Vault(cursor.cursor, None, at).persons_resolve(asked)
    found: dict[int, dict[str, int]] = {}
    for (line, role, _, _), each in zip(named, met, strict=True):
        found.setdefault(line, {})[role] = each.subject
    return found, {line for (line, _, _, _), each in zip(named, met, strict=True) if not each.agrees}


def row_part(kind: str, row: Row, met: Met | None = None) -> Parted:
    """Part what may be shown from what says who a person is. A shop's title that bears its individual seller's name is sealed too."""
    layout = rules.LAYOUTS[kind]
    said = {name: value for name, value in row.items() if value is not None}
    for name, column in layout.columns.items():
        if column.type == "choices" and name in said:
            said[name] = sorted(set(said[name].split(";")))
    item, code = "/".join(str(row[name]) for name in layout.item), ""
    shut: Row | None = None
    if kind == "shops":
        who = [name for name, column in layout.columns.items() if column.sealed]
        shut = {name: said.pop(name) for name in who if name in said}
        if said["kind"] == "unit":
            code = said.pop("number")
        else:
            shut |= {"name": said.pop("name"), "number": said.pop("number")}
            if _bare(shut["name"]) in _bare(said["title"]):
                shut["title"] = said.pop("title")
    elif kind == "suppliers":
        code = said["supplier"]
    elif kind == "products":
        code = said.pop("maker_code", "")
    persons = dict(met or {})
    return Parted(str(said.pop("shop")), item, code, said, shut, persons.pop(SELLER, None), persons)


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


def registrations_lay(
    platform: str, kind: str, rows: Sequence[Parted], *, filing: int, at: datetime, not_after: int | None = None
) -> list[tuple[Parted, int]]:
    """File the rows that say something else than what stands: these, each with its version. One statement reads, one writes. Rows that came with
    filing `not_after` are refused where a later one has said something else of the same.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (shop, item) shop, item, version, filing_id, code, body, sealed from merchants_registration
            where platform = %s and kind = %s and shop = any(%s) order by shop, item, version desc
            """,
            [platform, kind, list({row.shop for row in rows})],
        )
        stands = {
            (shop, item): (version, since, code, body, sealed)
            for shop, item, version, since, code, body, sealed in cursor.fetchall()
        }
        changed: list[tuple[Parted, int]] = []
        overtaken: list[str] = []
        for row in rows:
            version, since, *before = stands.get((row.shop, row.item), (0, 0))
            if before and _same(row, platform, version, *before):
                continue
            if not_after is not None and since > not_after:
                overtaken.append(f"{row.shop} {row.item}".strip())
            changed.append((row, version + 1))
        if overtaken:
            raise rules.ResendOvertaken(filing=not_after, items=", ".join(sorted(overtaken)[:20]))
        with cursor.copy(
            "copy merchants_registration (platform, kind, shop, item, version, code, body, sealed, subject_id, filing_id, at) from stdin"
        ) as copy:
            for row, version in changed:
                sealed = row.sealed and seal_of("vault").seal_json(row.sealed, _bound(platform, row.shop, version))
                shut = sealed if sealed is not None else None
                copy.write_row((platform, kind, row.shop, row.item, version, row.code, json.dumps(row.body, ensure_ascii=False), shut, row.subject, filing, at))  # fmt: skip
    named = {row.shop: row.representing for row, _ in changed if row.representing}
    laid = Registration.objects.filter(filing_id=filing, kind="shops", shop__in=among(named)).values_list("pk", "shop")
    Representing.objects.bulk_create(
        [Representing(registration_id=pk, role=role, subject_id=who) for pk, shop in laid for role, who in named[shop].items()],
        batch_size=5000,
    )  # fmt: skip
    return changed


def _bound(platform: str, shop: str, version: int) -> bytes:
    return registration_bound({"platform": platform, "shop": shop, "version": version})


def _same(row: Parted, platform: str, version: int, code: str, body: Any, sealed: Any) -> bool:
    if (code, body if isinstance(body, dict) else json.loads(body)) != (row.code, row.body):
        return False
    opened = (
        seal_of("vault").unseal_json(bytes(sealed), _bound(platform, row.shop, version)) if sealed is not None else None
    )
    return bool(opened == row.sealed)


def identity_unsealed(filed: Registration) -> dict[str, str]:
    """What says who is behind a shop. No door calls this: `identity_open` and the page of whoever it is about do."""
    if filed.sealed is None:
        return {}
    return dict(seal_of("vault").unseal_json(bytes(filed.sealed), _bound(filed.platform, filed.shop, filed.version)))


def among(values: Iterable[Any], kind: str = "text") -> RawSQL:
    """The values as one array, to be asked for with `__in`: one by one a statement may name 65,535, and a file has more shops than that."""
    return RawSQL(f"select unnest(%s::{kind}[])", [list(values)])


def shops_filed(platform: str, shops: list[str]) -> set[str]:
    """Which of these shops the platform has filed."""
    found = Registration.objects.filter(platform=platform, kind="shops", shop__in=among(shops))
    return set(found.values_list("shop", flat=True))


def refused_keep(filing: int, refused: Sequence[tuple[int, str, Row]]) -> None:
    """Keep the refused rows, sealed as they came."""
    seal = seal_of("intake")
    with (
        connection.cursor() as cursor,
        cursor.copy("copy merchants_refused (filing_id, line, shop, reason, sealed) from stdin") as copy,
    ):
        for line, reason, row in refused:
            shop = row.get("shop") or ""
            plain = (
                shop if len(shop) <= 64 and not citizen_number_within(shop) and not rules.mobile_within(shop) else ""
            )
            copy.write_row((filing, line, plain, reason, seal.seal_json(row)))


def refused_unsealed(filing: int, lines: Sequence[int]) -> dict[int, Row]:
    """Refused rows as they came, by their lines. Only sending them again reads them; no door gives them out."""
    seal = seal_of("intake")
    found = (
        Refused.objects.filter(filing=filing, line__in=among(lines, "int"))
        .order_by("line")
        .values_list("line", "sealed")
    )
    return {line: dict(seal.unseal_json(bytes(sealed))) for line, sealed in found}


def changes_read(path: Path) -> dict[int, Row]:
    """What is to be changed in refused rows: CSV with `line` and the columns to change, of which an empty cell stays as it came."""
    try:
        frame = pl.read_csv(path, infer_schema=False, glob=False)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError):
        raise rules.FileUnreadable(form="CSV", most=MOST) from None
    if LINE not in frame.columns:
        raise rules.ColumnsUnfit(kind="resend", missing=LINE, unknown="-")
    told = frame.with_columns(pl.col(LINE).str.strip_chars().cast(pl.Int32, strict=False)).to_dicts()
    if any(row[LINE] is None for row in told):
        raise rules.FileUnreadable(form="CSV", most=MOST)
    return {row.pop(LINE): {name: cell for name, cell in row.items() if cell} for row in told}
