"""Recalls, their steps, whom they told and who receipted; append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("trails", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Recall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("goods", models.TextField(db_collation="C")),
                ("maker", models.TextField(db_collation="C")),
                ("authority", models.TextField(db_collation="C")),
                ("reason", models.TextField()),
                ("document", models.TextField(blank=True)),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("opened_at", models.DateTimeField()),
                ("opened_on", models.DateField()),
                ("opened_by", models.TextField(db_collation="C")),
                ("lawbook_digest", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("goods", ""), _negated=True),
                            models.Q(("maker", ""), _negated=True),
                            models.Q(("authority", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            models.Q(("opened_by", ""), _negated=True),
                        ),
                        name="trails_recall_of_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecallNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.TextField(db_collation="C")),
                ("things", models.JSONField()),
                ("events", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("due_on", models.DateField()),
                (
                    "recall",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="trails.recall"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecallReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("held", models.IntegerField()),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipt", to="trails.recallnotice"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecallStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("to", models.TextField(db_collation="C")),
                ("doer", models.TextField(db_collation="C")),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("last_day", models.DateField(null=True)),
                ("reasons", models.TextField(blank=True)),
                (
                    "recall",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="trails.recall"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="recallnotice",
            constraint=models.UniqueConstraint(fields=("recall", "actor"), name="trails_recallnotice_once"),
        ),
        migrations.AddConstraint(
            model_name="recallnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("actor", ""), _negated=True), name="trails_recallnotice_to_somebody"
            ),
        ),
        migrations.AddConstraint(
            model_name="recallreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("held__gte", 0), models.Q(("by", ""), _negated=True)),
                name="trails_recallreceipt_counted",
            ),
        ),
        migrations.AddConstraint(
            model_name="recallstep",
            constraint=models.UniqueConstraint(fields=("recall", "number"), name="trails_recallstep_in_order"),
        ),
        migrations.AddConstraint(
            model_name="recallstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("by", ""), _negated=True), name="trails_recallstep_by_somebody"
            ),
        ),
        append_only("trails_recall"),
        append_only("trails_recallstep"),
        append_only("trails_recallnotice"),
        append_only("trails_recallreceipt"),
    ]
