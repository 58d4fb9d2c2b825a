"""What a client may write behind the question mark stands in the description, and nothing else is read."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest

from tests.handlers.console_site import Site
from tests.node import ROOT

API = ROOT / "handlers" / "mini_program"


def spec_of(site: Site) -> Any:
    """Return the description as a client gets it."""
    return site.app.test_client().get("/api/v1/openapi.json").json


def described(site: Site) -> dict[str, set[str]]:
    """Return address -> the parameters of its query."""
    return {
        address: names
        for address, methods in spec_of(site)["paths"].items()
        for one in methods.values()
        if (names := {row["name"] for row in one.get("parameters", ()) if row["in"] == "query"})
    }


def read_without_a_word() -> Iterator[str]:
    """Yield where a view reads the query by itself, where no description can see it."""
    for file in API.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Attribute) or not ast.unparse(node.value).endswith("request"):
                continue
            if node.attr in ("args", "values", "query_string"):
                yield f"{file.name}:{node.lineno}"


def test_every_parameter_of_a_query_is_described(site: Site) -> None:
    assert described(site) == {
        "/api/v1/articles": {"before"},
        "/api/v1/branch/gatherings": {"period"},
        "/api/v1/complaints": {"before"},
        "/api/v1/gatherings": {"before"},
        "/api/v1/me/points": {"cycle"},
        "/api/v1/notices": {"before"},
    }
    assert list(read_without_a_word()) == []


@pytest.mark.parametrize("address", ["articles", "me/points"])
def test_each_is_said_in_words_and_may_be_left_out(site: Site, address: str) -> None:
    [row] = spec_of(site)["paths"][f"/api/v1/{address}"]["get"]["parameters"]
    assert (row["required"], row["schema"]["type"]) == (False, "string")
    assert "不写" in str(row)


def test_names_that_no_address_knows_change_nothing(site: Site) -> None:
    client = site.app.test_client()
    assert client.get("/api/v1/articles?before=&who=7&before=8").json == client.get("/api/v1/articles").json


def test_posts_say_that_a_body_nobody_wants_may_be_refused(site: Site) -> None:
    # Control: named only where a body is wanted, it is missing at five.
    posts = {
        address: one["post"]["responses"] for address, one in spec_of(site)["paths"].items() if "post" in one
    }
    assert len(posts) > 20
    assert [address for address, answers in posts.items() if not {"400", "413", "415"} <= set(answers)] == []
