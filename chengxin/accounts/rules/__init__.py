"""How an account may be called, how often it may be tried, and when its session ends. Pure."""

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within

LOGIN = r"^[a-z][a-z0-9._-]{3,39}$"
MOST_PASSWORD = 200


class LoginUnfit(Refusal):
    """An account cannot be called that: take 4 to 40 small letters, digits, dots and hyphens, the first a letter. No telephone and no identity
    number: the name stands in the database as it is written.
    """

    code = "login-unfit"
    zh = "不能用这个账户名：请用4至40个小写字母、数字、点和连字符，以字母开头；不要用手机号码或者身份号码，账户名在库中不加密。"


class LoginTaken(Refusal):
    """Somebody else's account is called that. Choose another name."""

    code = "login-taken"
    status = 409
    zh = "这个账户名已有人使用，请另取一个。"


class PasswordWeak(Refusal):
    """That password is too easy to guess: take at least {least} characters that are no common password, not all digits, and not like the account's name."""

    code = "password-weak"
    zh = "这个密码太容易猜到：至少{least}个字符，不要用常见密码、全是数字或者与账户名相近的密码。"


class SignInRefused(Refusal):
    """Name and password do not fit, or the account is closed. Compare both and try again."""

    code = "sign-in-refused"
    status = 403
    zh = "账户名和密码不相符，或者账户已经注销。请核对后再试。"


class TriedTooOften(Refusal):
    """Too many attempts failed. Wait {minutes} minutes and try again; whoever forgot the password goes to the counter."""

    code = "sign-in-tried-too-often"
    status = 429
    zh = "失败次数过多，请等{minutes}分钟再试。忘记密码的，请到窗口办理。"


class LookedUpTooOften(Refusal):
    """From your address too much was looked up here; nothing was looked up now. Try again in {minutes} minutes, or ask the centre for a program's key."""

    code = "looked-up-too-often"
    status = 429
    zh = "来自您所在网络地址的查询过多，本次没有查询。请过{minutes}分钟再试；确需经常查询的，请向信用中心申请接口密钥。"


class IdentityNotConfirmed(Refusal):
    """The population register does not confirm this name under this number, so no account was opened. Compare both with the identity card."""

    code = "identity-not-confirmed"
    status = 403
    basis = "《个人信息保护法》第45条"
    zh = "人口库未能确认该号码与姓名相符，没有开立账户。请对照身份证核对后再试。"


class PersonHasAccount(Refusal):
    """There is an account for this person already. Sign in with it; if it is not yours, go to the counter with your identity card, where it is closed."""

    code = "person-has-account"
    status = 409
    zh = "此人已有账户，请直接登录。如果不是您本人开立的，请持身份证到窗口注销。"


class NoPersonsAccount(Refusal):
    """No account is open for a person of this number and name. Compare both with the identity card."""

    code = "no-persons-account"
    status = 404
    zh = "该号码和姓名没有未注销的个人账户。请对照身份证核对。"


class FactorRefused(Refusal):
    """That is not the code or passkey of this account, or it was used before. Wait for the next code, or take a recovery code that was never used."""

    code = "factor-refused"
    status = 403
    zh = "动态口令、通行密钥或者备用码不对，或者已经用过。请等下一个口令，或者用一个没有用过的备用码。"


class FactorHeld(Refusal):
    """This account has an authenticator already. Take the old one off first."""

    code = "factor-held"
    status = 409
    zh = "这个账户已有动态口令器，请先移除原来的。"


class FactorLast(Refusal):
    """This is the account's last second factor, and staff do not sign in by a password alone. Add another one first."""

    code = "factor-last"
    status = 409
    zh = "这是最后一个第二要素，工作人员不能只凭密码登录。请先添加另一个。"


class RoleUnfit(Refusal):
    """A {kind} gives nobody the role "{role}". Its roles are: {known}."""

    code = "role-unfit"
    basis = "《个人信息保护法》第51条"
    zh = "{kind}类主体没有“{role}”这一角色。可用角色：{known}。"


class InvitationUnknown(Refusal):
    """That invitation is unknown, over, or used already. Ask an administrator of your organisation for another."""

    code = "invitation-unknown"
    status = 403
    zh = "邀请码不存在、已过期或者已经用过。请向本单位的账户管理员索取。"


class StaffUnknown(Refusal):
    """Your organisation has no open account {account}."""

    code = "staff-unknown"
    status = 404
    zh = "本单位没有在用的账户{account}。"


class DutyMissing(Refusal):
    """Your role does not have the duty "{duty}". Ask an administrator of your organisation."""

    code = "duty-missing"
    status = 403
    basis = "《个人信息保护法》第51条"
    zh = "您的角色没有“{duty}”这一职责。请找本单位的账户管理员。"


class AccountWanted(Refusal):
    """This takes two persons: say with which account of yours. What was asked is not done."""

    code = "account-wanted"
    status = 403
    zh = "这项事务须由两人办理：请写明用自己的哪个账户办理。尚未办理。"


class ProposalUnknown(Refusal):
    """Your organisation has no open proposal {proposal}: it is unknown, over, or answered already."""

    code = "proposal-unknown"
    status = 404
    zh = "本单位没有待复核的事项{proposal}：不存在、已过期或者已有人答复。"


class AnotherWanted(Refusal):
    """Whoever proposed this cannot confirm it: it takes another person of your organisation."""

    code = "another-wanted"
    status = 409
    zh = "提出的人不能自己复核，须由本单位的另一人复核。"


def login_read(written: str) -> str:
    """The account's name as it is kept; refuses what is no name, and what may be somebody's number."""
    login = written.strip().lower()
    if not re.fullmatch(LOGIN, login) or citizen_number_within(login) or re.search(r"1[3-9][0-9]{9}", login):
        raise LoginUnfit
    return login


@dataclass(frozen=True)
class Limit:
    """So many failures within so long, and no more."""

    most: int
    within: timedelta

    def holds(self, failures: int) -> None:
        """Refuse one more than so many."""
        if failures > self.most:
            raise TriedTooOften(minutes=int(self.within.total_seconds() // 60))


# Of one account, of one identity to be confirmed, and from one address behind which there may be an office.
OF_ACCOUNT, OF_IDENTITY, OF_ADDRESS = (
    Limit(5, timedelta(minutes=15)), Limit(3, timedelta(hours=24)), Limit(60, timedelta(minutes=15)),
)  # fmt: skip


# Look-ups of one page that answer yes or no, from one address, whether they find anything or not.
OF_LOOKUPS = Limit(30, timedelta(minutes=15))


@dataclass(frozen=True)
class Term:
    """How long a session lasts: without a request, and at all."""

    idle: timedelta
    longest: timedelta

    def over(self, *, began: datetime, seen: datetime, at: datetime) -> bool:
        """Whether it has ended at the instant."""
        return at - seen >= self.idle or at - began >= self.longest


PERIOD = 30  # seconds for which a code stands


def totp_code(secret: str, counter: int) -> str:
    """The code of an authenticator in one period (RFC 6238, RFC 4226: SHA-1, six digits, which every authenticator knows)."""
    digest = hmac.digest(base64.b32decode(secret, casefold=True), counter.to_bytes(8, "big"), "sha1")
    place = digest[-1] & 0x0F
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def totp_counter(secret: str, code: str, *, at: datetime, after: int) -> int | None:
    """The period whose code this is: the present one or its neighbours, and none at or before the one used last."""
    now = int(at.timestamp()) // PERIOD
    for counter in (now, now - 1, now + 1):
        if counter > after and hmac.compare_digest(totp_code(secret, counter).encode(), code.encode()):
            return counter
    return None
