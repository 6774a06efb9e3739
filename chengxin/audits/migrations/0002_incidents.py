"""Data incidents, their steps, and the programs that were cut off for one: append-only."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0001_findings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(db_collation="C")),
                ("place", models.TextField(db_collation="C")),
                ("reader", models.TextField(db_collation="C", default="")),
                ("account", models.BigIntegerField(default=0)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("origin", models.TextField(db_collation="C")),
                ("data", models.TextField()),
                ("cause", models.TextField()),
                ("harm", models.TextField()),
                ("advice", models.TextField()),
                ("contact", models.TextField()),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("opened_at", models.DateTimeField()),
                ("opened_on", models.DateField()),
                ("opened_by", models.TextField(db_collation="C")),
                (
                    "finding",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="audits.finding",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("clients", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("words", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="closings", to="audits.incident"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IncidentStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("to", models.TextField(db_collation="C")),
                ("doer", models.TextField(db_collation="C")),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("last_day", models.DateField(null=True)),
                ("words", models.TextField(default="")),
                ("document", models.TextField(default="")),
                ("recipient", models.TextField(default="")),
                ("told", models.IntegerField(default=0)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="audits.incident"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["reader", "-id"], name="audits_incident_reader"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["opened_on"], name="audits_incident_day"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["leak", "tampering", "loss", "sale", "theft"]),
                    ("origin__in", ["finding", "report", "self", "ledger"]),
                    models.Q(
                        ("place", "here"),
                        models.Q(("place", "reader"), models.Q(("reader", ""), _negated=True)),
                        _connector="OR",
                    ),
                ),
                name="audits_incident_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("since"))), name="audits_incident_days_ordered"
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finding__isnull", False), ("origin", "finding")),
                    models.Q(models.Q(("origin", "finding"), _negated=True), ("finding__isnull", True)),
                    _connector="OR",
                ),
                name="audits_incident_from_its_finding",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                condition=models.Q(("finding__isnull", False)),
                fields=("finding",),
                name="audits_incident_once_a_finding",
            ),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("clients__len__gt", 0), models.Q(("words", ""), _negated=True), models.Q(("by", ""), _negated=True)
                ),
                name="audits_closing_of_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentstep",
            constraint=models.UniqueConstraint(fields=("incident", "number"), name="audits_incidentstep_in_order"),
        ),
        migrations.AddConstraint(
            model_name="incidentstep",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("by", ""), _negated=True), ("told__gte", 0)),
                name="audits_incidentstep_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("to", "handed"), _negated=True),
                    models.Q(models.Q(("document", ""), _negated=True), models.Q(("recipient", ""), _negated=True)),
                    _connector="OR",
                ),
                name="audits_incidentstep_handed_to_somebody",
            ),
        ),
        append_only("audits_incident"),
        append_only("audits_incidentstep"),
        append_only("audits_closing"),
    ]
