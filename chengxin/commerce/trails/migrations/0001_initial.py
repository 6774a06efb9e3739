"""Documents, events and what they link, append-only."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only, refers


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="Capture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.TextField(db_collation="C")),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("digest", models.TextField(db_collation="C")),
                ("envelope", models.TextField()),
                ("context", models.TextField()),
                ("events", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("actor", "digest"), name="trails_capture_once"),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="trails_capture_digest_shaped"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("actor", ""), _negated=True), models.Q(("by", ""), _negated=True)),
                        name="trails_capture_said_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.IntegerField()),
                ("event_id", models.TextField(db_collation="C")),
                ("hash", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("action", models.TextField(blank=True, db_collation="C")),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("biz_step", models.TextField(blank=True, db_collation="C")),
                ("disposition", models.TextField(blank=True, db_collation="C")),
                ("read_point", models.TextField(blank=True, db_collation="C")),
                ("biz_location", models.TextField(blank=True, db_collation="C")),
                ("actor", models.TextField(db_collation="C")),
                ("declares", models.BooleanField()),
                ("body", models.TextField()),
                (
                    "capture",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="said",
                        to="trails.capture",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Declared",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "declaration",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="trails.event"),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="declared", to="trails.event"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Goods",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gtin", models.TextField(db_collation="C")),
                ("number", models.SmallIntegerField()),
                ("actor", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("title", models.TextField()),
                ("title_en", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("gtin", "number"), name="trails_goods_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(("gtin__regex", "^[0-9]{14}$")), name="trails_goods_gtin_shaped"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True),
                            models.Q(("actor", ""), _negated=True),
                            models.Q(("kind", ""), _negated=True),
                            models.Q(("by", ""), _negated=True),
                        ),
                        name="trails_goods_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("thing", models.TextField(db_collation="C")),
                ("role", models.CharField(db_collation="C", max_length=1)),
                ("at", models.DateTimeField()),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="trails.event",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gln", models.TextField(db_collation="C")),
                ("number", models.SmallIntegerField()),
                ("actor", models.TextField(blank=True, db_collation="C")),
                ("title", models.TextField()),
                ("title_en", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("gln", "number"), name="trails_place_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(("gln__regex", "^[0-9]{13}$")), name="trails_place_gln_shaped"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("title", ""), _negated=True), models.Q(("by", ""), _negated=True)),
                        name="trails_place_named",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="event",
            index=django.contrib.postgres.indexes.HashIndex(fields=["event_id"], name="trails_event_by_id"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["at", "id"], name="trails_event_by_time"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(fields=("capture", "position"), name="trails_event_in_order"),
        ),
        migrations.AddConstraint(
            model_name="declared",
            constraint=models.UniqueConstraint(fields=("event", "declaration"), name="trails_declared_once"),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(fields=["thing", "at"], include=("event", "role"), name="trails_link_by_thing"),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["o", "P", "C", "p", "c", "i", "u", "t", "l"])),
                name="trails_link_role_known",
            ),
        ),
        refers("trails_event", "capture_id", "trails_capture", few=True),
        refers("trails_link", "event_id", "trails_event"),
        append_only("trails_place"),
        append_only("trails_goods"),
        append_only("trails_capture"),
        append_only("trails_event"),
        append_only("trails_link"),
        append_only("trails_declared"),
    ]
