"""Providers of identities (OpenID Connect): whom each signs in, and what its claims say of them. Pure; a file of them is data."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from chengxin.kernel.errors import Refusal

Kind = Literal["person", "firm", "staff"]
# Signatures that a public key verifies: with `none` or a shared secret anybody, or the client itself, could sign.
SIGNATURES = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA",
)  # fmt: skip
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
WITHIN = 600  # seconds in which a sign-in that was begun comes back, and after which an ID token is old


class ProvidersUnreadable(Refusal):
    """The file of providers cannot be read: {what}. See docs/operations.md, "Sign-in by a provider"."""

    code = "providers-unreadable"
    status = 503
    zh = "身份提供方的配置文件有误：{what}。写法见运行文档“统一身份认证”。"


class ProviderUnknown(Refusal):
    """No such provider signs anybody in here. Begin on the sign-in page."""

    code = "provider-unknown"
    status = 404
    zh = "这里没有这个身份提供方。请从登录页开始。"


class ProviderSilent(Refusal):
    """The provider does not answer, or not as it should. Try again later, or sign in another way."""

    code = "provider-silent"
    status = 503
    zh = "身份提供方没有应答，或者应答不合规范。请稍后再试，或者用别的方式登录。"


class SignInNotBegun(Refusal):
    """This sign-in was not begun in this browser, was finished already, or took more than ten minutes. Begin again on the sign-in page."""

    code = "sign-in-not-begun"
    status = 403
    zh = "这次登录不是在本浏览器开始的，或者已经用过，或者超过了十分钟。请从登录页重新开始。"


class ProviderDeclined(Refusal):
    """The provider did not sign you in: it was stopped there, or it declined. Begin again on the sign-in page."""

    code = "provider-declined"
    status = 403
    zh = "身份提供方没有完成认证：已在那里取消，或者未获准许。请从登录页重新开始。"


class IdentityUnproven(Refusal):
    """What the provider answered does not prove who you are, so nobody was signed in. Begin again; if it happens again, tell whoever runs this register."""

    code = "identity-unproven"
    status = 403
    zh = "身份提供方的应答不能证明您的身份，没有登录。请重新开始；再次出现的，请告知运行机构。"


class IdentityIncomplete(Refusal):
    """The provider does not say what is needed to sign in here: {what}. Ask the provider, or sign in another way."""

    code = "identity-incomplete"
    status = 403
    zh = "身份提供方没有给出登录所需的信息：{what}。请询问身份提供方，或者用别的方式登录。"


class FirmNotYours(Refusal):
    """The provider does not say that you may act for this firm. Its legal representative authorises you there; or go to the counter with the
    licence and the authorisation, where an account is opened by a pass.
    """

    code = "firm-not-yours"
    status = 403
    zh = "身份提供方没有表明您可以代表该单位。请由法定代表人在那里授权；或者持营业执照和授权委托书到窗口领取通行码，开立单位账户。"


class FirmNotRegistered(Refusal):
    """This register does not hold the firm whose code the provider gives. Go to the counter with its licence."""

    code = "firm-not-registered"
    status = 403
    zh = "本库没有身份提供方所给代码的单位。请持营业执照到窗口办理。"


class StaffNotPlaced(Refusal):
    """The provider gives no organisation that acts here, or not exactly one role that it may give. Ask an administrator of your organisation."""

    code = "staff-not-placed"
    status = 403
    basis = "《个人信息保护法》第51条"
    zh = "身份提供方所给的单位不在本系统，或者没有给出恰好一个该单位可以授予的角色。请找本单位的账户管理员。"


class StaffOtherwise(Refusal):
    """Staff of your organisation have accounts that no identity of this provider is bound to. So that nobody has two, sign in with your own
    account and bind the identity there; where you have none, an administrator sees to the accounts that are left.
    """

    code = "staff-otherwise"
    status = 409
    zh = "本单位有尚未绑定该身份提供方的账户。为使一人不持两个账户，请先用自己的账户登录再绑定；没有账户的，请账户管理员先处理遗留账户。"


class StaffShutOut(Refusal):
    """The staff of your organisation were shut out, and since then nobody was invited. The operator of this register invites the first."""

    code = "staff-shut-out"
    status = 403
    zh = "本单位工作人员的账户已经全部关闭，此后尚无人受邀。第一个账户由运行单位邀请。"


class IdentityElsewhere(Refusal):
    """This identity is bound to another account, or the account to another identity of this provider. Sign in with it; to change the binding go to the counter."""

    code = "identity-elsewhere"
    status = 409
    zh = "这个身份已绑定别的账户，或者该账户已绑定该提供方的另一身份。请用原来的登录；要改绑请到窗口办理。"


class IdentityChanged(Refusal):
    """What the provider says now is not whose account this identity is bound to. Nobody was signed in; go to the counter with your papers."""

    code = "identity-changed"
    status = 403
    basis = "《个人信息保护法》第8条"
    zh = "身份提供方现在给出的信息与所绑定账户的归属不一致，没有登录。请持证件到窗口核对。"


class IdentityClosed(Refusal):
    """The account of this identity was closed, and the identity does not open it again. Go to the counter with your papers."""

    code = "identity-closed"
    status = 403
    zh = "这个身份所绑定的账户已经注销，不能再用它登录。请持证件到窗口办理。"


class AccountWantsBinding(Refusal):
    """There is an account for this person already. Sign in with its name and password, and bind the provider on the page of the account; if it is
    not yours, go to the counter with your identity card, where it is closed.
    """

    code = "account-wants-binding"
    status = 409
    zh = "此人已有账户。请先用账户名和密码登录，再在“我的账户”里绑定该身份提供方；如果不是您本人开立的，请持身份证到窗口注销。"


class IdentityOnlyWay(Refusal):
    """This account has no password, so that the identity is the only way into it. It is released at the counter."""

    code = "identity-only-way"
    status = 409
    zh = "这个账户没有密码，该身份是唯一的登录方式。解除绑定请到窗口办理。"


Word = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
# A claim by its name, or by the names that lead to one inside another.
Claim = Word | Annotated[list[Word], Field(min_length=1, max_length=5)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OfPersons(_Part):
    """Which claims give a person's number and name."""

    number: Claim
    name: Claim


