"""One name at a time, from the index in the database: the candidates are those of the set-wise search, whatever came when."""

import os
import random
from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl
import pytest
from django.db import connection
from psycopg import Cursor

from chengxin.subjects.bulk import finding, indexing
from chengxin.subjects.bulk.finding import NamesNotIndexed, firms_alike
from chengxin.subjects.bulk.indexing import PLACE, WEIGHT, members, names_index
from chengxin.subjects.bulk.matching import ASKED, Register, _prepared, candidates_frame, candidates_of
from chengxin.subjects.bulk.resolving import names_normal
from chengxin.subjects.bulk.searching import BEST, LEAST_LIKE, SAME_NAME
from chengxin.subjects.models import Identifier, Name, Posting, Segment, Subject, Unindexed
from chengxin.subjects.rules.answering import candidates_judged, side_asked
from chengxin.subjects.rules.nearing import ALL_HELD, NEAR_PART, NEAREST
from chengxin.subjects.services.matching import names_index_due
from chengxin.subjects.services.merging import subjects_merge, subjects_unmerge
from demo.city import City
from tests.world import NOW, code

pytestmark = pytest.mark.django_db
# How many names are asked of both searches; a thousand in the long run.
COMPARED = int(os.environ.get("CHENGXIN_NAMES", "300"))

NEAR = 1e-5  # likeness is a float32 in one search and a float64 in the other


def city_names(count: int) -> list[str]:
    """The names of so many firms of the invented city."""
    firms = pl.int_range(0, count, dtype=pl.UInt64, eager=True).alias("firm").to_frame()
    return City(5, count).identified(firms)["name"].to_list()


def filed(names: Iterable[str], *, gap: int = 0) -> list[int]:
    """File firms under these names, one after the other; `gap` ids are lost first, as a batch that is rolled back loses them."""
    names = list(names)
    normals = names_normal(pl.Series(names)).to_list()
    first = Subject.objects.count() + 1
    with connection.cursor() as cursor:
        cursor.execute("select setval('subjects_name_id_seq', nextval('subjects_name_id_seq') + %s)", [gap])
    subjects = Subject.objects.bulk_create(Subject(created_at=NOW) for _ in names)
    Identifier.objects.bulk_create(
        Identifier(subject=subject, scheme="uscc", value=code(n), known_at=NOW)
        for n, subject in enumerate(subjects, first)
    )
    Name.objects.bulk_create(
        Name(subject=subject, written=written, normal=normal, source="enterprise-register", known_at=NOW)
        for subject, written, normal in zip(subjects, names, normals, strict=True)
    )
    # What this transaction holds the server's own analysis does not see; without it each search may read every table.
    with connection.cursor() as cursor:
        cursor.execute("analyze subjects_subject, subjects_identifier, subjects_name")
    return [subject.pk for subject in subjects]


@pytest.fixture
def cursor() -> Iterator[Cursor]:
    with connection.cursor() as found:
        yield found.cursor


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments so small that some hundreds of firms fill several."""
    monkeypatch.setattr(indexing, "SEGMENT", 1_000)


def slips(names: list[str], count: int) -> list[str]:
    """Names as people type them: a character lost, doubled, swapped, mistaken; a part left out; two firms' parts together."""
    chance = random.Random(20261126)
    made = []
    for _ in range(count):
        name, other = chance.choice(names), chance.choice(names)
        at = chance.randrange(len(name) - 1)
        made.append(
            chance.choice(
                [
                    name,
                    name[:at] + name[at + 1 :],
                    name[: at + 1] + name[at:],
                    name[:at] + name[at + 1] + name[at] + name[at + 2 :],
                    name[:at] + chance.choice(other) + name[at + 1 :],
                    name[3:],
                    name[3:7],
                    name[-6:],
                    name[: at + 2] + other[-at:],
                    f"收货单位：{name}（发票抬头）",
                    name[at : at + 2],
                ]
            )
        )
    return made


