"""`python -m demo.procedures FOLDER DAY [again]`: plays an entry on a list, an objection and a repair, sets a measure going, holds
decisions against their checks, and prints what happened as JSON; with `again` what was played before is left as it is.

The procedures ran on earlier days than today, since clocks run between their steps: each is played with the instant of its day, as the console
and the pages take steps with the instant of now. The firms and what they did are invented.
"""

import base64
import json
import os
import secrets
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import django
import polars as pl

from chengxin.kernel.days import CHINA_TIME, working_day_add
from chengxin.kernel.identifiers import organisation_code_check, uscc_check
from demo import words
from demo.files import sink
from demo.templates import TEMPLATES

CENTRE, MARKET, LAND, FINANCE = "yunchuan-credit", "yunchuan-market", "yunchuan-land", "yunchuan-finance"
MEASURE = "land-serious"
LIST, SOURCE, EDITION = "serious-dishonesty", "penalty-publicity", "2018-zh"
MARKS = ("砚池灯塔", "纸鸢磨坊", "井栏橘井")  # the firms that are listed, that objects, that asks for a repair


def code(n: int) -> str:
    """The unified code of the n-th firm; its division (39) is assigned to no province."""
    organisation = f"MAY9{n:04d}"
    body = "91390102" + organisation + organisation_code_check(organisation)
    return body + uscc_check(body)


def name(n: int) -> str:
    """The name of the n-th firm."""
    return f"{words.CITY}{MARKS[n]}食品有限公司"


def penalties_written(path: Path, today: date) -> None:
    """One penalty a firm: a licence revoked, a fine, and a fine of half a year ago."""
    revoked = {"kind": "吊销食品经营许可证", "content": "吊销食品经营许可证。", "fine": ""}
    fined = {"kind": "罚款", "content": "罚款金额20000元。", "fine": "2.00"}
    rows = [
        {
            "name": name(n),
            "category": "法人及非法人组织",
            "code": code(n),
            "document": f"{words.CITY}监处罚〔{today.year}〕{920_001 + n}号",
            "violation": "未按规定查验进货凭证",
            "facts": "采购原料时未查验许可证",
            "basis": "《中华人民共和国食品安全法》第一百二十六条第一款",
            "decided_on": str(today - timedelta(days=200 if n == 2 else 45)),
            "authority": f"{words.CITY}市场监督管理局",
            **(revoked if n == 0 else fined),
        }
        for n in range(len(MARKS))
    ]
    template = TEMPLATES[SOURCE][EDITION]
    with sink(path) as target:
        target.write(pl.DataFrame({heading: [row.get(c, "") for row in rows] for c, heading in template.items()}))


