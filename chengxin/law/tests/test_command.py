"""The command `chengxin law`: what it prints, what it exits with."""

import json
from pathlib import Path

import pytest

from chengxin.law import load
from chengxin.law.tests.small import lawbook_written
from chengxin.law.tests.test_texts import STATUTE
from chengxin.site.cli import run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CHENGXIN_LAWBOOK", str(lawbook_written(tmp_path / "book")))
    return tmp_path


def test_the_law_of_a_day_is_printed_whole_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["law", "--on", "2024-05-31", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["on"] == "2024-05-31" and printed["jurisdiction"] == "cn"
    assert printed["digest"] == load(home / "book").digest
    assert printed["parameters"]["answer-within"]["value"] == 20
    assert printed["measures"]["barred"]["basis"][0]["zh"] == "《处罚法》第9条"


def test_a_person_reads_one_shelf_with_the_articles_own_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "处罚法.md").write_text(STATUTE, encoding="utf-8")
    assert run(["law", "texts", str(home), "--json"]) == 0
    loaded = json.loads(capsys.readouterr().out)
    assert (loaded["instruments"], loaded["articles"]) == (1, 3)
    assert run(["law", "--on", "2024-06-01", "--shelf", "measures", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["measures"]["barred"]["basis"][0]["text"].startswith("处罚的种类")
    assert "matters" not in shown
    assert run(["law", "--on", "2024-06-01", "--shelf", "parameters"]) == 0
    printed = capsys.readouterr().out
    assert "7 working-days" in printed and "《处罚法》第9条" in printed and "（一）警告；" in printed


def test_the_check_counts_citations_and_passes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["law", "--check", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["citations"] > 10 and (report["missing"], report["unverified"]) == (0, 0)
    assert report["missing_list"] == report["unverified_list"] == []


def test_a_missing_article_is_named_and_the_exit_status_is_1(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "处罚法.md").write_text("第一条 甲。", encoding="utf-8")
    assert run(["law", "--check", "--texts", str(home), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["missing"] == report["citations"] == len(report["missing_list"])
    assert report["missing_list"][0].keys() == {"entry", "instrument", "article", "why"}


def test_a_lawbook_that_breaks_a_rule_is_refused_with_file_and_place(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = lawbook_written(home / "spoilt", ("cn/measures/barred.yaml", "kind", "family"))
    monkeypatch.setenv("CHENGXIN_LAWBOOK", str(spoilt))
    assert run(["law", "--check"]) == 1
    assert "cn/measures/barred.yaml: kind" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["law", "texts"], 2),
        (["law", "texts", "/no/such/folder"], 2),
        (["law", "--shelf", "colours"], 2),
        (["law", "--jurisdiction", "xx"], 1),
    ],
)
def test_wrong_use_and_refusal_have_their_own_exit_status(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int
) -> None:
    try:
        assert run(words) == status
    except SystemExit as stopped:
        assert stopped.code == status
    assert capsys.readouterr().err