class OfFirms(_Part):
    """Which claims give a firm's unified code and by which authority the person acts, and which authorities are enough."""

    code: Claim
    authority: Claim
    authorities: Annotated[list[Word], Field(min_length=1)]


class SecondFactor(_Part):
    """What the provider says when it asked for a second factor: one of these in `acr`, or one of these among `amr`."""

    acr: list[Word] = []
    amr: list[Word] = []


class OfStaff(_Part):
    """Which claims give the organisation and the role, which actor and role of the lawbook each value is (itself, where it is not named), and what
    shows a second factor: where nothing does, this register asks for its own.
    """

    organisation: Claim
    role: Claim
    organisations: dict[str, Word] = {}
    roles: dict[str, Word] = {}
    second_factor: SecondFactor = SecondFactor()


class Provider(_Part):
    """One provider: where it is, as whom we come to it, and for whom it is."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    title: Word
    title_en: Word
    issuer: Word
    client: Word
    secret_file: str = ""
    scopes: list[Word] = ["openid"]
    algorithms: Annotated[list[Word], Field(min_length=1)] = ["RS256", "PS256", "ES256"]
    userinfo: bool = False
    leeway: Annotated[int, Field(ge=0, le=300)] = 60
    persons: OfPersons | None = None
    firms: OfFirms | None = None
    staff: OfStaff | None = None

    @model_validator(mode="after")
    def _whole(self) -> "Provider":
        where = urlsplit(self.issuer)
        if where.scheme != "https" and not (where.scheme == "http" and where.hostname in LOOPBACK):
            raise ValueError("issuer: only https, but for this machine itself")
        if where.query or where.fragment or not where.hostname:
            raise ValueError("issuer: an address without ? and #")
        if "openid" not in self.scopes:
            raise ValueError("scopes: openid must be among them")
        if unfit := [each for each in self.algorithms if each not in SIGNATURES]:
            raise ValueError(f"algorithms: {', '.join(unfit)}; known are {', '.join(SIGNATURES)}")
        if not (self.persons or self.firms or self.staff):
            raise ValueError("for nobody: give persons, firms or staff")
        return self

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Whom it signs in."""
        found: dict[Kind, _Part | None] = {"person": self.persons, "firm": self.firms, "staff": self.staff}
        return tuple(kind for kind, part in found.items() if part is not None)

    def reaches(self, address: object) -> bool:
        """Whether an address that the provider names for itself may be asked: by https, as its issuer is."""
        if not isinstance(address, str):
            return False
        where = urlsplit(address)
        own = urlsplit(self.issuer)
        return bool(where.hostname) and (
            where.scheme == "https" or (own.scheme == "http" and where.hostname in LOOPBACK)
        )


