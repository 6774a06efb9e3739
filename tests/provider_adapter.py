"""What the tests' provider says of whom, and with which key it signs (tests/provider.py). Imported by that process alone."""

from collections.abc import Iterable
from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client, PrivateKey
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from tests.provider import PASSWORD

_said: dict[str, Any] = {"people": {}, "redirects": [], "fault": {}, "key": 0}
_keys: dict[int, PrivateKey] = {}


def settle(said: dict[str, Any]) -> None:
    """Let this hold from now on."""
    before = dict(_said)
    _said.update(said)
    if said["redirects"] != before["redirects"]:
        Client.objects.update(redirect_uris="\n".join(said["redirects"]))
    users: Any = get_user_model()._default_manager
    for name in said["people"]:
        if name not in before["people"] and not users.filter(username=name).exists():
            users.create_user(name, password=PASSWORD)


def client_make(key: str, secret: str) -> None:
    """The one client that it knows."""
    leave = {"client_metadata": {"post_logout_redirect_uris": ["http://localhost:8000/sign-in"]}}
    Client.objects.create(
        id=key, name=key, secret=make_password(secret), scopes="openid\nprofile", skip_consent=True, data=leave
    )


class Adapter(DefaultOIDCAdapter):  # type: ignore[misc]
    """allauth's own provider, with claims of the people of the tests."""

    def get_claims(self, purpose: Any, user: Any, client: Any, scopes: Any, email: Any = None, **more: Any) -> Any:
        """Who it is, and what is said of them: in the token, or at the second address alone."""
        told = dict(_said["people"][user.username])
        where = told.pop("_at", "id_token")
        return {"sub": self.get_user_sub(client, user), **(told if purpose == where else {})}

    def populate_id_token(self, id_token: dict[str, Any], client: Any, scopes: Iterable[str], **more: Any) -> None:
        """Claims that are not as they should be, where that was asked for: a number adds to one, nothing takes it away."""
        for name, value in _said["fault"].get("claims", {}).items():
            if value is None:
                id_token.pop(name, None)
            else:
                id_token[name] = id_token[name] + value if isinstance(value, int) else value

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """What it says of itself likewise."""
        data.update(_said["fault"].get("metadata", {}))

    def list_private_keys(self, **asked: Any) -> list[PrivateKey]:
        """The one key that it signs with: after a rotation another, and the old one is gone."""
        number = _said["key"]
        if number not in _keys:
            made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            pem = made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            _keys[number] = PrivateKey(pem=pem.decode())
        return [_keys[number]]
