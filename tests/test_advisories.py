"""Pins against a folder of made-up advisories."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.advisories import audited, main, pins_of, told

PINS = "invented-parcel[extra]==2.1.0 ; python_version > '3' \\\n    --hash=sha256:00\nOther_Thing==1.0\n"


def advisory(number: str = "PYSEC-2026-1", name: str = "Invented_Parcel", **changes: Any) -> dict[str, Any]:
    """One about all versions below 2.2."""
    events = changes.pop("events", [{"introduced": "0"}, {"fixed": "2.2"}])
    affected = {"package": {"ecosystem": "PyPI", "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    return {"id": number, "modified": "2026-11-20T10:00:00Z", "affected": [affected]} | changes


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    path = tmp_path / "pins.txt"
    path.write_text(PINS, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "advisories" / "vulns"
    made.mkdir(parents=True)
    return made


def test_an_affected_pin_is_told_with_the_version_in_which_it_is_mended(
    pins: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.yaml").write_text(yaml.safe_dump(advisory()), encoding="utf-8")
    (folder / "b.json").write_text(
        json.dumps(advisory("GHSA-1", "other.thing", events=[{"introduced": "1.1"}])), encoding="utf-8"
    )
    assert main([str(folder.parent), str(pins)]) == 1
    printed = capsys.readouterr().out
    assert "invented-parcel==2.1.0  PYSEC-2026-1  已修复于 fixed in: 2.2" in printed and "other-thing==" not in printed
    assert "2026-11-20" in printed and "2 advisories read" in printed


@pytest.mark.parametrize(
    ("events", "affected"),
    [
        ([{"introduced": "0"}, {"fixed": "2.1.0"}], False),
        ([{"introduced": "2.1.0"}], True),
        ([{"introduced": "0"}, {"last_affected": "2.1.0"}], True),
        ([{"introduced": "0"}, {"last_affected": "2.0.9"}], False),
        ([{"introduced": "2.5"}, {"introduced": "0"}, {"fixed": "2.0"}], False),
        ([{"introduced": "2.1.0rc1"}, {"fixed": "2.1.1"}], True),
    ],
)
def test_a_pin_is_affected_between_an_introduction_and_its_fix(
    events: list[dict[str, str]], affected: bool, pins: Path, folder: Path
) -> None:
    (folder / "a.json").write_text(json.dumps(advisory(events=events)), encoding="utf-8")
    assert bool(audited(pins_of([pins]), folder).affected) is affected


def test_a_version_that_is_listed_is_affected_and_one_withdrawn_affects_nothing(pins: Path, folder: Path) -> None:
    listed = advisory(events=[{"introduced": "9"}])
    listed["affected"][0]["versions"] = ["2.1", "not a version"]
    (folder / "a.json").write_text(json.dumps(listed), encoding="utf-8")
    (folder / "b.json").write_text(json.dumps(advisory("X", withdrawn="2026-01-01T00:00:00Z")), encoding="utf-8")
    assert [each.advisory for each in audited(pins_of([pins]), folder).affected] == ["PYSEC-2026-1"]


def test_an_old_folder_says_so_and_an_empty_one_is_no_pass(pins: Path, folder: Path) -> None:
    assert main([str(folder), str(pins)]) == 2
    (folder / "broken.yaml").write_text("a: [", encoding="utf-8")
    (folder / "list.json").write_text("[]", encoding="utf-8")
    assert main([str(folder), str(pins)]) == 2
    (folder / "a.json").write_text(json.dumps(advisory(events=[{"introduced": "9"}])), encoding="utf-8")
    found = audited(pins_of([pins]), folder)
    assert main([str(folder), str(pins)]) == 0 and found.unread == ("broken.yaml", "list.json")
    assert "8 天" in "\n".join(told(found, today=date(2026, 11, 28)))
    assert "公告太旧" in "\n".join(told(found, today=date(2027, 2, 1)))


def test_every_pin_of_ours_is_read() -> None:
    root = Path(__file__).parents[1] / "requirements"
    pins = pins_of([root / "base.txt", root / "dev.txt"])
    assert {"django", "psycopg", "cryptography", "packaging"} <= set(pins) and len(pins) > 80
