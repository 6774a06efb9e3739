"""Whatever is wrong with a file or a row, its sender is told what and how to mend it; no row is lost, nothing crashes."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from chengxin.records.models import Batch
from chengxin.records.selectors.batches import refused_rows
from chengxin.site.cli import run
from tests.bad_input import DOCUMENT, FILES, KINDS, LINES, ROWS, Bad
from tests.snapshots import same

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

WAITING = (
    "该行的主体尚未确定：暂不公开、不参与核查，等待人工认定。",
    "Nobody knows yet whose the row is: it waits, unseen, for a person to decide.",
)
Told = tuple[str, str, str]  # reason, in Chinese, in English


def sent(bad: Bad, folder: Path, capfd: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """Send it by the command, as a department would; what the command printed must be one JSON object and no more."""
    folder.mkdir()
    status = run(["ingest", bad.source, str(bad.make(folder)), *bad.options, "--json"])
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    assert out.count("\n") == 1
    return status, json.loads(out)


def told(bad: Bad, folder: Path, capfd: pytest.CaptureFixture[str]) -> Told:
    """What the sender is told; every row of the file stands in one of the four counts."""
    status, printed = sent(bad, folder, capfd)
    if status == 1:
        refused = printed["refused"]
        return refused["code"], refused["detail"], refused["detail_en"]
    assert status == 0
    assert printed["rows"] == bad.good_rows + 1
    assert printed["accepted"] + printed["refused"] + printed["unchanged"] + printed["waiting"] == printed["rows"]
    assert printed["accepted"] == bad.good_rows
    if printed["waiting"]:
        return "waiting", *WAITING
    (row,) = refused_rows(Batch.objects.get(pk=printed["batch"]))
    assert printed["refused_by_reason"] == {row.reason: 1}
    return row.reason, row.message_zh, row.message


def line_of(bad: Bad, words: Told) -> str:
    cells = (f"{bad.zh}<br>{bad.en}", f"`{words[0]}`", f"{words[1]}<br>{words[2]}")
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"


@pytest.mark.parametrize("bad", KINDS, ids=lambda bad: bad.name)
def test_bad_input_gets_its_reason_in_two_languages_and_costs_no_other_row(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], bad: Bad
) -> None:
    words = told(bad, tmp_path / "in", capfd)
    reason, zh, en = words
    assert reason == bad.reason
    assert any("\u4e00" <= c <= "\u9fff" for c in zh) and len(zh) > 8
    assert len(en) > 20 and reason not in (zh, en)
    assert "[" not in zh.replace("[", "", zh.count('["')), zh
    assert str(tmp_path) not in zh + en


def test_there_are_at_least_forty_kinds_and_no_two_are_the_same() -> None:
    assert len(KINDS) >= 40
    assert len({bad.name for bad in KINDS}) == len(KINDS)


HEAD = """\
# 不合格的输入和所得的答复 / Bad input, and the answer it gets

本页由 `tests/test_bad_input.py` 按 `tests/bad_input.yaml` 和 `tests/bad_input.py` 逐项实测生成，测试保证二者一致。
This page is made by running every kind in `tests/bad_input.yaml` and `tests/bad_input.py`; a test keeps it in step.
"""
SECTIONS = (
    (
        "## 整个文件 / Whole files",
        "整个文件被拒，什么也不录入。 / The file is refused whole; nothing of it is kept.",
        FILES,
    ),
    (
        "## 拆不开的行 / Rows that cannot be taken apart",
        "该行原样封存待改，其余各行照常。 / The row is kept sealed, as it came; all others are taken.",
        LINES,
    ),
    ("## 内容有误的行 / Rows that say something wrong", "同上。 / The same.", ROWS),
)


def test_the_document_says_what_every_kind_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    parts = [HEAD]
    for title, note, kinds in SECTIONS:
        parts.append(
            f"\n{title}\n\n{note}\n\n| 什么不对 / What is wrong | 原因码 / Code | 答复 / Answer |\n|---|---|---|\n"
        )
        for n, bad in enumerate(kinds):
            with transaction.atomic():  # each kind meets an empty register
                parts.append(line_of(bad, told(bad, tmp_path / f"{title[3:5]}{n}", capfd)) + "\n")
                transaction.set_rollback(True)
    assert same(DOCUMENT, "".join(parts)), "docs/bad-input.md is out of step: see tests/snapshots.py"
