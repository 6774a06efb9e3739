"""`python -m demo.circles FOLDER DAY PASSWORD SECRET [again]`: after what demo.commerce plays (played before with `again`), a platform is called to a
duty, firms that support e-commerce are filed, an association acts under its charter and its member answers, an agreement opens a channel, and leads
come to the agency in charge. Prints what happened as JSON. Firms, persons and documents are invented.
"""

import json
import os
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import django

from demo import commerce, words
from demo.cast import CAST
from demo.commerce import MALL, digest
from demo.people import INVENTED, person_name
from demo.procedures import MARKET, account_opened, code, name

GUILD = "yunchuan-guild"


def play(today: date, password: str, secret: str) -> dict[str, Any]:
    """Plays it all after the platform's own part, and returns what happened and where to look."""
    # Only with the rooms in place may their services be imported.
    from django.utils import timezone

    from chengxin.actors.selectors import Asker
    from chengxin.actors.services import actor_add, agreement_file
    from chengxin.commerce.circles.services import (
        charter_file,
        discipline_answer,
        discipline_open,
        firm_file,
        member_file,
        neglect_open,
        neglect_step,
    )
    from chengxin.commerce.leads.rules import Told
    from chengxin.commerce.leads.services import Said, lead_file, lead_step, material_ask

    told: list[tuple[str, str]] = []
    itself, market, guild = Asker(MALL, "platform"), Asker(MARKET, "department"), Asker(GUILD, "association")

    def now() -> datetime:
        return timezone.now()

    def neglect(duty: str, facts: str, number: int) -> str:
        paper = {"document": f"云市监询〔{today.year}〕{number}号", "digest": digest(f"inquiry {number}")}
        return str(neglect_open(platform=MALL, duty=duty, facts=facts, **paper, asker=market, at=now())["number"])

    actor_add(key=GUILD, kind="association", title=words.CITY + "电子商务协会", title_en="Yunchuan E-commerce Association", by="operator", at=now())  # fmt: skip
    for actor, role in ((MALL, "clerk"), (GUILD, "association-officer")):
        account_opened(actor, role, password, secret, at=now())
    demanded = neglect("publish-measures", "抽查三个月的处理措施，有三项没有公示。", 3)
    neglect_step(number=demanded, to="replied", words="三项正在补公示。", asker=itself, at=now())
    neglect_step(
        number=demanded, to="demanded", words="限期补公示，并说明今后如何及时公示。", document=f"云市监改〔{today.year}〕4号", digest=digest("demand"),
        mend_by=today + timedelta(days=20), asker=market, at=now(),
    )  # fmt: skip
    waiting = neglect("verify-merchants", "抽查二十家店铺，两家的联系方式已经停用。", 5)
    told.append(
        (
            f"市场监督管理局督促云集商城公示处理措施（{demanded}）：平台答复后责令限期改正，在平台页公示；另一件（{waiting}）等待平台答复，不公示",
            "a platform called to a duty: heard, then told to put it right by a day, shown with its reply; another waits for its reply",
        )
    )
    filed = (("carrier", "logistics", "快递业务经营许可"), ("grocer", "consulting", "电子商务咨询备案"))
    for n, (firm, kind, paper) in enumerate(filed, 1):
        firm_file(
            code=CAST[firm].code, kind=kind, name=CAST[firm].name, state="registered", document=f"{paper}〔{today.year}〕{n}号", digest=digest(paper),
            since=today - timedelta(days=300), asker=market, at=now(),
        )  # fmt: skip
    charter_file(title=f"{words.CITY}电子商务协会章程", document="云民社〔2019〕3号", digest=digest("charter"), adopted_on=date(2019, 5, 1), asker=guild, at=now())  # fmt: skip
    for member in ((CAST["grocer"].code, CAST["grocer"].name), (code(1), name(1))):
        member_file(code=member[0], name=member[1], state="member", since=today - timedelta(days=400), asker=guild, at=now())  # fmt: skip
    act, key = discipline_open(
        code=code(1), act="circular", article="第二十一条", facts="违反行业公约，以刷单招揽顾客，经劝告没有改正。", document=f"云电协〔{today.year}〕8号",
        digest=digest("circular"), decided_on=today, until=today + timedelta(days=120), asker=guild, at=now(),
    )  # fmt: skip
    discipline_answer(number=act["number"], key=key, kind="reply", words="已经停止，并向协会书面说明。", at=now())
    agreement_file(
        actor=MALL, number=f"云信协〔{today.year}〕1号", scopes=["merchants", "trades", "complaints", "leads"], document="信息共享协议", digest=digest("agreement"),
        from_on=today, to_on=today + timedelta(days=365), by="operator", at=now(),
    )  # fmt: skip
    told.append(
        (
            f"登记{len(filed)}家支持企业；协会对会员通报{act['number']}，会员答复后公示，仅供参考；共享协议开放平台的接口",
            "supporting firms filed; an association's circular, shown with the member's answer, for reference; an agreement opens a channel",
        )
    )
    named = lead_file(
        told=Told(
            "public", "forged-trade", "店主在群里招人刷单，每单返五元。", today, platform=MALL, shop="s2", name=person_name(41), reach="-"
        ),
        asker=Asker("public", "public"), at=now(),
    )  # fmt: skip
    lead_step(number=named.number, to="filed", said=Said("截图与订单时间相符", approved_by="执法科"), asker=market, at=now())  # fmt: skip
    material_ask(
        number=named.number, what="请提供该店铺近三个月的下单账号和揽收记录。", due_on=None, asker=market, at=now()
    )
    unnamed = lead_file(
        told=Told("public", "picture-differs", "收到的玩具和图片不是同一款。", today, platform=MALL, shop="s2"),
        asker=Asker("public", "public"), at=now(),
    )  # fmt: skip
    lead_file(
        told=Told("platform", "malicious-review", "同一设备一日发布四十条差评。", today, platform=MALL, shop="s1", digests=(digest("reviews"),)),
        asker=itself, at=now(),
    )  # fmt: skip
    told.append(
        (
            f"三条线索到了市场监督管理局：署名举报{named.number}已立案，并要求平台提供材料；未署名举报{unnamed.number}和平台报送的一条等待决定；都不是记录",
            "three leads: one by name became a case and the platform is asked for material, an unnamed one and the platform's own wait; none is a record",
        )
    )
    where = [
        (f"/platforms/{MALL}", "平台页：公示的督促和平台的答复 / a platform: what a department did, and its reply"),
        ("/firms", "支持企业、行业协会、价格行为、共享协议 / supporting firms, associations, prices, agreements"),
        ("/associations", "协会的章程和惩戒，仅供参考 / an association's charter and act, for reference"),
        (
            "/desk/circles",
            f"平台履责督促；账户 {MARKET}（部门）或 {MALL}（平台），密码和口令同上 / duties; the department's or the platform's account, the same password and code",
        ),
        ("/desk/leads", f"线索和举报，账户 {MARKET}；{MALL} 看到要求它提供的材料 / leads; the platform sees what it is asked for"),
        ("/desk/association", f"协会的会员和惩戒，账户 {GUILD} / the association's own desk"),
        (
            "/reports-centre/case",
            f"举报人看办到哪里：编号 {unnamed.number}，查询码 {unnamed.key} / where a report stands, by number and key",
        ),
    ]  # fmt: skip
    return {"told": told, "where": where}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")
    os.environ.setdefault("CHENGXIN_INVENTED_DIVISION", INVENTED)
    django.setup()
    files, day = Path(sys.argv[1]), date.fromisoformat(sys.argv[2])
    sold = None if sys.argv[5:] else commerce.play(files, day)
    made = {"commerce": sold, "circles": play(day, *sys.argv[3:5])}
    sys.stdout.write(json.dumps(made, ensure_ascii=False, default=str))
