"""The push cipher against vectors published with WeChat's own samples (V1-V4)."""

import json

import pytest

from simulator.push.crypto import BadCipher, decrypt, encrypt, sign
from simulator.tests.rules import rule

CRYPT = 'WeChat, "message push: encryption"'
V1 = ("A" * 43, "wxba5fad812f8e6fb9")
V1_ENCRYPT = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVza"
    "zhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFI"
    "ZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
V2_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
V3_ENCRYPT = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFm"
    "OD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIb"
    "gU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HT"
    "nifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVW"
    "QLCzpu9GhglF2PE="
)
V4_ENCRYPT = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg"
    "3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+H"
    "MZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3L"
    "AVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H"
    "3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)


@rule("signature is SHA-1 over token, timestamp and nonce: the published example", CRYPT)
def test_v1_three_part_signatures() -> None:
    assert sign("AAAAA", "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"
    assert sign("AAAAA", "1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"


@rule("msg_signature covers Encrypt too: the published safe push is read", CRYPT)
def test_v1_safe_push_is_signed_and_read() -> None:
    expected = "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
    assert sign("AAAAA", "1714112445", "415670741", V1_ENCRYPT) == expected
    message = json.loads(decrypt(V1_ENCRYPT, *V1))
    assert message["Event"] == "debug_demo"
    assert message["debug_str"] == "hello world"


@rule("A reply is encrypted as the published one is, to the byte", CRYPT)
def test_v1_reply_is_encrypted_to_the_byte() -> None:
    cipher = encrypt('{"demo_resp":"good luck"}', *V1, random16=b"707722b803182950")
    assert cipher == (
        "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    )
    assert sign("AAAAA", "1713424427", "415670741", cipher) == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"


@rule("AES-256-CBC over random(16), length, message, appid: the published Java sample, to the byte", CRYPT)
def test_v2_is_encrypted_to_the_byte() -> None:
    cipher = encrypt("我是中文abcd123", V2_KEY, "wxb11529c136998cb6", random16=b"aaaabbbbccccdddd")
    assert cipher == (
        "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    )


@rule("The published Python sample is read", CRYPT)
def test_v3_is_signed_and_read() -> None:
    expected = "5d197aaffba7e9b25a30732f161a50dee96bd5fa"
    assert sign("spamtest", "1409735669", "1320562132", V3_ENCRYPT) == expected
    assert "<![CDATA[abcdteT]]>" in decrypt(V3_ENCRYPT, V2_KEY, "wx2c2769f8efd9abc2")


@rule("The published C# sample is read", CRYPT)
def test_v4_is_signed_and_read() -> None:
    expected = "477715d11cdb4164915debcba66cb864d751f3e6"
    assert sign("QDG6eK", "1409659813", "1372623149", V4_ENCRYPT) == expected
    key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
    assert "4561255354251345929" in decrypt(V4_ENCRYPT, key, "wx5823bf96d3bd56c7")


@rule("Padding goes by blocks of 32, one to 32 bytes of it", CRYPT)
@pytest.mark.parametrize("length", range(40))
def test_every_padding_length_comes_back(length: int) -> None:
    message = "x" * length
    assert decrypt(encrypt(message, V2_KEY, "wx1"), V2_KEY, "wx1") == message


@rule("A cipher for another appid is refused", CRYPT)
def test_another_appid_is_refused() -> None:
    with pytest.raises(BadCipher, match="appid"):
        decrypt(encrypt("x", V2_KEY, "wx1"), V2_KEY, "wx2")


@pytest.mark.parametrize("text", ["", "!", "AAAA", "A" * 64])
def test_what_is_no_cipher_is_refused(text: str) -> None:
    with pytest.raises(BadCipher):
        decrypt(text, V2_KEY, "wx1")
