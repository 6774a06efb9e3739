"""Says to Django what it need not do for these accounts."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """The room of accounts: what an account may do stands in the lawbook, not in Django's tables of permissions."""

    name = "chengxin.accounts"

    def ready(self) -> None:
        """Four rows for each table of the register would be written by every migration, and read by nobody."""
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
