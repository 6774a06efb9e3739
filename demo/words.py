"""The words of the invented city: places, marks, trades, authorities and cases. None names a real firm, place or case.

The province, city, districts and streets do not exist. Division numbers that begin with 39 are assigned to no province
in GB/T 2260 (East China uses 31 to 37), so no registrar ever issued a code that carries one. Every firm's name begins
with the invented city's name. Statutes are real, as every file cites them; what firms are said to have done is made up.
"""

from typing import NamedTuple

PROVINCE = "岚东省"
CITY = "云川市"
CITY_DIVISION = 390100


class District(NamedTuple):
    """A district of the invented city and its unassigned division number."""

    name: str
    division: int
    short: str  # how document numbers call it


DISTRICTS = (
    District("东溪区", 390102, "东溪"),
    District("鹭洲区", 390103, "鹭洲"),
    District("麦浦区", 390104, "麦浦"),
    District("兰渚区", 390105, "兰渚"),
    District("白榆县", 390121, "白榆"),
    District("青坞县", 390122, "青坞"),
)
STREETS = (
    "听潮路 拾穗街 灯塔巷 竹影路 纸鸢街 磨坊路 萤火巷 帆樯大道 "
    "晚稻路 砚池街 渡口路 星槎大道 井栏巷 橘井街 木铎路 鸣泉街 "
).split()
MARK_FIRST = (
    "禾润嘉恒卓鼎裕泽朗沐云岚澄致远弘瑞晟翰铭佑衡凌拓启昭骏颐鹭榆溪麦"
    "兰青茂盈锦谷帆舟棠枫岭芷苓蔚葆琅珩筠筱苒葳晗睿曜煦霁霖沛湛溯汀"
)
MARK_SECOND = (
    "丰达源盛和通泰隆康信诺科华美安宁乐悦友邦联众创新展鹏翔腾辉耀升阳"
    "明朗月星辰川江河海洋湖泉木林森松柏竹梅荷莲茶果稻穗粟禾圃园坊"
)
MARK_THIRD = "子之合正中大广高长永宏佳福禄吉庆同仁义诚厚德尚品优特精一九万千百双金银玉珠宝石"

FOOD, TRANSPORT, BUILDING, INDUSTRY, TRADE, SERVICE = range(6)
_TRADES = {
    FOOD: "食品 粮油 餐饮管理 乳制品 水产品 茶叶 糕点 调味品 农产品 果蔬配送",
    TRANSPORT: "物流 运输 货运代理 供应链管理 客运 冷链物流 快运 仓储 汽车租赁",
    BUILDING: "建筑工程 装饰工程 市政工程 园林绿化 机电安装 建材 门窗 钢结构 混凝土 防水材料",
    INDUSTRY: "化工 机械制造 塑料制品 纸业 纺织 五金 电子 环保设备 玻璃制品 涂料 包装",
    TRADE: "商贸 电子商务 贸易 服饰 日用百货 家居 文具 家用电器 鞋业 玩具",
    SERVICE: "信息技术 广告 物业服务 人力资源 文化传媒 教育咨询 健身服务 酒店管理 洗涤服务 旅游服务",
}
TRADES = tuple((trade, sector) for sector, trades in _TRADES.items() for trade in trades.split())
PRODUCE = (
    "水稻 小麦 玉米 大豆 油菜 花生 芝麻 棉花 甘薯 马铃薯 茶叶 柑橘 葡萄 桃子 黄梨 "
    "枇杷 杨梅 草莓 西瓜 甜瓜 番茄 黄瓜 茄子 辣椒 白菜 萝卜 莲藕 菱角 茭白 竹笋 "
    "香菇 木耳 银耳 平菇 蜂蜜 蚕桑 生猪 肉牛 山羊 蛋鸡 肉鸭 白鹅 鲫鱼 草鱼 鲈鱼 "
    "河蟹 小龙虾 河虾 甲鱼 泥鳅 苗木 花卉 盆景 药材 菊花 百合 生姜 大蒜 毛豆 豌豆 "
).split()  # what farmers' cooperatives grow: one for each trade


class Office(NamedTuple):
    """A kind of authority: its title after the place, and the word in its penalty documents."""

    title: str
    penalty: str
    licence: str


