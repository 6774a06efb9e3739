"""Opening accounts and signing in. What is tried is counted before it is looked at, where every serving process counts it."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from chengxin.accounts import rules
from chengxin.accounts.models import Account, Kind
from chengxin.accounts.selectors import PUBLIC, by_of
from chengxin.accounts.services.counting import attempt_counted
from chengxin.kernel.identifiers import citizen_number_read
from chengxin.ledger.services import trace
from chengxin.subjects.bulk.vaulting import person_met
from chengxin.subjects.rules.persons import RegisterSilent
from chengxin.subjects.selectors import subject_of
from chengxin.subjects.services.persons import identity_confirm, person_enter

OWN_ACCOUNT = "own-account"


def person_account_open(
    *, login: str, password: str, number: str, name: str, address: str = "", at: datetime
) -> Account:
    """Open the account of the person whose name the population register confirms under the number. They need have no record:
    their own account is a lawful ground to enter them. Refuses whoever is under 18, and a second account.
    """
    login = login_free(login)
    password_fit(password, login)
    value = identity_confirmed(number=number, name=name, address=address, at=at)
    with transaction.atomic():
        subject = person_entered(value, name, at=at)
        if person_account_of(subject) is not None:
            raise rules.PersonHasAccount
        return account_save(Account(login=login, kind=Kind.PERSON, subject_id=subject), password, by=PUBLIC, at=at)


def identity_confirmed(*, number: str, name: str, address: str = "", at: datetime) -> str:
    """The number in normal form, of which the population register confirms the name. Guesses are counted: three a day for a number."""
    value = citizen_number_read(number, invented=settings.CHENGXIN_INVENTED_DIVISION)
    tried = [(f"identity:{value}", rules.OF_IDENTITY), (f"address:{address}", rules.OF_ADDRESS)]
    with attempt_counted(*tried if address else tried[:1], at=at, untold=(RegisterSilent,)):
        if not identity_confirm(number=value, name=name, purpose=OWN_ACCOUNT, by=PUBLIC, at=at):
            raise rules.IdentityNotConfirmed
    return value


def person_entered(number: str, name: str, *, at: datetime) -> int:
    """The subject of whoever was confirmed: their own account is the ground on which they are entered."""
    return person_enter(number=number, name=name, ground=OWN_ACCOUNT, by=PUBLIC, at=at)


def person_account_of(subject: int) -> Account | None:
    """The open account of the person, if there is one."""
    return Account.objects.filter(kind=Kind.PERSON, subject=subject, closed_at__isnull=True).first()


def firm_account_open(*, login: str, password: str, code: str, evidence: str, at: datetime) -> Account:
    """Open an account for whoever acts for the firm of the code; `evidence` names what the counter has seen, such as `pass:12`."""
    login = login_free(login)
    password_fit(password, login)
    with transaction.atomic():
        subject = subject_of(code, known_at=at)
        made = Account(login=login, kind=Kind.FIRM, subject_id=subject)
        return account_save(made, password, by=PUBLIC, at=at, evidence=evidence)


def account_enter(*, login: str, password: str, kinds: tuple[Kind, ...], address: str = "", at: datetime) -> Account:
    """Whose name and password these are. An account that does not exist takes as long and is refused in the same words."""
    login = login.strip().lower()[:60]
    with attempt_counted((f"login:{login}", rules.OF_ACCOUNT), (f"address:{address}", rules.OF_ADDRESS), at=at):
        found = Account.objects.filter(login=login, kind__in=kinds, closed_at__isnull=True).first()
        if found is None:
            make_password(password)
            raise rules.SignInRefused
        if not found.check_password(password):
            raise rules.SignInRefused
    return found


def session_opened(*, account: Account, at: datetime) -> None:
    """Write down that the account has come in."""
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(last_login=at)
        trace(event="accounts.session.opened", by=by_of(account), at=at, about=f"account:{account.pk}")


def sessions_end(*, account: Account, at: datetime) -> None:
    """End every session of the account, wherever it is open."""
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(generation=F("generation") + 1)
        trace(event="accounts.session.ended", by=by_of(account), at=at, about=f"account:{account.pk}")


def password_change(*, account: Account, old: str, new: str, address: str = "", at: datetime) -> None:
    """Take a new password in place of the old one, and end every session."""
    with attempt_counted((f"login:{account.login}", rules.OF_ACCOUNT), (f"address:{address}", rules.OF_ADDRESS), at=at):
        if not check_password(old, account.password):
            raise rules.SignInRefused
    password_fit(new, account.login)
    with transaction.atomic():
        account.set_password(new)
        account.generation += 1
        account.save(update_fields=["password", "generation"])
        trace(event="accounts.password.changed", by=by_of(account), at=at, about=f"account:{account.pk}")


def account_close(*, account: Account, by: str, at: datetime) -> None:
    """Close an account: it opens nothing from this instant, and its sessions are over."""
    with transaction.atomic():
        if Account.objects.filter(pk=account.pk, closed_at__isnull=True).update(closed_at=at):
            trace(event="accounts.account.closed", by=by, at=at, about=f"account:{account.pk}")


def person_account_close(*, number: str, name: str, by: str, at: datetime) -> None:
    """Close the account of the person whose identity card the counter has seen, whoever opened it; the person may open another."""
    value = citizen_number_read(number, invented=settings.CHENGXIN_INVENTED_DIVISION)
    with transaction.atomic():
        subject = person_met(value, name)
        found = Account.objects.filter(kind=Kind.PERSON, subject=subject, closed_at__isnull=True).first()
        if subject is None or found is None:
            raise rules.NoPersonsAccount
        account_close(account=found, by=by, at=at)


def account_erase(*, account: Account, at: datetime) -> None:
    """Delete an account because its person asked: it opens nothing any more, and its name is free. That one was erased is written down, not whose."""
    with transaction.atomic():
        trace(event="accounts.account.erased", by=by_of(account), at=at)
        account.delete()


def password_fit(password: str, login: str) -> None:
    """Refuse a password that is easy to guess (AUTH_PASSWORD_VALIDATORS)."""
    try:
        validate_password(password[: rules.MOST_PASSWORD], Account(login=login))
    except ValidationError:
        raise rules.PasswordWeak(least=settings.PASSWORD_LEAST) from None


def login_free(written: str) -> str:
    """The account's name as it is kept; refuses one that is none, or taken."""
    login = rules.login_read(written)
    if Account.objects.filter(login=login).exists():
        raise rules.LoginTaken
    return login


def account_save(made: Account, password: str | None, *, by: str, at: datetime, evidence: str = "") -> Account:
    """Write a new account down with its password, or with none to enter by; `evidence` says what let it be opened."""
    made.opened_at = at
    made.set_password(password)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        # Two at once: the database decides who was first.
        if "invitation" in str(error):
            raise
        raise rules.PersonHasAccount if "one_a_person" in str(error) else rules.LoginTaken from None
    detail = {"kind": made.kind, **({"evidence": evidence} if evidence else {})}
    trace(event="accounts.account.opened", by=by, at=at, about=f"account:{made.pk}", detail=detail)
    return made
