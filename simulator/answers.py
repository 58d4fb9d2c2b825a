"""How an answer goes out: JSON, a file, and the ways in which an answer may fail to arrive."""

import json
import time
from collections.abc import Iterator
from typing import Any

from flask import Response

from simulator.calls import Binary

BAD_GATEWAY = (
    "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n"
)
JSON_TYPE = "application/json; encoding=utf-8"


def answered(path: str, answer: dict[str, Any] | Binary) -> Response:
    """Write what a family answered, under the Content-Type that WeChat gives it."""
    if isinstance(answer, dict):
        # The log-in calls say text/plain, which has surprised many a client.
        return json_answer(answer, "text/plain" if path.startswith("/sns/") else JSON_TYPE)
    headers = {"Content-Disposition": f'attachment; filename="{answer.name}"'}
    return Response(answer.content, content_type=answer.mime, headers=headers)


def json_answer(answer: dict[str, Any], content_type: str = JSON_TYPE) -> Response:
    """Write JSON as WeChat does: UTF-8 as it is, no spaces."""
    return Response(json.dumps(answer, ensure_ascii=False, separators=(",", ":")), content_type=content_type)


def bad_gateway() -> Response:
    """Answer a gateway's HTML page."""
    return Response(BAD_GATEWAY, 502, mimetype="text/html")


def closed() -> Response:
    """Close the connection in place of an answer."""
    # A body that breaks before its first byte: the server then closes the connection without a head.
    return Response(_broken(), headers={"Content-Length": "1"})


def truncated(whole: Response) -> Response:
    """Send the first half of an answer's body, and close the connection."""
    body = whole.get_data()
    headers = {"Content-Type": whole.content_type or "", "Content-Length": str(len(body))}
    return Response(_cut(body[: len(body) // 2]), headers=headers)


def _cut(beginning: bytes) -> Iterator[bytes]:
    yield beginning
    # The server throws away what it has not yet sent when it sees that the body is too short.
    time.sleep(0.2)


def _broken() -> Iterator[bytes]:
    raise ConnectionAbortedError
    yield b""
