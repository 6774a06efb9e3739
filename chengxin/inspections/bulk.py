"""Freezing a population over the whole register in one statement, and seeing whose class has fallen since."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from psycopg import Cursor

from chengxin.inspections.rules import OTHER, Drawn, Group
from chengxin.lists.bulk import NAMED, RULES, rules_words
from chengxin.records.bulk.replaying import LATER
from chengxin.records.services.correcting import CHANNEL as CORRECTED
from chengxin.subjects.bulk.numbers import number_within

# Every class that the agency has sent in the domain and not taken back, by its subject, and whether it counts on the day.
_STANDING = f"""
rule as ({RULES}), claim as materialized (
    select r.id, r.subject_id, r.record_type, r.decided_on, r.severity, r.body, r.received_at, b.channel,
        r.effect_from <= %(on)s and (r.effect_until is null or r.effect_until > %(on)s) as in_term
    from records_record r join records_batch b on b.id = r.batch_id
    where r.record_type in (select record_type from rule) and b.actor = %(agency)s and r.body ->> 'domain' = %(domain)s
        and r.received_at <= %(known_at)s
), later as (
    {LATER}
), standing as (
    select coalesce(l.root_id, c.subject_id) as root, c.*, c.in_term and not coalesce(e.disputed, false) as counts
    from claim c left join later e on e.record_id = c.id
    left join subjects_link l on l.subject_id = c.subject_id and l.known_from <= %(known_at)s
        and (l.known_to is null or l.known_to > %(known_at)s)
    where not coalesce(e.over, false)
)
"""
# The group into which a standing class puts its subject.
_GROUP = f"(select u.key from rule u where {NAMED} order by u.key limit 1)"
# Its group follows from the class in effect on the day that was decided last; one past its term or under objection gives none.
_FREEZE = f"""
with {_STANDING}, grouped as (
    select distinct on (r.root) r.root, case when r.counts then {_GROUP} end as key
    from standing r order by r.root, r.counts desc, r.decided_on desc, r.id desc
), numbered as (
    select g.root, g.key, {number_within("g.root")} as value from grouped g
)
insert into inspections_member (draw_id, subject_id, code, "group")
select %(draw)s, n.root, n.value, coalesce(n.key, %(other)s) from numbered n where n.value is not null
"""
# Who has a class in effect neither in the frozen group nor sent since in its place: that one leaves its subject where it is frozen, for
# its sender knows the seed. What a case corrected is no new class but the old one found wrong.
_FALLEN = f"""
with {_STANDING}, held as (
    select r.root, {_GROUP} as key, r.received_at > %(frozen_at)s and r.channel <> %(corrected)s as sent_since
    from standing r where r.counts
)
select m.code from inspections_member m
left join subjects_link l on l.subject_id = m.subject_id and l.known_from <= %(known_at)s
    and (l.known_to is null or l.known_to > %(known_at)s)
where m.draw_id = %(draw)s and m.code = any(%(codes)s)
    and not exists (select from held h where h.root = coalesce(l.root_id, m.subject_id) and (h.key = m."group" or h.sent_since))
order by m.code
"""


def population_freeze(
    cursor: Cursor, groups: Iterable[Group], *, draw: int, agency: str, domain: str, on: date, known_at: datetime
) -> int:
    """Write down every subject of the agency's domain with its group; returns how many there are."""
    words = {"draw": draw, "other": OTHER}
    cursor.execute(_FREEZE, _words(groups, agency=agency, domain=domain, on=on, known_at=known_at) | words)
    return cursor.rowcount


def classes_fallen(
    cursor: Cursor, groups: Iterable[Group], *, draw: int, codes: list[str], agency: str, domain: str, on: date,
    known_at: datetime, frozen_at: datetime,
) -> list[str]:  # fmt: skip
    """Which of these members of the draw are no longer in the class by which they were frozen: it is past its term, under objection,
    withdrawn, or corrected to another by a case. Another class that the agency sent since is none of these.
    """
    words = {"draw": draw, "codes": codes, "frozen_at": frozen_at, "corrected": CORRECTED}
    cursor.execute(_FALLEN, _words(groups, agency=agency, domain=domain, on=on, known_at=known_at) | words)
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


def _words(groups: Iterable[Group], **more: Any) -> dict[str, Any]:
    return {**rules_words((group.key, group.entry) for group in groups), **more}
