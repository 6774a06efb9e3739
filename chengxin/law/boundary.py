"""What may never be written: each line of the boundary that an entry could cross, as a rule over the raw entry.

The rules see the entry as its author wrote it, before the schema does, so that the reason given is the boundary's.
Each yields (refusal class, place, data); the loader adds the file.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from chengxin.law.models import PERSON_CLASSES, PERSON_MEASURE_KINDS
from chengxin.law.refusals import (
    Boundary,
    BreachCopied,
    BuyerNamed,
    ConsentMissing,
    DataBarred,
    LeadAsRecord,
    ListWithoutExit,
    MeasureBarred,
    MinorRecorded,
    PersonalDataRelied,
    PersonClassBarred,
    PersonMeasureBarred,
    PersonsApart,
    PersonScored,
    PersonsEnumerated,
    PointsNotPositive,
    PointsUsed,
    PurposeBarred,
    ReaderScored,
    ReaderWithoutStatute,
    RecordWithoutAuthority,
    RecordWithoutDocument,
    RecordWithoutTerm,
    RepairedReported,
    SubjectDetected,
    UseNotNamed,
)

Raw: TypeAlias = Mapping[str, Any]
Crossing: TypeAlias = tuple[type[Boundary], str, dict[str, str]]
Found: TypeAlias = Iterator[Crossing]


class Topic(NamedTuple):
    """A barred subject: its name in both languages, and the words that betray it."""

    en: str
    zh: str
    words: re.Pattern[str]


def _topic(en: str, zh: str, zh_words: str, en_words: str) -> Topic:
    """Chinese words are found anywhere, English ones only as whole words."""
    return Topic(en, zh, re.compile(f"(?:{zh_words})|(?<![a-z])(?:{en_words})(?![a-z])", re.IGNORECASE))


SCORE = _topic(
    "a score, grade or rank",
    "评分、分级或排名",
    "评分|积分|信用分|诚信分|打分|得分|评级|等级|分级|排名|排行|画像|(?:信用|监管|风险)分类",
    "scor(?:e|es|ing)|ratings?|grad(?:e|es|ing)|rank(?:s|ing)?|points|(?:credit|supervision|risk)[ _-]class(?:es)?",
)
PERSON_SCORE = _topic(
    "a score, grade or rank of a natural person",
    "对自然人的评分、分级或排名",
    "(?:个人|公民|市民|居民|自然人)[^，。；、]{0,6}(?:评分|积分|信用分|诚信分|评级|等级|分级|信用分类|排名|画像)|芝麻信用|芝麻分",
    "(?:persons?|personal|citizens?|individuals?|social)[ _-](?:credit[ _-])?"
    "(?:scor(?:e|es|ing)|ratings?|grad(?:e|es|ing)|rank(?:s|ing)?|points)",
)
# Who works for a firm: an evaluation asks after the firm alone.
WORKING = _topic(
    "one who works for a firm",
    "企业的从业人员",
    "快递员|快递小哥|投递员|配送员|送货员|派件员|骑手|司机|驾驶员|从业人员|业务员|客服人员|员工|工作人员|法定代表人",
    "couriers?|riders?|drivers?|staff|employees?|workers?|agents?|representatives?",
)
# What would make of benefit points something that can fall, or that tells one person from another.
POINTS_LOST = _topic(
    "something that can be lost",
    "可以失去的东西",
    "扣|减分|减少|降级|降低|清零|失去|失信|违法|违规|违约|不良|处罚|排名|排行|名次|等级|分级|评级|段位|信用分",
    "deduct(?:s|ed|ion|ions)?|minus|subtract(?:s|ed|ion)?|los(?:s|es|t|e|ing)|lower(?:s|ed)?|demot(?:e|es|ed|ion)|reset|ranks?|ranking"
    "|levels?|grad(?:e|es|ing)|tiers?|ratings?|scor(?:e|es|ing)|breach(?:es)?|penalt(?:y|ies)|adverse",
)
POINTS_LOST_KEYS = frozenset(
    {"deduct", "deducts", "deduction", "minus", "loses", "loss", "rank", "ranks", "level", "levels", "grade", "grades", "tiers", "expires"}
)  # fmt: skip
BENEFIT_POINTS = _topic(
    "benefit points", "惠民积分", r"惠民积分|福利积分|信用\s*[+＋]", r"benefit[ _-]points?|credit ?\+"
)
# Shelves that say what is known, asked or done of somebody: none of them may know of benefit points.
KNOWING = frozenset(
    {"record_types", "sources", "lists", "measures", "programs", "matters", "purposes", "reports", "procedures", "oversights"}
)  # fmt: skip
# Never of anybody: such data can only be a person's.
BARRED_ALWAYS = (
    _topic("religion", "宗教信仰", "宗教|信仰", "religions?|religious"),
    _topic("genes", "基因", "基因|遗传信息", "genes?|genetics?|dna"),
    _topic("fingerprints", "指纹", "指纹|掌纹", "fingerprints?"),
    _topic("blood type", "血型", "血型", "blood"),
    _topic(
        "illness",
        "疾病和病史",
        "疾病|病史|病历|健康状况",
        "illness(?:es)?|diseases?|diagnosis|medical[ _-](?:history|records?)",
    ),
    _topic(
        "private communications",
        "私人通信",
        "通信内容|通信记录|通讯录|通话|聊天|私信|短信内容|邮件内容",
        "communications|chats?|private[ _-]messages?|calls?[ _-]log|call[ _-]records?",
    ),
    _topic("location", "位置与行踪", "定位|位置信息|行踪|轨迹", "locations?|whereabouts|gps|trajector(?:y|ies)"),
    _topic(
        "biometrics",
        "生物识别信息",
        "人脸|面部特征|虹膜|声纹|步态|生物识别|生物特征",
        "biometrics?|facial|face[ _-]images?|iris|voiceprints?|gait",
    ),
)
# Of a natural person only: an enterprise's own figures are another matter.
BARRED_OF_PERSONS = (
    _topic("income", "收入", "收入|工资|薪酬", "incomes?|salar(?:y|ies)|wages?"),
    _topic("savings", "存款", "存款|储蓄|银行流水|账户余额", "savings|deposits?|bank[ _-]balance"),
    _topic("securities", "有价证券", "有价证券|股票|债券", "securities|stocks?|bonds?"),
    _topic("insurance", "商业保险", "商业保险|保单|保险", "insurance"),
    _topic("real estate", "不动产", "不动产|房产|房屋产权", "real[ _-]estate|housing"),
    _topic("tax amounts", "纳税数额", "纳税数额|纳税额|纳税金额|缴税", "tax[ _-](?:amounts?|paid)|taxes"),
)
UNDER_18 = _topic(
    "someone under 18",
    "未成年人",
    "未成年|未满十八|未满18|中小学生|小学生|中学生|监护人|儿童",
    "under[ _-](?:18|age)|underage|juveniles?|guardians?|pupils?|child|children",
)
# No measure may touch these, whoever it is aimed at.
BARRED_MEASURES = (
    _topic(
        "movement and spending",
        "出行与消费",
        "出境|飞机|高铁|列车|乘坐|出行|高消费|落户|居住证",
        "travels?|flights?|trains?|exit[ _-]bans?|leav(?:e|ing) the country|movement|high[ _-]consumption|residence permits?",
    ),
    _topic("schooling", "就学", "入学|就读|升学|子女教育|奖学金", "school(?:s|ing)?|tuition|enrolment|scholarships?"),
    _topic("speech", "言论", "言论|发言|发帖|禁言", "speech|posting"),
    _topic(
        "political or civil rights",
        "政治权利与公民权利",
        "选举权|被选举|政治权利|代表资格|参军|入党|政审",
        "vot(?:e|es|ing)|elections?|political|civil[ _-]rights|party membership|enlist(?:ing|ment)?",
    ),
    _topic(
        "family",
        "家庭",
        "配偶|子女|父母|亲属|家属|婚姻|家庭成员",
        "spouses?|famil(?:y|ies)|relatives|marriage|children",
    ),
    _topic(
        "communications",
        "通信",
        "手机号|电话号码停用|通信服务|微信|短信|宽带|失信彩铃",
        "phone[ _-]services?|communications?|internet access|ring[ _-]tones?",
    ),
    _topic(
        "public exposure",
        "公开曝光",
        "曝光|示众|大屏|公开照片|公开相片",
        "expos(?:e|ed|ure)|name[ _-]and[ _-]shame|shaming|photographs?",
    ),
)
# What a platform files about trades bears pseudonyms: no column may say who somebody is, or how and where one is reached.
WHO = _topic(
    "who a person is",
    "自然人是谁",
    "姓名|昵称|身份证|公民身份|证件号|护照|电话|手机|邮箱|微信|账号|收货人|寄件人|联系人|地址|住址|网际地址|设备",
    "names?|nicknames?|citizens?|id[ _-]cards?|passports?|phones?|telephones?|mobiles?|e-?mails?|accounts?|recipients?|consignees?|contacts?|"
    "address(?:es)?|ip|devices?",
)
BUYERS = _topic("a buyer", "买家", "买家|消费者|收件人", "buyers?|consumers?|customers?|users?|reviewers?|authors?")
POLITICAL_PURPOSE = _topic(
    "vetting deputies, delegates or party posts touches political rights",
    "审查代表、委员或党内职务涉及政治权利",
    "人大代表|政协委员|党代表|党代会|党组织|党内|入党|政审|代表资格|候选人",
    "deput(?:y|ies)|delegates?|party|congress|elections?|candidates?|political",
)
OWN_AFFAIR = _topic(
    "hiring, promotion or an award",
    "录用、晋升或评奖",
    "招录|招聘|录用|任职|晋升|提拔|职称|评奖|评先",
    "hir(?:e|ing)|recruit(?:ing|ment)?|promotions?|employment|awards?",
)
# Of these a person's record is asked for only on that person's consent.
MONEY = _topic(
    "credit, insurance or payment",
    "信贷、保险或者缴费",
    "征信|信贷|贷款|授信|融资|银行|金融|保险|保费|水费|电费|燃气费|缴费|公用事业|欠费",
    "credit[ _-]bureaux?|credit[ _-]reporting|bank(?:s|ing)?|loans?|lending|financ(?:e|ial)|insurance|premiums?|utilit(?:y|ies)|arrears|bills?",
)
# And these stand closed on the nation's shelf besides.
DEFAULT_CLOSED = _topic(
    "utility arrears or financial activity",
    "公用事业欠费或者金融活动",
    "金融|银行|信贷|贷款|授信|融资|保险|保费|水费|电费|燃气费|缴费|公用事业|欠费",
    "bank(?:s|ing)?|loans?|lending|financ(?:e|ial)|insurance|premiums?|utilit(?:y|ies)|arrears|bills?",
)
BARRED_PERSON_KINDS = {
    "movement": ("movement", "出行"),
    "schooling": ("schooling", "就学"),
    "speech": ("speech", "言论"),
    "political-rights": ("political rights", "政治权利"),
    "civil-rights": ("civil rights", "公民权利"),
    "family": ("family", "家庭"),
    "communications": ("communications", "通信"),
    "public-exposure": ("public exposure", "公开曝光"),
}
AUTHORITIES = frozenset({"department", "court"})
DECIDING = frozenset({"department", "court", "credit-centre"})


def crossings(shelf: str, key: str, raw: Raw, about_persons: Callable[[str], bool]) -> Found:
    """Every line of the boundary that this raw entry crosses; `about_persons` answers for a record type's key."""
    yield from _person_scores(key, raw)
    if shelf == "benefit_points":
        yield from _benefit_points(key, raw)
    elif shelf in KNOWING:
        yield from _points_used(key, raw)
    if shelf == "record_types":
        yield from _record_type(key, raw)
    elif shelf == "sources":
        yield from _source(raw, about_persons)
    elif shelf == "lists":
        yield from _list(raw, about_persons)
    elif shelf == "measures":
        yield from _measure(key, raw)
    elif shelf == "programs":
        yield from _barred_measure([("key", key), *_texts({"title": raw.get("title")})])
    elif shelf == "reports":
        yield from _report(raw)
    elif shelf == "detectors":
        yield from _detector(raw)
    elif shelf == "trade_kinds":
        yield from _trade_kind(raw)
    elif shelf == "methods":
        yield from _method(raw)
    elif shelf == "evaluations":
        yield from _evaluation(raw)
    elif shelf in ("matters", "purposes"):
        yield from _question(shelf, key, raw)


