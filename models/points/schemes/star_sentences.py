"""Stars, quotas, vetoes and steps of a scheme as sentences."""

from collections.abc import Iterator
from fractions import Fraction

from models.points.exact import show
from models.points.grade_words import GRADE_WORDS, star_words
from models.points.schemes.document import SchemeDocument
from models.points.schemes.procedure import LIGHT_PROCEDURE, Quorum, Step
from models.points.schemes.stars import Band, Quota, Veto, YearBand

TIE_WORDS = {
    "total_raw": "封顶和取舍前的总分",
    "base_subtotal": "基础分",
    "assessment_votes": "评议优秀票数",
    "meeting_decision": "党员大会决定",
}
STEP_WORDS = {
    "self_declare": "党员自报",
    "group_review": "小组评议",
    "committee_review": "支部委员会审核",
    "assembly_appraisal": "党员大会评议",
    "publicity": "公示",
    "upper_review": "报上级党委审核",
    "archive": "归档",
}
BODY_WORDS = {
    "points_group": "积分小组",
    "committee": "支部委员会",
    "assembly": "党员大会",
    "party_committee": "乡镇党委",
}
# Steps whose name says already who takes them.
ITSELF = {
    ("committee_review", "committee"),
    ("assembly_appraisal", "assembly"),
    ("upper_review", "party_committee"),
}
PLACE_WORDS = {"cap": "上限", "cap_per_month": "每月上限", "cap_per_event": "每次上限", "floor": "下限"}


def star_sections(document: SchemeDocument) -> Iterator[tuple[str, Iterator[str]]]:
    """Yield heading and sentences of all that follows the total."""
    yield "星级", (_band_words(document, band) for band in document.bands)
    yield "全年星级", (_band_words(document, band) for band in document.year_bands)
    yield "名额", _quotas(document)
    yield "一票否决", (_veto_words(veto) for veto in document.vetoes)
    yield "步骤", _steps(document)
    yield "下级可以调低的地方", _narrow(document)
    yield "依据", iter([document.basis] if document.basis else [])
    yield "还没有写明的", iter(document.open)


def ratio_words(ratio: Fraction) -> str:
    """Say a share: 20%, 1/3."""
    percent = ratio * 100
    return f"{percent.numerator}%" if percent.denominator == 1 else str(ratio)


def _band_words(document: SchemeDocument, band: YearBand) -> str:
    words = [f"{show(band.min)} 分及以上"]
    if isinstance(band, Band):
        if band.min_grade is not None:
            best = band.min_grade == "excellent"
            words.append(f"评议为{GRADE_WORDS[band.min_grade]}{'' if best else '及以上'}")
        if band.min_months is not None:
            words.append(f"在册满 {band.min_months} 个月")
        if band.no_veto:
            words.append("没有一票否决的情形")
    return f"{star_words(document, band.star)}：{'，'.join(words)}。"


def _quotas(document: SchemeDocument) -> Iterator[str]:
    for quota in document.quotas:
        yield _quota_words(document, quota)
    if document.quotas and document.tie_break:
        yield f"总分相同的，依次比较{'、'.join(TIE_WORDS[key] for key in document.tie_break)}。"
    if document.meeting_adjust:
        yield "党员大会可以上调或下调一星，并记明理由。"


def _quota_words(document: SchemeDocument, quota: Quota) -> str:
    where = "支部" if quota.scope == "branch" else "全乡镇"
    base = "参评党员" if quota.base == "rated" else "全体党员"
    share = ratio_words(quota.max_ratio)
    words = f"{star_words(document, quota.star)}不超过{where}{base}的 {share}，不足一人的舍去"
    if quota.min_one:
        words += "，但至少一人"
    over = "排不上的参加低一星的评定" if quota.overflow == "down" else "超出的只作提示"
    return f"{words}；{over}。"


def _veto_words(veto: Veto) -> str:
    effect = {
        "set_zero": "总分记 0 分",
        "max_star": f"最高评 {veto.max_star} 星" if veto.max_star else "不评星",
        "not_rated": "只公布总分，不评星",
        "manual": "由党员大会决定怎样处理",
    }[veto.effect]
    words = f"{veto.title}：凭处理文件，{effect}"
    if veto.valid_cycles > 1:
        words += f"，共 {veto.valid_cycles} 期有效"
    return f"{words}{f'，依据：{veto.legal_basis}' if veto.legal_basis else ''}。"


def _steps(document: SchemeDocument) -> Iterator[str]:
    for step in document.procedure or LIGHT_PROCEDURE:
        yield f"{_step_words(document, step)}。"
    if document.contact is not None:
        yield f"有异议的，请向{document.contact}反映。"


def _step_words(document: SchemeDocument, step: Step) -> str:
    words = [STEP_WORDS[step.step]]
    if step.body is not None and (step.step, step.body) not in ITSELF:
        words.append(f"由{BODY_WORDS[step.body]}办理")
    if step.step == "publicity":
        words[0] += f" {document.publicity_workdays} 个工作日"
    elif step.due_workdays is not None:
        words.append(f"{step.due_workdays} 个工作日内办完")
    if step.quorum is not None:
        words.append(_quorum_words(step.quorum))
    return "，".join(words)


def _quorum_words(quorum: Quorum) -> str:
    base = "应到党员" if quorum.base == "expected" else "正式党员"
    return f"到会{'超过' if quorum.more_than else '不少于'}{base}的 {quorum.share}"


def place_words(document: SchemeDocument, path: str) -> str:
    """Say a place that may be narrowed: 志愿服务的上限, 5 星的名额比例."""
    kind, name, field = path.split(".")
    if kind == "quotas":
        return f"{star_words(document, int(name))}的名额比例"
    titles = {item.id: item.title for item in document.items}
    if kind == "parts":
        titles = {part.code: part.title for part in document.parts}
    return f"{titles[name]}的{PLACE_WORDS[field]}"


def _narrow(document: SchemeDocument) -> Iterator[str]:
    for path in document.narrow:
        yield f"{place_words(document, path)}。"
    if document.parent is not None:
        yield f"本办法按 {document.parent.code} 第 {document.parent.version} 版调整。"
