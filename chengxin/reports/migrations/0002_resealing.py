"""A report's text and PDF may be sealed under another key; nothing else of it changes."""

from django.db import migrations

from chengxin.vault.guards import resealable


class Migration(migrations.Migration):
    """Guards."""

    dependencies = [("reports", "0001_initial"), ("vault", "0001_resealing")]
    operations = [resealable("reports_report", "sealed", "pdf")]
