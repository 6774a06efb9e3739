"""Reports as they were issued, and the passes of firms: append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0003_case")]

    operations = [
        migrations.CreateModel(
            name="Pass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(db_collation="C")),
                ("key_hash", models.BinaryField(unique=True)),
                ("seen", models.TextField()),
                ("given_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(db_collation="C")),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("subject", models.BigIntegerField(null=True)),
                ("code", models.TextField(db_collation="C")),
                ("asker", models.TextField(db_collation="C")),
                (
                    "drawn_by",
                    models.TextField(
                        choices=[
                            ("subject", "企业本身 the subject"),
                            ("counter", "窗口代办 the counter"),
                            ("authority", "部门 an authority"),
                            ("public", "公众 the public"),
                        ],
                        db_collation="C",
                    ),
                ),
                ("choice", models.JSONField()),
                ("issued_at", models.DateTimeField()),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("facts", models.TextField(db_collation="C")),
                ("digest", models.TextField(db_collation="C")),
                ("signature", models.JSONField()),
                ("body", models.TextField(null=True)),
                ("sealed", models.BinaryField(null=True)),
                ("pdf", models.BinaryField()),
                ("pdf_digest", models.TextField(db_collation="C", unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="PassEnd",
            fields=[
                (
                    "ended",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="end",
                        serialize=False,
                        to="reports.pass",
                    ),
                ),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="pass",
            index=models.Index(fields=["code", "-id"], name="reports_pass_code"),
        ),
        migrations.AddConstraint(
            model_name="pass",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("given_at"))), name="reports_pass_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="pass",
            constraint=models.CheckConstraint(
                condition=models.Q(("seen", ""), _negated=True), name="reports_pass_seen"
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["code", "kind", "-id"], name="reports_report_code"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("body__isnull", False), ("sealed__isnull", False), _connector="XOR"),
                name="reports_report_body_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("drawn_by__in", ["subject", "counter", "authority", "public"])),
                name="reports_report_drawn_known",
            ),
        ),
        append_only("reports_report"),
        append_only("reports_pass"),
        append_only("reports_passend"),
    ]
