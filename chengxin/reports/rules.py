"""What goes into a report, who may have it, and how its number and code are made. Pure."""

import base64
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Any

from chengxin.checks.rules import asker_may, case_number_given, matter_of
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within
from chengxin.kernel.periods import months_after
from chengxin.law import Law
from chengxin.law.models import ReportKind
from chengxin.records.rules import Effect
from chengxin_verify.reports import report_text

SUBJECT = "subject"
OTHER = "other"  # the field of whatever authority none of the named ones holds
FORMAT = "chengxin-report-1"
AT_THE_COUNTER = ("credit-centre", "operator")
MOST_SEEN = 200  # characters of what was seen at the counter


class ReportUnknown(Refusal):
    """There is no report of that number and code. Compare both with the report; the code stands beside the number, without the letters I, L, O and U."""

    code = "report-unknown"
    status = 404
    zh = "没有这个编号和校验码的报告。请与报告上的核对；校验码在编号旁边，没有字母I、L、O、U。"


class ReportKindUnknown(Refusal):
    """There is no kind of report "{kind}" in the lawbook today. The kinds are: {known}."""

    code = "report-kind-unknown"
    status = 404
    zh = "法典今日没有“{kind}”这种报告。可用的：{known}。"


class ReportNotYours(Refusal):
    """{title} is given to: {askers}; you ask as {asker} ({basis})."""

    code = "report-not-yours"
    status = 403
    zh = "{title_zh}出具给：{askers}；您的身份是{asker}（{basis_zh}）。"


class PapersNotSeen(Refusal):
    """At the counter this report is given to the firm itself: write down by which papers you know whoever asks, such as the licence and a letter of authority."""

    code = "report-papers-not-seen"
    zh = "在窗口出具本报告，须是企业本身申请：请写明凭什么核实了来人，例如营业执照和授权委托书。"


class MatterMissing(Refusal):
    """A {asker} gets this report for a matter of its own only. Name the matter: {known}."""

    code = "report-matter-missing"
    zh = "{asker}只能为所办事项取得本报告，请写明事项：{known}。"


class MatterNotYours(Refusal):
    """{why}"""

    code = "report-matter-not-yours"
    status = 403
    zh = "{why_zh}"


class ReportYearsUnfit(Refusal):
    """{title} looks back {most} years at most, and at least one; {years} cannot be asked for ({basis})."""

    code = "report-years-unfit"
    zh = "{title_zh}可以选1至{most}年，不能选{years}年（{basis_zh}）。"


class NothingToChoose(Refusal):
    """{title} is given whole: there are no years, fields or matter to choose. Ask for it without them."""

    code = "report-nothing-to-choose"
    zh = "{title_zh}整份出具，没有年限、领域和事项可选，请不要填写。"


class ReportOfPerson(Refusal):
    """This report is about a natural person: it is had again by that person alone, signed in. What you hold can be verified."""

    code = "report-of-person"
    status = 403
    basis = "《个人信息保护法》第44条、第45条"
    zh = "这是自然人的报告，只有本人登录后可以再次取得。您手里的报告可以核验。"


class ReportForPersons(Refusal):
    """{title} is about a natural person: it is drawn by that person alone, signed in, and by no number."""

    code = "report-for-persons"
    status = 403
    basis = "《个人信息保护法》第44条、第45条"
    zh = "{title_zh}只由本人登录后取得，不能凭号码取得。"


class ReportForFirms(Refusal):
    """{title} is not about natural persons. Yours are: {known}."""

    code = "report-for-firms"
    zh = "{title_zh}不是个人的报告。您可以取得：{known}。"


class DomainUnknown(Refusal):
    """{title} has no field "{domain}". The fields are: {known}."""

    code = "report-domain-unknown"
    zh = "{title_zh}没有“{domain}”领域。可选的领域：{known}。"


