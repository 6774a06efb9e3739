"""Characters that are taken for one another: by ear (pinyin typing) and by eye (handwriting, recognition of scans)."""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from pypinyin import Style, pinyin

# Groups that clerks, typists and scanners confuse. A person may add to them: each blank-separated group is mutual.
_LOOK = (
    "己已巳 未末 土士 日曰 人入 大太犬 天夭 干千于 王玉 田由甲申 力刀 木本 今令 兰三 东车 华毕 晨展 辰展 鸟乌 贝见 治冶 泽择 "
    "博搏傅 恒桓 拓托 阳阴 微徽 侯候 荣菜 晴睛 清请 扬杨汤 复夏 宁守 宇字 宏安 官宫 铭铬 锦绵 钢铜 诚城 成戍 远还 迈运 圆园 团困 "
    "因囤 国图 丰韦 亚业 止正 五丑 万方 兴光 金全 生主 升开 开井 川州 利和 科料 康庚 友反 京亨 亨享 风凤 龙尤 宝室 嘉喜 瑞端 珠株 "
    "环坏 理埋 品晶 昌冒 明朋 旺汪 沐沭 沅玩 浩洁 润闰 涛寿 溪奚 源原 海悔 洋详 泰秦 春舂 森淼 松柏 林材 枫机 桥侨 梅海 荷何 "
    "莲连 苑范 茶荼 草革 蓝监 蕴温 薪新 谷各 谊宜 凌陵 凯剀 卓桌 单草 双汉 台合 名各 向何 启后 君群 和知 善普 喆哲 固因 "
    "均钧 垚尧 基墓 塑朔 奇寄 奥粤 威咸 媛暖 子于 孚乎 学字 宸辰 家冢 密蜜 尚向 岩岸 岳兵 峰锋 巨臣 帆枫 常堂 平乎 "
    "庄压 庭廷 建健 弘引 强疆 彩采 徐涂 德得 志忘 恩思 悦说 惠思 意章 慧彗 成威 技枝 振震 捷健 斯期 旭旮 昊吴 昕听 星皇 "
    "时对 昱显 普晋 景影 智暂 曙署 朗郎 来未 杰烈 柳抑 栋拣 格洛 桂挂 欣欧 正止 永水 汇江 江红 沃妖 沈枕 洪供 津律 流疏 "
    "浦捕 涌诵 淳谆 深探 湖胡 滨宾 漫慢 潮湖 澳粤 灵录 炎灸 烨桦 熙照 爱受 牛午 特持 玖玫 珂坷 瑶谣 璟景 畅杨 益盖 盈盆 盛盆 "
    "石右 硕顾 磊蕊 祥样 禄禅 福富 禾木 秀季 程稚 立丘 竹什 笙生 策荣 精情 素索 纳钠 经径 维准 绿缘 罗岁 美羊 翔翻 耀曜 "
    "聚骤 胜性 航舰 艺芝 良艮 芳劳 苏办 若苦 英莫 茂戊 荟会 萌明 蒙豪 裕浴 西酉 言信 誉举 诺若 贤坚 贸货 赛寨 超起 路跨 "
    "辉晖 达込 迅讯 通迪 逸免 邦那 郎朗 部都 酒洒 铁铗 银很 锐说 长张 间问 阔润 陆陕 隆降 雅稚 雷雪 霖霜 青责 静净 顺须 颖颍 "
    "飞气 食良 馨香 骏俊 高亮 魁鬼 鸿鸣 鹏朋 鹭鸳 麒骐 齐斋 粮根 物吻 贸贺 建连 装袋 材村 机杌 械戒 服股 饰饬 纸低"
)


@cache
def sounds(character: str) -> tuple[str, ...]:
    """Every reading of the character, without tones; none for what is not Chinese."""
    if not "\u3400" <= character <= "\u9fff":
        return ()
    return tuple(sorted(set(pinyin(character, style=Style.NORMAL, heteronym=True)[0])))


@cache
def sound(character: str) -> str:
    """The commonest reading of the character, without its tone."""
    return str(pinyin(character, style=Style.NORMAL)[0][0]) if "\u3400" <= character <= "\u9fff" else ""


@lru_cache(maxsize=1 << 18)
def sound_same(one: str, other: str) -> bool:
    """Whether a pinyin keyboard offers the one for the other."""
    return one != other and bool(set(sounds(one)) & set(sounds(other)))


@cache
def _blurred(reading: str) -> str:
    """A reading as those say it who do not tell zh from z, -ng from -n, l from n, h from f."""
    for fine, coarse in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        reading = coarse + reading[len(fine) :] if reading.startswith(fine) else reading
    reading = reading[:-1] if reading.endswith("ng") else reading
    reading = "n" + reading[1:] if reading.startswith("l") else reading
    return "f" + reading[1:] if reading.startswith("hu") and len(reading) > 2 else reading


@lru_cache(maxsize=1 << 18)
def sound_near(one: str, other: str) -> bool:
    """Whether they sound alike in a southern mouth, though not to a keyboard."""
    if one == other or sound_same(one, other):
        return False
    return bool({_blurred(each) for each in sounds(one)} & {_blurred(each) for each in sounds(other)})


def _groups() -> Mapping[str, str]:
    alike: dict[str, list[str]] = {}
    for group in _LOOK.split():
        for character in group:
            alike.setdefault(character, []).extend(each for each in group if each != character)
    return {character: "".join(dict.fromkeys(others)) for character, others in alike.items()}


LOOK_ALIKE: Mapping[str, str] = _groups()


def look_alike(one: str, other: str) -> bool:
    """Whether the one is taken for the other by eye."""
    return other in LOOK_ALIKE.get(one, "")


class Keyboard:
    """What a pinyin keyboard offers, made from the characters that names really use, the commoner first."""

    def __init__(self, names: Iterable[str], least: int = 2) -> None:
        counts: dict[str, int] = {}
        for name in names:
            for character in name:
                counts[character] = counts.get(character, 0) + 1
        common = sorted(((count, each) for each, count in counts.items() if count >= least), reverse=True)
        self._by_sound: dict[str, list[str]] = {}
        self._by_blur: dict[str, list[str]] = {}
        for _, each in common:
            if reading := sound(each):
                self._by_sound.setdefault(reading, []).append(each)
                self._by_blur.setdefault(_blurred(reading), []).append(each)

    def same(self, character: str) -> list[str]:
        """Other characters under the same letters."""
        return [each for each in self._by_sound.get(sound(character), []) if each != character]

    def near(self, character: str) -> list[str]:
        """Other characters under letters that many do not tell apart."""
        found = self._by_blur.get(_blurred(sound(character)), []) if sound(character) else []
        return [each for each in found if sound_near(character, each)]
