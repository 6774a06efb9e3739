"""Why the lawbook does not load: each refusal names the file, the place in it, and the reason."""

from chengxin.kernel.errors import Refusal


class LawbookRefused(Refusal):
    """{file}: {place}: the lawbook does not load."""

    code = "lawbook"
    zh = "{file}：{place}：法典无法载入。"


# How an entry must be written


class FileMisplaced(LawbookRefused):
    """{file}: this file lies on no shelf. Put it as <jurisdiction>/<shelf>/<key>.yaml; the shelves are {shelves}."""

    code = "lawbook-file-misplaced"
    zh = "{file}：该文件不在任何书架上。应放在“辖区/书架/键名.yaml”，书架有：{shelves}。"


class NotYaml(LawbookRefused):
    """{file}: line {line}: this is not YAML that can be read: {detail}."""

    code = "lawbook-not-yaml"
    zh = "{file}：第{line}行：不是可读的 YAML：{detail}。"


class DuplicateKey(LawbookRefused):
    """{file}: {place}: the key {key} stands twice (line {line}); the second would silently replace the first."""

    code = "lawbook-duplicate-key"
    zh = "{file}：{place}：键 {key} 重复（第{line}行），后者会悄悄替换前者。"


class UnknownKey(LawbookRefused):
    """{file}: {place}: this key is unknown here. docs/lawbook.md lists the keys of each shelf."""

    code = "lawbook-unknown-key"
    zh = "{file}：{place}：此处没有这个键。各书架的键见 docs/lawbook.md。"


class KeyMissing(LawbookRefused):
    """{file}: {place}: this key is missing, and an entry needs it."""

    code = "lawbook-key-missing"
    zh = "{file}：{place}：缺少必需的键。"


class ValueWrong(LawbookRefused):
    """{file}: {place}: {detail}."""

    code = "lawbook-value-wrong"
    zh = "{file}：{place}：值不合规：{detail}。"


class ReferenceUnknown(LawbookRefused):
    """{file}: {place}: there is no {shelf} entry {key} in force from {day} for {jurisdiction}."""

    code = "lawbook-reference-unknown"
    zh = "{file}：{place}：在 {jurisdiction}，自 {day} 起没有 {shelf} 条目 {key}。"


class FieldUnknown(LawbookRefused):
    """{file}: {place}: the record type {record_type} has no field {field}."""

    code = "lawbook-field-unknown"
    zh = "{file}：{place}：记录类型 {record_type} 没有字段 {field}。"


class FieldUnfit(LawbookRefused):
    """{file}: {place}: the field {field} is of type {type}, and this place needs {needed}."""

    code = "lawbook-field-unfit"
    zh = "{file}：{place}：字段 {field} 的类型是 {type}，此处需要 {needed}。"


class ColumnMissing(LawbookRefused):
    """{file}: {place}: the field {field} is required, and no column, fixed value or default fills it."""

    code = "lawbook-column-missing"
    zh = "{file}：{place}：必填字段 {field} 没有列、固定值或默认值可用。"


class VersionsOverlap(LawbookRefused):
    """{file}: in_force: another version of this entry ({other}) is in force on some of the same days."""

    code = "lawbook-versions-overlap"
    zh = "{file}：in_force：该条目的另一版本（{other}）在部分相同日期也有效。"


class JurisdictionUnknown(LawbookRefused):
    """{jurisdiction} is no jurisdiction. Write cn, or cn- and the 2, 4 or 6 digits of the division, as in cn-33."""

    code = "jurisdiction-unknown"
    zh = "{jurisdiction} 不是辖区。请写 cn，或 cn- 加 2、4 或 6 位行政区划代码，如 cn-33。"


class ParameterUnset(LawbookRefused):
    """The lawbook gives no value of {key} on {day} for {jurisdiction}."""

    code = "parameter-unset"
    zh = "法典没有给出 {jurisdiction} 在 {day} 的 {key} 的值。"


