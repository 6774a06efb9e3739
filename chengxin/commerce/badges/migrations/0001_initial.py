"""Badges and what became of them, append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="Badge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(db_collation="C", unique=True)),
                ("platform", models.TextField(db_collation="C")),
                ("shop", models.TextField(db_collation="C")),
                ("said", models.JSONField()),
                ("note", models.TextField()),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "indexes": [models.Index(fields=["platform", "shop"], name="badges_badge_shop")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("issued_at"))), name="badges_badge_ends"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("said__kind", "individual"), _negated=True),
                            models.Q(("said__code", ""), ("said__name", "")),
                            _connector="OR",
                        ),
                        name="badges_badge_no_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BadgeStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                (
                    "kind",
                    models.TextField(
                        choices=[("revoked", "撤销 revoked"), ("restored", "恢复 restored")], db_collation="C"
                    ),
                ),
                ("words", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "badge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="badges.badge"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("badge", "number"), name="badges_badgestep_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("words", ""), _negated=True), ("number__gte", 1)),
                        name="badges_badgestep_with_reasons",
                    ),
                ],
            },
        ),
        append_only("badges_badge"),
        append_only("badges_badgestep"),
    ]
