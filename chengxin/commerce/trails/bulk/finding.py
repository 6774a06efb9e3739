"""The conditions on what stands in an event, as the database judges them."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from chengxin.commerce.trails.rules.finding import BELOW, Condition, Path

# As in the migration of the index.
WITHOUT = (
    "'{eventID,eventTime,recordTime,eventTimeZoneOffset,type,action,bizStep,disposition,parentID,transformationID,epcList,childEPCs,inputEPCList,"
    "outputEPCList}'::text[]"
)
_FOUND = "exists (select from unnest(%s::jsonpath[]) p, jsonb_path_query(trails_event.body::jsonb, p, %s::jsonb) v{})"
_SIGNS: Final = {"GT": ">", "GE": ">=", "LT": "<", "LE": "<="}
_TEXT = "jsonb_typeof(v) = 'string' and v #>> '{}' = any(%s::text[])"
_NUMBER = "case when jsonb_typeof(v) = 'number' then v::numeric {} end"
_INSTANT = """case when jsonb_typeof(v) = 'string' and v #>> '{}' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T.*(Z|[+-][0-9]{2}:[0-9]{2})$'
    and pg_input_is_valid(v #>> '{}', 'timestamptz') then (v #>> '{}')::timestamptz SIGN %s end"""
# A field of one's own is asked for as it is written: a number equals one written otherwise, as 1.0 does 1.
_ANY = """case jsonb_typeof(v) when 'string' then v #>> '{}' = any(%s::text[]) when 'boolean' then v #>> '{}' = any(%s::text[])
    when 'number' then v::numeric in (select each::numeric from unnest(%s::text[]) each where pg_input_is_valid(each, 'numeric')) end"""


# What the index of words looks at: the event but for what columns and links answer. Written as in the migration, or it is not used.
_INDEXED = f"(trails_event.body::jsonb - {WITHOUT})"
# Whatever PostgreSQL reads as a number, and what is written as JSON writes one.
_NUMERIC = re.compile(r"\s*[+-]?(nan|inf(inity)?|0[xob][\da-f_]+|[\d_]*\.?[\d_]*(e[+-]?[\d_]+)?)\s*", re.IGNORECASE)
_WRITTEN = re.compile(r"(0|[1-9]\d*)(\.\d+)?", re.ASCII)


def holds(condition: Condition) -> RawSQL:
    """Whether an event answers the condition; where the index of words can say which may, those alone are read."""
    exact = _holds(condition)
    if not (sought := _sought(condition)):
        return exact
    return RawSQL(f"({_INDEXED} @@ %s::jsonpath and {exact.sql})", [sought, *exact.params], output_field=BooleanField())  # noqa: S611 - no word of the asker's in it


def _sought(condition: Condition) -> str:
    """A predicate that every event answers which answers the condition, made of equalities alone; empty where there is none."""
    if condition.op != "EQ" or any(BELOW in path for path in condition.paths):
        return ""
    values = [each for value in condition.values for each in _literals(condition.kind, value)]
    if "" in values:
        return ""
    among = " || ".join(f"@.{condition.chosen} == {json.dumps(each)}" for each in condition.among)
    starts = []
    for path in condition.paths:
        steps = [f".{json.dumps(each)}" for each in path]
        if condition.chosen:
            steps.insert(-1, f" ? ({among})")
        starts.append(f"${''.join(steps)}")
    return " || ".join(f"{start} == {value}" for start in starts for value in values)


def _literals(kind: str, value: Any) -> Iterator[str]:
    """A value as it may stand in an event; an empty one where that cannot be said."""
    if kind not in ("any", "number"):
        yield json.dumps(value)
        return
    written = f"{value:f}" if kind == "number" else str(value)
    if kind == "any":
        yield json.dumps(written)
        if written in ("true", "false"):
            yield written
    if kind == "number" or _NUMERIC.fullmatch(written):
        yield written if _WRITTEN.fullmatch(written) else ""


def _holds(condition: Condition) -> RawSQL:
    among = {f"v{n}": each for n, each in enumerate(condition.among)}
    paths = [_path(path, condition.chosen, list(among)) for path in condition.paths]
    test, words = _test(condition)
    statement = _FOUND.format(f" where {test}" if test else "")
    return RawSQL(statement, [paths, json.dumps(among), *words], output_field=BooleanField())  # noqa: S611 - no word of the asker's in it


def _path(path: Path, chosen: str, among: list[str]) -> str:
    steps = [".*.**" if each == BELOW else f".{json.dumps(each)}" for each in path]
    if chosen:
        steps.insert(-1, " ? (" + " || ".join(f"@.{chosen} == ${each}" for each in among) + ")")
    return f"${''.join(steps)}[*]"


def _test(condition: Condition) -> tuple[str, list[Any]]:
    op, kind, values = condition.op, condition.kind, list(condition.values)
    if op == "EXISTS":
        return "", []
    if kind in ("word", "text", "place"):
        return _TEXT, [values]
    if kind == "truth":
        return "v = any(%s::jsonb[])", [[json.dumps(each) for each in values]]
    if op == "EQ":
        return (_NUMBER.format("= any(%s::numeric[])"), [values]) if kind == "number" else (_ANY, [values] * 3)
    if kind == "instant" or (kind == "any" and hasattr(values[0], "tzinfo")):
        return _INSTANT.replace("SIGN", _SIGNS[op]), values
    return _NUMBER.format(f"{_SIGNS[op]} %s::numeric"), values
