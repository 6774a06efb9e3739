"""OpenID Connect as a client: the way to a provider, and what its answer proves. The protocol is Authlib's, signatures and claims are joserfc's.

Authorization code with PKCE, state and nonce; what a provider says of itself is discovered, and its keys are read again when it signs with a new one.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from chengxin.accounts.rules.providers import (
    WITHIN,
    IdentityUnproven,
    Kind,
    Provider,
    ProviderDeclined,
    ProviderSilent,
    Shown,
    SignInNotBegun,
    secret_of,
)

SECONDS = 8.0  # in which a provider must answer
KEPT, AGAIN = 3600, 10  # seconds: for which its own description is good, and before its keys are read once more
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass
class _Known:
    """What is known of a provider, and since when."""

    metadata: dict[str, Any]
    at: float
    keys: list[dict[str, Any]] = field(default_factory=list)
    keys_at: float = 0.0


_known: dict[str, _Known] = {}


def openid_ask(provider: Provider, *, kind: Kind, back: str, at: datetime) -> tuple[str, dict[str, Any]]:
    """The provider's address to which the browser goes, and what its session keeps until it comes back."""
    begun: dict[str, Any] = {
        "provider": provider.key, "kind": kind, "back": back, "state": secrets.token_urlsafe(32), "nonce": secrets.token_urlsafe(32),
        "verifier": secrets.token_urlsafe(48), "at": at.timestamp(),
    }  # fmt: skip
    asked: dict[str, str] = {"nonce": begun["nonce"]}
    if kind == "staff" and provider.staff is not None and provider.staff.second_factor.acr:
        asked["acr_values"] = " ".join(provider.staff.second_factor.acr)
    metadata = _metadata(provider, at)
    with _session(provider, back, metadata) as session:
        address, _ = session.create_authorization_url(
            metadata["authorization_endpoint"], state=begun["state"], code_verifier=begun["verifier"], **asked
        )
    return str(address), begun


def openid_answer(provider: Provider, *, begun: Mapping[str, Any], answer: Mapping[str, str], at: datetime) -> Shown:
    """Whom the provider's answer proves to be there. Refuses an answer to another question, browser or provider, and every token that is not the
    provider's own, for us, of now, and for this very question.
    """
    if begun.get("provider") != provider.key or at.timestamp() - float(begun["at"]) >= WITHIN:
        raise SignInNotBegun
    if not secrets.compare_digest(answer.get("state", "").encode(), str(begun["state"]).encode()):
        raise SignInNotBegun
    metadata = _metadata(provider, at)
    # Of which provider the answer is (RFC 9207): one must not be taken for another's.
    named = answer.get("iss", "")
    if (named or metadata.get("authorization_response_iss_parameter_supported") is True) and named != provider.issuer:
        raise IdentityUnproven(reason="iss")
    if "error" in answer or not answer.get("code"):
        raise ProviderDeclined
    with _session(provider, str(begun["back"]), metadata) as session:
        try:
            token = session.fetch_token(
                metadata["token_endpoint"], grant_type="authorization_code", code=answer["code"], code_verifier=str(begun["verifier"]), allow_redirects=False,
            )  # fmt: skip
        except AuthlibBaseError:
            raise IdentityUnproven(reason="code") from None
        except (requests.RequestException, ValueError):
            raise ProviderSilent from None
        claims = _proven(provider, token, str(begun["nonce"]), at)
        if provider.userinfo:
            claims = _more(provider, session, metadata, claims)
    return Shown(provider, str(claims["sub"]), claims)


def openid_leave(provider: Provider, *, after: str, at: datetime) -> str:
    """The provider's address at which one is signed out there too; empty where it has none. Without the ID token, which would carry a name into
    the address: the provider asks.
    """
    try:
        where = _metadata(provider, at).get("end_session_endpoint")
    except ProviderSilent:
        return ""
    if not provider.reaches(where):
        return ""
    leave = {"client_id": provider.client, "post_logout_redirect_uri": after}
    return str(add_params_to_uri(where, list(leave.items())))


