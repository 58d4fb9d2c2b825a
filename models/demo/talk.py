"""What the demonstration's people say of each matter, and what is decided of it (talk.txt)."""

import re
from importlib.resources import files
from typing import NamedTuple

from models.demo.places import Sort
from models.demo.themes import MATTERS


class Talk(NamedTuple):
    """The remarks on one matter and what was decided: `{x}` a spot, `{n}` few, `{m}` many."""

    remarks: tuple[str, ...]
    decided: str
    by_vote: bool


def talks() -> dict[re.Pattern[str], Talk]:
    """Return the pattern of each matter, whose group `x` is the spot -> what is said of it."""
    told: dict[re.Pattern[str], Talk] = {}
    text = files("models.demo").joinpath("talk.txt").read_text("utf-8")
    for block in re.split(r"^\[", text, flags=re.MULTILINE)[1:]:
        sort, _, lines = block.partition("]\n")
        for matter, line in zip(MATTERS[Sort(sort)], lines.splitlines(), strict=True):
            *remarks, decided = line.split("|")
            pattern = re.compile(re.escape(matter).replace(r"\{x\}", "(?P<x>.+)"))
            told[pattern] = Talk(tuple(remarks), decided.removeprefix("*"), decided.startswith("*"))
    return told
