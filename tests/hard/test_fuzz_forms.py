"""Whatever is typed into a form of the console, the answer is a page that says what is wrong."""

from tests.handlers.routes import ROUTES
from tests.handlers.world import open_world
from tests.hard.forms import forms_of
from tests.hard.fuzz_forms import fuzz
from tests.hard.fuzz_run import Fuzzed

ROLES = ("secretary", "town", "zone", "leader")


def test_whatever_is_typed_into_a_form_the_answer_says_what_is_wrong_with_it() -> None:
    run = Fuzzed()
    with open_world() as world:
        found = fuzz(world, run, 260, ROLES, all_rows=False)
    assert not run.wrong, run.shown()
    rules = {
        route.removesuffix(" draft").partition(" ")[2]
        for route in ROUTES
        if route.startswith("POST /console/")
    }
    assert rules - {sheet.of for sheet in found} == set()
    assert sum(run.succeeded(rule) for rule in rules) > run.asked // 8, run.shown()


def test_reader_of_forms_finds_what_a_browser_sends() -> None:
    [form] = forms_of(
        '<form method="post" id="f" action="/a"><input name="n" value="1"><input type="radio" name="r"'
        ' value="2"><input type="checkbox" name="c" value="3" checked>'
        '<select name="s"><option value="4"><option value="5"'
        ' selected></select><textarea name="t">六</textarea><input type="file" name="u"><button name="b"'
        ' value="7"></form><input form="f" name="o" value="8"><form method="get"><input name="x">',
        "/here",
    )
    assert form.fields == [("n", "1"), ("c", "3"), ("s", "5"), ("t", "六"), ("o", "8")]
    assert (form.files, form.buttons) == (["u"], [("r", "2"), ("b", "7")])
