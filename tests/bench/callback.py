"""The callbacks in safe mode: replies at 200 messages a second, result events of both sides at full speed.

Messages come at their own times from eight threads, and each is measured from when it was due, so that a slow
answer delays no measurement. Events come from wrk, 64 connections: the account's in XML, the other's in JSON.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests
import xmltodict
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from models.keyring import Keyring
from models.people.binding import Binding, BoundBy
from models.people.member import Member
from tests.bench.ground import SIZES, figure, platform, rate, wrk
from tests.bench.zone import fill, reset
from tests.running import Running
from wechat.crypto import new_salt, read_key, seal, sign

ACCOUNT, ORIGINAL, ADDRESS = "wxdemooa00000001", "gh_demooa000001", "/wechat/official-account"
MINI, MINI_ORIGINAL, MINI_ADDRESS = "wxdemomini000001", "gh_demomini0001", "/wechat/mini-program"
PER_SECOND, WARM_UP, SECONDS, THREADS, EVENTS = 200, 1, 15, 8, 6000
BRANCHES = 500
WORDS = ("主题党日", "积分", "帮助", "签到", "您好")


def measure(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the latency of replies and the rate of events, and the latency in smaller zones."""
    growth = {}
    for size, parts in SIZES.items():
        place = folder / f"{parts}"
        place.mkdir()
        if parts > 1:
            with _zone(place, BRANCHES // parts) as (running, openids):
                waits = sorted(_talk(running, openids, seconds=5))
            growth[f"reply at {size}: p50"] = figure(waits[len(waits) // 2], "ms")
    figures = _measure(folder)
    growth["reply at 1: p50"] = figure(figures["callback: replies, p50"]["value"], "ms")
    return growth | figures


@contextmanager
def _zone(folder: Path, branches: int) -> Iterator[tuple[Running, list[str]]]:
    """Run the web for a zone of so many branches of twenty; yield it and the openids of its followers."""
    with platform(folder) as (owner, running):
        env = running.environment
        keyring = Keyring.read(env["SECRET_KEY"], None, env["FIELD_KEY"])
        engine = create_engine(env["DATABASE_URL"])
        fill(engine, keyring, MINI, branches=branches, each=20)
        openids = _follow(engine, keyring)
        reset(owner)
        running.start(jobs=False)
        try:
            yield running, openids
        finally:
            running.stop()


def _measure(folder: Path) -> dict[str, dict[str, Any]]:
    with _zone(folder, BRANCHES) as (running, openids):
        waits = _talk(running, openids, seconds=SECONDS)
        events = _events(folder, running, lambda n: _template_result(running, openids, n))
        mini_events = _events(folder, running, lambda n: _subscribe_result(running, n))
    waits.sort()
    p50, p99 = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
    return {
        "callback: replies, safe mode, at": figure(PER_SECOND, "/s"),
        "callback: replies, p50": figure(p50, "ms"),
        "callback: replies, p99": figure(p99, "ms", "< 50", p99 < 50),
        "callback: result events": figure(events, "/s", ">= 800", events >= 800),
        "callback: result events, mini": figure(mini_events, "/s", ">= 800", mini_events >= 800),
    }


def _follow(engine: Any, keyring: Keyring) -> list[str]:
    """Bind every member on the account, too; return the openids."""
    openids = []
    with Session(engine) as session:
        for n, member in enumerate(session.query(Member).order_by(Member.id)):
            openid = f"a{n:08d}"
            openids.append(openid)
            session.add(
                Binding(
                    appid=ACCOUNT, openid=openid, openid_hash=keyring.openid_hash(ACCOUNT, openid),
                    member_id=member.id, bound_at=datetime.now(UTC), how=BoundBy.SLIP,
                )
            )  # fmt: skip
        session.commit()
    return openids


def _sealed(env: dict[str, str], fields: dict[str, Any]) -> tuple[str, str]:
    """Return address and body of a push as WeChat sends it in safe mode."""
    plain = xmltodict.unparse({"xml": fields}, full_document=False)
    body = seal(plain, read_key(env["WECHAT_OA_AES_KEY"]), ACCOUNT, salt=new_salt())
    timestamp = str(int(time.time()))
    query = {"timestamp": timestamp, "nonce": "n1", "encrypt_type": "aes", "openid": "o"}
    query["signature"] = sign(env["WECHAT_OA_TOKEN"], timestamp, "n1")
    query["msg_signature"] = sign(env["WECHAT_OA_TOKEN"], timestamp, "n1", body)
    outside = {"ToUserName": ORIGINAL, "Encrypt": body}
    return f"{ADDRESS}?{urlencode(query)}", xmltodict.unparse({"xml": outside}, full_document=False)


def _talk(running: Running, openids: list[str], *, seconds: int) -> list[float]:
    """Send messages at their times; return what each waited for its reply, in milliseconds.

    The first second, in which every worker opens its connections and builds its statements, is not counted.
    """
    first = PER_SECOND * WARM_UP
    total = first + PER_SECOND * seconds
    pushes = []
    for n in range(total):
        fields = {"ToUserName": ORIGINAL, "FromUserName": openids[n % len(openids)], "MsgType": "text"}
        own = {"CreateTime": int(time.time()), "Content": WORDS[n % len(WORDS)], "MsgId": 9_000_000 + n}
        pushes.append(_sealed(running.environment, fields | own))
    waits: list[float] = []
    begin = time.monotonic() + 0.5

    def send(number: int) -> None:
        http = requests.Session()
        http.trust_env = False
        for n in range(number, total, THREADS):
            due = begin + n / PER_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
            address, body = pushes[n]
            answer = http.post(running.web + address, data=body.encode(), timeout=20)
            if n >= first:
                waits.append((time.monotonic() - due) * 1000)
            assert answer.status_code == 200, answer.text

    threads = [threading.Thread(target=send, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waits) == total - first
    return waits


def _template_result(running: Running, openids: list[str], n: int) -> tuple[str, str]:
    fields = {"ToUserName": ORIGINAL, "FromUserName": openids[n % len(openids)], "MsgType": "event"}
    own = {"CreateTime": int(time.time()), "Event": "TEMPLATESENDJOBFINISH", "MsgID": 700_000 + n}
    return _sealed(running.environment, fields | own | {"Status": "success"})


def _subscribe_result(running: Running, n: int) -> tuple[str, str]:
    """Return address and body of the mini-program's event, in JSON and all its values as text."""
    env = running.environment
    row = {"TemplateId": "S1", "MsgID": str(800_000 + n), "ErrorCode": "0", "ErrorStatus": "success"}
    fields = {"ToUserName": MINI_ORIGINAL, "FromUserName": f"m{n % 1000:08d}", "MsgType": "event"}
    own = {"CreateTime": str(int(time.time())), "Event": "subscribe_msg_sent_event", "List": [row]}
    key, token = read_key(env["WECHAT_MINI_AES_KEY"]), env["WECHAT_MINI_TOKEN"]
    body = seal(json.dumps(fields | own), key, MINI, salt=new_salt())
    stamp = str(int(time.time()))
    query = {"timestamp": stamp, "nonce": "n1", "msg_signature": sign(token, stamp, "n1", body)}
    return f"{MINI_ADDRESS}?{urlencode(query)}", json.dumps({"ToUserName": MINI_ORIGINAL, "Encrypt": body})


def _events(folder: Path, running: Running, event: Callable[[int], tuple[str, str]]) -> float:
    """Push result events as fast as they are taken; return how many a second."""
    asked = folder / "events.txt"
    with asked.open("w") as lines:
        for n in range(EVENTS):
            address, body = event(n)
            lines.write(f"{address}\t-\t{body}\n")
    run = wrk(running.web, asked, seconds=12)
    assert run["again"] == EVENTS, run
    return rate(run)
