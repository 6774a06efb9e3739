"""The settings of production, what no page may do, and that the document names tests that there are."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client as Browser
from django.test import RequestFactory

from chengxin.actors.api import address_of
from chengxin.cases.models import Case
from chengxin.cases.services.running import MOST_BYTES, PaperIn, PaperNotTaken
from chengxin.records.models import Record
from chengxin.rights.services import Claimant, objection_file
from tests.routes import DECIDED
from tests.signing import signed_in, staff_account
from tests.world import code, later, penalty, sent

ROOT = Path(__file__).parents[1]
CHECK = """
import django, json
django.setup()
from django.core.checks import run_checks
print(json.dumps([str(each) for each in run_checks(include_deployment_checks=True) if not each.is_silenced()]))
"""


def test_the_settings_of_production_pass_every_check_of_deployment(tmp_path: Path) -> None:
    production = {
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings", "CHENGXIN_HTTPS": "True", "CHENGXIN_ALLOWED_HOSTS": "credit.example.gov.cn",
        "CHENGXIN_HOME": str(tmp_path), "CHENGXIN_START_SERVER": "False",
    }  # fmt: skip
    # What the tests of the pages set for themselves is none of production's.
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    done = subprocess.run(
        [sys.executable, "-c", CHECK], cwd=ROOT, env=kept | production, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize(
    ("sender", "told", "counted"),
    [
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),  # what is further left anybody can write
        ("10.0.0.1", "", "10.0.0.1"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ],
)
def test_the_address_behind_a_proxy_is_believed_of_our_own_proxies_alone(
    sender: str, told: str, counted: str, settings: LazySettings
) -> None:
    settings.CHENGXIN_PROXIES = ["10.0.0.1", "10.0.0.2"]
    request = RequestFactory().get("/", REMOTE_ADDR=sender, headers={"X-Forwarded-For": told})
    assert address_of(request) == counted


@pytest.mark.django_db
def test_no_page_lets_a_script_or_a_style_of_its_own_text_run() -> None:
    browser = signed_in(Browser(), staff_account("operator"))
    pages = [route.removeprefix("GET ") for route in DECIDED if route.startswith("GET ") and "{" not in route]
    asked = 0
    for path in (path for path in pages if not path.startswith("/api/v1/") and path != "/health"):
        answer = browser.get(path)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        asked += 1
        policy, page = answer["Content-Security-Policy"], answer.content.decode()
        assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy, path
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page), path
    assert asked > 20


@pytest.mark.django_db
@pytest.mark.parametrize(
    "paper",
    [
        PaperIn("a.html", "text/html", b"<script>"),
        PaperIn("a.svg", "image/svg+xml", b"<svg onload=alert(1)>"),
        PaperIn("a.pdf", "application/pdf", b"x" * (MOST_BYTES + 1)),
    ],
    ids=["page", "picture with a script", "too large"],
)
def test_a_paper_that_is_a_page_or_too_large_is_refused_and_leaves_nothing(tmp_path: Path, paper: PaperIn) -> None:
    sent(tmp_path, penalty(1))
    with pytest.raises(PaperNotTaken):
        objection_file(
            record=Record.objects.get().pk, number=code(1), claimant=Claimant("经办", "0000-0000000", ""), grounds="错报",
            papers=[paper], at=later(hours=1),
        )  # fmt: skip
    assert not Case.objects.exists()


def test_every_test_that_the_document_names_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))
    assert len(named) > 25
    for path, name in named:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, (path, name)
