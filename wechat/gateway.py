"""The only HTTP client for WeChat: tokens, time-outs, repeats where they are safe, and figures of it all."""

import logging
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from redis import Redis
from urllib3.exceptions import HTTPError
from wechatpy.exceptions import WeChatClientException

from wechat.breaker import Breaker
from wechat.errors import ADVICE, Advice, NoClearAnswer, NotSent, WechatError
from wechat.metrics import BREAKER, CALLS, LATENCY, TOKEN_FETCHES
from wechat.token import FETCH_WITHIN, AccessToken
from wechat.transport import Client, ending_within, whole_number

TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105 (an address, not a secret)
# A read is asked again after about so many seconds, and only where the first answer came quickly.
PAUSES = (0.3, 1.0)
REPEAT_WITHIN = 3.0
_RID = re.compile(r"rid: ([0-9a-f-]{10,})")
_CREDENTIAL = re.compile(r"((?:access_token|secret|appsecret|js_code)=)[^&\s\"']+")
_CREDENTIALS = ("access_token", "secret", "js_code")

# urllib3 logs whole addresses, and WeChat's carry the token or the secret in the query.
for _name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(lambda record: not _CREDENTIAL.search(record.getMessage()))

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _File:
    """One file of a multipart form, in the field that WeChat calls `media`."""

    name: str
    content: bytes = field(repr=False)
    mime: str


@dataclass(frozen=True)
class App:
    """An official account or a mini-program, as its console names it."""

    appid: str
    secret: str = field(repr=False)


