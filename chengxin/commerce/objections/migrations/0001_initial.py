"""Objections to evaluations; append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(choices=[("rating", "rating"), ("quarter", "quarter")], db_collation="C")),
                ("evaluation", models.BigIntegerField()),
                ("shop", models.TextField(blank=True, db_collation="C")),
                ("version", models.IntegerField()),
                ("again", models.SmallIntegerField(default=0)),
                ("code", models.TextField(db_collation="C")),
                ("title", models.TextField()),
                ("title_en", models.TextField()),
                ("words", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("opened_on", models.DateField()),
                ("lawbook_digest", models.TextField(db_collation="C")),
            ],
            options={
                "indexes": [models.Index(fields=["code"], name="objections_objection_code")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "evaluation", "shop", "again"), name="objections_objection_once_a_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "rating"), models.Q(("shop", ""), _negated=True)),
                            models.Q(("kind", "quarter"), ("shop", "")),
                            _connector="OR",
                        ),
                        name="objections_objection_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[0-9A-Z]{18}$"), models.Q(("code__startswith", "92"), _negated=True)
                        ),
                        name="objections_objection_of_a_firm",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("words", ""), _negated=True),
                            models.Q(
                                (
                                    "words__regex",
                                    "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                                ),
                                _negated=True,
                            ),
                        ),
                        name="objections_objection_no_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ObjectionStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("to", models.TextField(db_collation="C")),
                ("doer", models.TextField(db_collation="C")),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("last_day", models.DateField(null=True)),
                ("words", models.TextField(blank=True)),
                (
                    "objection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="objections.objection"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("objection", "number"), name="objections_objectionstep_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("to__in", ["corrected", "upheld"]), _negated=True),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="objections_objectionstep_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("by", ""), _negated=True),
                            models.Q(
                                (
                                    "words__regex",
                                    "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                                ),
                                _negated=True,
                            ),
                        ),
                        name="objections_objectionstep_no_person",
                    ),
                ],
            },
        ),
        append_only("objections_objection"),
        append_only("objections_objectionstep"),
    ]
