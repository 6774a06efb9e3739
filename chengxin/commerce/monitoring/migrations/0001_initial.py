"""Patrols, loops of supervision and requests to other regions; append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0002_guards"),
        ("merchants", "0009_products"),
        ("subjects", "0006_forgetting"),
    ]

    operations = [
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.TextField(db_collation="C")),
                ("result", models.TextField(db_collation="C")),
                ("facts", models.TextField(blank=True)),
                ("digest", models.TextField(blank=True, db_collation="C")),
                ("misconduct", models.TextField(blank=True, db_collation="C")),
                ("officer", models.TextField(db_collation="C")),
                ("seen_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="Patrol",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("by", models.TextField(db_collation="C")),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("platform", models.TextField(db_collation="C")),
                ("shop", models.TextField(db_collation="C")),
                ("code", models.TextField(blank=True, db_collation="C")),
                ("reason", models.TextField(db_collation="C")),
                ("reference", models.TextField(blank=True)),
                ("words", models.TextField(blank=True)),
                ("rank", models.TextField(blank=True, db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("by", models.TextField(db_collation="C")),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("title", models.TextField()),
                ("title_en", models.TextField()),
                ("checklist", models.TextField(db_collation="C")),
                ("platform", models.TextField(blank=True, db_collation="C")),
                ("category", models.TextField(blank=True, db_collation="C")),
                ("count", models.IntegerField()),
                ("document", models.TextField()),
                ("digest", models.TextField(db_collation="C")),
                ("seed_hash", models.TextField(blank=True, db_collation="C")),
                ("salt", models.TextField(blank=True, db_collation="C")),
                ("size", models.IntegerField()),
                ("population_digest", models.TextField(blank=True, db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("by", models.TextField(db_collation="C")),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("department", models.TextField(db_collation="C")),
                ("role", models.TextField(db_collation="C")),
                ("words", models.TextField()),
                ("document", models.TextField()),
                ("digest", models.TextField(db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="ReferralStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("to", models.TextField(db_collation="C")),
                ("doer", models.TextField(db_collation="C")),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("words", models.TextField(blank=True)),
                ("document", models.TextField(blank=True)),
                ("digest", models.TextField(blank=True, db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                (
                    "finding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="follow",
                        serialize=False,
                        to="monitoring.finding",
                    ),
                ),
                ("lead", models.TextField(blank=True, db_collation="C")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="Loop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("by", models.TextField(db_collation="C")),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("title", models.TextField()),
                ("reason", models.TextField(db_collation="C")),
                ("reference", models.TextField()),
                ("facts", models.TextField()),
                ("document", models.TextField()),
                ("digest", models.TextField(db_collation="C")),
                ("goods", models.TextField(blank=True)),
                ("platform", models.TextField(blank=True, db_collation="C")),
                ("shop", models.TextField(blank=True, db_collation="C")),
                ("code", models.TextField(blank=True, db_collation="C")),
                (
                    "subject",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LoopFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("deed", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("reference", models.TextField()),
                ("words", models.TextField(blank=True)),
                ("digest", models.TextField(blank=True, db_collation="C")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "loop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="linked", to="monitoring.loop"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LoopStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("to", models.TextField(db_collation="C")),
                ("doer", models.TextField(db_collation="C")),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("words", models.TextField(blank=True)),
                ("document", models.TextField(blank=True)),
                ("digest", models.TextField(blank=True, db_collation="C")),
                (
                    "loop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="monitoring.loop"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="finding",
            name="patrol",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="monitoring.patrol"
            ),
        ),
        migrations.CreateModel(
            name="PatrolStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("to", models.TextField(db_collation="C")),
                ("doer", models.TextField(db_collation="C")),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("words", models.TextField(blank=True)),
                ("document", models.TextField(blank=True)),
                ("digest", models.TextField(blank=True, db_collation="C")),
                (
                    "patrol",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="monitoring.patrol"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlanEnd",
            fields=[
                (
                    "plan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="end",
                        serialize=False,
                        to="monitoring.plan",
                    ),
                ),
                ("seed", models.TextField(blank=True, db_collation="C")),
                ("threshold", models.TextField(blank=True, db_collation="C")),
                ("reason", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("title", ""), _negated=True),
                    models.Q(("document", ""), _negated=True),
                    models.Q(("by", ""), _negated=True),
                    ("digest__regex", "^[0-9a-f]{64}$"),
                    ("count__gt", 0),
                    ("size__gt", 0),
                ),
                name="monitoring_plan_says_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("population_digest", ""), ("salt", ""), ("seed_hash", "")),
                    models.Q(
                        ("population_digest__regex", "^[0-9a-f]{64}$"),
                        ("seed_hash__regex", "^[0-9a-f]{64}$"),
                        models.Q(("salt", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="monitoring_plan_drawn_or_stated",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("seed_hash", ""), _negated=True),
                fields=("seed_hash",),
                name="monitoring_plan_seed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
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
                            "document__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                ),
                name="monitoring_plan_no_person",
            ),
        ),
        migrations.AddField(
            model_name="patrol",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="patrols", to="monitoring.plan"
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="loop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="monitoring.loop"
            ),
        ),
        migrations.AddField(
            model_name="referralstep",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="monitoring.referral"
            ),
        ),
        migrations.AddField(
            model_name="follow",
            name="ticket",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.ticket"
            ),
        ),
        migrations.AddIndex(
            model_name="loop",
            index=models.Index(fields=["platform", "shop"], name="monitoring_loop_shop"),
        ),
        migrations.AddIndex(
            model_name="loop",
            index=models.Index(fields=["code"], name="monitoring_loop_code"),
        ),
        migrations.AddConstraint(
            model_name="loop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("title", ""), _negated=True),
                    models.Q(("reference", ""), _negated=True),
                    models.Q(("facts", ""), _negated=True),
                    models.Q(("document", ""), _negated=True),
                    models.Q(("by", ""), _negated=True),
                    ("digest__regex", "^[0-9a-f]{64}$"),
                    models.Q(("reason__in", ["", "drawn"]), _negated=True),
                ),
                name="monitoring_loop_says_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="loop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(models.Q(("platform", ""), _negated=True), models.Q(("shop", ""), _negated=True)),
                        models.Q(("platform", ""), ("shop", "")),
                        _connector="OR",
                    ),
                    models.Q(("code", ""), ("shop", ""), _negated=True),
                ),
                name="monitoring_loop_about_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="loop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "title__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "reference__regex",
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
                            "document__regex",
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
                ),
                name="monitoring_loop_no_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="loopfact",
            constraint=models.UniqueConstraint(
                fields=("loop", "deed", "kind", "reference"), name="monitoring_loopfact_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="loopfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reference", ""), _negated=True),
                    models.Q(
                        (
                            "reference__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "words__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                ),
                name="monitoring_loopfact_no_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="loopstep",
            constraint=models.UniqueConstraint(fields=("loop", "number"), name="monitoring_loopstep_in_order"),
        ),
        migrations.AddConstraint(
            model_name="loopstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by", ""), _negated=True),
                    models.Q(
                        models.Q(("digest", ""), ("document", "")),
                        models.Q(models.Q(("document", ""), _negated=True), ("digest__regex", "^[0-9a-f]{64}$")),
                        _connector="OR",
                    ),
                    models.Q(
                        (
                            "words__regex",
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
                name="monitoring_loopstep_kept",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(fields=("patrol", "item"), name="monitoring_finding_once"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("digest__regex", "^[0-9a-f]{64}$"),
                        ("result", "unmet"),
                        models.Q(("facts", ""), _negated=True),
                        models.Q(("misconduct", ""), _negated=True),
                    ),
                    models.Q(("digest__regex", "^[0-9a-f]{64}$"), ("misconduct", ""), ("result", "met")),
                    models.Q(("misconduct", ""), ("result", "not-applicable")),
                    _connector="OR",
                ),
                name="monitoring_finding_evidenced",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("officer", ""), _negated=True),
                    models.Q(
                        (
                            "facts__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "officer__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                ),
                name="monitoring_finding_no_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="patrolstep",
            constraint=models.UniqueConstraint(fields=("patrol", "number"), name="monitoring_patrolstep_in_order"),
        ),
        migrations.AddConstraint(
            model_name="patrolstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by", ""), _negated=True),
                    models.Q(
                        models.Q(("digest", ""), ("document", "")),
                        models.Q(models.Q(("document", ""), _negated=True), ("digest__regex", "^[0-9a-f]{64}$")),
                        _connector="OR",
                    ),
                    models.Q(
                        (
                            "words__regex",
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
                name="monitoring_patrolstep_kept",
            ),
        ),
        migrations.AddConstraint(
            model_name="planend",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(models.Q(("seed", ""), _negated=True), ("reason", "")),
                        models.Q(("seed", ""), models.Q(("reason", ""), _negated=True)),
                        _connector="OR",
                    ),
                    models.Q(
                        (
                            "reason__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                ),
                name="monitoring_planend_drawn_or_reasoned",
            ),
        ),
        migrations.AddIndex(
            model_name="patrol",
            index=models.Index(fields=["platform", "shop"], name="monitoring_patrol_shop"),
        ),
        migrations.AddConstraint(
            model_name="patrol",
            constraint=models.UniqueConstraint(fields=("plan", "platform", "shop"), name="monitoring_patrol_once"),
        ),
        migrations.AddConstraint(
            model_name="patrol",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rank__regex", "^[0-9a-f]{64}$"), ("reason", "drawn")),
                    models.Q(
                        models.Q(("reason", "drawn"), _negated=True),
                        models.Q(("reference", ""), _negated=True),
                        models.Q(("words", ""), _negated=True),
                        ("rank", ""),
                    ),
                    _connector="OR",
                ),
                name="monitoring_patrol_drawn_or_reasoned",
            ),
        ),
        migrations.AddConstraint(
            model_name="patrol",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "reference__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        (
                            "words__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                ),
                name="monitoring_patrol_no_person",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["department"], name="monitoring_referral_to"),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("department", ""), _negated=True),
                    models.Q(("department", models.F("by")), _negated=True),
                    models.Q(("words", ""), _negated=True),
                    models.Q(("document", ""), _negated=True),
                    ("digest__regex", "^[0-9a-f]{64}$"),
                    models.Q(
                        (
                            "words__regex",
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
                name="monitoring_referral_says_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralstep",
            constraint=models.UniqueConstraint(fields=("referral", "number"), name="monitoring_referralstep_in_order"),
        ),
        migrations.AddConstraint(
            model_name="referralstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by", ""), _negated=True),
                    models.Q(
                        models.Q(("digest", ""), ("document", "")),
                        models.Q(models.Q(("document", ""), _negated=True), ("digest__regex", "^[0-9a-f]{64}$")),
                        _connector="OR",
                    ),
                    models.Q(
                        (
                            "words__regex",
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
                name="monitoring_referralstep_kept",
            ),
        ),
        migrations.AddConstraint(
            model_name="follow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lead", ""), ("ticket__isnull", False)),
                    models.Q(("lead__regex", "^[0-9]{8}-[0-9]{6,15}$"), ("ticket__isnull", True)),
                    _connector="OR",
                ),
                name="monitoring_follow_one_way",
            ),
        ),
        append_only("monitoring_plan"),
        append_only("monitoring_planend"),
        append_only("monitoring_patrol"),
        append_only("monitoring_patrolstep"),
        append_only("monitoring_finding"),
        append_only("monitoring_follow"),
        append_only("monitoring_loop"),
        append_only("monitoring_loopstep"),
        append_only("monitoring_loopfact"),
        append_only("monitoring_referral"),
        append_only("monitoring_referralstep"),
    ]
