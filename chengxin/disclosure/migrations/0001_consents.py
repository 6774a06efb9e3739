"""Consents, withdrawals, uses and calls, append-only; the database itself lets no use in after a withdrawal or past what was allowed."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only
from chengxin.vault.guards import resealable

# A use and a withdrawal of one consent take the consent's row as their lock and hold it to their commits: so each reading's commit is
# before the withdrawal's, or it sees the withdrawal and is refused.
GUARDS = migrations.RunSQL(
    """
    create function disclosure_use_allowed() returns trigger language plpgsql as $$
    declare
        allowed smallint;
    begin
        select c.most into allowed from disclosure_consent c where c.id = new.consent_id for update;
        if exists (select from disclosure_withdrawal w where w.consent_id = new.consent_id) then
            raise exception 'consent % is withdrawn: nothing is read on it', new.consent_id using errcode = 'integrity_constraint_violation';
        end if;
        if new.number <> (select count(*) from disclosure_use u where u.consent_id = new.consent_id) or new.number >= allowed then
            raise exception 'consent % is used up', new.consent_id using errcode = 'integrity_constraint_violation';
        end if;
        return new;
    end $$;
    create trigger disclosure_use_allowed before insert on disclosure_use for each row execute function disclosure_use_allowed();
    create function disclosure_withdrawal_waits() returns trigger language plpgsql as $$
    begin
        perform from disclosure_consent c where c.id = new.consent_id for update;
        return new;
    end $$;
    create trigger disclosure_withdrawal_waits before insert on disclosure_withdrawal
        for each row execute function disclosure_withdrawal_waits();
    """,
    """
    drop trigger disclosure_withdrawal_waits on disclosure_withdrawal; drop function disclosure_withdrawal_waits();
    drop trigger disclosure_use_allowed on disclosure_use; drop function disclosure_use_allowed();
    """,
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("subjects", "0005_persons"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("grantee", models.TextField(db_collation="C")),
                ("purpose", models.TextField(db_collation="C")),
                ("jurisdiction", models.TextField(db_collation="C")),
                (
                    "record_types",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation="C"), size=None),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("most", models.SmallIntegerField(null=True)),
                ("single", models.BooleanField()),
                ("named_use", models.TextField()),
                (
                    "way",
                    models.TextField(
                        choices=[("portal", "网上 at the portal"), ("paper", "书面 on paper")], db_collation="C"
                    ),
                ),
                ("scan_type", models.TextField(db_collation="C", default="")),
                ("scan_digest", models.TextField(db_collation="C", default="")),
                ("sealed", models.BinaryField(null=True)),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.TextField(db_collation="C")),
                ("client", models.BigIntegerField()),
                ("purpose", models.TextField(db_collation="C")),
                ("day", models.DateField()),
                ("number", models.IntegerField()),
                ("most", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("actor", "client", "purpose", "day", "number"), name="disclosure_call_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 0), ("number__lt", models.F("most"))),
                        name="disclosure_call_limited",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "consent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="withdrawal",
                        serialize=False,
                        to="disclosure.consent",
                    ),
                ),
                (
                    "way",
                    models.TextField(
                        choices=[("portal", "网上 at the portal"), ("paper", "书面 on paper")], db_collation="C"
                    ),
                ),
                ("jurisdiction", models.TextField(db_collation="C")),
                ("due_on", models.DateField()),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("entry", models.BigIntegerField(unique=True)),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="disclosure.consent"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                (
                    "withdrawal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="acknowledgement",
                        serialize=False,
                        to="disclosure.withdrawal",
                    ),
                ),
                ("by", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("way__in", ["portal", "paper"])), name="disclosure_withdrawal_way_known"
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["subject", "grantee", "purpose"], name="disclosure_consent_reader"),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["grantee", "-id"], name="disclosure_consent_grantee"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="disclosure_consent_term_ordered"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("most__isnull", True), ("most__gt", 0), _connector="OR"),
                name="disclosure_consent_times",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("single", False),
                    models.Q(("most", 1), ("most__isnull", False), models.Q(("named_use", ""), _negated=True)),
                    _connector="OR",
                ),
                name="disclosure_consent_one_named_use",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sealed__isnull", True), ("way", "portal")),
                    models.Q(("sealed__isnull", False), ("way", "paper"), models.Q(("scan_digest", ""), _negated=True)),
                    _connector="OR",
                ),
                name="disclosure_consent_paper_on_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("record_types__len__gt", 0),
                    models.Q(("by", ""), _negated=True),
                    models.Q(("grantee", ""), _negated=True),
                ),
                name="disclosure_consent_of_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="use",
            constraint=models.UniqueConstraint(fields=("consent", "number"), name="disclosure_use_in_order"),
        ),
        GUARDS,
        resealable("disclosure_consent", held=False),
        append_only("disclosure_withdrawal"),
        append_only("disclosure_acknowledgement"),
        append_only("disclosure_use"),
        append_only("disclosure_call"),
    ]
