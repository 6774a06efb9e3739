"""The marks of identities, made anew when the index key is replaced."""

from collections.abc import Iterator, Sequence

from chengxin.accounts.models import Identity, identity_bound
from chengxin.vault.selectors import Marks, blind_of, seal_of

RING, SCHEME, FIELD = "accounts", "openid", "identity"


def identity_written(issuer: str, subject: str) -> str:
    """An identity as one text, of which neither part can be taken for the other."""
    return f"{len(issuer)}:{issuer}{subject}"


def identity_marks(written: str) -> dict[int, bytes]:
    """version → the mark of the identity."""
    return blind_of().marks(SCHEME, FIELD, written)


class IdentityMarks(Marks):
    """The marks of identities as something that lies under a ring of keys."""

    table, owner, of = "accounts_identitymark", "identity_id", (SCHEME, FIELD)
    owners = "select id from accounts_identity"

    def written(self, owners: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Their identities, each held until its mark is written."""
        for each in Identity.objects.select_for_update().filter(pk__in=owners):
            about = identity_bound({"account_id": each.account_id, "provider": each.provider})
            yield each.pk, seal_of(RING).unseal(bytes(each.sealed), about).decode()
