"""The control API describes itself, and the description is that of the routes as they are."""

from typing import Any

import pytest

from simulator.control.routes import ROUTES
from simulator.tests.conftest import Simulator

PREFIX = "/_sim/"
# There is nothing to say to these.
BODILESS = {"reset"}


@pytest.fixture(scope="module")
def document(process: Simulator) -> Any:
    """The description that the simulator serves."""
    answer = process.http.get(f"{process.base}/_sim/openapi.json", timeout=10)
    assert answer.status_code == 200
    return answer.json()


def references(part: Any) -> set[str]:
    """Collect every $ref of a document."""
    if isinstance(part, list):
        return {found for one in part for found in references(one)}
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
    return own | {found for one in part.values() for found in references(one)}


def posts(document: Any) -> dict[str, Any]:
    """The document's POST operations by path."""
    return {path: told["post"] for path, told in document["paths"].items() if "post" in told}


def test_every_route_has_a_sentence_and_every_sentence_a_route(document: Any) -> None:
    described = {
        f"{method.upper()} {path.removeprefix(PREFIX)}"
        for path, told in document["paths"].items()
        for method in told
    }
    assert described == set(ROUTES)


def test_every_post_says_what_it_takes(document: Any) -> None:
    silent = {path for path, told in posts(document).items() if "requestBody" not in told}
    assert silent == {PREFIX + path for path in BODILESS}


def test_a_field_that_is_not_described_is_refused(document: Any, process: Simulator) -> None:
    taken = []
    for path, told in posts(document).items():
        if "requestBody" in told and "{" not in path:
            answer = process.http.post(process.base + path, json={"no_such": 1}, timeout=10)
            wrong = answer.json().get("error", {}).get("fields", [])
            if answer.status_code != 400 or "no_such" not in {one["field"] for one in wrong}:
                taken.append(path)
    assert taken == []


def test_document_refers_to_nothing_that_is_not_in_it(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    schemas = document["components"]["schemas"]
    assert references(document) <= {f"#/components/schemas/{name}" for name in schemas}


def test_body_is_the_model_that_the_route_reads(document: Any) -> None:
    said = posts(document)["/_sim/say"]["requestBody"]["content"]["application/json"]["schema"]
    assert said == {"$ref": "#/components/schemas/SayBody"}
    told = document["components"]["schemas"]["SayBody"]
    assert sorted(told["required"]) == ["appid", "openid", "text"]
    assert told["additionalProperties"] is False


def test_page_for_readers_names_every_route(document: Any, process: Simulator) -> None:
    page = process.http.get(f"{process.base}/_sim/docs", timeout=10)
    assert page.headers["Content-Type"].startswith("text/html")
    assert {path for path in document["paths"] if f"<code>{path}</code>" not in page.text} == set()
