"""The control API described by itself: OpenAPI 3.1, a page to read, and rows for the README.

What a route does stands in `ROUTES`; its body is the model that its view reads, found in the view's code.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from dis import get_instructions
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from simulator.control.routes import ROUTES, Said

PREFIX = "/_sim/"
SCHEMAS = "#/components/schemas/{model}"
POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; base-uri 'none'"
ERROR = {
    "description": "bad_input (400), unknown_... (404), or what the state does not allow (409)",
    "content": {"application/json": {"schema": {"$ref": SCHEMAS.format(model="Error")}}},
}
ERROR_SCHEMA = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}


@dataclass(frozen=True)
class Route:
    """One route of the control API: `path` with {names}, the query it reads, the model of its body."""

    method: str
    path: str
    says: str
    query: tuple[str, ...]
    body: type[BaseModel] | None

    def asked(self) -> str:
        """Name what it takes in one line: the query, or the body's fields, optional ones with a mark."""
        if self.body is None:
            return "&".join(f"{name}=" for name in self.query)
        named = self.body.model_fields.items()
        return "{" + ", ".join(name if field.is_required() else f"{name}?" for name, field in named) + "}"


def openapi_blueprint() -> Blueprint:
    """Serve the description at /_sim/openapi.json, and for readers at /_sim/docs."""
    described = Blueprint("openapi", __name__, url_prefix="/_sim")

    @described.get("/openapi.json")
    def document() -> ResponseReturnValue:
        return jsonify(openapi(current_app))

    @described.get("/docs")
    def docs() -> ResponseReturnValue:
        answer = Response(_page(routes(current_app)), mimetype="text/html")
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    return described


def routes(app: Flask) -> list[Route]:
    """List the control API's routes by path; one that is not in `ROUTES` has no sentence."""
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(PREFIX) or rule.rule.startswith(f"{PREFIX}page/"):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            said = ROUTES.get(f"{method} {path.removeprefix(PREFIX)}", Said(""))
            body = None if method == "GET" else model_read_by(app.view_functions[rule.endpoint])
            found.append(Route(method, path, said.text, said.query, body))
    return sorted(found, key=lambda route: (route.path, route.method))


def model_read_by(view: Callable[..., Any]) -> type[BaseModel] | None:
    """Find the model that a view gives to read_body, None where it reads no body."""
    loaded = [step.argval for step in get_instructions(view) if step.opname == "LOAD_GLOBAL"]
    if "read_body" not in loaded:
        return None
    # read_body(Model): the name that is loaded after the function's.
    model: type[BaseModel] = view.__globals__[loaded[loaded.index("read_body") + 1]]
    return model


def openapi(app: Flask) -> dict[str, Any]:
    """Describe the control API as an OpenAPI 3.1 document."""
    described = routes(app)
    models = dict.fromkeys(route.body for route in described if route.body is not None)
    references, defined = models_json_schema(
        [(model, "validation") for model in models], ref_template=SCHEMAS
    )
    paths: dict[str, dict[str, Any]] = {}
    for route in described:
        schema = references[route.body, "validation"] if route.body else None
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The simulator's control API",
            "version": "1",
            "description": "JSON in and out, whatever the Content-Type; unknown fields are refused.",
        },
        "paths": paths,
        "components": {"schemas": {**defined.get("$defs", {}), "Error": ERROR_SCHEMA}},
    }


def _operation(route: Route, schema: dict[str, Any] | None) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in route.query]
    name = re.sub(r"\W+", "_", route.path.removeprefix(PREFIX)).strip("_")
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}_{name}",
        "summary": route.says,
        "responses": {"2XX": {"description": "done"}, "4XX": ERROR},
    }
    if parameters:
        operation["parameters"] = parameters
    if schema is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _page(described: Iterable[Route]) -> str:
    rows = "\n".join(
        f"<section><b>{route.method}</b><code>{escape(route.path)}</code>"
        f"<p>{escape(route.says)}</p><code>{escape(route.asked())}</code></section>"
        for route in described
    )
    page = Template((files("simulator.page") / "docs.html").read_text(encoding="utf-8"))
    return page.substitute(rows=rows)
