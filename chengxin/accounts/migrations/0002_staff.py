"""Staff: invitations, roles, second factors."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("actors", "0005_origins"),
        ("ledger", "0002_guards"),
        ("subjects", "0005_persons"),
    ]

    operations = [
        migrations.CreateModel(
            name="Factor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("totp", "动态口令 authenticator"),
                            ("passkey", "通行密钥 passkey"),
                            ("recovery", "备用码 recovery code"),
                        ],
                        db_collation="C",
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("used", models.BigIntegerField(default=0)),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.BinaryField(unique=True)),
                ("role", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="accounts_account_of_somebody",
        ),
        migrations.AddField(
            model_name="account",
            name="role",
            field=models.TextField(db_collation="C", default=""),
        ),
        migrations.AddField(
            model_name="factor",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="factors", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="actor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="actors.actor"
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="invitation",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="account", to="accounts.invitation"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("actor__isnull", False),
                        ("kind", "staff"),
                        ("subject__isnull", True),
                        models.Q(("role", ""), _negated=True),
                    ),
                    models.Q(
                        ("actor__isnull", True),
                        ("kind__in", ["person", "firm"]),
                        ("role", ""),
                        ("subject__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="accounts_account_of_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="factor",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["totp", "passkey", "recovery"])), name="accounts_factor_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="factor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "totp"), ("removed_at__isnull", True)),
                fields=("account",),
                name="accounts_factor_one_authenticator",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("at"))), name="accounts_invitation_ends"
            ),
        ),
        append_only("accounts_invitation"),
    ]
