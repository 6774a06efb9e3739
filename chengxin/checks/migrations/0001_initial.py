"""Answers given anew."""

import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    """Answers given anew."""

    initial = True

    dependencies = [("ledger", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="Reissue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[("check", "核查 check"), ("file", "企业档案 a subject's file")], db_collation="C"
                    ),
                ),
                ("entry", models.BigIntegerField()),
                ("cause", models.TextField(db_collation="C")),
                ("actor", models.TextField(db_collation="C")),
                ("subject", models.BigIntegerField()),
                ("number", models.TextField(db_collation="C")),
                ("purpose", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("was", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("now", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("reason", models.TextField()),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "reissue",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="receipt",
                        serialize=False,
                        to="checks.reissue",
                    ),
                ),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="reissue",
            index=models.Index(fields=["actor", "-id"], name="checks_reissue_actor"),
        ),
        migrations.AddConstraint(
            model_name="reissue",
            constraint=models.UniqueConstraint(fields=("cause", "entry", "at"), name="checks_reissue_once"),
        ),
        append_only("checks_reissue"),
        append_only("checks_receipt"),
    ]
