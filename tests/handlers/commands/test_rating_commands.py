"""A rating reckoned again at the command line, and the page that says how to write the facts."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from handlers.command_line import commands
from models.points.facts import Entry, Facts, MemberFacts

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "models" / "points" / "schemes" / "DEMO.json"
PAGE = (ROOT / "docs" / "积分核算文件.md").read_text("utf-8")
EXAMPLE = PAGE.partition("```json\n")[2].partition("```")[0]


def explained(scheme: Path, facts: Path) -> Result:
    """Run the command without any database."""
    return CliRunner().invoke(commands, ["rating", "explain", str(scheme), str(facts)])


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    file = tmp_path / "核算.json"
    file.write_text(EXAMPLE, "utf-8")
    return file


def test_example_of_the_page_comes_to_what_the_page_says(facts: Path) -> None:
    done = explained(DEMO, facts)
    assert (done.exit_code, done.stderr) == (0, "")
    found = [
        [
            str(one["member_id"]),
            one["total"] or "不参评",
            str(one["star_final"] or "无"),
            "。".join(reason["text"] for reason in one["reasons"]),
        ]
        for one in json.loads(done.stdout)["members"]
    ]
    rows = re.findall(
        r"^\| (\d+) \| (.+) \| (.+) \| (.+) \|$", PAGE.partition("算出来应当是")[2], re.MULTILINE
    )
    assert found == [list(row) for row in rows]


def test_every_number_on_the_way_is_told(facts: Path) -> None:
    content = json.loads(explained(DEMO, facts).stdout)
    assert content["excellent"] == [{"branch": 1, "full_members": 3, "excellent": 0, "allowed": 1}]
    assert content["seats"] == [{"star": 5, "branch": 1, "rated": 2, "all": 4, "seats": 0, "given": 0}]
    assert re.fullmatch("[0-9a-f]{64}", content["results_sha"])
    one = content["members"][0]
    task = one["parts"][1]
    assert task["items"][0] == {
        "titles": ["志愿服务"],
        "times": "8",
        "uncapped": "8",
        "counted": "6",
        "highest_of_several": False,
    }
    assert task["stretches"] == [{"month": None, "initial": "0", "sum": "15", "ceiling": "20", "held": "15"}]
    assert (task["exact"], one["total_raw"], one["total"]) == ("15", "90", "90")
    assert {"id": 4, "item": "volunteer", "part": "task", "points": "8", "counted": "6",
            "why": "按上限 6，这一条计 6 分"} in one["entries"]  # fmt: skip


def test_numbers_without_an_end_are_told_as_fractions(tmp_path: Path, facts: Path) -> None:
    scheme = json.loads(DEMO.read_text("utf-8"))
    scheme["parts"][0]["weight"] = "1/3"
    file = tmp_path / "办法.json"
    file.write_text(json.dumps(scheme), "utf-8")
    base = json.loads(explained(file, facts).stdout)["members"][0]["parts"][0]
    assert (base["exact"], base["factor"], base["subtotal"]) == ("55/3", "1/3", "18.333333")


def test_the_same_files_print_the_same_bytes(facts: Path) -> None:
    assert explained(DEMO, facts).stdout_bytes == explained(DEMO, facts).stdout_bytes


def test_faults_of_either_file_are_named_place_by_place(tmp_path: Path, facts: Path) -> None:
    content = json.loads(EXAMPLE)
    content["members"][1]["grade"] = "best"
    content["members"][0]["entries"][0]["quantity"] = 0
    facts.write_text(json.dumps(content), "utf-8")
    done = explained(DEMO, facts)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "members[0].entries[0].quantity：数量应当大于 0\n" in done.stderr
    assert "members[1].grade：只能是" in done.stderr
    assert done.stderr.endswith("要改，共 2 处。\n")
    bad = tmp_path / "坏.json"
    bad.write_text("{", "utf-8")
    assert explained(bad, facts).exit_code == 1


def test_veto_without_its_document_is_told(facts: Path, tmp_path: Path) -> None:
    scheme = json.loads(DEMO.read_text("utf-8"))
    scheme["vetoes"] = [{"id": "law", "title": "违纪违法", "effect": "set_zero"}]
    file = tmp_path / "办法.json"
    file.write_text(json.dumps(scheme), "utf-8")
    content = json.loads(EXAMPLE)
    content["members"][0]["vetoes"] = [{"id": "law", "cycle": "2026Q4", "document": ""}]
    facts.write_text(json.dumps(content), "utf-8")
    done = explained(file, facts)
    assert (done.exit_code, done.stderr) == (1, "一票否决要有文件依据，请先登记文件号，再核算。\n")


def test_page_names_every_field_and_no_other() -> None:
    section = PAGE.partition("## 核算文件的格式")[2].partition("## 完整的例子")[0]
    named = {
        name
        for row in re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert named == {field.name for kind in (Facts, MemberFacts, Entry) for field in fields(kind)}


def test_quantity_of_what_counts_once_a_month_is_one(facts: Path) -> None:
    content = json.loads(EXAMPLE)
    entries = content["members"][0]["entries"]
    place = next(at for at, entry in enumerate(entries) if entry["item"] == "post_duty")
    entries[place]["quantity"] = 3
    facts.write_text(json.dumps(content), "utf-8")
    done = explained(DEMO, facts)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"members[0].entries[{place}].quantity" in done.stderr
    assert "“设岗定责”按月、按季度或一次性计，数量写 1" in done.stderr