class FreeOnesDrawn(Refusal):
    """This year's {times} free reports have been drawn: {days} ({basis}). The firm's page can be read at any time without charge,
    and those reports can be had again with number and code; for another, ask at the counter."""

    code = "report-free-ones-drawn"
    status = 409
    zh = "本年度免费的{times}次已经用完：{days}（{basis_zh}）。企业页随时免费查看，已出具的报告凭编号和校验码可以再次取得；还需要的，请到窗口办理。"


class PassUnknown(Refusal):
    """Number and pass do not fit, or the pass is over. The counter of the credit centre gives a pass to whoever shows the firm's papers."""

    code = "report-pass-unknown"
    status = 403
    zh = "代码与通行码不符，或者通行码已经失效。通行码由信用中心窗口核实企业证照后发放。"


class GranteeUnfit(Refusal):
    """{title} cannot be allowed to a {grantee}. A firm may allow: {known}."""

    code = "report-grantee-unfit"
    zh = "{title_zh}不能授权给{grantee}。企业可以授权的：{known}。"


class ConsentTermUnfit(Refusal):
    """A consent holds from today for {most} days at most. Write its last day as YYYY-MM-DD."""

    code = "report-consent-term-unfit"
    zh = "授权自当日起，最长{most}天，止日有误。请写明止日（YYYY-MM-DD）。"


class ConsentMissing(Refusal):
    """The firm has given no consent to this that is in force. It gives one at /reports, with the pass of the counter, and takes it back there."""

    code = "report-consent-missing"
    status = 403
    basis = "《征信业管理条例》第21条"
    zh = "企业没有给予有效的授权。企业凭窗口发放的通行码在 /reports 授权，也在那里撤回。"


class ThirdNotYours(Refusal):
    """{actor} is a {kind}: third-party reports are registered by credit-service firms."""

    code = "third-report-not-yours"
    status = 403
    zh = "{actor}属于{kind}：第三方信用报告由信用服务机构登记。"


class ThirdUnfit(Refusal):
    """This cannot be registered: {why} Of a third-party report its number, digest (SHA-256) and day are kept, nothing that it says."""

    code = "third-report-unfit"
    zh = "不能登记：{why_zh}第三方信用报告只登记编号、摘要（SHA-256）和日期，不登记内容。"


class ThirdRestsOnNothing(Refusal):
    """A third-party report rests on reports of ours that its issuer ordered about this very firm, on its consent, by the day of issue. Name their numbers."""

    code = "third-report-rests-on-nothing"
    zh = "第三方信用报告须依据其出具机构经该企业授权、在出具之日以前取得的本库报告。请写明这些报告的编号。"


class ThirdRegistered(Refusal):
    """You have registered report {number} with other particulars. What was registered is not edited: issue it anew under another number."""

    code = "third-report-registered"
    status = 409
    zh = "您已经登记过编号{number}的报告，内容不同。登记过的不能改写：请用另一编号重新出具。"


class ThirdWithdrawn(Refusal):
    """{number} was taken back on {on} already."""

    code = "third-report-withdrawn"
    status = 409
    zh = "{number}已于{on}撤销。"


class ThirdUnknown(Refusal):
    """No third-party report of this number and digest was registered here. Compare the number, and take the very file: one changed byte makes another digest."""

    code = "third-report-unknown"
    status = 404
    zh = "没有登记过这个编号和摘要的第三方信用报告。请核对编号，并使用原文件：改动一个字节，摘要就不同。"


class PassNotYours(Refusal):
    """{actor} is a {kind}: passes are given and ended at the counter, by the credit centre or the operator."""

    code = "report-pass-not-yours"
    status = 403
    zh = "{actor}属于{kind}：通行码只由信用中心或者运行单位的窗口发放和收回。"


class TriedTooOften(Refusal):
    """Too many wrong codes. Wait {seconds} seconds, then compare number and code with the report and try again."""

    code = "report-tried-too-often"
    status = 429
    zh = "错误的校验码输入次数过多，请等{seconds}秒，核对编号和校验码后再试。"


