"""Consumer warnings, their steps and keys, what platforms were told and acknowledged; append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0002_guards"),
        ("records", "0011_certificates"),
        ("subjects", "0006_forgetting"),
        ("trails", "0002_recalls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Warning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ground", models.TextField(db_collation="C")),
                ("list", models.TextField(blank=True, db_collation="C")),
                ("code", models.TextField(blank=True, db_collation="C")),
                ("name", models.TextField()),
                ("platform", models.TextField(blank=True, db_collation="C")),
                ("shop", models.TextField(blank=True, db_collation="C")),
                ("shop_title", models.TextField(blank=True)),
                ("gtin", models.TextField(blank=True, db_collation="C")),
                ("title", models.TextField()),
                ("title_en", models.TextField()),
                ("goods", models.TextField(blank=True)),
                ("goods_en", models.TextField(blank=True)),
                ("facts", models.TextField()),
                ("facts_en", models.TextField()),
                ("advice", models.TextField()),
                ("advice_en", models.TextField()),
                ("until", models.DateField()),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("authority", models.TextField(db_collation="C")),
                ("opened_at", models.DateTimeField()),
                ("opened_on", models.DateField()),
                ("opened_by", models.TextField(db_collation="C")),
                ("account", models.BigIntegerField()),
                ("lawbook_digest", models.TextField(db_collation="C")),
                (
                    "recall",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="trails.recall"
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.record"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WarningKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_hash", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "warning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="keys", to="warnings.warning"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WarningPush",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                ("number", models.SmallIntegerField()),
                ("kind", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("due_on", models.DateField()),
                (
                    "warning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pushes", to="warnings.warning"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WarningReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("found", models.IntegerField()),
                ("url", models.TextField(blank=True)),
                ("words", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "push",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipt", to="warnings.warningpush"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WarningStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("to", models.TextField(db_collation="C")),
                ("doer", models.TextField(db_collation="C")),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("last_day", models.DateField(null=True)),
                ("words", models.TextField(blank=True)),
                ("first", models.BigIntegerField(null=True)),
                ("second", models.BigIntegerField(null=True)),
                (
                    "warning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="warnings.warning"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="warning",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("opened_on"))), name="warnings_warning_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="warning",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ground", "list-entry"),
                        ("recall__isnull", True),
                        ("record__isnull", False),
                        ("subject__isnull", False),
                        models.Q(("list", ""), _negated=True),
                    ),
                    models.Q(
                        ("ground", "sampling"),
                        ("list", ""),
                        ("recall__isnull", True),
                        ("record__isnull", False),
                        ("subject__isnull", False),
                    ),
                    models.Q(("ground", "recall"), ("list", ""), ("recall__isnull", False), ("record__isnull", True)),
                    _connector="OR",
                ),
                name="warnings_warning_on_one_ground",
            ),
        ),
        migrations.AddConstraint(
            model_name="warning",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), _negated=True),
                    models.Q(("title", ""), _negated=True),
                    models.Q(("title_en", ""), _negated=True),
                    models.Q(("facts", ""), _negated=True),
                    models.Q(("facts_en", ""), _negated=True),
                    models.Q(("advice", ""), _negated=True),
                    models.Q(("advice_en", ""), _negated=True),
                    models.Q(("authority", ""), _negated=True),
                    models.Q(("opened_by", ""), _negated=True),
                ),
                name="warnings_warning_says_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="warning",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("platform", ""), ("shop", "")),
                    models.Q(models.Q(("platform", ""), _negated=True), models.Q(("shop", ""), _negated=True)),
                    _connector="OR",
                ),
                name="warnings_warning_shop_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="warning",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "name__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "shop_title__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "title__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "title_en__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "goods__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "goods_en__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "facts__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "facts_en__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "advice__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "advice_en__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                ),
                name="warnings_warning_no_person",
            ),
        ),
        migrations.AddIndex(
            model_name="warningpush",
            index=models.Index(fields=["platform"], name="warnings_push_platform"),
        ),
        migrations.AddConstraint(
            model_name="warningpush",
            constraint=models.UniqueConstraint(fields=("warning", "platform", "number"), name="warnings_push_in_order"),
        ),
        migrations.AddConstraint(
            model_name="warningpush",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["published", "suspended", "withdrawn", "fallen"]),
                    models.Q(("platform", ""), _negated=True),
                ),
                name="warnings_push_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="warningreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("found__gte", 0), models.Q(("by", ""), _negated=True)),
                name="warnings_receipt_counted",
            ),
        ),
        migrations.AddConstraint(
            model_name="warningreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "words__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    )
                ),
                name="warnings_receipt_no_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="warningstep",
            constraint=models.UniqueConstraint(fields=("warning", "number"), name="warnings_step_in_order"),
        ),
        migrations.AddConstraint(
            model_name="warningstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("by", ""), _negated=True), name="warnings_step_by_somebody"
            ),
        ),
        migrations.AddConstraint(
            model_name="warningstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("to", "urgent"), _negated=True),
                    models.Q(
                        ("first__isnull", False),
                        ("second__gt", 0),
                        ("second__isnull", False),
                        models.Q(("first", models.F("second")), _negated=True),
                        models.Q(("words", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="warnings_step_danger_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="warningstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "words__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    )
                ),
                name="warnings_step_no_person",
            ),
        ),
        append_only("warnings_warning"),
        append_only("warnings_warningstep"),
        append_only("warnings_warningkey"),
        append_only("warnings_warningpush"),
        append_only("warnings_warningreceipt"),
    ]
