"""Sessions in which the owner speaks: what even the owner may not do, and what stands behind a guard."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.conftest import OWNER, url


@pytest.fixture
def owner_session(engine: Engine) -> Iterator[Session]:
    """A session on the worker's own database as the owner, rolled back after the test."""
    assert engine.url.database
    owner = create_engine(url(OWNER, engine.url.database), poolclass=NullPool)
    with owner.connect() as connection, Session(connection) as session:
        yield session
        session.rollback()
