"""A salt for every entry, also for those written before; their places in the tree, its tiles, what was signed and by which keys."""

import django.contrib.postgres.functions
from django.db import migrations, models

from chengxin.ledger.guards import append_only

# What entries say is drawn into no statistics: it would stay there after the entry was erased.
UNSAMPLED = migrations.RunSQL(
    """
    alter table ledger_entry alter object set statistics 0, alter purpose set statistics 0, alter detail set statistics 0;
    alter index ledger_entry_case alter column 2 set statistics 0
    """,
    """
    alter table ledger_entry alter object set statistics -1, alter purpose set statistics -1, alter detail set statistics -1;
    alter index ledger_entry_case alter column 2 set statistics -1
    """,
)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_case"),
    ]

    operations = [
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry", models.BigIntegerField(unique=True)),
                ("commitment", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="LogKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("written", models.TextField(db_collation="C", unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="entry",
            name="salt",
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID()),
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
                ("reached", models.BigIntegerField()),
                ("holes", models.JSONField()),
            ],
            options={
                "indexes": [models.Index(fields=["size", "-id"], name="ledger_checkpoint_size")],
            },
        ),
        migrations.RunSQL("alter table ledger_leaf alter commitment set storage plain", migrations.RunSQL.noop),
        append_only("ledger_leaf"),
        append_only("ledger_tile"),
        append_only("ledger_checkpoint"),
        append_only("ledger_logkey"),
        UNSAMPLED,
    ]
