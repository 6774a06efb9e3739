"""`python -m demo.commerce FOLDER DAY`: a platform of the invented city files shops, a commitment and a month of trades; they are rated, one has
a badge, a complaint is handled, a parcel and a jar's way are traced, and an authority warns. Prints what happened as JSON. Firms, persons and
numbers are invented.
"""

import json
import os
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import django
import polars as pl

from demo import words
from demo.cast import CAST
from demo.people import INVENTED, person_name, person_number
from demo.procedures import LIST, MARKET, code, name

MALL, MILL = "yunchuan-mall", "yunchuan-mill"
WAYBILL, LOT = "YC20260001", "A1"
Row = dict[str, Any]


def digest(what: str) -> str:
    """The digest of a document that nobody wrote, or the pseudonym of a buyer that nobody is."""
    return sha256(f"yunchuan {what}".encode()).hexdigest()


def shops(today: date) -> list[Row]:
    """Three shops of firms and one that a person keeps."""
    firms = (("s1", "老槐树旗舰店", CAST["grocer"].name, CAST["grocer"].code), ("s2", "小铃铛玩具店", CAST["warned"].name, CAST["warned"].code),
             ("s3", "砚池灯塔专营店", name(0), code(0)))  # fmt: skip
    common = {"verified_on": str(today - timedelta(days=20))}
    units = [
        {
            **common, "shop": shop, "title": title, "kind": "unit", "name": firm, "number": number, "legal_representative": person_name(1),
            "principal": person_name(2), "categories": "other", "evidence": "business-licence", "digest": digest(shop),
            "url": f"https://mall.example/shops/{shop}",
        }
        for shop, title, firm, number in firms
    ]  # fmt: skip
    stall = {
        **common, "shop": "p1", "title": "山里小铺", "kind": "individual", "name": person_name(7), "number": person_number(7),
        "exemption": "own-farm-produce", "categories": "farm-produce", "evidence": "identity-card", "digest": digest("p1"),
        "url": "https://mall.example/shops/p1",
    }  # fmt: skip
    return [*units, stall]


def month(today: date) -> tuple[str, dict[str, list[Row]]]:
    """The trades of the month before: many of the first shop's, few of the second's, some of the person's; each reviewed and sent."""
    last = today.replace(day=1) - timedelta(days=1)
    first = datetime.combine(last.replace(day=1), time(1), UTC)
    rows: dict[str, list[Row]] = {kind: [] for kind in ("orders", "parcels", "reviews", "returns", "scans")}
    sold = [("s1", n) for n in range(240)] + [("s2", n) for n in range(240, 252)] + [("p1", n) for n in range(252, 292)]
    for shop, n in sold:
        at, order, buyer = first + timedelta(minutes=n * 97 % 37_000), f"o{n:06d}", digest(f"buyer {n}")[:32]
        goods = {
            "goods": "g1",
            "category": "other",
            "quantity": 1,
            "amount": 3_500,
            "channel": "domestic",
            "state": "completed",
        }
        rows["orders"].append({"order": order, "shop": shop, "buyer": buyer, "at": at, **goods})
        parcel = WAYBILL if n == 0 else f"YC{n:08d}"
        sent = at + timedelta(hours=60 if n % 29 == 0 else 20)
        sending = {"declared": 3_500, "weight": 900, "channel": "domestic", "state": "delivered"}
        rows["parcels"].append({"parcel": parcel, "order": order, "shop": shop, "carrier": "c1", "at": sent, **sending})
        stars = 4 if n % 7 == 0 else 3 if n % 31 == 0 else 5
        review = {"characters": 12, "digest": digest(f"review {n}")[:32], "state": "shown"}
        said = at + timedelta(days=3)
        rows["reviews"].append(
            {"review": f"r{n:06d}", "order": order, "shop": shop, "buyer": buyer, "at": said, "stars": stars, **review}
        )
        if n % 40 == 5:
            back = {"amount": 3_500, "ground": "quality", "state": "refunded"}
            rows["returns"].append(
                {"order": order, "shop": shop, "return": f"b{n:06d}", "at": at + timedelta(days=4), **back}
            )
    sent = rows["parcels"][0]["at"]
    for hours, step, station in (
        (0, "accepted", "A1"),
        (4, "departed", "A1"),
        (22, "out-for-delivery", "B2"),
        (25, "delivered", "B2"),
    ):
        rows["scans"].append(
            {"parcel": WAYBILL, "shop": "s1", "at": sent + timedelta(hours=hours), "step": step, "station": station}
        )
    return f"{last:%Y-%m}", rows


