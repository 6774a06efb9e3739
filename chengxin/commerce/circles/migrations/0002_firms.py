"""What is said of firms that support e-commerce; append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("circles", "0001_initial"),
        ("records", "0011_certificates"),
    ]

    operations = [
        migrations.CreateModel(
            name="Firm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("name", models.TextField()),
                ("state", models.TextField(db_collation="C")),
                ("document", models.TextField()),
                ("digest", models.TextField(db_collation="C")),
                ("since", models.DateField()),
                ("version", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "record",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.record"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "kind", "by", "version"), name="circles_firm_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("record__isnull", True), ("state__in", ["registered", "ended"])),
                            models.Q(("record__isnull", False), ("state__in", ["revoked", "unlicensed"])),
                            _connector="OR",
                        ),
                        name="circles_firm_decided_by_record",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[0-9A-Z]{18}$"),
                            models.Q(("code__startswith", "92"), _negated=True),
                            models.Q(("name", ""), _negated=True),
                            models.Q(("document", ""), _negated=True),
                            models.Q(
                                (
                                    "name__regex",
                                    "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                                ),
                                _negated=True,
                            ),
                            models.Q(
                                (
                                    "document__regex",
                                    "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                                ),
                                _negated=True,
                            ),
                        ),
                        name="circles_firm_is_a_firm",
                    ),
                ],
            },
        ),
        append_only("circles_firm"),
    ]
