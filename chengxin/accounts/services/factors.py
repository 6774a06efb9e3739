"""Second factors: an authenticator's codes, passkeys, and recovery codes. What is secret of them is sealed; none is good twice."""

import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from chengxin.accounts import rules
from chengxin.accounts.models import Account, Factor, factor_bound
from chengxin.accounts.selectors import by_of
from chengxin.accounts.services.counting import attempt_counted
from chengxin.ledger.services import trace
from chengxin.vault.selectors import seal_of

RING = "accounts"
CODES = 10  # recovery codes at a time


def factors_of(account: Account) -> list[Factor]:
    """The account's factors, the recovery codes that were used left out."""
    held = Factor.objects.filter(account=account, removed_at__isnull=True).order_by("pk")
    return [each for each in held if each.kind != Factor.Kind.RECOVERY or not each.used]


def authenticator_add(*, account: Account, secret: str, code: str, at: datetime) -> list[str]:
    """Take the authenticator of this secret, once it has shown a code; gives the recovery codes where it is the first factor."""
    with attempt_counted((f"factor:{account.pk}", rules.OF_ACCOUNT), at=at):
        counter = rules.totp_counter(secret, code, at=at, after=0)
        if counter is None:
            raise rules.FactorRefused
    if Factor.objects.filter(account=account, kind=Factor.Kind.TOTP, removed_at__isnull=True).exists():
        raise rules.FactorHeld
    return _added(account, Factor.Kind.TOTP, secret.encode(), used=counter, at=at)


def passkey_offer(account: Account) -> tuple[str, dict[str, Any]]:
    """What a browser needs to make a passkey for the account, as JSON, and what must be remembered until it has."""
    user = PublicKeyCredentialUserEntity(
        id=f"account:{account.pk}".encode(), name=account.login, display_name=account.login
    )
    options, state = _server().register_begin(
        user, _passkeys(account), ResidentKeyRequirement.DISCOURAGED, UserVerificationRequirement.PREFERRED
    )
    return json.dumps(dict(options.public_key)), state


def passkey_add(*, account: Account, state: Mapping[str, Any], response: str, at: datetime) -> list[str]:
    """Take the passkey that the browser made; gives the recovery codes where it is the first factor."""
    try:
        made = _server().register_complete(dict(state), json.loads(response))
    except (ValueError, KeyError, TypeError):
        raise rules.FactorRefused from None
    if made.credential_data is None:
        raise rules.FactorRefused
    return _added(account, Factor.Kind.PASSKEY, bytes(made.credential_data), used=made.counter, at=at)


def passkey_ask(account: Account) -> tuple[str, dict[str, Any]]:
    """What a browser needs to show one of the account's passkeys, as JSON, and what must be remembered until it has; empty where it has none."""
    held = _passkeys(account)
    if not held:
        return "", {}
    options, state = _server().authenticate_begin(held, UserVerificationRequirement.PREFERRED)
    return json.dumps(dict(options.public_key)), state


def passkey_show(*, account: Account, state: Mapping[str, Any], response: str, at: datetime) -> Factor:
    """Which of the account's passkeys answered; refuses any other, another site's, and a copy that counts behind."""
    with attempt_counted((f"factor:{account.pk}", rules.OF_ACCOUNT), at=at):
        held = _held(account, Factor.Kind.PASSKEY)
        try:
            read = AuthenticationResponse.from_dict(json.loads(response))
            shown = _server().authenticate_complete(dict(state), [_credential(each) for each in held], read)
        except (ValueError, KeyError, TypeError):
            raise rules.FactorRefused from None
        found = next(each for each in held if _credential(each).credential_id == shown.credential_id)
        counter = read.response.authenticator_data.counter
        # An authenticator that counts has been copied if it counts no further; many do not count at all.
        if (counter or found.used) and not Factor.objects.filter(pk=found.pk, used__lt=counter).update(used=counter):
            raise rules.FactorRefused
    return _shown(account, found, at)


def code_show(*, account: Account, code: str, at: datetime) -> Factor:
    """Which factor this code is of: the authenticator's of this minute, or a recovery code that was never used."""
    with attempt_counted((f"factor:{account.pk}", rules.OF_ACCOUNT), at=at):
        found = _of_code(account, code.replace(" ", "").replace("-", "").lower(), at)
        if found is None:
            raise rules.FactorRefused
    return _shown(account, found, at)


