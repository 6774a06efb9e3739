"""Admitting who may act, and the programs that act for them."""

import hashlib
import math
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from chengxin.actors import rules
from chengxin.actors.models import Actor, Agreement, Allowance, Certificate, Client, Contact, Kind, Origin
from chengxin.actors.selectors import Asker, actor_acting, allowance_of
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import uscc_valid
from chengxin.law import Law
from chengxin.ledger.services import trace

SCOPES = (
    "checks",
    "batches",
    "subjects",
    "matches",
    "cases",
    "measures",
    "audits",
    "lists",
    "inspections",
    "reports",
    "benefits",
    "trades",
    "merchants",
    "trails",
    "complaints",
    "leads",
    "persons",
)


class ActorExists(Refusal):
    """There is already an actor "{actor}": a key names one actor for good."""

    code = "actor-exists"
    status = 409
    zh = "主体账户“{actor}”已存在：一个账户名只能对应一个主体。"


class ActorKindUnknown(Refusal):
    """ "{kind}" is no kind of actor. The kinds are: {known}."""

    code = "actor-kind-unknown"
    zh = "没有“{kind}”这种主体类别。可用类别：{known}。"


class ActorCodeWrong(Refusal):
    """{code} is no unified social credit code. Take it from the actor's licence: eighteen characters, the last a check character."""

    code = "actor-code-wrong"
    basis = "GB 32100-2015"
    zh = "{code}不是统一社会信用代码。请照其证照填写：十八位，末位为校验码。"


class ScopeUnknown(Refusal):
    """ "{scope}" is no scope. The scopes are: {known}."""

    code = "scope-unknown"
    zh = "没有“{scope}”这种权限。可用权限：{known}。"


class ClientUnknown(Refusal):
    """There is no API client {client} in force."""

    code = "client-unknown"
    status = 404
    zh = "没有有效的接口客户端{client}。"


def actor_add(*, key: str, kind: str, title: str, title_en: str = "", by: str, at: datetime) -> Actor:
    """Admit an actor under a key that it keeps for good."""
    if kind not in Kind.values:
        raise ActorKindUnknown(kind=kind, known=", ".join(Kind.values))
    with transaction.atomic():
        actor, made = Actor.objects.get_or_create(
            key=key, defaults={"kind": kind, "title": title, "title_en": title_en, "created_at": at}
        )
        if not made:
            raise ActorExists(actor=key)
        trace(event="actors.actor.added", by=by, at=at, about=f"actor:{key}", detail={"kind": kind})
    return actor


def actor_identify(*, actor: str, code: str, by: str, at: datetime) -> Actor:
    """Say under which unified social credit code the actor is registered, as its licence shows: what it signs by certificate is held against it."""
    found = actor_acting(actor, at=at)
    if not uscc_valid(code):
        raise ActorCodeWrong(code=code[:40])
    with transaction.atomic():
        held = Actor.objects.select_for_update().get(pk=found.pk)
        if held.code != code:
            trace(
                event="actors.actor.identified",
                by=by,
                at=at,
                about=f"actor:{actor}",
                detail={"code": code, "before": held.code},
            )
            held.code = code
            held.save(update_fields=["code"])
    return held


def contact_publish(*, actor: str, telephone: str, address: str, hours: str, by: str, at: datetime) -> Contact:
    """Publish how an authority's office is reached; what stood before is kept and shown no more. Refuses an actor that decides nothing
    about anybody, and a number or an address that is a person's.
    """
    found = actor_acting(actor, at=at)
    words = rules.contact_fit(found.kind, telephone, address, hours)
    with transaction.atomic():
        # The row is the lock: two who publish at once are taken one after the other.
        Actor.objects.select_for_update().get(pk=found.pk)
        latest = found.contacts.order_by("-number").first()
        made = Contact.objects.create(
            actor=found, number=latest.number + 1 if latest else 0, telephone=words.telephone, address=words.address,
            hours=words.hours, at=at, by=by,
        )  # fmt: skip
        trace(event="actors.contact.published", by=by, at=at, about=f"actor:{actor}", detail=dict(words.__dict__))
    return made


def client_add(
    *, actor: str, title: str, scopes: list[str], by: str, at: datetime, days: int = 365, per_minute: int = 600
) -> tuple[Client, str]:
    """Give an actor's program a key, shown once and kept only as its SHA-256; it expires."""
    for scope in scopes:
        if scope not in SCOPES:
            raise ScopeUnknown(scope=scope, known=", ".join(SCOPES))
    key = f"cx_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        client = Client.objects.create(
            actor=actor_acting(actor, at=at),
            title=title,
            key_prefix=key[:8],
            key_hash=key_hash(key),
            scopes=scopes,
            per_minute=per_minute,
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
        trace(
            event="actors.client.added",
            by=by,
            at=at,
            about=f"client:{client.pk}",
            detail={"actor": actor, "scopes": scopes},
        )
    return client, key


