"""What was said of goods: documents as they came, their events, and what each links. Nothing here is edited or taken away."""

from typing import ClassVar

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import F, Q

KINDS = ("platform", "service-firm", "department", "operator")


class Place(models.Model):
    """Whose a location number is: only that actor says what happened there. The latest stands; nobody's where `actor` is empty."""

    gln = models.TextField(db_collation="C")
    number = models.SmallIntegerField()
    actor = models.TextField(db_collation="C", blank=True)
    title = models.TextField()
    title_en = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gln", "number"], name="trails_place_in_order"),
            models.CheckConstraint(condition=Q(gln__regex=r"^[0-9]{13}$"), name="trails_place_gln_shaped"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(by=""), name="trails_place_named"),
        ]


class Goods(models.Model):
    """Whose goods a GTIN names, of which kind of the lawbook's traced goods: only that actor says that some of them came into being."""

    gtin = models.TextField(db_collation="C")
    number = models.SmallIntegerField()
    actor = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    title = models.TextField()
    title_en = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gtin", "number"], name="trails_goods_in_order"),
            models.CheckConstraint(condition=Q(gtin__regex=r"^[0-9]{14}$"), name="trails_goods_gtin_shaped"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(actor="") & ~Q(kind="") & ~Q(by=""), name="trails_goods_named"
            ),
        ]


class Capture(models.Model):
    """One document as it came, but for its events; `actor` says what is in it, `by` sent it in."""

    actor = models.TextField(db_collation="C")
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()
    digest = models.TextField(db_collation="C")
    envelope = models.TextField()
    context = models.TextField()
    events = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["actor", "digest"], name="trails_capture_once"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="trails_capture_digest_shaped"),
            models.CheckConstraint(condition=~Q(actor="") & ~Q(by=""), name="trails_capture_said_by_somebody"),
        ]


class Event(models.Model):
    """One event as it came, and what of it is asked for by itself. `hash` is the CBV hash; `event_id` what it calls itself, or the hash."""

    capture = models.ForeignKey(
        Capture, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="said"
    )
    position = models.IntegerField()
    event_id = models.TextField(db_collation="C")
    hash = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    action = models.TextField(db_collation="C", blank=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    biz_step = models.TextField(db_collation="C", blank=True)
    disposition = models.TextField(db_collation="C", blank=True)
    read_point = models.TextField(db_collation="C", blank=True)
    biz_location = models.TextField(db_collation="C", blank=True)
    actor = models.TextField(db_collation="C")
    declares = models.BooleanField()
    body = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["capture", "position"], name="trails_event_in_order"),
        ]
        indexes: ClassVar = [
            HashIndex(fields=["event_id"], name="trails_event_by_id"),
            models.Index(fields=["at", "id"], name="trails_event_by_time"),
            models.Index(fields=["actor", "at", "id"], name="trails_event_by_actor"),
            # And by the words in their bodies: `bulk/finding.py`, made in a migration of its own.
        ]


class Link(models.Model):
    """One thing that an event names, in its role (`rules/linking.py`), at the event's own time."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_constraint=False, related_name="links")
    thing = models.TextField(db_collation="C")
    role = models.CharField(max_length=1, db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role__in=["o", "P", "C", "p", "c", "i", "u", "t", "l"]), name="trails_link_role_known"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["thing", "at"], include=["event", "role"], name="trails_link_by_thing"),
        ]


class Declared(models.Model):
    """An event that another declared wrong, and each declaration itself: it stays readable, and no trail follows it."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="declared")
    declaration = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "declaration"], name="trails_declared_once"),
        ]


class NamedQuery(models.Model):
    """A question about events that an actor keeps under a name of its own, as it came; it goes when the actor removes it."""

    actor = models.TextField(db_collation="C")
    name = models.TextField(db_collation="C")
    query = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["actor", "name"], name="trails_namedquery_once"),
            models.CheckConstraint(condition=~Q(actor="") & ~Q(name=""), name="trails_namedquery_named"),
        ]


class Recall(models.Model):
    """Goods called back: by whose order or decision, whose goods they are, and why. Where it stands is its last step."""

    goods = models.TextField(db_collation="C")
    maker = models.TextField(db_collation="C")
    authority = models.TextField(db_collation="C")
    reason = models.TextField()
    reason_en = models.TextField(default="")
    advice = models.TextField(default="")
    advice_en = models.TextField(default="")
    document = models.TextField(blank=True)
    jurisdiction = models.TextField(db_collation="C")
    opened_at = models.DateTimeField()
    opened_on = models.DateField()
    opened_by = models.TextField(db_collation="C")
    lawbook_digest = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(goods="") & ~Q(maker="") & ~Q(authority="") & ~Q(reason="") & ~Q(opened_by=""),
                name="trails_recall_of_something",
            )
        ]


class RecallStep(models.Model):
    """One step of a recall, by its procedure: to which state, by whom, why, until when the next is due."""

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="steps")
    number = models.SmallIntegerField()
    to = models.TextField(db_collation="C")
    doer = models.TextField(db_collation="C")
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()
    on = models.DateField()
    last_day = models.DateField(null=True)
    reasons = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recall", "number"], name="trails_recallstep_in_order"),
            models.CheckConstraint(condition=~Q(by=""), name="trails_recallstep_by_somebody"),
        ]


class RecallNotice(models.Model):
    """One firm told of a recall: with how many of its events the goods were met, and which of them, as far as it said."""

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="notices")
    actor = models.TextField(db_collation="C")
    things = models.JSONField()
    events = models.IntegerField()
    at = models.DateTimeField()
    due_on = models.DateField()
    answer_due_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recall", "actor"], name="trails_recallnotice_once"),
            models.CheckConstraint(condition=~Q(actor=""), name="trails_recallnotice_to_somebody"),
        ]


class RecallReceipt(models.Model):
    """What a firm that was told says: that it knows, how many it still held and took off sale, what it did."""

    notice = models.OneToOneField(RecallNotice, on_delete=models.PROTECT, related_name="receipt")
    held = models.IntegerField()
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(held__gte=0) & ~Q(by=""), name="trails_recallreceipt_counted")
        ]


class RecallAnswer(models.Model):
    """What became of the goods at a firm that was told: how many it held, how many came back, how many were destroyed, by which evidence. The
    latest stands.
    """

    notice = models.ForeignKey(RecallNotice, on_delete=models.PROTECT, related_name="answers")
    number = models.SmallIntegerField()
    held = models.IntegerField()
    taken_back = models.IntegerField()
    destroyed = models.IntegerField()
    digest = models.TextField(db_collation="C")
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "number"], name="trails_recallanswer_in_order"),
            models.CheckConstraint(
                condition=Q(held__gte=0, taken_back__gte=0, destroyed__gte=0, digest__regex=r"^[0-9a-f]{64}$")
                & Q(destroyed__lte=F("held") + F("taken_back"))
                & ~Q(by=""),
                name="trails_recallanswer_counted",
            ),
        ]
