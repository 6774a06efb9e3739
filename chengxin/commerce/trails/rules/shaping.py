"""What an EPCIS 2.0 document in JSON-LD must be: the standard's rules as a schema of our own, and each break of them in two languages. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import isinf
from typing import Any, Final

import jsonschema_rs

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within

Schema = dict[str, Any]
KINDS: Final = ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")
# The context of the drafts before the standard: what is written under it may be looser, as its own examples are.
DRAFT = "epcis-context-simple.jsonld"
MOST_FAULTS = 50


class DocumentUnfit(Refusal):
    """This is no EPCIS 2.0 document in JSON-LD: {first}. {count} such faults; nothing was captured. Mend them and send it again."""

    code = "trails-document-unfit"
    basis = "EPCIS 2.0（ISO/IEC 19987）"
    zh = "这不是EPCIS 2.0的JSON-LD文件：{first_zh}。共{count}处，未保留任何内容。请改正后重新报送。"


class DocumentUnreadable(Refusal):
    """The file is no JSON text in UTF-8: {why}. Send an EPCIS 2.0 document in JSON-LD."""

    code = "trails-document-unreadable"
    zh = "文件不是UTF-8编码的JSON文本：{why}。请报送EPCIS 2.0的JSON-LD文件。"


class PersonInTrail(Refusal):
    """At {where} stands what looks like a person's {what}. A trail is about goods and firms; what came is refused whole and nothing of it kept."""

    code = "trails-person-in-document"
    basis = "《个人信息保护法》第6条"
    zh = "{where}处的值像是自然人的{what_zh}。轨迹只记货品和单位；报送或者查询的内容整个被拒绝，未保留任何内容。"


@dataclass(frozen=True)
class Fault:
    """One break of the rules: where, by which rule, what is wrong in both languages."""

    where: str
    rule: str
    zh: str
    en: str

    def as_dict(self) -> dict[str, str]:
        """The fault as it is printed and returned."""
        return dict(self.__dict__)


_STEPS = """accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting
decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting installing
killing loading other packing picking receiving removing repackaging repairing replacing reserving retail_selling
sampling sensor_reporting shipping staging_outbound stock_taking stocking storing transporting unloading unpacking
void_shipping""".split()
_DISPOSITIONS = """active available completeness_inferred completeness_verified conformant container_closed
container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class
mismatch_instance mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other
partially_dispensed recalled reserved retail_sold returned sellable_accessible sellable_not_accessible stolen
unavailable unknown""".split()
_PAPERS = "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt".split()
_PARTIES = "owning_party possessing_party location".split()
_REASONS = "did_not_occur incorrect_data".split()
_ALERTS = "ALARM_CONDITION ERROR_CONDITION".split()
_COMPONENTS = """x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing
latitude longitude altitude""".split()
_MEASURES = """AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance Conductance
Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity ElectricCharge
ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance
Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux
MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate MassPerAreaTime MemoryCapacity
MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux RadiantIntensity Radioactivity
RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time
Torque Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber""".split()

_EXTENSION = r"^[A-Za-z][A-Za-z0-9+.\-]*:\S+$"
_URI: Schema = {"type": "string", "format": "uri"}
_TIME: Schema = {"type": "string", "format": "date-time"}
_NUMBER: Schema = {"type": "number"}
_TEXT: Schema = {"type": "string"}


