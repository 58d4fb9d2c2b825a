"""The control API under /_sim/: accounts, followers, codes, faults, clock, ledger, log, reset."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from simulator.accounts import Account
from simulator.control.bodies import About, Body, known_account, known_mini_program, read_body
from simulator.edge import masked
from simulator.families.login import make_login_code
from simulator.faults import Fault, FaultOrder
from simulator.push.pusher import Pusher
from simulator.state import Follower, Grant, LogRow, Message, State, iso

COUNTERS = (
    "calls",
    "accepted",
    "deduplicated",
    "pushes",
    "push_retries",
    "push_lost",
    "not_simulated",
    "concurrent_same_openid_max",
)


class FollowerRow(Body):
    """A follower to add or change; what is left out stays as it was.

    `person` is the same word for one human being on all accounts of an open platform: one unionid follows.
    """

    openid: str = Field(min_length=1)
    person: str | None = Field(default=None, min_length=1)
    name: str | None = None
    unionid: str | None = None
    subscribed: bool | None = None
    blocked: bool | None = None
    grants: dict[str, int] | None = None  # template id -> messages a phone of a mini-program still allows


class FollowersBody(Body):
    """Followers of one account."""

    appid: str
    followers: list[FollowerRow]


class LoginBody(About):
    """Whose phone asks for a log-in code; `person` as among the followers."""

    unionid: str | None = None
    person: str | None = Field(default=None, min_length=1)


class VerifyBody(Body):
    """Whose callback is to be asked."""

    appid: str


class ClockBody(Body):
    """How far the simulator's clock is ahead of the real one, in seconds."""

    offset_seconds: float = Field(ge=-3_000_000_000, le=3_000_000_000)


class ReleaseBody(Body):
    """Which withheld event to let go; none means all."""

    msgid: int | None = None


def control_blueprint(state: State, pusher: Pusher) -> Blueprint:
    """Build the control API over a state."""
    control = Blueprint("control", __name__, url_prefix="/_sim")
    _accounts(control, state, pusher)
    _people(control, state)
    _faults(control, state)
    _ledgers(control, state)
    _clock(control, state, pusher)
    return control


def _accounts(control: Blueprint, state: State, pusher: Pusher) -> None:
    @control.post("/accounts")
    def put_account() -> ResponseReturnValue:
        account = read_body(Account)
        with state.lock:
            old = state.accounts.get(account.appid)
            if old is not None and old.secret != account.secret:
                state.kill_tokens(account.appid)
            state.accounts[account.appid] = account
        return _shown_account(account), 200 if old else 201

    @control.get("/accounts")
    def list_accounts() -> ResponseReturnValue:
        return jsonify(items=[_shown_account(account) for account in state.accounts.values()])

    @control.post("/verify")
    def verify() -> ResponseReturnValue:
        appid = read_body(VerifyBody).appid
        known_account(state, appid)
        return jsonify(pusher.verify(state.accounts[appid]).json())


def _people(control: Blueprint, state: State) -> None:
    @control.post("/followers")
    def put_followers() -> ResponseReturnValue:
        body = read_body(FollowersBody)
        known_account(state, body.appid)
        with state.lock:
            for row in body.followers:
                _put_follower(state, body.appid, row)
        return jsonify(followers=len(body.followers))

    @control.get("/followers")
    def list_followers() -> ResponseReturnValue:
        wanted = request.args.get("appid")
        with state.lock:
            items = [
                shown_follower(appid, person)
                for (appid, _), person in state.followers.items()
                if wanted in (None, appid)
            ]
        return jsonify(items=items)

    @control.post("/login-code")
    def login_code() -> ResponseReturnValue:
        body = read_body(LoginBody)
        known_mini_program(state, body.appid)
        with state.lock:
            person = state.meet(body.appid, body.openid, body.person)
            person.unionid = body.unionid or person.unionid
            return jsonify(code=make_login_code(state, body.appid, body.openid, person.unionid))


