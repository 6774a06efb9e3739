"""The one base of every refusal: what was wrong, with which value, by which rule, and what to do."""

import inspect
from datetime import date, datetime
from typing import Any, ClassVar

from chengxin.kernel.written import day_written


class Refusal(Exception):
    """The request was refused.

    A subclass says why: the first paragraph of its docstring, formatted with the named data, is the English message;
    `zh` is the Chinese one. `code` is stable and machine-readable, `status` the HTTP status, `basis` the rule relied on.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422
    basis: ClassVar[str] = ""
    zh: ClassVar[str] = "请求被拒绝。"

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The English message: the first paragraph of the class docstring, filled with the data."""
        paragraph = inspect.cleandoc(type(self).__doc__ or "").split("\n\n", 1)[0]
        return " ".join(paragraph.split()).format_map(_Shown(self.data))

    @property
    def message_zh(self) -> str:
        """The Chinese message, filled with the same data, days written as Chinese documents write them."""
        words = {name: day_written(d) if _is_day(d) else d for name, d in self.data.items()}
        return self.zh.format_map(_Shown(words))

    def as_dict(self) -> dict[str, Any]:
        """The refusal as every door shows it: code, messages and basis."""
        return {"code": self.code, "detail": self.message_zh, "detail_en": self.message, "basis": self.basis}


def _is_day(datum: Any) -> bool:
    return isinstance(datum, date) and not isinstance(datum, datetime)


class _Shown(dict[str, Any]):
    """Formats a message even where a datum is absent: the name in brackets stands for it."""

    def __missing__(self, key: str) -> str:
        return f"[{key}]"
