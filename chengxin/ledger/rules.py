"""The tree over the ledger's commitments (RFC 6962): which nodes a proof needs, and where they are kept. Pure.

A node is (height, number): over the leaves from number << height, 2^height of them or as many as there are. In the database a leaf is a
row, and sixteen hashes of complete trees of 16^level leaves are one tile, written when it is full; what has no full tile is put together
from below. So nothing that was written is ever changed, and a proof reads a handful of tiles.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from chengxin_verify.tree import EMPTY, folded, node_hash

TILE = 4  # the height of a tile: 16 hashes
WIDE = 1 << TILE
HASH = 32

Node = tuple[int, int]


def inclusion_nodes(index: int, size: int) -> list[Node]:
    """The nodes that show that the leaf at the index stands in the tree of that size, from below."""
    place, last, height = index, size - 1, 0
    found = []
    while last:
        sibling = place ^ 1
        if sibling <= last:
            found.append((height, sibling))
        place, last, height = place >> 1, last >> 1, height + 1
    return found


def consistency_nodes(first: int, second: int) -> list[Node]:
    """The nodes that show that the tree of the second size begins with the whole of the first, from below."""
    if first in (0, second):
        return []
    place, last, height = first - 1, second - 1, 0
    while place & 1:
        place, last, height = place >> 1, last >> 1, height + 1
    found = [(height, place)] if place else []
    while last:
        sibling = place ^ 1
        if sibling <= last:
            found.append((height, sibling))
        place, last, height = place >> 1, last >> 1, height + 1
    return found


def complete_under(node: Node, size: int) -> list[Node]:
    """The complete trees, the largest first, of which a node of the tree of that size is made: itself, but at the right edge."""
    height, number = node
    if (number + 1) << height <= size:
        return [node]
    found, start = [], number << height
    for lower in range(height - 1, -1, -1):
        if size >> lower & 1:
            found.append((lower, start >> lower))
            start += 1 << lower
    return found


def peaks_of(size: int) -> list[Node]:
    """The complete trees, the largest first, of which a tree of that size is made."""
    return complete_under((size.bit_length(), 0), size) if size else []


@dataclass
class Tree:
    """A tree in memory: of each level the hashes of its complete nodes, side by side."""

    levels: list[bytearray] = field(default_factory=lambda: [bytearray()])

    def __len__(self) -> int:
        return len(self.levels[0]) // HASH

    def leaves_add(self, leaves: Iterable[bytes]) -> None:
        """Put hashes of leaves at the end."""
        self.levels[0] += b"".join(leaves)
        height = 0
        while len(self.levels[height]) > HASH:
            if len(self.levels) == height + 1:
                self.levels.append(bytearray())
            below, level = self.levels[height], self.levels[height + 1]
            step = 2 * HASH
            level += b"".join(
                [
                    node_hash(below[at : at + HASH], below[at + HASH : at + step])
                    for at in range(2 * len(level), len(below) - HASH, step)
                ]
            )
            height += 1

    def root(self, size: int | None = None) -> bytes:
        """The root over the first so many leaves, by default all."""
        size = len(self) if size is None else size
        return folded([self.node(each) for each in peaks_of(size)]) if size else EMPTY

    def node(self, node: Node) -> bytes:
        """The hash of a complete node."""
        height, number = node
        return bytes(self.levels[height][number * HASH : (number + 1) * HASH])

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The proof that the leaf stands at the index, in the tree of that size."""
        size = len(self) if size is None else size
        return self._proof(inclusion_nodes(index, size), size)

    def consistency(self, first: int, second: int | None = None) -> list[bytes]:
        """The proof that the tree of the second size begins with the first."""
        second = len(self) if second is None else second
        return self._proof(consistency_nodes(first, second), second)

    def _proof(self, nodes: list[Node], size: int) -> list[bytes]:
        levels = self.levels
        found = []
        for height, number in nodes:
            if (number + 1) << height <= size:
                found.append(bytes(levels[height][number * HASH : (number + 1) * HASH]))
            else:
                found.append(folded([self.node(each) for each in complete_under((height, number), size)]))
        return found


