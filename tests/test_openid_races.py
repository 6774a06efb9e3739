"""Two sign-ins by one identity at one instant, on connections of their own."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.test import Client as Browser

from chengxin.accounts.models import Account, Identity, Kind
from chengxin.ledger.turns import turn_taken
from tests.provider import Provider
from tests.test_openid import SITE, begun, out, proven, provider, running  # noqa: F401

WAITING = """
select count(*) from pg_locks
where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())
"""
pytestmark = pytest.mark.xdist_group("openid")


def test_of_two_first_sign_ins_at_one_instant_both_enter_the_one_account(
    database_apart: str,
    provider: Provider,  # noqa: F811
) -> None:
    browsers = [Browser(), Browser()]
    backs = [proven(begun(each), "one").removeprefix(SITE) for each in browsers]
    answers: list[int] = []

    def come(browser: Browser, back: str) -> None:
        answers.append(browser.get(back).status_code)
        connection.close()

    threads = [threading.Thread(target=come, args=each) for each in zip(browsers, backs, strict=True)]
    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever files a person waits for this lock: both have found no account by then.
        turn_taken("persons")
        for many, thread in enumerate(threads, start=1):
            thread.start()
            for _ in range(200):
                cursor.execute(WAITING)
                if cursor.fetchone()[0] == many:
                    break
                time.sleep(0.05)
            else:
                raise AssertionError("the two never met")
    for thread in threads:
        thread.join(30)
    assert answers == [302, 302] and Account.objects.filter(kind=Kind.PERSON).count() == Identity.objects.count() == 1
    assert not any(out(each) for each in browsers)
