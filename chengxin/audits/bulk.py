"""The readings of the ledger that a detector may notice, found set-wise: only these are judged one by one. Whom an incident concerns, by the same ledger."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from psycopg import Cursor

from chengxin.audits.rules import Noticed, Reading, purposes_of, works_on
from chengxin.kernel.days import CHINA_TIME
from chengxin.law import Law
from chengxin.ledger.rules import READING

Of = tuple[str, str, int, date]  # a detector, a reader with its account, a day
Gathered = tuple[int, list[int], str]  # how many readings, the first of them, the greatest value

_SPAN = """
    select min(e.at), max(e.at), count(*), min(e.id) from ledger_leaf l join ledger_entry e on e.id = l.entry
    where l.position >= %(after)s and l.position < %(upto)s and e.event ~ %(reading)s
"""

# Readings that are new since the last look, each with how many the same reader made before it, within the minutes of the detectors; what no
# detector can notice is left out. The rules decide about the rest.
_ACCOUNT = "coalesce((e.detail ->> 'account')::bigint, 0)"
_NOTICEABLE = f"""
with fresh as materialized (
    select e.id, e.at, e.actor, e.event, e.purpose, e.subject, coalesce(e.detail ->> 'case_number', '') as case_number,
           {_ACCOUNT} as account
    from ledger_leaf l join ledger_entry e on e.id = l.entry
    where l.position >= %(after)s and l.position < %(upto)s and e.event ~ %(reading)s
), bursts as (
    select e.id, count(*) over (partition by e.actor, {_ACCOUNT} order by e.at range between %(burst_within)s::interval preceding and current row) as told
    from ledger_entry e where e.id >= %(burst_from)s and e.at <= %(last)s and e.event ~ %(reading)s
), around as (
    select e.id, e.at, e.actor, {_ACCOUNT} as account, e.subject from ledger_entry e
    where e.subject in (select subject from fresh where subject is not null)
      and e.at between %(first)s - %(same_within)s::interval and %(last)s and e.event ~ %(reading)s
), often as (  -- most are not, and need not be put in order
    select actor, account, subject from around group by actor, account, subject having count(*) > %(same_above)s
), same as (
    select id, count(*) over (partition by actor, account, subject order by at range between %(same_within)s::interval preceding and current row) as told
    from around join often using (actor, account, subject)
), tied as (
    select distinct c.subject_id as subject, c.grantee as actor from disclosure_consent c
    where c.purpose = any(%(tying)s) and c.subject_id in (select subject from fresh where subject is not null)
)
select f.id, f.at, f.actor, f.account, a.kind, f.purpose, f.case_number, f.event = 'checks.check.answered',
       coalesce(b.told, 1), coalesce(s.told, 0), t.subject is not null, split_part(f.event, '.', 1), coalesce(w.role, '')
from fresh f join actors_actor a on a.key = f.actor
left join bursts b on b.id = f.id left join same s on s.id = f.id
left join tied t on t.subject = f.subject and t.actor = f.actor
left join accounts_account w on w.id = f.account
where (t.subject is not null and f.purpose <> all(%(tying)s))
   or (w.role <> '' and split_part(f.event, '.', 1) = any(%(rooms)s) and w.role || ' ' || split_part(f.event, '.', 1) <> all(%(dutiful)s))
   or b.told > %(burst_above)s or s.told > %(same_above)s
   or (f.at at time zone 'Asia/Shanghai')::time < %(opens)s or (f.at at time zone 'Asia/Shanghai')::time >= %(closes)s
   or (f.at at time zone 'Asia/Shanghai')::date = any(%(off)s)
   or (f.purpose = any(%(known)s) and f.purpose || ' ' || a.kind <> all(%(permitted)s))
   or (f.purpose = any(%(cased)s) and f.case_number = '')
