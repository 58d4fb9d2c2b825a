"""What a scheme's author is told: contradictions by path and reason, and what only wants a look."""

import json
from time import monotonic
from typing import Any

import pytest

from models.points.schemes.checks import warnings
from models.points.schemes.document import SchemeDocument
from models.points.schemes.narrowing import narrowing_problems
from models.points.schemes.reading import read_scheme
from tests.points.strategies import a_scheme, shipped
from tests.points.test_scheme_document import Content, changed, complaints, refusal

TASK: Content = {"code": "task", "title": "履职"}
BASE: Content = {"code": "base", "title": "基础分", "initial": 20}
HELP: Content = {"id": "help", "title": "帮扶", "part": "task", "pts": 1}
ASSESS: Content = {"code": "assess", "title": "民主评议"}
GRADES: Content = {"excellent": 20, "qualified": 15, "basically_qualified": 10, "unqualified": 0}
VETO: Content = {"id": "vice", "title": "涉黄赌毒", "effect": "set_zero"}
CARRIED: Content = {
    "cycle": "quarter", "initial_mode": "carry_over", "carry_over_rate": "0.20", "parts": [BASE, TASK],
}  # fmt: skip


def read(**changes: Any) -> SchemeDocument:
    return read_scheme(json.dumps(a_scheme(**changes)))


def task(**rules: Any) -> Content:
    """A scheme whose one part has these rules."""
    return {"parts": [TASK | rules]}


def help_(**rules: Any) -> Content:
    """A scheme whose one item has these rules."""
    return {"items": [HELP | rules]}


def appraised(**rules: Any) -> Content:
    """A scheme with an appraisal of these rules."""
    return {"parts": [TASK, ASSESS], "assessment": {"points": GRADES} | rules}


