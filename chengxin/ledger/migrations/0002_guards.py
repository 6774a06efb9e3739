"""The ledger refuses UPDATE, DELETE and TRUNCATE in the database itself."""

from django.db import migrations

from chengxin.ledger.guards import REFUSE_CHANGE, append_only


class Migration(migrations.Migration):
    """Guards of the ledger."""

    dependencies = [("ledger", "0001_initial")]
    operations = [REFUSE_CHANGE, append_only("ledger_entry")]
