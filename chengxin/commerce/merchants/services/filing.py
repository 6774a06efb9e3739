"""Filing what platforms say of their merchants."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.bulk import (
    Parted,
    frame_read,
    persons_met,
    refused_keep,
    refused_unsealed,
    registrations_lay,
    row_part,
    rows_judge,
    rows_read,
    shops_filed,
)
from chengxin.commerce.merchants.models import Filing, Refused
from chengxin.commerce.merchants.selectors import law_of, platform_for, shops_coded_alike, subjects_coded
from chengxin.commerce.merchants.services.ticketing import tickets_renew
from chengxin.kernel.days import day_of
from chengxin.kernel.tables import csv_lines
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin.records.bulk.reading import file_digest

Advance = Callable[[int], None]
SHELF, PROMISES = "goods", "service-promises"


@dataclass(frozen=True)
class FilingResult:
    """What became of a file of merchants: the contract that the command, the API and the tests share."""

    filing: int
    platform: str
    kind: str
    rows: int
    accepted: int
    refused: int
    unchanged: int
    refused_by_reason: dict[str, int]
    opened: int = 0
    mended: int = 0
    repeated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


def merchants_file(
    *, platform: str, kind: str, by: str, at: datetime, path: Path | None = None, rows: Sequence[Mapping[str, Any]] = (),
    advance: Advance = lambda rows: None, not_after: int | None = None,
) -> FilingResult:  # fmt: skip
    """File what a platform says of its shops, their licences, suppliers, products and promises, from a file or from rows: each row is accepted, refused with its
    reason, or unchanged; all of it or none. The same twice changes nothing. Tickets are opened for what is found, and closed for what is mended.
    Rows that came with filing `not_after` never stand over what was filed since.
    """
    platform_for(platform, by, at=at)
    on = day_of(at)
    law = law_of(on)
    frame = frame_read(path, kind) if path else rows_read(rows, kind)
    digest = (
        file_digest(path) if path else sha256(json.dumps(list(rows), sort_keys=True, default=str).encode()).hexdigest()
    )
    with transaction.atomic():
        turn_taken("merchants", platform)
        codes = {
            name: list(law.code_lists[name].choices)
            for name in ("registration-exemptions", "merchant-licences", PROMISES)
        }
        judged = rows_judge(
            frame,
            kind,
            codes={**codes, SHELF: list(law.goods)},
            shops=lambda named: shops_filed(platform, named),
            on=on,
            hosts={key: code.hosts for key, code in law.code_lists["merchant-licences"].codes.items()},
        )
        same = (
            Filing.objects.filter(platform=platform, kind=kind, digest=digest, lawbook_digest=law.book.digest)
            .order_by("-pk")
            .first()
        )
        persons, unlike = persons_met(judged.good, at)
        refused = sorted(
            [*judged.refused, *((line, "seller-name-disagrees", row) for line, row in judged.good if line in unlike)],
            key=lambda each: each[0],
        )
        by_reason: dict[str, int] = {}
        for _, reason, _ in refused:
            by_reason[reason] = by_reason.get(reason, 0) + 1
        with connection.cursor() as cursor:
            cursor.execute("select nextval(pg_get_serial_sequence('merchants_filing', 'id'))")
            number = cursor.fetchone()[0]
        parted = [row_part(kind, row, persons.get(line)) for line, row in judged.good if line not in unlike]
        laid = registrations_lay(platform, kind, parted, filing=number, at=at, not_after=not_after)
        changed = len(laid)
        if same is not None and not changed and same.refused == len(refused):
            trace(
                event="merchants.filing.repeated",
                by=by,
                at=at,
                about=f"merchants-filing:{same.pk}",
                detail={"digest": digest},
            )
            return FilingResult(
                same.pk, platform, kind, same.rows, 0, same.refused, len(parted), same.refused_by_reason, repeated=True
            )
        filing = Filing.objects.create(
            pk=number, platform=platform, kind=kind, digest=digest, lawbook_digest=law.book.digest, rows=frame.height, accepted=changed,
            refused=len(refused), unchanged=len(parted) - changed, refused_by_reason=by_reason, at=at, by=by,
        )  # fmt: skip
        refused_keep(filing.pk, refused)
        detail = {"kind": kind, "digest": digest, "accepted": changed, "refused": filing.refused}
        trace(event="merchants.filing.filed", by=by, at=at, about=f"merchants-filing:{filing.pk}", detail=detail)
        _shops_told(platform, laid if kind == "shops" else (), filing=filing.pk, by=by, at=at)
        touched = {row.shop for row in parted}
        if kind == "shops":
            touched |= shops_coded_alike(platform, touched, known_at=at)
        opened, mended = tickets_renew(platform, by=by, at=at, shops=touched)
        advance(frame.height)
    return FilingResult(
        filing.pk, platform, kind, filing.rows, changed, filing.refused, filing.unchanged, by_reason, opened, mended
    )


def _shops_told(platform: str, laid: Sequence[tuple[Parted, int]], *, filing: int, by: str, at: datetime) -> None:
    """Write down of whoever a shop was filed for that it was: the seller, the unit that the register holds under the code, and whom it names by
    number. They see it among what was done about them, and ask the platform about it there.
    """
    held = subjects_coded({row.code for row, _ in laid if row.code}, known_at=at)
    for row, version in laid:
        about = [row.subject or held.get(row.code), *row.representing.values()]
        for subject in dict.fromkeys(each for each in about if each is not None):
            trace(
                event=rules.FILED, by=by, at=at, purpose="merchant-filing", subject=subject, about=f"merchants-filing:{filing}",
                detail={"platform": platform, "shop": row.shop, "version": version},
            )  # fmt: skip


def refused_export(*, filing: Filing, by: str, at: datetime) -> Iterator[str]:
    """The refused rows as lines of a CSV file: line, shop and reason. Persons are written out nowhere; whoever sent them has the file."""
    trace(event="merchants.refused.exported", by=by, at=at, about=f"merchants-filing:{filing.pk}")
    rows = Refused.objects.filter(filing=filing).order_by("line").values_list("line", "shop", "reason")
    head: list[Sequence[Any]] = [("line", "shop", "reason", "zh", "en")]
    return iter([csv_lines([*head, *((line, shop, reason, *rules.REASONS[reason]) for line, shop, reason in rows)])])


def refused_resend(
    *, filing: Filing, changes: Mapping[int, Mapping[str, str | None]], by: str, at: datetime
) -> FilingResult:
    """File refused rows again as they came, with what is changed in each, by its line. The rest of a row is taken from where it lies sealed, so
    that nobody who mends a column reads who it names; judged anew, by the law of the day. Refused where something else was filed of the same since.
    """
    platform_for(filing.platform, by, at=at)
    with transaction.atomic():
        kept = refused_unsealed(filing.pk, sorted(changes))
        if missing := sorted(set(changes) - set(kept)):
            raise rules.RefusedUnknown(filing=filing.pk, lines=", ".join(map(str, missing[:20])))
        for line in kept:
            rules.columns_known(filing.kind, changes[line])
        rows = [{**row, **changes[line]} for line, row in kept.items()]
        about = f"merchants-filing:{filing.pk}"
        trace(event="merchants.refused.resent", by=by, at=at, about=about, detail={"rows": len(rows)})
        return merchants_file(platform=filing.platform, kind=filing.kind, rows=rows, by=by, at=at, not_after=filing.pk)
