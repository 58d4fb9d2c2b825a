"""Ties are told apart by the star's own name, also where a town's name of one star ends like another's."""

from types import SimpleNamespace
from typing import Any, cast

from handlers.console.ratings.rows import Row
from handlers.console.ratings.ties import ties_among
from tests.points.rated import DEMO, changed_demo


def tied(why: str) -> Row:
    """A row of the results with nothing but the reason for which its star is open."""
    row = SimpleNamespace(star_final=None, said=lambda *codes: [why] if "meeting" in codes else [])
    return cast(Row, cast(Any, row))


def test_star_called_like_the_end_of_another_is_not_taken_for_it() -> None:
    bands = [band.model_dump(mode="json", exclude_defaults=True) for band in DEMO.bands]
    bands[0]["label"], bands[1]["label"] = "特别优秀", "优秀"
    quotas = [{"star": 5, "max_ratio": "0.20"}, {"star": 4, "max_ratio": "0.20"}]
    document = changed_demo(bands=bands, quotas=quotas)
    rows = [tied("特别优秀名额 1 个，条件相同的同志有 2 位，请会议评定")] * 2
    [tie] = ties_among(document, rows)
    assert (tie.star, tie.left) == (5, 1)
    raised = "会议提出上调一级；特别优秀空余名额不够，请会议评定"
    assert [one.star for one in ties_among(document, [tied(raised)] * 2)] == [5]
