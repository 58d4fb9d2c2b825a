"""The web application, built once for a whole run: laying out its 250 addresses takes longer than a test."""

from copy import copy
from functools import cache
from typing import cast

from handlers.edge import App, Parts
from handlers.web import create_app


def app_with(parts: Parts) -> App:
    """Return the application with these parts: it keeps no state of its own, so copies share the rest."""
    app = copy(_built())
    app.config, app.parts = copy(app.config), parts
    return app


@cache
def _built() -> App:
    app = create_app(cast(Parts, None))
    # Made at its first use; from here on every copy has the same, with the templates that it has read.
    assert app.jinja_env
    return app
