"""What a record's later events make of it, for many records at once: `records/rules.replay` as one SQL select.

Property tests hold the two equal (checks/tests/test_answers.py).
"""

# One row a record that met more than its filing: `over` where it neither counts nor shows on the day, `disputed` while an
# objection is open, `contested` while reconsideration or a lawsuit is marked. Takes %(on)s and %(known_at)s.
LATER = """
select e.record_id,
    bool_or(e.kind in ('superseded', 'withdrawn')) or bool_or(e.kind = 'ended' and e."on" <= %(on)s)
        or coalesce(max(e.number) filter (where e.kind = 'repaired' and e."on" <= %(on)s)
            > coalesce(max(e.number) filter (where e.kind = 'unrepaired'), 0), false)
        or count(*) filter (where e.kind = 'unmatched') > count(*) filter (where e.kind = 'matched') as over,
    count(*) filter (where e.kind = 'disputed') > count(*) filter (where e.kind = 'settled') as disputed,
    count(*) filter (where e.kind = 'contested') > count(*) filter (where e.kind = 'concluded') as contested
from records_event e where e.number > 0 and e.at <= %(known_at)s group by e.record_id
"""
