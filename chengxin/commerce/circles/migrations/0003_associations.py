"""Associations, their members, and what they did to one; append-only."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("circles", "0002_firms"),
    ]

    operations = [
        migrations.CreateModel(
            name="Charter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("association", models.TextField(db_collation="C")),
                ("version", models.IntegerField()),
                ("title", models.TextField()),
                ("document", models.TextField()),
                ("digest", models.TextField(db_collation="C")),
                ("adopted_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("association", "version"), name="circles_charter_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True),
                            models.Q(("document", ""), _negated=True),
                            ("digest__regex", "^[0-9a-f]{64}$"),
                        ),
                        name="circles_charter_by_document",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Discipline",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("association", models.TextField(db_collation="C")),
                ("code", models.TextField(db_collation="C")),
                ("name", models.TextField()),
                ("act", models.TextField(db_collation="C")),
                ("article", models.TextField()),
                ("facts", models.TextField()),
                ("document", models.TextField()),
                ("digest", models.TextField(db_collation="C")),
                ("decided_on", models.DateField()),
                ("until", models.DateField()),
                ("told_on", models.DateField()),
                ("reply_by", models.DateField()),
                ("key_hash", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "charter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="circles.charter"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DisciplineStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("kind", models.TextField(db_collation="C")),
                ("words", models.TextField()),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "discipline",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="circles.discipline"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("association", models.TextField(db_collation="C")),
                ("code", models.TextField(db_collation="C")),
                ("version", models.IntegerField()),
                ("name", models.TextField()),
                ("state", models.TextField(db_collation="C")),
                ("since", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "charter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="circles.charter"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="discipline",
            index=models.Index(fields=["code"], name="circles_discipline_code"),
        ),
        migrations.AddConstraint(
            model_name="discipline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("code__regex", "^[0-9A-Z]{18}$"),
                    models.Q(("code__startswith", "92"), _negated=True),
                    models.Q(("article", ""), _negated=True),
                    models.Q(("facts", ""), _negated=True),
                    models.Q(("document", ""), _negated=True),
                    ("digest__regex", "^[0-9a-f]{64}$"),
                    models.Q(
                        (
                            "name__regex",
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
                            "article__regex",
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
                name="circles_discipline_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="discipline",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("decided_on"))), name="circles_discipline_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="disciplinestep",
            constraint=models.UniqueConstraint(fields=("discipline", "number"), name="circles_disciplinestep_in_order"),
        ),
        migrations.AddConstraint(
            model_name="disciplinestep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["appeal", "upheld", "withdrawn"])),
                fields=("discipline", "kind"),
                name="circles_disciplinestep_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="disciplinestep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["reply", "appeal", "upheld", "withdrawn"]),
                    models.Q(("words", ""), _negated=True),
                    models.Q(
                        (
                            "words__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                ),
                name="circles_disciplinestep_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                fields=("association", "code", "version"), name="circles_member_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["member", "left"])), name="circles_member_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("code__regex", "^[0-9A-Z]{18}$"),
                    models.Q(("code__startswith", "92"), _negated=True),
                    models.Q(("name", ""), _negated=True),
                    models.Q(
                        (
                            "name__regex",
                            "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]",
                        ),
                        _negated=True,
                    ),
                ),
                name="circles_member_is_a_firm",
            ),
        ),
        append_only("circles_charter"),
        append_only("circles_member"),
        append_only("circles_discipline"),
        append_only("circles_disciplinestep"),
    ]