def _word(words: list[str], barred: str = r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/") -> Schema:
    """One of the vocabulary's bare words, or a URI of somebody's own; never the vocabulary's own word written out."""
    own = {"format": "uri", "pattern": f"^(?!(?:{barred}))"}
    return {"type": "string", "if": {"pattern": ":"}, "then": own, "else": {"enum": words}}


def _some(one: Schema, least: int = 0, *, once: bool = False) -> Schema:
    return {"type": "array", "items": one, "minItems": least, "uniqueItems": once}


def _object(properties: Schema, required: tuple[str, ...] = (), *, open_: bool = True) -> Schema:
    """An object of these properties; extensions bear a name with a prefix."""
    shape: Schema = {"type": "object", "properties": properties, "required": list(required)}
    if open_:
        shape["patternProperties"] = {_EXTENSION: {}}
    return {**shape, "additionalProperties": False}


def _rule(key: str, *options: Schema) -> Schema:
    """At least one of these holds; `key` names the rule in a fault."""
    return {"$comment": key, "anyOf": list(options)}


def _has(name: str, least: int = 0) -> Schema:
    return {"required": [name], "properties": {name: {"type": "array", "minItems": least}}}


def _named(one: Schema) -> Schema:
    """A place: what else stands beside its id is its own."""
    return {"type": "object", "properties": {"id": one}, "required": ["id"]}


def _event_properties() -> Schema:
    declaration = _object(
        {"declarationTime": _TIME, "reason": _word(_REASONS), "correctiveEventIDs": _some(_URI)}, ("declarationTime",)
    )
    several: Schema = {"if": {"type": "array"}, "then": _some(_URI), "else": _URI}
    return {
        "@context": _context(),
        "type": _TEXT,
        "eventTime": _TIME,
        "recordTime": _TIME,
        "eventTimeZoneOffset": {"type": "string", "pattern": r"^[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)$"},
        "eventID": _URI,
        "certificationInfo": several,
        "errorDeclaration": declaration,
    }


def _context() -> Schema:
    one: Schema = {"if": {"type": "string"}, "then": _URI, "else": {"type": "object"}}
    return {"if": {"type": "array"}, "then": _some(one, once=True), "else": one}


def _business(draft: bool) -> Schema:
    """What every standard event may say of why and where."""
    parties = {
        name: _object({"type": _word(_PARTIES), name: _URI}, ("type", name), open_=False)
        for name in ("source", "destination")
    }
    paper = _object({"type": _word(_PAPERS), "bizTransaction": _URI}, ("bizTransaction",), open_=False)

    def listed(one: Schema) -> Schema:
        return {"if": {"type": "object"}, "then": one, "else": _some(one)} if draft else _some(one)

    return {
        "bizStep": _word(_STEPS),
        "disposition": _word(_DISPOSITIONS),
        "readPoint": _named(_URI),
        "bizLocation": _named(_URI),
        "bizTransactionList": listed(paper),
        "sourceList": listed(parties["source"]),
        "destinationList": listed(parties["destination"]),
        "sensorElementList": _some(_sensor(draft)),
        **({"persistentDisposition": _persistent(), "id": _TEXT} if draft else {}),
    }


def _persistent() -> Schema:
    some = _some(_word(_DISPOSITIONS), 1, once=True)
    return {**_object({"set": some, "unset": some}, open_=False), "minProperties": 1}


def _sensor(draft: bool) -> Schema:
    gs1 = r"https?://(?:www\.)?gs1\.org/voc/"
    uris = ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules")
    numbers = ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")
    links = ("microorganism", "chemicalSubstance", "coordinateReferenceSystem", "uriValue")
    metadata = _object({**dict.fromkeys(uris, _URI), **dict.fromkeys(("time", "startTime", "endTime"), _TIME)})
    report = _object(
        {
            "type": _word(_MEASURES, gs1),
            "exception": _word(_ALERTS, gs1),
            "component": _word(_COMPONENTS),
            "time": _TIME,
            "stringValue": _TEXT,
            "booleanValue": {"type": "boolean"},
            "hexBinaryValue": {"type": "string", "pattern": "^[A-Fa-f0-9]+$"},
            "uom": _TEXT,
            **dict.fromkeys((*uris, *links), _URI),
            **dict.fromkeys(numbers, _NUMBER),
        },
        ("type",),
    )
    more = {"type": _TEXT} if draft else {}
    return _object({"sensorMetadata": metadata, "sensorReport": _some(report, 1), **more}, ("sensorReport",))


def _events(draft: bool) -> dict[str, Schema]:
    quantity = _object(
        {"epcClass": _URI, "quantity": _NUMBER, "uom": {"type": "string", "pattern": "^[A-Z0-9]{2,3}$"}},
        ("epcClass",),
        open_=False,
    )
    quantities, things = _some(quantity), _some(_URI)
    action = {"type": "string", "enum": ["ADD", "OBSERVE", "DELETE"]}
    ilmd = {"type": "object", "patternProperties": {_EXTENSION: {}}, "additionalProperties": False}
    common = _event_properties() | _business(draft)
    emptied = {"properties": {"action": {"const": "DELETE"}}}
    born = {"if": {"required": ["ilmd"]}, "then": {"properties": {"action": {"const": "ADD"}}}}
    held = common | {"parentID": _URI, "childEPCs": things, "childQuantityList": quantities, "action": action}
    holding = _rule("children", _has("childEPCs", 1), _has("childQuantityList", 1), emptied)
    sensed = {
        "required": ["sensorElementList", "readPoint"],
        "properties": {"sensorElementList": {"type": "array", "minItems": 1}},
    }
    inputs = _rule("inputs", _has("inputEPCList", 1), _has("inputQuantityList", 1))
    outputs = _rule("outputs", _has("outputEPCList", 1), _has("outputQuantityList", 1))
    either = _rule("inputs-or-outputs", *inputs["anyOf"], *outputs["anyOf"])
    return {
        "ObjectEvent": {
            **_object(
                common
                | {"epcList": _some(_URI, once=True), "quantityList": quantities, "action": action, "ilmd": ilmd}
                | {"persistentDisposition": _persistent()},
                ("type", "eventTime", "eventTimeZoneOffset", "action"),
            ),
            "allOf": [_rule("what", _has("epcList"), _has("quantityList", 1), sensed), *([] if draft else [born])],
        },
        "AggregationEvent": {
            **_object(held, ("type", "eventTime", "eventTimeZoneOffset", "action")),
            "allOf": [holding],
        },
        "AssociationEvent": {
            **_object(held, ("type", "eventTime", "eventTimeZoneOffset", "action", "parentID")),
            "allOf": [holding],
        },
        "TransactionEvent": {
            **_object(
                common
                | {"parentID": _URI, "epcList": things, "quantityList": quantities, "action": action}
                | ({} if draft else {"bizTransactionList": {**common["bizTransactionList"], "minItems": 1}}),
                ("type", "eventTime", "eventTimeZoneOffset", "action", "bizTransactionList"),
            ),
            "allOf": [_rule("what", _has("epcList"), _has("quantityList", 1), emptied)],
        },
        "TransformationEvent": {
            **_object(
                common
                | {"inputEPCList": _some(_URI, once=True), "outputEPCList": _some(_URI, once=True)}
                | {"inputQuantityList": quantities, "outputQuantityList": quantities, "transformationID": _URI}
                | {"persistentDisposition": _persistent(), "ilmd": ilmd},
                ("type", "eventTime", "eventTimeZoneOffset"),
            ),
            "allOf": [{"if": {"required": ["transformationID"]}, "then": either, "else": {"allOf": [inputs, outputs]}}],
        },
    }


def _event(draft: bool) -> Schema:
    """An event of any kind; one that is none of the standard's bears a type with a prefix and says at least when."""
    own = {
        "properties": {**_event_properties(), "type": _URI},
        "required": ["type", "eventTime", "eventTimeZoneOffset"],
    }
    made: Schema = {**own, "type": "object"}
    for kind, schema in _events(draft).items():
        made = {"if": {"properties": {"type": {"const": kind}}, "required": ["type"]}, "then": schema, "else": made}
    return {"type": "object", "required": ["type"], **made}


def _schema(draft: bool) -> Schema:
    event = {"$ref": "#/$defs/event"}
    head = {"@context": _context(), "type": _TEXT, "creationDate": _TIME, "id": _TEXT if draft else _URI}
    head["schemaVersion"] = {"pattern": r"^\d+(?:\.\d+)*$", "type": ["string", "number"] if draft else "string"}
    attribute = _named(_URI)
    element = {
        "type": "object",
        "properties": {"id": _URI, "attributes": _some(attribute), "children": _some(_URI)},
        "required": ["id"],
    }
    vocabulary = {
        "type": "object",
        "properties": {"type": _URI, "vocabularyElementList": _some(element)},
        "required": ["type"],
    }
    master = {"type": "object", "properties": {"vocabularyList": _some(vocabulary)}}
    document = _object(
        head
        | dict.fromkeys(("instanceIdentifier", "sender", "receiver"), _TEXT)
        | {"epcisHeader": _object({"epcisMasterData": master})}
        | {"epcisBody": {"type": "object", "properties": {"eventList": _some(event)}, "required": ["eventList"]}},
        ("@context", "type", "epcisBody", *(() if draft else ("schemaVersion", "creationDate"))),
    )
    body = _object({"eventList": _some(event), "vocabularyList": _some(vocabulary)}, ("eventList",))
    results = _object({"queryName": _TEXT, "subscriptionID": _TEXT, "resultsBody": body}, ("queryName", "resultsBody"))
    answer = _object(
        head | {"epcisBody": _object({"queryResults": results}, ("queryResults",))}, ("@context", "type", "epcisBody")
    )
    alone = {"allOf": [event, {"required": ["@context"]}]}

    def of(kind: str) -> Schema:
        return {"properties": {"type": {"const": kind}}, "required": ["type"]}

    return {
        "type": "object",
        "required": ["type"],
        "if": of("EPCISDocument"),
        "then": document,
        "else": {"if": of("EPCISQueryDocument"), "then": answer, "else": alone},
        "$defs": {"event": _event(draft)},
    }


@cache
def _schema_made(draft: bool) -> Schema:
    return _schema(draft)


@cache
def _validator(draft: bool) -> Any:
    return jsonschema_rs.Draft202012Validator(_schema_made(draft), validate_formats=True)


def document_read(content: bytes) -> dict[str, Any]:
    """The JSON text as a document; refuses what is no JSON object in UTF-8. Of a name that an object bears twice the last
    stands, as JSON's readers have it: a published example of the standard's is such a one."""
    try:
        read = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number, parse_float=_finite)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DocumentUnreadable(why=str(error)[:120] or type(error).__name__) from None
    if not isinstance(read, dict):
        raise DocumentUnreadable(why="{…}")
    return read


