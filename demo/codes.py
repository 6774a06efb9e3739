"""Codes with valid check characters for many firms at once; the kernel's one-by-one rules are the tests' yardstick.

GB 32100-2015 (unified social credit code), GB 11714 (organisation code inside it), ISO 7064 MOD 11,10 (the old
15-digit registration number). Columns are integers until the last step: no code is built by cutting text.
"""

import polars as pl

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BASE = len(ALPHABET)
_USCC_WEIGHTS = tuple(pow(3, place, _BASE) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_BODY = tuple(f"body{place}" for place in range(8))
# Bodies of the new kind run through MA0… to MAX…: what begins with MAY is left for the cast, and never made here.
NEW_BODIES = (_BASE - 1) * _BASE**5
OLD_BODIES = 10**8


def codes_added(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds `code` (18 characters) from `department` and `kind` (a digit each), `division` (six), `newer` and `body`.

    `body` is below NEW_BODIES where `newer` (MA and six characters), else below OLD_BODIES (eight digits).
    """
    values = [
        pl.when("newer").then(_new_value(place)).otherwise(_old_value(place)).cast(pl.UInt8) for place in range(8)
    ]
    frame = frame.with_columns(value.alias(name) for value, name in zip(values, _BODY, strict=True))
    frame = frame.with_columns(_organisation_check().alias("body8"))
    return frame.with_columns(_uscc().alias("code")).drop(*_BODY, "body8")


def organisation_code_drawn() -> pl.Expr:
    """The 9-character organisation code that stands inside `code`."""
    return pl.col("code").str.slice(8, 9)


def old_numbers_added(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds `old_number`, the 15-digit registration number of `division` and `body` with its check digit."""
    digits = [_digit(pl.col("division"), 5 - place) for place in range(6)]
    digits += [_digit(pl.col("body") % OLD_BODIES, 7 - place) for place in range(8)]
    frame = frame.with_columns(pl.lit(10, dtype=pl.Int64).alias("carry"))
    for digit in digits:
        total = (pl.col("carry") + digit) % 10
        frame = frame.with_columns(
            (pl.when(total == 0).then(10).otherwise(total) * 2 % 11).cast(pl.Int64).alias("carry")
        )
    check = (11 - pl.col("carry")) % 10
    number = (
        pl.col("division").cast(pl.Int64) * OLD_BODIES + (pl.col("body") % OLD_BODIES).cast(pl.Int64)
    ) * 10 + check
    return frame.with_columns(number.cast(pl.String).alias("old_number")).drop("carry")


def _digit(number: pl.Expr, power: int) -> pl.Expr:
    return (number // int(10**power) % 10).cast(pl.Int64)


def _new_value(place: int) -> pl.Expr:
    if place < 2:
        return pl.lit(ALPHABET.index("MA"[place]))
    return pl.col("body") // int(_BASE ** (7 - place)) % _BASE


def _old_value(place: int) -> pl.Expr:
    return _digit(pl.col("body"), 7 - place)


def _organisation_check() -> pl.Expr:
    """The check value of GB 11714, as its place in the code's alphabet (X for ten)."""
    worth = pl.lit(pl.Series([_LETTERS.index(letter) for letter in ALPHABET], dtype=pl.Int32))
    total = pl.sum_horizontal(
        worth.gather(pl.col(name)) * weight for name, weight in zip(_BODY, _ORGANISATION_WEIGHTS, strict=True)
    )
    left = (11 - total % 11) % 11
    return pl.when(left == 10).then(ALPHABET.index("X")).otherwise(left).cast(pl.UInt8)


def _uscc() -> pl.Expr:
    values = [pl.col("department"), pl.col("kind")]
    values += [_digit(pl.col("division"), 5 - place) for place in range(6)]
    values += [pl.col(f"body{place}") for place in range(9)]
    weighed = [value.cast(pl.Int32) * weight for value, weight in zip(values, _USCC_WEIGHTS, strict=True)]
    check = (_BASE - pl.sum_horizontal(weighed) % _BASE) % _BASE
    characters = pl.lit(pl.Series(list(ALPHABET)))
    number = (pl.col("department").cast(pl.Int64) * 10 + pl.col("kind")) * 1_000_000 + pl.col("division")
    letters = [characters.gather(pl.col(f"body{place}")) for place in range(9)]
    return pl.concat_str(number.cast(pl.String), *letters, characters.gather(check))
