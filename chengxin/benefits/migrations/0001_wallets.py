"""Wallets, what lies in them, what is offered and used. None is append-only: whoever leaves is deleted."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("subjects", "0005_persons"),
    ]

    operations = [
        migrations.CreateModel(
            name="Owed",
            fields=[
                ("entry", models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="Wallet",
            fields=[
                (
                    "subject",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="subjects.subject",
                    ),
                ),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("opened_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.TextField(db_collation="C")),
                ("scene", models.TextField(db_collation="C")),
                ("title", models.TextField()),
                ("words", models.TextField()),
                ("otherwise", models.TextField()),
                ("points", models.PositiveIntegerField()),
                ("times_a_year", models.PositiveSmallIntegerField(null=True)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("added_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("points__gt", 0),
                            models.Q(("times_a_year__isnull", True), ("times_a_year__gt", 0), _connector="OR"),
                        ),
                        name="benefits_offer_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True),
                            models.Q(("words", ""), _negated=True),
                            models.Q(("otherwise", ""), _negated=True),
                        ),
                        name="benefits_offer_said_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="benefits_offer_days_ordered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.TextField(db_collation="C", default="")),
                ("record", models.BigIntegerField(null=True)),
                ("sealed", models.BinaryField()),
                ("entered_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("declined_at", models.DateTimeField(null=True)),
                (
                    "reason",
                    models.TextField(
                        choices=[
                            ("not-found", "查无此项证明 no such evidence"),
                            ("name-differs", "证明上的姓名不符 another name stands on it"),
                            ("differs", "内容与证明不符 it says something else"),
                            ("not-ours", "不是本单位出具 issued by somebody else"),
                        ],
                        db_collation="C",
                        default="",
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="facts", to="benefits.wallet"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            models.Q(("issuer", ""), _negated=True),
                            ("confirmed_at__isnull", True),
                            ("declined_at__isnull", True),
                        ),
                        fields=["issuer", "entered_at"],
                        name="benefits_fact_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("wallet", "record"), name="benefits_fact_record_once"),
                    models.CheckConstraint(
                        condition=models.Q(("record__isnull", True), ("issuer", ""), _connector="XOR"),
                        name="benefits_fact_shown_somehow",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_at__isnull", True), ("declined_at__isnull", True), _connector="OR"
                        ),
                        name="benefits_fact_decided_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("declined_at__isnull", True), models.Q(("reason", ""), _negated=True), _connector="XOR"
                        ),
                        name="benefits_fact_declined_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Code",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(unique=True)),
                ("drawn_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="benefits.offer"
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="codes", to="benefits.wallet"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at__isnull", True), ("used_at__lte", models.F("until")), _connector="OR"
                        ),
                        name="benefits_code_used_in_time",
                    )
                ],
            },
        ),
    ]