def _no_number(written: str) -> None:
    raise ValueError(written)


def _finite(written: str) -> float:
    """A number beyond what one can hold could not be given back."""
    if isinf(found := float(written)):
        raise ValueError(written[:40])
    return found


def document_checked(document: Mapping[str, Any]) -> None:
    """Refuses a document that breaks the standard's rules, naming the first faults, or that names a person."""
    faults = faults_of(document)
    if faults:
        first = faults[:3]
        raise DocumentUnfit(
            first="; ".join(f"{f.where}: {f.en}" for f in first),
            first_zh="；".join(f"{f.where}：{f.zh}" for f in first),
            count=len(faults),
            faults=[f.as_dict() for f in faults],
        )
    persons_barred(document)


def drafted(document: Mapping[str, Any]) -> bool:
    """Whether it is written under the drafts' context."""
    context = document.get("@context")
    return any(isinstance(each, str) and each.endswith(DRAFT) for each in _listed(context))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def faults_of(document: Any) -> list[Fault]:
    """Every break of the standard's rules, the first so many; none where the document is sound."""
    if not isinstance(document, dict):
        return [Fault("/", "type", "须为JSON对象", "must be a JSON object")]
    try:
        errors = islice(_validator(drafted(document)).iter_errors(document), MOST_FAULTS)
        return [_fault(error, document) for error in errors]
    except ValueError:
        return [Fault("/", "depth", "嵌套过深", "is nested too deeply")]


