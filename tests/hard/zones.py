"""Running installations whose halls are put straight into their databases; a Valkey of their own to abuse."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import requests

from models.base import Sessions, connect, sessions_of
from models.keyring import Keyring
from models.people.phone import start_phone_session
from servers import Postgres, Valkey
from tests.conftest import APP, NOON, OWNER, clone_database, drop_database, url
from tests.running import Running

MINI, ACCOUNT = "wxdemomini000001", "wxdemooa00000001"
Found = TypeVar("Found")


@dataclass(frozen=True)
class Zone:
    """One installation in processes of its own, and the doors to its database and its Valkey."""

    running: Running
    sessions: Sessions
    keyring: Keyring
    valkey: Valkey

    def now(self) -> datetime:
        """Return the moment on the product's clock."""
        return self.running.now()

    def phone(self, openid: str) -> "Phone":
        """Log a phone of the mini-program in."""
        with self.sessions.begin() as session:
            token = start_phone_session(session, self.keyring, MINI, openid, now=self.now())
        return Phone(self, openid, token)

    def say(self, openid: str, text: str) -> str:
        """Type in the account's chat; return the reply, which must come in the first try."""
        answer = self.running.sim("POST", "say", appid=ACCOUNT, openid=openid, text=text)
        assert (answer["verdict"], answer["tries"]) == ("reply", 1), answer
        return "\n".join(reply["content"] for reply in answer["replies"])


@contextmanager
def open_zone(folder: Path, *, at: datetime = NOON, on: Postgres | None = None) -> Iterator[Zone]:
    """Run web (two workers) and the simulator on a migrated, empty database, or on one of a server's own."""
    name = "zone" if on else clone_database()
    app, owner = (on.url("app", name), on.url("owner", name)) if on else (url(APP, name), url(OWNER, name))
    valkey = Valkey(folder / "valkey").start()
    running = Running(folder, database=app, owner=owner, redis=valkey.url(), at=at)
    # The processes are told whole seconds: codes made here must not be of a moment that is still to come.
    running.ahead = round(running.ahead)
    engine = connect(app, pool_size=4)
    told = running.environment
    keyring = Keyring.read(told["SECRET_KEY"], None, told["FIELD_KEY"])
    try:
        running.start_simulator()
        running.start(jobs=False)
        yield Zone(running, sessions_of(engine), keyring, valkey)
    finally:
        running.stop()
        engine.dispose()
        valkey.stop()
        if not on:
            drop_database(name)


class Phone:
    """One WeChat user's mini-program, with a connection of its own that is already open."""

    def __init__(self, zone: Zone, openid: str, token: str) -> None:
        self.zone, self.openid, self.token = zone, openid, token
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["Authorization"] = f"Bearer {token}"
        self.http.get(f"{zone.running.web}/healthz", timeout=20)

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        """Call the API; never a 5xx."""
        address = f"{self.zone.running.web}/api/v1/{path}"
        answer = self.http.request(method, address, json=body, timeout=30, **more)
        assert answer.status_code < 500, (path, answer.status_code, answer.text)
        return answer

    def sign(self, **proof: Any) -> tuple[int, str]:
        """Sign in by token=, ticket= or gathering_id= with code=; return status and error code."""
        answer = self.call("POST", "check-ins", proof)
        return answer.status_code, answer.json().get("error", {}).get("code", "")
