"""Scheme documents: what may be written, what is refused and where, and the text that is hashed."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from models.gatherings.gathering import GatheringKind
from models.gatherings.roll import Status
from models.points.schemes.document import Item, SchemeDocument, attendance_items, canonical, sha
from models.points.schemes.reading import read_scheme
from models.refused import Refused
from tests.points.strategies import SHIPPED, a_scheme, every_rule, shipped

Content = dict[str, Any]


def refusal(text: str | bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        read_scheme(text)
    assert refused.value.code == "scheme_invalid"
    return refused.value


def complaints(content: Content) -> dict[str, str]:
    """The refusal of this content: path -> message."""
    fields = refusal(json.dumps(content)).extra["fields"]
    return {field["path"]: field["message"] for field in fields}


def changed(path: str, value: object) -> Content:
    """ZONE as JSON content with one place replaced; `parts.0.cap` style paths, numbers kept as text."""
    content: Any = json.loads((SHIPPED / "ZONE.json").read_text("utf-8"), parse_float=str)
    *way, last = path.split(".")
    place = content
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(last) if last.isdigit() else last] = value
    return dict(content)


def test_shipped_schemes_are_all_tested() -> None:
    assert {path.stem for path in SHIPPED.glob("*.json")} == {"DEMO", "ZONE", "ATTEND"}


@pytest.mark.parametrize("code", ["DEMO", "ZONE", "ATTEND"])
def test_shipped_scheme_loads_and_survives_its_canonical_text(code: str) -> None:
    scheme = shipped(code)
    assert scheme.code == code
    assert read_scheme(canonical(scheme)) == scheme
    assert SchemeDocument.model_validate(json.loads(canonical(scheme))) == scheme


def test_numbers_are_kept_as_written() -> None:
    zone = shipped("ZONE")
    assert zone.items[2].pts == Decimal("-0.5")
    assert zone.quotas[0].max_ratio == Fraction(1, 5)
    assert zone.assessment is not None
    assert zone.assessment.max_excellent_ratio == Fraction(1, 3)


def test_text_that_means_the_same_has_the_same_sha() -> None:
    one, two = (
        a_scheme(),
        a_scheme(parts=[{"title": "履职", "code": "task", "initial": "0.00", "mode": "add"}]),
    )
    one["items"][0]["pts"], two["items"] = 1, [one["items"][0] | {"pts": "1.0", "source": "manual"}]
    assert sha(read_scheme(json.dumps(one))) == sha(read_scheme(json.dumps(two)))


def test_any_other_number_has_another_sha() -> None:
    assert sha(read_scheme(json.dumps(changed("items.0.pts", "-2.01")))) != sha(shipped("ZONE"))


def test_canonical_text_is_stable() -> None:
    assert canonical(read_scheme(json.dumps(a_scheme()))) == (
        '{"code":"SMALL","cycle":"year","items":[{"id":"help","part":"task","pts":"1","title":"帮扶"}],'
        '"parts":[{"code":"task","title":"履职"}],"rounding":{"scale":1},"title":"小办法","version":1}'
    )


def test_document_is_frozen() -> None:
    with pytest.raises(ValidationError):
        shipped("ZONE").version = 2


def test_attendance_items_follow_kind_and_status() -> None:
    zone, town = shipped("ZONE"), shipped("ATTEND")

    def found(scheme: SchemeDocument, kind: str, status: str) -> list[str]:
        return [item.id for item in attendance_items(scheme, kind, status)]

    assert found(zone, "theme_day", "absent") == ["absent_theme"]
    assert found(zone, "lecture", "absent") == ["absent_meeting"]
    assert found(zone, "theme_day", "late") == ["late"]
    assert found(zone, "theme_day", "present") == []
    assert found(town, "theme_day", "late") == ["attended"]
    assert found(town, "theme_day", "absent") == []
    assert found(town, "volunteering", "present") == []


@pytest.mark.parametrize(
    "status", ["exempt", "away", "leave", "host_branch", "unclear", "unrecorded", "observer"]
)
@pytest.mark.parametrize("kind", list(GatheringKind))
def test_not_expected_or_not_known_never_has_an_item(status: str, kind: GatheringKind) -> None:
    for scheme in (shipped("DEMO"), shipped("ZONE"), shipped("ATTEND"), every_rule()):
        assert attendance_items(scheme, kind, Status(status)) == []
    when = {"kinds": [kind], "status": [status]}
    assert "items[0].when.status[0]" in complaints(changed("items.0.when", when))


@pytest.mark.parametrize("status", ["scanned", "qr", "digits", "checked_in", "online"])
def test_how_somebody_was_recorded_is_not_a_status(status: str) -> None:
    found = complaints(changed("items.0.when", {"kinds": ["theme_day"], "status": [status]}))
    assert found == {"items[0].when.status[0]": "只能是 present、late、left_early、absent"}


@pytest.mark.parametrize("source", ["app", "login", "reading", "subscription", "location", "ATTENDANCE"])
def test_source_is_a_closed_list(source: str) -> None:
    allowed = "只能是 attendance、dues、training、volunteer、post、manual、self_declare"
    assert complaints(changed("items.4.source", source)) == {"items[4].source": allowed}


def test_python_floats_are_refused_and_written_fractions_are_not() -> None:
    with pytest.raises(ValidationError, match="浮点数"):
        Item.model_validate({"id": "help", "title": "帮扶", "part": "task", "pts": 0.5})
    written = '{"id": "help", "title": "帮扶", "part": "task", "pts": 0.1}'
    text = json.dumps(a_scheme(items=["HERE"]), ensure_ascii=False).replace('"HERE"', written)
    assert read_scheme(text).items[0].pts == Decimal("0.1")


@pytest.mark.parametrize(
    ("path", "value", "where", "message"),
    [
        ("code", "zone", "code", "大小写"),
        ("version", 0, "version", "最小是 1"),
        ("version", "1", "version", "整数"),
        ("title", "", "title", "不能为空"),
        ("title", "Zone scheme", "title", "中文"),
        ("title", "办法\n二", "title", "换行"),
        ("title", "长" * 41, "title", "最多 40 个字"),
        ("cycle", "week", "cycle", "只能是 month、quarter、half、year"),
        ("show_every", "year", "show_every", "只能是"),
        ("initial_mode", "carry", "initial_mode", "只能是 fixed、carry_over"),
        ("meeting_adjust", 2, "meeting_adjust", "最大是 1"),
        ("publicity_workdays", 0, "publicity_workdays", "最小是 1"),
        ("ranking", True, "ranking", "不认识"),
        ("parts", [], "parts", "至少要有 1 项"),
        ("parts", {}, "parts", "列表"),
        ("parts.1.code", "base", "parts[1].code", "“base”重复"),
        ("parts.1.cap", -1, "parts[1].cap", "负数"),
        ("parts.1.cap", 0.5e-9, "", "普通小数"),
        ("parts.1.floor", 21, "parts[1].cap", "上限 20 低于下限 21"),
        ("parts.0.cap", 50, "parts[0].cap", "低于起始分 60"),
        ("parts.0.floor", 61, "parts[0].floor", "高于起始分 60"),
        ("parts.2.initial", 5, "parts[2].initial", "没有起始分"),
        ("items.3.part", "nowhere", "items[3].part", "没有“nowhere”这一部分"),
        ("items.3.part", "assess", "items[3].part", "不再列项目"),
        ("items.3.id", "late", "items[3].id", "“late”重复"),
        ("items.3.title", "late dues", "items[3].title", "中文"),
        ("items.3.pts", 0, "items[3].pts", "不能是 0"),
        ("items.3.pts", "1e3", "items[3].pts", "应当是一个数"),
        ("items.3.pts", "１", "items[3].pts", "应当是一个数"),
        ("items.3.pts", True, "items[3].pts", "应当是一个数"),
        ("items.3.pts", "0.001", "items[3].pts", "最多 2 位小数"),
        ("items.3.pts", 10001, "items[3].pts", "最大是 10000"),
        ("items.4.cap", -8, "items[4].cap", "正数"),
        ("items.4.cap_per_month", 9, "items[4].cap_per_month", "高于本期上限 8"),
        ("items.4.cap_per_event", 0, "items[4].cap_per_event", "正数"),
        ("items.5.cap_per_event", 1, "items[5].cap_per_event", "没有每次上限"),
        ("items.4.unit", "once", "items[4].cap_per_month", "没有每月上限"),
        ("items.4.unit", "day", "items[4].unit", "只能是"),
        ("items.0.unit", "hour", "items[0].unit", "没有时长"),
        ("items.4.review", "yes", "items[4].review", "true 或 false"),
        ("items.6.evidence", "photo", "items[6].evidence", "只能是"),
        ("items.9.part", "task", "items[10].part", "不一致"),
        ("items.9.aggregate", "sum", "items[10].aggregate", "不一致"),
        ("items.10.pts", -3, "items[10].pts", "一加一减"),
        ("items.0.when", None, "items[0].when", "要写明活动类型"),
        ("items.5.when", {"kinds": ["study"], "status": ["late"]}, "items[5].when", "只有来源是到会"),
        ("items.0.when.kinds", [], "items[0].when.kinds", "至少要有 1 项"),
        ("items.0.when.kinds", ["party"], "items[0].when.kinds[0]", "只能是"),
        ("items.0.when.kinds", ["lecture", "lecture"], "items[0].when.kinds", "重复"),
        ("items.0.when.kinds", ["lecture"], "items[1].when", "只扣一项"),
        ("items.0.when.status", ["present"], "items[0].when.status", "到会不能扣分"),
        ("items.0.pts", 2, "items[0].when.status", "缺席不能加分"),
        ("rounding.scale", 5, "rounding.scale", "最大是 4"),
        ("rounding.mode", "half_even", "rounding.mode", "只能是 half_up"),
        ("assessment", None, "assessment", "要写明各评议等次的分"),
        ("assessment.points.qualified", 25, "assessment.points", "由高到低"),
        ("assessment.points.unqualified", -1, "assessment.points.unqualified", "负数"),
        ("assessment.points.good", 1, "assessment.points.good", "不认识"),
        ("assessment.max_excellent_ratio", "1/0", "assessment.max_excellent_ratio", "分母"),
        ("assessment.max_excellent_ratio", "4/3", "assessment.max_excellent_ratio", "不超过 1"),
        ("assessment.max_excellent_ratio", 1, "assessment.max_excellent_ratio", "文字"),
        ("assessment.max_star.qualified", 11, "assessment.max_star.qualified", "最大是 10"),
        ("total.max", 0, "total.max", "高于总分下限"),
        ("bands.1.min", 90, "bands[1].min", "低于上一档的 90"),
        ("bands.1.star", 5, "bands[1].star", "由高到低"),
        ("bands.0.star", 11, "bands[0].star", "最大是 10"),
        ("bands.0.min", 101, "bands[0].min", "没有人能达到"),
        ("bands.0.min_months", 13, "bands[0].min_months", "最大是 12"),
        ("bands.0.min_grade", "best", "bands[0].min_grade", "只能是"),
        ("quotas.0.star", 7, "quotas[0].star", "没有 7 星"),
        ("quotas.0.max_ratio", "0", "quotas[0].max_ratio", "大于 0"),
        ("quotas.0.scope", "zone", "quotas[0].scope", "只能是 branch、township"),
        ("tie_break", ["age"], "tie_break[0]", "只能是"),
        ("tie_break", ["total_raw", "total_raw"], "tie_break[1]", "重复"),
        ("exempt", ["veteran", "veteran"], "exempt[1]", "重复"),
        ("probationary", "half", "probationary", "只能是"),
    ],
)
def test_refusal_names_the_place_and_the_reason(path: str, value: object, where: str, message: str) -> None:
    found = complaints(changed(path, value))
    assert where in found
    assert message in found[where]


def test_every_fault_is_reported_at_once() -> None:
    content = changed("parts.1.cap", -1)
    content["items"][3]["part"] = "nowhere"
    content["quotas"][0]["star"] = 7
    assert set(complaints(content)) >= {"parts[1].cap", "items[3].part", "quotas[0].star"}


def test_message_counts_the_faults_and_shows_the_first() -> None:
    content = a_scheme(parts=[{"code": "task", "title": "履职", "cap": -1}])
    assert refusal(json.dumps(content)).message == "积分办法有 1 处要改：parts[0].cap：上限不能是负数。"


def test_what_is_wrong_is_not_also_called_missing() -> None:
    content = a_scheme(items=[{"id": "help", "title": "帮扶", "part": "task", "pts": "much"}])
    assert list(complaints(content)) == ["items[0].pts"]


def test_quotas_together_stay_within_the_whole() -> None:
    quotas = [{"star": 5, "max_ratio": "2/3"}, {"star": 4, "max_ratio": "1/3"}]
    assert read_scheme(json.dumps(changed("quotas", quotas))).quotas[1].star == 4
    quotas[1]["max_ratio"] = "0.34"
    assert complaints(changed("quotas", quotas)) == {"quotas": "各星级名额合计超过 100%"}


def test_unit_is_not_longer_than_the_cycle() -> None:
    item = {"id": "help", "title": "帮扶", "part": "task", "pts": 1, "unit": "quarter"}
    assert complaints(a_scheme(cycle="month", items=[item])) == {"items[0].unit": "计分单位不能长于评定周期"}


def test_months_asked_of_a_star_fit_the_cycle() -> None:
    content = a_scheme(cycle="quarter", bands=[{"star": 1, "min": 0, "min_months": 6}])
    assert complaints(content) == {"bands[0].min_months": "多于一个评定周期的月数"}


def test_grade_is_asked_only_where_there_is_an_appraisal() -> None:
    content = a_scheme(bands=[{"star": 1, "min": 0, "min_grade": "excellent"}])
    assert complaints(content) == {"bands[0].min_grade": "没有民主评议，就不能要求评议等次"}


def test_deductions_of_different_categories_may_stand_side_by_side() -> None:
    when = {"kinds": ["lecture"], "status": ["absent"]}
    item = {"title": "缺课", "part": "task", "pts": -1, "source": "attendance", "when": when}

    def scheme(first: Content, second: Content) -> Content:
        return a_scheme(items=[item | {"id": "one"} | first, item | {"id": "two"} | second])

    cadre, resident = {"applies_to": ["cadre"]}, {"applies_to": ["resident"]}
    assert len(read_scheme(json.dumps(scheme(cadre, resident))).items) == 2
    for pair in ((cadre, cadre), (cadre, {}), ({}, cadre)):
        assert list(complaints(scheme(*pair))) == ["items[1].when"]
