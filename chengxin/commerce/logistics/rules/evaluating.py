"""A firm evaluated from three sides: each answer held against the method, each side's result with its interval. Pure."""

import hashlib
import math
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import NormalDist, fmean, stdev
from typing import Any

from chengxin.commerce.logistics.rules.judging import Quarter
from chengxin.kernel.errors import Refusal
from chengxin.law.models import EvaluatingSide, EvaluationSide

METHOD = "logistics-firms"
ANSWERED = "evaluation-answer-days"
SIDES: tuple[EvaluatingSide, ...] = ("regulator", "merchants", "consumers")
SCALE = (1, 5)
OBJECTED = "quarter"  # the kind of evaluation under which objections to a quarter stand
PUBLISHERS = ("credit-centre", "operator")
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_Z = NormalDist().inv_cdf(0.975)
# Student's t for 95 in a hundred, two-sided, by degrees of freedom from 1 on; above, by its expansion about the normal.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


class FirmUnknown(Refusal):
    """No platform names a carrier of the code {firm}, and nothing of it may be shown. Look whether the code is right."""

    code = "logistics-firm-unknown"
    status = 404
    zh = "没有平台以代码{firm}报送承运企业，本库也没有可以公示的信息。请核对代码。"


class MethodNone(Refusal):
    """The lawbook has no method for {quarter}: firms are evaluated from the quarter in which the first one is in force."""

    code = "logistics-method-none"
    status = 409
    zh = "{quarter}没有评价方法：自第一个方法施行的季度起评价。"


class AnswersUnfit(Refusal):
    """Each question of the method is answered once: {missing} missing or unknown, {wrong} outside its values (1 to 5; yes-no 1 or 0)."""

    code = "logistics-answers-unfit"
    zh = "方法中的每个问题都须作答一次：缺少或者多出{missing}，超出取值（1至5；是否题为1或者0）{wrong}。"


class PeriodClosed(Refusal):
    """{quarter} is answered from {first} until {last}; what is published is not added to."""

    code = "logistics-period-closed"
    status = 409
    zh = "{quarter}的评价自{first}起、至{last}止作答；发布以后不再增加。"


class AnsweredAlready(Refusal):
    """An answer was given already: one of each department and of each unit in a quarter, one of each parcel."""

    code = "logistics-answered-already"
    status = 409
    zh = "已经作答：每个部门、每个商户每季度一次，每件包裹一次。"


class TokenUnknown(Refusal):
    """This number opens no evaluation: it was copied with a slip, is used up, or its time is over. Platforms hand out one a parcel."""

    code = "logistics-token-unknown"
    status = 404
    zh = "这个评价码不能使用：可能抄错了、已经用过，或者已过期。每件包裹由平台发一个。"


class NotARegulator(Refusal):
    """{actor} does not answer as a regulator: staff of {kinds} with the duty “oversight” do, at the desk."""

    code = "logistics-not-a-regulator"
    status = 403
    zh = "{actor}不能以监管部门的身份评价：由{kinds}中有督导职责的工作人员在工作台作答。"


class NotShipped(Refusal):
    """No platform filed a parcel that this unit sent with {firm} in {quarter}: only who shipped with a firm evaluates it."""

    code = "logistics-not-shipped"
    status = 409
    zh = "没有平台报送本单位在{quarter}通过{firm}寄出的包裹：只有寄过件的商户可以评价。"


class NotThePublisher(Refusal):
    """{actor} publishes no evaluation: the centre does, or the operator."""

    code = "logistics-not-the-publisher"
    status = 403
    zh = "{actor}不能发布评价：由信用中心或者运行单位发布。"


class TooEarly(Refusal):
    """{quarter} is answered until {last}; it is published from the day after."""

    code = "logistics-too-early"
    status = 409
    zh = "{quarter}的评价至{last}止作答，次日起发布。"


class ReasonMissing(Refusal):
    """{quarter} is published already, and what is published stands. A correction is a further version: say why."""

    code = "logistics-reason-missing"
    status = 409
    zh = "{quarter}已经发布，发布的不改动。更正另立版本：请写明理由。"


class NothingChanged(Refusal):
    """A new reckoning of {quarter} says what version {version} says: there is nothing to correct."""

    code = "logistics-nothing-changed"
    status = 409
    zh = "{quarter}重新计算的结果与第{version}版相同，没有需要更正的内容。"


