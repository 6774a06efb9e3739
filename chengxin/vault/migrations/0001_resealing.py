"""What append-only tables with a sealed column share: the value may be sealed anew, and nothing else may change."""

from django.db import migrations

from chengxin.vault.guards import RESEAL_ONLY


class Migration(migrations.Migration):
    """The guard's function."""

    dependencies = [("ledger", "0002_guards")]
    operations = [RESEAL_ONLY]
