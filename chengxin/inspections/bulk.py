"""Freezing a population over the whole register in one statement, and seeing whose class has fallen since."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from psycopg import Cursor

from chengxin.inspections.rules import OTHER, Drawn, Group
from chengxin.lists.bulk import NAMED, RULES, rules_words
from chengxin.records.bulk.replaying import LATER
from chengxin.records.services.correcting import CHANNEL as CORRECTED
from chengxin.subjects.bulk.numbers import numbers_of

# Every class that the agency has sent in the domain and not taken back, by its subject, with the group that it gives and whether it
# counts on the day. Of a record only what a rule looks at goes further, and each sort of it is matched with the rules once.
_STANDING = f"""
rule as ({RULES}), claim as materialized (
    select r.id, r.subject_id, r.record_type, r.decided_on, r.severity, {{looked_at}} as body, r.received_at, b.channel,
        r.effect_from <= %(on)s and (r.effect_until is null or r.effect_until > %(on)s) as in_term
    from records_record r join records_batch b on b.id = r.batch_id
    where r.record_type in (select record_type from rule) and b.actor = %(agency)s and r.body ->> 'domain' = %(domain)s
        and r.received_at <= %(known_at)s {{only}}
), sort as materialized (
    select r.*, (select u.key from rule u where {NAMED} order by u.key limit 1) as key
    from (select distinct record_type, severity, body from claim) r
), later as (
    {LATER}
), standing as (
    select coalesce(l.root_id, c.subject_id) as root, c.id, c.decided_on, c.received_at, c.channel, s.key,
        c.in_term and not coalesce(e.disputed, false) as counts
    from claim c
    join sort s on s.record_type = c.record_type and s.severity is not distinct from c.severity and s.body = c.body
    left join later e on e.record_id = c.id
    left join subjects_link l on l.subject_id = c.subject_id and l.known_from <= %(known_at)s
        and (l.known_to is null or l.known_to > %(known_at)s)
    where not coalesce(e.over, false)
)
"""
# A subject's group follows from the class in effect on the day that was decided last; one past its term or under objection gives none.
_FREEZE = f"""
with {_STANDING}, grouped as materialized (
    select distinct on (s.root) s.root, case when s.counts then s.key end as key
    from standing s order by s.root, s.counts desc, s.decided_on desc, s.id desc
), numbered as ({numbers_of("grouped")})
insert into inspections_member (draw_id, subject_id, code, "group")
select %(draw)s, g.root, n.value, coalesce(g.key, %(other)s) from grouped g join numbered n on n.root = g.root order by n.value
"""
# Who has a class in effect neither in the frozen group nor sent since in its place: that one leaves its subject where it is frozen, for
# its sender knows the seed. What a case corrected is no new class but the old one found wrong.
_FALLEN = f"""
with asked as materialized (
    select m.code, m."group", coalesce(l.root_id, m.subject_id) as root from inspections_member m
    left join subjects_link l on l.subject_id = m.subject_id and l.known_from <= %(known_at)s
        and (l.known_to is null or l.known_to > %(known_at)s)
    where m.draw_id = %(draw)s and m.code = any(%(codes)s)
), whose as materialized (
    select root as subject from asked
    union
    select k.subject_id from subjects_link k join asked a on a.root = k.root_id
    where k.known_from <= %(known_at)s and (k.known_to is null or k.known_to > %(known_at)s)
), {_STANDING}, held as materialized (
    select s.root, s.key, s.received_at > %(frozen_at)s and s.channel <> %(corrected)s as sent_since from standing s where s.counts
)
select a.code from asked a
where not exists (select from held h where h.root = a.root and h.key = a."group")
    and not exists (select from held h where h.root = a.root and h.sent_since)
order by a.code
"""
_WHOSE = "and r.subject_id in (select subject from whose)"


def population_freeze(
    cursor: Cursor, groups: Iterable[Group], *, draw: int, agency: str, domain: str, on: date, known_at: datetime
) -> int:
    """Write down every subject of the agency's domain with its group; returns how many there are."""
    looked_at, words = _words(groups, draw=draw, other=OTHER, agency=agency, domain=domain, on=on, known_at=known_at)
    cursor.execute(_FREEZE.format(looked_at=looked_at, only=""), words)
    return cursor.rowcount


def classes_fallen(
    cursor: Cursor, groups: Iterable[Group], *, draw: int, codes: list[str], agency: str, domain: str, on: date,
    known_at: datetime, frozen_at: datetime,
) -> list[str]:  # fmt: skip
    """Which of these members of the draw are no longer in the class by which they were frozen: it is past its term, under objection,
    withdrawn, or corrected to another by a case. Another class that the agency sent since is none of these.
    """
    looked_at, words = _words(
        groups, draw=draw, codes=codes, agency=agency, domain=domain, on=on, known_at=known_at, frozen_at=frozen_at,
        corrected=CORRECTED,
    )  # fmt: skip
    cursor.execute(_FALLEN.format(looked_at=looked_at, only=_WHOSE), words)
    return [code for (code,) in cursor.fetchall()]


_STORE = """
insert into inspections_inspection (draw_id, subject_id, code, "group", rank, inspectors)
select m.draw_id, m.subject_id, m.code, u.to_group, u.rank, to_jsonb(string_to_array(u.inspectors, ' '))
from unnest(%(codes)s::text[], %(groups)s::text[], %(ranks)s::text[], %(inspectors)s::text[]) u(code, to_group, rank, inspectors)
join inspections_member m on m.draw_id = %(draw)s and m.code = u.code
"""


def inspections_store(cursor: Cursor, drawn: Iterable[Drawn], *, draw: int) -> None:
    """Write down who is inspected, by whom, each by its member of the draw, in one statement."""
    found = list(drawn)
    words = {
        "codes": [each.code for each in found],
        "groups": [each.group for each in found],
        "ranks": [each.rank for each in found],
        "inspectors": [" ".join(each.inspectors) for each in found],  # a staff number has no space
    }
    cursor.execute(_STORE, {"draw": draw, **words})


def _words(groups: Iterable[Group], **more: Any) -> tuple[str, dict[str, Any]]:
    """What of a record's body the groups' rules look at, as SQL, and the words of the statement."""
    found = list(groups)
    fields = sorted({name for group in found for name in group.entry.where if name != "severity"})
    names = {f"field_{n}": name for n, name in enumerate(fields)}
    looked_at = ", ".join(f"%({key})s::text, r.body -> %({key})s::text" for key in names)
    return f"jsonb_build_object({looked_at})", {**rules_words((g.key, g.entry) for g in found), **names, **more}