class _Providers(_Part):
    providers: list[Provider] = []

    @model_validator(mode="after")
    def _once(self) -> "_Providers":
        keys = [each.key for each in self.providers]
        if len(set(keys)) < len(keys):
            raise ValueError("a key stands twice")
        return self


def providers_read(path: str) -> list[Provider]:
    """The providers of the file, in its order; none where no file is named. A change of the file holds from the next reading on."""
    if not path:
        return []
    try:
        stamp = Path(path).stat().st_mtime_ns
    except OSError as error:
        raise ProvidersUnreadable(what=f"{path}: {error.strerror}") from None
    return list(_read(path, stamp))


@lru_cache(maxsize=4)
def _read(path: str, stamp: int) -> tuple[Provider, ...]:
    try:
        found = _Providers.model_validate(yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {})
        for each in found.providers:
            secret_of(each)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise ProvidersUnreadable(what=f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()) from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ProvidersUnreadable(what=f"{path}: {type(error).__name__}") from None
    return tuple(found.providers)


def secret_of(provider: Provider) -> str:
    """The client's secret, out of its file; nothing for a client that has none."""
    if not provider.secret_file:
        return ""
    try:
        return Path(provider.secret_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ProvidersUnreadable(what=f"{provider.key}.secret_file: {error.strerror}") from None


@dataclass(frozen=True, repr=False)
class Shown:
    """Whom a provider has proven to be there: its issuer, its name for them, and its claims. Never printed, logged or kept."""

    provider: Provider
    subject: str
    claims: Mapping[str, Any]

    def __repr__(self) -> str:
        return "Shown(…)"


def person_claimed(shown: Shown) -> tuple[str, str]:
    """The number and the name."""
    part = shown.provider.persons
    if part is None:
        raise ProviderUnknown
    return _one(shown, part.number, "公民身份号码 the citizen number"), _one(shown, part.name, "姓名 the name")


def firm_claimed(shown: Shown) -> str:
    """The code of the firm for which the person may act; refuses whoever may not."""
    part = shown.provider.firms
    if part is None:
        raise ProviderUnknown
    code = _one(shown, part.code, "统一社会信用代码 the unified social credit code")
    if not set(_several(shown, part.authority)) & set(part.authorities):
        raise FirmNotYours
    return code


def staff_claimed(shown: Shown) -> tuple[str, list[str]]:
    """The actor's key and the roles that the provider gives, in the lawbook's words."""
    part = shown.provider.staff
    if part is None:
        raise ProviderUnknown
    organisation = _one(shown, part.organisation, "所在单位 the organisation")
    roles = {part.roles.get(each, each) for each in _several(shown, part.role)}
    return part.organisations.get(organisation, organisation), sorted(roles)


def factor_shown(shown: Shown) -> bool:
    """Whether the provider says that it asked for a second factor, in the words that the setting knows."""
    part = shown.provider.staff
    if part is None:
        return False
    said = shown.claims.get("amr")
    methods = {each for each in said if isinstance(each, str)} if isinstance(said, list) else set()
    return shown.claims.get("acr") in part.second_factor.acr or bool(methods & set(part.second_factor.amr))


def _claim(claims: Mapping[str, Any], claim: str | list[str]) -> Any:
    found: Any = claims
    for name in [claim] if isinstance(claim, str) else claim:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _one(shown: Shown, claim: str | list[str], what: str) -> str:
    found = _claim(shown.claims, claim)
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if not isinstance(found, str) or not found.strip() or len(found) > 200:
        raise IdentityIncomplete(what=what)
    return found.strip()


def _several(shown: Shown, claim: str | list[str]) -> list[str]:
    found = _claim(shown.claims, claim)
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, str)]
