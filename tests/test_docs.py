"""What the documents say is held against the program: commands, options, settings, decisions, requirement ids, links."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import chengxin
from chengxin.law import load
from chengxin.site.api import api
from chengxin.site.cli import commands_found

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
READMES = [ROOT / "README.md", ROOT / "README.en.md"]
ADRS = sorted((DOCS / "adr").glob("0*.md"))

# The areas of the requirements and how many each has.
AREAS = {"ID": 16, "RC": 19, "CX": 15, "QU": 17, "LM": 21, "RT": 18, "EC": 45, "GA": 12, "KP": 18, "PE": 7}
STATES = {"●", "◐", "○"}

_VARIABLE = re.compile(r'"((?:CHENGXIN_[A-Z_]+|DATABASE_URL|XDG_[A-Z_]+))"')
_ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"")


def read(path: Path) -> str:
    """The document's text."""
    return path.read_text(encoding="utf-8")


# --- settings ---------------------------------------------------------------------------------------------------------


def variables_read() -> set[str]:
    """Every environment variable that the program itself reads or hands on."""
    modules = (path for path in (ROOT / "chengxin").rglob("*.py") if "tests" not in path.parts)
    found = {name for path in modules for name in _VARIABLE.findall(read(path))}
    return found | {
        f"CHENGXIN_{name}_FILE" for name in ("SECRET_KEY", "CERTIFICATE_SECRET", "POPULATION_TOKEN")
    }  # `envsecret` adds _FILE to the name


def test_every_environment_variable_is_documented_and_none_besides() -> None:
    assert set(_ROW.findall(read(DOCS / "operations.md"))) == variables_read()


# --- commands ---------------------------------------------------------------------------------------------------------


def command_sections() -> dict[str, str]:
    """command → its section of docs/commands.md."""
    parts = re.split(r"^## (.+)$", read(DOCS / "commands.md"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_command_has_its_section_and_no_section_lacks_its_command() -> None:
    assert sorted(command_sections()) == sorted(commands_found())


@pytest.mark.parametrize("name", sorted(commands_found()))
def test_every_option_of_a_command_stands_in_its_section(name: str) -> None:
    parser = import_module(commands_found()[name].module).Command().create_parser("chengxin", name)
    options = {option for action in parser._actions for option in action.option_strings if option.startswith("--")}
    section = command_sections()[name]
    assert sorted(options - {"--help", "--json"} - set(re.findall(r"--[a-z-]+", section))) == []


@pytest.mark.parametrize("name", sorted(commands_found()))
def test_no_section_speaks_of_an_option_that_the_command_lacks(name: str) -> None:
    parser = import_module(commands_found()[name].module).Command().create_parser("chengxin", name)
    options = {option for action in parser._actions for option in action.option_strings}
    shown = "".join(line for line in command_sections()[name].splitlines() if line.startswith(f"    chengxin {name}"))
    assert sorted(set(re.findall(r"--[a-z-]+", shown)) - options) == []


def test_the_documents_name_every_source_and_every_matter() -> None:
    text = read(DOCS / "commands.md")
    keys = {entry.key for shelf, entry in load().entries() if shelf.endswith(("sources", "matters"))}
    assert sorted(key for key in keys if f"`{key}`" not in text) == []


# --- the API ----------------------------------------------------------------------------------------------------------


def test_every_operation_of_the_api_is_documented() -> None:
    text = read(DOCS / "api.md")
    paths = api.get_openapi_schema(path_prefix="/")["paths"]
    operations = [f"{method.upper()} /{path.strip('/')}" for path, methods in paths.items() for method in methods]
    assert operations
    assert sorted(each for each in operations if f"`{each}`" not in text) == []


# --- the feature table ------------------------------------------------------------------------------------------------


def features(path: Path) -> Iterator[tuple[str, str]]:
    """Each requirement id of the table with its state, ranges written out."""
    table = read(path).split("<!-- features -->", 1)[1].split("\n\n", 1)[0]
    for line in table.strip().splitlines()[2:]:
        ids, _, state = (cell.strip() for cell in line.split("|")[1:4])
        for part in ids.split(", "):
            first, _, last = part.partition("–")
            area, low = first.split("-")
            high = last.split("-")[1] if last else low
            yield from ((f"{area}-{number}", state) for number in range(int(low), int(high) + 1))


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_feature_table_names_every_requirement_once(path: Path) -> None:
    wanted = sorted(f"{area}-{number}" for area, most in AREAS.items() for number in range(1, most + 1))
    assert sorted(requirement for requirement, _ in features(path)) == wanted
    assert {state for _, state in features(path)} <= STATES


def test_both_feature_tables_say_the_same() -> None:
    chinese, english = (dict(features(path)) for path in READMES)
    assert chinese == english


# --- decisions, versions, links ---------------------------------------------------------------------------------------


def test_every_decision_has_a_number_of_its_own_and_is_listed() -> None:
    numbers = [path.name[:4] for path in ADRS]
    assert len(set(numbers)) == len(numbers) and all(number.isdigit() for number in numbers)
    index = read(DOCS / "adr" / "README.md")
    assert [path.name for path in ADRS if f"({path.name})" not in index] == []


@pytest.mark.parametrize("path", ADRS, ids=lambda path: path.name)
def test_a_decision_is_short_dated_and_says_what_was_rejected(path: Path) -> None:
    lines = read(path).splitlines()
    assert len(lines) < 40
    assert lines[0].startswith(f"# {path.name[:4]} ")
    assert re.match(r"\d{4}-\d\d-\d\d · (accepted|superseded by \d{4})", lines[2])
    headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert headings == ["Context", "Decision", "Consequences", "Rejected"]


def test_the_changelog_begins_with_the_present_version() -> None:
    releases = re.findall(r"^## (\d+\.\d+\.\d+)", read(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert releases[0] == chengxin.__version__


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(path: Path) -> None:
    links = [one or other for one, other in _LINK.findall(read(path))]
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (path.parent / link).exists()] == []
