"""The rows kept sealed, refused and waiting, may be sealed under another key; nothing else of them changes."""

from django.db import migrations

from chengxin.vault.guards import resealable


class Migration(migrations.Migration):
    """Guards."""

    dependencies = [("records", "0008_ground"), ("vault", "0001_resealing")]
    operations = [resealable("records_refused"), resealable("records_waiting")]