class IssuedTooOften(Refusal):
    """So many reports are asked for just now that this one has to wait. Try again in {seconds} seconds; the firm's page shows the same at once."""

    code = "report-issued-too-often"
    status = 429
    zh = "现在要求出具报告的人太多，请等{seconds}秒再试；企业页上立即可以看到同样的内容。"


class NotAsIssued(Refusal):
    """This file is not, byte for byte, a report that was issued here: it was changed since, or comes from elsewhere. It was not opened and not kept.
    Compare its number and code with the register in place of the file.
    """

    code = "report-not-as-issued"
    status = 404
    zh = "这个文件与本系统出具的任何报告都不完全相同：出具之后被改动过，或者不是本系统出具的。文件没有打开，也没有留存。可以改用编号和校验码核验。"


class FileUnfit(Refusal):
    """The file is no report of ours: it has more than {most} MiB, or nothing at all. Nothing of it was kept."""

    code = "report-file-unfit"
    zh = "这不是本系统出具的报告：文件超过{most} MiB，或者是空的。文件没有留存。"


# --- what goes in ----------------------------------------------------------------------------------------------------------


class Place(StrEnum):
    """How a record stands in a report: with its own words, with what a check discloses of it, or not at all."""

    WHOLE = "whole"
    AS_CHECKED = "as-checked"
    OUT = "out"


@dataclass(frozen=True)
class Seen:
    """A record as the rule sees it; effect and showing are those of the day, as pages and checks have them."""

    record: int
    record_type: str
    severity: str | None
    decided_on: date
    shown: bool
    effect: Effect
    disputed: bool


def placed(kind: ReportKind, seen: Seen, *, since: date | None, needed: frozenset[int] | None) -> Place:
    """How the record stands in a report of the kind.

    What is neither shown nor in effect (past its term, repaired, withdrawn, ended, somebody else's) is in none. Of the years chosen are the
    records decided in them and those that still count in them. `needed` are the records from which something follows in the asker's
    matter: of what is not public it gets no other; without a matter (`None`) the subject itself asks.
    """
    if seen.record_type not in kind.record_types or (kind.classes and seen.severity not in (None, *kind.classes)):
        return Place.OUT
    if not seen.shown and seen.effect is Effect.NONE:
        return Place.OUT
    if seen.disputed and kind.disputed.shown == "left-out":
        return Place.OUT
    if since is not None and seen.decided_on < since and seen.effect is Effect.NONE:
        return Place.OUT
    if seen.shown:
        return Place.WHOLE
    if kind.contents == "public":
        return Place.OUT
    if needed is None:
        return Place.WHOLE
    return Place.AS_CHECKED if seen.record in needed else Place.OUT


def domain_of(kind: ReportKind, authority: str) -> str:
    """The field of administration to which the authority's name belongs, the first that has one of its words."""
    found = (key for key, domain in kind.domains.items() if any(word in authority for word in domain.authorities))
    return next(found, OTHER)


# --- who may have it -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """What whoever asks chose: years, fields, and for an authority the matter with purpose and case number."""

    years: int | None = None
    domains: Sequence[str] = ()
    matter: str = ""
    purpose: str = ""
    case_number: str = ""


@dataclass(frozen=True)
class Chosen:
    """The choice as it holds: the first day looked at and the fields, nothing where the kind has none."""

    years: int | None = None
    since: date | None = None
    domains: Sequence[str] = field(default_factory=tuple)


def kind_of(law: Law, key: str) -> ReportKind:
    """The kind of report in force on the law's day; refuses one that the lawbook does not have."""
    kind = law.reports.get(key)
    if kind is None:
        raise ReportKindUnknown(kind=key, known=", ".join(sorted(law.reports)))
    return kind


