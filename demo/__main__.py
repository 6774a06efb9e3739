"""`python -m demo`: fills a home of its own with the invented city, asks some questions of it, and says where to look.
`python -m demo code`: the code of this half minute, with which the demo's invented staff sign in.

It never touches data that it did not make: a state folder without this program's mark is left alone, and a database
named by DATABASE_URL is used only if its name says that it is for a demo.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chengxin.accounts.rules import PERIOD, totp_code
from chengxin.site.home import home, home_path
from demo import sheets, words
from demo.cast import CAST
from demo.city import City
from demo.files import Written, sink
from demo.sheets import Order, Sheet, cast_written, sheet_written
from demo.templates import TEMPLATES

SEED = 20261122
FIRMS = 2_000
MARK = "demo-home.json"
# Who sends and who asks: the city's credit centre gathers the departments' files, its finance bureau decides on tenders,
# its land bureau on grants of land.
SENDER, ASKER, LAND = "yunchuan-credit", "yunchuan-finance", "yunchuan-land"
# For what the finance bureau asks: the number of its own procurement, without which a check in a tender is refused.
CASE = ("--purpose", "供应商资格审查", "--case", "云川采购〔2026〕17号")
ACTORS = (
    (SENDER, "credit-centre", words.CITY + "公共信用中心", "Yunchuan public credit centre"),
    (ASKER, "department", words.CITY + "财政局", "Yunchuan finance bureau"),
    (LAND, "department", words.CITY + "自然资源局", "Yunchuan land bureau"),
)
ASKED = ("grocer", "carrier", "absent", "returned", "blacklisted", "past", "warned", "revoked")
COUNTS = ("rows", "accepted", "refused", "unchanged", "waiting")
OUTCOMES = {
    "none_applies": "没有适用的措施",
    "applies": "有适用的措施",
    "suspended": "因异议暂停适用",
    "cannot_say": "不能作出结论",
    "not_permitted": "无权核查该事项",
}


class DemoStopped(Exception):
    """The demo cannot go on; the message says why, in Chinese and English."""


@dataclass(frozen=True)
class Delivery:
    """One file of the demo: how it is written; a sheet of the city, or the cast where there is none."""

    name: str
    source: str
    edition: str
    sheet: Sheet | None = None
    rows: int = 0
    first: int = 0
    dirt: float = 0.05
    oddity: float = 0.02
    encoding: str = "utf-8"


DELIVERIES = (
    Delivery("register.tsv", "enterprise-register", "tsv", sheets.REGISTER, FIRMS, dirt=0.02),
    Delivery("register-cast.csv", "enterprise-register", "zh", encoding="utf-8-sig"),
    Delivery("penalties-2018.csv", "penalty-publicity", "2018", sheets.PENALTIES, 1_600),
    Delivery("penalties-2018-zh.xlsx", "penalty-publicity", "2018-zh", sheets.PENALTIES, 400, 1_600),
    Delivery(
        "penalties-2016-zh.csv.gz", "penalty-publicity", "2016-zh", sheets.PENALTIES, 400, 2_000, encoding="gb18030"
    ),
    Delivery("penalties-cast.csv", "penalty-publicity", "2018-zh", encoding="gb18030"),
    Delivery("licences.jsonl", "licence-publicity", "2018", sheets.LICENCES, 800),
    Delivery("licences-zh.parquet", "licence-publicity", "2018-zh", sheets.LICENCES, 400, 800),
    Delivery("licences-cast.xlsx", "licence-publicity", "2018-zh"),
    Delivery("abnormal.csv", "abnormal-operations", "zh", sheets.ABNORMAL, 150, encoding="gb18030"),
    Delivery("abnormal-cast.csv", "abnormal-operations", "zh"),
    Delivery("dishonesty.xlsx", "serious-dishonesty", "zh", sheets.DISHONESTY, 40),
    Delivery("dishonesty-cast.csv", "serious-dishonesty", "zh"),
    Delivery("honours.tsv", "honours", "zh", sheets.HONOURS, 120),
    Delivery("honours-cast.jsonl", "honours", "zh"),
)


# Entries on the abnormal list as a clerk took them down, by name alone: what each is, and what should become of it.
NAMED = (
    ("云川市老槐树粮油有限责任公司", "组织形式写错", "the legal form mistaken"),
    ("云川市双桅帆货运有限公司（本部）", "后有附注", "with a remark behind it"),
    ("云川市听雨轩文俱有限公司", "错一个同音字", "a character that sounds alike"),
    ("七层楼百货", "只写字号和行业", "mark and trade alone"),
    ("云川市七层楼百货股份有限公司青坞分公司", "未登记的分公司", "a branch that is not registered"),
    ("云川市白鹭轮船有限公司", "没有登记", "not registered"),
)


@dataclass
class Mark:
    """What the demo remembers in its home: the day that the city's files are told from, which files have landed, and how its invented
    staff sign in.
    """

    path: Path
    today: date
    landed: list[str]
    played: dict[str, Any] | None = None
    staff: dict[str, str] = field(default_factory=dict)
    commerce: dict[str, Any] | None = None
    circles: dict[str, Any] | None = None

    @classmethod
    def read(cls, path: Path) -> "Mark":
        """The mark as it stands in the home."""
        kept = json.loads(path.read_text(encoding="utf-8"))
        more = kept.get("played"), kept.get("staff") or {}, kept.get("commerce"), kept.get("circles")
        return cls(path, date.fromisoformat(kept["today"]), kept["landed"], *more)

    def write(self) -> None:
        """Sets the mark down."""
        kept = {
            "today": self.today.isoformat(), "landed": self.landed, "played": self.played, "staff": self.staff, "commerce": self.commerce,
            "circles": self.circles,
        }  # fmt: skip
        self.path.write_text(json.dumps(kept, ensure_ascii=False) + "\n", encoding="utf-8")
        self.path.chmod(0o600)


@dataclass
class Demo:
    """One run: where it works, what it says, and what went wrong."""

    console: Console
    home: Path
    mark: Mark
    faults: list[str] = field(default_factory=list)

    def say(self, zh: str, en: str) -> None:
        """One line of Chinese with the English beside it."""
        self.console.print(f"{escape(zh)}  [dim]{escape(en)}[/dim]", highlight=False, soft_wrap=True)

    def head(self, zh: str, en: str) -> None:
        """The head of a step."""
        self.console.print(f"\n[bold]{escape(zh)}[/bold]  [dim]{escape(en)}[/dim]", highlight=False)

    def fault(self, text: str) -> None:
        """Something is not as it should be: the demo goes on and ends with status 1."""
        self.faults.append(text)
        self.console.print(f"[red]{escape(text)}[/red]", highlight=False, soft_wrap=True)

    def chengxin(self, *words: str) -> dict[str, Any]:
        """Runs the console command and returns the object that it prints; stops the demo where it does not end well."""
        return self._run(_console_script(), *words, "--json")

    def python(self, module: str, *words: str) -> dict[str, Any]:
        """The same with a module of the demo's own."""
        return self._run(sys.executable, "-m", module, *words)

    def _run(self, *words: str) -> dict[str, Any]:
        done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8")
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise DemoStopped(f"{' '.join(words)}：退出状态 {done.returncode} / exit status {done.returncode}\n{said}")
        printed: dict[str, Any] = json.loads(done.stdout)
        return printed


