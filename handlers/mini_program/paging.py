"""Where a list goes on: `?before=` the id that the page before named as `next`."""

from flask import request


def before() -> int | None:
    """Return the id of `?before=`; whatever else stands there begins the list."""
    text = request.args.get("before", "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 12 else None
