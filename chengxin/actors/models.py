"""Who acts: every batch, check and decision names one actor by key."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Kind(models.TextChoices):
    """The kinds of actor that the lawbook's senders and askers name; and associations, which none of them can name: they send no record and
    ask of nobody.
    """

    DEPARTMENT = "department", "部门 department"
    COURT = "court", "法院 court"
    CREDIT_CENTRE = "credit-centre", "信用中心 credit centre"
    SUPERVISOR = "supervisor", "社会信用主管部门 supervisor"
    PLATFORM = "platform", "平台 platform"
    SERVICE_FIRM = "service-firm", "信用服务机构 credit-service firm"
    ASSOCIATION = "association", "协会 association"
    OPERATOR = "operator", "系统运行 operator"
    PUBLIC = "public", "公众 the public"


class Actor(models.Model):
    """An authority, platform, firm or operator that may send or ask; its key is what batches and the ledger quote."""

    key = models.TextField(unique=True, db_collation="C")
    kind = models.TextField(choices=Kind.choices)
    title = models.TextField()
    title_en = models.TextField(default="")
    code = models.TextField(default="", db_collation="C")  # the unit's unified social credit code, where it is known
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="actors_actor_kind_known"),
            models.CheckConstraint(
                condition=models.Q(key__regex=r"^[a-z0-9][a-z0-9-]{0,62}$"), name="actors_actor_key_shaped"
            ),
        ]


class Contact(models.Model):
    """How anybody reaches an authority's office: its published telephone, address and hours, never a person's. The latest stands; never
    edited.
    """

    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="contacts")
    number = models.SmallIntegerField()
    telephone = models.TextField(db_collation="C")
    address = models.TextField()
    hours = models.TextField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "number"], name="actors_contact_in_order"),
            models.CheckConstraint(
                condition=models.Q(telephone__regex=r"^[0-9][0-9-]{2,19}$"), name="actors_contact_telephone_shaped"
            ),
            models.CheckConstraint(condition=~models.Q(address="") & ~models.Q(hours=""), name="actors_contact_whole"),
        ]


class Client(models.Model):
    """A program of an actor's that may call the API: only the SHA-256 of its key is kept."""

    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="clients")
    title = models.TextField()
    key_prefix = models.TextField(db_collation="C")
    key_hash = models.BinaryField(unique=True)
    scopes = ArrayField(models.TextField(db_collation="C"))
    per_minute = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="actors_client_expires"
            ),
            models.CheckConstraint(condition=models.Q(per_minute__gt=0), name="actors_client_limited"),
        ]


class Certificate(models.Model):
    """A certificate by which a client is known behind a proxy that ends TLS: the SHA-256 of its DER, and until when. Of the certificate nothing
    else is kept.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="certificates")
    fingerprint = models.BinaryField()
    added_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], condition=models.Q(ended_at__isnull=True), name="actors_certificate_once"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("added_at")), name="actors_certificate_expires"
            ),
        ]


class Use(models.Model):
    """How often a client called on a day for a purpose (`checks.tender`, `batches.penalty-publicity`), and how often it might. The database lets in no more."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="uses")
    purpose = models.TextField(db_collation="C")
    day = models.DateField()
    used = models.IntegerField()
    most = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "purpose", "day"], name="actors_use_once"),
            models.CheckConstraint(
                condition=models.Q(used__gt=0) & models.Q(used__lte=models.F("most")), name="actors_use_limited"
            ),
        ]


class Allowance(models.Model):
    """That this client may call so often a day for a purpose, or for all of a kind (`checks`), whatever the lawbook says; none gives the lawbook's
    number back. The latest stands; never edited.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="allowances")
    purpose = models.TextField(db_collation="C")
    calls_a_day = models.IntegerField(null=True)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(calls_a_day__isnull=True) | models.Q(calls_a_day__gte=0),
                name="actors_allowance_a_number",
            )
        ]


class Origin(models.Model):
    """An origin whose pages may frame the answers given to this actor's programs; none may that is not registered, and not removed."""

    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="origins")
    origin = models.TextField(db_collation="C")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "origin"], condition=models.Q(removed_at__isnull=True), name="actors_origin_once"
            ),
            # The same shape as actors/rules.py reads: it goes into a header as it stands.
            models.CheckConstraint(
                condition=models.Q(origin__regex=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$"), name="actors_origin_shaped"
            ),
        ]


class Agreement(models.Model):
    """Under which agreement an actor's programs exchange which scopes, from when until when (the first day without). Its channel ends with it."""

    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="agreements")
    number = models.TextField(db_collation="C")
    scopes = ArrayField(models.TextField(db_collation="C"))
    document = models.TextField()
    digest = models.TextField(db_collation="C")
    from_on = models.DateField()
    to_on = models.DateField()
    ended_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "number"], name="actors_agreement_once"),
            models.CheckConstraint(
                condition=models.Q(to_on__gt=models.F("from_on"))
                & models.Q(digest__regex=r"^[0-9a-f]{64}$")
                & ~models.Q(number="")
                & ~models.Q(document=""),
                name="actors_agreement_whole",
            ),
        ]
