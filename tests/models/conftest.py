"""Sessions in which the owner speaks: what even the owner may not do, and what stands behind a guard."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from models.base import connect
from tests.conftest import APP, OWNER, clone_database, drop_database, url
from tests.models.nevers import Known, world


@pytest.fixture(scope="session")
def laid() -> Iterator[tuple[Engine, Known]]:
    """A database where everything stands that the statements of the nevers refer to."""
    name = clone_database()
    engine = connect(url(APP, name), pool_size=2)
    with Session(engine) as session, session.begin():
        known = world(session)
    yield engine, known
    engine.dispose()
    drop_database(name)


@pytest.fixture
def known(laid: tuple[Engine, Known]) -> Known:
    """What the statements name; whoever asks for it has a session on the database where it stands."""
    return dict(laid[1])


@pytest.fixture
def engine(engine: Engine, request: pytest.FixtureRequest) -> Engine:
    """The worker's own database, or the one where everything `known` stands."""
    if "known" in request.fixturenames:
        laid: tuple[Engine, Known] = request.getfixturevalue("laid")
        return laid[0]
    return engine


@pytest.fixture
def owner_session(engine: Engine) -> Iterator[Session]:
    """A session on the worker's own database as the owner, rolled back after the test."""
    assert engine.url.database
    owner = create_engine(url(OWNER, engine.url.database), poolclass=NullPool)
    with owner.connect() as connection, Session(connection) as session:
        yield session
        session.rollback()
