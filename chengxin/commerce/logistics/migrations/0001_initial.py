"""Carriers, tokens, answers and publications of logistics, append-only."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mark", models.TextField(db_collation="C", unique=True)),
                ("parcel", models.TextField(db_collation="C", unique=True)),
                ("platform", models.TextField(db_collation="C")),
                ("firm", models.TextField(db_collation="C")),
                ("quarter", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "side",
                    models.TextField(
                        choices=[("regulator", "regulator"), ("merchants", "merchants"), ("consumers", "consumers")],
                        db_collation="C",
                    ),
                ),
                ("firm", models.TextField(db_collation="C")),
                ("quarter", models.TextField(db_collation="C")),
                ("method_version", models.IntegerField()),
                ("scores", models.JSONField()),
                ("who", models.TextField(db_collation="C", default="")),
                ("on", models.DateField()),
            ],
            options={
                "indexes": [models.Index(fields=["firm", "quarter"], name="logistics_answer_firm")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("side", "consumers"), ("who", "")),
                            models.Q(
                                models.Q(("side", "consumers"), _negated=True), models.Q(("who", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="logistics_answer_no_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("who", ""), _negated=True),
                        fields=("side", "firm", "quarter", "who"),
                        name="logistics_answer_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Carrier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                ("carrier", models.TextField(db_collation="C")),
                ("code", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["platform", "carrier"], name="logistics_carrier_of"),
                    models.Index(fields=["code"], name="logistics_carrier_code"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9A-Z]{18}$")), name="logistics_carrier_coded"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("firm", models.TextField(db_collation="C")),
                ("quarter", models.TextField(db_collation="C")),
                ("version", models.IntegerField()),
                ("said", models.JSONField()),
                ("reason", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("firm", "quarter", "version"), name="logistics_publication_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), ("version", 1)),
                            models.Q(("version__gt", 1), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="logistics_publication_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Spent",
            fields=[
                (
                    "token",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="spent",
                        serialize=False,
                        to="logistics.token",
                    ),
                ),
                ("on", models.DateField()),
            ],
        ),
        append_only("logistics_carrier"),
        append_only("logistics_token"),
        append_only("logistics_spent"),
        append_only("logistics_answer"),
        append_only("logistics_publication"),
    ]
