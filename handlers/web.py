"""The web application: every blueprint, one error shape, one description of the API."""

from handlers import errors, headers, log
from handlers.console import console
from handlers.edge import VERSION, App, Parts
from handlers.health import health
from handlers.mini_program import api
from handlers.mini_program_push import mini_program_push
from handlers.official_account import official_account


def create_app(parts: Parts) -> App:
    """Return the web application; it keeps no state of its own."""
    app = App(
        __name__,
        title="示范区党建",
        version=VERSION,
        spec_path="/api/v1/openapi.json",
        # Its page of documentation would load scripts from a stranger's host.
        docs_path=None,
        static_folder=None,  # type: ignore[arg-type]
    )
    app.parts = parts
    # People read these answers in logs and tools: Chinese stays Chinese.
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.config.update(VALIDATION_ERROR_STATUS_CODE=400, MAX_CONTENT_LENGTH=1024 * 1024)
    log.register(app)
    for blueprint in (api, console, health, official_account, mini_program_push):
        app.register_blueprint(blueprint)
    errors.register(app)
    headers.register(app)
    return app
