"""Statements of reasons, commitments, duties, disclosures and payment firms, append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Commitment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.TextField(db_collation="C")),
                ("form_from", models.DateField()),
                ("text_digest", models.TextField(db_collation="C")),
                ("platform", models.TextField(db_collation="C")),
                ("shop", models.TextField(db_collation="C", default="")),
                ("on_behalf", models.BooleanField()),
                ("digest", models.TextField(db_collation="C")),
                ("signed_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("platform", "shop", "form", "form_from"), name="merchants_commitment_once_a_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="merchants_commitment_digest_shaped",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("title", models.TextField()),
                ("version", models.IntegerField()),
                ("words", models.TextField()),
                ("url", models.TextField(default="")),
                ("digest", models.TextField(db_collation="C", default="")),
                ("since", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("platform", "kind", "title", "version"), name="merchants_disclosure_in_order"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                ("duty", models.TextField(db_collation="C")),
                ("version", models.IntegerField()),
                ("state", models.TextField(db_collation="C")),
                ("words", models.TextField(default="")),
                ("digest", models.TextField(db_collation="C", default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("platform", "duty", "version"), name="merchants_duty_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["done", "under-way", "not-done"]),
                            models.Q(
                                models.Q(("state", "done"), _negated=True),
                                models.Q(("digest", ""), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="merchants_duty_done_with_evidence",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(db_collation="C")),
                ("name", models.TextField()),
                ("version", models.IntegerField()),
                ("state", models.TextField(db_collation="C")),
                ("document", models.TextField()),
                ("decided_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="merchants_payer_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["licensed", "ended", "unlicensed"]),
                            models.Q(("document", ""), _negated=True),
                        ),
                        name="merchants_payer_by_document",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                ("number", models.TextField(db_collation="C")),
                ("shop", models.TextField(db_collation="C")),
                ("measure", models.TextField(db_collation="C")),
                ("ground", models.TextField(db_collation="C")),
                ("reference", models.TextField()),
                ("facts", models.TextField()),
                ("decided_on", models.DateField()),
                ("from_on", models.DateField()),
                ("until", models.DateField(null=True)),
                ("detected_by_machine", models.BooleanField()),
                ("decided_by_machine", models.BooleanField()),
                ("contest", models.TextField()),
                ("publish_by", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "indexes": [models.Index(fields=["platform", "shop"], name="merchants_statement_shop")],
                "constraints": [
                    models.UniqueConstraint(fields=("platform", "number"), name="merchants_statement_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ground__in", ["illegal", "terms"])),
                        name="merchants_statement_ground_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="merchants_statement_days_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reference", ""), _negated=True),
                            models.Q(("facts", ""), _negated=True),
                            models.Q(("contest", ""), _negated=True),
                        ),
                        name="merchants_statement_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Breach",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("promise", models.TextField(db_collation="C")),
                ("source", models.TextField(db_collation="C")),
                ("reference", models.TextField()),
                ("digest", models.TextField(db_collation="C")),
                ("record", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="breaches", to="merchants.commitment"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["complaint", "inspection", "case"]),
                            models.Q(("reference", ""), _negated=True),
                        ),
                        name="merchants_breach_found_somewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="merchants_breach_digest_shaped"
                    ),
                    models.UniqueConstraint(
                        fields=("commitment", "promise", "source", "reference", "record"),
                        name="merchants_breach_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StatementStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("corrected", "更正 corrected"),
                            ("contested", "申诉 contested"),
                            ("answered", "答复申诉 answered"),
                            ("withdrawn", "撤回 withdrawn"),
                        ],
                        db_collation="C",
                    ),
                ),
                ("words", models.TextField()),
                ("changes", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="merchants.statement"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("statement", "number"), name="merchants_statementstep_in_order"),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "withdrawn")),
                        fields=("statement",),
                        name="merchants_statementstep_withdrawn_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["corrected", "contested", "answered", "withdrawn"]),
                            models.Q(("words", ""), _negated=True),
                        ),
                        name="merchants_statementstep_kind_known",
                    ),
                ],
            },
        ),
        append_only("merchants_statement"),
        append_only("merchants_statementstep"),
        append_only("merchants_commitment"),
        append_only("merchants_breach"),
        append_only("merchants_duty"),
        append_only("merchants_disclosure"),
        append_only("merchants_payer"),
    ]