def client_revoke(*, client: int, by: str, at: datetime) -> None:
    """Take the key out of force from this instant."""
    with transaction.atomic():
        if not Client.objects.filter(pk=client, revoked_at__isnull=True).update(revoked_at=at):
            raise ClientUnknown(client=client)
        trace(event="actors.client.revoked", by=by, at=at, about=f"client:{client}")


class CertificateTaken(Refusal):
    """This certificate already stands for a client in force: {fingerprint}. One certificate names one client."""

    code = "certificate-taken"
    status = 409
    zh = "该证书已登记给一个有效的客户端：{fingerprint}。一份证书只能对应一个客户端。"


class CertificateOver(Refusal):
    """The certificate {fingerprint} is not valid now: it holds from {since} until {until}."""

    code = "certificate-over"
    zh = "证书 {fingerprint} 目前不在有效期内：自 {since} 起至 {until} 止。"


class CertificateUnknown(Refusal):
    """There is no certificate {fingerprint} in force. List them with `chengxin clients`."""

    code = "certificate-unknown"
    status = 404
    zh = "没有有效的证书 {fingerprint}。用 chengxin clients 查看。"


def certificate_add(*, client: int, certificate: str, by: str, at: datetime, days: int | None = None) -> Certificate:
    """Let a client be known by this certificate too, for so many days and no longer than it is valid itself. Refuses one that is not valid now,
    and one that stands for a client already.
    """
    read = rules.certificate_read(certificate)
    written = rules.fingerprint_written(read.fingerprint)
    if not read.not_before <= at < read.not_after:
        raise CertificateOver(fingerprint=written, since=read.not_before.isoformat(), until=read.not_after.isoformat())
    until = read.not_after if days is None else min(read.not_after, at + timedelta(days=days))
    with transaction.atomic():
        whose = Client.objects.select_for_update().filter(pk=client, revoked_at__isnull=True, expires_at__gt=at).first()
        if whose is None:
            raise ClientUnknown(client=client)
        # What has run out makes room for whoever brings the same key's certificate again.
        Certificate.objects.filter(fingerprint=read.fingerprint, ended_at__isnull=True, expires_at__lte=at).update(
            ended_at=at
        )
        made, new = Certificate.objects.get_or_create(
            fingerprint=read.fingerprint, ended_at=None, defaults={"client": whose, "added_at": at, "expires_at": until}
        )
        if not new:
            raise CertificateTaken(fingerprint=written)
        about, detail = f"client:{client}", {"fingerprint": written, "expires_at": until.isoformat()}
        trace(event="actors.certificate.added", by=by, at=at, about=about, detail=detail)
    return made


def certificate_end(*, fingerprint: str, by: str, at: datetime) -> None:
    """From this instant the certificate names nobody; the client's key and its other certificates stay."""
    plain = fingerprint.replace(":", "").strip().lower()
    with transaction.atomic():
        hexadecimal = len(plain) == 64 and not set(plain) - set("0123456789abcdef")
        found = Certificate.objects.select_for_update().filter(
            fingerprint=bytes.fromhex(plain) if hexadecimal else b"", ended_at__isnull=True
        )
        ended = found.first()
        if ended is None:
            raise CertificateUnknown(fingerprint=fingerprint[:100])
        found.update(ended_at=at)
        about, detail = (
            f"client:{ended.client_id}",
            {"fingerprint": rules.fingerprint_written(bytes(ended.fingerprint))},
        )
        trace(event="actors.certificate.ended", by=by, at=at, about=about, detail=detail)


# One statement beside everything else, whose commit waits for no disk: a count lost with the power is worth less than the wait, and the row
# that all of a client's calls meet is held for an instant.
_COUNT = """
with quick as (select set_config('synchronous_commit', 'off', true)),
allowed as (
    select coalesce(
        (select coalesce(calls_a_day, -1) from actors_allowance where client_id = %(client)s and purpose = %(purpose)s order by id desc limit 1),
        -1) as own, coalesce(
        (select coalesce(calls_a_day, -1) from actors_allowance where client_id = %(client)s and purpose = %(kind)s order by id desc limit 1),
        -1) as kinds
), most as (select case when own >= 0 then own when kinds >= 0 then kinds else %(most)s end as most from allowed, quick)
insert into actors_use as u (client_id, purpose, day, used, most) select %(client)s, %(purpose)s, %(day)s, 1, most from most where most > 0
on conflict (client_id, purpose, day) do update set used = u.used + 1, most = excluded.most where u.used < excluded.most
returning used
"""


