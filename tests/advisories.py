"""What is pinned, against a folder of advisories that lies here: OSV files as the PyPA's and GitHub's data bases keep them, YAML or JSON.

`make audit ADVISORIES=folder`, where nobody can be asked over the network. Exits 1 where a pin is affected, 2 where the folder holds no advisory that can be read.
What it knows is no newer than the folder, so it says how old that is.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
OLD = 30  # days after which an old folder is called so


@dataclass(frozen=True)
class Affected:
    """A pin that an advisory is about, with the versions in which it is mended."""

    name: str
    version: str
    advisory: str
    fixed: tuple[str, ...]


@dataclass(frozen=True)
class Audited:
    """What came of it: how many pins, how many advisories about them and in all, what could not be read, the day of the newest, and who is affected."""

    pins: int
    read: int
    about: dict[str, int]
    unread: tuple[str, ...]
    newest: date | None
    affected: tuple[Affected, ...]


def pins_of(files: Iterable[Path]) -> dict[str, str]:
    """Each package that is pinned, by its canonical name."""
    return {
        canonicalize_name(name): version
        for file in files
        for name, version in PIN.findall(file.read_text(encoding="utf-8"))
    }


def audited(pins: dict[str, str], folder: Path) -> Audited:
    """The pins against every advisory in the folder and below it."""
    read, unread, newest = 0, list[str](), date.min
    about: dict[str, int] = {}
    affected: dict[tuple[str, str], Affected] = {}
    for path in sorted(each for each in folder.rglob("*") if each.suffix in (".yaml", ".yml", ".json")):
        try:
            advisory = _read(path)
            changed = datetime.fromisoformat(str(advisory["modified"])).date()
            found = list(_about(advisory, pins))
        except (ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError):
            unread.append(str(path.relative_to(folder)))
            continue
        read, newest = read + 1, max(newest, changed)
        for name, fixed, touched in found:
            about[name] = about.get(name, 0) + 1
            if touched and not advisory.get("withdrawn"):
                affected[name, advisory["id"]] = Affected(name, pins[name], advisory["id"], fixed)
    return Audited(len(pins), read, about, tuple(unread), newest if read else None, tuple(affected.values()))


def _read(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    found = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    if not isinstance(found, dict) or "id" not in found:
        raise ValueError(path.name)
    return found


def _about(advisory: dict[str, Any], pins: dict[str, str]) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Each of the pins that the advisory names, with the versions in which it is mended, and whether the pin is one that it affects."""
    for each in advisory.get("affected", ()):
        name = canonicalize_name(str(each["package"]["name"]))
        if str(each["package"]["ecosystem"]) != "PyPI" or name not in pins:
            continue
        pinned = Version(pins[name])
        ranges = [r for r in each.get("ranges", ()) if r["type"] != "GIT"]
        fixed = tuple(str(e["fixed"]) for r in ranges for e in r["events"] if "fixed" in e)
        listed = any(_same(str(v), pinned) for v in each.get("versions", ()))
        yield name, fixed, listed or any(_within(r["events"], pinned) for r in ranges)


def _same(written: str, pinned: Version) -> bool:
    try:
        return Version(written) == pinned
    except InvalidVersion:  # of before there were rules for versions: none of those is pinned
        return False


def _within(events: Sequence[dict[str, Any]], pinned: Version) -> bool:
    """Whether the version lies between an introduction and the fix, or the last affected one, that follows it."""
    inside = False
    for event in sorted(events, key=_place):
        ((kind, written),) = ((k, str(v)) for k, v in event.items() if k in ("introduced", "fixed", "last_affected"))
        at = Version(written)
        if kind == "introduced" and at <= pinned:
            inside = True
        elif (kind == "fixed" and at <= pinned) or (kind == "last_affected" and at < pinned):
            inside = False
    return inside


def _place(event: dict[str, Any]) -> tuple[Version, bool]:
    written = next(str(v) for k, v in event.items() if k in ("introduced", "fixed", "last_affected"))
    return Version(written), "introduced" in event


def told(found: Audited, *, today: date) -> Iterator[str]:
    """The outcome in lines."""
    for each in found.affected:
        yield f"{each.name}=={each.version}  {each.advisory}  已修复于 fixed in: {', '.join(each.fixed) or '—'}"
    yield f"固定 {found.pins} 个包，读入公告 {found.read} 条，其中涉及 {len(found.about)} 个包的 {sum(found.about.values())} 条；受影响 {len(found.affected)} 处。"
    yield f"{found.pins} pins; {found.read} advisories read, {sum(found.about.values())} about {len(found.about)} of the pins; {len(found.affected)} affected."
    for name in found.unread:
        yield f"不能读 cannot be read: {name}"
    if found.newest is None:
        yield "该文件夹没有可读的公告，什么也没有核对。 No advisory in this folder could be read: nothing was checked."
        return
    days = (today - found.newest).days
    yield f"最新的公告是 {found.newest}，距今 {days} 天；其后公布的不在其内。 The newest advisory is of {found.newest}, {days} days old; what was published since is not in it."
    if days > OLD:
        yield "公告太旧，没有受影响的不等于没有问题：请更新该文件夹。 The folder is old: “none affected” says nothing of the time since. Bring it up to date."


def main(words: Sequence[str]) -> int:
    """`FOLDER REQUIREMENTS…`: 1 where a pin is affected, 2 where nothing could be checked."""
    found = audited(pins_of(Path(word) for word in words[1:]), Path(words[0]))
    sys.stdout.write("\n".join([*told(found, today=datetime.now(UTC).date()), ""]))
    return 2 if found.newest is None or not found.pins else int(bool(found.affected))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