def recovery_renew(*, account: Account, at: datetime) -> list[str]:
    """Give new recovery codes in place of all old ones; they are shown once."""
    with transaction.atomic():
        Factor.objects.filter(account=account, kind=Factor.Kind.RECOVERY, removed_at__isnull=True).update(removed_at=at)
        codes = [secrets.token_hex(5) for _ in range(CODES)]
        Factor.objects.bulk_create(_sealed(account, Factor.Kind.RECOVERY, code.encode(), 0, at) for code in codes)
        trace(event="accounts.recovery.renewed", by=by_of(account), at=at, about=f"account:{account.pk}")
    return codes


def factor_remove(*, account: Account, factor: int, at: datetime) -> None:
    """Take a factor off; the last authenticator or passkey stays, for staff sign in by no password alone."""
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        held = Factor.objects.filter(account=account, removed_at__isnull=True).exclude(kind=Factor.Kind.RECOVERY)
        if not held.filter(pk=factor).exists():
            raise rules.FactorRefused
        if held.count() == 1:
            raise rules.FactorLast
        held.filter(pk=factor).update(removed_at=at)
        trace(event="accounts.factor.removed", by=by_of(account), at=at, about=f"account:{account.pk}")


def factors_reset(*, account: Account, by: str, at: datetime) -> None:
    """Take every factor off whoever lost theirs, and end their sessions; they bring new ones when they sign in next."""
    with transaction.atomic():
        Factor.objects.filter(account=account, removed_at__isnull=True).update(removed_at=at)
        Account.objects.filter(pk=account.pk).update(generation=account.generation + 1)
        trace(event="accounts.factor.reset", by=by, at=at, about=f"account:{account.pk}")


def _of_code(account: Account, code: str, at: datetime) -> Factor | None:
    for each in _held(account, Factor.Kind.TOTP):
        counter = rules.totp_counter(_opened(each).decode(), code, at=at, after=each.used)
        # The condition again in the statement: of two who show one code at once the database lets one through.
        if counter is not None and Factor.objects.filter(pk=each.pk, used__lt=counter).update(used=counter):
            return each
    for each in _held(account, Factor.Kind.RECOVERY):
        if hmac.compare_digest(_opened(each), code.encode()):
            return each if Factor.objects.filter(pk=each.pk, used=0).update(used=1) else None
    return None


def _added(account: Account, kind: Factor.Kind, secret: bytes, *, used: int, at: datetime) -> list[str]:
    with transaction.atomic():
        first = not factors_of(account)
        _sealed(account, kind, secret, used, at).save()
        trace(
            event="accounts.factor.added",
            by=by_of(account),
            at=at,
            about=f"account:{account.pk}",
            detail={"kind": kind},
        )
        return recovery_renew(account=account, at=at) if first else []


def _shown(account: Account, found: Factor, at: datetime) -> Factor:
    if found.kind == Factor.Kind.RECOVERY:
        trace(event="accounts.recovery.used", by=by_of(account), at=at, about=f"account:{account.pk}")
    return found


def _sealed(account: Account, kind: Factor.Kind, secret: bytes, used: int, at: datetime) -> Factor:
    about = factor_bound({"account_id": account.pk, "kind": kind})
    return Factor(account=account, kind=kind, sealed=seal_of(RING).seal(secret, about), used=used, added_at=at)


def _opened(factor: Factor) -> bytes:
    about = factor_bound({"account_id": factor.account_id, "kind": factor.kind})
    return seal_of(RING).unseal(bytes(factor.sealed), about)


def _held(account: Account, kind: Factor.Kind) -> list[Factor]:
    return [each for each in factors_of(account) if each.kind == kind]


def _credential(factor: Factor) -> AttestedCredentialData:
    return AttestedCredentialData(_opened(factor))


def _passkeys(account: Account) -> list[AttestedCredentialData]:
    return [_credential(each) for each in _held(account, Factor.Kind.PASSKEY)]


def _server() -> Fido2Server:
    """What passkeys are made for: the host under which the site is reached (CHENGXIN_SITE_URL), and no other."""
    host = urlsplit(settings.CHENGXIN_SITE_URL).hostname or "localhost"
    return Fido2Server(PublicKeyCredentialRpEntity(id=host, name=settings.CHENGXIN_CENTRE))
