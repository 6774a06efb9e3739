"""In whose name an account acts."""

from chengxin.accounts.models import Account

PUBLIC = "public"  # the actor in whose name persons and firms act


def by_of(account: Account) -> str:
    """The key of the account's actor; of the public for persons and firms."""
    return account.actor.key if account.actor is not None else PUBLIC
