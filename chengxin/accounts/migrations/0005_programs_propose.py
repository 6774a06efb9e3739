"""A program may propose what a person confirms; the database itself knows that whoever confirms is not who proposed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_identities"),
        ("actors", "0007_calls"),
    ]

    operations = [
        migrations.RunSQL(
            "alter table accounts_answer drop constraint accounts_answer_names_the_proposer",
            "alter table accounts_answer add constraint accounts_answer_names_the_proposer "
            "foreign key (proposal_id, proposer_id) references accounts_proposal (id, account_id)",
        ),
        migrations.RemoveConstraint(model_name="proposal", name="accounts_proposal_of_account"),
        migrations.AddField(
            model_name="proposal",
            name="client",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="actors.client"
            ),
        ),
        migrations.AddField(
            model_name="proposal", name="who", field=models.BigIntegerField(default=0), preserve_default=False
        ),
        migrations.RunSQL(
            """
            alter table accounts_proposal disable trigger user;
            update accounts_proposal set who = account_id;
            alter table accounts_proposal enable trigger user
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="proposal",
            name="account",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(fields=("id", "who"), name="accounts_proposal_of_whom"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("account__isnull", False), ("client__isnull", True), ("who", models.F("account")))
                | models.Q(("account__isnull", True), ("client__isnull", False), ("who", 0)),
                name="accounts_proposal_of_one",
            ),
        ),
        migrations.RunSQL(
            "alter table accounts_answer add constraint accounts_answer_names_the_proposer "
            "foreign key (proposal_id, proposer_id) references accounts_proposal (id, who)",
            "alter table accounts_answer drop constraint accounts_answer_names_the_proposer",
        ),
    ]
