"""What the journeys across rooms share."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.world import NOW


@pytest.fixture
def clock() -> Iterator[None]:
    """Doors read the clock; in these tests it begins at the tests' own instant, on whatever day they are run."""
    with time_machine.travel(NOW, tick=True):
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin first, so that no worker is left alone with them at the end."""
    items.sort(key=lambda item: item.name != "test_an_ingest_killed_at_any_moment_leaves_all_of_its_batch_or_none")
