"""Tickets that open one check in a frame, and their openings, append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("checks", "0003_decisions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.BinaryField(unique=True)),
                ("client", models.BigIntegerField()),
                ("actor", models.TextField(db_collation="C")),
                ("code", models.TextField(db_collation="C")),
                ("matter", models.TextField(db_collation="C")),
                ("purpose", models.TextField()),
                ("case_number", models.TextField()),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="opening",
                        serialize=False,
                        to="checks.ticket",
                    ),
                ),
                ("entry", models.BigIntegerField()),
                ("form_hash", models.BinaryField(unique=True)),
                ("form_expires_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("issued_at"))), name="checks_ticket_expires"
            ),
        ),
        append_only("checks_ticket"),
        append_only("checks_opening"),
    ]
