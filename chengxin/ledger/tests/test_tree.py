"""The tree is that of RFC 6962: its known roots, its proofs, and the parts of which the database puts it together."""

import hashlib

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.ledger import rules
from chengxin.ledger.rules import Edge, Hole, Kept, Tree
from chengxin_verify.tree import EMPTY, consistency_holds, inclusion_holds, leaf_hash, node_hash, path_of, root_of

# The inputs and roots that implementations of Certificate Transparency are tested with.
INPUTS = [
    bytes.fromhex(each)
    for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]  # fmt: skip


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(count)]


def tree_of(count: int) -> Tree:
    tree = Tree()
    tree.leaves_add(leaves(count))
    return tree


def rfc_root(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962 2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(rfc_root(hashes[:k]), rfc_root(hashes[k:]))


def rfc_path(m: int, hashes: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 2.1.1, word for word."""
    if len(hashes) == 1:
        return []
    k = 1 << (len(hashes) - 1).bit_length() - 1
    if m < k:
        return [*rfc_path(m, hashes[:k]), rfc_root(hashes[k:])]
    return [*rfc_path(m - k, hashes[k:]), rfc_root(hashes[:k])]


def rfc_subproof(m: int, hashes: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 2.1.2, word for word."""
    if m == len(hashes):
        return [] if whole else [rfc_root(hashes)]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    if m <= k:
        return [*rfc_subproof(m, hashes[:k], whole), rfc_root(hashes[k:])]
    return [*rfc_subproof(m - k, hashes[k:], False), rfc_root(hashes[:k])]


def test_the_known_roots_come_out() -> None:
    tree = Tree()
    assert tree.root() == EMPTY == hashlib.sha256(b"").digest()
    for data, root in zip(INPUTS, ROOTS, strict=True):
        tree.leaves_add([leaf_hash(data)])
        assert tree.root().hex() == root
    assert root_of(map(leaf_hash, INPUTS)).hex() == ROOTS[-1]
    assert [tree.root(size).hex() for size in range(1, 9)] == ROOTS


def test_every_proof_of_small_trees_is_the_rfc_s_own() -> None:
    for size in range(1, 40):
        tree, hashes = tree_of(size), leaves(size)
        root = rfc_root(hashes)
        assert tree.root() == root == root_of(hashes)
        for index in range(size):
            proof = tree.inclusion(index)
            assert proof == path_of(hashes, index) == rfc_path(index, hashes)
            assert inclusion_holds(hashes[index], index, size, proof, root)
        for first in range(1, size + 1):
            proof = tree.consistency(first)
            assert proof == rfc_subproof(first, hashes, True)
            assert consistency_holds(first, size, proof, tree.root(first), root)


def test_proofs_are_pymerkle_s() -> None:
    other = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(300):
        other.append_entry(b"%d" % number)
    tree = tree_of(300)
    assert other.get_root() == tree.root()
    for index, size in ((0, 300), (299, 300), (128, 257), (17, 18)):
        proof = other.prove_inclusion(index + 1, size)
        pymerkle.verify_inclusion(proof.path[0], tree.root(size), proof)
        assert proof.path == [leaf_hash(b"%d" % index), *tree.inclusion(index, size)]
    for first, size in ((1, 300), (128, 300), (77, 129)):
        pymerkle.verify_consistency(tree.root(first), tree.root(size), other.prove_consistency(first, size))


SIZES = st.integers(1, 5000)


@given(SIZES, st.data())
def test_a_proof_holds_and_any_change_of_it_does_not(size: int, data: st.DataObject) -> None:
    tree = tree_of(size)
    index = data.draw(st.integers(0, size - 1))
    leaf, proof, root = leaf_hash(b"%d" % index), tree.inclusion(index), tree.root()
    assert inclusion_holds(leaf, index, size, proof, root)
    assert not inclusion_holds(leaf, index, size, [*proof, root], root)
    assert not inclusion_holds(leaf_hash(b"x"), index, size, proof, root)
    assert size == 1 or not inclusion_holds(leaf, index, size, proof, leaf)
    assert not inclusion_holds(leaf, index + 1, size, proof, root)
    assert not inclusion_holds(leaf, size, size, proof, root)
    if proof:
        assert not inclusion_holds(leaf, index, size, proof[:-1], root)
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not inclusion_holds(leaf, index, size, [*proof[:at], leaf_hash(b"y"), *proof[at + 1 :]], root)


@given(SIZES, st.data())
def test_a_tree_that_was_rewritten_is_not_consistent(size: int, data: st.DataObject) -> None:
    tree = tree_of(size)
    first = data.draw(st.integers(1, size))
    proof, old, new = tree.consistency(first), tree.root(first), tree.root()
    assert consistency_holds(first, size, proof, old, new)
    other = Tree()
    changed = data.draw(st.integers(0, first - 1))
    other.leaves_add([leaf_hash(b"x") if number == changed else leaf for number, leaf in enumerate(leaves(size))])
    assert not consistency_holds(first, size, other.consistency(first), old, other.root())
    assert not consistency_holds(first, size, proof, other.root(first), new)
    assert not consistency_holds(first, size, [*proof, new], old, new)
    assert not consistency_holds(size + 1, size, [], old, new)
    if proof:
        assert not consistency_holds(first, size, proof[:-1], old, new)


@given(st.lists(st.integers(0, 700), min_size=1, max_size=8), st.data())
def test_the_parts_that_are_kept_make_the_same_tree(batches: list[int], data: st.DataObject) -> None:
    edge, size = Edge(), 0
    tiles: dict[tuple[int, int], bytes] = {}
    whole = tree_of(sum(batches))
    for batch in batches:
        arrived = leaves(size + batch)[size:]
        tiles |= {(level, number): tile for level, number, tile in edge.leaves_add(arrived)}
        size += batch
        assert edge.size == size and edge.root() == whole.root(size)
    hashes = leaves(size)
    read: list[rules.Span] = []

    def kept(nodes: list[rules.Node], of: int) -> Kept:
        read[:] = rules.spans_of(rules.complete_of(nodes, of), size)
        return Kept(
            {at: hashes[at] for span in read if not span.level for at in range(span.first, span.last + 1)},
            {(s.level, at): tiles[s.level, at] for s in read if s.level for at in range(s.first, s.last + 1)},
        )

    if not size:
        return
    again = Edge.of(size, kept(Edge.nodes(size), size))
    assert again.levels == edge.levels and again.root() == edge.root()
    of = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, of - 1))
    first = data.draw(st.integers(1, of))
    for nodes, proof in (
        (rules.inclusion_nodes(index, of), whole.inclusion(index, of)),
        (rules.consistency_nodes(first, of), whole.consistency(first, of)),
    ):
        assert kept(nodes, of).nodes(nodes, of) == proof
        assert len(read) <= 19