def play(folder: Path, today: date) -> dict[str, Any]:
    """Plays all three, and returns what happened: a line of Chinese and one of English for each step, and where to look."""
    # Only with the rooms in place may their services be imported.
    from chengxin.actors.selectors import Asker
    from chengxin.actors.services import actor_add
    from chengxin.cases.services.running import Words
    from chengxin.checks.services.asking import check_perform
    from chengxin.lists.services.listing import listing_propose
    from chengxin.records.models import LINES_PER_BATCH
    from chengxin.records.services.batches import batch_ingest
    from chengxin.rights import services
    from chengxin.rights.services import Claimant

    market, centre = Asker(MARKET, "department"), Asker(CENTRE, "credit-centre")
    somebody = Claimant("经办人", f"{words.CITY}听潮路1号")
    told: list[tuple[str, str]] = []

    def at(n: int, hour: int = 10) -> datetime:
        return datetime.combine(working_day_add(today, -n), time(hour), CHINA_TIME)

    def say(when: datetime, zh: str, en: str) -> None:
        told.append((f"{when:%m-%d} {zh}", en))

    def step(number: str, to: str, when: datetime, by: Asker = market, changes: Any = None, **more: str) -> Any:
        return services.case_decide(number=number, asker=by, to=to, words=Words(**more), at=when, changes=changes)

    def outcome(n: int, matter: str, when: datetime) -> str:
        day = when.astimezone(CHINA_TIME).date()
        return str(check_perform(asker=centre, matter=matter, number=code(n), on=day, at=when).outcome)

    title = f"{words.CITY}市场监督管理局"
    actor_add(
        key=MARKET, kind="department", title=title, title_en="Yunchuan market regulator", by="operator", at=at(24)
    )
    path = folder / "penalties-procedures.csv"
    penalties_written(path, today)
    batch = batch_ingest(source=SOURCE, path=path, by=MARKET, at=at(23)).batch
    records = [(batch or 0) * LINES_PER_BATCH + 2 + n for n in range(len(MARKS))]

    listing = listing_propose(
        list_key=LIST,
        record=records[0],
        number=code(0),
        asker=market,
        reasons="食品经营许可证被吊销，情节严重",
        at=at(21),
    )
    say(
        at(21),
        f"拟列入{name(0)}，告知书写明理由、依据、后果、救济和期限",
        "an entry is proposed; its notice says why, on what basis, what follows",
    )
    step(listing.number, "noticed", at(20), reasons="见告知书", served="邮寄签收 EMS1")
    say(at(20), "告知送达，开始陈述申辩的期限", "the notice is served; the firm has its days to reply")
    services.case_answer(
        number=listing.number, key=listing.key, to="replied", words=Words(reasons="已停业整改，请求从轻"), at=at(17)
    )
    say(at(17), "企业陈述申辩：已停业整改，请求从轻", "the firm replies")
    decision = f"{words.CITY}监严违〔{today.year}〕920001号"
    step(listing.number, "decided", at(14), reasons="申辩不影响认定：许可证确被吊销", document=decision)
    say(
        at(14),
        f"答复申辩，作出决定{decision}；送达之前核查土地出让：{_said(outcome(0, 'land', at(14, 11)))}",
        "decided, with an answer to the reply; a check still finds nothing",
    )
    entry = step(listing.number, "served", at(13), served="直接送达回证").record
    say(
        at(13),
        f"决定送达，成为记录{entry}；核查土地出让：{_said(outcome(0, 'land', at(13, 11)))}",
        "served: only now a record with effect",
    )

    matter = "supervision-frequency"
    receipt = services.objection_file(
        record=records[1], number=code(1), claimant=somebody, grounds="罚款金额登记有误，应为2000元", at=at(19)
    )
    say(
        at(19),
        f"{name(1)}提出异议，回执{receipt.number}；此前核查检查频次：{_said(outcome(1, matter, at(19, 9)))}",
        "a firm objects to the amount of its fine",
    )
    step(receipt.number, "accepted", at(19, 14), by=centre)
    say(at(19), f"当日受理并标注；核查：{_said(outcome(1, matter, at(19, 15)))}", "accepted: suspended from now on")
    done = step(
        receipt.number, "corrected", at(15), reasons="经核对决定书，金额应为2000元",
        changes={"fine": "2000", "content": "罚款金额2000元。"},
    )  # fmt: skip
    say(
        at(15),
        f"更正，新记录{done.record}代替原记录，更正重发{done.reissued}件答复；核查：{_said(outcome(1, matter, at(15, 11)))}",
        "corrected: answers that rested on the wrong record are given anew",
    )

    repair = services.repair_request(
        record=records[2],
        number=code(2),
        claimant=somebody,
        performed=True,
        promised=True,
        grounds="已缴清罚款并整改",
        at=at(12),
    )
    say(
        at(12),
        f"{name(2)}申请信用修复，回执{repair.number}；此前核查：{_said(outcome(2, matter, at(12, 9)))}",
        "a firm asks for a repair of a fine of half a year ago",
    )
    step(repair.number, "granted", at(9), document=f"{words.CITY}监修复〔{today.year}〕1号")
    say(
        at(9),
        f"准予修复，随即停止公示和使用；核查：{_said(outcome(2, matter, at(9, 11)))}",
        "granted: no longer shown or used, in one transaction",
    )
    cases = {"listing": listing.number, "objection": receipt.number, "repair": repair.number}
    return {"told": told, "notice": listing.notice.split("\n\nNotice before entry")[0], "firm": code(0), "cases": cases}


