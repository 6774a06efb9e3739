"""Accounts, sessions and failed attempts. None of them holds a person's name or number: an account is bound to its subject."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.crypto import salted_hmac

from chengxin.accounts.rules import LOGIN
from chengxin.actors.models import Actor, Client
from chengxin.subjects.models import Subject
from chengxin.vault.models import SealedField


class Kind(models.TextChoices):
    """Whose account it is."""

    PERSON = "person", "个人 a person"
    FIRM = "firm", "单位 a firm"
    STAFF = "staff", "工作人员 staff"


class Accounts(BaseUserManager["Account"]):
    """Finds an account by its name, as Django asks."""


class Account(AbstractBaseUser):
    """One who signs in: a person about themselves, somebody for a firm, or one of an actor's staff. Its number stands in the ledger."""

    login = models.TextField(unique=True, db_collation="C")
    kind = models.TextField(choices=Kind.choices, db_collation="C")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, null=True, related_name="accounts")
    role = models.TextField(default="", db_collation="C")
    invitation = models.OneToOneField("Invitation", on_delete=models.PROTECT, null=True, related_name="account")
    # Raised by one, it ends every session of before.
    generation = models.IntegerField(default=0)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "login"
    objects = Accounts()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="accounts_account_kind_known"),
            models.CheckConstraint(condition=models.Q(login__regex=LOGIN), name="accounts_account_login_shaped"),
            models.CheckConstraint(
                condition=(models.Q(kind="staff", actor__isnull=False, subject__isnull=True) & ~models.Q(role=""))
                | models.Q(kind__in=["person", "firm"], actor__isnull=True, subject__isnull=False, role=""),
                name="accounts_account_of_somebody",
            ),
            models.UniqueConstraint(
                fields=["subject"], condition=models.Q(kind="person", closed_at__isnull=True), name="accounts_account_one_a_person",
            ),
        ]  # fmt: skip

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Whether it opens anything."""
        return self.closed_at is None

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """What a session must bear: it changes with the password and with the generation."""
        salt = "chengxin.accounts.models.Account"
        return salted_hmac(salt, f"{self.generation}:{self.password}", secret=secret, algorithm="sha256").hexdigest()


class Session(AbstractBaseSession):
    """A session, found by the digest of what the browser holds: whoever reads the table can be nobody by it."""

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The store that keeps them."""
        from chengxin.accounts.sessions import SessionStore  # that module needs this model

        return SessionStore


class Attempt(models.Model):
    """That something was tried: the mark of an account, an identity or an address, and when. Forgotten after a day."""

    about = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["about", "at"], name="accounts_attempt_about")]


class Invitation(models.Model):
    """That whoever bears the code may open an account for this actor in this role, once and soon: only the code's SHA-256 is kept. Never edited."""

    code_hash = models.BinaryField(unique=True)
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="invitations")
    role = models.TextField(db_collation="C")
    at = models.DateTimeField()
    until = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("at")), name="accounts_invitation_ends"),
        ]


class Shutting(models.Model):
    """That an actor's staff were shut out: every account of theirs was closed, and what invited before opens nothing more. Never edited."""

    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="shuttings")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        indexes = [models.Index(fields=["actor", "-at"], name="accounts_shutting_latest")]


def factor_bound(row: Mapping[str, Any]) -> bytes:
    """What binds a factor to its account and kind."""
    return f"accounts_factor:{row['account_id']}:{row['kind']}".encode()


class Factor(models.Model):
    """What proves beside the password that it is they: the secret of an authenticator, a passkey, one recovery code. Sealed.

    `used` counts up with each use, so that nothing that was seen once is good twice.
    """

    class Kind(models.TextChoices):
        """What it is."""

        TOTP = "totp", "动态口令 authenticator"
        PASSKEY = "passkey", "通行密钥 passkey"
        RECOVERY = "recovery", "备用码 recovery code"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="factors")
    kind = models.TextField(choices=Kind.choices, db_collation="C")
    sealed = SealedField(ring="accounts", bound=factor_bound, needs=["account_id", "kind"])
    used = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["totp", "passkey", "recovery"]), name="accounts_factor_kind_known"
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(kind="totp", removed_at__isnull=True),
                name="accounts_factor_one_authenticator",
            ),
        ]


def identity_bound(row: Mapping[str, Any]) -> bytes:
    """What binds an identity to its account and provider."""
    return f"accounts_identity:{row['account_id']}:{row['provider']}".encode()


class Identity(models.Model):
    """That whoever a provider proves to be this one enters by this account. Who that is, its issuer and its name for them, is sealed and found by
    its mark. It stands when the account is closed, so that a closed account does not come back; the row is taken away when the binding is released.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="identities")
    provider = models.TextField(db_collation="C")
    sealed = SealedField(ring="accounts", bound=identity_bound, needs=["account_id", "provider"])
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "provider"], name="accounts_identity_one_a_provider"),
        ]


class IdentityMark(models.Model):
    """The mark of an identity under one version of the index key: no two accounts share one. Derived, and replaced with the key."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="marks")
    version = models.IntegerField()
    mark = models.BinaryField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity", "version"], name="accounts_identitymark_one_a_key"),
        ]


def proposal_bound(row: Mapping[str, Any]) -> bytes:
    """What binds what is proposed to who proposed it and when."""
    return f"accounts_proposal:{row['account_id']}:{row['at'].timestamp()}".encode()


class Proposal(models.Model):
    """That one of the staff, or a program of the actor's, wants something done for which it takes two: what, sealed, and until when somebody else may
    confirm it. `who` is the account, 0 of a program. Never edited.
    """

    kind = models.TextField(db_collation="C")
    about = models.TextField(db_collation="C")
    sealed = SealedField(ring="accounts", bound=proposal_bound, needs=["account_id", "at"])
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+")
    who = models.BigIntegerField()
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("at")), name="accounts_proposal_ends"),
            # What an answer refers to, so that the database itself knows both persons.
            models.UniqueConstraint(fields=["id", "who"], name="accounts_proposal_of_whom"),
            models.CheckConstraint(
                condition=models.Q(account__isnull=False, client__isnull=True, who=models.F("account"))
                | models.Q(account__isnull=True, client__isnull=False, who=0),
                name="accounts_proposal_of_one",
            ),
        ]


class Answer(models.Model):
    """That another of the staff confirmed a proposal, upon which it was done in the same transaction, or refused it. Never edited."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, primary_key=True, related_name="answer")
    proposer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(account=models.F("proposer")), name="accounts_answer_by_another"
            ),
        ]
