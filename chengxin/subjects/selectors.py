"""Finding subjects, as of an instant."""

from collections.abc import Iterable
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Substr

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_read, identifier_read
from chengxin.subjects.bulk.vaulting import persons_marked
from chengxin.subjects.models import Conflict, Identifier, Link, Merge, Name, Person, PersonMark, Subject
from chengxin.subjects.rules.persons import PersonUnknown


class SubjectUnknown(Refusal):
    """This register holds nothing under the number {number}. Check the number; a firm that nobody has reported yet is not here."""

    code = "subject-unknown"
    status = 404
    zh = "本库没有号码{number}的记录。请核对号码；尚未有单位报送的企业不在库中。"


class NumberMissing(Refusal):
    """Give the enterprise's unified social credit code, or its old registration number or organisation code."""

    code = "number-missing"
    zh = "请提供企业的统一社会信用代码，或其旧注册号、组织机构代码。"


def number_read(text: str) -> tuple[str, str]:
    """The (scheme, value) of a number that somebody asks by; refuses one that its check character forbids."""
    identifier = identifier_read(text)
    if identifier.scheme == "none":
        raise NumberMissing
    return identifier.scheme, identifier.value


def subject_named(text: str, *, known_at: datetime) -> int:
    """The subject that bears this very number, merges not followed."""
    scheme, value = number_read(text)
    found = list(
        Identifier.objects.filter(scheme=scheme, value=value, known_at__lte=known_at).values_list(
            "subject_id", flat=True
        )
    )
    if not found and scheme == "organisation-code":
        # The 9-character code stands inside the new one (GB 32100-2015, 4.2); where two new codes hold it, nobody can say.
        new = Identifier.objects.annotate(inside=Substr("value", 9, 9)).filter(
            scheme="uscc", inside=value, known_at__lte=known_at
        )
        found = list(new.values_list("subject_id", flat=True)[:2])
    if len(found) != 1:
        raise SubjectUnknown(number=value)
    return found[0]


def subject_of(text: str, *, known_at: datetime) -> int:
    """The subject that stood for this number at the instant, merges followed."""
    return root_of(subject_named(text, known_at=known_at), known_at=known_at)


def root_of(subject: int, *, known_at: datetime) -> int:
    """The subject that stood for this one at the instant: itself, unless merged."""
    held = Q(known_from__lte=known_at) & (Q(known_to__isnull=True) | Q(known_to__gt=known_at))
    root = Link.objects.filter(held, subject_id=subject).values_list("root_id", flat=True).first()
    return subject if root is None else root


def members_of(root: int, *, known_at: datetime) -> list[int]:
    """Every subject that this one stood for at the instant, itself first."""
    held = Q(known_from__lte=known_at) & (Q(known_to__isnull=True) | Q(known_to__gt=known_at))
    return [root, *Link.objects.filter(held, root_id=root).order_by("subject_id").values_list("subject_id", flat=True)]


def roots_ever(subjects: list[int]) -> set[int]:
    """These subjects, every one that ever stood for one of them, and every one that they ever stood for."""
    stood = Link.objects.filter(Q(subject_id__in=subjects) | Q(root_id__in=subjects)).values_list(
        "subject_id", "root_id"
    )
    return {*subjects, *(each for pair in stood for each in pair)}


def merge_latest(absorbed: int, into: int) -> Merge | None:
    """The last merge of these two, whether it stands or not."""
    return Merge.objects.filter(kind=Merge.Kind.MERGE, absorbed_id=absorbed, into_id=into).order_by("-pk").first()


def number_of(subject: int, *, known_at: datetime) -> str:
    """The number by which a row about this subject is filed: its code, else the other number that proves itself; empty for none."""
    schemes = ("uscc", "registration-number", "organisation-code")
    numbers = identifiers_of(members_of(subject, known_at=known_at), known_at=known_at)
    found = sorted((i for i in numbers if i.scheme in schemes), key=lambda i: (schemes.index(i.scheme), i.value))
    return found[0].value if found else ""


def identifiers_of(subjects: list[int], *, known_at: datetime) -> QuerySet[Identifier]:
    """The numbers of these subjects known at the instant, new codes first."""
    return Identifier.objects.filter(subject_id__in=subjects, known_at__lte=known_at).order_by("-scheme", "value")


def names_of(subjects: list[int], *, known_at: datetime) -> QuerySet[Name]:
    """The names of these subjects known at the instant, the latest first."""
    return Name.objects.filter(subject_id__in=subjects, known_at__lte=known_at).order_by("-known_at", "-pk")


def units_told(subjects: Iterable[int], *, known_at: datetime) -> dict[int, tuple[str, str]]:
    """Of each of these units its number as `number_of` gives it and its latest name, of whatever stands for it and stood for it, in four queries
    however many they are.
    """
    asked = set(subjects)
    held = Q(known_from__lte=known_at) & (Q(known_to__isnull=True) | Q(known_to__gt=known_at))
    roots = {each: each for each in asked}
    roots |= dict(Link.objects.filter(held, subject_id__in=asked).values_list("subject_id", "root_id"))
    of = {root: root for root in roots.values()}
    of |= dict(Link.objects.filter(held, root_id__in=of).values_list("subject_id", "root_id"))
    schemes = ("uscc", "registration-number", "organisation-code")
    numbers: dict[int, tuple[int, str]] = {}
    for each in identifiers_of(list(of), known_at=known_at).filter(scheme__in=schemes):
        found = (schemes.index(each.scheme), each.value)
        numbers[of[each.subject_id]] = min(numbers.get(of[each.subject_id], found), found)
    names: dict[int, str] = {}
    for name in names_of(list(of), known_at=known_at):
        names.setdefault(of[name.subject_id], name.written)
    return {each: (numbers.get(root, (0, ""))[1], names.get(root, "")) for each, root in roots.items()}


def person_of(number: str, *, known_at: datetime) -> int:
    """The person who bears this very citizen number, found by its mark: the one way in which a person is ever found.

    There is no selector that lists persons, counts them by anything of theirs, or takes a name.
    """
    value = citizen_number_read(number, invented=settings.CHENGXIN_INVENTED_DIVISION)
    with connection.cursor() as cursor:
        found = [subject for subject, _, _ in persons_marked(cursor.cursor, [value])]
    if not found or not Person.objects.filter(pk=found[0], known_at__lte=known_at).exists():
        raise PersonUnknown
    return found[0]


def person_held(subject: int) -> bool:
    """Whether anything but name and number is held of a person: any row of any table that refers to the subject. The ledger is no such row:
    its entries name a number of ours, which means nothing once name and number are gone.
    """
    for model in apps.get_models():
        if model in (Subject, Person, PersonMark) or model._meta.label == "ledger.Entry":
            continue
        for field in model._meta.concrete_fields:
            if field.related_model in (Subject, Person) or (field.name == "subject" and not field.is_relation):
                if model._base_manager.filter(**{field.attname: subject}).exists():
                    return True
    return False


def conflicts_waiting() -> QuerySet[Conflict]:
    """The conflicts that no person has decided yet, longest waiting first."""
    return Conflict.objects.filter(decision__isnull=True).order_by("opened_at", "pk")