def main() -> int:
    """Runs the demo and returns its exit status: 0 done, 1 a step failed."""
    console = Console()
    if sys.argv[1:] == ["code"]:
        return code_told(console)
    started = time.monotonic()
    try:
        demo = _begun(console)
        written = files_written(demo)
        actors_admitted(demo)
        deliveries_sent(demo, written)
        checks_asked(demo)
        subject_shown(demo)
        list_checked(demo)
        names_matched(demo)
        procedures_played(demo)
        report = report_issued(demo)
        commerce_played(demo)
    except DemoStopped as stopped:
        console.print(str(stopped), highlight=False, markup=False, soft_wrap=True)
        return 1
    _where_to_look(demo, report, time.monotonic() - started)
    return 1 if demo.faults else 0


def code_told(console: Console) -> int:
    """Says the code of this half minute, which an authenticator would show."""
    mark = _home() / MARK
    staff = Mark.read(mark).staff if mark.exists() else {}
    if not staff:
        console.print("请先运行 make demo。/ run make demo first", highlight=False)
        return 1
    console.print(totp_code(staff["secret"], int(time.time()) // PERIOD), highlight=False)
    return 0


def files_written(demo: Demo) -> dict[str, Written]:
    """Writes every file of the city and the cast, the same bytes on every run in this home."""
    demo.head("一、虚构城市", "1. The invented city")
    city = City(SEED, FIRMS)
    folder = demo.home / "demo-files"
    written = {delivery.name: _delivery_written(folder, delivery, city, demo.mark.today) for delivery in DELIVERIES}
    rows = sum(file.rows for file in written.values())
    demo.say(
        f"云川市并不存在：{FIRMS}户企业，{len(CAST)}户示例企业，{len(written)}个文件，{rows}行，写在 {folder}",
        f"Yunchuan does not exist: {FIRMS} firms, a cast of {len(CAST)}, {len(written)} files, {rows} rows",
    )
    return written


def actors_admitted(demo: Demo) -> None:
    """Admits those who send and ask, unless they are there."""
    known = {actor["key"] for actor in demo.chengxin("actors")["actors"]}
    for key, kind, title, title_en in ACTORS:
        if key not in known:
            demo.chengxin("actors", key, "--kind", kind, "--title", title, "--title-en", title_en)


def deliveries_sent(demo: Demo, written: dict[str, Written]) -> None:
    """Sends every file through `chengxin ingest` and holds the counts against what the files were made to contain."""
    demo.head("二、报送入库", "2. Ingest")
    heads = ("文件\nfile", "行\nrows", "入库\naccepted", "拒绝\nrefused", "无变化\nunchanged", "待定\nwaiting", "秒\ns")
    table = Table(*heads, box=None)
    reasons: Counter[str] = Counter()
    for source in dict.fromkeys(delivery.source for delivery in DELIVERIES):
        files = [written[delivery.name] for delivery in DELIVERIES if delivery.source == source]
        result = demo.chengxin("ingest", source, *(str(file.path) for file in files), "--by", SENDER)
        reasons.update(result["refused_by_reason"])
        for file, done in zip(files, result["files"], strict=True):
            counts = {key: int(done[key]) for key in COUNTS}
            table.add_row(file.path.name, *map(str, counts.values()), f"{done['seconds']:.2f}")
            _held_against_truth(demo, file, counts)
    demo.console.print(table)
    told = "，".join(f"{reason} {count}" for reason, count in reasons.most_common())
    demo.say(f"拒绝原因：{told}", "why rows were refused; each file was made with so many bad rows")


def checks_asked(demo: Demo) -> None:
    """Asks about the cast for a tender, one `chengxin check` each."""
    demo.head("三、招标核查", "3. Checks for a tender")
    firms = [CAST[key] for key in ASKED]
    with ThreadPoolExecutor(2) as pool:  # each is a program of its own, and starting it is most of its time
        asked = [
            pool.submit(demo.chengxin, "check", f.number, "--matter", "tender", "--by", ASKER, *CASE) for f in firms
        ]
    for firm, answer in zip(firms, (each.result() for each in asked), strict=True):
        outcome = str(answer["outcome"])
        demo.say(f"{firm.name}（{firm.trait_zh}）：{OUTCOMES.get(outcome, outcome)}", f"{firm.trait_en}: {outcome}")
        for measure in answer["measures"]:
            _measure_said(demo, measure)


def subject_shown(demo: Demo) -> None:
    """Shows one firm's whole file, as `chengxin subject` gives it."""
    firm = CAST["carrier"]
    demo.head("四、一户企业的全部档案", "4. One firm's whole file")
    answer = demo.chengxin("subject", firm.number)
    for record in answer["records"]:
        term = f"{record['effect_from']} — {record['effect_until'] or '…'}"
        line = f"{record['title']}：{record['document']}，{record['authority']}，{record['decided_on']}，效力 {term}"
        demo.say(line, f"{record['title_en']}: {record['state']}, {record['effect']}")


def list_checked(demo: Demo) -> None:
    """Asks about a list of codes at once."""
    demo.head("五、批量核查", "5. A list checked at once")
    folder = demo.home / "demo-files"
    city = next(City(SEED, FIRMS).chunks())["code"].drop_nulls().head(500)
    asked = [*city, *(firm.code for firm in CAST.values() if firm.code)]
    pl.DataFrame({"code": asked}).write_csv(folder / "tender-list.csv")
    out = folder / "tender-answers.csv"
    answer = demo.chengxin(
        "check-file", str(folder / "tender-list.csv"), "--matter", "tender", "--out", str(out), "--by", ASKER, *CASE
    )
    if answer["rows"] != len(asked):
        demo.fault(f"check-file: {answer['rows']} rows answered, {len(asked)} asked")
    outcomes = "，".join(f"{OUTCOMES.get(key, key)} {count}" for key, count in answer.get("outcomes", {}).items())
    demo.say(f"{len(asked)}个代码：{outcomes}；结果在 {out}", f"{len(asked)} codes; the answers are in the file")


def names_matched(demo: Demo) -> None:
    """Sends entries that bear a name alone, and has them matched; the rest waits for a person."""
    demo.head("六、只写名称的来件", "6. Rows that bear a name alone")
    path = demo.home / "demo-files" / "abnormal-names.csv"
    _names_written(path, demo.mark.today)
    demo.chengxin("ingest", "abnormal-operations", str(path), "--by", SENDER)
    matched = demo.chengxin("waiting", "--match", "--by", SENDER)
    demo.say(
        f"{matched['rows']}行待定：自动认定并入库 {matched['matched']}，提请人工认定 {matched['proposed']}，没有相符的 {matched['none']}",
        "filed where the matcher is sure, put before a person where it is not",
    )
    waiting = {row["name"]: row for row in demo.chengxin("waiting", "--most", "100")["rows"]}
    said = {"propose": "提请人工认定", "none": "没有相符的", "match": "提请人工认定"}
    for name, zh, en in NAMED:
        row = waiting.get(name)
        demo.say(
            f"{name}（{zh}）：{said[row['outcome'] or 'none'] if row else '已认定入库'}",
            f"{en}: {row['outcome'] if row else 'filed'}",
        )


def procedures_played(demo: Demo) -> None:
    """Plays an entry on a list from notice to service, an objection and a repair, once in this home and told again after that; sets a
    measure going, and holds decisions against their checks. Each agency that has something to look at gets an account at the desk.
    """
    demo.head("七、列入、异议、修复", "7. An entry on a list, an objection, a repair")
    again = ["again"] if demo.mark.played else []
    made = demo.python("demo.procedures", str(demo.home / "demo-files"), demo.mark.today.isoformat(), *again)
    demo.mark.played = demo.mark.played or made["played"]
    demo.mark.staff = made["staff"] or demo.mark.staff
    demo.mark.write()
    for line in demo.mark.played["notice"].splitlines():
        demo.console.print(f"    [dim]{escape(line)}[/dim]", highlight=False, soft_wrap=True)
    for zh, en in demo.mark.played["told"]:
        demo.say(zh, en)
    _set_going_said(demo, made["set_going"])


def report_issued(demo: Demo) -> dict[str, Any]:
    """Issues a special report at the credit centre's counter for the listed firm, and verifies its PDF."""
    demo.head("九、信用报告", "9. A report")
    firm, folder = CAST["blacklisted"], demo.home / "demo-files"
    report = demo.chengxin(
        "report",
        firm.number,
        "--kind",
        "special",
        "--seen",
        "营业执照、授权委托书",
        "--by",
        SENDER,
        "--out",
        str(folder),
    )
    verified = demo.chengxin("report", "--verify", report["pdf"])
    demo.say(
        f"{firm.name}的专项信用报告，编号{report['number']}：{report['pdf']}",
        "in place of clean-record certificates, signed",
    )
    demo.say(
        f"核验：摘要{'相符' if verified['intact'] else '不符'}，签名{'有效' if verified['signed'] else '无效'}，"
        f"其后情况{'有' if verified['changed'] else '没有'}变化",
        "verified: digest, signature, and whether facts have changed since",
    )
    if (verified["intact"], verified["signed"], verified["changed"]) != (True, True, False):
        demo.fault(f"report: {verified}")
    return report


def commerce_played(demo: Demo) -> None:
    """Has a platform file shops, a commitment and a month of trades; they are rated, badged, complained of, traced and warned of; then a platform is called
    to its duty, firms are filed, an association acts and leads come in: once in this home, and told again after that.
    """
    mark = demo.mark
    demo.head("十、电子商务", "10. E-commerce")
    if mark.commerce is None or mark.circles is None:
        again = ["again"] if mark.commerce else []
        day, staff = mark.today.isoformat(), mark.staff
        made = demo.python(
            "demo.circles", str(demo.home / "demo-files"), day, staff["password"], staff["secret"], *again
        )
        mark.commerce, mark.circles = mark.commerce or made["commerce"], made["circles"]
        mark.write()
    for zh, en in (mark.commerce or {})["told"]:
        demo.say(zh, en)
    demo.head("十一、平台履责、协会、线索", "11. Duties of platforms, associations, leads")
    for zh, en in mark.circles["told"]:
        demo.say(zh, en)


def _set_going_said(demo: Demo, made: dict[str, Any]) -> None:
    demo.head("八、措施和先查后办", "8. A measure set going, and decisions checked before")
    counted, covered = made["dry_run"], made["coverage"]
    demo.say(
        f"试算 {counted['measure']}：及于{counted['subjects']}户，异议中{counted['disputed']}条，已过期限{counted['past_term']}条，"
        f"仅按名称认定{counted['weakly_matched']}条；据此启动",
        "a dry run: whom the measure would meet, and whom not; activated on it",
    )
    for count in made["tasks"]:
        demo.say(
            f"{count['agency']}：下达{count['raised']}，已办{count['done']}，未办{count['not_done']}，待办{count['open']}",
            "a task for each record; done and its firm told, not done with the reason, open",
        )
    demo.say(
        f"{covered['agency']}报送{covered['decisions']}件采购决定，当日前查过{covered['checked']}件，没有查{covered['never']}件（{covered['article']}）",
        "of its decisions so many were checked before; a count, never a lock",
    )
    if (covered["decisions"], covered["checked"]) != (3, 1):
        demo.fault(f"coverage: {covered['checked']} of {covered['decisions']}, 1 of 3 expected")


def _names_written(path: Path, today: date) -> None:
    template = TEMPLATES["abnormal-operations"]["zh"]
    entry = {
        "reason": "通过登记的住所无法联系",
        "authority": f"{words.CITY}市场监督管理局",
        "decided_on": str(today - timedelta(days=20)),
    }
    rows = [
        {**entry, "name": name, "document": f"{words.CITY}监列入〔{today.year}〕{910_001 + n}号"}
        for n, (name, _, _) in enumerate(NAMED)
    ]
    with sink(path) as target:
        target.write(pl.DataFrame({heading: [row.get(c, "") for row in rows] for c, heading in template.items()}))


def _home() -> Path:
    return home_path() if os.environ.get("CHENGXIN_HOME") else home_path().parent / "chengxin-demo"


def _begun(console: Console) -> Demo:
    """Settles on a home of the demo's own, marks it, and remembers the day that the city's files are told from."""
    _database_settle(console)
    folder = _home()
    mark = folder / MARK
    if folder.exists() and not mark.exists() and any(folder.iterdir()):
        raise DemoStopped(
            f"{folder} 不是演示用的状态文件夹，演示不使用它。请把 CHENGXIN_HOME 设为空文件夹，或不设。\n"
            f"{folder} is no demo home, and the demo leaves it alone. Set CHENGXIN_HOME to an empty folder, or unset it."
        )
    os.environ["CHENGXIN_HOME"] = str(folder)
    home()
    if not mark.exists():
        Mark(mark, date.today(), []).write()  # noqa: DTZ011  (the day on the wall, read once and kept)
    demo = Demo(console, folder, Mark.read(mark))
    demo.say(f"演示的状态文件夹：{folder}", "the demo's own state folder")
    if demo.mark.landed:
        demo.say(f"接着 {demo.mark.today} 的演示：同样的文件应当毫无变化", "the same files again: nothing may change")
    return demo


def _database_settle(console: Console) -> None:
    url = os.environ.get("DATABASE_URL")
    if url and "demo" not in urlsplit(url).path:
        del os.environ["DATABASE_URL"]
        console.print("DATABASE_URL 所指的库名不含 demo，演示改用内置数据库。", highlight=False)
        console.print("[dim]The database of DATABASE_URL is not named for a demo: the embedded one is used.[/dim]")


def _delivery_written(folder: Path, delivery: Delivery, city: City, today: date) -> Written:
    path = folder / delivery.name
    if delivery.sheet is None:
        return cast_written(path, delivery.source, delivery.edition, today, delivery.encoding)
    order = Order(
        delivery.edition,
        today,
        seed=SEED,
        dirt=delivery.dirt,
        oddity=delivery.oddity,
        first=delivery.first,
        encoding=delivery.encoding,
    )
    return sheet_written(path, delivery.sheet, city, delivery.rows, order)


def _held_against_truth(demo: Demo, file: Written, counts: dict[str, int]) -> None:
    """Every row has one verdict, bad rows are refused, and a file that landed before changes nothing."""
    name, bad = file.path.name, file.by_verdict.get(sheets.REFUSED, 0)
    again = name in demo.mark.landed
    if counts["rows"] != file.rows or sum(counts.values()) != 2 * file.rows:
        demo.fault(f"{name}: {file.rows} rows were written; {counts}")
    elif again and counts["accepted"]:
        demo.fault(f"{name}: {counts['accepted']} rows accepted of a file that had landed before")
    elif not again and counts["refused"] != bad:
        demo.fault(f"{name}: {counts['refused']} rows refused, of which {bad} are bad")
    if not again:
        demo.mark.landed.append(name)
        demo.mark.write()


def _measure_said(demo: Demo, measure: dict[str, Any]) -> None:
    """A measure and what it rests on: article, document, authority, term, and how it ends."""
    term = f"{measure['term']['from']} — {measure['term']['until'] or '…'}"
    rests = f"{measure['article']}；{measure['authority']} {measure['document']}；{term}；{measure['ends']}"
    demo.say(
        f"    {measure['title']}：{rests}", f"{measure['title_en']}; {measure['article_en']}; {measure['ends_en']}"
    )


def _where_to_look(demo: Demo, report: dict[str, Any], seconds: float) -> None:
    firm = CAST["blacklisted"]
    played = demo.mark.played or {}
    demo.head("十二、自己看看", "12. Look for yourself")
    lines: list[tuple[str, str]] = [
        (f"CHENGXIN_HOME={demo.home} {_console_script()} serve", "启动网页 / start the pages"),
        ("http://127.0.0.1:8000/", "首页，可按代码或名称查企业 / search an enterprise"),
        (f"http://127.0.0.1:8000/enterprise/{firm.number}", f"{firm.name} / {firm.trait_en}"),
        (f"http://127.0.0.1:8000/enterprise/{played['firm']}", "刚列入名单的企业 / the firm that was just listed"),
        (
            "http://127.0.0.1:8000/desk/",
            f"工作台；账户 {SENDER}（信用中心），密码 {demo.mark.staff['password']} / the desk; the credit centre's account and its password",
        ),
        (
            f"CHENGXIN_HOME={demo.home} {sys.executable} -m demo code",
            f"动态口令，每半分钟一换，用过即废；或者把 {demo.mark.staff['secret']} 输入口令器 / the code of the half minute, good once; or put the secret into an authenticator",
        ),
        ("http://127.0.0.1:8000/desk/queue", "待定的行由人认定 / rows that wait, where a person decides"),
        *(
            (
                f"http://127.0.0.1:8000/desk/cases/{number}",
                f"{words.PROCEDURES[kind]}，以信用中心的账户 / as the credit centre",
            )
            for kind, number in played["cases"].items()
        ),
        (
            "http://127.0.0.1:8000/desk/lists/cn/serious-dishonesty",
            "谁在名单上，以信用中心的账户 / who stands on the list",
        ),
        ("http://127.0.0.1:8000/desk/assessment", "年度评估，以信用中心的账户 / a year assessed"),
        (
            "http://127.0.0.1:8000/desk/tasks",
            f"自然资源局的措施任务；账户 {LAND}，密码和口令同上 / the land bureau's tasks; its account, the same password and code",
        ),
        (
            "http://127.0.0.1:8000/desk/coverage",
            f"财政局的先查后办；账户 {ASKER}，密码和口令同上 / the finance bureau's decisions; its account",
        ),
        (report["pdf"], "信用报告的 PDF，用任何阅读软件打开 / the report, for any reader"),
        (
            f"http://127.0.0.1:8000/verify/{report['number']}",
            f"核验它；校验码 / verify it; its code: {report['code']}",
        ),
        *((f"http://127.0.0.1:8000{path}", what) for path, what in (demo.mark.commerce or {})["where"]),
        *((f"http://127.0.0.1:8000{path}", what) for path, what in (demo.mark.circles or {})["where"]),
        ("http://127.0.0.1:8000/api/v1/docs", "接口文档 / the API's documents"),
        (f"CHENGXIN_HOME={demo.home} {_console_script()} stop", "停止内置数据库 / stop the embedded database"),
    ]
    for line, what in lines:
        demo.console.print(f"  {escape(line)}\n      [dim]{escape(what)}[/dim]", highlight=False, soft_wrap=True)
    if demo.faults:
        demo.head(f"有{len(demo.faults)}处不符", f"{len(demo.faults)} faults; the demo ends with status 1")
    else:
        demo.head(f"完成，用时{seconds:.0f}秒", f"done in {seconds:.0f} s")


def _console_script() -> str:
    """The `chengxin` of this environment, else the one on the path."""
    beside = Path(sys.executable).with_name("chengxin")
    found = str(beside) if beside.exists() else shutil.which("chengxin")
    if found is None:
        raise SystemExit(
            "没有找到 chengxin 命令，请先运行 make init。/ there is no command chengxin: run make init first"
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
