"""What agencies say that they have decided: against it their checks are counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.checks import rules
from chengxin.checks.services.asking import AskerNotPermitted
from chengxin.kernel.days import day_of
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken

_FILE = """
with given as (
    select distinct on (g.case_number) g.case_number, g.decided_on, g.taken_back
    from unnest(%(cases)s::text[], %(days)s::date[], %(backs)s::bool[]) with ordinality g(case_number, decided_on, taken_back, n)
    order by g.case_number, g.n desc
)
insert into checks_decision (agency, matter, case_number, number, decided_on, taken_back, by, at)
select %(agency)s, %(matter)s, g.case_number, coalesce(l.number + 1, 0), g.decided_on, g.taken_back, %(agency)s, %(at)s
from given g left join lateral (
    select d.number, d.decided_on, d.taken_back from checks_decision d
    where d.agency = %(agency)s and d.matter = %(matter)s and d.case_number = g.case_number order by d.number desc limit 1
) l on true
where (l.number is null and not g.taken_back) or (l.decided_on, l.taken_back) is distinct from (g.decided_on, g.taken_back)
    and l.number is not null
"""


@dataclass(frozen=True)
class DecisionsFiled:
    """What came of a list of decisions: how many were given, written down, and known already."""

    matter: str
    agency: str
    given: int
    filed: int
    unchanged: int

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


def decisions_file(
    *, matter: str, decisions: Sequence[rules.Decided], asker: Asker, at: datetime, jurisdiction: str = "cn"
) -> DecisionsFiled:
    """Write down which cases the asker's agency decided, and when; the whole list or nothing of it. The same list again changes
    nothing; of one case the latest line counts.
    """
    on = day_of(at)
    law = lawroom.load().on(on, jurisdiction)
    reason = rules.asker_may(law, rules.matter_of(law, matter), asker.kind)
    if reason is not None:
        raise AskerNotPermitted(why=reason.en, why_zh=reason.zh)
    rules.decisions_fit(decisions, today=on)
    with transaction.atomic(), connection.cursor() as cursor:
        # Two lists of one agency are taken one after the other, so that the latest line is the latest.
        turn_taken("checks.decision", asker.key)
        cursor.execute(
            _FILE,
            {
                "agency": asker.key, "matter": matter, "at": at, "cases": [d.case_number for d in decisions],
                "days": [d.decided_on for d in decisions], "backs": [d.taken_back for d in decisions],
            },
        )  # fmt: skip
        filed = cursor.rowcount
        trace(
            event="checks.decisions.filed", by=asker.key, at=at, about=f"matter:{matter}",
            detail={"given": len(decisions), "filed": filed},
        )  # fmt: skip
    return DecisionsFiled(matter, asker.key, len(decisions), filed, len(decisions) - filed)