# --- where the nodes are kept ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """What one index scan reads: of a level, the tiles from first to last; of level 0, the leaves."""

    level: int
    first: int
    last: int


def spans_of(nodes: Iterable[Node], size: int) -> list[Span]:
    """What to read for complete nodes, when the database holds that many leaves: each tile once, neighbours in one scan."""
    wanted: set[tuple[int, int]] = set()
    leaves: set[int] = set()
    for node in nodes:
        for level, number in _stored(node):
            if level == 0:
                leaves.add(number)
            elif tile_full(level, number >> TILE, size):
                wanted.add((level, number >> TILE))
            elif level == 1:  # made of sixteen leaves
                leaves.update(range(number << TILE, (number + 1) << TILE))
            else:  # made of one full tile below
                wanted.add((level - 1, number))
    return [
        *_runs(0, sorted(leaves)),
        *(
            s
            for level in sorted({w[0] for w in wanted})
            for s in _runs(level, sorted(n for at, n in wanted if at == level))
        ),
    ]


def tile_full(level: int, number: int, size: int) -> bool:
    """Whether the tile is written when there are so many leaves."""
    return (number + 1) << (TILE * (level + 1)) <= size


def _stored(node: Node) -> list[Node]:
    """The kept hashes, (level, number), under a complete node."""
    height, number = node
    level, more = divmod(height, TILE)
    return [(level, each) for each in range(number << more, (number + 1) << more)]


def _runs(level: int, numbers: Sequence[int]) -> Iterator[Span]:
    start = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1:
            yield Span(level, numbers[start], numbers[at - 1])
            start = at