order by f.id
"""


def readings_noticeable(cursor: Cursor, law: Law, *, after: int, upto: int) -> tuple[int, Iterator[Reading]]:
    """How many readings have their places in the tree from `after` up to, not with, `upto`; and those that some detector may notice."""
    wanted: dict[str, Any] = {"after": after, "upto": upto, "reading": READING}
    cursor.execute(_SPAN, wanted)
    found = cursor.fetchone()
    assert found is not None  # an aggregate has one row
    first, last, count, lowest = found
    if not count:
        return 0, iter(())
    asked = _thresholds(law)
    burst_from = min(lowest, _entry_from(cursor, first - asked["burst_within"]))
    days = {"off": _days_off(first, last), "first": first, "last": last, "burst_from": burst_from}
    cursor.execute("set local work_mem = '128MB'")  # a first look, over years, sorts in memory
    cursor.execute(_NOTICEABLE, wanted | asked | days)
    return count, (Reading(*row) for row in cursor)


def evidence_gathered(found: Iterator[Noticed], *, most: int) -> Mapping[Of, Gathered]:
    """By detector, reader and day: how many readings, the first so many of them, and the greatest value."""
    told: dict[Of, Gathered] = {}
    for each in found:
        key = each.detector, each.reader, each.account, each.on
        count, entries, value = told.get(key, (0, [], ""))
        if len(entries) < most:
            entries.append(each.entry)
        told[key] = count + 1, entries, max(value, each.value, key=lambda text: (len(text), text))
    return told


def _thresholds(law: Law) -> dict[str, Any]:
    never = 1 << 40
    burst, same = law.detectors.get("burst"), law.detectors.get("same-subject")
    cases, hours = law.detectors.get("without-case"), law.detectors.get("out-of-hours")
    purposes = purposes_of(law) if "out-of-duty" in law.detectors else {}
    colleague, duty = law.detectors.get("colleague"), law.detectors.get("out-of-duty")
    rooms = duty.duties if duty else {}
    return {
        "burst_above": burst.above if burst else never,
        "same_above": same.above if same else never,
        "burst_within": timedelta(minutes=(burst.minutes or 0) if burst else 0),
        "same_within": timedelta(minutes=(same.minutes or 0) if same else 0),
        "opens": hours.hours.first if hours and hours.hours else time.min,
        "closes": hours.hours.last if hours and hours.hours else time.max,
        "known": list(purposes),
        "permitted": [f"{purpose} {kind}" for purpose, kinds in purposes.items() for kind in kinds],
        "tying": list(colleague.purposes) if colleague else [],
        "rooms": list(rooms),
        "dutiful": [
            f"{role} {room}"
            for role, each in law.roles.items()
            for room in rooms
            if duty and duty.duties[room] in each.duties
        ],
        "cased": list(cases.purposes) if cases else [],
    }


def _days_off(first: datetime, last: datetime) -> list[date]:
    day, until = first.astimezone(CHINA_TIME).date(), last.astimezone(CHINA_TIME).date()
    days = (day + timedelta(days=n) for n in range((until - day).days + 1))
    return [each for each in days if not works_on(each)]


def _entry_from(cursor: Cursor, at: datetime) -> int:
    """A number below which no entry is as late as the instant, but for the few that were written out of order: found by halving, since
    numbers are drawn in the order of time and no index is by time alone.
    """
    cursor.execute("select coalesce(min(id), 0), coalesce(max(id), 0) from ledger_entry")
    low, high = cursor.fetchone() or (0, 0)
    while low < high:
        middle = (low + high) // 2
        cursor.execute("select id, at from ledger_entry where id > %s order by id limit 1", [middle])
        above = cursor.fetchone()
        if above is not None and above[1] < at:
            low = int(above[0])
        else:
            high = middle
    return int(low)


# --- whom an incident concerns ------------------------------------------------------------------------------------------------

_READ = """
    select distinct e.subject from ledger_entry e join subjects_subject s on s.id = e.subject
    where e.id >= %(lowest)s and e.at >= %(since)s and e.at < %(until)s and e.event ~ %(reading)s and s.kind = 'person'
      and e.actor = %(reader)s and (%(account)s = 0 or coalesce((e.detail ->> 'account')::bigint, 0) = %(account)s)
"""
_HELD = "select id from subjects_subject where kind = 'person' and created_at < %(until)s"


def concerned(cursor: Cursor, *, reader: str, account: int, since: date, until: date) -> Iterator[int]:
    """The persons whose data the reader read in those days, each once; where no reader is known, all who were held. For the service that tells
    them, and to be counted: no door gives them.
    """
    first, last = (datetime.combine(day, time(), tzinfo=CHINA_TIME) for day in (since, until))
    wanted: dict[str, Any] = {"since": first, "until": last, "reading": READING, "reader": reader, "account": account}
    if reader:
        cursor.execute(_READ, wanted | {"lowest": _entry_from(cursor, first)})
    else:
        cursor.execute(_HELD, wanted)
    return (row[0] for row in cursor.fetchall())
