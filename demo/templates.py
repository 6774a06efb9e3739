"""The headings of the real templates, edition by edition: which heading each of our columns stands under.

`2018` is the double-publicity template in force, by field code and by Chinese heading; `2016` its forerunner. The
tests hold each heading against the lawbook's sources, so that what is written here is what the program reads.
"""

from collections.abc import Mapping

Template = Mapping[str, str]

_PENALTY_2018: dict[str, tuple[str, str]] = {
    "name": ("CF_XDR_MC", "行政相对人名称"),
    "category": ("CF_XDR_LB", "行政相对人类别"),
    "code": ("CF_XDR_SHXYM", "统一社会信用代码"),
    "document": ("CF_WSH", "行政处罚决定书文号"),
    "violation": ("CF_WFXW", "违法行为类型"),
    "facts": ("CF_SY", "违法事实"),
    "basis": ("CF_YJ", "处罚依据"),
    "kind": ("CF_CFLB", "处罚类别"),
    "content": ("CF_NR", "处罚内容"),
    "fine": ("CF_NR_FK", "罚款金额（万元）"),
    "confiscated": ("CF_NR_WFFF", "没收违法所得、没收非法财物的金额（万元）"),
    "decided_on": ("CF_JDRQ", "处罚决定日期"),
    "shown_until": ("CF_GSJZQ", "公示截止期"),
    "authority": ("CF_CFJG", "处罚机关"),
    "authority_code": ("CF_CFJGDM", "处罚机关统一社会信用代码"),
    "provider": ("CF_SJLY", "数据来源单位"),
    "provider_code": ("CF_SJLYDM", "数据来源单位统一社会信用代码"),
}
_LICENCE_2018: dict[str, tuple[str, str]] = {
    "name": ("XK_XDR_MC", "行政相对人名称"),
    "category": ("XK_XDR_LB", "行政相对人类别"),
    "code": ("XK_XDR_SHXYM", "统一社会信用代码"),
    "title": ("XK_XKWS", "行政许可决定文书名称"),
    "document": ("XK_WSH", "行政许可决定文书号"),
    "kind": ("XK_XKLB", "许可类别"),
    "certificate": ("XK_XKZS", "许可证书名称"),
    "certificate_number": ("XK_XKBH", "许可编号"),
    "content": ("XK_NR", "许可内容"),
    "decided_on": ("XK_JDRQ", "许可决定日期"),
    "valid_from": ("XK_YXQZ", "有效期自"),
    "valid_until": ("XK_YXQZI", "有效期至"),
    "authority": ("XK_XKJG", "许可机关"),
    "authority_code": ("XK_XKJGDM", "许可机关统一社会信用代码"),
    "status": ("XK_ZT", "当前状态"),
    "provider": ("XK_LYDW", "数据来源单位"),
    "provider_code": ("XK_LYDWDM", "数据来源单位统一社会信用代码"),
}
_PENALTY_2016: dict[str, tuple[str, str]] = {
    "document": ("CF_WSH", "行政处罚决定书文号"),
    "case": ("CF_AJMC", "案件名称"),
    "kind": ("CF_CFLB1", "处罚类别1"),
    "facts": ("CF_SY", "处罚事由"),
    "basis": ("CF_YJ", "处罚依据"),
    "name": ("CF_XDR_MC", "行政相对人名称"),
    "code": ("CF_XDR_SHXYM", "行政相对人代码_1（统一社会信用代码）"),
    "content": ("CF_JG", "处罚结果"),
    "decided_on": ("CF_JDRQ", "处罚决定日期"),
    "authority": ("CF_XZJG", "处罚机关"),
    "shown_until": ("CF_GSJZQ", "公示截止期"),
}


def _pair(both: Mapping[str, tuple[str, str]], place: int) -> dict[str, str]:
    return {column: headings[place] for column, headings in both.items()}


TEMPLATES: Mapping[str, Mapping[str, Template]] = {
    "enterprise-register": {
        "tsv": {
            "name": "name",
            "code": "uscc",
            "registered": "registered",
            "type": "type",
            "capital": "capital",
            "province": "province",
            "city": "city",
            "address": "address",
        },
        "zh": {
            "name": "企业名称",
            "code": "统一社会信用代码",
            "registered": "成立日期",
            "type": "企业类型",
            "capital": "注册资本",
            "province": "省份",
            "city": "城市",
            "address": "地址",
        },
    },
    "penalty-publicity": {
        "2018": _pair(_PENALTY_2018, 0),
        "2018-zh": _pair(_PENALTY_2018, 1),
        "2016": _pair(_PENALTY_2016, 0),
        "2016-zh": _pair(_PENALTY_2016, 1),
    },
    "licence-publicity": {"2018": _pair(_LICENCE_2018, 0), "2018-zh": _pair(_LICENCE_2018, 1)},
    "abnormal-operations": {
        "zh": {
            "name": "企业名称",
            "code": "统一社会信用代码",
            "old_number": "注册号",
            "document": "列入文号",
            "reason": "列入经营异常名录原因",
            "decided_on": "列入日期",
            "authority": "作出决定机关（列入）",
            "exit_reason": "移出经营异常名录原因",
            "exit_on": "移出日期",
            "exit_authority": "作出决定机关（移出）",
        },
    },
    "serious-dishonesty": {
        "zh": {
            "name": "企业名称",
            "code": "统一社会信用代码",
            "document": "列入文号",
            "reason": "列入严重违法失信名单原因",
            "decided_on": "列入日期",
            "authority": "作出决定机关（列入）",
            "exit_on": "移出日期",
            "exit_reason": "移出原因",
        },
    },
    "honours": {
        "zh": {
            "name": "企业名称",
            "code": "统一社会信用代码",
            "honour": "荣誉名称",
            "document": "文号",
            "decided_on": "授予日期",
            "valid_until": "有效期至",
            "authority": "授予机关",
        },
    },
}
