"""Every form of the console, found on its pages, sent with one thing in it spoilt."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import quote_plus

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from werkzeug.test import TestResponse

from tests.handlers.asking import FIXED, NAMED, address
from tests.handlers.routes import ROUTES
from tests.handlers.world import POSTS, WHO, World
from tests.hard.forms import Form, alerts_of, forms_of
from tests.hard.fuzz_run import Fuzzed, drawn, is_chinese
from tests.wechat.mutations import everything

VALUES = (
    "", " ", "\0", "村\0部", "\ud800", "\u202e倒", "\u200b", "１", "x" * 200_000, "2026-02-30", "0000-00-00",
    "9999-12-31", "0001-01-01", "2月30日", "25:00", "-1", "0", "1.5", "1e400", "9" * 400, str(2**31),
    str(2**63), "3999999999", "NaN", "None", "true", "' OR 1=1 --", "../../etc/passwd", "=1+1", "%00",
    "<script>alert(1)</script>", "[]", '{"a": 1}', "a\r\nSet-Cookie: b=c", "\t\t\t\n\n", "e\u0301\u0301" * 40,
)  # fmt: skip
NUL = "\0"
GENERAL = "请求的内容不对"  # what is said where nobody knows what is wrong
KINDS = ("text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary=", "")
COUNTED = {"tries"}  # what a refusal may leave behind
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Sheet:
    """One form as somebody has it before them."""

    who: str
    of: str  # the rule it goes to
    form: Form


@dataclass(frozen=True)
class Sent:
    """A form as it is sent."""

    sheet: Sheet
    fields: Fields
    files: tuple[tuple[str, bytes, str], ...] = ()
    raw: tuple[bytes, str] | None = None  # instead of fields: a body and its type
    has_nul: bool = False


def pages(world: World, roles: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Yield who opens which page about which row: each page of the table that says 200 to somebody."""
    for route, rows in ROUTES.items():
        if not route.startswith("GET /console/") or "static" in route or "ledgers/" in route:
            continue
        for row, statuses in rows.items():
            may = [who for who, status in zip(WHO, statuses.split(), strict=True) if status == "200"]
            yield from ((who, route, row) for who in may if who in roles)


def sheets(world: World, run: Fuzzed, roles: tuple[str, ...], *, all_rows: bool) -> list[Sheet]:
    """Open the pages and return their forms; of forms that are alike one for each role."""
    found: dict[tuple[str, str, tuple[str, ...]], Sheet] = {}
    opened = set[str]()
    for who, route, row in pages(world, roles):
        if not all_rows and route in opened:
            continue
        opened.add(route)
        place = address(world, route, row)
        with run.timed(f"GET {place} as {who}"), world.rolled_back():
            answer = browser(world, who).get(place)
            run.answers[route, answer.status_code] += 1
            shown = answer.text if answer.mimetype == "text/html" else ""
            for form in forms_of(shown, place):
                of = rule_of(world, form.action)
                alike = (who if all_rows else "", of, tuple(re.sub(r"\d+", "#", name) for name in form.names))
                found.setdefault(alike, Sheet(who, of, form))
            answer.close()
    return [*found.values(), *_unshown(world, {sheet.of for sheet in found.values()})]


def _unshown(world: World, shown: set[str]) -> Iterator[Sheet]:
    """Yield the forms that no page of this world shows, as the table of rights sends them."""
    for route, rows in ROUTES.items():
        method, _, rule = route.removesuffix(" draft").partition(" ")
        if method != "POST" or not rule.startswith("/console/") or rule in shown:
            continue
        who, row = next(
            (who, row)
            for row, statuses in rows.items()
            for who, status in zip(WHO, statuses.split(), strict=True)
            if who in POSTS and status in ("200", "303", "409")
        )
        sent = FIXED.get(route, {}) | (NAMED[route](world, row) if route in NAMED else {})
        form = Form(address(world, route, row), [("csrf", world.csrf[who])])
        for name, value in sent.items():
            if isinstance(value, tuple):
                form.files.append(name)
            else:
                form.fields += [(name, str(one)) for one in (value if isinstance(value, list) else [value])]
        yield Sheet(who, rule, form)


def rule_of(world: World, action: str) -> str:
    """Return the rule that a form goes to."""
    matched = world.app.url_map.bind("localhost").match(action.partition("?")[0], "POST", return_rule=True)
    return str(matched[0].rule)


def browser(world: World, who: str) -> Any:
    """Return the browser of somebody who is logged in."""
    client = world.app.test_client()
    client.set_cookie("console", world.sessions[who])
    return client


