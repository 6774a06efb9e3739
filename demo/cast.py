"""The cast: named firms of the invented city, each with one trait, for the demo and for every room's tests.

Their codes are fixed and valid. Those with a new code carry a body that begins with MAY, which the city never gives to
another. What is on file about them is told from a day called `today`, so that a trait holds on whatever day one looks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from demo import words

Row = dict[str, str]


@dataclass(frozen=True)
class Firm:
    """A firm of the cast: `code` is the 18-character code, or empty where there is only an old number."""

    key: str
    name: str
    code: str
    trait_zh: str
    trait_en: str
    type: str = "有限责任公司"
    registered: str = "2016-03-18"
    former_name: str = ""
    old_number: str = ""

    @property
    def number(self) -> str:
        """The number to look the firm up by: its code, else its old number."""
        return self.code or self.old_number


_FIRMS = (
    Firm(
        "grocer",
        "云川市老槐树粮油有限公司",
        "91390102MAY000017J",
        "诚实的粮油店，获得荣誉",
        "the honest grocer, honoured",
    ),
    Firm("carrier", "云川市双桅帆货运有限公司", "91390103MAY000025U", "两次被罚的货运公司", "the carrier fined twice"),
    Firm(
        "absent",
        "云川市听雨轩文具有限公司",
        "91390104MAY0000335",
        "2025年起列入经营异常名录",
        "on the abnormal list since 2025",
    ),
    Firm(
        "returned",
        "云川市半亩园餐饮有限公司",
        "91390105MAY000041E",
        "已移出经营异常名录",
        "removed from the abnormal list",
    ),
    Firm(
        "blacklisted",
        "云川市金漏斗食品有限公司",
        "91390102MAY00005XT",
        "列入严重违法失信名单",
        "on the serious-dishonesty list",
    ),
    Firm(
        "past", "云川市渡船头建筑工程有限公司", "91390121MAY000068B", "处罚已过公示期", "its penalty's term has ended"
    ),
    Firm(
        "warned", "云川市小铃铛玩具有限公司", "91390122MAY000076L", "轻微警告，不予公示", "a minor warning, not shown"
    ),
    Firm("revoked", "云川市铁算盘化工有限公司", "91390104MAY0001641", "被吊销许可证件", "its licence was revoked"),
    Firm(
        "old_timer",
        "云川市砖塔街供销经理部",
        "",
        "只有15位旧注册号",
        "has an old number only",
        "集体所有制",
        "1988-06-01",
        "",
        "390121100000181",
    ),
    Firm(
        "both_numbers",
        "云川市旧门牌五金有限公司",
        "91390102MAY0001569",
        "旧注册号和新代码都在用",
        "an old number and a new code, both in use",
        old_number="390102100000269",
    ),
    Firm(
        "parent",
        "云川市七层楼百货股份有限公司",
        "91390102MAY000084G",
        "总公司，自身没有处罚",
        "the parent, itself without penalty",
        "股份有限公司",
    ),
    Firm(
        "branch",
        "云川市七层楼百货股份有限公司鹭洲分公司",
        "91390103MAY000092R",
        "被罚的是分公司",
        "the branch was fined",
        "股份有限公司分公司",
    ),
    Firm(
        "renamed",
        "云川市新月牙信息技术有限公司",
        "91390104MAY000105X",
        "改过名称",
        "changed its name",
        former_name="云川市旧月亮网络有限公司",
    ),
    Firm(
        "two_names",
        "云川市一叶舟广告有限公司",
        "91390105MAY0001137",
        "同一代码出现两个名称",
        "one code under two names",
    ),
    Firm(
        "twin_a",
        "云川市同名堂文具经营部",
        "92390121MAY00013XU",
        "同一名称有两个代码（一）",
        "one name under two codes, the first",
        "个体工商户",
    ),
    Firm(
        "twin_b",
        "云川市同名堂文具经营部",
        "92390122MAY000148A",
        "同一名称有两个代码（二）",
        "one name under two codes, the second",
        "个体工商户",
    ),
    Firm("licensee", "云川市青石板运输有限公司", "91390103MAY0001215", "持有许可", "holds a licence"),
    Firm("plain", "云川市白纸坊印刷有限公司", "91390103MAY000172D", "什么记录也没有", "nothing is on file"),
)
CAST: dict[str, Firm] = {firm.key: firm for firm in _FIRMS}

MARKET = words.CITY + "市场监督管理局"
MARKET_CODE = "11390100003900004G"
ROADS = words.CITY + "交通运输局"
ROADS_CODE = "11390100003900012B"


def cast_rows(today: date) -> dict[str, list[Row]]:
    """What each source sends about the cast, told from `today`; our own column names, days written 2023-11-13."""
    return {source: rows(today) for source, rows in _SOURCES.items()}


def _register(today: date) -> list[Row]:
    return [_registered(firm) for firm in _FIRMS]


def _registered(firm: Firm) -> Row:
    district = next((place for place in words.DISTRICTS if str(place.division) in firm.number), words.DISTRICTS[0])
    return {
        "name": firm.name,
        "code": firm.number,
        "registered": firm.registered,
        "type": firm.type,
        "capital": "100(万元人民币)",
        "province": words.PROVINCE,
        "city": words.CITY,
        "address": f"{words.CITY}{district.name}{words.STREETS[len(firm.name) % len(words.STREETS)]}{len(firm.key)}号",
    }


def _penalties(today: date) -> list[Row]:
    roads, market = (ROADS, ROADS_CODE), (MARKET, MARKET_CODE)
    overload, tampered = words.CASES[words.TRANSPORT][0], words.CASES[words.TRADE][2]
    return [
        _penalty("carrier", "云川交罚", 900001, _ago(today, 240), overload, roads, "罚款", "2.00"),
        _penalty("carrier", "云川交罚", 900002, _ago(today, 45), overload, roads, "罚款", "3.50"),
        _penalty(
            "blacklisted",
            "云川市监处罚",
            900003,
            _ago(today, 210),
            words.CASES[0][1],
            market,
            "罚款;没收违法所得",
            "8.00",
        ),
        _penalty("past", "云川市监处罚", 900004, "2023-05-16", tampered, market, "罚款", "1.20"),
        _penalty("warned", "云川市监处罚", 900005, _ago(today, 30), words.CASES[words.TRADE][3], market, "警告", ""),
        _penalty("revoked", "云川市监处罚", 900006, _ago(today, 400), words.CASES[3][3], market, "吊销许可证件", ""),
        _penalty("branch", "云川市监处罚", 900007, _ago(today, 90), tampered, market, "罚款", "0.80"),
        _penalty(
            "two_names", "云川市监处罚", 900008, _ago(today, 60), words.CASES[words.TRADE][0], market, "罚款", "0.60"
        )
        | {"name": "云川市一页周广告有限公司"},
        _penalty(
            "old_timer", "云川市监处罚", 900009, _ago(today, 75), words.CASES[words.TRADE][3], market, "罚款", "0.10"
        ),
    ]


def _penalty(
    key: str,
    office: str,
    serial: int,
    decided_on: str,
    case: words.Case,
    authority: tuple[str, str],
    kind: str,
    fine: str,
) -> Row:
    firm, (violation, facts, basis, _) = CAST[key], case
    sentence = next(sentence for sentence in words.SENTENCES if sentence.kind == kind)
    shown = words.SHOWN_DAYS[sentence.severity]
    shown_until = (date.fromisoformat(decided_on) + timedelta(days=shown)).isoformat() if shown else ""
    return _decision(key, office, serial, decided_on, authority) | {
        "category": "个体工商户" if firm.type == "个体工商户" else "法人及非法人组织",
        "violation": violation,
        "case": f"关于{violation}案",
        "facts": f"经现场检查，当事人{facts}。",
        "basis": basis,
        "kind": kind,
        "content": sentence.content,
        "fine": fine,
        "confiscated": "0.30" if "没收" in kind else "",
        "shown_until": shown_until,
        "provider": authority[0],
        "provider_code": authority[1],
    }


def _licences(today: date) -> list[Row]:
    certificate, kind, content, _ = words.LICENCES[words.TRANSPORT]
    food, food_kind, food_content, _ = words.LICENCES[words.FOOD]
    return [
        _licence("licensee", "云川交许", 900001, _ago(today, 500), (ROADS, ROADS_CODE), certificate, kind, content),
        _licence(
            "grocer", "云川市监许可", 900002, _ago(today, 400), (MARKET, MARKET_CODE), food, food_kind, food_content
        ),
        _licence(
            "renamed", "云川市监许可", 900003, _ago(today, 900), (MARKET, MARKET_CODE), food, food_kind, food_content
        )
        | {"name": CAST["renamed"].former_name},
    ]


def _licence(
    key: str,
    office: str,
    serial: int,
    decided_on: str,
    authority: tuple[str, str],
    certificate: str,
    kind: str,
    content: str,
) -> Row:
    return _decision(key, office, serial, decided_on, authority) | {
        "category": "法人及非法人组织",
        "title": "准予行政许可决定书",
        "kind": kind,
        "certificate": certificate,
        "certificate_number": f"YC9{serial}",
        "content": content,
        "valid_from": decided_on,
        "valid_until": (date.fromisoformat(decided_on) + timedelta(days=5 * 365)).isoformat(),
        "status": "1",
        "provider": authority[0],
        "provider_code": authority[1],
    }


def _abnormal(today: date) -> list[Row]:
    market = (MARKET, MARKET_CODE)
    absent = _decision("absent", "云川市监异常列入", 900001, "2025-07-03", market)
    returned = _decision("returned", "云川市监异常列入", 900002, "2024-07-05", market)
    # Still sent under the number of the old licence, though the firm has a new code.
    both = _decision("both_numbers", "云川市监异常列入", 900003, _ago(today, 120), market)
    return [
        absent | {"reason": words.ABNORMAL_REASONS[1]},
        returned
        | {
            "reason": words.ABNORMAL_REASONS[0],
            "exit_on": "2025-03-10",
            "exit_reason": words.ABNORMAL_EXITS[0],
            "exit_authority": MARKET,
        },
        both | {"code": "", "old_number": CAST["both_numbers"].old_number, "reason": words.ABNORMAL_REASONS[0]},
    ]


def _dishonest(today: date) -> list[Row]:
    entry = _decision("blacklisted", "云川市监严违列入", 900001, _ago(today, 200), (MARKET, MARKET_CODE))
    return [entry | {"reason": words.DISHONESTY_REASONS[1]}]


def _honours(today: date) -> list[Row]:
    decided_on = _ago(today, 300)
    valid_until = (date.fromisoformat(decided_on) + timedelta(days=3 * 365)).isoformat()
    honour = _decision("grocer", "云川市监荣誉", 900001, decided_on, (MARKET, MARKET_CODE))
    return [honour | {"honour": words.HONOURS[1], "valid_until": valid_until}]


def _decision(key: str, office: str, serial: int, decided_on: str, authority: tuple[str, str]) -> Row:
    firm = CAST[key]
    return {
        "name": firm.name,
        "code": firm.number,
        "document": f"{office}〔{decided_on[:4]}〕{serial}号",
        "decided_on": decided_on,
        "authority": authority[0],
        "authority_code": authority[1],
    }


def _ago(today: date, days: int) -> str:
    return (today - timedelta(days=days)).isoformat()


_SOURCES: dict[str, Callable[[date], list[Row]]] = {
    "enterprise-register": _register,
    "penalty-publicity": _penalties,
    "licence-publicity": _licences,
    "abnormal-operations": _abnormal,
    "serious-dishonesty": _dishonest,
    "honours": _honours,
}
