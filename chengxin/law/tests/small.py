"""A small lawbook that loads, made in a folder, for tests to spoil in one place."""

import json
from pathlib import Path
from typing import Any

import yaml

Data = dict[str, Any]
DAY = "2020-01-01"


def words(en: str, zh: str = "甲") -> Data:
    """A title in both languages."""
    return {"zh": zh, "en": en}


def state(en: str, **more: Any) -> Data:
    """A state of a procedure."""
    return {"title": words(en), **more}


def step(start: str, to: str, by: str, **more: Any) -> Data:
    """A step of a procedure."""
    return {"from": start, "to": to, "by": by, "basis": BASIS, **more}


BASIS = [{"instrument": "penalty-law", "article": "9"}]
COMMON: Data = {"basis": BASIS, "in_force": {"from": DAY}, "verified": True}


def term(**more: Any) -> Data:
    """A term that ends in months."""
    return {"from": "decided_on", "months": "shown-months", "ends": words("Ends"), "basis": BASIS, **more}


FILES: dict[str, Data] = {
    "cn/trade_kinds/orders.yaml": {
        **COMMON,
        "title": words("Orders", "订单"),
        "senders": ["platform"],
        "readers": {"kinds": ["department"], "basis": COMMON["basis"]},
        "kept": "shown-months",
        "row_key": ["order"],
        "shop": "shop",
        "at": "at",
        "columns": {
            "order": {"title": words("Order", "订单"), "type": "id", "required": True},
            "shop": {"title": words("Shop", "店铺"), "type": "id", "required": True},
            "at": {"title": words("When", "时间"), "type": "instant", "required": True},
            "buyer": {"title": words("The buyer’s pseudonym", "买家假名"), "type": "pseudonym"},
        },
    },
    "cn/code_lists/merchant-licences.yaml": {
        **COMMON,
        "title": words("Licences"),
        "codes": {"food-licence": {"title": words("Food licence"), "basis": BASIS}},
    },
    "cn/goods/food.yaml": {
        **COMMON,
        "title": words("Food"),
        "needs": {"licence": {"title": words("Licence"), "any_of": ["food-licence"], "basis": BASIS}},
    },
    "cn/commitment_forms/merchant.yaml": {
        **COMMON,
        "title": words("Commitment"),
        "signers": ["merchant"],
        "promises": {"lawful": {"text": words("Lawful"), "basis": BASIS}},
    },
    "cn/evaluations/firms.yaml": {
        **COMMON,
        "title": words("Firms", "企业"),
        "about": "organisation",
        "version": 1,
        "regulators": ["department"],
        "sides": {
            side: {
                "title": words(side, "一方"),
                "least": 2,
                "questions": {
                    "time": {"title": words("In time", "按时"), "kind": "yes-no", "weight": 1, "basis": BASIS}
                },
            }
            for side in ("regulator", "merchants", "consumers")
        },
    },
    "cn/issuers/npc.yaml": {
        "title": words("Congress"),
        "kind": "legislature",
        "in_force": {"from": DAY},
        "verified": False,
    },
    "cn/instruments/penalty-law.yaml": {
        "title": words("Penalty Law", "处罚法"),
        "issued_by": "npc",
        "kind": "statute",
        "in_force": {"from": DAY},
        "verified": True,
        "articles": ["1-20", "48"],
        "text": "处罚法.md",
    },
    "cn/instruments/paper.yaml": {
        "title": words("Paper", "文件"),
        "issued_by": "npc",
        "kind": "policy",
        "in_force": {"from": DAY},
        "verified": False,
        "articles": ["一", "二(一)"],
    },
    "cn/parameters/shown-months.yaml": {
        **COMMON,
        "title": words("Showing"),
        "unit": "months",
        "values": [{"from": DAY, "value": 12, "basis": BASIS, "verified": True}],
    },
    "cn/parameters/share.yaml": {
        **COMMON,
        "title": words("Share drawn"),
        "unit": "percent",
        "values": [{"from": DAY, "value": 10, "basis": BASIS, "verified": True}],
    },
    "cn/parameters/answer-within.yaml": {
        **COMMON,
        "title": words("Answer"),
        "unit": "working-days",
        "values": [
            {"from": DAY, "value": 20, "basis": BASIS, "verified": True},
            {"from": "2024-06-01", "value": 7, "basis": BASIS, "verified": True},
        ],
    },
    "cn/detectors/burst.yaml": {
        **COMMON,
        "title": words("Many readings"),
        "askers": ["department"],
        "above": 300,
        "minutes": 10,
    },
    "cn/four_eyes/taking-back.yaml": {
        **COMMON,
        "title": words("Taking decisions back"),
        "duty": "confirm",
        "hours": 72,
        "above": 20,
    },
    "cn/procedures/objection.yaml": {
        **COMMON,
        "title": words("Objection"),
        "opens": "received",
        "states": {
            "received": state("Received"),
            "accepted": state("Accepted", suspends=True),
            "corrected": state("Corrected", final=True, outcome="corrected"),
            "upheld": state("Upheld", final=True, outcome="upheld"),
            "unverified": state("Not verified in time", final=True, outcome="not-verifiable"),
        },
        "steps": [
            step("received", "accepted", "credit-centre", within="answer-within"),
            step("received", "accepted", "clock"),
            step("accepted", "corrected", "authority", within="answer-within", needs=["reasons"]),
            step("accepted", "upheld", "authority", within="answer-within", needs=["reasons"]),
            step("accepted", "unverified", "clock"),
        ],
    },
    "cn/procedures/repair.yaml": {
        **COMMON,
        "title": words("Repair"),
        "opens": "asked",
        "states": {"asked": state("Asked"), "applied": state("Applied", final=True, outcome="repaired")},
        "steps": [step("asked", "applied", "authority", within="answer-within"), step("asked", "applied", "clock")],
    },
    "cn/procedures/listing.yaml": {
        **COMMON,
        "title": words("Entry on a list"),
        "opens": "proposed",
        "states": {
            "proposed": state("Proposed"),
            "noticed": state("Told"),
            "decided": state("Decided", final=True, outcome="listed"),
            "dropped": state("Dropped", final=True, outcome="not-listed"),
        },
        "steps": [
            step("proposed", "noticed", "authority", within="answer-within"),
            step("proposed", "dropped", "clock"),
            step("noticed", "decided", "authority", within="answer-within"),
            step("noticed", "dropped", "clock"),
        ],
    },
    "cn/record_types/penalty.yaml": {
        **COMMON,
        "title": words("Penalty", "处罚"),
        "about": ["organisation"],
        "tone": "adverse",
        "publication": "public",
        "senders": ["department"],
        "publish_within": "answer-within",
        "fields": {
            "name": {"title": words("Name"), "type": "name", "required": True},
            "code": {"title": words("Code"), "type": "code"},
            "document": {"title": words("Document"), "type": "text", "required": True},
            "authority": {"title": words("Authority"), "type": "text", "required": True},
            "kind": {"title": words("Kind"), "type": "text"},
            "fine": {"title": words("Fine"), "type": "amount"},
            "decided_on": {"title": words("Decided on"), "type": "day", "required": True},
            "representative": {"title": words("Representative"), "type": "person"},
        },
        "roles": {
            "name": "name",
            "code": "code",
            "document": "document",
            "authority": "authority",
            "decided_on": "decided_on",
        },
        "row_key": ["code", "name", "document"],
        "severity": {
            "classes": ["general", "serious"],
            "default": "general",
            "by": [{"class": "serious", "field": "kind", "contains": ["吊销"]}],
            "basis": BASIS,
        },
        "terms": {"effect": term(), "shown": term(), "kept": term()},
    },
    "cn/sources/penalties.yaml": {
        **COMMON,
        "title": words("Penalties"),
        "record_type": "penalty",
        "provider": ["department"],
        "editions": [
            {
                "key": "one",
                "columns": {
                    "name": ["名称"],
                    "code": ["代码"],
                    "document": ["文号"],
                    "authority": ["机关"],
                    "kind": ["类别"],
                    "fine": ["罚款"],
                    "decided_on": ["日期"],
                    "representative": ["法定代表人"],
                },
            }
        ],
        "odd_values": {"*": {"无": None}, "kind": {"甲": "乙"}},
        "rows": {"least": 1, "most": 100},
    },
    "cn/lists/penalised.yaml": {
        **COMMON,
        "title": words("Penalised"),
        "record_type": "penalty",
        "where": {"severity": ["serious"]},
        "authority": words("Who decided"),
        "entry": "listing",
        "exit": words("When its term ends"),
    },
    "cn/matters/tender.yaml": {**COMMON, "title": words("Tenders", "招标"), "askers": ["department"]},
    "cn/purposes/duty.yaml": {**COMMON, "title": words("A duty", "职责"), "askers": ["department"], "consent": False},
    "cn/benefit_points/volunteering.yaml": {
        **COMMON,
        "title": words("Volunteering", "志愿服务"),
        "unit": words("hour", "小时"),
        "each": 1,
        "most": 100,
        "confirmed_by": ["department"],
    },
    "cn/reports/own.yaml": {
        **COMMON,
        "title": words("A report", "报告"),
        "about": ["organisation"],
        "contents": "full",
        "record_types": ["penalty"],
        "askers": ["subject", "department"],
        "in_matter": ["department"],
        "purpose": "duty",
        "repaired": "left-out",
        "disputed": {"shown": "marked", "basis": BASIS},
        "says": words("What it is"),
    },
    "cn/measures/barred.yaml": {
        **COMMON,
        "title": words("Barred from tenders", "禁止投标"),
        "kind": "prohibition",
        "subject_kinds": ["organisation"],
        "matters": ["tender"],
        "lists": ["penalised"],
        "mandatory": True,
        "carried_out_by": words("Purchasers"),
        "effect": words("May not take part", "不得参加"),
        "ends": words("With the listing"),
    },
}

MISSING = object()


def lawbook_written(folder: Path, *spoilt: tuple[str, str, Any], more: dict[str, Data] | None = None) -> Path:
    """Writes the small lawbook; each of `spoilt` is (file, dotted place, new value or MISSING)."""
    # Through JSON, so that no two entries share a part.
    files: dict[str, Data] = json.loads(json.dumps({**FILES, **(more or {})}))
    for file, place, value in spoilt:
        _put(files[file], place.split("."), value)
    for file, data in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(_days_read(data), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def _put(data: Any, place: list[str], value: Any) -> None:
    for step in place[:-1]:
        data = data[int(step)] if isinstance(data, list) else data[step]
    last: Any = int(place[-1]) if isinstance(data, list) else place[-1]
    if value is MISSING:
        del data[last]
    else:
        data[last] = value


def _days_read(data: Any) -> Any:
    """Days as YAML days, not as text."""
    if isinstance(data, dict):
        return {key: _days_read(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_days_read(value) for value in data]
    if isinstance(data, str) and len(data) == 10 and data[4] == data[7] == "-":
        return yaml.safe_load(data)
    return data
