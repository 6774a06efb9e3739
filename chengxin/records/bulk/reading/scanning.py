"""Where lines, fields and quotation marks lie in a block of text, found for the whole block at once."""

import re
from functools import cached_property

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

NEWLINE, RETURN, QUOTE = 10, 13, 34
_LONE_RETURN = re.compile(rb"\r[^\n]")
QUOTED_LINES = 100  # a quoted value that does not close within so many lines was never meant to span them


class Scan:
    """One block, and the places of what separates its values. A line is counted even where the last has no end."""

    def __init__(self, block: bytes, delimiter: str) -> None:
        self.block, self.delimiter = block, ord(delimiter)
        self.bytes = np.frombuffer(block, np.uint8)

    @cached_property
    def ends(self) -> Places:
        """The place behind each line, where its line end is or the block stops."""
        ends = self._places(NEWLINE)
        return ends if self.block.endswith(b"\n") else np.append(ends, len(self.block))

    @cached_property
    def starts(self) -> Places:
        """The place of each line's first byte."""
        return np.concatenate(([0], self.ends[:-1] + 1)).astype(np.intp)

    @cached_property
    def quotes(self) -> Places:
        """The place of each quotation mark."""
        return self._places(QUOTE) if b'"' in self.block else np.empty(0, np.intp)

    @cached_property
    def within(self) -> Places:
        """Each line end that lies within a quoted value, as the number of its line, if the marks are sound."""
        return np.flatnonzero(np.searchsorted(self.quotes, self.ends) % 2)

    @property
    def has_lone_return(self) -> bool:
        """Whether a carriage return stands anywhere but before a line end."""
        return _LONE_RETURN.search(self.block) is not None

    @cached_property
    def lone_returns(self) -> Places:
        """The places of carriage returns that stand anywhere but before a line end or the block's end."""
        if b"\r" not in self.block:
            return np.empty(0, np.intp)
        places = self._places(RETURN)
        places = places[places < len(self.block) - 1]
        lone: Places = places[self.bytes[places + 1] != NEWLINE]
        return lone

    @property
    def has_blank_line(self) -> bool:
        """Whether some line holds nothing; one inside a quoted value counts too."""
        return bool(self.blank_lines.any())

    @cached_property
    def blank_lines(self) -> Flags:
        """Which lines hold nothing, or a carriage return only."""
        width = self.ends - self.starts
        blank: Flags = width == 0
        single = np.flatnonzero(width == 1)
        blank[single[self.bytes[self.starts[single]] == RETURN]] = True
        return blank

    @property
    def quotes_sound(self) -> bool:
        """Whether every mark opens a value, closes it, or stands doubled within it; and no value spans too many lines."""
        if len(self.quotes) % 2:
            return False
        opening, closing = self.quotes[::2], self.quotes[1::2]
        single = np.flatnonzero(opening[1:] - closing[:-1] != 1)  # a doubled mark looks like a close and an open
        first = opening[:1]
        opening, closing = np.concatenate((first, opening[1:][single])), np.append(closing[:-1][single], closing[-1:])
        before = self.bytes[opening[opening > 0] - 1]
        after = self.bytes[closing[closing < len(self.block) - 1] + 1]
        if not (self._separates(before).all() and (self._separates(after) | (after == RETURN)).all()):
            return False
        value = np.searchsorted(self.quotes, self.ends[self.within])
        return not len(value) or int(np.unique(value, return_counts=True)[1].max()) < QUOTED_LINES

    @property
    def delimiters_outside(self) -> int:
        """How many delimiters lie outside quoted values, if the marks are sound."""
        if not len(self.quotes):
            return int(np.count_nonzero(self.bytes == self.delimiter))
        return int(np.count_nonzero(np.searchsorted(self.quotes, self._places(self.delimiter)) % 2 == 0))

    @property
    def row_starts(self) -> Places:
        """The number of the line on which each row starts, if the marks are sound and no line is blank."""
        last = np.delete(np.arange(len(self.ends)), self.within)
        return np.concatenate(([0], last[:-1] + 1)).astype(np.intp)

    def plain_lines(self, width: int) -> Flags:
        """Which lines are certainly rows of so many fields: no quotation mark, NUL, lone carriage return or bad byte."""
        delimiters = np.searchsorted(self._places(self.delimiter), self.ends)
        plain: Flags = (np.diff(delimiters, prepend=0) == width - 1) & ~self.blank_lines
        for places in (
            self.quotes,
            self.lone_returns,
            self._places(0) if b"\0" in self.block else [],
            self._bad_bytes(),
        ):
            plain[np.searchsorted(self.ends, places)] = False
        return plain

    def line(self, number: int) -> bytes:
        """A line without its line feed."""
        return self.block[self.starts[number] : self.ends[number]]

    def _bad_bytes(self) -> list[int]:
        """The place of the first byte on each line that is no character."""
        bad: list[int] = []
        start = 0
        view = memoryview(self.block)
        while start < len(self.block):
            try:
                str(view[start:], "utf-8")
                break
            except UnicodeDecodeError as problem:
                bad.append(start + problem.start)
                start = int(self.ends[np.searchsorted(self.ends, bad[-1])]) + 1
        return bad

    def _places(self, byte: int) -> Places:
        return np.flatnonzero(self.bytes == byte)

    def _separates(self, found: npt.NDArray[np.uint8]) -> Flags:
        separates: Flags = (found == self.delimiter) | (found == NEWLINE)
        return separates