# Basis


class InstrumentUnknown(LawbookRefused):
    """{file}: {place}: the instrument {instrument} is not on the instruments shelf."""

    code = "lawbook-instrument-unknown"
    zh = "{file}：{place}：文书书架上没有 {instrument}。"


class StateUnreached(LawbookRefused):
    """{file}: {place}: no steps lead from {opens}, where a case begins, to the state {state}."""

    code = "lawbook-state-unreached"
    zh = "{file}：{place}：从起始状态 {opens} 没有步骤可以到达状态 {state}。"


class StateWithoutClock(LawbookRefused):
    """{file}: {place}: in the state {state} nobody has a clock (`within`), so a case could stand there for ever."""

    code = "lawbook-state-without-clock"
    zh = "{file}：{place}：状态 {state} 没有任何时限（within），案件可能一直停在那里。"


class StateWithoutEnd(LawbookRefused):
    """{file}: {place}: the state {state} needs exactly one step `by: clock`: what holds when everybody else is late."""

    code = "lawbook-state-without-end"
    zh = "{file}：{place}：状态 {state} 须有且只有一个“by: clock”的步骤，写明各方逾期时如何处理。"


class SilenceAgainst(LawbookRefused):
    """{file}: {place}: when an authority lets its time in {state} run out, the case would end in {to} ({outcome}), against
    the subject. Silence is never to the subject's cost: let it lead to whoever is above, or to an end in the subject's favour.
    """

    code = "lawbook-silence-against"
    zh = "{file}：{place}：机关在 {state} 逾期后，案件将以 {to}（{outcome}）结束，不利于当事人。机关逾期不得由当事人承担后果：应转交上级，或者作有利于当事人的处理。"


class ArticleUnknown(LawbookRefused):
    """{file}: {place}: {instrument} has no article {article}."""

    code = "lawbook-article-unknown"
    zh = "{file}：{place}：{instrument} 没有第 {article} 条。"


class BasisNotInForce(LawbookRefused):
    """{file}: {place}: none of the instruments cited was in force on {day}, when this begins."""

    code = "lawbook-basis-not-in-force"
    zh = "{file}：{place}：所引文书在起始日 {day} 均未生效。"


class VerifiedOnUnverified(LawbookRefused):
    """{file}: {place}: this says verified, but the text of {instrument} has not been held beside it."""

    code = "lawbook-verified-on-unverified"
    zh = "{file}：{place}：标为已核对，但 {instrument} 的原文未经核对。"


# The boundary: what is never written. REQUIREMENTS "The boundary", by line.


class Boundary(LawbookRefused):
    """{file}: {place}: this lies beyond what the register may hold."""

    code = "boundary"
    zh = "{file}：{place}：超出本系统的边界。"


class PersonScored(Boundary):
    """{file}: {place}: «{found}» scores, grades or ranks a natural person. No such value is computed or imported."""

    code = "boundary-person-scored"
    basis = "《个人信息保护法》第24条"
    zh = "{file}：{place}：“{found}”对自然人评分、分级或排名。本系统不计算也不引入此类数值。"


class PointsNotPositive(Boundary):
    """{file}: {place}: «{found}». Benefit points only add up: nothing is taken off, nobody is ranked, and no level can be lost."""

    code = "boundary-points-not-positive"
    basis = "《个人信息保护法》第24条"
    zh = "{file}：{place}：“{found}”。惠民积分只加不减：不扣分，不排名，没有可以失去的等级。"


class PointsUsed(Boundary):
    """{file}: {place}: «{found}». Benefit points are the person's own and serve benefits alone: no check, record, list, measure, report,
    purpose or procedure may know them.
    """

    code = "boundary-points-used"
    basis = "《个人信息保护法》第24条"
    zh = "{file}：{place}：“{found}”。惠民积分属于本人，只用于惠民服务：核查、记录、名单、措施、报告、用途和程序都不得使用。"


