"""Proposals of the matcher, and decisions about waiting rows that can be taken back."""

from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    """Matching."""

    dependencies = [
        ("records", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.UUIDField()),
                ("outcome", models.TextField(db_collation="C")),
                ("candidates", models.JSONField()),
                ("model", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="event",
            name="records_event_kind_known",
        ),
        migrations.AddField(
            model_name="waitingdecision",
            name="number",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="waitingdecision",
            name="proposal",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="waitingdecision",
            name="content",
            field=models.UUIDField(),
        ),
        migrations.AlterField(
            model_name="waitingdecision",
            name="outcome",
            field=models.TextField(
                choices=[
                    ("matched", "自动认定 matched"),
                    ("assigned", "人工认定 assigned"),
                    ("rejected", "不属于任何主体 about nobody here"),
                    ("postponed", "稍后再定 later"),
                    ("undone", "撤销 undone"),
                ],
                db_collation="C",
            ),
        ),
        migrations.AddIndex(
            model_name="waitingdecision",
            index=models.Index(fields=["record"], name="records_waitingdecision_record"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "filed",
                            "superseded",
                            "withdrawn",
                            "disputed",
                            "settled",
                            "repaired",
                            "ended",
                            "unmatched",
                            "matched",
                        ],
                    )
                ),
                name="records_event_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitingdecision",
            constraint=models.UniqueConstraint(fields=("content", "number"), name="records_waitingdecision_in_order"),
        ),
        migrations.AddConstraint(
            model_name="waitingdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["matched", "assigned", "rejected", "postponed", "undone"])),
                name="records_waitingdecision_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitingdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["rejected", "postponed", "undone"]), ("record__isnull", False), _connector="OR"
                ),
                name="records_waitingdecision_filed",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["content", "-id"], name="records_proposal_content"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["match", "propose", "none"])), name="records_proposal_outcome_known"
            ),
        ),
        append_only("records_proposal"),
    ]
