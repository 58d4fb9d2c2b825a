"""Schemes that counties and villages published can be written down; what they leave open stays open."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from models.points.schemes.checks import is_open, problems, warnings
from models.points.schemes.document import SchemeDocument, canonical, sha
from models.points.schemes.reading import read_scheme
from tests.points.strategies import SHIPPED, shipped

FROM_ELSEWHERE = Path(__file__).parent / "schemes"
NAMES = sorted(path.stem for path in FROM_ELSEWHERE.glob("*.json"))


def from_elsewhere(name: str) -> SchemeDocument:
    return read_scheme((FROM_ELSEWHERE / f"{name}.json").read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_each_reads_and_survives_its_canonical_text(name: str) -> None:
    document = from_elsewhere(name)
    assert document.code == name.upper()
    assert problems(document) == []
    assert read_scheme(canonical(document)) == document


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_its_source_does_not_tell(name: str) -> None:
    document = from_elsewhere(name)
    assert is_open(document)
    assert len(warnings(document)) >= len(document.open) > 0


def test_there_are_enough_of_them() -> None:
    assert {
        "hongdong",
        "huguan",
        "dongjie",
        "town2016",
        "quotas",
        "huaning",
        "tielin",
        "kaihua",
        "gaogou",
    } < set(NAMES)
    assert {"dongyang", "sharing"} < set(NAMES)


def test_known_numbers_stand_as_published() -> None:
    huguan, hongdong = from_elsewhere("huguan"), from_elsewhere("hongdong")
    assert huguan.carry_over_rate == Fraction(1, 5)
    assert [part.by_month for part in huguan.parts] == [None, "mean", None, None]
    assert hongdong.assessment is not None
    assert hongdong.assessment.min_low_ratio == Fraction(1, 10)
    assert {veto.effect for veto in hongdong.vetoes} == {"set_zero"}
    assert [band.label for band in from_elsewhere("dongjie").bands] == ["模范", "优秀", "良好", "一般"]
    assert from_elsewhere("dongjie").total.max is None
    town = from_elsewhere("town2016")
    assert town.items[1].levels == {"按时": Decimal(2), "逾期": Decimal(0)}
    assert sum(part.initial for part in from_elsewhere("sharing").parts) == 50
    assert [quota.overflow for quota in from_elsewhere("quotas").quotas] == ["down", "down", "report"]


def test_later_fields_changed_no_sha_of_a_published_document() -> None:
    assert {code: sha(shipped(code))[:16] for code in ("ZONE", "DEMO", "ATTEND")} == {
        "ZONE": "48a87510c15bcbb0",
        "DEMO": "7abdfc6a28871384",
        "ATTEND": "ddfacde514b7789d",
    }


def test_defaults_written_out_change_no_sha() -> None:
    content = json.loads((SHIPPED / "DEMO.json").read_text("utf-8"), parse_float=str)
    content |= {"open": [], "narrow": [], "procedure": [], "parent": None, "vetoes": [], "year_weights": []}
    content["parts"][0] |= {"weight": "1", "by_month": None, "open": False}
    content["quotas"][0] |= {"scope": "branch", "overflow": "down"}
    assert sha(read_scheme(json.dumps(content))) == sha(shipped("DEMO"))