class RecordWithoutTerm(Boundary):
    """{file}: {place}: a record needs a term: until a field's day, so many months, or open-ended by a named article."""

    code = "boundary-record-without-term"
    basis = "《征信业管理条例》第16条"
    zh = "{file}：{place}：记录须有期限：至某字段之日、若干个月，或依条文不定期。"


class RecordWithoutAuthority(Boundary):
    """{file}: {place}: a record needs a deciding authority and a day of decision; name the fields that hold them."""

    code = "boundary-record-without-authority"
    basis = "《行政处罚法》第59条"
    zh = "{file}：{place}：记录须有作出决定的机关和日期，请指明字段。"


class RecordWithoutDocument(Boundary):
    """{file}: {place}: a record needs the document that decided it; name the field that holds its number."""

    code = "boundary-record-without-document"
    basis = "《行政处罚法》第59条"
    zh = "{file}：{place}：记录须有据以认定的文书，请指明文号字段。"


class LeadAsRecord(Boundary):
    """{file}: {place}: {sender} decides nothing. What it finds is a lead for a person, never an adverse record."""

    code = "boundary-lead-as-record"
    basis = "《企业信息公示暂行条例》第6条、第7条"
    zh = "{file}：{place}：{sender} 无权作出决定，其发现只是供人核查的线索，不得作为不良记录。"


class MeasureWithoutStatute(Boundary):
    """{file}: {place}: a measure needs a published statute; none of {instruments} is a law, regulation or local one."""

    code = "boundary-measure-without-statute"
    basis = "《上海市社会信用条例》第32条；《浙江省公共信用信息管理条例》第28条"
    zh = "{file}：{place}：措施须以公布的法律、法规为依据；{instruments} 均不是。"


class ClassNotTheRegulators(Boundary):
    """{file}: {place}: a share of inspections rests on the regulator's own class, and {sender} may send records of {record_type}:
    only departments may.
    """

    code = "boundary-class-not-the-regulators"
    basis = "《市场主体登记管理条例》第38条"
    zh = "{file}：{place}：抽查比例只能以监管部门自己认定的类别为依据，而 {record_type} 可由 {sender} 报送；只能由主管部门报送。"


class ClassOnlyDraws(Boundary):
    """{file}: {place}: a regulator's class says how often one is inspected and nothing else: {why}."""

    code = "boundary-class-only-draws"
    basis = "《市场主体登记管理条例》第38条；《优化营商环境条例》第54条"
    zh = "{file}：{place}：监管部门认定的类别只决定抽查的比例，不得据以采取其他措施：{why_zh}。"


class PersonMeasureBarred(Boundary):
    """{file}: {place}: {kind} is no kind of measure on a natural person. The kinds are {allowed}."""

    code = "boundary-person-measure-kind"
    basis = "《个人信息保护法》第6条"
    zh = "{file}：{place}：{kind} 不是可对自然人采取的措施种类。允许的种类：{allowed}。"


class PersonUnnamed(Boundary):
    """{file}: {place}: a measure on natural persons meets only a person whom the deciding document names: say `named_in:
    deciding-document`. A firm's breach is never copied to its people.
    """

    code = "boundary-person-unnamed"
    basis = "《个人信息保护法》第6条；《行政处罚法》第59条"
    zh = "{file}：{place}：对自然人的措施只及于决定文书载明的人，须写明 named_in: deciding-document；不得把企业的失信推及其人员。"


class BreachCopied(Boundary):
    """{file}: {place}: this records a unit's breach of a person: {why}. Only a formal decision whose own document names the person may be
    recorded, of a measure of kind management-office that a statute sets: say in `carries_out` which field names that measure.
    """

    code = "boundary-breach-copied"
    basis = "《个人信息保护法》第6条；《行政处罚法》第59条"
    zh = (
        "{file}：{place}：这是把单位的失信记到个人名下：{why_zh}。只有决定文书本身载明其人、法律法规规定任职限制（management-office）的"
        "正式决定可以登记，须在 carries_out 中写明哪个字段载明该措施。"
    )