def events_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events of a sound document, in its order."""
    body = document.get("epcisBody")
    if not isinstance(body, dict):
        return [dict(document)]
    events = body["eventList"] if "eventList" in body else body["queryResults"]["resultsBody"]["eventList"]
    return list(events)


def envelope_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """A sound document without its events: with them put back it is the same."""
    body = document.get("epcisBody")
    if not isinstance(body, dict):
        return {}
    if "eventList" in body:
        return {**document, "epcisBody": {**body, "eventList": []}}
    results = body["queryResults"]
    emptied = {**results, "resultsBody": {**results["resultsBody"], "eventList": []}}
    return {**document, "epcisBody": {**body, "queryResults": emptied}}


def document_of(envelope: Mapping[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    """The document that was captured: its envelope with the events put back."""
    if not envelope:
        return events[0]
    body = envelope["epcisBody"]
    if "eventList" in body:
        return {**envelope, "epcisBody": {**body, "eventList": events}}
    results = body["queryResults"]
    filled = {**results, "resultsBody": {**results["resultsBody"], "eventList": events}}
    return {**envelope, "epcisBody": {**body, "queryResults": filled}}


# ---- no persons in a trail

_REACHED = re.compile(r"(?:tel|sms|mailto):", re.IGNORECASE)
_MOBILE = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}")


def persons_barred(value: Any, where: str = "") -> None:
    """Refuses a document of which some value looks like a person's number or address, or bears a character that no text has."""
    for place, text in _texts(value, where):
        if not text_whole(text):
            raise DocumentUnreadable(why=f"{place.encode('ascii', 'replace').decode()}: U+0000, U+D800…U+DFFF")
        if _REACHED.match(text):
            raise PersonInTrail(where=place, what="telephone number or address", what_zh="电话号码或者邮箱")
        if ":" in text:
            continue
        if citizen_number_within(text):
            raise PersonInTrail(where=place, what="identity number", what_zh="公民身份号码")
        if _MOBILE.fullmatch(text):
            raise PersonInTrail(where=place, what="telephone number", what_zh="电话号码")


