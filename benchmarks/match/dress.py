"""How a name is dressed: widths, blanks, quotes, traditional characters, notes around it. What it says stays the same."""

from collections.abc import Callable, Mapping
from functools import cache
from random import Random

import opencc

from benchmarks.match.mistakes import Maker


def styled(text: str, maker: Maker) -> str:
    """Widths, blanks, quotes and brackets."""
    chance = maker.chance
    ways: tuple[Callable[[str], str], ...] = (
        lambda name: _blanked(name, chance),
        lambda name: " " + name + "　",
        lambda name: f"“{name}”",
        lambda name: f"「{name}」",
        lambda name: name.replace("（", "(").replace("）", ")") if "（" in name else _blanked(name, chance),
        lambda name: name.replace("（", "【").replace("）", "】") if "（" in name else f"《{name}》",
        lambda name: name.replace("（", "").replace("）", "") if "（" in name else name + "。",
        lambda name: " ".join(name),
        lambda name: "\u200b".join((name[:2], name[2:])),
    )
    return chance.choice(ways)(text)


def _blanked(text: str, chance: Random) -> str:
    place = chance.randrange(1, len(text))
    return text[:place] + chance.choice((" ", "　", "·", "  ", "-")) + text[place:]


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def _traditional(text: str, maker: Maker) -> str:
    other = str(_converter().convert(text))
    if maker.chance.random() < 0.7 or len(other) != len(text):
        return other
    return "".join(maker.chance.choice(pair) for pair in zip(text, other, strict=True))


_AFTER = (
    "（本部） (本部) 本部 （总部） （老客户） （发票抬头） （送货上门） （电话订货） （已付定金） （门卫代收） （周三送） -采购部 -财务科 /仓库 "
    "，月结 ，加急 ；开专票 ，联系人小李 等 （两份） （复印件） （原件已核）"
).split()
_BEFORE = "客户： 单位： 收货单位: 送货单位： 抬头： 供应商- 1、 03. 名称： 乙方： 甲方: 购货单位：".split()


def _noise(text: str, maker: Maker) -> str:
    if maker.chance.random() < 0.65:
        return text + maker.chance.choice(_AFTER)
    return maker.chance.choice(_BEFORE) + text


DRESSES: Mapping[str, Callable[[str, Maker], str]] = {"style": styled, "traditional": _traditional, "noise": _noise}