def reader_may(law: Law, kind: ReportKind, asker: str, *, choice: Choice, seen: str) -> None:
    """Whether an asker of this kind (or `subject`) may have the report, for its matter or for whom it has seen the papers of."""
    if asker not in kind.askers:
        basis = law.cite(kind.basis[0])
        raise ReportNotYours(
            title=kind.title.en, title_zh=kind.title.zh, askers=", ".join(kind.askers), asker=asker, basis=basis.en, basis_zh=basis.zh
        )  # fmt: skip
    if asker in AT_THE_COUNTER and kind.contents == "full" and not seen.strip():
        raise PapersNotSeen
    if asker not in kind.in_matter:
        if choice.matter:
            raise NothingToChoose(title=kind.title.en, title_zh=kind.title.zh)
        return
    if not choice.matter:
        raise MatterMissing(
            asker=asker, known=", ".join(k for k, m in sorted(law.matters.items()) if asker in m.askers)
        )
    reason = asker_may(law, matter_of(law, choice.matter), asker)
    if reason is not None:
        raise MatterNotYours(why=reason.en, why_zh=reason.zh)
    case_number_given(law, choice.matter, asker, purpose=choice.purpose, case_number=choice.case_number)


def chosen(law: Law, kind: ReportKind, choice: Choice) -> Chosen:
    """The choice with what was left open filled in; refuses years and fields that the kind does not have."""
    titles = {"title": kind.title.en, "title_zh": kind.title.zh}
    if kind.years is None and choice.years is not None or not kind.domains and choice.domains:
        raise NothingToChoose(**titles)
    unknown = [key for key in choice.domains if key not in kind.domains and key != OTHER]
    if unknown:
        raise DomainUnknown(**titles, domain=unknown[0][:60], known=", ".join([*kind.domains, OTHER]))
    domains = (
        tuple(k for k in (*kind.domains, OTHER) if not choice.domains or k in choice.domains) if kind.domains else ()
    )
    if kind.years is None:
        return Chosen(domains=domains)
    years = law.parameter(kind.years.usual) if choice.years is None else choice.years
    most = law.parameter(kind.years.most)
    if not 1 <= years <= most:
        basis = law.cite(law.parameters[kind.years.most].basis[0])
        raise ReportYearsUnfit(**titles, years=years, most=most, basis=basis.en, basis_zh=basis.zh)
    return Chosen(years, months_after(law.day, -12 * years), domains)


def years_read(text: str) -> int | None:
    """The years that somebody typed, nothing where the box was left empty; what is no number counts as none that can be had."""
    written = unicodedata.normalize("NFKC", text).strip()
    if not written:
        return None
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 4 else 0


def free_left(law: Law, kind: ReportKind, drawn: Sequence[date]) -> None:
    """Refuses one more free report where the subject has drawn this year's."""
    if kind.free is None:
        return
    times = law.parameter(kind.free)
    if len(drawn) >= times:
        basis = law.cite(law.parameters[kind.free].basis[0])
        days = "、".join(map(str, sorted(drawn)))
        raise FreeOnesDrawn(times=times, days=days, basis=basis.en, basis_zh=basis.zh)


def grantee_may(kind: ReportKind, grantee: str, today: date, until: date) -> None:
    """Whether a firm may allow a report of the kind to an actor of this kind until that day."""
    known = ", ".join(kind.allowed.to) if kind.allowed else "-"
    if kind.allowed is None or grantee not in kind.allowed.to:
        raise GranteeUnfit(title=kind.title.en, title_zh=kind.title.zh, grantee=grantee, known=known)
    if not 0 <= (until - today).days <= kind.allowed.days:
        raise ConsentTermUnfit(most=kind.allowed.days)


_THIRD = re.compile(r"[0-9A-Za-z一-鿿〔〕（）()_.:/-]{1,64}")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def third_fit(number: str, digest: str, issued_on: date, today: date) -> None:
    """Whether a third-party report may be registered so: a number that names no person, a digest, and a day that has come."""
    if not _THIRD.fullmatch(number) or citizen_number_within(number) or _MOBILE.search(number):
        raise ThirdUnfit(why="its number is none, or holds a person’s.", why_zh="编号有误，或者含有个人的号码。")
    if re.fullmatch(r"[0-9a-f]{64}", digest) is None:
        raise ThirdUnfit(why="the digest is 64 lower-case hexadecimal digits.", why_zh="摘要须为64位十六进制小写数字。")
    if issued_on > today:
        raise ThirdUnfit(why="its day is yet to come.", why_zh="日期尚未到来。")


