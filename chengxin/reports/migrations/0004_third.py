"""What firms allow credit-service firms, and the third-party reports that rest on it; append-only."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_persons"),
        ("ledger", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="FirmConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(db_collation="C")),
                ("grantee", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("until", models.DateField()),
                ("way", models.TextField(db_collation="C")),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ThirdReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.TextField(db_collation="C")),
                ("number", models.TextField(db_collation="C")),
                ("digest", models.TextField(db_collation="C")),
                ("code", models.TextField(db_collation="C")),
                ("issued_on", models.DateField()),
                ("rests_on", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="report",
            name="reports_report_drawn_known",
        ),
        migrations.AlterField(
            model_name="report",
            name="drawn_by",
            field=models.TextField(
                choices=[
                    ("subject", "企业本身 the subject"),
                    ("counter", "窗口代办 the counter"),
                    ("authority", "部门 an authority"),
                    ("public", "公众 the public"),
                    ("allowed", "经企业同意 whom the firm allowed it"),
                ],
                db_collation="C",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("drawn_by__in", ["subject", "counter", "authority", "public", "allowed"])),
                name="reports_report_drawn_known",
            ),
        ),
        migrations.CreateModel(
            name="FirmConsentEnd",
            fields=[
                (
                    "ended",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="end",
                        serialize=False,
                        to="reports.firmconsent",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="firmconsent",
            index=models.Index(fields=["code", "grantee", "kind"], name="reports_firmconsent_of"),
        ),
        migrations.AddConstraint(
            model_name="firmconsent",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("grantee", ""), _negated=True), models.Q(("way", ""), _negated=True)),
                name="reports_firmconsent_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="thirdreport",
            index=models.Index(fields=["digest"], name="reports_thirdreport_digest"),
        ),
        migrations.AddConstraint(
            model_name="thirdreport",
            constraint=models.UniqueConstraint(fields=("issuer", "number"), name="reports_thirdreport_once"),
        ),
        migrations.AddConstraint(
            model_name="thirdreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("digest__regex", "^[0-9a-f]{64}$"),
                    ("rests_on__len__gt", 0),
                    models.Q(("issuer", ""), _negated=True),
                    models.Q(("number", ""), _negated=True),
                ),
                name="reports_thirdreport_whole",
            ),
        ),
        append_only("reports_firmconsent"),
        append_only("reports_firmconsentend"),
        append_only("reports_thirdreport"),
    ]
