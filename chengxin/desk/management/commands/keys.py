"""chengxin keys: the rings of keys, and their replacement while everything runs; by two persons where CHENGXIN_FOUR_EYES says so."""

from argparse import ArgumentParser
from datetime import datetime
from getpass import getpass
from typing import Any

from django.utils import timezone

from chengxin.accounts.models import Kind
from chengxin.accounts.rules import AccountWanted, DutyMissing
from chengxin.accounts.selectors import asker_of
from chengxin.accounts.services.confirming import act_by_two, deed_answer, deed_propose, four_eyes
from chengxin.accounts.services.factors import code_show
from chengxin.accounts.services.opening import account_enter
from chengxin.actors.selectors import Asker
from chengxin.desk.deeds import DEEDS, KEYS, LEDGER_KEYS, ledger_keys_changed
from chengxin.kernel.sealing import SUITES
from chengxin.ledger.services import on_behalf
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse
from chengxin.vault.selectors import keys_of, rings
from chengxin.vault.services import key_add, keys_retire, values_reseal

LEDGER = (
    "ledger"  # no ring of the vault: the key that signs the ledger's checkpoints, added and retired in the same way
)


class Command(Base):
    """Shows what lies under which keys, or replaces a ring's key."""

    help = "密封与盲索引的密钥：查看，或在运行中更换 / the keys that seal and index: show them, or replace one while everything runs"
    words = {
        "rings": "密钥组",
        "ring": "密钥组",
        "versions": "版本",
        "version": "版本",
        "suite": "套件",
        "left": "尚在旧密钥之下",
        "under": "其下的内容",
        "resealed": "重新密封",
        "retired": "已退役版本",
        "proposal": "待复核事项",
        "until": "复核期限",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which ring, and which step."""
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--rotate", metavar="RING", help="更换：以下三步依次完成 / replace it: the three steps below")
        what.add_argument(
            "--add", metavar="RING", help="第一步：添加新版本 / first: add a version, which seals from now on"
        )
        what.add_argument("--reseal", metavar="RING", help="第二步：全部改用新版本 / second: put everything under it")
        what.add_argument("--retire", metavar="RING", help="第三步：旧版本退役 / third: forget the older versions")
        what.add_argument(
            "--confirm",
            type=int,
            metavar="PROPOSAL",
            help="复核并执行另一人提出的更换 / confirm what another proposed, and do it",
        )
        parser.add_argument(
            "--account",
            metavar="LOGIN",
            help="须由两人办理时，用谁的账户；密码和口令另行询问 / where it takes two: whose account; password and code are asked for",
        )
        parser.add_argument(
            "--suite",
            choices=sorted(SUITES),
            help="新版本的套件，默认按 CHENGXIN_SUITE / the new version's suite, by default that of CHENGXIN_SUITE",
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁在更换，默认 operator / who replaces it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Show the rings, or take the steps."""
        at = timezone.now()
        changes = options["rotate"] or options["add"] or options["retire"]
        act = LEDGER_KEYS if changes == LEDGER else KEYS
        if options["confirm"] or (changes and four_eyes(act, at=at)):
            self.result(self._by_two(options, act, at))
            return
        if LEDGER in (changes, options["reseal"]):
            if not (options["add"] or options["retire"]):
                raise WrongUse(
                    "账本的密钥只添加（--add）和退役（--retire），没有需要重新密封的内容。",
                    "The ledger's key is added and retired; nothing lies under it.",
                )
            self.result(ledger_keys_changed({"step": "add" if options["add"] else "retire"}, options["by"], at))
            return
        whole = options["rotate"]
        step = {"by": options["by"], "at": timezone.now()}
        found: dict[str, Any] = {}
        if ring := whole or options["add"]:
            found |= key_add(ring=ring, suite=options["suite"], **step).as_dict()
        if ring := whole or options["reseal"]:
            with self.progress(None, "重新密封 resealing") as advance:
                found |= values_reseal(ring=ring, advance=advance, **step).as_dict()
        if ring := whole or options["retire"]:
            found |= {**keys_retire(ring=ring, **step).as_dict(), "resealed": found.get("resealed", 0)}
        self.result(found or {"rings": [self._shown(ring) for ring in rings()]})

    def _by_two(self, options: dict[str, Any], act: str, at: datetime) -> dict[str, Any]:
        """Propose a step (of a whole rotation the first), or confirm what another proposed."""
        asker = self._asker(options["account"], at)
        with on_behalf(asker.account or 0):
            if options["confirm"]:
                words: dict[str, Any] = {"deeds": DEEDS, "asker": asker, "at": at}
                done = deed_answer(proposal=options["confirm"], agreed=True, **words)
                return done if isinstance(done, dict) else {"proposal": options["confirm"]}
            ring = options["rotate"] or options["add"] or options["retire"]
            what = {"step": "retire" if options["retire"] else "add", "ring": ring, "suite": options["suite"]}
            about = f"{what['step']}:{ring}"
            made = deed_propose(kind=act, about=about, what=what, asker=asker, at=at)
        return {"proposal": made.pk, "ring": ring, "until": made.until}

    def _asker(self, login: str | None, at: datetime) -> Asker:
        """Who sits before the keyboard, by password and second factor."""
        if not login:
            raise AccountWanted
        account = account_enter(login=login, password=getpass("密码 / password: "), kinds=(Kind.STAFF,), at=at)
        code_show(account=account, code=getpass("动态口令 / code: "), at=at)
        asker = asker_of(account, at=at)
        duty = entry.duty if (entry := act_by_two(KEYS, at=at)) else "keys"
        if asker is None or duty not in asker.duties:
            raise DutyMissing(duty=duty)
        return asker

    def _shown(self, ring: str) -> dict[str, Any]:
        keys, stores = keys_of(ring).read(), rings()[ring]
        return {
            "ring": ring,
            "versions": [key.version for key in keys],
            "suite": keys[-1].suite.name,
            "left": sum(store.left(keys[-1]) for store in stores),
            "under": [store.label for store in stores],
        }
