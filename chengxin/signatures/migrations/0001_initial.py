"""Replies signed by certificate: append-only, but that what is sealed may be sealed anew."""

from django.db import migrations, models

from chengxin.vault.guards import resealable


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0001_initial"), ("vault", "0001_resealing")]

    operations = [
        migrations.CreateModel(
            name="ReplySignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(db_collation="C")),
                ("issuer", models.TextField()),
                ("serial", models.TextField(db_collation="C")),
                ("fingerprint", models.TextField(db_collation="C")),
                ("until", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                ("about", models.TextField(db_collation="C", unique=True)),
                ("digest", models.TextField(db_collation="C")),
                ("signed_on", models.DateField()),
                ("sealed", models.BinaryField()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("issuer", ""), _negated=True),
                            ("code__regex", "^[0-9A-Z]{18}$"),
                            ("fingerprint__regex", "^[0-9a-f]{64}$"),
                        ),
                        name="signatures_replysignature_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__gte", models.F("signed_on")),
                            ("digest__regex", "^[0-9a-f]{64}$"),
                            models.Q(("about", ""), _negated=True),
                        ),
                        name="signatures_replysignature_in_force",
                    ),
                ],
            },
        ),
        resealable("signatures_replysignature", held=False),
    ]