def top_of(hashes: Sequence[bytes]) -> bytes:
    """The hash over a power of two of neighbours."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


@dataclass(frozen=True)
class Kept:
    """What was read: hashes of leaves by position, and tiles by (level, number)."""

    leaves: dict[int, bytes]
    tiles: dict[tuple[int, int], bytes]

    def node(self, node: Node) -> bytes:
        """The hash of a complete node."""
        return top_of([self._kept(*each) for each in _stored(node)])

    def _kept(self, level: int, number: int) -> bytes:
        if level == 0:
            return self.leaves[number]
        if tile := self.tiles.get((level, number >> TILE)):
            at = (number & (WIDE - 1)) * HASH
            return tile[at : at + HASH]
        if level == 1:
            return top_of([self.leaves[each] for each in range(number << TILE, (number + 1) << TILE)])
        tile = self.tiles[level - 1, number]
        return top_of([tile[at : at + HASH] for at in range(0, WIDE * HASH, HASH)])

    def nodes(self, wanted: Iterable[Node], size: int) -> list[bytes]:
        """The hashes of nodes of the tree of that size, those at its right edge put together."""
        return [folded([self.node(each) for each in complete_under(node, size)]) for node in wanted]


def complete_of(nodes: Iterable[Node], size: int) -> list[Node]:
    """All complete trees that nodes of the tree of that size are made of."""
    return [each for node in nodes for each in complete_under(node, size)]


# --- the sequencer's end of the tree ---------------------------------------------------------------------------------------------


@dataclass
class Edge:
    """The right edge: of each level the hashes that have no full tile yet. What is needed to put more leaves at the end."""

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=list)

    def leaves_add(self, leaves: Sequence[bytes]) -> list[tuple[int, int, bytes]]:
        """Put hashes of leaves at the end; the tiles that became full, (level, number, sixteen hashes)."""
        full: list[tuple[int, int, bytes]] = []
        arrived: Sequence[bytes] = leaves
        level = 0
        before = self.size
        self.size += len(leaves)
        while arrived:
            if len(self.levels) == level:
                self.levels.append([])
            hashes = [*self.levels[level], *arrived]
            number = before >> TILE  # that of the tile with which these begin
            tops = []
            whole = len(hashes) - len(hashes) % WIDE
            for at in range(0, whole, WIDE):
                tile = hashes[at : at + WIDE]
                if level:  # leaves are rows of their own
                    full.append((level, number + at // WIDE, b"".join(tile)))
                tops.append(top_of(tile))
            self.levels[level] = hashes[whole:]
            arrived, before, level = tops, before >> TILE, level + 1
        return full

    def root(self) -> bytes:
        """The root over all leaves."""
        peaks: list[bytes] = []
        for hashes in self.levels:  # from below: each level's hashes are its complete trees, the largest first
            peaks[:0] = list(_peaks(hashes))
        return folded(peaks) if peaks else EMPTY

    @classmethod
    def nodes(cls, size: int) -> list[Node]:
        """What to read to begin at that size."""
        found, level = [], 0
        while count := size >> (TILE * level):
            found += [(TILE * level, each) for each in range(count - count % WIDE, count)]
            level += 1
        return found

    @classmethod
    def of(cls, size: int, kept: Kept) -> "Edge":
        """The edge of the tree of that size, from what was read."""
        edge, level = cls(size), 0
        while count := size >> (TILE * level):
            edge.levels.append([kept.node((TILE * level, each)) for each in range(count - count % WIDE, count)])
            level += 1
        return edge


def _peaks(hashes: Sequence[bytes]) -> Iterator[bytes]:
    """The complete trees over fewer than sixteen neighbours, the largest first."""
    at = 0
    for bit in range(TILE - 1, -1, -1):
        if len(hashes) >> bit & 1:
            yield top_of(hashes[at : at + (1 << bit)])
            at += 1 << bit


# --- what is kept how long ----------------------------------------------------------------------------------------------------------

# Entries that tell of a reading, the query log: what its term is over may be erased. What was changed, and by whom, is no query.
READING = (
    r"\.(read|searched|looked|exported)$|^checks\.(check|file)\.answered$|^subjects\.names?\.matched$"
    r"|^disclosure\.(person|qualification|consent)\.(tried|confirmed)$|^subjects\.person\.opened$"
)


def runs_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """The numbers as (first, last) of neighbours, in order."""
    return [(span.first, span.last) for span in _runs(0, sorted(set(numbers)))]


# --- numbers that were drawn and have not been seen ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hole:
    """Numbers between entries that are in the tree: of a transaction that has not committed, or never will.

    `writers` are the transactions that may still bring them: those that held the table for writing after the hole was seen.
    """

    first: int
    last: int
    writers: frozenset[str]

    def as_list(self) -> list[Any]:
        """The hole as it is kept."""
        return [self.first, self.last, sorted(self.writers)]


def holes_left(holes: Iterable[Hole], taken: Sequence[int], writers: frozenset[str]) -> list[Hole]:
    """The holes without the numbers now taken, and without those whose last writer had ended before they were looked for.

    `writers` must have been read before the snapshot in which `taken` was found: what a writer that was gone by then has
    committed is seen in it, and the rest will never come.
    """
    left = []
    for hole in holes:
        still = hole.writers & writers
        if still:
            left += hole_without(Hole(hole.first, hole.last, still), taken)
    return left


def hole_without(hole: Hole, taken: Sequence[int]) -> list[Hole]:
    """What is left of a hole without the numbers now taken."""
    inside = [number for number in taken if hole.first <= number <= hole.last]
    return [Hole(first, last, hole.writers) for first, last in gaps_in(inside, hole.first - 1, hole.last + 1)]


def gaps_in(numbers: Sequence[int], after: int, before: int | None = None) -> list[tuple[int, int]]:
    """The numbers missing between `after` and the last (or `before`), as (first, last); the numbers are in order."""
    found, reached = [], after
    if before is None and numbers and numbers[-1] - after == len(numbers):
        return []
    for number in numbers if before is None else [*numbers, before]:
        if number > reached + 1:
            found.append((reached + 1, number - 1))
        reached = number
    return found
