"""The console command: two languages, one JSON object, three exit statuses, and never a traceback for a refusal."""

import io
import json
import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management.base import CommandError, CommandParser

from chengxin.site.cli import commands_found
from chengxin.site.console import Command, progress, wrong_use
from chengxin.site.server import server_state, server_url
from chengxin.site.tests.conftest import ROOT, chengxin, python

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
PREPARE = (
    "from chengxin.site.cli import django_setup; django_setup();"
    "from chengxin.site.database import database_prepare; database_prepare()"
)


def test_help_lists_our_commands_in_both_languages_and_makes_nothing(fresh_home: Path) -> None:
    status, out, err = chengxin("--help")
    assert (status, err) == (0, "")
    assert "用法 / usage" in out
    for name, entry in commands_found().items():
        assert name in out and entry.help in out
    assert "runserver" not in out
    assert list(fresh_home.iterdir()) == []


def test_no_words_or_an_unknown_command_is_wrong_use() -> None:
    assert chengxin()[0] == 2
    status, out, err = chengxin("inquest")
    assert (status, out) == (2, "")
    assert "没有这个命令：inquest" in err and "there is no command inquest" in err


@pytest.mark.parametrize("name", sorted(commands_found()))
def test_every_command_explains_itself_and_each_argument_in_both_languages(name: str) -> None:
    entry = commands_found()[name]
    command = import_module(entry.module).Command()
    assert isinstance(command, Command)
    parser = command.create_parser("chengxin", entry.name)
    helps = [entry.help, *(action.help for action in parser._actions)]
    for text in helps:
        chinese, _, english = str(text).partition("/ ")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), text
        assert any(letter.isascii() and letter.isalpha() for letter in english), text


def test_wrong_use_needs_no_server_and_says_in_both_languages_what_is_wrong(fresh_home: Path) -> None:
    status, out, err = chengxin("serve", "--port", "many")
    assert (status, out) == (2, "")
    assert "用法 / usage: chengxin serve" in err
    assert "参数 --port 的值不能理解：'many'" in err and "Wrong use: argument --port" in err
    assert server_state().running is False


@pytest.mark.parametrize(
    ("message", "chinese"),
    [
        ("the following arguments are required: FILE", "缺少参数：FILE"),
        ("unrecognized arguments: --x", "不认识的参数：--x"),
        ("argument --on: expected one argument", "参数 --on 缺少值"),
        ("argument --tone: invalid choice: 'x' (choose from 'a', 'b')", "参数 --tone 的值 'x' 不在可选范围：'a', 'b'"),
        ("something new", "用法有误"),
    ],
)
def test_what_the_parser_complains_of_is_told_in_chinese(message: str, chinese: str) -> None:
    assert wrong_use(message) == f"{chinese}。\nWrong use: {message}."


def test_what_is_told_in_both_languages_already_is_told_once_in_each() -> None:
    assert (
        wrong_use("argument --on: 没有这一天。 / There is no such day.")
        == "参数 --on：没有这一天。\nWrong use: argument --on: There is no such day."
    )


def test_stop_starts_nothing_and_says_whether_it_stopped_anything(fresh_home: Path) -> None:
    assert json.loads(chengxin("stop", "--json")[1]) == {"stopped": False}
    assert not (fresh_home / "postgres").exists()
    server_url()
    assert json.loads(chengxin("stop", "--json")[1]) == {"stopped": True}
    assert server_state().running is False


def test_a_database_out_of_reach_is_a_refusal_and_not_a_traceback(fresh_home: Path) -> None:
    status, out, err = chengxin("serve", "--json", DATABASE_URL=NOWHERE)
    refused = json.loads(out)["refused"]
    assert (status, err, refused["code"]) == (1, "", "database-not-reached")
    assert set(refused) == {"code", "detail", "detail_en", "basis"}
    status, out, err = chengxin("serve", DATABASE_URL=NOWHERE)
    assert (status, out) == (1, "")
    assert "无法连接数据库" in err and "cannot be reached" in err and "Traceback" not in err


def test_a_setting_that_cannot_be_read_is_a_refusal(fresh_home: Path) -> None:
    status, out, _ = chengxin("stop", "--json", CHENGXIN_DEBUG="perhaps")
    assert (status, json.loads(out)["refused"]["code"]) == (1, "setting-not-understood")


def test_a_reader_who_leaves_early_causes_no_noise() -> None:
    with python("-m", "chengxin.site.cli", "--help") as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""


def test_an_interrupted_command_says_so(fresh_home: Path) -> None:
    words = [sys.executable, "-c", "from chengxin.site import cli; cli._run = lambda words: (_ for _ in ()).throw("]
    words[-1] += "KeyboardInterrupt); cli.main()"
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\n已中断 / interrupted\n")


def test_several_first_commands_at_once_prepare_one_database(ready_home: Path) -> None:
    processes = [python("-c", PREPARE) for _ in range(3)]
    assert [process.communicate(timeout=180) for process in processes] == [("", "")] * 3
    assert on_disk() <= applied()  # beside Django's own


def test_the_next_command_after_a_kill_finds_the_database_ready(ready_home: Path) -> None:
    with python("-c", PREPARE, CHENGXIN_TEST_SERVER="0") as process:
        assert process.communicate(timeout=180) == ("", "")
    os.kill(int((ready_home / "postgres/data/postmaster.pid").read_text(encoding="utf-8").split()[0]), signal.SIGKILL)
    with python("-c", PREPARE, CHENGXIN_TEST_SERVER="0") as process:
        assert process.communicate(timeout=180) == ("", "")
    assert on_disk() <= applied()  # beside Django's own


def applied() -> set[tuple[str, str]]:
    with psycopg.connect(server_url()) as connection:
        return {(app, name) for app, name in connection.execute("SELECT app, name FROM django_migrations")}


def on_disk() -> set[tuple[str, str]]:
    return {(path.parts[-3], path.stem) for path in (ROOT / "chengxin").rglob("migrations/[0-9]*.py")}


# ---- the base of the commands


class Finding(Command):
    """Finds what it is told to."""

    help = "找 / find"
    words = {"rows": "行数"}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", help="什么 / what")

    def handle(self, *, what: str, **options: Any) -> None:
        self.note("正在找", "looking")
        with self.progress(2, "找") as advance:
            advance(2)
        self.result(
            {"what": what, "rows": 2, "none": None, "found": [{"code": "诚", "sure": True}, {"why": ["a", "b"]}]}
        )


def found(*words: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    command = Finding(stdout=out, stderr=err)
    options = vars(command.create_parser("chengxin", "finding").parse_args(list(words)))
    command.execute(**options)
    return out.getvalue(), err.getvalue()


def test_a_result_is_one_json_object_and_nothing_else_on_standard_output() -> None:
    out, err = found("信", "--json")
    assert out.count("\n") == 1 and "信" in out
    assert json.loads(out)["found"][0] == {"code": "诚", "sure": True}
    assert err == "正在找 / looking\n"


def test_a_result_for_people_is_a_table_with_chinese_words_first() -> None:
    out, _ = found("信")
    assert "行数 rows" in out and "是 yes" in out and "—" in out
    assert "诚" in out.split("found")[1]


def test_wrong_words_in_a_call_from_the_program_are_an_exception_of_status_2() -> None:
    with pytest.raises(CommandError) as error:
        found()
    assert error.value.returncode == 2


def test_progress_draws_nothing_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(10, "载入 / loading") as advance:
        advance(10)
    assert capsys.readouterr() == ("", "")