def _faults(control: Blueprint, state: State) -> None:
    @control.post("/faults")
    def add_fault() -> ResponseReturnValue:
        fault = Fault(read_body(FaultOrder))
        with state.lock:
            state.faults.append(fault)
        return jsonify(fault.json()), 201

    @control.get("/faults")
    def list_faults() -> ResponseReturnValue:
        with state.lock:
            return jsonify(items=[fault.json() for fault in state.faults])

    @control.delete("/faults")
    @control.delete("/faults/<int:number>")
    def lift_faults(number: int | None = None) -> ResponseReturnValue:
        with state.lock:
            lifted = [fault for fault in state.faults if number in (None, fault.id)]
            state.faults = [fault for fault in state.faults if fault not in lifted]
        for fault in lifted:
            fault.lifted.set()
        return jsonify(lifted=len(lifted))


def _ledgers(control: Blueprint, state: State) -> None:
    @control.get("/messages")
    def messages() -> ResponseReturnValue:
        appid, openid = request.args.get("appid"), request.args.get("openid")
        with state.lock:
            ledger = state.messages.snapshot()
        return jsonify(items=[shown_message(message) for message in ledger.rows(appid, openid)])

    @control.get("/ledger")
    def ledger() -> ResponseReturnValue:
        return jsonify(shown_ledger(state))

    @control.get("/log")
    def log() -> ResponseReturnValue:
        after = request.args.get("after", 0, type=int)
        with state.lock:
            rows = [row for row in state.log if row.number > after]
        return jsonify(items=[shown_row(row) for row in rows[-request.args.get("limit", 500, type=int) :]])


def _clock(control: Blueprint, state: State, pusher: Pusher) -> None:
    @control.get("/clock")
    def clock() -> ResponseReturnValue:
        return jsonify(now=iso(state.now()), offset_seconds=state.offset)

    @control.post("/clock")
    def set_clock() -> ResponseReturnValue:
        state.offset = read_body(ClockBody).offset_seconds
        pusher.clock_moved()
        return clock()

    @control.post("/release")
    def release() -> ResponseReturnValue:
        msgid = read_body(ReleaseBody).msgid
        with state.lock:
            freed = [one for one in state.withheld.values() if msgid in (None, one.msgid)]
            for message in freed:
                del state.withheld[message.msgid]
                message.event_withheld = False
                state.note(message)
        for message in freed:
            pusher.queue_event(message)
        return jsonify(released=len(freed))

    @control.post("/reset")
    def reset() -> ResponseReturnValue:
        with state.lock:
            lifted = state.faults
            state.forget()
        for fault in lifted:
            fault.lifted.set()
        return jsonify(ok=True)


def _put_follower(state: State, appid: str, row: FollowerRow) -> None:
    person = state.meet(appid, row.openid, row.person)
    for name, value in row.model_dump(exclude={"openid", "person", "grants"}, exclude_none=True).items():
        setattr(person, name, value)
    for template_id, left in (row.grants or {}).items():
        person.grants[template_id] = Grant(left=left)


def _shown_account(account: Account) -> dict[str, Any]:
    return account.model_dump(exclude={"secret", "token", "aes_key"})


def shown_follower(appid: str, person: Follower) -> dict[str, Any]:
    """Show a follower without the chat."""
    return {
        "appid": appid,
        "openid": person.openid,
        "name": person.name,
        "unionid": person.unionid,
        "subscribed": person.subscribed,
        "blocked": person.blocked,
    }


def shown_message(message: Message) -> dict[str, Any]:
    """Show an accepted message."""
    return {**vars(message), "at": iso(message.at)}


def shown_grants(state: State, appid: str, person: Follower) -> list[dict[str, Any]]:
    """Show what a phone allows each of the account's templates for subscription messages."""
    return [
        {
            "template_id": template.id,
            "title": template.title,
            "kind": template.kind,
            "banned": (appid, template.id) in state.banned,
            **vars(person.grants.get(template.id, Grant())),
        }
        for template in state.accounts[appid].subscribe_templates
    ]


def shown_ledger(state: State) -> dict[str, Any]:
    """Show the counters since the start or the last reset."""
    with state.lock:
        counted = {name: state.counters[name] for name in COUNTERS}
        return {**counted, "token_fetches": dict(state.token_fetches)}


def shown_row(row: LogRow) -> dict[str, Any]:
    """Show a row of the call log whole, secrets masked."""
    text = row.request.decode("utf-8", "replace")
    return {
        **vars(row),
        "at": iso(row.at),
        "query": masked(row.query),
        "request": masked(text),
        "answer": masked(row.answer),
    }
