"""When an objection to an evaluation is refused, and what it does to what is shown. Pure."""

from typing import Final

from chengxin.kernel.errors import Refusal

PROCEDURE: Final = "evaluation-objection"
ANSWERING: Final = ("credit-centre", "operator")
MOST_PAGES: Final = 10_000
ANSWERS: Final = ("corrected", "upheld")
CORRECTED, WITHDRAWN, UNANSWERED, RECEIVED = "corrected", "withdrawn", "unanswered", "received"
CLOSED: Final = (*ANSWERS, WITHDRAWN)


class ObjectionUnknown(Refusal):
    """There is no objection {number} that you may see."""

    code = "evaluation-objection-unknown"
    status = 404
    zh = "没有编号为{number}的评价异议，或者无权查看。"


class ObjectionStanding(Refusal):
    """This version has been objected to already, under {number}: an objection waits for its answer, and what was answered is objected to in its
    next version.
    """

    code = "evaluation-objected"
    status = 409
    zh = "对这一版已经提出过异议（{number}）：未答复的等待答复，答复过的待公布下一版后再提。"


class NotTheirs(Refusal):
    """There is no evaluation of your firm under {what} to which you could object: only what stands of your own firm can be objected to."""

    code = "evaluation-not-yours"
    status = 404
    zh = "没有可由本单位提出异议的评价{what}：只能对本单位现行的评价提出。"


class NotTheCentre(Refusal):
    """{actor} cannot answer an objection to an evaluation: the credit centre that published it does."""

    code = "evaluation-objection-not-the-centre"
    status = 403
    zh = "{actor}不能答复对评价的异议：由公布评价的信用中心答复。"


class NotComputedAnew(Refusal):
    """No version after number {version} has been published since the objection: compute and publish it anew first, or uphold it with reasons."""

    code = "evaluation-not-computed-anew"
    status = 409
    zh = "提出异议后没有公布第{version}版之后的版本：请先重新计算、公布，或者说明理由予以维持。"
