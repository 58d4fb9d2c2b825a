"""Pushes as WeChat would send them, for the tests of the callback."""

from datetime import UTC, datetime

from tests.wechat import vectors as v
from wechat.callback import Callback
from wechat.crypto import sign

PLAIN = Callback("wx1", "AAAAA", (), safe=False, original_id="gh_1")
SAFE = Callback(v.V3.appid, v.V3.token, (v.V3.key,), safe=True)
NOW = datetime(2026, 11, 25, 6, 50, tzinfo=UTC)
V3_NOW = datetime.fromtimestamp(int(v.V3.timestamp), UTC)


def stamped(callback: Callback, at: datetime = NOW, sealed: str = "") -> dict[str, str]:
    """The query WeChat would send with a push at this time."""
    timestamp, nonce = str(int(at.timestamp())), "486452656"
    query = {"timestamp": timestamp, "nonce": nonce, "signature": sign(callback.token, timestamp, nonce)}
    if sealed:
        signed = sign(callback.token, timestamp, nonce, sealed)
        query |= {"encrypt_type": "aes", "msg_signature": signed, "openid": "somebody"}
    return query


def push_xml(*elements: str, kind: str = "event", created: int = 1764053400) -> bytes:
    """A push's XML with the elements every push has."""
    common = f"<ToUserName>gh_1</ToUserName><FromUserName>oA</FromUserName><CreateTime>{created}</CreateTime>"
    return f"<xml>{common}<MsgType><![CDATA[{kind}]]></MsgType>{''.join(elements)}</xml>".encode()


def envelope(sealed: str) -> bytes:
    return f"<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