class MeasureBarred(Boundary):
    """{file}: {place}: «{found}» touches {topic}. No measure of this register may."""

    code = "boundary-measure-barred"
    basis = "《个人信息保护法》第6条"
    zh = "{file}：{place}：“{found}”涉及{topic_zh}，本系统的任何措施均不得涉及。"


class PersonsEnumerated(Boundary):
    """{file}: {place}: this would list or publish natural persons. They are never enumerated."""

    code = "boundary-persons-enumerated"
    basis = "《个人信息保护法》第25条；《山东省社会信用条例》第20条；《浙江省公共信用信息管理条例》第15条"
    zh = "{file}：{place}：此处会列举或公开自然人，自然人不得被列举。"


class SubjectDetected(Boundary):
    """{file}: {place}: a detector would look at whoever is recorded. It looks at how the register is read, and by whom."""

    code = "boundary-subject-detected"
    basis = "《个人信息保护法》第6条、第51条"
    zh = "{file}：{place}：此处会针对被记录的主体。查询审计只看查询本身和查询单位，不看被查询的主体。"


class ReaderScored(Boundary):
    """{file}: {place}: «{found}» would give readers a score or rank. A finding is a fact that a person decides about."""

    code = "boundary-reader-scored"
    basis = "《个人信息保护法》第6条、第51条"
    zh = "{file}：{place}：“{found}”会给查询单位评分或者排名。线索只是事实，由人处理。"


class RepairedReported(Boundary):
    """{file}: {place}: repaired records would be {found}. Past its term or repaired, a record is neither shown nor used: write `left-out`."""

    code = "boundary-repaired-reported"
    basis = "《信用修复管理办法》第3条"
    zh = "{file}：{place}：已修复的记录写为“{found}”。已过期限或者已修复的记录既不公示也不使用，只能写 left-out。"


class PersonsApart(Boundary):
    """{file}: {place}: {why}. Records about natural persons are types of their own: about nobody else, number and name kept in the vault alone."""

    code = "boundary-persons-apart"
    basis = "《个人信息保护法》第6条、第51条"
    zh = "{file}：{place}：{why_zh}。自然人的记录单独成类：不与组织同类，号码和姓名只存于密封库。"


class PersonClassBarred(Boundary):
    """{file}: {place}: «{found}» is nothing that is recorded of a natural person. The classes are {allowed}: a licence, a qualification, an
    honour, and a formal decision of the licensing authority, which alone may be adverse.
    """

    code = "boundary-person-class"
    basis = "《个人信息保护法》第6条"
    zh = "{file}：{place}：“{found}”不是可记录自然人的类别。允许的类别：{allowed}，即许可、资格、荣誉和许可机关的正式决定；只有决定可以是不良信息。"


class MinorRecorded(Boundary):
    """{file}: {place}: nobody under 18 is recorded ({found}); a type about natural persons says `adults_only: true`."""

    code = "boundary-under-18"
    basis = "《上海市社会信用条例》第2条；《个人信息保护法》第28条"
    zh = "{file}：{place}：不记录未满十八周岁的人（{found}）；涉及自然人的类型须写明 adults_only: true。"


class DataBarred(Boundary):
    """{file}: {place}: «{found}» is {topic}. It is never collected."""

    code = "boundary-data-barred"
    basis = "《征信业管理条例》第14条；《个人信息保护法》第28条"
    zh = "{file}：{place}：“{found}”属于{topic_zh}，不得采集。"


class BuyerNamed(Boundary):
    """{file}: {place}: «{found}» would say who a buyer is, or how one is reached. What platforms file about trades bears the platform's own
    pseudonyms (type `pseudonym`) and nothing else of a person.
    """

    code = "boundary-buyer-named"
    basis = "《个人信息保护法》第6条；《电子商务法》第25条"
    zh = "{file}：{place}：“{found}”会说出买家是谁或者如何联系。平台报送的交易资料只能有平台自己的假名（类型 pseudonym），不得有自然人的其他信息。"


