"""The population register as an on-line service: a plug that asks an address and takes nothing but a yes or a no."""

import json
import time
from urllib.parse import urlsplit

import requests
from django.conf import settings

from chengxin.kernel.errors import Refusal
from chengxin.kernel.names import name_normal
from chengxin.subjects.rules.persons import RegisterSilent

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
CONNECT, ANSWER = 3.0, 5.0  # seconds within which it takes the question, and within which the whole answer is here
MOST = 256  # bytes: a yes or a no is shorter
ANSWERS = ({"agrees": True}, {"agrees": False})


class RegisterUnset(Refusal):
    """The address of the population register is not set, or is not one to which a number may be sent: https, without a query. Set CHENGXIN_POPULATION_URL."""

    code = "population-register-unset"
    status = 503
    basis = "《个人信息保护法》第51条"
    zh = "没有设置人口库服务的地址，或者该地址不能用来发送号码：须为https，不带查询部分。请设置 CHENGXIN_POPULATION_URL。"


def from_service(number: str, name: str) -> bool:
    """Whether the register behind CHENGXIN_POPULATION_URL says that this name belongs to this number.

    Number and name go in the body of a POST, over TLS, and nowhere else; no redirect is followed. Whatever is not exactly a yes or a no is no answer,
    so that a service that tells more than it is asked is not listened to.
    """
    address = str(settings.CHENGXIN_POPULATION_URL)
    where = urlsplit(address)
    plain = where.scheme == "http" and where.hostname in LOOPBACK  # on this machine itself nobody listens
    if not where.hostname or where.query or where.username or not (where.scheme == "https" or plain):
        raise RegisterUnset
    headers = {"Accept": "application/json"}
    if settings.CHENGXIN_POPULATION_TOKEN:
        headers["Authorization"] = f"Bearer {settings.CHENGXIN_POPULATION_TOKEN}"
    try:
        with requests.Session() as session:
            session.trust_env = False  # no .netrc in place of the token, no roots and no proxy but those that are set
            with session.post(
                address, json={"number": number, "name": name_normal(name)}, headers=headers, timeout=(CONNECT, ANSWER), allow_redirects=False,
                verify=settings.CHENGXIN_POPULATION_ROOTS or True, stream=True,
            ) as answer:  # fmt: skip
                said = json.loads(_body(answer)) if answer.status_code == requests.codes.ok else None
    except (requests.RequestException, OSError, ValueError, RecursionError):
        raise RegisterSilent from None  # what failed may hold what was asked
    if said not in ANSWERS or not isinstance(said["agrees"], bool):
        raise RegisterSilent
    return bool(said["agrees"])


def _body(answer: requests.Response) -> bytes:
    """What it says, while it is short and in time: one that drips is no answer either."""
    until, found = time.monotonic() + ANSWER, b""
    for part in answer.iter_content(chunk_size=1):  # of more it would wait for all
        found += part
        if len(found) > MOST or time.monotonic() > until:
            raise ValueError
    return found
