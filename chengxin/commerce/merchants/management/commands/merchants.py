"""chengxin merchants: what platforms file of their merchants, and what is found."""

from argparse import ArgumentParser
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.commerce.merchants.bulk import changes_read
from chengxin.commerce.merchants.rules import LAYOUTS
from chengxin.commerce.merchants.selectors import (
    commitment_text,
    commitments_public,
    duties_known,
    filing_accessible,
    findings_known,
    shop_shown,
    statement_shown,
    statements_found,
    ticket_shown,
    tickets_asked,
)
from chengxin.commerce.merchants.services import committing, duties, linking, ticketing
from chengxin.commerce.merchants.services.filing import merchants_file, refused_export, refused_resend
from chengxin.commerce.merchants.services.rows import rows_file
from chengxin.kernel.days import day_of
from chengxin.site.arguments import count, day, instant
from chengxin.site.console import Command as Base
from chengxin.site.console import words_counted

WORDS = {
    "file": ("PLATFORM", "FILE…"),
    "refused": ("FILING",),
    "resend": ("FILING", "FILE"),
    "shop": ("PLATFORM", "SHOP"),
    "findings": ("PLATFORM",),
    "review": ("PLATFORM",),
    "links": (),
    "tickets": (),
    "reply": ("TICKET",),
    "dismiss": ("TICKET",),
    "settle": ("TICKET",),
    "reopen": ("TICKET",),
    "escalate": ("TICKET", "TO"),
    "statements": ("PLATFORM",),
    "state": ("PLATFORM", "FILE"),
    "breach": ("FILE",),
    "disclose": ("PLATFORM", "FILE"),
    "payers": ("FILE",),
    "commitments": ("PLATFORM",),
    "text": ("PLATFORM", "FORM"),
    "sign": ("PLATFORM", "FORM"),
    "signature": ("COMMITMENT",),
    "duties": ("PLATFORM",),
    "duty": ("PLATFORM", "DUTY", "STATE"),
}