def trail(today: date, lot: str, place: str) -> dict[str, Any]:
    """A lot of oil pressed, sent, received and sold."""
    begun = datetime.combine(today - timedelta(days=30), time(2), UTC)
    steps = (
        (0, "commissioning", "ADD"),
        (26, "shipping", "OBSERVE"),
        (50, "receiving", "OBSERVE"),
        (120, "retail_selling", "OBSERVE"),
    )
    what = {"quantityList": [{"epcClass": lot, "quantity": 400, "uom": "KGM"}]}
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"], "type": "EPCISDocument", "schemaVersion": "2.0",
        "creationDate": datetime.combine(today, time(0), UTC).isoformat(),
        "epcisBody": {
            "eventList": [
                {
                    "type": "ObjectEvent", "eventTime": (begun + timedelta(hours=hours)).isoformat(), "eventTimeZoneOffset": "+08:00",
                    "action": action, "bizStep": step, "readPoint": {"id": place}, "epcList": [], **what,
                }
                for hours, step, action in steps
            ]
        },
    }  # fmt: skip


def play(folder: Path, today: date) -> dict[str, Any]:
    """Plays it all, and returns what happened and where to look."""
    # Only with the rooms in place may their services be imported.
    from django.utils import timezone

    from chengxin.actors.selectors import Asker
    from chengxin.actors.services import actor_add
    from chengxin.commerce.badges.services import badge_issue
    from chengxin.commerce.complaints.rules import Told
    from chengxin.commerce.complaints.services.charging import charge_set
    from chengxin.commerce.complaints.services.intake import complaint_file
    from chengxin.commerce.complaints.services.stepping import Said, complaint_answer, complaint_step
    from chengxin.commerce.merchants.services.committing import commitment_sign
    from chengxin.commerce.merchants.services.filing import merchants_file
    from chengxin.commerce.ratings.selectors import rating_shown
    from chengxin.commerce.ratings.services import ratings_publish
    from chengxin.commerce.trades.bulk.schemas import polars_of
    from chengxin.commerce.trades.services import trades_file
    from chengxin.commerce.trails.rules.identifying import check_digit
    from chengxin.commerce.trails.services.capturing import goods_register, place_register, trail_capture
    from chengxin.commerce.warnings.services import warning_draft, warning_reply, warning_step
    from chengxin.law import load
    from chengxin.records.models import Record

    told: list[tuple[str, str]] = []
    itself, market = Asker(MALL, "platform"), Asker(MARKET, "department")

    def now() -> datetime:
        return timezone.now()

    for key, kind, title, title_en in (
        (MALL, "platform", "云集商城", "Yunji Mall"), (MILL, "service-firm", CAST["grocer"].name, "Old Locust Oil Mill"),
    ):  # fmt: skip
        actor_add(key=key, kind=kind, title=title, title_en=title_en, by="operator", at=now())
    filed = merchants_file(platform=MALL, kind="shops", rows=shops(today), by=MALL, at=now())
    signed = folder / "commitment-s1.txt"
    signed.write_text("商家信用承诺书（虚构）", encoding="utf-8")
    paper = sha256(signed.read_bytes()).hexdigest()
    commitment_sign(platform=MALL, form="merchant", shop="s1", digest=paper, signed_on=today, by=MALL, at=now())
    told.append(
        (
            f"云集商城报送{filed.accepted}家店铺，其中一家由个人开设；一家签署了商家信用承诺书",
            "a platform files its shops; one signs a commitment",
        )
    )
    period, kinds = month(today)
    law = load().on(today)
    for kind, rows in kinds.items():
        path = folder / f"trades-{kind}.parquet"
        schema = {n: t for n, t in polars_of(law.trade_kinds[kind]).items() if any(n in row for row in rows)}
        pl.DataFrame(rows, schema=schema).write_parquet(path)
        trades_file(platform=MALL, kind=kind, path=path, by=MALL, at=now())
    done = ratings_publish(platform=MALL, period=period, by="operator", at=now())
    shown = {shop: rating_shown(MALL, shop, known_at=now()) for shop in ("s1", "s2")}
    low, high = (f"{100 * (bound or 0):.1f}" for bound in (shown["s1"].low, shown["s1"].high))
    told.append(
        (
            f"{period}：{len(kinds['orders'])}笔订单；{shown['s1'].title}“{shown['s1'].grade_zh}”（{low}–{high}），{shown['s2'].title}“{shown['s2'].grade_zh}”；"
            f"{done.shops}家店铺评了{done.rated}家，个人的店铺不作评价",
            "a month of trades, rated with intervals; no shop of a person is",
        )
    )
    badge = badge_issue(platform=MALL, shop="s1", by=MALL, at=now())
    told.append(
        (f"{shown['s1'].title}取得店铺标识 {badge.number}，附公布的等级", "a signed badge, with the published grade")
    )
    charge_set(sector="market", division="", agency=MARKET, asker=Asker("operator", "operator"), at=now())
    complained = complaint_file(
        told=Told(
            source="portal", kind="quality", wants="refund", words="油桶漏油，纸箱浸湿。", name=person_name(31), reach="-", received_on=today,
            platform=MALL, shop="s1", order="o000005", amount=Decimal("35.00"),
        ),
        asker=Asker("public", "public"), at=now(),
    )  # fmt: skip
    offer = Said("全额退款", remedy="refund", amount=Decimal("35.00"))
    complaint_step(number=complained.number, to="offered", said=offer, asker=itself, at=now())
    complaint_answer(number=complained.number, key=complained.key, to="agreed", said=Said(), at=now())
    complaint_step(number=complained.number, to="performed", said=Said("已原路退回"), asker=itself, at=now())
    told.append(
        (f"消费者投诉{complained.number}：平台提出退款，消费者同意，已退款", "a complaint: offered, agreed, paid")
    )
    digits, gln = "0690000000017", "690100000001"
    gtin, gln = digits + check_digit(digits), gln + check_digit(gln)
    place_register(gln=gln, actor=MILL, title="老槐树榨油坊", title_en="Old Locust press", by="operator", at=now())
    goods_register(gtin=gtin, kind="food", actor=MILL, title="菜籽油", title_en="Rapeseed oil", by=MILL, at=now())
    document = trail(today, f"https://id.gs1.org/01/{gtin}/10/{LOT}", f"https://id.gs1.org/414/{gln}")
    captured = trail_capture(content=json.dumps(document).encode(), actor=MILL, by=MILL, at=now())
    told.append(
        (
            f"菜籽油批次{LOT}的{captured.events}个环节入账；包裹{WAYBILL}逐段可查，有一段没有报送",
            "a lot's way and a parcel's, with its gap",
        )
    )
    entry = Record.objects.filter(record_type=LIST, subject__identifiers__value=code(0)).order_by("-pk").first()
    if entry is None:
        raise SystemExit("the listed firm has no entry: play demo.procedures first")
    said = {
        "title": "糕点抽检不合格", "title_en": "Cakes failed their test", "goods": "绿豆糕", "goods_en": "Mung bean cakes", "facts": "菌落总数超过限量。",
        "facts_en": "The total count of bacteria is beyond the limit.", "advice": "停止食用，可以向商家退货。", "advice_en": "Do not eat them; they can be returned.",
    }  # fmt: skip
    warning = warning_draft(
        ground="list-entry", list_key=LIST, record=entry.pk, said=said, until=today + timedelta(days=60), platform=MALL, shop="s3", asker=market, at=now(),
    )  # fmt: skip
    key = warning_step(number=warning.number, to="heard", words="", asker=market, at=now()).key
    warning_reply(number=warning.number, key=key, words="已下架，并通知买家退货。", at=now())
    out = warning_step(number=warning.number, to="published", words="答复不改变结论", asker=market, at=now())
    told.append(
        (
            f"{words.CITY}市场监督管理局听取答复后发布消费警示{warning.number}，推送{out.told}家平台",
            "a warning, published beside the merchant's reply",
        )
    )
    where = [
        (f"/shops/{MALL}/s1", "店铺公示：核验、承诺、标识 / a shop: its mark, its commitment, its badge"),
        (f"/shops/{MALL}/s1/rating", "它的评价和依据 / how it is rated, and on what"),
        (f"/badges/{badge.number}", "它的标识；加 .svg 是图片 / its badge; with .svg the picture"),
        (f"/shops/{MALL}/p1", "个人的店铺：没有评价，也没有姓名 / a person's shop: no rating, no name"),
        (f"/warnings/{warning.number}", "消费警示和商家的答复 / a consumer warning with the reply"),
        (
            "/complaints",
            f"消费投诉；编号 {complained.number}，查询码 {complained.key} / complaints; its number and key",
        ),
        ("/parcels", f"包裹，运单号 {WAYBILL} / a parcel by its waybill"),
        (f"/01/{gtin}/10/{LOT}", "商品追溯 / the way of a lot"),
    ]
    return {"told": told, "where": where}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")
    os.environ.setdefault("CHENGXIN_INVENTED_DIVISION", INVENTED)
    django.setup()
    sys.stdout.write(
        json.dumps(play(Path(sys.argv[1]), date.fromisoformat(sys.argv[2])), ensure_ascii=False, default=str)
    )