def held_equal(cursor: Cursor, names: list[str]) -> int:
    """Hold both searches to the same candidates for each name; how many names had any.

    Where more firms are equally like than there are places left among the best, which of them is chosen hangs on the last digit of
    a number, and so does which of the equally near are judged. Whatever is more like and nearer than that is the same in both.
    """
    register = Register.of_subjects(cursor)
    ids = list(Name.objects.order_by("pk").values_list("pk", flat=True))
    sides = [side_asked(name) for name in names]
    batch = _prepared(pl.DataFrame({"qid": names, "name": names}), ASKED)
    batch = batch.with_columns(normal=pl.Series([side.normal for side in sides], dtype=pl.String))
    whole = [{ids[row] for row in rows} for rows in candidates_of(batch, register)]
    nearness: list[dict[int, float]] = [{} for _ in names]
    for query, row, near in candidates_frame(batch, register).drop_nulls().select("query", "row", "near").iter_rows():
        nearness[query][ids[row]] = near
    like = register.index.candidates(batch["normal"]).group_by("query").agg("row", "likeness")
    alike = {query: (rows, likeness) for query, rows, likeness in like.iter_rows()}
    for query, side in enumerate(sides):
        firms, found = firms_alike(cursor, side), alike_of(cursor, side.normal)
        rows, likeness = alike.get(query, ([], []))
        assert list(found.values()) == pytest.approx(sorted(likeness, reverse=True)[: len(found)], abs=NEAR)
        edge = min(likeness, default=0.0) + NEAR if len(rows) == BEST else LEAST_LIKE + NEAR
        sure = {ids[row] for row, each in zip(rows, likeness, strict=True) if each > edge}
        assert sure <= set(found), names[query]
        assert {name for name, each in found.items() if each > edge} <= set(nearness[query]), names[query]
        nears = sorted(nearness[query].values(), reverse=True) or [0.0]
        edges = (NEAR_PART * nears[0], *(nears[last - 1] for last in (NEAREST, ALL_HELD) if len(nears) > last))
        for name in {firm.place for firm in firms} ^ whole[query]:
            near = nearness[query].get(name)
            assert any(abs(near - edge) < 10 * NEAR for edge in edges) if near else found[name] <= edge, names[query]
    return sum(map(bool, whole))


def alike_of(cursor: Cursor, normal: str) -> dict[int, float]:
    """The names most like, by their ids, with their likeness."""
    query = finding._Query.of(normal)
    names = dict(Name.objects.filter(pk__in=finding._near(cursor, query)[0]).values_list("pk", "normal"))
    return finding._best(query, names)


def placed() -> None:
    """Every name stands at one place of one segment, or is noted, and never both."""
    held = [members(s.firsts, s.places, s.names) for s in Segment.objects.order_by("pk")]
    ids = [int(each) for each in np.concatenate([np.empty(0, np.int64), *held])]
    noted = list(Unindexed.objects.values_list("pk", flat=True))
    assert sorted([*ids, *noted]) == list(Name.objects.order_by("pk").values_list("pk", flat=True))
    assert set(Posting.objects.values_list("segment_id", flat=True)) == set(
        Segment.objects.values_list("pk", flat=True)
    )


@pytest.mark.usefixtures("small")
def test_names_have_the_same_candidates_in_both_searches(cursor: Cursor) -> None:
    """Against several segments, full ones and others, and names that no segment holds yet."""
    names = city_names(5_000)
    for first, last, gap in ((0, 2_500, 0), (2_500, 3_100, 700), (3_100, 3_300, 0), (3_300, 4_400, 3)):
        filed(names[first:last], gap=gap)
        assert names_index(cursor)
    filed(names[4_400:4_550])
    placed()
    assert (Segment.objects.count(), Unindexed.objects.count()) == (5, 150)
    assert held_equal(cursor, slips(names, COMPARED)) > 0.95 * COMPARED


@pytest.mark.usefixtures("small")
def test_the_index_grows_with_its_batches_and_small_segments_stay_few(cursor: Cursor) -> None:
    names, chance, at, written = city_names(4_000), random.Random(1), 0, 0
    while at < len(names):
        size = chance.choice([1, 5, 40, 90, 300])
        filed(names[at : at + size], gap=chance.choice([0, 0, 11]))
        at += size
        written += names_index(cursor)
        placed()
    sizes = sorted(Segment.objects.values_list("names", flat=True))
    assert len([size for size in sizes if size < 1_000]) <= 10
    assert written < 6 * len(names)
    assert held_equal(cursor, slips(names, 150))
    before = [alike_of(cursor, names[n]) for n in range(40)]
    assert names_index(cursor) == 0
    assert names_index(cursor, rebuild=True) == len(names)
    placed()
    assert list(Segment.objects.order_by("pk").values_list("names", flat=True)) == [1_000] * 4
    assert [alike_of(cursor, names[n]) for n in range(40)] == before


