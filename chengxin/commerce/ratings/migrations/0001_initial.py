"""Ratings as published, and trades taken out of them, append-only; whose a rated shop is, the database looks up itself."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import append_only

# Whoever writes it, a shop is rated as a firm's only where its platform's latest word, when that was published, is that a unit of that code keeps it.
FIRMS_ONLY = migrations.RunSQL(
    """
    create function ratings_rating_of_firms() returns trigger language plpgsql as $$
    begin
        if exists (
            select 1 from arrived a join ratings_publication p on p.id = a.publication_id
            where a.kind = 'firm' and not exists (
                select 1 from (
                    select r.code, r.body->>'kind' as kind from merchants_registration r
                    where r.platform = p.platform and r.kind = 'shops' and r.shop = a.shop and r.at <= p.at order by r.version desc limit 1
                ) latest where latest.kind = 'unit' and latest.code = a.code
            )
        ) then
            raise exception 'ratings_rating_of_firms: a shop that no firm keeps is not rated' using errcode = 'integrity_constraint_violation';
        end if;
        return null;
    end $$;
    create trigger ratings_rating_of_firms after insert on ratings_rating referencing new table as arrived
        for each statement execute function ratings_rating_of_firms();
    """,
    "drop trigger ratings_rating_of_firms on ratings_rating; drop function ratings_rating_of_firms()",
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0002_guards"), ("merchants", "0003_sellers")]

    operations = [
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                (
                    "orders",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation="C"), size=None),
                ),
                ("document", models.TextField()),
                ("authority", models.TextField()),
                ("decided_on", models.DateField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "indexes": [models.Index(fields=["platform"], name="ratings_exclusion_platform")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document", ""), _negated=True),
                            models.Q(("authority", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            ("orders__len__gte", 1),
                        ),
                        name="ratings_exclusion_decided",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField(db_collation="C")),
                ("period", models.TextField(db_collation="C")),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("version", models.IntegerField()),
                ("method", models.TextField(db_collation="C")),
                ("method_from", models.DateField()),
                ("method_said", models.JSONField()),
                ("lawbook_digest", models.TextField(db_collation="C")),
                ("sources", models.JSONField()),
                ("inputs", models.TextField(db_collation="C")),
                ("shops", models.IntegerField()),
                ("rated", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("platform", "period", "version"), name="ratings_publication_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last__gte", models.F("first"))), name="ratings_publication_days_ordered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rated__gte", 0), ("shops__gte", models.F("rated"))),
                        name="ratings_publication_counted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shop", models.TextField(db_collation="C")),
                ("kind", models.TextField(db_collation="C")),
                ("code", models.TextField(db_collation="C", default="")),
                ("counts", models.JSONField()),
                ("features", models.JSONField(default=dict)),
                ("total", models.DecimalField(decimal_places=6, max_digits=7, null=True)),
                ("low", models.DecimalField(decimal_places=6, max_digits=7, null=True)),
                ("high", models.DecimalField(decimal_places=6, max_digits=7, null=True)),
                ("grade", models.TextField(db_collation="C", default="")),
                ("without", models.JSONField(default=dict)),
                ("excluded", models.IntegerField(default=0)),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ratings", to="ratings.publication"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["shop"], name="ratings_rating_shop")],
                "constraints": [
                    models.UniqueConstraint(fields=("publication", "shop"), name="ratings_rating_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("code__regex", "^[0-9A-Z]{18}$"),
                                ("kind", "firm"),
                                models.Q(("code__startswith", "92"), _negated=True),
                            ),
                            models.Q(
                                ("code", ""),
                                ("features", {}),
                                ("grade", ""),
                                ("kind__in", ["individual", "unfiled"]),
                                ("without", {}),
                                ("high__isnull", True),
                                ("low__isnull", True),
                                ("total__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="ratings_rating_no_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("grade__in", ["", "not-enough"]),
                                ("high__isnull", True),
                                ("low__isnull", True),
                                ("total__isnull", True),
                            ),
                            models.Q(
                                ("high__isnull", False),
                                ("low__isnull", False),
                                ("total__isnull", False),
                                ("high__gte", models.F("total")),
                                ("high__lte", 1),
                                ("low__gte", 0),
                                ("total__gte", models.F("low")),
                                models.Q(("grade__in", ["", "not-enough"]), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ratings_rating_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("excluded__gte", 0)), name="ratings_rating_excluded_counted"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Revocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.TextField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField(db_collation="C")),
                (
                    "exclusion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="revocation", to="ratings.exclusion"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document", ""), _negated=True), models.Q(("reason", ""), _negated=True)
                        ),
                        name="ratings_revocation_decided",
                    )
                ],
            },
        ),
        append_only("ratings_exclusion"),
        append_only("ratings_revocation"),
        append_only("ratings_publication"),
        append_only("ratings_rating"),
        FIRMS_ONLY,
    ]