class PersonalDataRelied(Boundary):
    """{file}: {place}: the field {field} holds personal data, which is read and never filed; nothing may rest on it."""

    code = "boundary-personal-data-relied-on"
    basis = "《个人信息保护法》第6条"
    zh = "{file}：{place}：字段 {field} 是个人信息，只读不存，不得以其为依据。"


class ListWithoutExit(Boundary):
    """{file}: {place}: a list needs its exit in words: how, and when, a subject comes off it."""

    code = "boundary-list-without-exit"
    basis = "《上海市社会信用条例》第25条"
    zh = "{file}：{place}：名单须写明移出条件。"


class ListWithoutGround(Boundary):
    """{file}: {place}: a list whose entries are decided here needs its `grounds` (the records on which an entry may rest) and a
    procedure of entry.
    """

    code = "boundary-list-without-ground"
    basis = "《浙江省公共信用信息管理条例》第24条；《河南省社会信用条例》第28条"
    zh = "{file}：{place}：在本系统作出列入决定的名单，须写明可据以列入的记录（grounds）和列入程序。"


class ListWithoutNotice(Boundary):
    """{file}: {place}: an adverse list is entered by a procedure in which the subject is told first (state `noticed`)."""

    code = "boundary-list-without-notice"
    basis = "《浙江省公共信用信息管理条例》第28条；《河南省社会信用条例》第28条；《行政处罚法》第44条"
    zh = "{file}：{place}：列入不利名单须经事先告知程序（含 noticed 状态）。"


class RightsMissing(Boundary):
    """{file}: an adverse record needs a way to answer it, and the lawbook has no procedure {procedure}."""

    code = "boundary-rights-missing"
    basis = "《征信业管理条例》第25条"
    zh = "{file}：不良记录须有救济途径，而法典没有程序 {procedure}。"


class PurposeBarred(Boundary):
    """{file}: {place}: «{found}» is no purpose for which anybody may ask: {topic}."""

    code = "boundary-purpose-barred"
    basis = "《个人信息保护法》第6条"
    zh = "{file}：{place}：“{found}”不得作为查询目的：{topic_zh}。"


class ConsentMissing(Boundary):
    """{file}: {place}: «{found}» is a person's own affair: only on that person's own consent (`consent: true`)."""

    code = "boundary-consent-missing"
    basis = "《个人信息保护法》第13条、第14条"
    zh = "{file}：{place}：“{found}”属个人事务，须经本人同意（consent: true）。"


class UseNotNamed(Boundary):
    """{file}: {place}: «{found}» is a person's own affair: each consent is for one named use (`once: true`)."""

    code = "boundary-use-not-named"
    basis = "《个人信息保护法》第14条、第23条"
    zh = "{file}：{place}：“{found}”属个人事务，每份同意只用于一次写明的用途（once: true）。"


class PurposeNotClosed(Boundary):
    """{file}: {place}: «{found}» touches {topic}: on the nation's shelf it stands closed (`closed: true`), for a place to open by its own
    statute, and then only on the person's own consent.
    """

    code = "boundary-purpose-not-closed"
    basis = "《上海市社会信用条例》第14条；《征信业管理条例》第14条、第18条"
    zh = "{file}：{place}：“{found}”涉及{topic_zh}，国家一级只能写为关闭（closed: true），由地方依自己的法规开放，且须经本人同意。"


class ReaderWithoutStatute(Boundary):
    """{file}: {place}: a person is read by an authority on a statute, or by whom the person allowed: {why}."""

    code = "boundary-reader-without-statute"
    basis = "《个人信息保护法》第13条、第34条"
    zh = "{file}：{place}：查询自然人，须是机关依法律法规，或者经本人同意：{why_zh}。"
