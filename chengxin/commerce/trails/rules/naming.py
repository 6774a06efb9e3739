"""Queries that are kept under a name: what one must be, and the parameters that it puts. Pure."""

import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from chengxin.commerce.trails.rules.asking import question_of
from chengxin.commerce.trails.rules.finding import AskedAmiss
from chengxin.commerce.trails.rules.shaping import document_read, persons_barred
from chengxin.kernel.errors import Refusal

MOST_QUERIES: Final = 100
MOST_BYTES: Final = 32 * 1024
# What says which page is meant belongs to the address of the events, never to a query.
PAGING: Final = ("perPage", "nextPageToken")
_NAME: Final = re.compile(r"[\w.-]{1,64}")


class QueryUnfit(Refusal):
    """This is no query to keep: {why}. Send {{"name": …, "query": {{parameter: values}}}}."""

    code = "trails-query-unfit"
    status = 400
    zh = "这不是可以保存的查询：{why_zh}。请按{{“name”: …, “query”: {{参数: 值}}}}报送。"


class QueryTooLarge(Refusal):
    """A query has at most {most} bytes. Ask for less at once, or keep it as several."""

    code = "trails-query-too-large"
    status = 413
    zh = "一个查询至多{most}字节。请缩小范围，或者分成几个。"


class QueryTaken(Refusal):
    """A query named {name} is kept already. Choose another name, or remove it first."""

    code = "trails-query-taken"
    status = 409
    zh = "已有名为{name}的查询。请另起名称，或者先删除。"


class QueriesFull(Refusal):
    """{most} queries are kept already, as many as one actor may. Remove one that is needed no more."""

    code = "trails-queries-full"
    status = 409
    zh = "已有{most}个查询，一个单位至多这么多。请先删除不再需要的。"


class QueryUnknown(Refusal):
    """{actor} keeps no query named {name}."""

    code = "trails-query-unknown"
    status = 404
    zh = "{actor}没有名为{name}的查询。"


class SubscriptionsUnbuilt(Refusal):
    """This register has no subscriptions to queries: it calls nobody back. Ask for the query's events when you need them."""

    code = "trails-subscriptions-unbuilt"
    status = 501
    zh = "本系统不提供查询订阅，不向任何地址推送。需要时请读取该查询的事件。"


def definition_read(content: bytes) -> tuple[str, dict[str, Any]]:
    """The name and the query of the binding's QueryDefinition; refuses what is none."""
    if len(content) > MOST_BYTES:
        raise QueryTooLarge(most=MOST_BYTES)
    said = document_read(content)
    name, query = said.get("name"), said.get("query")
    if not isinstance(name, str) or not isinstance(query, dict):
        raise QueryUnfit(why="name (a text) and query (an object) are needed", why_zh="须有name（文本）和query（对象）")
    if more := said.keys() - {"name", "query", "@context"}:
        named = ", ".join(sorted(more))[:200]
        raise QueryUnfit(why=f"it has {named} besides", why_zh=f"另有{named}")
    if "@context" in said:
        query = {"@context": said["@context"], **query}
    return name, query


def named_soundly(name: str) -> None:
    """Refuses a name that does not fit an address as it stands, or that looks like a person's number."""
    if not _NAME.fullmatch(name) or set(name) <= {"."}:
        raise QueryUnfit(
            why="a name has 1 to 64 letters, digits, dots, hyphens and underscores",
            why_zh="名称为1至64个文字、数字、点、连字符、下划线",
        )
    persons_barred(name, "/name")


def named_paging(asked: Mapping[str, Sequence[str]]) -> tuple[int, str]:
    """How many queries a page holds, and after which name it begins; refuses all else that is asked."""
    if more := asked.keys() - {*PAGING}:
        raise AskedAmiss(
            name=min(more), why=f"known are {', '.join(PAGING)}", why_zh=f"可以使用的有{'、'.join(PAGING)}"
        )
    most = question_of({name: values for name, values in asked.items() if name == "perPage"}).most
    written = "".join(asked.get("nextPageToken", []))
    try:
        after = b64decode(written + "=" * (-len(written) % 4), b"-_", validate=True).decode()
    except ValueError:
        after = "\0"
    if after and not _NAME.fullmatch(after):
        raise AskedAmiss(name="nextPageToken", why="it is none of ours", why_zh="不是本系统给出的")
    return most, after


def name_token(name: str) -> str:
    """The token of the page that begins after this name."""
    return urlsafe_b64encode(name.encode()).decode().rstrip("=")


def parameters_of(query: Mapping[str, Any]) -> dict[str, list[str]]:
    """The parameters of a query with their values, as an address would put them; its `@context` asks for nothing."""
    persons_barred(query, "/query")
    return {name: list(_values(name, value)) for name, value in query.items() if name != "@context" and _asks(name)}


def _asks(name: str) -> bool:
    if name in PAGING:
        raise AskedAmiss(name=name, why="it belongs to the address of the events", why_zh="须写在读取事件的地址中")
    return True


def _values(name: str, value: Any) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, bool):
            yield str(each).lower()
        elif each is None and name.startswith("EXISTS_"):
            # Of the type “void” in the standard: that it stands there is what it asks.
            yield "true"
        elif isinstance(each, int | float | str):
            yield str(each)
        else:
            raise AskedAmiss(name=name, why="texts and numbers are its values", why_zh="值须为文本或者数字")