MARKET, ROADS, HOUSING, ECOLOGY, SAFETY, FIRE, HEALTH, CULTURE = range(8)
OFFICES = (
    Office("市场监督管理局", "市监处罚", "市监许可"),
    Office("交通运输局", "交罚", "交许"),
    Office("住房和城乡建设局", "建罚", "建许"),
    Office("生态环境局", "环罚", "环许"),
    Office("应急管理局", "应急罚", "应急许"),
    Office("消防救援局", "消行罚决", "消许"),
    Office("卫生健康委员会", "卫罚", "卫许"),
    Office("文化广电旅游局", "文旅罚", "文旅许"),
)

# Each trade's doings that the authorities of a city meet every week, as (violation, facts, statute, authority).
Case = tuple[str, str, str, int]
CASES: tuple[tuple[Case, ...], ...] = (
    (
        (
            "未按规定查验进货凭证",
            "采购原料时未查验供货者的许可证和产品合格证明文件",
            "《中华人民共和国食品安全法》第一百二十六条第一款",
            MARKET,
        ),
        (
            "经营超过保质期的食品",
            "货架上陈列待售的预包装食品已超过标注的保质期",
            "《中华人民共和国食品安全法》第一百二十四条第一款",
            MARKET,
        ),
        (
            "从业人员未取得健康证明",
            "安排未取得健康证明的人员从事接触直接入口食品的工作",
            "《中华人民共和国食品安全法》第一百二十六条第一款",
            MARKET,
        ),
        (
            "食品标签不符合规定",
            "所售散装食品的容器上未标明名称、生产日期和保质期",
            "《中华人民共和国食品安全法》第一百二十五条第一款",
            MARKET,
        ),
    ),
    (
        ("违法超限运输", "货运车辆经固定检测点称重，车货总质量超过限定标准", "《公路安全保护条例》第六十四条", ROADS),
        ("未按规定维护检测车辆", "营运车辆未在规定周期内进行检测即投入运输", "《中华人民共和国道路运输条例》", ROADS),
        (
            "未落实动态监控责任",
            "监控平台在值班时段无人值守，超速报警未处置",
            "《中华人民共和国安全生产法》第一百零一条",
            ROADS,
        ),
        (
            "装载物脱落扬撒",
            "运输散装物料未密闭覆盖，沿途有物料遗撒",
            "《中华人民共和国大气污染防治法》第一百一十六条",
            ROADS,
        ),
    ),
    (
        (
            "不按照工程设计图纸施工",
            "现场抽查的隐蔽部位做法与审查合格的设计文件不一致",
            "《建设工程质量管理条例》第六十四条",
            HOUSING,
        ),
        (
            "施工现场扬尘防治不到位",
            "裸露地面未覆盖，出入口未设置车辆冲洗设施",
            "《中华人民共和国大气污染防治法》第一百一十五条",
            HOUSING,
        ),
        (
            "未对从业人员进行安全培训",
            "新进场作业人员未经安全生产教育培训即上岗",
            "《中华人民共和国安全生产法》第九十七条",
            HOUSING,
        ),
        (
            "未取得施工许可证擅自施工",
            "在未取得施工许可证的情况下开挖基坑",
            "《中华人民共和国建筑法》第六十四条",
            HOUSING,
        ),
    ),
    (
        (
            "未按规定贮存危险废物",
            "废油桶露天堆放，贮存场所未设置识别标志",
            "《中华人民共和国固体废物污染环境防治法》第一百一十二条第一款",
            ECOLOGY,
        ),
        (
            "超标排放水污染物",
            "总排口取样的化学需氧量浓度超过排放标准",
            "《中华人民共和国水污染防治法》第八十三条",
            ECOLOGY,
        ),
        (
            "特种作业人员无证上岗",
            "从事焊接作业的人员不能出示特种作业操作证",
            "《中华人民共和国安全生产法》第九十七条",
            SAFETY,
        ),
        (
            "生产不符合国家标准的产品",
            "抽样产品的强度指标经检验不符合强制性国家标准",
            "《中华人民共和国产品质量法》第四十九条",
            MARKET,
        ),
    ),
    (
        (
            "发布虚假广告",
            "商品详情页宣称的功效没有依据，与实际情况不符",
            "《中华人民共和国广告法》第五十五条第一款",
            MARKET,
        ),
        (
            "未公示营业执照信息",
            "网店首页显著位置未持续公示营业执照信息",
            "《中华人民共和国电子商务法》第七十六条第一款",
            MARKET,
        ),
        ("销售不合格产品", "所售商品经监督抽查判定为不合格", "《中华人民共和国产品质量法》第四十九条", MARKET),
        ("未明码标价", "经营场所内多种商品未标明价格和计价单位", "《中华人民共和国价格法》第四十二条", MARKET),
    ),
    (
        ("占用、堵塞疏散通道", "疏散通道内堆放杂物，影响安全疏散", "《中华人民共和国消防法》第六十条第一款", FIRE),
        (
            "消防设施未保持完好有效",
            "室内消火栓无水，自动报警主机处于故障状态",
            "《中华人民共和国消防法》第六十条第一款",
            FIRE,
        ),
        ("公共场所卫生不符合要求", "未按规定对顾客用品用具进行清洗、消毒", "《公共场所卫生管理条例》第十四条", HEALTH),
        ("未按规定备案服务项目", "变更服务项目后未在规定期限内办理备案", "《旅行社条例》", CULTURE),
    ),
)

