"""Whatever the server refuses, the phone has words for it, and no words for what nobody is ever refused."""

import ast
import json
import re
import subprocess

import pytest

from tests.mini_program.branch.phone_codes import phone_codes, reached, refused, views
from tests.node import ROOT, node

WORDS = ROOT / "miniprogram" / "words.js"


def words() -> dict[str, object]:
    """Return what the mini-program says of errors, by their codes."""
    script = f"process.stdout.write(JSON.stringify(require({json.dumps(str(WORDS))}).errors))"
    run = subprocess.run([node(), "-e", script], capture_output=True, text=True, check=True)
    told: dict[str, object] = json.loads(run.stdout)
    return told


@pytest.mark.node
def test_phone_has_words_for_every_code_it_can_get_and_for_no_other() -> None:
    assert sorted(words()) == sorted(phone_codes())


def test_way_begins_at_every_view_of_the_mini_program() -> None:
    written = [
        line
        for file in (ROOT / "handlers" / "mini_program").rglob("*.py")
        for line in re.findall(r"(?m)^@api\.(?:get|post|delete|\w+_request)\b", file.read_text("utf-8"))
    ]
    assert len(list(views())) == len(written) > 40


def test_way_goes_through_decorators_callbacks_and_two_rooms() -> None:
    codes = {code: place.module for place, node in reached().items() for code in refused(node)}
    assert codes["branch_code_needed"] == "handlers.identity"
    assert codes["code_expired"] == "models.gatherings.check_in"
    # What the console alone says is not on it, and what no phone can write breaks nothing there.
    assert phone_codes().isdisjoint({"csrf", "login_wrong", "login_taken", "password_weak", "busy"})


def test_refusal_without_a_code_of_its_own_is_found() -> None:
    with pytest.raises(AssertionError, match="without a code"):
        list(refused(ast.parse("raise Refused(code, message)")))
    assert list(refused(ast.parse("raise Refused('a' if late else 'b', words)"))) == ["a", "b"]
