"""Notices and what became of them, append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.SmallIntegerField()),
                (
                    "channel",
                    models.TextField(
                        choices=[("letter", "书面 letter"), ("email", "电子邮件 e-mail"), ("sms", "短信 text message")],
                        db_collation="C",
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="cases.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                (
                    "outcome",
                    models.TextField(
                        choices=[("sent", "已发出 sent"), ("failed", "未发出 failed"), ("served", "已送达 served")],
                        db_collation="C",
                    ),
                ),
                ("detail", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="cases.notice"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(fields=("case", "step", "channel"), name="cases_notice_once"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["letter", "email", "sms"])), name="cases_notice_channel_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("notice", "number"), name="cases_delivery_in_order"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["sent", "failed", "served"]), models.Q(("by", ""), _negated=True)),
                name="cases_delivery_outcome_known",
            ),
        ),
        append_only("cases_notice"),
        append_only("cases_delivery"),
    ]
