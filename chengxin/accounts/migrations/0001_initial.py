"""Accounts, their sessions, and what was tried against them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("actors", "0005_origins"),
        ("subjects", "0005_persons"),
    ]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["about", "at"], name="accounts_attempt_about")],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("login", models.TextField(db_collation="C", unique=True)),
                (
                    "kind",
                    models.TextField(
                        choices=[("person", "个人 a person"), ("firm", "单位 a firm"), ("staff", "工作人员 staff")],
                        db_collation="C",
                    ),
                ),
                ("generation", models.IntegerField(default=0)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="actors.actor",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["person", "firm", "staff"])),
                        name="accounts_account_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("login__regex", "^[a-z][a-z0-9._-]{3,39}$")),
                        name="accounts_account_login_shaped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("actor__isnull", False), ("kind", "staff"), ("subject__isnull", True)),
                            models.Q(
                                ("actor__isnull", True), ("kind__in", ["person", "firm"]), ("subject__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="accounts_account_of_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True), ("kind", "person")),
                        fields=("subject",),
                        name="accounts_account_one_a_person",
                    ),
                ],
            },
        ),
    ]
