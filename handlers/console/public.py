"""What anybody may open without logging in: the front page, a scanned code, WeChat's verification files."""

from flask import Response

from handlers.console.pages import console, page
from handlers.edge import VOLUNTARY, current
from models.refused import Refused


@console.get("/c/<token>")
def code_page(token: str) -> Response:
    """Say how to sign in to whoever scanned with a plain scanner; looks nothing up and has no effect.

    WeChat asks for its verification files under this address too.
    """
    files = current().parts.installation.verification_files
    if token in files:
        return Response(files[token], mimetype="text/plain")
    return page("console/code.html")


@console.get("/")
def front_page() -> Response:
    """Say whom this serves, to whoever opens the bare address or a message on a phone without the app."""
    return page("console/front.html", voluntary=VOLUNTARY)


@console.get("/<name>.<any(txt, html):kind>")
def verification_file(name: str, kind: str) -> Response:
    """Serve a file that WeChat asks for to prove whose the address is. Refused: not_found."""
    files = current().parts.installation.verification_files
    if f"{name}.{kind}" not in files:
        raise Refused("not_found", "没有找到")
    return Response(files[f"{name}.{kind}"], mimetype="text/plain")
