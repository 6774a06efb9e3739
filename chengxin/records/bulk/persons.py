"""Rows about natural persons: judged like any others, then laid on whom the vault finds by the number's mark, sealed before they are written.

Neither number nor name leaves this module in the clear. What is said of a person is told apart by digests under the person's own salt, so that
they tell nothing to whoever only guesses it.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from chengxin import law as lawroom
from chengxin.kernel.days import day_of
from chengxin.kernel.names import name_normal
from chengxin.records import rules
from chengxin.records.bulk.judging import SEPARATOR, Cause, Judge
from chengxin.records.bulk.storing import RECORD, Landing, Parcel, sealed_rows
from chengxin.records.models import Record, record_bound
from chengxin.subjects.bulk.vaulting import RING, Met, Vault, citizen_numbers_read, names_of_persons
from chengxin.subjects.rules.persons import SCHEME, PersonNameDisagrees, PersonUnder18
from chengxin.vault.selectors import Marks, blind_of, seal_of

SEALED = "密封 sealed"  # what stands in place of a document's number
CLAIM_COLUMNS = (
    "line", "scheme", "value", "name", "normal", "said_key", "said", "authority", "authority_code", "document",
    "decided_on", "effect_from", "effect_until", "shown_until", "kept_until", "published_on", "late_days", "severity", "state", "body", "open", "certificate",
)  # fmt: skip


@dataclass(frozen=True)
class PersonsJudge(Judge):
    """Judges rows about natural persons."""

    def _subject_read(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Cause]]:
        roles = self.record_type.roles
        read = citizen_numbers_read(frame[f"raw:{roles.code}"])
        frame = frame.with_columns(
            pl.Series("value", read["value"]),
            pl.Series("number:reason", read["reason"]),
            pl.Series("number:adult", read["adult_from"]),
            scheme=pl.lit(SCHEME),
            normal=names_of_persons(frame[roles.name]),
        )
        under = pl.col(roles.decided_on) < pl.col("number:adult")
        causes: list[Cause] = [(under, PersonUnder18.code, roles.decided_on)]
        reasons = sorted(set(read["reason"].drop_nulls().to_list()))
        causes += [(pl.col("number:reason") == reason, reason, roles.code) for reason in reasons]
        causes.append((~pl.col("normal").str.contains(r"\p{L}"), rules.NameUnusable.code, roles.name))
        return frame, causes

    def _claims(self, frame: pl.DataFrame) -> pl.DataFrame:
        roles = self.record_type.roles
        frame = frame.with_columns(
            body=self._body(frame),
            name=pl.col(roles.name),
            authority=pl.col(roles.authority),
            authority_code=pl.col(roles.authority_code) if roles.authority_code else pl.lit(None, pl.String),
            document=pl.col(roles.document),
            open=pl.col(roles.group) if roles.group else pl.lit(None, pl.String),
            certificate=pl.col(roles.certificate) if roles.certificate else pl.lit(None, pl.String),
        )
        prefix = f"{self.record_type.key}{SEPARATOR}"
        keys = [
            pl.col(field).cast(pl.String).fill_null("") for field in self.record_type.row_key if field != roles.code
        ]
        frame = frame.with_columns(
            said_key=prefix + pl.concat_str(keys, separator=SEPARATOR),
            said=prefix + pl.concat_str(["body", *self._apart()], separator=SEPARATOR),
            state=self._state(),
        )
        return frame.select(CLAIM_COLUMNS)


class PersonsLanding(Landing):
    """One batch about natural persons on its way into the tables."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._vault = Vault(self.cursor, self.batch, self.at)
        self._parcel: Parcel | None = None

    def parcel_store(self, parcel: Parcel) -> None:
        """Store one chunk; a row whose name is not the one held becomes a ticket to its source."""
        self._parcel = parcel
        super().parcel_store(parcel)
        self._parcel = None

    def claims_store(self, claims: pl.DataFrame) -> pl.DataFrame:
        """File the claims on whom the vault finds; none of them ever waits in the queue of rows."""
        met, created = self._vault.persons_resolve(list(claims.select("value", "name").iter_rows()))
        self.tally.subjects_created += created
        said = zip(claims.select("said_key", "said", "normal").iter_rows(), met, strict=True)
        digests = [
            (_digest(m, "key", key), _digest(m, "said", text), _digest(m, "ticket", name, text))
            for (key, text, name), m in said
        ]
        claims = claims.with_columns(
            subject=pl.Series([m.subject for m in met], dtype=pl.Int64),
            row_key=pl.Series([key for key, _, _ in digests], dtype=pl.String),
            content=pl.Series([said for _, said, _ in digests], dtype=pl.String),
            ticket=pl.Series([ticket for _, _, ticket in digests], dtype=pl.String),
            agrees=pl.Series([m.agrees for m in met], dtype=pl.Boolean),
        )
        self._tickets_store(claims.filter(~pl.col("agrees")))
        return super().claims_store(claims.filter("agrees"))

    def _subjects_found(self, claims: pl.DataFrame) -> pl.DataFrame:
        return claims

    def _records_copy(self, records: pl.DataFrame) -> None:
        seal, sealed = seal_of(RING), []
        for record, body, document in records.select("id", "body", "document").iter_rows():
            content = {"document": document, "body": json.loads(body)}
            sealed.append("\\x" + seal.seal_json(content, record_bound({"id": record})).hex())
        records = records.with_columns(
            sealed=pl.Series(sealed, dtype=pl.String),
            document=pl.lit(SEALED),
            body=pl.Series(
                [json.dumps({"group": open_} if open_ else {}) for open_ in records["open"].to_list()], dtype=pl.String
            ),
        )
        self._copy("records_record", (*RECORD, "sealed"), records)
        marks = [
            (record, version, "\\x" + mark.hex())
            for record, certificate in records.select("id", "certificate").iter_rows() if certificate
            for version, mark in certificate_marks(certificate).items()
        ]  # fmt: skip
        schema = {"record_id": pl.Int64, "version": pl.Int32, "mark": pl.String}
        self._copy("records_certificatemark", tuple(schema), pl.DataFrame(marks, schema=schema, orient="row"))

    def _tickets_store(self, tickets: pl.DataFrame) -> None:
        """Keep the rows that disagree, each once, sealed whole; one that is kept already counts as unchanged."""
        if not len(tickets):
            return
        assert self._parcel is not None
        once = tickets.unique("ticket", keep="first", maintain_order=True)
        self.cursor.execute(
            "select replace(content::text, '-', '') from records_ticket where content = any(%s::uuid[])",
            [once["ticket"].to_list()],
        )
        kept = [content for (content,) in self.cursor.fetchall()]
        fresh = once.filter(~pl.col("ticket").is_in(kept))
        rows = sealed_rows(fresh["line"], self._parcel.lines, self._parcel.rows, self._parcel.seal)
        self._copy(
            "records_ticket",
            ("batch_id", "line", "content", "source", "reason", "sealed"),
            fresh.select("line", content="ticket", batch_id=pl.lit(self.batch), source=pl.lit(self.source),
                         reason=pl.lit(PersonNameDisagrees.code), sealed=pl.Series(rows, dtype=pl.String)),
        )  # fmt: skip
        self.tally.waiting += len(fresh)
        self.tally.unchanged += len(tickets) - len(fresh)