@pytest.mark.parametrize(
    ("changes", "where", "message"),
    [
        (task(weight="0"), "parts[0].weight", "大于 0"),
        (task(by_category={"cadre": {"cap": -1}}), "parts[0].by_category.cadre.cap", "负数"),
        (task(by_category={"cadre": {}}), "parts[0].by_category.cadre", "起始分或上限"),
        (task(by_category={"cadre": {"initial": 5, "cap": 4}}), "parts[0].by_category.cadre.cap", "起始分 5"),
        (task(floor=0, by_category={"old": {"initial": -1}}), "parts[0].by_category.old.initial", "低于下限"),
        (task(by_category={"Cadre": {"cap": 1}}), "parts[0].by_category.Cadre", "代码"),
        (task(by_month="mean") | help_(unit="quarter"), "items[0].unit", "按月计"),
        (task(by_month="mean") | help_(unit="once"), "items[0].unit", "按月计"),
        (task(by_month="sum") | help_(aggregate="max"), "items[0].aggregate", "逐次相加"),
        (task(by_month="sum") | help_(cap=3), "items[0].cap", "每月上限"),
        (task(cap=5) | help_(cap=3), "parts[0].cap", "最多 3 分，达不到上限 5"),
        (task(cap=13) | help_(unit="month"), "parts[0].cap", "最多 12 分"),
        (task(cap=5) | help_(unit="quarter"), "parts[0].cap", "最多 4 分"),
        (task(cap=2) | help_(unit="once"), "parts[0].cap", "最多 1 分"),
        (task(cap=13) | help_(cap_per_month=1), "parts[0].cap", "最多 12 分"),
        (task(cap=3, by_month="mean") | help_(cap_per_month=2), "parts[0].cap", "最多 2 分"),
        (task(cap=3) | help_(aggregate="max", cap_per_event=2), "parts[0].cap", "最多 2 分"),
        (task(cap=9, initial=2) | help_(pts=0, levels={"按时": 6, "逾期": 0}, unit="once"), "parts[0].cap",
         "最多 8 分"),
        (help_(levels={"按时": 2}), "items[0].pts", "不再写分值"),
        (help_(pts=0, levels={"按时": 0}), "items[0].levels", "至少有一种"),
        (help_(pts=0, levels={"on_time": 2}), "items[0].levels.on_time", "中文"),
        (help_(pts=0, levels={}), "items[0].levels", "至少要有 1 项"),
        (help_(pts=0, levels={"按时": 2}, unit="hour"), "items[0].unit", "没有时长"),
        (help_(unit="hour", source="dues"), "items[0].unit", "没有时长"),
        (help_(unit="hour", source="post"), "items[0].unit", "没有时长"),
        ({"items": []}, "items", "至少要有 1 项"),
        (appraised(weights={"self": "1/3", "mass": "1/3"}), "assessment.weights", "合计应当是 1"),
        (appraised(weights={"boss": "1"}), "assessment.weights.boss", "只能是 self、mutual、mass"),
        (appraised(max_excellent_ratio="2/3", min_low_ratio="1/2"), "assessment.min_low_ratio", "100%"),
        ({"parts": [TASK, ASSESS], "assessment": {}}, "assessment.points", "写明"),
        (appraised() | {"grade_source": "annual_appraisal", "cycle": "quarter"}, "grade_source", "每年一次"),
        ({"grade_source": "cycle_meeting"}, "grade_source", "没有民主评议"),
        ({"parts": [TASK, ASSESS | {"cap": 21}], "assessment": {"points": GRADES}},
         "parts[1].cap", "只有 20"),
        ({"parts": [TASK, ASSESS | {"by_month": "mean"}], "assessment": {"points": GRADES}},
         "parts[1].by_month", "每期计一次"),
        ({"vetoes": [VETO, VETO]}, "vetoes[1].id", "重复"),
        ({"vetoes": [VETO | {"effect": "max_star"}]}, "vetoes[0].max_star", "最高可评几星"),
        ({"vetoes": [VETO | {"max_star": 2}]}, "vetoes[0].max_star", "只有作用是"),
        ({"vetoes": [VETO | {"effect": "expel"}]}, "vetoes[0].effect", "只能是 set_zero、max_star"),
        ({"bands": [{"star": 1, "min": 0, "no_veto": True}]}, "bands[0].no_veto", "没有一票否决"),
        ({"bands": [{"star": 5, "min": 90}, {"star": 2, "min": 80}]}, "bands[1].star", "之间缺 4 星、3 星"),
        ({"bands": [{"star": 1, "min": 0, "label": "ten stars"}]}, "bands[0].label", "中文"),
        ({"bands": [{"star": 2, "min": 9}, {"star": 1, "min": 0}],
          "quotas": [{"star": 1, "max_ratio": "1/9"}]}, "quotas[0].overflow", "没有更低的一档"),
        ({"quotas": [{"star": 5, "max_ratio": "1/9"}]}, "quotas[0].star", "没有 5 星"),
        ({"aggregate_up": "sum"}, "aggregate_up", "不用再合计"),
        ({"cycle": "half", "aggregate_up": "sum"}, "year_bands", "另写全年的星级分档"),
        ({"cycle": "half", "year_bands": [{"star": 1, "min": 0}]}, "year_bands", "怎样合计"),
        ({"cycle": "half", "aggregate_up": "mean",
          "year_bands": [{"star": 3, "min": 9}, {"star": 1, "min": 0}]},
         "year_bands[1].star", "缺 2 星"),
        ({"cycle": "half", "aggregate_up": "weighted", "year_weights": ["1"]}, "year_weights", "写 2 个"),
        ({"cycle": "half", "aggregate_up": "weighted", "year_weights": ["0.5", "0.4"]},
         "year_weights", "是 1"),
        ({"cycle": "half", "aggregate_up": "mean", "year_weights": ["0.5", "0.5"]}, "year_weights", "权重"),
        (CARRIED | {"cycle": "year"}, "initial_mode", "没有上一期"),
        (CARRIED | {"carry_over_rate": None}, "carry_over_rate", "多少结转"),
        (CARRIED | {"initial_mode": "fixed"}, "carry_over_rate", "只有结转"),
        (CARRIED | {"parts": [TASK]}, "initial_mode", "现在有 0 个"),
        (CARRIED | {"parts": [BASE, TASK | {"by_category": {"cadre": {"initial": 1}}}]}, "initial_mode",
         "现在有 2 个"),
        ({"procedure": [{"step": "archive"}, {"step": "publicity"}]}, "procedure[1].step", "先后应当是"),
        ({"procedure": [{"step": "publicity"}, {"step": "publicity"}]}, "procedure[1].step", "不重复"),
        ({"procedure": [{"step": "publicity", "quorum": {"share": "3/2"}}]},
         "procedure[0].quorum.share", "不超过 1"),
        ({"narrow": ["items.help.pts"]}, "narrow[0]", "只能是"),
        ({"narrow": ["items.other.cap"]}, "narrow[0]", "没有这个项目"),
        ({"narrow": ["quotas.5.max_ratio"]}, "narrow[0]", "没有这个项目"),
        ({"narrow": ["parts.task.cap", "parts.task.cap"]}, "narrow[1]", "重复"),
        ({"parent": {"code": "SMALL", "version": 1}}, "code", "自己的代码"),
        ({"parent": {"code": "ZONE", "version": 1}, "narrow": ["parts.task.cap"]}, "narrow", "不能再让下级"),
        ({"basis": "据" * 201}, "basis", "最多 200 个字"),
        ({"open": ["缺"] * 51}, "open", "最多 50 项"),
    ],
)  # fmt: skip
def test_contradiction_is_refused_with_place_and_reason(changes: Content, where: str, message: str) -> None:
    found = complaints(a_scheme(**changes))
    assert where in found, found
    assert message in found[where]


def test_cap_of_awards_that_count_the_largest_only_wants_a_look() -> None:
    award = HELP | {"aggregate": "max", "group": "award", "pts": 5}
    document = read(parts=[TASK | {"cap": 8}], items=[award, award | {"id": "town", "pts": 3}])
    assert warnings(document) == [("parts[0].cap", "起始分和项目通常合计最多 5 分，可能达不到上限 8")]
    assert warnings(read(parts=[TASK | {"cap": 8}])) == []