def text_whole(text: str) -> bool:
    """Whether every character is one that a text can have."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def _texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            if not text_whole(key):
                raise DocumentUnreadable(why=f"{where}: U+0000, U+D800…U+DFFF")
            yield from _texts(each, f"{where}/{key}")
    elif isinstance(value, list):
        for n, each in enumerate(value):
            yield from _texts(each, f"{where}/{n}")
    elif isinstance(value, str):
        yield where, value


# ---- what is wrong, in words

# A rule that no single property breaks: key → (zh, en).
RULES: Mapping[str, tuple[str, str]] = {
    "what": (
        "缺少货品：须有epcList，或者非空的quantityList，或者传感器数据加readPoint",
        "says of no goods: epcList, or a quantityList with something in it, or sensor data with a readPoint",
    ),
    "children": (
        "缺少被包含的货品：childEPCs或者childQuantityList须非空，action为DELETE除外",
        "holds nothing: childEPCs or childQuantityList must name something unless the action is DELETE",
    ),
    "inputs": ("没有transformationID的转化须有投入", "a transformation without transformationID needs inputs"),
    "outputs": ("没有transformationID的转化须有产出", "a transformation without transformationID needs outputs"),
    "inputs-or-outputs": ("转化须有投入或者产出", "a transformation needs inputs or outputs"),
}


def _fault(error: Any, document: Mapping[str, Any]) -> Fault:
    where, rule = "/" + "/".join(map(str, error.instance_path)), error.kind.name
    if rule == "anyOf":
        rule = _rule_at(error.schema_path[:-1], drafted(document))
        return Fault(where, rule, *RULES[rule])
    return Fault(where, rule, *_worded(rule, error))


def _rule_at(path: list[Any], draft: bool) -> str:
    """The name that the schema gives to the rule at this place of it."""
    at: Any = _schema_made(draft)
    for step in path:
        at = at[step]
    return str(at["$comment"])


def _worded(rule: str, error: Any) -> tuple[str, str]:
    told, value = error.kind.as_dict(), _value(error.instance)
    match rule:
        case "required":
            return f"缺少{told['property']}", f"{told['property']} is missing"
        case "additionalProperties":
            names = ", ".join(told["unexpected"])
            return (
                f"标准没有这些名称：{names}；扩展名称须带前缀",
                f"the standard has no {names}; a name of your own needs a prefix",
            )
        case "enum" | "const":
            options = ", ".join(map(str, told.get("options", [told.get("expected_value")])))
            return f"{value}不在可选值之内：{options}", f"{value} is none of: {options}"
        case "format":
            zh, en = {"uri": ("URI", "URI"), "date-time": ("带时区的时间", "instant with its time zone")}[
                told["format"]
            ]
            return f"{value}不是{zh}", f"{value} is no {en}"
        case "type":
            wanted = ", ".join(told["types"]) if "types" in told else str(told.get("type", ""))
            return f"{value}的类型不对，须为{wanted}", f"{value} is of the wrong type, {wanted} is needed"
        case "uniqueItems":
            return "有重复的值", "names something twice"
        case "minItems" | "minProperties":
            return "不能为空", "must not be empty"
        case _:
            return f"{value}的写法不对", f"{value} is not written as the standard has it"


def _value(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
