"""Deliveries signed by certificate: append-only, but that what is sealed may be sealed anew."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.vault.guards import resealable


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0011_certificates"),
        ("vault", "0001_resealing"),
    ]

    operations = [
        migrations.CreateModel(
            name="BatchSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(db_collation="C")),
                ("issuer", models.TextField()),
                ("serial", models.TextField(db_collation="C")),
                ("fingerprint", models.TextField(db_collation="C")),
                ("until", models.DateField()),
                ("sealed", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signature", to="records.batch"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("issuer", ""), _negated=True),
                            ("code__regex", "^[0-9A-Z]{18}$"),
                            ("fingerprint__regex", "^[0-9a-f]{64}$"),
                        ),
                        name="records_batchsignature_whole",
                    )
                ],
            },
        ),
        resealable("records_batchsignature", held=False),
    ]