def certificate_marks(written: str) -> dict[int, bytes]:
    """The marks of a licence's or certificate's number, however it is written, under every version of the index key."""
    return blind_of().marks("certificate", "number", name_normal(written))


class CertificateMarks(Marks):
    """The marks of certificates' numbers as something that lies under a ring of keys."""

    table, owner, of = "records_certificatemark", "record_id", ("certificate", "number")
    owners = "select distinct record_id as id from records_certificatemark"

    def written(self, owners: Sequence[int]) -> Iterator[tuple[int, str]]:
        """The numbers of the records' certificates, in their normal form."""
        seal = seal_of(RING)
        for record in Record.objects.filter(pk__in=owners).select_related("batch"):
            law = lawroom.load().on(day_of(record.received_at), record.batch.jurisdiction)
            content = seal.unseal_json(bytes(record.sealed or b""), record_bound({"id": record.pk}))
            yield record.pk, name_normal(content["body"][law.record_types[record.record_type].roles.certificate])


def _digest(met: Met, what: str, *said: str) -> str:
    """128 bits that tell one claim about a person from another, and nothing to whoever lacks the person's salt."""
    text = SEPARATOR.join((what, str(met.subject), *said))
    return hashlib.blake2b(text.encode(), digest_size=16, key=met.salt).hexdigest()
