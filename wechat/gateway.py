"""The only HTTP client for WeChat: one token refresh, one retry, always a time-out."""

import logging
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from redis import Redis
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from wechatpy.client.base import BaseWeChatClient
from wechatpy.exceptions import WeChatClientException

from wechat.errors import Advice, NoClearAnswer, NotSent, WechatError
from wechat.token import AccessToken

TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105 (an address, not a secret)
_RID = re.compile(r"rid: ([0-9a-f-]{10,})")
_CREDENTIAL = re.compile(r"((?:access_token|secret|appsecret|js_code)=)[^&\s\"']+")
# These reasons exist only in the handshake, so not one byte of the request was written.
_HANDSHAKE_ONLY = {
    "CERTIFICATE_VERIFY_FAILED",
    "NO_PROTOCOLS_AVAILABLE",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "TLSV1_UNRECOGNIZED_NAME",
    "UNSUPPORTED_PROTOCOL",
    "WRONG_VERSION_NUMBER",
}

# urllib3 logs whole addresses, and WeChat's carry the token or the secret in the query.
logging.getLogger("urllib3.connectionpool").addFilter(
    lambda record: not _CREDENTIAL.search(record.getMessage())
)


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
    before each network call. A call is refused, or has no clear answer, as `wechat.errors` says; a token
    that has run out is renewed once and the call repeated once.
    """

    def __init__(
        self,
        app: App,
        *,
        base_url: str,
        redis: Redis | None,
        timeout: tuple[float, float] = (3, 10),
        on_call: Callable[[], None] | None = None,
    ) -> None:
        self.app = app
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._on_call = on_call
        self._threads = threading.local()
        self._token = AccessToken(app.appid, redis, self._fetch_token)

    def get(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Read something with the app's token; return WeChat's JSON object. WechatError."""
        return self._with_token(path, params, None)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Post a JSON body with the app's token; return WeChat's JSON object. WechatError."""
        return self._with_token(path, {}, body)

    def upload(self, path: str, params: Mapping[str, str], file: tuple[str, bytes, str]) -> dict[str, Any]:
        """Post a file (name, content, MIME type) with the app's token; return WeChat's JSON object.

        WechatError.
        """
        return self._with_token(path, params, _File(*file))

    def get_without_token(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Read something that takes the secret, not the token; return WeChat's JSON object. WechatError."""
        return self._exchange(path, params, None)

    def _with_token(
        self, path: str, params: Mapping[str, str], body: Mapping[str, Any] | _File | None
    ) -> dict[str, Any]:
        used = self._token.get()
        try:
            return self._exchange(path, {**params, "access_token": used}, body)
        except WechatError as refused:
            if refused.advice is not Advice.REFRESH:
                raise
            fresh = self._token.refresh(used)
            if fresh == used:
                raise
        return self._exchange(path, {**params, "access_token": fresh}, body)

    def _fetch_token(self, force_refresh: bool) -> tuple[str, int]:
        body = {
            "grant_type": "client_credential",
            "appid": self.app.appid,
            "secret": self.app.secret,
            "force_refresh": force_refresh,
        }
        try:
            answer = self._exchange(TOKEN_PATH, {}, body)
            return str(answer["access_token"]), int(answer["expires_in"])
        except NoClearAnswer as unclear:
            # The call that needs this token has not been made, whatever became of the token's own.
            raise NotSent(None, unclear.errmsg, path=TOKEN_PATH) from None
        except (KeyError, TypeError, ValueError):
            raise NotSent(None, "an answer without a token", path=TOKEN_PATH) from None
        except WechatError as refused:
            if refused.errcode == 40001:  # here it speaks of the secret
                refused.advice = Advice.STOP
            raise

    def _exchange(
        self, path: str, params: Mapping[str, str], body: Mapping[str, Any] | _File | None
    ) -> dict[str, Any]:
        """Make one call: GET, or POST where there is a body."""
        if self._on_call is not None:
            self._on_call()
        client = self._client()
        call = client.get if body is None else client.post
        failure: WechatError | None = None
        try:
            answer = call(
                self._base_url + path,
                params=list(params.items()),  # into a dict wechatpy would put a token of its own
                allow_redirects=False,
                **_payload(body),
            )
        except WeChatClientException as refused:
            failure = self._refusal(refused, path, params)
        except requests.RequestException as broken:
            kind = NotSent if _never_left(broken) else NoClearAnswer
            failure = kind(None, type(broken).__name__, path=path)
        except ValueError:
            failure = NoClearAnswer(None, "an errcode that is no number", path=path)
        # Raised out here: the exceptions above hold the address with its token and would come as context.
        if failure is not None:
            raise failure
        if not isinstance(answer, dict):
            raise NoClearAnswer(None, "an answer that is no JSON object", path=path)
        return answer

    def _client(self) -> BaseWeChatClient:
        """Return this thread's client: a requests.Session is not for sharing."""
        client = getattr(self._threads, "client", None)
        if client is None:
            # auto_retry would call itself without end on a token that stays bad.
            client = BaseWeChatClient(self.app.appid, timeout=self._timeout, auto_retry=False)
            # A proxy from the environment is for the way to WeChat, not to a plain-http stand-in next door.
            client._http.trust_env = self._base_url.startswith("https:")
            self._threads.client = client
        return client

    def _refusal(self, refused: WeChatClientException, path: str, params: Mapping[str, str]) -> WechatError:
        if refused.errcode is None:
            return NoClearAnswer(None, f"HTTP {refused.response.status_code}", path=path)
        told = _CREDENTIAL.sub(r"\1***", str(refused.errmsg))
        for secret in (self.app.secret, params.get("access_token")):
            told = told.replace(secret, "***") if secret else told
        rid = _RID.search(told)
        return WechatError(refused.errcode, told[:300], path=path, rid=rid.group(1) if rid else None)


def _payload(body: Mapping[str, Any] | _File | None) -> dict[str, Any]:
    if isinstance(body, _File):  # requests itself names the type, with the boundary it chose
        return {"files": {"media": (body.name, body.content, body.mime)}}
    # wechatpy writes a dict as JSON, and only a dict.
    data = None if body is None else dict(body)
    return {"data": data, "headers": {"Content-Type": "application/json"}}


def _never_left(broken: requests.RequestException) -> bool:
    """Say whether the failure proves that no byte of the request was written."""
    for cause in _causes(broken):
        if isinstance(cause, NewConnectionError | ConnectTimeoutError):  # refused, unreachable, DNS
            return True
        if isinstance(cause, ssl.SSLError) and cause.reason in _HANDSHAKE_ONLY:
            return True
    return False


def _causes(broken: BaseException) -> Iterator[BaseException]:
    """Walk down what requests wrapped around urllib3 around ssl."""
    cause: BaseException | None = broken
    while cause is not None:
        yield cause
        inner = [arg for arg in cause.args if isinstance(arg, BaseException)]
        reason = getattr(cause, "reason", None)
        cause = reason if isinstance(reason, BaseException) else (inner[0] if inner else None)
