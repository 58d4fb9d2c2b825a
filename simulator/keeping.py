"""The state file: what the simulator knows as JSON, written beside itself and then put in place."""

import functools
import os
import sys
import threading
import zlib
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from simulator.accounts import Account
from simulator.ledger import Ledger
from simulator.library import Library
from simulator.state import Follower, IssuedToken, LoginCode, Menu, Reported, State, TokenLine

PLAIN = ConfigDict(
    extra="forbid", ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants"
)
EVERY = 2.0


class Unreadable(Exception):
    """A state file that is none, or not of this version; the text says where it goes wrong."""


class Shelf(BaseModel):
    """What one account keeps of one kind; `kind` is the full name of its dataclass."""

    model_config = ConfigDict(extra="forbid")

    appid: str
    kind: str
    content: Any


class StateFile(BaseModel):
    """The whole file. Tuples stand where JSON has no keys for what the memory is sorted by."""

    model_config = PLAIN

    format: Literal["wechat-simulator"] = "wechat-simulator"
    version: Literal[1] = 1
    offset: float
    accounts: list[Account]
    followers: list[tuple[str, Follower]]
    ledger: Ledger
    sent_ids: list[tuple[tuple[str, str, str], tuple[int, float]]]
    withheld: list[int]
    tokens: dict[str, IssuedToken]
    token_lines: list[tuple[tuple[str, str], TokenLine]]
    token_fetches: dict[str, int]
    codes: dict[str, LoginCode]
    banned: list[tuple[str, str]]
    menus: dict[str, Menu]
    counters: dict[str, int]
    shelves: list[Shelf]


class Keeper:
    """Writes the state to its file whenever it has changed, every two seconds at most."""

    def __init__(self, state: State, path: Path) -> None:
        self.state, self.path = state, path
        self.written = -1
        self.lock = threading.Lock()
        self.ended = threading.Event()
        threading.Thread(target=self._keep, daemon=True).start()

    def stop(self) -> None:
        """Write what has changed since the last time, and no more afterwards."""
        self.ended.set()
        self._write()

    def _keep(self) -> None:
        while not self.ended.wait(EVERY):
            self._write()

    def _write(self) -> None:
        with self.lock:
            try:
                with self.state.lock:
                    changes = self.state.changes
                    if changes == self.written:
                        return
                    content = _packed(self.state)
                _put(self.path, content)
            except (OSError, ValueError) as error:
                print(f"simulator: {self.path}: {error}", file=sys.stderr, flush=True)
            else:
                self.written = changes


def open_state(state: State, path: Path) -> None:
    """Fill an empty state from its file, and make sure that one can be written. Raises OSError, Unreadable.

    Accounts that the state has already stay as they are, but for templates that they added meanwhile.
    """
    if not path.exists():
        _put(path, _packed(state))
    try:
        found = StateFile.model_validate_json(path.read_bytes())
        _restore(state, found)
    except ValidationError as error:
        row = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in row["loc"]) or "all of it"
        raise Unreadable(f"no state of this simulator, {place}: {row['msg']}") from error
    except (ValueError, zlib.error) as error:
        raise Unreadable(f"no state of this simulator: {error}") from error


def _restore(state: State, found: StateFile) -> None:
    with state.lock:
        for one in found.accounts:
            _add_templates(state.accounts.setdefault(one.appid, one), one)
        state.offset = found.offset
        state.followers = {(appid, person.openid): person for appid, person in found.followers}
        state.messages, state.sent_ids = found.ledger, dict(found.sent_ids)
        state.tokens, state.codes, state.menus = found.tokens, found.codes, found.menus
        state.token_lines, state.banned = dict(found.token_lines), set(found.banned)
        state.token_fetches.update(found.token_fetches)
        state.counters.update(found.counters)
        for shelf in found.shelves:
            kind = _kind(shelf.kind)
            (state.kept[shelf.appid, kind],) = _adapter(kind).validate_python([shelf.content])
        reported = _reported(state)
        state.withheld = {msgid: reported[msgid] for msgid in found.withheld if msgid in reported}
        _hang_cards(state)


def _add_templates(account: Account, kept: Account) -> None:
    # What was added from the public library stands in no accounts file.
    account.templates += [one for one in kept.templates if account.template(one.id) is None]
    listed = account.subscribe_templates
    listed += [one for one in kept.subscribe_templates if account.subscribe_template(one.id) is None]


def _packed(state: State) -> bytes:
    shelves = []
    for (appid, kind), kept in list(state.kept.items()):
        (content,) = _adapter(kind).dump_python([kept], mode="json")
        shelves.append(Shelf(appid=appid, kind=f"{kind.__module__}.{kind.__qualname__}", content=content))
    whole = StateFile.model_construct(
        format="wechat-simulator",
        version=1,
        offset=state.offset,
        accounts=[*state.accounts.values()],
        followers=[(appid, person) for (appid, _), person in state.followers.items()],
        ledger=state.messages,
        sent_ids=[*state.sent_ids.items()],
        withheld=[*state.withheld],
        tokens=state.tokens,
        token_lines=[*state.token_lines.items()],
        token_fetches=dict(state.token_fetches),
        codes=state.codes,
        banned=[*state.banned],
        menus=state.menus,
        counters=dict(state.counters),
        shelves=shelves,
    )
    return whole.model_dump_json().encode()


def _put(path: Path, content: bytes) -> None:
    """Write a file for its owner alone; whenever the process dies, the old or the new one is there, whole."""
    beside = path.with_name(path.name + ".new")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def _kind(name: str) -> type:
    """Find a dataclass of the simulator by its full name; nothing is imported for that. Raises ValueError."""
    module, _, name_there = name.rpartition(".")
    kind = getattr(sys.modules.get(module), name_there, None)
    if not module.startswith("simulator.") or not isinstance(kind, type) or not is_dataclass(kind):
        raise ValueError(f"{name} is nothing that is kept")
    return kind


@functools.cache
def _adapter(kind: type) -> TypeAdapter[list[Any]]:
    # A dataclass alone takes no configuration here, a list of them does.
    return TypeAdapter(list[kind], config=PLAIN)  # type: ignore[valid-type]


def _reported(state: State) -> dict[int, Reported]:
    """Find everything whose event may be withheld, by its msgid. Raises for a block that is none."""
    reported: dict[int, Reported] = {one.msgid: one for one in state.messages.rows() if one.event_withheld}
    for _, library in state.all_of(Library):
        reported |= {one.msgid: one for one in library.publications.values()}
        reported |= {one.msgid: one for one in library.mass_sends.values()}
        reported |= {one.msgid: one for one in library.media_checks.values()}
    return reported


def _hang_cards(state: State) -> None:
    # A card on a phone is the ledger's message itself: what becomes of it shows on both.
    recent = {one.msgid: one for one in state.messages.recent}
    rows = [(person, row) for person in state.followers.values() for row in person.chat]
    for _, row in rows:
        if row.card is not None:
            row.card = recent.get(row.card.msgid, row.card)
    state.chat_rows.extend(sorted(rows, key=lambda pair: pair[1].at))
