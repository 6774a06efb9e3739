"""The pytest plugin: a throw-away PostgreSQL for every run, or the one that `DATABASE_URL` names.

It is loaded with `-p`, since Django's settings are read, and with them the server is asked for, before any conftest.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from chengxin.site.server import server_state, server_stop, server_url


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Starts the server in a fresh state folder; a worker of pytest-xdist inherits its controller's."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return
    folder = Path(tempfile.mkdtemp(prefix="chengxin-test-"))
    os.environ |= {"CHENGXIN_HOME": str(folder), "CHENGXIN_TEST_SERVER": "1"}
    early_config.add_cleanup(lambda: _clear(folder))
    server_url()


def pytest_configure() -> None:
    """No property fails for being slow: how long it takes depends on what else the machine does."""
    untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("untimed", untimed)
    settings.load_profile("untimed")


# What a test uses that talks to the tests' database.
_OF_DATABASE = frozenset({"db", "transactional_db", "django_db_setup", "site_server", "database_apart"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what never talks to the tests' database, for it needs none or starts a server of its own: on a second server it
    would only say the same again.
    """
    for item in items:
        used = _OF_DATABASE.intersection(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") is None and not used:
            item.add_marker("apart")


def pytest_report_header() -> str:
    """Says which PostgreSQL the tests ran on."""
    return _words()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says it again at the end, where it is read."""
    terminalreporter.write_line(_words())


def _words() -> str:
    state = server_state()
    return f"PostgreSQL {state.version or '?'} ({'embedded' if state.embedded else 'DATABASE_URL'})"


def _clear(folder: Path) -> None:
    server_stop(abandoned=True)
    shutil.rmtree(folder, ignore_errors=True)
