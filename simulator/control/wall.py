"""The wall of phones: what the page shows of one account, each part sent only where it changed.

A poll names the marks of what the page already has in `have`; what still has that mark is left out.
"""

import heapq
import itertools
import re
import zlib
from collections.abc import Iterator
from typing import Any, get_args

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from simulator.accounts import Account
from simulator.control.administrator import shown_send
from simulator.control.articles import shown_library
from simulator.control.bodies import refuse
from simulator.control.console import shown_quota
from simulator.control.orders import shown_follower, shown_grants, shown_ledger, shown_message, shown_row
from simulator.edge import masked
from simulator.families import ENDPOINTS
from simulator.faults import SECONDS, Kind
from simulator.library import MassSend
from simulator.state import ChatRow, Follower, LogRow, Message, State, iso

PHONES = 24
ROWS = 30
CALLS = 60
SENDS = 5
SUMMARY = 240
ERRCODE = re.compile(r'"errcode"\s*:\s*(-?\d+)')
OPENID = re.compile(r'"(?:touser|openid)"\s*:\s*"([^"]{1,64})"')
SECRET = {"secret", "token", "aes_key", "templates", "subscribe_templates"}


def wall_blueprint(state: State) -> Blueprint:
    """Build the routes that the page reads."""
    walls = Blueprint("wall", __name__, url_prefix="/_sim")

    @walls.get("/wall")
    def wall() -> ResponseReturnValue:
        have = frozenset(request.args.get("have", "").split(","))
        with state.lock:
            shown = _wall(state, request.args.get("appid"), have)
            if "after" in request.args:
                shown["log"] = _calls(state, request.args.get("after", 0, type=int))
        return jsonify(shown)

    @walls.get("/log/<int:number>")
    def call(number: int) -> ResponseReturnValue:
        with state.lock:
            found = next((row for row in reversed(state.log) if row.number == number), None)
        if found is None:
            refuse(404, "unknown_call", f"no call {number} in the log")
        return jsonify(shown_row(found))

    return walls


def _wall(state: State, appid: str | None, have: frozenset[str]) -> dict[str, Any]:
    if appid not in state.accounts:
        appid = next(iter(state.accounts), "")
    people = [person for (owner, _), person in state.followers.items() if owner == appid]
    found = _found(people, request.args.get("q", "").strip())
    menu = state.menus.get(appid)
    parts: dict[str, Any] = {
        "accounts": [_shown_account(one) for one in state.accounts.values()],
        "menu": menu.buttons if menu else [],
        "library": shown_library(state, appid),
        "faults": [fault.json() for fault in state.faults],
        "ledger": shown_ledger(state),
        "quota": shown_quota(state, appid) if appid else {"items": []},
        "sends": [shown_send(one) for one in _last_sends(state, appid)],
        "kinds": {"kinds": get_args(Kind), "seconds": SECONDS, "paths": [*ENDPOINTS]},
    }
    marks = {name: _mark(appid, name, part) for name, part in parts.items()}
    first = _first(people, found, request.args.get("focus", ""))
    return {
        "generation": state.generation,
        "appid": appid or None,
        "total": len(people),
        "found": len(found),
        "now": iso(state.now()),
        "offset_seconds": state.offset,
        "marks": marks,
        **{name: part for name, part in parts.items() if marks[name] not in have},
        "phones": [_phone(state, appid, person, have) for person in first],
    }


def _last_sends(state: State, appid: str) -> list[MassSend]:
    return [*state.library(appid).mass_sends.values()][: -SENDS - 1 : -1]


def _found(people: list[Follower], wanted: str) -> list[Follower]:
    if not wanted:
        return people
    return [one for one in people if wanted in one.name or wanted in one.openid]


def _first(people: list[Follower], found: list[Follower], focus: str) -> list[Follower]:
    """Choose whose phones are shown: who is typed to, those with something new, then others as they came."""
    used = [one for one in people if one.openid == focus] if focus else []
    lively = heapq.nlargest(PHONES, (one for one in found if one.chat), key=_newest)
    quiet = itertools.islice((one for one in found if not one.chat), PHONES)
    return list({one.openid: one for one in (*used, *lively, *quiet)}.values())[:PHONES]


def _newest(person: Follower) -> float:
    return person.chat[-1].at


def _phone(state: State, appid: str, person: Follower, have: frozenset[str]) -> dict[str, Any]:
    rows, grants = list(person.chat)[-ROWS:], shown_grants(state, appid, person)
    about = shown_follower(appid, person) | {"grants": grants}
    mark = _mark(about, [(row.at, row.kind, row.text, _fate(row.card)) for row in rows])
    if mark in have:
        return {"openid": person.openid, "mark": mark}
    return {**about, "mark": mark, "chat": [_row(row) for row in rows]}


def _fate(card: Message | None) -> tuple[int, bool, bool] | None:
    return (card.msgid, card.event_sent, card.event_withheld) if card else None


def _row(row: ChatRow) -> dict[str, Any]:
    # As text: a browser's numbers end before the msgids of subscription messages do.
    card = row.card and {**shown_message(row.card), "msgid": str(row.card.msgid)}
    return {**vars(row), "at": iso(row.at), "card": card}


def _shown_account(account: Account) -> dict[str, Any]:
    return account.model_dump(exclude=SECRET)


def _mark(*about: object) -> str:
    return format(zlib.crc32(repr(about).encode()), "x")


def _calls(state: State, after: int) -> dict[str, Any]:
    """Show the newest calls and pushes after one, newest first, of those that are looked for."""
    wanted, only = request.args.get("filter", "").strip().lower(), request.args.get("only", "")
    rows: list[dict[str, Any]] = []
    for row in _newer(state, after):
        if _is_kind(row, only) and _mentions(row, wanted):
            rows.append(_summary(row))
            if len(rows) == CALLS:
                break
    return {"newest": state.log[-1].number if state.log else 0, "rows": rows}


def _newer(state: State, after: int) -> Iterator[LogRow]:
    for row in reversed(state.log):
        if row.number <= after:
            return
        yield row


def _is_kind(row: LogRow, only: str) -> bool:
    if only == "errors":
        return row.status != 200 or _errcode(row) not in (None, 0) or row.answer.startswith("malformed")
    return {"in": row.way == "in", "push": row.way == "push", "faults": bool(row.faults)}.get(only, True)


def _mentions(row: LogRow, wanted: str) -> bool:
    # Masked last: that costs most, and no secret is to be found by guessing.
    text = "\n".join((row.path, row.query, _request(row), row.answer, row.rid, *row.faults, row.note))
    return not wanted or (wanted in text.lower() and wanted in masked(text).lower())


def _summary(row: LogRow) -> dict[str, Any]:
    text = _request(row)
    openid = OPENID.search(text)
    return {
        "number": row.number,
        "at": iso(row.at),
        "way": row.way,
        "method": row.method,
        "path": row.path,
        "about": masked(text)[:SUMMARY] if row.way == "push" else (openid[1] if openid else ""),
        "answer": masked(row.answer)[:SUMMARY],
        "errcode": _errcode(row),
        "status": row.status,
        "ms": row.ms,
        "rid": row.rid,
        "faults": row.faults,
        "note": row.note,
    }


def _errcode(row: LogRow) -> int | None:
    found = ERRCODE.search(row.answer) if row.way == "in" else None
    return int(found[1]) if found else None


def _request(row: LogRow) -> str:
    return row.request.decode("utf-8", "replace")