def _person_scores(key: str, raw: Raw) -> Found:
    for place, text in _texts({"title": raw.get("title"), "key": key}):
        if hit := PERSON_SCORE.words.search(text):
            yield PersonScored, place, {"found": hit[0]}


# Benefit points


def _benefit_points(key: str, raw: Raw) -> Found:
    """They only add up, and lead nowhere but to benefits."""
    for name in raw:
        if name in KNOWING or name in ("askers", "kind", "effect"):
            yield PointsUsed, str(name), {"found": str(name)}
        if name in POINTS_LOST_KEYS:
            yield PointsNotPositive, str(name), {"found": str(name)}
    for name in ("each", "most"):
        number = raw.get(name)
        if isinstance(number, int | float) and number <= 0:
            yield PointsNotPositive, name, {"found": str(number)}
    for place, text in [("key", key.replace("-", " ")), *_texts({name: raw.get(name) for name in ("title", "unit")})]:
        if hit := POINTS_LOST.words.search(text):
            yield PointsNotPositive, place, {"found": hit[0]}


def _points_used(key: str, raw: Raw) -> Found:
    for place, text in [("key", key), *_everything(raw)]:
        if hit := BENEFIT_POINTS.words.search(text):
            yield PointsUsed, place, {"found": hit[0]}