def set_going() -> dict[str, Any]:
    """A dry run, an activation that rests on it, tasks and two answers, and decisions held against the checks; once. Returns what came
    of them.
    """
    from django.utils import timezone

    from chengxin import law
    from chengxin.actors.selectors import Asker
    from chengxin.checks.rules import Decided
    from chengxin.checks.selectors import coverage
    from chengxin.checks.services.deciding import decisions_file
    from chengxin.lists.selectors import tasks_counted, tasks_open
    from chengxin.lists.services.informing import task_served
    from chengxin.lists.services.measures import measure_activate, measure_dry_run, measures_raise, task_answer

    at, centre = timezone.now(), Asker(CENTRE, "credit-centre")
    on = timezone.localdate(at)
    land, finance = Asker(LAND, "department"), Asker(FINANCE, "department")
    found = measure_dry_run(measure=MEASURE, asker=centre, at=at)
    if not tasks_counted(land, at=at):
        measure_activate(measure=MEASURE, agency=LAND, dry_run=found.dry_run, asker=centre, at=at)
        measures_raise(by=CENTRE, at=at)
        first, second, *_ = tasks_open(land, at=at)
        task_answer(task=first.pk, outcome="done", document="云川自然资〔2026〕3号", asker=land, at=at)
        task_served(task=first.pk, proof="直接送达回证", asker=land, at=at)
        task_answer(task=second.pk, outcome="not-done", reason="本期没有土地出让", asker=land, at=at)
    decisions = [Decided(n, f"云川采购〔2026〕{17 + n}号", on) for n in range(3)]
    decisions_file(matter="tender", decisions=decisions, asker=finance, at=at)
    (counted,) = coverage(finance, law.load().on(on), since=on, until=on, known_at=at)
    tasks = [count.__dict__ for count in tasks_counted(land, at=at)]
    return {"dry_run": found.as_dict(), "tasks": tasks, "coverage": counted.as_dict()}


def staff_opened() -> dict[str, str] | None:
    """Opens an account at the desk for each agency that has something to look at, each called as its agency is; their password and the secret of
    their authenticator. None where they have them.
    """
    from django.utils import timezone

    from chengxin.accounts.models import Account

    if Account.objects.filter(login=CENTRE).exists():
        return None
    password, secret = secrets.token_urlsafe(12), base64.b32encode(secrets.token_bytes(20)).decode()
    for actor in (CENTRE, MARKET, LAND, FINANCE):
        account_opened(actor, "clerk", password, secret, at=timezone.now())
    return {"password": password, "secret": secret}


def account_opened(actor: str, role: str, password: str, secret: str, *, at: datetime) -> None:
    """Opens an account for the actor, called as it is, with this password and authenticator."""
    from chengxin.accounts.rules import PERIOD, totp_code
    from chengxin.accounts.services.factors import authenticator_add
    from chengxin.accounts.services.inviting import staff_invite, staff_join

    # A code that has been shown opens nothing more: the one shown here is of a period that is over.
    before = at - timedelta(seconds=2 * PERIOD)
    _, invitation = staff_invite(actor=actor, role=role, by="operator", at=at)
    account = staff_join(code=invitation, login=actor, password=password, at=at)
    authenticator_add(account=account, secret=secret, code=totp_code(secret, int(before.timestamp()) // PERIOD), at=before)  # fmt: skip


def _said(outcome: str) -> str:
    return {
        "none_applies": "没有适用的措施",
        "applies": "有适用的措施",
        "suspended": "因异议暂停适用",
    }.get(outcome, outcome)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")
    django.setup()
    files, day, again = Path(sys.argv[1]), date.fromisoformat(sys.argv[2]), sys.argv[3:] == ["again"]
    made = {"played": None if again else play(files, day), "set_going": set_going(), "staff": staff_opened()}
    sys.stdout.write(json.dumps(made, ensure_ascii=False, default=str))
