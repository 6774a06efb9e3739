"""What was done about platforms that neglect a duty; append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0002_guards"),
        ("records", "0011_certificates"),
    ]

    operations = [
        migrations.CreateModel(
            name="Neglect",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                ("duty", models.TextField(db_collation="C")),
                ("facts", models.TextField()),
                ("document", models.TextField()),
                ("digest", models.TextField(db_collation="C")),
                ("authority", models.TextField(db_collation="C")),
                ("opened_at", models.DateTimeField()),
                ("opened_on", models.DateField()),
                ("lawbook_digest", models.TextField(db_collation="C")),
            ],
            options={
                "indexes": [models.Index(fields=["platform"], name="circles_neglect_platform")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("facts", ""), _negated=True),
                            models.Q(("document", ""), _negated=True),
                            models.Q(("authority", ""), _negated=True),
                            ("digest__regex", "^[0-9a-f]{64}$"),
                        ),
                        name="circles_neglect_says_all",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "facts__regex",
                                    "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                                ),
                                _negated=True,
                            ),
                            models.Q(
                                (
                                    "document__regex",
                                    "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                                ),
                                _negated=True,
                            ),
                        ),
                        name="circles_neglect_no_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NeglectStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("to", models.TextField(db_collation="C")),
                ("doer", models.TextField(db_collation="C")),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("words", models.TextField(blank=True)),
                ("document", models.TextField(blank=True)),
                ("digest", models.TextField(blank=True, db_collation="C")),
                ("mend_by", models.DateField(null=True)),
                (
                    "neglect",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="circles.neglect"
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.record"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("neglect", "number"), name="circles_neglectstep_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("to__in", ["interviewed", "circulated", "demanded"]), _negated=True),
                            models.Q(
                                models.Q(("document", ""), _negated=True), models.Q(("digest", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="circles_neglectstep_act_by_document",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mend_by__isnull", False), ("to", "demanded")),
                            models.Q(models.Q(("to", "demanded"), _negated=True), ("mend_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="circles_neglectstep_demand_with_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("record__isnull", False), ("to", "penalised")),
                            models.Q(models.Q(("to", "penalised"), _negated=True), ("record__isnull", True)),
                            _connector="OR",
                        ),
                        name="circles_neglectstep_penalty_is_a_record",
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
                            models.Q(
                                (
                                    "document__regex",
                                    "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                                ),
                                _negated=True,
                            ),
                        ),
                        name="circles_neglectstep_no_person",
                    ),
                ],
            },
        ),
        append_only("circles_neglect"),
        append_only("circles_neglectstep"),
    ]
