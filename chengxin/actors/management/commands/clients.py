"""chengxin clients: the programs that may call the API."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from chengxin.actors.models import Client
from chengxin.actors.rules import CertificateUnread, fingerprint_written
from chengxin.actors.selectors import asker_acting
from chengxin.actors.services import SCOPES, certificate_add, certificate_end, client_add, client_revoke
from chengxin.site.console import Command as Base


class Command(Base):
    """Lists the API clients, gives a key or a certificate to one, or revokes one."""

    help = "接口客户端：列出、发放密钥（只显示一次）、登记证书、吊销 / API clients: list, give a key (shown once), register a certificate, revoke"
    words = {
        "clients": "客户端",
        "client": "客户端",
        "key": "密钥",
        "actor": "账户",
        "title": "名称",
        "scopes": "权限",
        "expires_at": "到期",
        "revoked_at": "吊销",
        "certificate": "证书",
        "certificates": "证书",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For which actor, with which scopes, for how long."""
        parser.add_argument("actor", nargs="?", metavar="ACTOR", help="为该账户发放密钥 / give this actor a key")
        parser.add_argument("--title", default="", help="程序名称 / what the program is called")
        parser.add_argument(
            "--scopes",
            nargs="+",
            choices=SCOPES,
            default=["checks"],
            help="权限，默认 checks / scopes, by default checks",
        )
        parser.add_argument("--days", type=int, default=365, help="有效天数，默认 365 / days in force, by default 365")
        parser.add_argument(
            "--per-minute", type=int, default=600, help="每分钟调用上限，默认 600 / calls a minute, by default 600"
        )
        parser.add_argument(
            "--revoke", type=int, metavar="CLIENT", help="吊销该客户端 / take this client's key out of force"
        )
        parser.add_argument(
            "--certificate",
            type=Path,
            metavar="FILE",
            help="证书文件（PEM）：登记给 --client，或者登记给新客户端而不发密钥 / a certificate (PEM): for --client, or for a new client in place of a key",
        )
        parser.add_argument("--client", type=int, metavar="CLIENT", help="证书登记给该客户端 / the client it is for")
        parser.add_argument(
            "--end-certificate", metavar="FINGERPRINT", help="停用该证书 / take this certificate out of force"
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="由谁办理，默认 operator / who does it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Give, revoke or list."""
        at = timezone.now()
        by = asker_acting(options["by"], at=at).key
        if options["revoke"]:
            client_revoke(client=options["revoke"], by=by, at=at)
        if options["end_certificate"]:
            certificate_end(fingerprint=options["end_certificate"], by=by, at=at)
        certificate = self._file(options["certificate"]) if options["certificate"] else ""
        if options["actor"]:
            title = options["title"] or options["actor"]
            with transaction.atomic():
                client, key = client_add(
                    actor=options["actor"],
                    title=title,
                    scopes=options["scopes"],
                    by=by,
                    at=at,
                    days=options["days"],
                    per_minute=options["per_minute"],
                )
                known = (
                    # Its key is told to nobody: whoever is known by a certificate has no secret to lose.
                    {"certificate": self._added(client.pk, certificate, options["days"], by, at)}
                    if certificate
                    else {"key": key}
                )
            self.result(
                {
                    "client": client.pk,
                    "actor": options["actor"],
                    **known,
                    "scopes": client.scopes,
                    "expires_at": client.expires_at,
                }
            )
            return
        if certificate:
            written = self._added(options["client"] or 0, certificate, options["days"], by, at)
            self.result({"client": options["client"], "certificate": written})
            return
        shown = [
            {
                "client": c.pk,
                "actor": c.actor.key,
                "title": c.title,
                "scopes": c.scopes,
                "expires_at": c.expires_at,
                "revoked_at": c.revoked_at,
                "certificates": [
                    fingerprint_written(bytes(each.fingerprint))
                    for each in c.certificates.all()
                    if each.ended_at is None and each.expires_at > at
                ],
            }
            for c in Client.objects.select_related("actor").prefetch_related("certificates").order_by("pk")
        ]
        self.result({"clients": shown})

    def _file(self, path: Path) -> str:
        try:
            return path.read_text(encoding="ascii")
        except (OSError, ValueError):
            raise CertificateUnread(why=f"{path.name} is no PEM file.", why_zh=f"{path.name} 不是 PEM 文件。") from None

    def _added(self, client: int, certificate: str, days: int, by: str, at: datetime) -> str:
        made = certificate_add(client=client, certificate=certificate, by=by, at=at, days=days)
        return fingerprint_written(bytes(made.fingerprint))