def call_count(*, asker: Asker, kind: str, purpose: str, law: Law, at: datetime) -> None:
    """Count one call of the asker's program for a purpose today; whoever is no program is not counted. Refuses what is beyond the limit of the
    lawbook or the client's own, and writes that down. Call it outside of a transaction: one that is then refused counts too.
    """
    if asker.client is None:
        return
    counted, day = rules.purpose_counted(law, kind, purpose), day_of(at)
    asked: dict[str, Any] = {
        "client": asker.client,
        "purpose": counted,
        "kind": kind,
        "day": day,
        "most": law.parameter(f"{kind}-a-day"),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, asked)
        if cursor.fetchone():
            return
    most = allowance_of(asker.client, counted, usual=law.parameter(f"{kind}-a-day"))
    detail, opens_at = {"most": most, "client": asker.client}, rules.day_over(at)
    trace(event="actors.call.refused", by=asker.key, at=at, purpose=counted, detail=detail)
    wait = math.ceil((opens_at - at).total_seconds())
    raise rules.CallsUsedUp(purpose=counted, most=most, opens_at=opens_at.isoformat(), retry_after=wait)


def allowance_set(*, client: int, purpose: str, calls_a_day: int | None, law: Law, by: str, at: datetime) -> Allowance:
    """Let this client call so often a day for the purpose or the kind, or as often as the lawbook says again."""
    rules.purpose_limited(law, purpose)
    with transaction.atomic():
        if not Client.objects.filter(pk=client, revoked_at__isnull=True, expires_at__gt=at).exists():
            raise ClientUnknown(client=client)
        made = Allowance.objects.create(client_id=client, purpose=purpose, calls_a_day=calls_a_day, at=at, by=by)
        detail = {"purpose": purpose, "calls_a_day": calls_a_day}
        trace(event="actors.allowance.set", by=by, at=at, about=f"client:{client}", detail=detail)
    return made


class OriginUnknown(Refusal):
    """{actor} has no registered origin {origin}. List them with `chengxin origins {actor}`."""

    code = "origin-unknown"
    status = 404
    zh = "{actor}没有登记过嵌入来源{origin}。用 chengxin origins {actor} 查看。"


def origin_add(*, actor: str, origin: str, by: str, at: datetime) -> Origin:
    """Let pages of this origin frame the answers given to the actor's programs; one that is registered already stays as it is."""
    read = rules.origin_read(origin)
    with transaction.atomic():
        whose = actor_acting(actor, at=at)
        made, new = Origin.objects.get_or_create(actor=whose, origin=read, removed_at=None, defaults={"added_at": at})
        if new:
            trace(event="actors.origin.added", by=by, at=at, about=f"actor:{actor}", detail={"origin": read})
    return made


def origin_remove(*, actor: str, origin: str, by: str, at: datetime) -> None:
    """From this instant no page of the origin frames the actor's answers."""
    read = rules.origin_read(origin)
    with transaction.atomic():
        found = Origin.objects.filter(actor__key=actor, origin=read, removed_at__isnull=True)
        if not found.update(removed_at=at):
            raise OriginUnknown(actor=actor, origin=read)
        trace(event="actors.origin.removed", by=by, at=at, about=f"actor:{actor}", detail={"origin": read})


def key_hash(key: str) -> bytes:
    """What is kept of a key: it is 256 random bits, so a plain SHA-256 of it cannot be searched for."""
    return hashlib.sha256(key.encode()).digest()


def agreement_file(
    *, actor: str, number: str, scopes: list[str], document: str, digest: str, from_on: date, to_on: date, by: str, at: datetime
) -> Agreement:  # fmt: skip
    """File under which agreement a platform, credit-service firm or association exchanges what: its programs may do no more than its agreements
    in force name.
    """
    for scope in scopes:
        if scope not in SCOPES:
            raise ScopeUnknown(scope=scope, known=", ".join(SCOPES))
    found = actor_acting(actor, at=at)
    rules.agreement_fit(found.kind, number, document, digest, from_on, to_on, scopes)
    kept = {"scopes": sorted(set(scopes)), "document": document.strip(), "digest": digest, "from_on": from_on, "to_on": to_on}  # fmt: skip
    with transaction.atomic():
        made, new = Agreement.objects.get_or_create(
            actor=found, number=number.strip(), defaults={**kept, "at": at, "by": by}
        )
        if not new and any(getattr(made, name) != value for name, value in kept.items()):
            raise rules.AgreementUnfit(
                why="one of this number says something else; end it, and file another number.",
                why_zh="该编号的协议内容不同；请终止后另行编号登记。",
            )
        if new:
            detail = {"actor": actor, "number": made.number, "scopes": made.scopes, "to_on": to_on.isoformat()}
            trace(event="actors.agreement.filed", by=by, at=at, about=f"agreement:{made.pk}", detail=detail)
    return made


def agreement_end(*, actor: str, number: str, by: str, at: datetime) -> None:
    """End it before its day: from this instant its channel is closed."""
    with transaction.atomic():
        found = Agreement.objects.select_for_update().filter(
            actor__key=actor, number=number.strip(), ended_at__isnull=True
        )
        one = found.first()
        if one is None:
            raise rules.AgreementUnknown(actor=actor, number=number[:80])
        found.update(ended_at=at)
        trace(event="actors.agreement.ended", by=by, at=at, about=f"agreement:{one.pk}", detail={"actor": actor})
