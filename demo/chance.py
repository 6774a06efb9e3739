"""Chance as a pure function: what row 17 of a stream draws depends on the seed, the stream's name and 17, no more.

No library's generator stands behind it: a file is the same bytes whatever was drawn before, in chunks of any size.
"""

import hashlib
from collections.abc import Sequence

import polars as pl

_STEP = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_WORD = (1 << 64) - 1
_MILLION = 1_000_000


def stream_key(seed: int, stream: str) -> int:
    """The 64-bit key of a named stream of draws under a seed."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{stream}".encode(), digest_size=8).digest(), "big")


def drawn(number: pl.Expr, seed: int, stream: str) -> pl.Expr:
    """An even 64-bit draw for each number (SplitMix64's finisher over number and key)."""
    mixed = number.cast(pl.UInt64) * _word(_STEP) + _word(stream_key(seed, stream))
    mixed = (mixed ^ (mixed // (1 << 30))) * _word(_FIRST)
    mixed = (mixed ^ (mixed // (1 << 27))) * _word(_SECOND)
    return mixed ^ (mixed // (1 << 31))


def drawn_one(number: int, seed: int, stream: str) -> int:
    """The same draw for one number, without a frame."""
    mixed = (number * _STEP + stream_key(seed, stream)) & _WORD
    mixed = ((mixed ^ (mixed >> 30)) * _FIRST) & _WORD
    mixed = ((mixed ^ (mixed >> 27)) * _SECOND) & _WORD
    return mixed ^ (mixed >> 31)


def happens(draw: pl.Expr, share: float) -> pl.Expr:
    """Whether the draw falls in the share, to a millionth."""
    return draw % _MILLION < round(share * _MILLION)


def fraction(draw: pl.Expr) -> pl.Expr:
    """The draw as a number from 0 (inclusive) to 1 (exclusive)."""
    return (draw // (1 << 32)).cast(pl.Float64) / float(1 << 32)


def picked(words: Sequence[str], index: pl.Expr) -> pl.Expr:
    """The word at each index, counted round."""
    return pl.lit(pl.Series(list(words), dtype=pl.String)).gather(index % len(words))


def _word(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.UInt64)
