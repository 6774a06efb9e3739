"""Settings come from the environment, typed, and say what they want when they cannot be read."""

import json
import logging
import sys
from pathlib import Path

import pytest

from chengxin.site.environment import SettingNotUnderstood, database, envbool, envint, envlist, envsecret
from chengxin.site.logs import JsonLines


def test_a_truth_is_spelled_true_or_false(monkeypatch: pytest.MonkeyPatch) -> None:
    assert envbool("CHENGXIN_X", True) is True
    monkeypatch.setenv("CHENGXIN_X", "False")
    assert envbool("CHENGXIN_X", True) is False
    monkeypatch.setenv("CHENGXIN_X", "yes")
    with pytest.raises(SettingNotUnderstood, match="CHENGXIN_X is 'yes'; it should be True or False"):
        envbool("CHENGXIN_X", True)


@pytest.mark.parametrize("value", ["", "-1", "1.5", "１"])
def test_a_number_is_whole_and_not_negative(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CHENGXIN_X", value)
    with pytest.raises(SettingNotUnderstood, match="a whole number"):
        envint("CHENGXIN_X", 3)


def test_names_stand_between_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert envlist("CHENGXIN_X", ["a"]) == ["a"]
    monkeypatch.setenv("CHENGXIN_X", "b.example, c.example,")
    assert envlist("CHENGXIN_X", ["a"]) == ["b.example", "c.example"]


def test_a_secret_may_lie_in_a_file_that_can_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHENGXIN_X", "from the variable")
    assert envsecret("CHENGXIN_X") == "from the variable"
    path = tmp_path / "secret"
    monkeypatch.setenv("CHENGXIN_X_FILE", str(path))
    with pytest.raises(SettingNotUnderstood, match="a readable file"):
        envsecret("CHENGXIN_X")
    path.write_text("from the file\n", encoding="utf-8")
    assert envsecret("CHENGXIN_X") == "from the file"


def test_an_address_is_read_as_libpq_reads_it() -> None:
    url = "postgresql://some%40one:p%2Fw@db.example:6432/credit?sslmode=require&application_name=x"
    read = database(url, pool=0, prepare_after=5)
    assert (read["NAME"], read["USER"], read["PASSWORD"]) == ("credit", "some@one", "p/w")
    assert (read["HOST"], read["PORT"], read["CONN_MAX_AGE"]) == ("db.example", "6432", None)
    assert read["OPTIONS"]["sslmode"] == "require"
    assert read["OPTIONS"]["server_side_binding"] is True
    assert "pool" not in read["OPTIONS"]


def test_a_pool_and_lasting_connections_exclude_each_other() -> None:
    read = database("postgresql:///credit", pool=8, prepare_after=0)
    assert read["OPTIONS"]["pool"]["max_size"] == 8
    assert read["OPTIONS"]["prepare_threshold"] == 0
    assert read["CONN_MAX_AGE"] == 0


def test_a_log_line_tells_the_kind_and_place_of_an_error_and_not_its_words() -> None:
    try:
        raise ValueError("person 110101199003070000")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "it failed", (), sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert (line["message"], line["exception"]) == ("it failed", "ValueError")
    assert "test_settings.py" in line["places"]
    assert "110101199003070000" not in json.dumps(line)
