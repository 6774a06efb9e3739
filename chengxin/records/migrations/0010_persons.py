"""Records about natural persons: their content sealed, and the rows that go back to their source."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only, refers
from chengxin.vault.guards import resealable


class Migration(migrations.Migration):
    """Persons."""

    dependencies = [
        ("records", "0009_resealing"),
        ("subjects", "0005_persons"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id", "line", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="records.batch",
                    ),
                ),
                ("line", models.IntegerField()),
                ("content", models.UUIDField(unique=True)),
                ("source", models.TextField(db_collation="C")),
                ("reason", models.TextField(db_collation="C")),
                ("sealed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="TicketAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.UUIDField(unique=True)),
                ("reason", models.TextField()),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="record",
            name="sealed",
            field=models.BinaryField(null=True),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                condition=models.Q(("sealed__isnull", False)), fields=["id"], name="records_record_sealed"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="records_ticketanswer_reasoned"
            ),
        ),
        resealable("records_record"),
        resealable("records_ticket", held=False),
        refers("records_ticket", "batch_id", "records_batch", few=True),
        append_only("records_ticketanswer"),
    ]
