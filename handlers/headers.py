"""The security headers: one place, on every answer of every address, refusals and crashes included."""

from typing import cast

from flask import Response, current_app, request

from handlers.edge import App

# Scripts, styles and forms of our own only, and none inside a page; nobody shows our pages in a frame.
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
HTTPS_ONLY = "max-age=31536000"
STATIC = "/console/static/"  # asked for by their content: a new version has a new address


def guard(response: Response) -> Response:
    """Put the headers on an answer; nothing but style sheet and scripts is kept by anybody."""
    headers = response.headers
    headers.extend(HEADERS)
    if cast(App, current_app).parts.installation.base_url.startswith("https://"):
        headers["Strict-Transport-Security"] = HTTPS_ONLY
    kept = request.path.startswith(STATIC) and response.status_code < 400
    headers["Cache-Control"] = "public, max-age=604800" if kept else "no-store"
    return response


def register(app: App) -> None:
    """Hang the headers on every answer."""
    app.after_request(guard)