def test_shipped_schemes_want_no_look() -> None:
    assert [warnings(shipped(code)) for code in ("ZONE", "DEMO", "ATTEND")] == [[], [], []]


def test_another_cycle_than_the_version_before_wants_a_look() -> None:
    before, after = shipped("DEMO"), shipped("DEMO").model_copy(update={"version": 2, "cycle": "year"})
    (warning,) = warnings(after, before)
    assert warning.path == "cycle"
    assert warning.message == "第 1 版每季度评定，这一版每年评定；各项上限按一期算，请逐项核对"
    assert warnings(before, before) == []


def test_rating_without_publicity_wants_a_look() -> None:
    document = read(procedure=[{"step": "assembly_appraisal"}, {"step": "archive"}])
    assert [one.path for one in warnings(document)] == ["procedure"]


def test_what_is_open_is_named_each() -> None:
    document = read(open=["总分怎样对应星级没有说明"], parts=[TASK | {"open": True}], items=[])
    assert [one.path for one in warnings(document)] == ["open[0]", "parts[0].open"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (json.dumps(a_scheme(items=[{"pts": 1, "cap": -1}] * 10_000)), "items：最多 500 项，现在有 10000 项"),
        (json.dumps(a_scheme(items=[{}] * 10_000)), "items：最多 500 项，现在有 10000 项"),
        (json.dumps(a_scheme(items=[HELP | {f"k{n}": 1 for n in range(600)}])), "items[0]：最多 500 项"),
        ("[" * 50_000, "层次太深"),
        ("[" * 100 + "]" * 100, "层次太深"),
        (json.dumps({"code": "长" * 490_000}), "文件太大"),
    ],
)
def test_too_much_is_one_clear_error_at_once(text: str, message: str) -> None:
    start = monotonic()
    refused = refusal(text)
    assert monotonic() - start < 2
    assert len(refused.extra["fields"]) == 1
    assert message in refused.message


def test_many_faults_are_counted_and_the_first_hundred_told() -> None:
    content = a_scheme(items=[{"id": f"i{n}", "title": "帮扶", "part": "task", "pts": 0} for n in range(400)])
    refused = refusal(json.dumps(content))
    assert "有 400 处要改" in refused.message
    assert len(refused.extra["fields"]) == 100


def narrowed(**changes: Any) -> list[tuple[str, str]]:
    """What is said of ZONE's narrowed copy with these changes: path -> reason."""
    zone = changed(
        "narrow", ["items.volunteer.cap", "parts.bonus.cap", "parts.base.floor", "quotas.5.max_ratio"]
    )
    own = json.loads(json.dumps(zone)) | {"code": "TOWN", "parent": {"code": "ZONE", "version": 1}}
    del own["narrow"]
    for path, value in changes.items():
        *way, last = path.split("__")
        place: Any = own
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        place[last] = value
    found = narrowing_problems(read_scheme(json.dumps(own)), read_scheme(json.dumps(zone)))
    return [(one.path, one.message) for one in found]


def test_narrower_where_the_parent_lets_it_is_fine() -> None:
    assert narrowed() == []
    assert narrowed(items__4__cap=6, parts__3__cap=5, quotas__0__max_ratio="0.10", basis="镇党委文件") == []
    assert narrowed(title="解放镇积分办法", version=3) == []


@pytest.mark.parametrize(
    ("place", "value", "path", "message"),
    [
        ("items__4__cap", 9, "items[4].cap", "只能比上级办法的 8 更低"),
        ("items__4__cap", None, "items[4].cap", "只能比上级办法的 8 更低"),
        ("parts__0__floor", 10, "parts[0].floor", "只能比上级办法的 0 更低"),
        ("quotas__0__max_ratio", "0.30", "quotas[0].max_ratio", "只能比上级办法的 1/5 更低"),
        ("items__4__cap_per_month", 1, "items[4].cap_per_month", "没有让下级调整"),
        ("items__0__pts", -1, "items[0].pts", "没有让下级调整"),
        ("parts__1__cap", 18, "parts[1].cap", "没有让下级调整"),
        ("bands__1__min", 85, "bands", "与上级办法一致"),
        ("probationary", "rate", "probationary", "与上级办法一致"),
        ("publicity_workdays", 3, "publicity_workdays", "与上级办法一致"),
        ("contact", "镇党委", "contact", "与上级办法一致"),
    ],
)
def test_elsewhere_or_upwards_is_refused(place: str, value: object, path: str, message: str) -> None:
    ((where, why),) = narrowed(**{place: value})
    assert where == path
    assert message in why


def test_items_of_a_narrowed_scheme_are_those_of_its_parent() -> None:
    items = changed("narrow", [])["items"]
    (found,) = narrowed(items=items[1:])
    assert found == ("items", "各条和先后应当与上级办法一致")
