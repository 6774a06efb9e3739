"""Tickets: the digests of evidence, opened again, escalated, settled; until when the next is due."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0005_representing"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="ticketstep",
            name="merchants_ticketstep_closed_once",
        ),
        migrations.RemoveConstraint(
            model_name="ticketstep",
            name="merchants_ticketstep_kind_known",
        ),
        migrations.AddField(
            model_name="ticketstep",
            name="due_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="ticketstep",
            name="evidence",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(db_collation="C"), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="ticketstep",
            name="to",
            field=models.TextField(db_collation="C", default=""),
        ),
        migrations.AlterField(
            model_name="ticketstep",
            name="kind",
            field=models.TextField(
                choices=[
                    ("reply", "答复 reply"),
                    ("mended", "已改正 mended"),
                    ("dismissed", "撤销 dismissed"),
                    ("settled", "办结 settled"),
                    ("reopened", "重开 reopened"),
                    ("escalated", "移送 escalated"),
                ],
                db_collation="C",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["due_on", "id"], name="merchants_ticket_by_day"),
        ),
        migrations.AddConstraint(
            model_name="ticketstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["reply", "mended", "dismissed", "settled", "reopened", "escalated"])),
                name="merchants_ticketstep_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "escalated"), models.Q(("to", ""), _negated=True)),
                    models.Q(models.Q(("kind", "escalated"), _negated=True), ("to", "")),
                    _connector="OR",
                ),
                name="merchants_ticketstep_to_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "mended"), models.Q(("words", ""), _negated=True), _connector="OR"),
                name="merchants_ticketstep_with_reasons",
            ),
        ),
    ]