@st.composite
def spoilt(draw: DrawFn, sheet: Sheet) -> Sent:
    """Take a form as it stands, press one of its buttons, and spoil one thing or nothing."""
    form, fields = sheet.form, list(sheet.form.fields)
    fields += draw(st.lists(st.sampled_from(form.buttons), max_size=2)) if form.buttons else []
    files = tuple((name, draw(st.binary(max_size=200)), "名册.xlsx") for name in form.files)
    way = draw(st.integers(0, 11))
    if way == 0 or not form.names:
        return Sent(sheet, fields, files)
    if way == 1:
        raw = draw(st.binary(max_size=300) | st.just(_encoded(fields)))
        return Sent(sheet, fields, raw=(raw, draw(st.sampled_from(KINDS))))
    name = draw(st.sampled_from(form.names))
    value = draw(
        st.sampled_from(VALUES) | st.text(max_size=90) | st.integers().map(str) | st.dates().map(str)
    )
    if way == 2:
        return Sent(sheet, [pair for pair in fields if pair[0] != name], files)
    if way == 3:
        return Sent(
            sheet,
            [*fields, (name, value), (f"{name}[]", value), ("unknown", value)],
            files,
            has_nul=NUL in value,
        )
    others = [pair for pair in fields if pair[0] != name]
    return Sent(
        sheet, [*others, (name, value)], tuple(f for f in files if f[0] != name), has_nul=NUL in value
    )


def _encoded(fields: Fields) -> bytes:
    """Return fields as a browser writes them; half a sign as the bytes that stand for it."""
    return "&".join(
        f"{quote_plus(name.encode())}={quote_plus(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in fields
    ).encode()


def send(world: World, sent: Sent, run: Fuzzed, before: dict[str, tuple[int, int]] | None) -> None:
    """Send one form, undo what it did, and write down what is wrong with the answer."""
    sheet = sent.sheet
    how = f"POST {sheet.form.action} as {sheet.who}: {sent.raw or [(n, v[:80]) for n, v in sent.fields]!r}"
    how += f" files {[(n, f[:20]) for n, f, _ in sent.files]}" if sent.files else ""
    with run.timed(how[:400]), world.rolled_back() as connection:
        answer = _posted(world, sent)
        run.answers[sheet.of, answer.status_code] += 1
        found = list(faults(sent, answer))
        if before is not None and answer.status_code >= 400:
            with world.on(connection)() as session:
                after = everything(session)
            changed = {table for table in after if after[table] != before[table]} - COUNTED
            found += [f"refused, but changed {changed}"] if changed else []
        run.wrong += [f"{answer.status_code} {how[:1500]}: {fault}" for fault in found]
        answer.close()


def _posted(world: World, sent: Sent) -> TestResponse:
    client, place = browser(world, sent.sheet.who), sent.sheet.form.action
    body, kind = _encoded(sent.fields), "application/x-www-form-urlencoded"
    if sent.raw:
        body, kind = sent.raw
    elif sent.files:
        data: dict[str, list[Any]] = {}
        for name, value in sent.fields:
            data.setdefault(name, []).append(value.encode("utf-8", "replace").decode())
        for name, content, called in sent.files:
            data.setdefault(name, []).append((BytesIO(content), called))
        answer: TestResponse = client.post(place, data=data)
        return answer
    return client.post(place, data=body, content_type=kind)  # type: ignore[no-any-return]


def faults(sent: Sent, answer: TestResponse) -> Iterator[str]:
    """Yield what is wrong with an answer: a crash, or a refusal in words that say nothing."""
    status = answer.status_code
    if status >= 500 or status == 405:
        yield f"no answer: {answer.text[:200]}"
    elif status >= 400:
        said = alerts_of(answer.text)
        if not any(is_chinese(line) for line in said):
            yield f"no words: {said}"
        if status == 400 and GENERAL in " ".join(said):
            yield "does not say what is wrong"
    elif sent.has_nul and status == 303:
        yield "took a NUL"


def fuzz(world: World, run: Fuzzed, number: int, roles: tuple[str, ...], *, all_rows: bool) -> list[Sheet]:
    """Send about so many to every form together; return the forms."""
    found = sheets(world, run, roles, all_rows=all_rows)
    with world.rolled_back() as connection, world.on(connection)() as session:
        before = everything(session)
    run.settle()
    turn = 0
    for sheet in found:

        def act(sent: Sent) -> None:
            nonlocal turn
            turn += 1
            send(world, sent, run, before if turn % 8 == 0 else None)

        drawn(run, spoilt(sheet), max(1, number // len(found)), act)
    return found