class CarrierForAnother(Refusal):
    """{by} may not speak for {platform}: a platform says who its carriers are and hands out its own tokens; the operator may for it."""

    code = "logistics-for-another"
    status = 403
    zh = "{by}不能代{platform}办理：平台自己说明承运企业、发放评价码，运行单位可以代办。"


def token_new() -> str:
    """A number that opens one evaluation: nobody guesses another."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(16))
    return "-".join(drawn[n : n + 4] for n in range(0, 16, 4))


def mark_of(*said: str) -> str:
    """What is kept in place of a token or a parcel."""
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


def token_mark(written: str) -> str:
    """The mark of a token as it was typed: small letters and blanks do no harm."""
    return mark_of("token", "".join(written.upper().split()).replace("-", ""))


def answers_open(quarter: Quarter, days: int) -> tuple[date, date]:
    """The first and the last day on which the quarter is answered."""
    return quarter.first, quarter.end + timedelta(days=days - 1)


def answers_fit(side: EvaluationSide, answers: Mapping[str, Any]) -> dict[str, int]:
    """The answers, each question's once and within its values."""
    missing = sorted(set(side.questions) ^ set(answers))
    wrong = [
        key
        for key, question in side.questions.items()
        if key in answers
        and (
            type(answers[key]) is not int
            or answers[key] not in ((0, 1) if question.kind == "yes-no" else range(SCALE[0], SCALE[1] + 1))
        )
    ]
    if missing or wrong:
        known = [key if key in side.questions else "?" for key in missing]
        raise AnswersUnfit(missing=", ".join(known) or "-", wrong=", ".join(wrong) or "-")
    return {key: int(answers[key]) for key in side.questions}


def worth(side: EvaluationSide, answers: Mapping[str, int]) -> float:
    """One answer as a number from 0 to 100: its questions by their weights."""
    weights = sum(question.weight for question in side.questions.values())
    reached = sum(_share(question.kind, answers[key]) * question.weight for key, question in side.questions.items())
    return 100 * reached / weights


def _share(kind: str, value: int) -> float:
    return float(value) if kind == "yes-no" else (value - SCALE[0]) / (SCALE[1] - SCALE[0])


def t_95(freedom: int) -> float:
    """Student's t for 95 in a hundred, two-sided."""
    if freedom <= len(_T):
        return _T[freedom - 1]
    z, v = _Z, float(freedom)
    return z + (z**3 + z) / (4 * v) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)


def mean_told(values: Sequence[float], least: float, most: float) -> dict[str, float]:
    """The mean of two or more and its t interval for 95 in a hundred, kept within what an answer can be."""
    mean = fmean(values)
    half = t_95(len(values) - 1) * stdev(values) / math.sqrt(len(values))
    return {"value": round(mean, 2), "low": round(max(least, mean - half), 2), "high": round(min(most, mean + half), 2)}


def share_told(yes: int, n: int) -> dict[str, float]:
    """So many in a hundred, and the Wilson interval for 95."""
    p, z2 = yes / n, _Z**2
    centre, half = (p + z2 / (2 * n)), _Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = ((centre + sign * half) / (1 + z2 / n) for sign in (-1, 1))
    return {"value": round(100 * p, 2), "low": round(100 * max(0.0, low), 2), "high": round(100 * min(1.0, high), 2)}


def side_told(side: EvaluationSide, answers: Sequence[Mapping[str, int]]) -> dict[str, Any]:
    """A side's result apart: how many answered and, from the least number on, each question and the whole with its interval; below it nothing."""
    told: dict[str, Any] = {"answers": len(answers), "least": side.least, "enough": len(answers) >= side.least}
    if not told["enough"]:
        return told
    told["result"] = mean_told([worth(side, each) for each in answers], 0, 100)
    told["questions"] = {
        key: share_told(sum(each[key] for each in answers), len(answers))
        if question.kind == "yes-no"
        else mean_told([each[key] for each in answers], *SCALE)
        for key, question in side.questions.items()
    }
    return told


def anything_said(said: Mapping[str, Any]) -> bool:
    """Whether a parcel or an answer stands behind what is told of a quarter: a code copied with a slip is not published."""
    measures = said["measures"]
    parcels = measures["lost"]["whole"] + sum(measures["excluded"].values())
    return bool(parcels or any(side["answers"] for side in said["sides"].values()))


def same_said(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether two reckonings say the same, whenever they were made and by whichever edition of the lawbook."""
    apart = ("known_at", "lawbook")
    return {k: v for k, v in old.items() if k not in apart} == {k: v for k, v in new.items() if k not in apart}
