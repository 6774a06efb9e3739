"""What the EPCIS 2.0 REST binding calls an error, and which of its headers this register can meet. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from chengxin.kernel.errors import Refusal

VERSION: Final = (2, 0, 0)
# What the register adds to a query document: `chengxin:recorded`.
EXTENSION: Final = "https://chengxin.example.org/epcis/"
_CODES: Final = {
    "trails-asked-amiss": "QueryParameterException",
    "trails-asked-too-large": "QueryTooLargeException",
    "trails-query-unfit": "QueryValidationException",
    "trails-query-too-large": "QueryTooComplexException",
    "trails-query-unknown": "NoSuchNameException",
    # The binding has no word for "as many as there may be".
    "trails-queries-full": "ImplementationException",
    "trails-capture-too-large": "CaptureLimitExceededException",
}
_STATUSES: Final = {
    400: "ValidationException",
    401: "SecurityException",
    403: "SecurityException",
    404: "NoSuchResourceException",
    406: "NotAcceptableException",
    409: "ResourceAlreadyExistsException",
    413: "CaptureLimitExceededException",
    415: "UnsupportedMediaTypeException",
    422: "ValidationException",
    500: "ImplementationException",
    501: "ImplementationException",
}
# Header → the values that can be met: events are given as they came, in JSON-LD alone, and a document is taken whole.
_MET: Final = {
    "GS1-EPC-Format": ("No_Preference", "Never_Translates"),
    "GS1-CBV-XML-Format": ("No_Preference", "Never_Translates"),
    "GS1-Capture-Error-Behaviour": ("rollback",),
}


class HeaderUnmet(Refusal):
    """The header {name} asks for what this register does not give: {why}."""

    code = "trails-header-unmet"
    status = 406
    zh = "本系统不能满足请求头{name}：{why_zh}。"


class MediaUnread(Refusal):
    """What was sent is no JSON by its Content-Type. Send application/ld+json or application/json."""

    code = "trails-media-unread"
    status = 415
    zh = "按Content-Type，报送的不是JSON。请用application/ld+json或者application/json。"


def exception_of(code: str, status: int) -> str:
    """The binding's name for a refusal; empty where it has none, as for whoever asks too often."""
    found = _CODES.get(code) or _STATUSES.get(status, "")
    return f"epcisException:{found}" if found else ""


def headers_met(headers: Mapping[str, str]) -> None:
    """Refuses what a request's headers ask for and cannot have, so that none is left unheard."""
    for name, met in _MET.items():
        if headers.get(name, met[0]) not in met:
            raise HeaderUnmet(name=name, why=f"{', '.join(met)} it can", why_zh=f"只能是{'、'.join(met)}")
    for standard in ("EPCIS", "CBV"):
        least, most = (_version(headers, f"GS1-{standard}-{end}") for end in ("Min", "Max"))
        said = _version(headers, f"GS1-{standard}-Version")
        for name, amiss in (("Min", least > VERSION), ("Max", most < VERSION), ("Version", said[:2] != VERSION[:2])):
            if amiss:
                raise HeaderUnmet(name=f"GS1-{standard}-{name}", why="it speaks 2.0.0", why_zh="版本为2.0.0")


def _version(headers: Mapping[str, str], name: str) -> tuple[int, ...]:
    written = headers.get(name)
    if written is None:
        return VERSION
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9}){0,5}", written):
        raise HeaderUnmet(name=name, why="a version such as 2.0.0 is needed", why_zh="须为2.0.0这样的版本号")
    numbers = [int(each) for each in written.split(".")]
    return (*numbers, *([0] * (3 - len(numbers))))