def test_a_proof_out_of_ten_million_reads_few_spans() -> None:
    for size in (10_000_000, 16_777_215, 9_999_999, 16_777_216):
        for index in (0, size // 2, size - 1, size // 3):
            nodes = rules.inclusion_nodes(index, size)
            assert len(rules.spans_of(rules.complete_of(nodes, size), size)) <= 19, (size, index)
            nodes = rules.consistency_nodes(index + 1, size)
            assert len(rules.spans_of(rules.complete_of(nodes, size), size)) <= 19, (size, index)


@pytest.mark.parametrize(
    ("numbers", "after", "before", "gaps"),
    [
        ([5, 6, 7], 4, None, []),
        ([6, 9], 4, None, [(5, 5), (7, 8)]),
        ([], 4, None, []),
        ([], 4, 8, [(5, 7)]),
        ([5, 7], 4, 8, [(6, 6)]),
    ],
)
def test_gaps_are_what_lies_between(
    numbers: list[int], after: int, before: int | None, gaps: list[tuple[int, int]]
) -> None:
    assert rules.gaps_in(numbers, after, before) == gaps


def test_a_hole_lasts_until_its_writers_have_ended() -> None:
    hole = Hole(5, 9, frozenset({"3/1", "4/2"}))
    assert rules.holes_left([hole], [], frozenset({"3/1", "8/8"})) == [Hole(5, 9, frozenset({"3/1"}))]
    assert rules.holes_left([hole], [6, 7], frozenset({"4/2"})) == [
        Hole(5, 5, frozenset({"4/2"})),
        Hole(8, 9, frozenset({"4/2"})),
    ]
    assert rules.holes_left([hole], [6], frozenset()) == []
