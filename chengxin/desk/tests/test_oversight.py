"""What an agency is told of its work, written down, answered and taken back at the desk; each refusal beside what was typed."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from chengxin.assessments.models import Oversight, Reply
from chengxin.desk.tests.test_pages import desk_of, text_of
from tests.world import PERSON_NUMBER, TODAY, later

pytestmark = pytest.mark.django_db

YEAR = "/desk/assessment"
DUE = (TODAY + timedelta(days=15)).isoformat()
DEMAND = {
    "kind": "cn/rectification", "agency": "market", "on": TODAY.isoformat(), "what": "三件列入逾期未告知", "document": "云川信用办〔2026〕3号",
    "due_on": DUE, "year": str(TODAY.year),
}  # fmt: skip


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(later(hours=2), tick=True):
        yield


@pytest.fixture
def reform() -> Client:
    """A browser of the supervising department."""
    return desk_of("reform", "supervisor")


@pytest.fixture
def market() -> Client:
    """A browser of the agency that is told."""
    return desk_of("market")


def posted(client: Client, address: str, words: dict[str, str]) -> Any:
    return client.post(address, words)


def entered(client: Client, **words: str) -> Any:
    return posted(client, f"{YEAR}/oversights", DEMAND | words)


def about(number: int, act: str) -> str:
    return f"{YEAR}/oversights/{number}/{act}"


def test_a_demand_is_written_down_answered_and_taken_back(reform: Client, market: Client) -> None:
    assert "登记通报、督查或者限期整改" not in text_of(market.get(YEAR))
    page = text_of(reform.get(YEAR))
    for words in (
        "登记通报、督查或者限期整改",
        "限期整改 Demand to put something right （全国 / the whole country）",
        "通报批评",
    ):
        assert words in page, words
    done = entered(reform)
    made = Oversight.objects.get()
    assert done.url == f"{YEAR}?year={TODAY.year}&done=recorded" and (made.by, made.agency) == ("reform", "market")
    assert "已经登记" in text_of(reform.get(done.url))
    page = text_of(market.get(YEAR))
    assert "三件列入逾期未告知" in page and "提交答复" in page and "登记有误，撤回" not in page
    done = posted(market, about(made.pk, "answer"), {"words": "已补告知", "document": "8号", "year": str(TODAY.year)})
    assert "答复已经记下" in text_of(market.get(done.url))
    page = text_of(reform.get(YEAR))
    assert "已补告知" in page and "登记有误，撤回" in page and "提交答复" not in page
    done = posted(reform, about(made.pk, "withdraw"), {"reason": "登记有误"})
    assert done.url == f"{YEAR}?done=withdrawn"
    assert "不再计入任何年度" in text_of(reform.get(done.url)) and "三件列入" not in text_of(market.get(YEAR))
    assert list(Reply.objects.order_by("pk").values_list("kind", "by")) == [
        ("answered", "market"),
        ("withdrawn", "reform"),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"on": (TODAY + timedelta(days=1)).isoformat()}, "尚未到来"),
        ({"due_on": ""}, "答复期限"),
        ({"due_on": "明天"}, "明天"),
        ({"on": ""}, "日期"),
        ({"kind": "cn/circular"}, "没有答复期限"),
        ({"kind": "cn/score"}, "法典中没有"),
        ({"kind": ""}, ""),
        ({"agency": "nobody"}, "nobody"),
        ({"what": f"经办人{PERSON_NUMBER}"}, "公民身份号码"),
    ],
)
def test_what_is_unfit_is_refused_beside_what_was_typed(
    reform: Client, words: dict[str, str], said: str, market: Client
) -> None:
    answer = entered(reform, **words)
    page = answer.content.decode()
    form = page.split('id="new"')[1]
    assert answer.status_code in (403, 422) and said in form and 'role="alert"' in form
    assert page.count('role="alert"') == 1 and 'value="云川信用办〔2026〕3号"' in form
    assert not Oversight.objects.exists()


def test_an_answer_that_says_nothing_stands_open_beside_its_demand(reform: Client, market: Client) -> None:
    entered(reform)
    number = Oversight.objects.get().pk
    answer = posted(market, about(number, "answer"), {"words": " ", "document": "8号", "year": str(TODAY.year)})
    page = answer.content.decode()
    assert answer.status_code == 422 and re.search(r"<details open>.*?没有填写.*?8号.*?</details>", page, re.DOTALL)
    answer = posted(reform, about(number, "withdraw"), {"reason": ""})
    assert answer.status_code == 422 and "<details open>" in answer.content.decode()
    assert not Reply.objects.exists()


def test_nobody_writes_answers_or_takes_back_for_another(reform: Client, market: Client) -> None:
    assert entered(market).status_code == 403 and not Oversight.objects.exists()
    entered(reform)
    number, land = Oversight.objects.get().pk, desk_of("land")
    for client, act in ((land, "answer"), (reform, "answer"), (land, "withdraw"), (market, "withdraw")):
        answer = posted(client, about(number, act), {"words": "已办", "reason": "有误"})
        assert answer.status_code == 404 and f"没有您可以答复或者撤回的登记{number}" in text_of(answer), act
    assert "三件列入" not in text_of(land.get(YEAR)) and not Reply.objects.exists()
    assert entered(Client()).url == "/desk/sign-in"
    assert land.get(f"{YEAR}/oversights").status_code == 405
