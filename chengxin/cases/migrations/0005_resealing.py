"""The sealed values of cases, papers and notices may be sealed under another key; nothing else of them changes."""

from django.db import migrations

from chengxin.vault.guards import resealable


class Migration(migrations.Migration):
    """Guards."""

    dependencies = [("cases", "0004_deeds"), ("vault", "0001_resealing")]
    operations = [resealable("cases_case"), resealable("cases_paper"), resealable("cases_notice")]
