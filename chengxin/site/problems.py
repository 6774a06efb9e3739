"""Errors as RFC 9457 problem details: one shape for every refusal, whatever raised it."""

import json
import logging
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views import defaults

from chengxin.kernel.errors import Refusal

MEDIA_TYPE = "application/problem+json"
API_PREFIX = "/api/"

log = logging.getLogger("chengxin.site")

# What the general kinds of error are called; a Refusal brings its own words.
TITLES = {
    400: "请求有误",
    401: "未认证",
    403: "无权访问",
    404: "没有找到",
    405: "方法不允许",
    406: "不能按要求答复",
    409: "与现状冲突",
    413: "请求过大",
    415: "不支持的媒体类型",
    422: "不能处理",
    429: "请求过于频繁",
    500: "内部错误",
    501: "没有提供",
    503: "暂不可用",
}

SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "错误详情（RFC 9457） / problem details",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "detail_en", "basis"],
    "properties": {
        "type": {"type": "string", "description": "这一类错误的标识 / names this kind of problem"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "稳定、可供程序判断 / stable, for programs"},
        "detail": {"type": "string", "description": "中文说明 / in Chinese"},
        "detail_en": {"type": "string", "description": "英文说明 / in English"},
        "basis": {"type": "string", "description": "所依据的规则 / the rule relied on"},
        "errors": {"type": "array", "items": {"type": "object"}, "description": "逐处的错误 / each place"},
    },
}


def problem(status: int, code: str, zh: str, en: str, *, basis: str = "", **more: Any) -> HttpResponse:
    """An answer of media type application/problem+json; `more` are members beside the usual ones."""
    phrase = HTTPStatus(status).phrase
    body = {
        "type": f"urn:chengxin:problem:{code}",
        "title": f"{TITLES.get(status, '')} {phrase}".strip(),
        "status": status,
        "code": code,
        "detail": zh,
        "detail_en": en,
        "basis": basis,
    }
    text = json.dumps(body | more, ensure_ascii=False)
    return HttpResponse(text, status=status, content_type=MEDIA_TYPE)


def refused(refusal: Refusal) -> HttpResponse:
    """The answer to a refused request."""
    told = problem(refusal.status, refusal.code, refusal.message_zh, refusal.message, basis=refusal.basis)
    if wait := refusal.data.get("retry_after"):
        told["Retry-After"] = str(wait)
    return told


def general(status: int, en: str = "") -> HttpResponse:
    """The answer for a kind of error that has no words of its own."""
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "-")
    return problem(status, code, f"{TITLES.get(status, phrase)}。", en or f"{phrase}.")


# ---- what Django calls where no door answered: problem details under the API, pages elsewhere


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return general(400) if _of_api(request) else defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return general(403) if _of_api(request) else defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return general(404) if _of_api(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    return general(500) if _of_api(request) else defaults.server_error(request)


def _of_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(API_PREFIX)