def _everything(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text within, names and items of lists too, with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, held in value.items():
            here = f"{place}.{name}".removeprefix(".")
            yield here, str(name)
            yield from _everything(held, here)
    elif isinstance(value, list | tuple):
        for at, held in enumerate(value):
            yield from _everything(held, f"{place}.{at}")


# Record types


def _record_type(key: str, raw: Raw) -> Found:
    persons = "natural-person" in _items(raw.get("about"))
    names = [("key", key), *_texts({"title": raw.get("title")}), *_field_names(raw)]
    yield from _barred_data(names, persons)
    if persons:
        yield from _record_of_persons(raw, names)
    yield from _record_parts(raw)
    yield from _leads(raw, "senders")
    yield from _personal_data(raw)
    yield from _person_class(raw)


def _field_names(raw: Raw) -> Iterator[tuple[str, str]]:
    for name, field in _mapping(raw.get("fields")).items():
        yield f"fields.{name}", str(name).replace("_", " ")
        yield from _texts({"title": _mapping(field).get("title")}, f"fields.{name}.")


def _record_of_persons(raw: Raw, names: Iterable[tuple[str, str]]) -> Found:
    if raw.get("publication") == "public":
        yield PersonsEnumerated, "publication", {}
    if raw.get("adults_only") is not True:
        yield MinorRecorded, "adults_only", {"found": "adults_only"}
    for place, text in names:
        if hit := SCORE.words.search(text):
            yield PersonScored, place, {"found": hit[0]}
        if hit := UNDER_18.words.search(text):
            yield MinorRecorded, place, {"found": hit[0]}


VAULTED = frozenset({"person-name", "citizen-number"})
NAMING_A_UNIT = frozenset({"name", "code", "old-number"})


def _person_class(raw: Raw) -> Found:
    """Of a natural person only these classes are recorded, each in types of its own, and only the licensing authority's decision is adverse."""
    persons = "natural-person" in _items(raw.get("about"))
    kinds = {name: _mapping(field).get("type") for name, field in _mapping(raw.get("fields")).items()}
    vaulted = {name for name, kind in kinds.items() if kind in VAULTED}
    if not persons:
        for name in sorted(vaulted):
            yield PersonsApart, f"fields.{name}.type", {
                "why": f"{kinds[name]} is a field of a record about a natural person", "why_zh": f"{kinds[name]} 只用于自然人的记录",
            }  # fmt: skip
        if raw.get("person_class") is not None:
            yield PersonClassBarred, "person_class", {"found": "organisation", "allowed": ", ".join(PERSON_CLASSES)}
        return
    if len(_items(raw.get("about"))) > 1:
        yield PersonsApart, "about", {"why": "it is about organisations too", "why_zh": "该类型也关于组织"}
    found, tone = str(raw.get("person_class")), str(raw.get("tone"))
    if tone not in PERSON_CLASSES.get(found, ()):
        told = f"{found}, {tone}" if found in PERSON_CLASSES else found
        yield PersonClassBarred, "person_class", {"found": told, "allowed": ", ".join(PERSON_CLASSES)}
    roles = _mapping(raw.get("roles"))
    for name in sorted(vaulted - {str(roles.get("name")), str(roles.get("code"))}):
        why, zh = (
            f"the field {name} is neither the name nor the number of whom it is about",
            f"字段 {name} 不是当事人的姓名或号码",
        )
        yield PersonsApart, f"fields.{name}", {"why": why, "why_zh": zh}
    named = {name for name in kinds if kinds[name] in NAMING_A_UNIT and name != roles.get("authority_code")}
    for name in sorted(named) if not raw.get("carries_out") else ():
        why, zh = f"the field {name} names a unit", f"字段 {name} 指明单位"
        yield BreachCopied, f"fields.{name}", {"why": why, "why_zh": zh}
    if found == "decision":
        for sender in _items(raw.get("senders")):
            if sender != "department":
                yield LeadAsRecord, "senders", {"sender": str(sender)}
    resting = [(place, name) for place, name in _relied_on(raw) if place not in ("roles.name", "roles.code")]
    for place, name in resting:
        if name in vaulted and not (place.startswith("row_key") and name == roles.get("code")):
            yield PersonalDataRelied, place, {"field": str(name)}


def _record_parts(raw: Raw) -> Found:
    """A record needs a deciding authority, a document, and a term for each of effect, shown and kept."""
    roles = _mapping(raw.get("roles"))
    for role in ("authority", "decided_on"):
        if not roles.get(role):
            yield RecordWithoutAuthority, f"roles.{role}", {}
    if not roles.get("document"):
        yield RecordWithoutDocument, "roles.document", {}
    terms = _mapping(raw.get("terms"))
    for name in ("effect", "shown", "kept"):
        term = _mapping(terms.get(name))
        if not (term.get("until") or term.get("months") or term.get("open_ended")):
            yield RecordWithoutTerm, f"terms.{name}", {}


def _leads(raw: Raw, place: str) -> Found:
    """A detector, a platform or a member of the public finds leads; only who decides sends adverse records."""
    if raw.get("tone") == "adverse":
        for sender in _items(raw.get(place)):
            if sender not in DECIDING:
                yield LeadAsRecord, place, {"sender": str(sender)}


def _personal_data(raw: Raw) -> Found:
    """Personal data is read and never filed: no key, role, rule or term may rest on it."""
    personal = {name for name, field in _mapping(raw.get("fields")).items() if _mapping(field).get("type") == "person"}
    for place, name in _relied_on(raw):
        if name in personal:
            yield PersonalDataRelied, place, {"field": str(name)}
    for name in sorted(personal):
        if _mapping(_mapping(raw.get("fields"))[name]).get("required"):
            yield PersonalDataRelied, f"fields.{name}.required", {"field": name}


def _relied_on(raw: Raw) -> Iterator[tuple[str, Any]]:
    # The role `person` only ever refuses: a row that bears a person's number is not filed.
    yield from ((f"roles.{role}", field) for role, field in _mapping(raw.get("roles")).items() if role != "person")
    yield from ((f"row_key.{at}", field) for at, field in enumerate(_items(raw.get("row_key"))))
    for at, rule in enumerate(_items(_mapping(raw.get("severity")).get("by"))):
        yield f"severity.by.{at}.field", _mapping(rule).get("field")
    for name, term in _mapping(raw.get("terms")).items():
        yield f"terms.{name}.from", _mapping(term).get("from")
        yield f"terms.{name}.until", _mapping(term).get("until")


# Sources and lists


def _source(raw: Raw, about_persons: Callable[[str], bool]) -> Found:
    persons = about_persons(str(raw.get("record_type")))
    headings = list(_headings(raw))
    yield from _barred_data(headings, persons)
    for place, heading in headings:
        if hit := (SCORE if persons else PERSON_SCORE).words.search(heading):
            yield PersonScored, place, {"found": hit[0]}
        if persons and (hit := UNDER_18.words.search(heading)):
            yield MinorRecorded, place, {"found": hit[0]}


def _headings(raw: Raw) -> Iterator[tuple[str, str]]:
    for at, edition in enumerate(_items(raw.get("editions"))):
        for field, headings in _mapping(_mapping(edition).get("columns")).items():
            for heading in _items(headings):
                yield f"editions.{at}.columns.{field}", str(heading)


def _list(raw: Raw, about_persons: Callable[[str], bool]) -> Found:
    if about_persons(str(raw.get("record_type"))):
        yield PersonsEnumerated, "record_type", {}
    if not raw.get("exit"):
        yield ListWithoutExit, "exit", {}


def _report(raw: Raw) -> Found:
    """No report shows persons to the public, and none shows what is repaired."""
    if "natural-person" in _items(raw.get("about")) and "public" in (raw.get("contents"), *_items(raw.get("askers"))):
        yield PersonsEnumerated, "askers", {}
    if raw.get("repaired", "left-out") != "left-out":
        yield RepairedReported, "repaired", {"found": str(raw.get("repaired"))}


def _trade_kind(raw: Raw) -> Found:
    """Of a buyer there is the platform's pseudonym and nothing else, and nobody grades one."""
    for name, column in _mapping(raw.get("columns")).items():
        texts = [
            (f"columns.{name}", str(name).replace("_", " ")),
            *_texts({"title": _mapping(column).get("title")}, f"columns.{name}."),
        ]
        yield from _barred_data(texts, persons=True)
        for place, text in texts:
            if hit := PERSON_SCORE.words.search(text):
                yield PersonScored, place, {"found": hit[0]}
            if hit := WHO.words.search(text):
                yield BuyerNamed, place, {"found": hit[0]}
            elif _mapping(column).get("type") != "pseudonym" and (hit := BUYERS.words.search(text)):
                yield BuyerNamed, place, {"found": hit[0]}


def _method(raw: Raw) -> Found:
    """A method rates shops of firms: none of its words is about a person's score, and nothing is computed of whoever bought."""
    for place, text in _everything(raw):
        if hit := PERSON_SCORE.words.search(text):
            yield PersonScored, place, {"found": hit[0]}


# Evaluations


def _evaluation(raw: Raw) -> Found:
    """A firm is evaluated, never one who works for it: no title asks after a person."""
    texts = list(_texts({"title": raw.get("title")}))
    for side, of in _mapping(raw.get("sides")).items():
        for key, question in _mapping(_mapping(of).get("questions")).items():
            place = f"sides.{side}.questions.{key}"
            texts += [(place, str(key).replace("-", " "))]
            texts += [(f"{place}.{at}", text) for at, text in _texts({"title": _mapping(question).get("title")})]
    for place, text in texts:
        if hit := WORKING.words.search(text) or PERSON_SCORE.words.search(text):
            yield PersonScored, place, {"found": hit[0]}


# Measures, matters, purposes


def _measure(key: str, raw: Raw) -> Found:
    kind = str(raw.get("kind"))
    if "natural-person" in _items(raw.get("subject_kinds")) and kind not in PERSON_MEASURE_KINDS:
        yield PersonMeasureBarred, "kind", {"kind": kind, "allowed": ", ".join(PERSON_MEASURE_KINDS)}
    if kind in BARRED_PERSON_KINDS:
        en, zh = BARRED_PERSON_KINDS[kind]
        yield MeasureBarred, "kind", {"found": kind, "topic": en, "topic_zh": zh}
    yield from _barred_measure([("key", key), *_texts({name: raw.get(name) for name in ("title", "effect", "ends")})])


def _barred_measure(texts: Iterable[tuple[str, str]]) -> Found:
    for place, text in texts:
        for topic in BARRED_MEASURES:
            if hit := topic.words.search(text):
                yield MeasureBarred, place, {"found": hit[0], "topic": topic.en, "topic_zh": topic.zh}


def _detector(raw: Raw) -> Found:
    """It looks at the use of the register: neither at subjects nor with a score."""
    for place in ("subject_kinds", "record_types", "lists", "severity"):
        if place in raw:
            yield SubjectDetected, place, {}
    for place, text in _texts({"title": raw.get("title")}):
        if hit := SCORE.words.search(text):
            yield ReaderScored, place, {"found": hit[0]}


def _question(shelf: str, key: str, raw: Raw) -> Found:
    texts = [("key", key.replace("-", " ")), *_texts({"title": raw.get("title")})]
    for place, text in texts:
        if hit := POLITICAL_PURPOSE.words.search(text):
            data = {"found": hit[0], "topic": POLITICAL_PURPOSE.en, "topic_zh": POLITICAL_PURPOSE.zh}
            yield PurposeBarred, place, data
        own = shelf == "purposes" and (hit := OWN_AFFAIR.words.search(text) or MONEY.words.search(text))
        if own and hit and raw.get("consent") is not True:
            yield ConsentMissing, place, {"found": hit[0]}
    yield from _barred_measure(texts)
    if shelf == "purposes" and isinstance(raw.get("persons"), Mapping):
        yield from _of_persons(raw, texts)


def _of_persons(raw: Raw, texts: Iterable[tuple[str, str]]) -> Found:
    """Who reads a person: themselves, whom they allowed, an authority by statute; and hiring, promotion and awards for one named use each."""
    persons, askers = _mapping(raw.get("persons")), {str(each) for each in _items(raw.get("askers"))}
    for place, text in texts:
        if (hit := OWN_AFFAIR.words.search(text)) and persons.get("once") is not True:
            yield UseNotNamed, place, {"found": hit[0]}
    if persons.get("by") == "statute" and (others := sorted(askers - AUTHORITIES)):
        found = ", ".join(others)
        yield ReaderWithoutStatute, "askers", {"why": f"{found} is no authority", "why_zh": f"{found} 不是机关"}
    if "public" in askers and persons.get("by") not in ("subject", "yes-or-no"):
        yield PersonsEnumerated, "askers", {}


# Shared


def _barred_data(names: Iterable[tuple[str, str]], persons: bool) -> Found:
    topics = BARRED_ALWAYS + BARRED_OF_PERSONS if persons else BARRED_ALWAYS
    for place, text in names:
        for topic in topics:
            if hit := topic.words.search(text):
                yield DataBarred, place, {"found": hit[0], "topic": topic.en, "topic_zh": topic.zh}


def _texts(raw: Raw, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every text within, with its place."""
    for name, value in raw.items():
        if isinstance(value, str):
            yield f"{prefix}{name}", value
        elif isinstance(value, Mapping):
            yield from _texts(value, f"{prefix}{name}.")


def _mapping(value: Any) -> Raw:
    """The value where it is a mapping; the schema complains of what is not."""
    return value if isinstance(value, Mapping) else {}


def _items(value: Any) -> list[Any]:
    """The items of a list; one item where somebody wrote it bare."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