def test_a_posting_tells_who_has_the_gram_and_how_much_it_tells_there(cursor: Cursor) -> None:
    filed(["云鼎商贸有限公司", "云云鼎商贸有限公司"])
    names_index(cursor)
    held = {posting.gram: bytes(posting.held) for posting in Posting.objects.all()}
    sizes = {gram: len(each) // (PLACE.itemsize + WEIGHT.itemsize) for gram, each in held.items()}
    lengths = np.zeros(2)
    for gram, each in held.items():
        places = np.frombuffer(each, PLACE, sizes[gram])
        lengths[places] += np.frombuffer(each, WEIGHT, sizes[gram], PLACE.itemsize * sizes[gram]).astype(float) ** 2
    assert lengths == pytest.approx([1, 1], abs=0.002)
    assert sorted(sizes.values())[0] == 1 and sorted(sizes.values())[-1] == 2


def test_of_equals_the_first_registered_are_taken(cursor: Cursor) -> None:
    filed(["云鼎商贸有限公司"] * 75)
    names_index(cursor)
    filed(["云鼎商贸有限公司"] * 75)
    ids = list(Name.objects.order_by("pk").values_list("pk", flat=True))
    assert list(alike_of(cursor, "云鼎商贸有限公司")) == ids[:BEST]
    assert {firm.place for firm in firms_alike(cursor, side_asked("云鼎商贸有限公司"))} == set(ids[:SAME_NAME])


def test_a_number_adds_its_firm_and_a_wrong_one_nothing(cursor: Cursor) -> None:
    filed(["云鼎商贸有限公司", "冠银食品有限公司"])
    for number, keys in ((code(2), 2), (code(9), 1), (code(2)[:17] + "?", 1), ("", 1)):
        assert len(firms_alike(cursor, side_asked("云鼎商贸", number=number))) == keys
    (firm,) = firms_alike(cursor, side_asked("冠银食品有限公司"))
    assert (firm.name, firm.scheme, firm.number, firm.side.number) == ("冠银食品有限公司", "uscc", code(2), code(2))


@pytest.mark.parametrize("name", ["", "公司", "有限公司", "*", "\u200b", "𠮷𠮷", "x" * 500])
def test_a_name_that_tells_nothing_or_is_like_none_has_no_candidates(cursor: Cursor, name: str) -> None:
    assert firms_alike(cursor, side_asked(name)) == []
    filed(["云鼎商贸有限公司"])
    assert firms_alike(cursor, side_asked(name)) == []
    names_index(cursor)
    assert firms_alike(cursor, side_asked(name)) == []


def test_merges_are_followed_and_undone(cursor: Cursor) -> None:
    one, other = filed(["云鼎商贸有限公司", "云鼎贸易有限公司"])
    names_index(cursor)
    asked = side_asked("云鼎贸易有限公司", number=code(1))
    assert {firm.subject for firm in firms_alike(cursor, asked)} == {one, other}
    subjects_merge(absorbed=other, into=one, by="operator", at=NOW, reason="同一企业")
    firms = firms_alike(cursor, asked)
    assert {(firm.subject, firm.number) for firm in firms} == {(one, code(1))} and len(firms) == 2
    assert [each.firm.subject for each in candidates_judged(asked, firms)] == [one]
    assert held_equal(cursor, ["云鼎贸易有限公司", "云鼎商贸有限公司", "云鼎"]) == 3
    subjects_unmerge(absorbed=other, into=one, by="operator", at=NOW, reason="不是")
    assert {firm.subject for firm in firms_alike(cursor, asked)} == {one, other}


def test_many_new_names_are_indexed_with_their_batch_and_few_are_noted(cursor: Cursor) -> None:
    names = city_names(1_010)
    filed(names[:999])
    assert names_index_due(cursor) == 0 and Unindexed.objects.count() == 999
    filed(names[999:])
    assert names_index_due(cursor) == 1_010 and not Unindexed.objects.exists()
    placed()


def test_an_index_of_other_weights_is_refused_and_made_anew(cursor: Cursor) -> None:
    filed(["云鼎商贸有限公司", "冠银食品有限公司"])
    names_index(cursor)
    Segment.objects.update(version="another")
    filed(["鹭洲茶叶有限公司"])
    with pytest.raises(NamesNotIndexed, match="chengxin index-names"):
        firms_alike(cursor, side_asked("云鼎商贸有限公司"))
    assert names_index(cursor) == 3
    placed()
    assert len(firms_alike(cursor, side_asked("云鼎商贸有限公司"))) == 1


def test_too_many_names_in_no_segment_are_not_searched_slowly(cursor: Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "WAITING_MOST", 2)
    filed(["云鼎商贸有限公司", "冠银食品有限公司"])
    assert firms_alike(cursor, side_asked("云鼎商贸有限公司"))
    filed(["鹭洲茶叶有限公司", "禾丰茶叶有限公司"])
    with pytest.raises(NamesNotIndexed):
        firms_alike(cursor, side_asked("云鼎商贸有限公司"))