# --- number, code and form -------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"([0-9]{4})-([0-9]{7,18})")
_ALPHABET = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)  # Crockford's: no I, L, O, U


def number_written(issued: date, key: int) -> str:
    """The number of a report: the year and a running number."""
    return f"{issued.year}-{key:07d}"


def number_read(text: str) -> int:
    """The running number in a report's number as somebody typed it; 0, which no report has, where it is none."""
    found = _NUMBER.fullmatch(number_typed(text))
    return int(found[2]) if found else 0


def code_made(secret: bytes, number: str) -> str:
    """The verification code of a report: 80 bits that only who holds the secret can make from the number."""
    drawn = hmac_digest(secret, number.encode(), "sha256")[:10]
    code = base64.b32encode(drawn).decode("ascii").translate(_ALPHABET)
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def code_fits(secret: bytes, number: str, given: str) -> bool:
    """Whether the code is that of the number; takes as long whichever character is wrong."""
    expected = code_made(secret, number).replace("-", "")
    return compare_digest(expected.encode(), number_typed(given).replace("-", "").encode())


def number_typed(text: str) -> str:
    """A number or code as somebody typed it, in its normal form: width, blanks and dashes aside."""
    return "".join(unicodedata.normalize("NFKC", text[:60]).split()).upper().translate(_DASHES)


def number_masked(number: str) -> str:
    """A citizen number with its first six and last two places, as an official document shows it."""
    return f"{number[:6]}{'*' * (len(number) - 8)}{number[-2:]}"


def name_masked(name: str) -> str:
    """A person's name with its first character alone, for whoever verifies a report that they hold."""
    return name[:1] + "*" * (len(name) - 1)


_DASHES = {ord(c): "-" for c in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"}


def canonical(value: Mapping[str, Any]) -> str:
    """The one text of a report's JSON, as `chengxin-verify report` makes it again."""
    return report_text(value)


def digest_of(text: str) -> str:
    """The SHA-256 of the text's UTF-8, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


_DIGITS = "〇一二三四五六七八九"


def day_in_chinese(day: date) -> str:
    """The day as an official document writes it: 二〇二六年十一月二十二日."""
    year = "".join(_DIGITS[int(c)] for c in str(day.year))
    return f"{year}年{_number_in_chinese(day.month)}月{_number_in_chinese(day.day)}日"


def _number_in_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十") + (_DIGITS[ones] if ones else "")


# --- what is done too often, counted in memory ------------------------------------------------------------------------------

WINDOW = 60.0  # seconds


class Often:
    """What was done in the last minute, by what it was done to and together; nothing of who did it is kept."""

    def __init__(self, refusal: type[Refusal], *, of_one: int, of_all: int) -> None:
        self._refusal, self._of_one, self._of_all = refusal, of_one, of_all
        self._done: list[tuple[float, str]] = []

    def admit(self, what: str, *, now: float) -> None:
        """Refuses one more where it was done too often; `now` counts seconds."""
        self._done = [each for each in self._done if now - WINDOW < each[0] <= now]
        mine = [at for at, each in self._done if each == what]
        if len(mine) >= self._of_one or len(self._done) >= self._of_all:
            oldest = mine[0] if len(mine) >= self._of_one else self._done[0][0]
            raise self._refusal(seconds=int(oldest + WINDOW - now) + 1)

    def count(self, what: str, *, now: float) -> None:
        """It was done once more."""
        self._done.append((now, what))


def counted(records: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many records of a section stand, and how many more are under objection and not used."""
    listed = list(records)
    disputed = sum(bool(r["disputed"]) for r in listed)
    return {"count": len(listed) - disputed, "disputed": disputed}
