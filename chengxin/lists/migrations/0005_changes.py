"""The changes of lists as they are told to whoever keeps the lists elsewhere, append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only, refers


class Migration(migrations.Migration):
    dependencies = [
        ("lists", "0004_turns"),
        ("records", "0006_contested"),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("list", models.TextField(db_collation="C")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("entered", "列入 entered"),
                            ("corrected", "更正 corrected"),
                            ("suspended", "暂不产生效力 suspended"),
                            ("left", "移出 left"),
                        ],
                        db_collation="C",
                    ),
                ),
                ("code", models.TextField(db_collation="C")),
                ("on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.record",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.record",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["jurisdiction", "id"], name="lists_change_in_order")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["entered", "corrected", "suspended", "left"])),
                        name="lists_change_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("replaces__isnull", True), ("kind", "corrected"), _connector="OR"),
                        name="lists_change_replaces_corrected",
                    ),
                ],
            },
        ),
        refers("lists_change", "record_id", "records_record"),
        refers("lists_change", "replaces_id", "records_record"),
        append_only("lists_change"),
    ]
