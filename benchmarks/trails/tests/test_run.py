"""The invented trails, at their smallest: the trace and the plain query reach the same, and only the trace knows the carriers."""

import pytest
from django.db import connection

from benchmarks.trails import world
from chengxin.commerce.trails.rules.shaping import document_checked, document_read, events_of
from chengxin.commerce.trails.services.reading import goods_trace
from tests.world import NOW


@pytest.mark.django_db
@pytest.mark.parametrize(("way", "plain", "things"), [("forward", world.FORWARD, 200), ("backward", world.BACKWARD, 3)])
def test_both_reach_the_same(way: str, plain: str, things: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "SHARING", 40)
    monkeypatch.setattr(world, "PALLETS", 8)
    events = 80 * world.EVENTS_A_GROUP
    with connection.cursor() as cursor:
        for statement, block in world.statements(events):
            cursor.execute(statement, block or None)
        start = world.raw_lot(events) if way == "forward" else world.piece(events)
        cursor.execute(plain, [start.removeprefix("https://id.gs1.org/")])
        assert cursor.fetchone()[0] == things
    found = goods_trace(goods=start, way="forward" if way == "forward" else "backward", by="operator", at=NOW)
    assert len(found.things) == things and len(found.carriers) == (8 if way == "forward" else 1)


def test_a_document_is_one_that_the_register_takes() -> None:
    document = document_read(world.document(1, 5).encode())
    document_checked(document)
    assert len(events_of(document)) == 5
