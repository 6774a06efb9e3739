"""What agencies were told of their work on the lists, and what they answered, append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="Oversight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(db_collation="C")),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("agency", models.TextField(db_collation="C")),
                ("on", models.DateField()),
                ("what", models.TextField()),
                ("document", models.TextField()),
                ("due_on", models.DateField(null=True)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "indexes": [models.Index(fields=["on", "agency"], name="assessments_oversight_on")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("what", ""), _negated=True),
                            models.Q(("document", ""), _negated=True),
                            models.Q(("agency", ""), _negated=True),
                        ),
                        name="assessments_oversight_documented",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__isnull", True), ("due_on__gte", models.F("on")), _connector="OR"),
                        name="assessments_oversight_days_ordered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                (
                    "kind",
                    models.TextField(
                        choices=[("answered", "已答复 answered"), ("withdrawn", "已撤回 taken back")], db_collation="C"
                    ),
                ),
                ("words", models.TextField()),
                ("document", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "oversight",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="replies", to="assessments.oversight"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("oversight", "number"), name="assessments_reply_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["answered", "withdrawn"]), models.Q(("words", ""), _negated=True)
                        ),
                        name="assessments_reply_known",
                    ),
                ],
            },
        ),
        append_only("assessments_oversight"),
        append_only("assessments_reply"),
    ]
