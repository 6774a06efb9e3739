"""Natural persons: who may have a file at all, and what of them may be opened. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import adult_from
from chengxin.kernel.names import name_normal

SCHEME = "citizen-number"
Field = Literal["number", "name"]


class PersonUnder18(Refusal):
    """Whoever it is about was not yet 18 on the day of the event, and nobody under 18 is recorded. Take the row out."""

    code = "under-18"
    basis = "《个人信息保护法》第28条、第31条；《上海市社会信用条例》第2条"
    zh = "事件发生之日当事人未满十八周岁，本库不记录未满十八周岁的人。请删除该行。"


class PersonNameDisagrees(Refusal):
    """The name is not the one that is held under this citizen number, and nothing that is held is overwritten. Compare both
    with the identity card and send the row again; if what is held is wrong, tell whoever runs the register.
    """

    code = "person-name-disagrees"
    basis = "《个人信息保护法》第8条"
    zh = "姓名与该公民身份号码名下已有的姓名不一致，已有信息不予覆盖。请对照身份证核对后重新报送；如已有信息有误，请告知运行机构。"


class PersonUnknown(Refusal):
    """This register holds nothing about a person of this number."""

    code = "person-unknown"
    status = 404
    zh = "本库没有该号码的人的信息。"


class RegisterSilent(Refusal):
    """The population register does not answer, or not with a yes or a no, so nothing was confirmed. Try again later; the attempt does not count."""

    code = "population-register-silent"
    status = 503
    zh = "人口库没有应答，或者应答不是“是”或“否”，未作核验。请稍后再试，这次不计入次数。"


class NothingGranted(Refusal):
    """Nothing of this person may be opened: no rule grants {field}."""

    code = "person-nothing-granted"
    status = 403
    basis = "《个人信息保护法》第13条、第25条"
    zh = "不得打开此人的{field}：没有准许的依据。"


@dataclass(frozen=True)
class Grant:
    """What of a person may be opened, and on which basis. Whoever decides on disclosure gives it; without one nothing opens."""

    fields: frozenset[Field]
    basis: str

    def allows(self, field: Field) -> None:
        """Refuse a field that is not granted, or a grant that rests on nothing."""
        if field not in self.fields or not self.basis.strip():
            raise NothingGranted(field=field)


def person_recordable(number: str, *, event_on: date) -> None:
    """Refuse whoever was not yet 18 on the event's day."""
    if event_on < adult_from(number):
        raise PersonUnder18


def names_agree(one: str, other: str) -> bool:
    """Whether two writings are the same person's name: width, blanks, dots and variant forms aside."""
    return name_normal(one) == name_normal(other)