STANDS = (
    "经现场检查，",
    "根据群众举报核查，",
    "在“双随机”抽查中发现，",
    "经抽样检验并调查，",
    "在专项整治检查中发现，",
)


class Sentence(NamedTuple):
    """A kind of penalty: how it is written, the fine's range in yuan, its share in a thousand, its class."""

    kind: str
    content: str
    least: int
    most: int
    share: int
    severity: str


SENTENCES = (
    Sentence("警告", "给予警告，责令改正。", 0, 0, 170, "minor"),
    Sentence("通报批评", "给予通报批评，责令限期改正。", 0, 0, 60, "minor"),
    Sentence("罚款", "处以罚款，责令改正违法行为。", 2_000, 80_000, 430, "general"),
    Sentence("警告;罚款", "给予警告，并处罚款。", 1_000, 30_000, 150, "general"),
    Sentence("罚款;没收违法所得", "没收违法所得，并处罚款。", 5_000, 200_000, 130, "general"),
    Sentence("责令停产停业;罚款", "责令停产停业整顿，并处罚款。", 50_000, 500_000, 30, "general"),
    Sentence("吊销许可证件", "吊销许可证件。", 0, 0, 20, "serious"),
    Sentence("限制从业;罚款", "限制从业，并处罚款。", 50_000, 500_000, 10, "serious"),
)

SHOWN_DAYS = {"minor": 0, "general": 365, "serious": 3 * 365}  # from the decision on; 0: not shown

ABNORMAL_REASONS = (
    "未依照规定的期限公示年度报告",
    "通过登记的住所或者经营场所无法联系",
    "公示企业信息隐瞒真实情况、弄虚作假",
    "未在责令的期限内公示有关企业信息",
)
ABNORMAL_EXITS = ("已补报年度报告并公示，申请移出", "已办理住所变更登记，重新取得联系", "已更正公示信息，申请移出")
DISHONESTY_REASONS = (
    "提交虚假材料取得登记，情节严重，登记被撤销",
    "生产经营不符合食品安全标准的食品，受到较重行政处罚",
    "被吊销许可证件，两年内再次实施同类违法行为",
    "组织虚构交易，严重破坏公平竞争秩序",
)
HONOURS = (
    "守合同重信用企业",
    "放心消费示范单位",
    "质量管理先进单位",
    "绿色工厂",
    "安全生产标准化达标单位",
    "文明经营示范店",
)
LICENCES: tuple[tuple[str, str, str, int], ...] = (
    ("食品经营许可证", "核准", "预包装食品销售，散装食品销售", MARKET),
    ("道路运输经营许可证", "普通", "道路普通货物运输", ROADS),
    ("建筑业企业资质证书", "认可", "建筑工程施工总承包三级", HOUSING),
    ("排污许可证", "普通", "准许按许可证载明的种类和浓度排放污染物", ECOLOGY),
    ("特种设备使用登记证", "登记", "准予登记使用叉车", MARKET),
    ("公共场所卫生许可证", "普通", "准予经营公共场所服务项目", HEALTH),
)  # one for each sector

# What each case of the demo's is, as the places to look at are named.
PROCEDURES = {
    "listing": "列入名单的案件 the listing",
    "objection": "异议 the objection",
    "repair": "信用修复 the repair",
}
