"""The marks of certificates' numbers, by which a qualification is confirmed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0010_persons"),
    ]

    operations = [
        migrations.CreateModel(
            name="CertificateMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField()),
                ("mark", models.BinaryField()),
                (
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.record",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["mark"], name="records_certificatemark_mark")],
                "constraints": [
                    models.UniqueConstraint(fields=("record", "version"), name="records_certificatemark_one_a_key")
                ],
            },
        ),
    ]
