"""The conditions on what stands in an event, as the database judges them."""

import json
from typing import Any, Final

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from chengxin.commerce.trails.rules.finding import BELOW, Condition, Path

_FOUND = "exists (select from unnest(%s::jsonpath[]) p, jsonb_path_query(trails_event.body::jsonb, p, %s::jsonb) v{})"
_SIGNS: Final = {"GT": ">", "GE": ">=", "LT": "<", "LE": "<="}
_TEXT = "jsonb_typeof(v) = 'string' and v #>> '{}' = any(%s::text[])"
_NUMBER = "case when jsonb_typeof(v) = 'number' then v::numeric {} end"
_INSTANT = """case when jsonb_typeof(v) = 'string' and v #>> '{}' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T.*(Z|[+-][0-9]{2}:[0-9]{2})$'
    and pg_input_is_valid(v #>> '{}', 'timestamptz') then (v #>> '{}')::timestamptz SIGN %s end"""
# A field of one's own is asked for as it is written: a number equals one written otherwise, as 1.0 does 1.
_ANY = """case jsonb_typeof(v) when 'string' then v #>> '{}' = any(%s::text[]) when 'boolean' then v #>> '{}' = any(%s::text[])
    when 'number' then v::numeric in (select each::numeric from unnest(%s::text[]) each where pg_input_is_valid(each, 'numeric')) end"""


def holds(condition: Condition) -> RawSQL:
    """Whether an event answers the condition."""
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
