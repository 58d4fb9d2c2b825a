"""The console over a database of the test's own."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from models.base import Sessions
from models.people.console import start_session
from tests.conftest import REDIS
from tests.handlers.console_site import Site, open_site, served


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """A console with people and nothing planned."""
    return open_site(sessions, os.environ[REDIS])


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    """The address of the site, served by a thread."""
    with served(site) as found:
        yield found


@pytest.fixture
def page(site: Site, address: str, chromium: Chromium) -> Iterator[Page]:
    """A phone of the smallest size, logged in as the secretary; a breach of the policy fails the test."""
    with site.sessions.begin() as session:
        token = start_session(session, site.staff["secretary"], now=site.now)
    context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=address)
    context.add_cookies([{"name": "console", "value": token, "url": address}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Security Policy" in said.text else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    yield page
    context.close()
    assert refused == []
