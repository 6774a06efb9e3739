"""A real OpenID Connect provider on this machine, for tests: django-allauth's, a small Django project of its own in a process of its own.

`python -m tests.provider PORT FOLDER` serves it. What stands in the folder's `provider.json` holds from the next request on: who has an account there
and with which claims, where it may send browsers back to, and in what it misbehaves (`Provider.fault`).
"""

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from joserfc import jwk, jwt

ROOT = Path(__file__).parents[1]
CLIENT, SECRET, PASSWORD = "chengxin", "a secret of the client alone", "plain horse battery"


@dataclass(frozen=True)
class Provider:
    """The provider as tests meet it."""

    issuer: str
    folder: Path

    def say(self, **changes: Any) -> None:
        """Let something else hold from now on: `people`, `redirects`, `fault`, `key`."""
        file = self.folder / "provider.json"
        said = json.loads(file.read_text(encoding="utf-8")) | changes
        new = file.with_suffix(".new")
        new.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        new.replace(file)


@contextmanager
def provider_running(folder: Path) -> Iterator[Provider]:
    """Start it, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    made = Provider(f"http://127.0.0.1:{port}", folder)
    (folder / "provider.json").write_text("{}", encoding="utf-8")
    made.say(people={}, redirects=[], fault={}, key=0)
    environment = {k: v for k, v in os.environ.items() if k not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")}
    with (folder / "provider.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.provider", str(port), str(folder)], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if process.poll() is not None:
                raise RuntimeError((folder / "provider.log").read_text(encoding="utf-8"))
            try:
                with urlopen(f"{made.issuer}/.well-known/openid-configuration", timeout=2):
                    break
            except (URLError, OSError):
                time.sleep(0.05)
        yield made
    finally:
        process.terminate()
        process.wait(timeout=30)


# ---- the process itself, which knows nothing of chengxin; what needs its Django is imported there alone


def _said(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "provider.json").read_text(encoding="utf-8"))
    return found


def _settings(folder: Path) -> dict[str, Any]:
    apps = ["auth", "contenttypes", "sessions", "messages"]
    middleware = [
        "sessions.middleware.SessionMiddleware",
        "auth.middleware.AuthenticationMiddleware",
        "messages.middleware.MessageMiddleware",
    ]
    processors = ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth"]
    return {
        "SECRET_KEY": "of the tests' provider alone",
        "ALLOWED_HOSTS": ["127.0.0.1"],
        "ROOT_URLCONF": "tests.provider_urls",
        "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "provider.sqlite3"}},
        "INSTALLED_APPS": [*(f"django.contrib.{app}" for app in apps), "allauth", "allauth.account", "allauth.idp.oidc"],
        "MIDDLEWARE": [
            "tests.provider.misbehaving", *(f"django.contrib.{each}" for each in middleware), "django.middleware.csrf.CsrfViewMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "TEMPLATES": [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": processors}}],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "SESSION_COOKIE_NAME": "provider", "CSRF_COOKIE_NAME": "provider_csrf",
        "ACCOUNT_RATE_LIMITS": False, "ACCOUNT_EMAIL_VERIFICATION": "none", "ACCOUNT_LOGIN_METHODS": {"username"},
        "IDP_OIDC_ADAPTER": "tests.provider_adapter.Adapter", "IDP_OIDC_RATE_LIMITS": False,
        "USE_TZ": True, "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    }  # fmt: skip


def misbehaving(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What was said since the last request holds now; and an ID token is signed as no honest provider would, where that was asked for."""
    from django.conf import settings

    from tests import provider_adapter

    stranger = jwk.RSAKey.generate_key(2048)

    def answer(request: Any) -> Any:
        said = _said(Path(settings.DATABASES["default"]["NAME"]).parent)
        provider_adapter.settle(said)
        response = get_response(request)
        how = said["fault"].get("signed")
        if how and request.path.endswith("/token") and response.status_code == 200:
            told = json.loads(response.content)
            head, body, _ = told["id_token"].split(".")
            claims = json.loads(_decoded(body))
            if how == "none":
                told["id_token"] = f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{body}."
            elif how == "stranger":
                told["id_token"] = jwt.encode({**json.loads(_decoded(head)), "alg": "RS256"}, claims, stranger)
            elif how == "client":
                told["id_token"] = jwt.encode(
                    {"alg": "HS256"}, claims, jwk.OctKey.import_key(SECRET), algorithms=["HS256"]
                )
            elif how == "changed":
                told["id_token"] = ".".join([head, _encoded({**claims, "sub": "1"}), told["id_token"].split(".")[2]])
            response.content = json.dumps(told)
            response.headers.pop("Content-Length", None)
        return response

    return answer


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def main(words: Iterable[str]) -> None:
    """Make its tables, and serve."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    port, folder = words
    settings.configure(**_settings(Path(folder)))
    django.setup()
    call_command("migrate", verbosity=0)
    from tests import provider_adapter

    provider_adapter.client_make(CLIENT, SECRET)
    make_server(
        "127.0.0.1", int(port), get_wsgi_application(), server_class=_Server, handler_class=WSGIRequestHandler
    ).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
