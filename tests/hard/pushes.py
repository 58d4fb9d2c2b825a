"""Pushes as WeChat's servers post them to a running installation, whole or spoilt."""

from collections.abc import Iterator
from typing import Any

import requests
import xmltodict

from tests.hard.zones import ACCOUNT, Zone
from wechat.crypto import new_salt, read_key, seal, sign, unseal

ORIGINAL = "gh_demooa000001"
ADDRESS = "/wechat/official-account"
NONCE = "486452656"


def stamped(zone: Zone, *, ago: int = 0, token: str = "", sealed: str = "") -> dict[str, str]:
    """Return the signed query of a push sent so many seconds ago."""
    token = token or zone.running.environment["WECHAT_OA_TOKEN"]
    timestamp = str(int(zone.now().timestamp()) - ago)
    query = {"timestamp": timestamp, "nonce": NONCE, "signature": sign(token, timestamp, NONCE)}
    if sealed:
        signature = sign(token, timestamp, NONCE, sealed)
        query |= {"encrypt_type": "aes", "msg_signature": signature, "openid": "o-somebody"}
    return query


def sealed_text(zone: Zone, plain: str, *, appid: str = ACCOUNT) -> str:
    """Encrypt a push with the account's key."""
    key = read_key(zone.running.environment["WECHAT_OA_AES_KEY"])
    return seal(plain, key, appid, salt=new_salt())


def text_message(openid: str, text: str, msg_id: int, at: int) -> str:
    """Return the XML of something typed."""
    fields = {"ToUserName": ORIGINAL, "FromUserName": openid, "CreateTime": at, "MsgType": "text"}
    more = {"Content": text, "MsgId": msg_id}
    return str(xmltodict.unparse({"xml": fields | more}, full_document=False))


def envelope(sealed: str) -> bytes:
    """Return the body around a sealed push."""
    outside = {"ToUserName": ORIGINAL, "Encrypt": sealed}
    return str(xmltodict.unparse({"xml": outside}, full_document=False)).encode()


def post(zone: Zone, query: dict[str, str], body: bytes | Iterator[bytes]) -> requests.Response:
    """Post to the account's address; never a 5xx."""
    answer = requests.post(
        zone.running.web + ADDRESS,
        params=query,
        data=body,
        headers={"Content-Type": "text/xml"},
        timeout=20,
    )
    assert answer.status_code < 500, (answer.status_code, answer.text)
    return answer


def push(zone: Zone, plain: str) -> requests.Response:
    """Seal, sign and post a push as WeChat does in safe mode."""
    sealed = sealed_text(zone, plain)
    return post(zone, stamped(zone, sealed=sealed), envelope(sealed))


def shown(zone: Zone, answer: requests.Response) -> str:
    """Open an answer as WeChat does; return what the follower reads."""
    told = zone.running.environment
    fields: dict[str, Any] = xmltodict.parse(answer.content)["xml"]
    mac = sign(told["WECHAT_OA_TOKEN"], fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
    assert fields["MsgSignature"] == mac
    plain, _ = unseal(fields["Encrypt"], [read_key(told["WECHAT_OA_AES_KEY"])], ACCOUNT)
    return str(xmltodict.parse(plain)["xml"]["Content"])


def spoilt(text: str, every: int = 1) -> Iterator[str]:
    """Yield the text with each n-th sign changed to another of its kind, and cut, lengthened and missing."""
    for at in range(0, len(text), every):
        other = "1" if text[at] != "1" else "2"
        yield text[:at] + other + text[at + 1 :]
    yield from (text[:-1], text + "0", "")