class Command(Base):
    """Files merchants, says what is found of them on a day, and shows and answers tickets."""

    help = (
        "平台报送的商家：店铺、证照、供货商，核验、应有证照、工单 / "
        "merchants as platforms file them: shops, licences, suppliers, what is found, tickets"
    )
    words = {
        "filing": "报送",
        "platform": "平台",
        "kind": "种类",
        "rows": "行数",
        "accepted": "入库",
        "refused": "拒绝",
        "unchanged": "无变化",
        "refused_by_reason": "拒绝原因",
        "opened": "新开工单",
        "mended": "已改正",
        "repeated": "重复文件",
        "files": "文件",
        "file": "文件",
        "shop": "店铺",
        "title": "名称",
        "url": "网址",
        "code": "统一社会信用代码",
        "name": "主体名称",
        "exemption": "不需登记的情形",
        "state": "状态",
        "verified_on": "核验日期",
        "verify_by": "应再核验",
        "overdue": "逾期未核验",
        "closed_on": "关闭日期",
        "changed_late": "变更报送迟延",
        "categories": "商品类别",
        "needs": "应有证照",
        "licences": "证照",
        "findings": "发现的问题",
        "finding": "问题",
        "item": "所指",
        "words": "说明",
        "tickets": "工单",
        "ticket": "工单",
        "title_en": "英文",
        "opened_at": "开具",
        "due_on": "期限",
        "late": "逾期",
        "turn": "待谁办理",
        "holder": "移送给",
        "reopened": "重开",
        "steps": "经过",
        "known_at": "截至",
        "out": "文件",
        "on": "日期",
        "statements": "处理说明",
        "looked": "查看的页面",
        "found": "有这个编号",
        "gone": "页面不存在",
        "differs": "没有这个编号",
        "unreachable": "未能访问",
        "refused_rows": "被拒的行",
        "line": "行",
        "detail": "原因",
        "detail_en": "英文原因",
        "basis": "依据",
        "commitments": "信用承诺",
        "commitment": "信用承诺",
        "text": "文本",
        "signature": "签名",
        "duties": "义务",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, with what, as of which day."""
        parser.add_argument(
            "action",
            choices=list(WORDS),
            help="做什么：file 报送，state 处理说明，breach 违诺，disclose 公开事项，payers 支付机构…… / "
            "what to do: file shops, state reasons, link a breach, disclose, payers…",
        )
        parser.add_argument("words", nargs="*", metavar="WORD", help="平台、文件等，因动作而异 / as the action needs")
        parser.add_argument("--by", metavar="ACTOR", default="operator", help="由谁办理，默认 operator / by whom")
        parser.add_argument("--kind", choices=list(LAYOUTS), default="shops", help="种类，默认 shops / what is filed")
        parser.add_argument("--on", type=day, metavar="DAY", help="哪一天 / on which day")
        parser.add_argument("--known-at", type=instant, metavar="INSTANT", help="按当时所知 / as known at the instant")
        parser.add_argument("--say", default="", metavar="TEXT", help="答复或者撤销的理由 / the reply, or the reasons")
        parser.add_argument("--most", type=count, default=1000, help="最多列出多少行，默认 1000 / list at most so many")
        parser.add_argument("--shop", default="", metavar="SHOP", help="哪家店铺的承诺 / whose commitment: a shop's")
        parser.add_argument(
            "--platform",
            dest="whose",
            default="",
            metavar="PLATFORM",
            help="只查看这一平台报送的页面 / only what this platform filed",
        )
        parser.add_argument("--digest", default="", metavar="SHA256", help="材料的摘要 / the document's digest")
        parser.add_argument(
            "--signature",
            type=Path,
            metavar="FILE",
            help="签署者证书的分离式签名（CMS）/ the detached signature by the signer's certificate (CMS)",
        )
        parser.add_argument(
            "--signed-on", type=day, metavar="DAY", help="签署日期，默认当天 / signed on, today if not said"
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="写入文件 / write to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        action, words = options["action"], options["words"]
        words_counted("merchants", action, words, WORDS)
        getattr(self, f"_{action}")(*words, **options)

    def _file(self, platform: str, *files: str, **options: Any) -> None:
        results = []
        for path in map(Path, files):
            with self.progress(None, path.name) as advance:
                done = merchants_file(
                    platform=platform,
                    kind=options["kind"],
                    path=path,
                    by=options["by"],
                    at=timezone.now(),
                    advance=advance,
                )
            results.append({"file": path.name, **done.as_dict()})
        if len(results) == 1:
            self.result(results[0])
            return
        names = ("rows", "accepted", "refused", "unchanged", "opened", "mended")
        self.result({**{name: sum(r[name] for r in results) for name in names}, "files": results})

    def _refused(self, filing: str, **options: Any) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        found = filing_accessible(asker, count(filing))
        lines = refused_export(filing=found, by=asker.key, at=at)
        if options["out"]:
            options["out"].write_text("".join(lines), encoding="utf-8-sig", newline="")
        self.result(
            {
                "filing": found.pk,
                "refused": found.refused,
                "refused_by_reason": found.refused_by_reason,
                "known_at": at,
                "out": options["out"],
            }
        )

    def _resend(self, filing: str, file: str, **options: Any) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        found = filing_accessible(asker, count(filing))
        done = refused_resend(filing=found, changes=changes_read(Path(file)), by=asker.key, at=at)
        self.result(done.as_dict())

    def _shop(self, platform: str, shop: str, /, **options: Any) -> None:
        known_at = options["known_at"] or timezone.now()
        self.result(shop_shown(platform, shop, on=options["on"] or day_of(known_at), known_at=known_at).as_dict())

    def _findings(self, platform: str, **options: Any) -> None:
        known_at = options["known_at"] or timezone.now()
        on = options["on"] or day_of(known_at)
        found = findings_known(platform, on=on, known_at=known_at)[: options["most"]]
        self.result({"platform": platform, "on": on, "findings": [dict(each.__dict__) for each in found]})

    def _review(self, platform: str, **options: Any) -> None:
        self.result(
            {"platform": platform, **ticketing.merchants_review(platform=platform, by=options["by"], at=timezone.now())}
        )

    def _links(self, **options: Any) -> None:
        platform, most = options["whose"], options["most"]
        self.result(linking.links_check(by=options["by"], at=timezone.now(), platform=platform, most=most))

    def _tickets(self, **options: Any) -> None:
        at = timezone.now()
        found = tickets_asked(asker_acting(options["by"], at=at), known_at=at)[: options["most"]]
        self.result({"tickets": [ticket_shown(ticket, on=day_of(at)) for ticket in found]})

    def _reply(self, ticket: str, **options: Any) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        done = ticketing.ticket_answer(
            ticket=count(ticket), words=options["say"], evidence=[options["digest"]], asker=asker, at=at
        )
        self.result(ticket_shown(done, on=day_of(at)))

    def _dismiss(self, ticket: str, **options: Any) -> None:
        self._decided(ticket, "dismissed", "", **options)

    def _settle(self, ticket: str, **options: Any) -> None:
        self._decided(ticket, "settled", "", **options)

    def _reopen(self, ticket: str, **options: Any) -> None:
        self._decided(ticket, "reopened", "", **options)

    def _escalate(self, ticket: str, to: str, **options: Any) -> None:
        self._decided(ticket, "escalated", to, **options)

    def _decided(self, ticket: str, kind: str, to: str, /, **options: Any) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        done = ticketing.ticket_decide(ticket=count(ticket), kind=kind, to=to, words=options["say"], asker=asker, at=at)
        self.result(ticket_shown(done, on=day_of(at)))

    def _statements(self, platform: str, **options: Any) -> None:
        known_at = options["known_at"] or timezone.now()
        on = options["on"] or day_of(known_at)
        found = statements_found(known_at=known_at, platform=platform)[: options["most"]]
        self.result({"statements": [statement_shown(each, on=on, known_at=known_at) for each in found]})

    def _state(self, platform: str, file: str, **options: Any) -> None:
        self._rows("statements", file, platform=platform, **options)

    def _breach(self, file: str, **options: Any) -> None:
        self._rows("breaches", file, **options)

    def _disclose(self, platform: str, file: str, **options: Any) -> None:
        self._rows("disclosures", file, platform=platform, **options)

    def _payers(self, file: str, **options: Any) -> None:
        self._rows("payers", file, **options)

    def _rows(self, rows: str, file: str, platform: str = "", **options: Any) -> None:
        at, path = timezone.now(), Path(file)
        with self.progress(None, path.name) as advance:
            done = rows_file(
                kind=rows, path=path, platform=platform, by=asker_acting(options["by"], at=at), at=at, advance=advance
            )
        self.result({"file": path.name, **done.as_dict()})

    def _commitments(self, platform: str, **options: Any) -> None:
        known_at = options["known_at"] or timezone.now()
        self.result({"commitments": commitments_public(platform, options["shop"], known_at=known_at)})

    def _text(self, platform: str, form: str, **options: Any) -> None:
        at = timezone.now()
        code, text = commitment_text(
            platform, form, shop=options["shop"], signed_on=options["signed_on"] or day_of(at), at=at
        )
        if options["out"]:
            options["out"].write_bytes(text.encode())
        self.result({"code": code, "text": text, "out": options["out"]})

    def _signature(self, commitment: str, **options: Any) -> None:
        at = timezone.now()
        by = asker_acting(options["by"], at=at)
        held = committing.commitment_signature_open(commitment=count(commitment), by=by.key, at=at)
        if options["out"]:
            options["out"].write_bytes(b64decode(held["signature"]))
        self.result({"commitment": count(commitment), **held, "out": options["out"]})

    def _sign(self, platform: str, form: str, **options: Any) -> None:
        at = timezone.now()
        signature = b64encode(options["signature"].read_bytes()).decode() if options["signature"] else ""
        committing.commitment_sign(
            platform=platform, form=form, shop=options["shop"], digest=options["digest"], signed_on=options["signed_on"] or day_of(at), by=options["by"],
            at=at, signature=signature,
        )  # fmt: skip
        self.result({"commitments": commitments_public(platform, options["shop"], known_at=at)})

    def _duties(self, platform: str, **options: Any) -> None:
        known_at = options["known_at"] or timezone.now()
        on = options["on"] or day_of(known_at)
        self.result({"duties": duties_known(platform, on=on, known_at=known_at)})

    def _duty(self, platform: str, duty: str, state: str, **options: Any) -> None:
        at = timezone.now()
        duties.duty_state(
            platform=platform, duty=duty, state=state, words=options["say"], digest=options["digest"], asker=asker_acting(options["by"], at=at), at=at
        )  # fmt: skip
        self.result({"duties": duties_known(platform, on=day_of(at), known_at=at)})