def _proven(provider: Provider, token: Mapping[str, Any], nonce: str, at: datetime) -> dict[str, Any]:
    written = token.get("id_token")
    if not isinstance(written, str):
        raise IdentityUnproven(reason="id_token")
    ours: dict[str, Any] = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client},
        "sub": {"essential": True},
        "nonce": {"essential": True, "value": nonce},
    }
    about = {"nonce": nonce, "client_id": provider.client, "access_token": token.get("access_token")}
    try:
        try:
            read = _read(provider, written, at)
        except (InvalidKeyIdError, BadSignatureError):
            read = _read(provider, written, at, fresh=True)  # it may sign with a new key
        claims = CodeIDToken(read.claims, read.header, ours, about)
        claims.validate(now=int(at.timestamp()), leeway=provider.leeway)
    except (JoseError, ValueError, TypeError) as error:
        raise IdentityUnproven(reason=getattr(error, "claim", "") or getattr(error, "error", "token")) from None
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise IdentityUnproven(reason="sub")
    if at.timestamp() - claims["iat"] > WITHIN + provider.leeway:
        raise IdentityUnproven(reason="iat")
    return dict(claims)


def _read(provider: Provider, written: str, at: datetime, *, fresh: bool = False) -> jwt.Token:
    keys = KeySet.import_key_set({"keys": _keys(provider, at, fresh=fresh)})
    registry = JWSRegistry(algorithms=list(provider.algorithms), strict_check_header=False)
    return jwt.decode(written, keys, registry=registry)


def _more(provider: Provider, session: Any, metadata: Mapping[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    """The claims with those that the provider tells at its second address, where they are of the same one; none of the token's is changed."""
    where = metadata.get("userinfo_endpoint")
    if not provider.reaches(where):
        raise ProviderSilent
    try:
        told = session.get(where, allow_redirects=False)
        told.raise_for_status()
        more = told.json()
    except (requests.RequestException, ValueError, AuthlibBaseError):
        raise ProviderSilent from None
    if not isinstance(more, dict) or more.get("sub") != claims["sub"]:
        raise IdentityUnproven(reason="userinfo")
    return {**more, **claims}


def _session(provider: Provider, back: str, metadata: Mapping[str, Any]) -> OAuth2Session:
    secret = secret_of(provider)
    known = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"
    return OAuth2Session(
        provider.client, secret or None, token_endpoint_auth_method=method if secret else "none", scope=" ".join(provider.scopes), redirect_uri=back,
        code_challenge_method="S256", default_timeout=SECONDS,
    )  # fmt: skip


def _metadata(provider: Provider, at: datetime) -> dict[str, Any]:
    """What the provider says of itself: that it is the issuer that was set, and where it is asked."""
    now, held = at.timestamp(), _known.get(provider.issuer)
    if held is not None and 0 <= now - held.at < KEPT:
        return held.metadata
    found = _fetched(provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer or not all(provider.reaches(found.get(each)) for each in ENDPOINTS):
        raise ProviderSilent
    _known[provider.issuer] = _Known(found, now)
    return found


def _keys(provider: Provider, at: datetime, *, fresh: bool) -> list[dict[str, Any]]:
    metadata, now = _metadata(provider, at), at.timestamp()
    held = _known[provider.issuer]
    if not held.keys or now - held.keys_at >= (AGAIN if fresh else KEPT):
        told = _fetched(metadata["jwks_uri"]).get("keys")
        keys = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
        held.keys = [
            each for each in keys if each.get("kty") in ("RSA", "EC", "OKP") and each.get("use", "sig") == "sig"
        ]
        held.keys_at = now
    return held.keys


def _fetched(address: str) -> dict[str, Any]:
    try:
        answer = requests.get(address, timeout=SECONDS, allow_redirects=False, headers={"Accept": "application/json"})
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError):
        raise ProviderSilent from None
    if answer.status_code != requests.codes.ok or not isinstance(found, dict):
        raise ProviderSilent
    return found