class Gateway:
    """Calls for one app, safe for any number of threads.

    `base_url` replaces https://api.weixin.qq.com. `timeout` is (connect, read) in seconds. `on_call` runs
    before each network call, which ends within the sum of both. `breaker` is shared by the gateways of one
    process. A call is refused, or has no clear answer, as `wechat.errors` says; a token that has run out is
    renewed once and the call repeated once. Reads are repeated a few times; what acts never is.
    """

    def __init__(
        self,
        app: App,
        *,
        base_url: str,
        redis: Redis | None,
        timeout: tuple[float, float] = (3, 10),
        on_call: Callable[[], None] | None = None,
        breaker: Breaker | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.app = app
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._on_call = on_call
        self.breaker = breaker or Breaker()
        self._sleep = sleep
        self._threads = threading.local()
        self._token = AccessToken(app.appid, redis, self._fetch_token)

    def get(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Read something with the app's token; return WeChat's JSON object. WechatError."""
        return self._repeated(path, params, None)

    def ask(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Read something by a JSON body with the app's token; return WeChat's JSON object. WechatError."""
        return self._repeated(path, {}, body)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Have WeChat act on a JSON body, once, with the app's token; return its JSON object. WechatError."""
        return self._with_token(path, {}, body)

    def upload(self, path: str, params: Mapping[str, str], file: tuple[str, bytes, str]) -> dict[str, Any]:
        """Post a file (name, content, MIME type) with the app's token; return WeChat's JSON object.

        WechatError.
        """
        return self._with_token(path, params, _File(*file))

    def get_without_token(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Ask for something that takes the secret, not the token, once; return WeChat's JSON object.

        WechatError.
        """
        return self._exchange(path, params, None, self._timeout)

    def _repeated(
        self, path: str, params: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        began = time.monotonic()
        for pause in PAUSES:
            try:
                return self._with_token(path, params, body)
            except WechatError as failure:
                if failure.advice is not Advice.RETRY or time.monotonic() - began > REPEAT_WITHIN:
                    raise
            self._sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 (spreads the load, hides nothing)
        return self._with_token(path, params, body)

    def _with_token(
        self, path: str, params: Mapping[str, str], body: Mapping[str, Any] | _File | None
    ) -> dict[str, Any]:
        used = self._token.get()
        try:
            return self._exchange(path, {**params, "access_token": used.token}, body, self._timeout)
        except WechatError as refused:
            if refused.advice is not Advice.REFRESH:
                raise
            fresh = self._token.refresh(used)
            if fresh == used:
                raise
        return self._exchange(path, {**params, "access_token": fresh.token}, body, self._timeout)

    def _fetch_token(self, force_refresh: bool) -> tuple[str, int]:
        body = {
            "grant_type": "client_credential",
            "appid": self.app.appid,
            "secret": self.app.secret,
            "force_refresh": force_refresh,
        }
        connect = min(self._timeout[0], FETCH_WITHIN / 2)
        timeout = connect, min(self._timeout[1], FETCH_WITHIN - connect)
        TOKEN_FETCHES.inc()
        try:
            answer = self._exchange(TOKEN_PATH, {}, body, timeout)
        except WechatError as refused:
            if refused.advice is Advice.RETRY:
                # The call that needs this token has not been made, whatever became of the token's own.
                raise NotSent(refused.errcode, refused.errmsg, path=TOKEN_PATH, rid=refused.rid) from None
            if refused.errcode == 40001:  # here it speaks of the secret
                refused.advice = Advice.STOP
            raise
        token, lives = answer.get("access_token"), whole_number(answer.get("expires_in"))
        if not isinstance(token, str) or not token or lives is None:
            raise NotSent(None, "an answer without a token", path=TOKEN_PATH)
        return token, lives

    def _exchange(
        self,
        path: str,
        params: Mapping[str, str],
        body: Mapping[str, Any] | _File | None,
        timeout: tuple[float, float],
    ) -> dict[str, Any]:
        """Make one call, GET, or POST where there is a body; count it and log a refusal."""
        if not self.breaker.admits():
            raise NotSent(None, "WeChat does not answer, calls are held back", path=path)
        if self._on_call is not None:
            self._on_call()
        began = time.monotonic()
        answer = self._answer(path, params, body, timeout)
        LATENCY.labels(path).observe(time.monotonic() - began)
        if not isinstance(answer, WechatError):
            self._heard(path, 0)
            return answer
        if answer.errcode is not None:
            self._heard(path, answer.errcode)
            if answer.advice is Advice.BUG:  # of the others whoever called knows whether they matter
                log.error("alert: %s was refused: errcode %s, rid %s", path, answer.errcode, answer.rid)
            else:
                log.warning("%s was refused: errcode %s, rid %s", path, answer.errcode, answer.rid)
        else:
            CALLS.labels(path, "not_sent" if isinstance(answer, NotSent) else "unclear").inc()
            log.warning("%s had no answer: %s", path, answer.errmsg)
            if self.breaker.failed():
                BREAKER.set(1)
                log.error("WeChat does not answer any more, calls are held back")
        raise answer

    def _heard(self, path: str, errcode: int) -> None:
        CALLS.labels(path, str(errcode) if errcode == 0 or errcode in ADVICE else "unknown").inc()
        if self.breaker.answered():
            BREAKER.set(0)
            log.warning("WeChat answers again")

    def _answer(
        self,
        path: str,
        params: Mapping[str, str],
        body: Mapping[str, Any] | _File | None,
        timeout: tuple[float, float],
    ) -> dict[str, Any] | WechatError:
        """Return WeChat's answer or the failure, which its caller raises: raised here, it would carry what
        holds the address with its token as its context."""
        client = self._client()
        call = client.get if body is None else client.post
        with ending_within(sum(timeout)) as flight:
            try:
                answer = call(
                    self._base_url + path,
                    params=list(params.items()),  # into a dict wechatpy would put a token of its own
                    stream=True,
                    timeout=timeout,
                    **_payload(body),
                )
            except WeChatClientException as refused:
                return self._refusal(refused, path, params)
            except (requests.RequestException, HTTPError, OSError) as broken:
                kind = NoClearAnswer if flight.left else NotSent
                return kind(None, type(broken).__name__, path=path)
        if not isinstance(answer, dict):
            return NoClearAnswer(None, "an answer that is no JSON object", path=path)
        return answer

    def _client(self) -> Client:
        """Return this thread's client: a requests.Session is not for sharing."""
        client: Client | None = getattr(self._threads, "client", None)
        if client is None:
            client = self._threads.client = Client(self.app.appid, self._base_url)
        return client

    def _refusal(self, refused: WeChatClientException, path: str, params: Mapping[str, str]) -> WechatError:
        if refused.errcode is None:
            refused.response.close()
            return NoClearAnswer(None, f"HTTP {refused.response.status_code}", path=path)
        told = _CREDENTIAL.sub(r"\1***", " ".join(str(refused.errmsg).split()))
        for secret in (self.app.secret, *(params.get(name) for name in _CREDENTIALS)):
            told = told.replace(secret, "***") if secret else told
        rid = _RID.search(told)
        return WechatError(refused.errcode, told[:300], path=path, rid=rid.group(1) if rid else None)


def _payload(body: Mapping[str, Any] | _File | None) -> dict[str, Any]:
    if isinstance(body, _File):  # requests itself names the type, with the boundary it chose
        return {"files": {"media": (body.name, body.content, body.mime)}}
    # wechatpy writes a dict as JSON, and only a dict.
    data = None if body is None else dict(body)
    return {"data": data, "headers": {"Content-Type": "application/json"}}
