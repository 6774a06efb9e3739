"""Requests for a consent, who opened each, and what was answered: append-only."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("disclosure", "0001_consents"),
        ("subjects", "0006_forgetting"),
    ]

    operations = [
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(db_collation="C", unique=True)),
                ("grantee", models.TextField(db_collation="C")),
                ("client", models.BigIntegerField()),
                ("purpose", models.TextField(db_collation="C")),
                ("jurisdiction", models.TextField(db_collation="C")),
                (
                    "record_types",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation="C"), size=None),
                ),
                ("days", models.SmallIntegerField()),
                ("most", models.SmallIntegerField(null=True)),
                ("named_use", models.TextField(default="")),
                ("reference", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("lawbook_digest", models.TextField(db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="RequestAnswer",
            fields=[
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="answer",
                        serialize=False,
                        to="disclosure.request",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RequestOpening",
            fields=[
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="opening",
                        serialize=False,
                        to="disclosure.request",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("days__gt", 0),
                    ("record_types__len__gt", 0),
                    ("until__gt", models.F("at")),
                    ("number__regex", "^[0-9a-f]{20}$"),
                    models.Q(("grantee", ""), _negated=True),
                ),
                name="disclosure_request_of_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("grantee", "reference"),
                name="disclosure_request_once_a_reference",
            ),
        ),
        migrations.AddField(
            model_name="requestanswer",
            name="consent",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="request_answer",
                to="disclosure.consent",
            ),
        ),
        migrations.AddField(
            model_name="requestopening",
            name="subject",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
            ),
        ),
        append_only("disclosure_request"),
        append_only("disclosure_requestopening"),
        append_only("disclosure_requestanswer"),
    ]
