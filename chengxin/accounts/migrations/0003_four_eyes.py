"""Four eyes: what one proposes, another confirms; the database itself knows that they are two."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from chengxin.ledger.guards import append_only
from chengxin.vault.guards import resealable


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_staff"),
        ("actors", "0005_origins"),
        ("vault", "0001_resealing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(db_collation="C")),
                ("about", models.TextField(db_collation="C")),
                ("sealed", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="actors.actor"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="answer",
                        serialize=False,
                        to="accounts.proposal",
                    ),
                ),
                ("agreed", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "proposer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("at"))), name="accounts_proposal_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(fields=("id", "account"), name="accounts_proposal_of_account"),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("account", models.F("proposer")), _negated=True), name="accounts_answer_by_another"
            ),
        ),
        migrations.RunSQL(
            "alter table accounts_answer add constraint accounts_answer_names_the_proposer "
            "foreign key (proposal_id, proposer_id) references accounts_proposal (id, account_id)",
            "alter table accounts_answer drop constraint accounts_answer_names_the_proposer",
        ),
        append_only("accounts_answer"),
        resealable("accounts_proposal", held=False),
    ]
