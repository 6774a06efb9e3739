"""Where the desk leads: every page that a duty opens, in groups, with the one before the reader marked."""

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.desk.navigation import FEW, GROUPS, desk_groups
from tests.signing import at_desk
from tests.world import NOW

DUTIES = frozenset(duty for _, entries in GROUPS for duty, _, _ in entries if duty)


def asker(*duties: str) -> Asker:
    return Asker("market", "department", account=1, duties=frozenset(duties))


def test_whoever_has_a_duty_is_led_to_its_pages_and_to_no_others() -> None:
    for duty in DUTIES:
        led = {link.address for group in desk_groups(asker(duty), "/") for link in group.links}
        wanted = {reverse(f"desk:{name}") for _, entries in GROUPS for of, name, _ in entries if of in ("", duty)}
        assert led == wanted
    assert desk_groups(Asker("market", "department", account=0, duties=frozenset()), "/") == []


@pytest.mark.parametrize(
    ("path", "here"), [("/desk/cases", "/desk/cases"), ("/desk/cases/7", "/desk/cases"), ("/desk/proposals/keys", "/desk/proposals/keys"), ("/desk/x", "")],
)  # fmt: skip
def test_the_link_that_leads_here_most_closely_is_marked_and_its_group_stands_open(path: str, here: str) -> None:
    groups = desk_groups(asker(*DUTIES), path)
    assert [link.address for group in groups for link in group.links if link.here] == ([here] if here else [])
    assert sum(group.here for group in groups) == bool(here)


@pytest.mark.django_db
def test_many_links_are_folded_into_groups_and_few_stand_in_one_row() -> None:
    actor_add(key="reform", kind="credit-centre", title="云川市公共信用中心", by="operator", at=NOW)
    few, many = (_navigation(at_desk("reform", role)) for role in ("administrator", "reviewer"))
    assert "<details" not in few and few.count("<li>") <= FEW
    assert many.count("<details open>") <= 1 < many.count("<details") and many.count("<li>") > FEW


def _navigation(browser: Browser) -> str:
    page = browser.get("/desk/", follow=True).content.decode()
    found = re.search(r'<div class="who">.*?</nav>', page, re.DOTALL)
    assert found
    return found[0]
