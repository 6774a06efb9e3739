"""Reading one YAML file: safe, quick, and a key that stands twice is refused."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from chengxin.law.refusals import DuplicateKey, NotYaml, ValueWrong


class _Reader(yaml.CSafeLoader):
    """The C parser; duplicate keys are found while the mapping is made."""

    file = ""


def _mapping_read(reader: _Reader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    read: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = reader.construct_object(key_node, deep=True)
        if key in read:
            line = key_node.start_mark.line + 1
            raise DuplicateKey(file=reader.file, place=f"line {line}", key=key, line=line)
        read[key] = reader.construct_object(value_node, deep=True)
    return read


_Reader.add_constructor("tag:yaml.org,2002:map", _mapping_read)


def yaml_read(text: str, file: str) -> dict[str, Any]:
    """The mapping that the file holds; refuses what is no YAML, no mapping, or has a key twice."""
    reader = _Reader(text)
    reader.file = file
    try:
        read = reader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYaml(file=file, place="", line=mark.line + 1 if mark else "?", detail=error.problem) from error
    finally:
        reader.dispose()
    if not isinstance(read, dict):
        raise ValueWrong(file=file, place="(whole file)", detail="an entry is a mapping of keys to values")
    return read


def files_of(folder: Path) -> list[Path]:
    """Every YAML file of the lawbook, in a fixed order."""
    return sorted(path for path in folder.rglob("*.y*ml") if path.is_file())
