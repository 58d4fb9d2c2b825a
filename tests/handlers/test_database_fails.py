"""A database that fails in the middle of a request: what passes is a 503, what is our own fault a 500."""

from collections.abc import Iterator
from typing import NoReturn

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from handlers.edge import current
from models.base import connect, sessions_of
from tests.conftest import APP, url
from tests.handlers.world import World, open_world

FAIL = """CREATE FUNCTION pg_temp.fail(code text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the words of the database' USING ERRCODE = code; END $$"""
PASSING = {
    "53100": "disk_full",
    "53200": "out_of_memory",
    "53300": "too_many_connections",
    "53400": "configuration_limit_exceeded",
    "57014": "query_canceled",
    "57P01": "admin_shutdown",
    "57P02": "crash_shutdown",
    "57P03": "cannot_connect_now",
    "57P05": "idle_session_timeout",
    "55P03": "lock_not_available",
    "40001": "serialization_failure",
    "40P01": "deadlock_detected",
    "58030": "io_error",
    "08006": "connection_failure",
    "25006": "read_only_sql_transaction",
    "25P03": "idle_in_transaction_session_timeout",
    "25P04": "transaction_timeout",
    "XX000": "internal_error",  # a used-up quota of the disk is one
    "XX001": "data_corrupted",
}
OURS = {
    "25P02": "in_failed_sql_transaction",
    "42P01": "undefined_table",
    "42601": "syntax_error",
    "P0001": "raise_exception",
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all tests; what a test does in it is undone."""
    with open_world() as world:
        yield world


def log_in_while(world: World, sqlstate: str) -> TestResponse:
    """Log in while the database refuses a statement with this code."""

    def ask(_: str) -> NoReturn:
        current().session.execute(text("SELECT pg_temp.fail(:code)"), {"code": sqlstate})
        raise AssertionError

    with world.rolled_back(log_in=ask) as connection:
        connection.exec_driver_sql(FAIL)
        return world.app.test_client().post("/api/v1/session", json={"code": "x"})


@pytest.mark.parametrize("sqlstate", PASSING, ids=PASSING.get)
def test_what_passes_is_a_503_to_come_back_to(world: World, sqlstate: str) -> None:
    answer = log_in_while(world, sqlstate)
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["error"]["code"] == "unavailable"
    assert int(answer.headers["Retry-After"]) > 0
    assert "words of the database" not in answer.text


@pytest.mark.parametrize("sqlstate", OURS, ids=OURS.get)
def test_what_is_our_own_fault_is_a_500_that_tells_nothing(world: World, sqlstate: str) -> None:
    answer = log_in_while(world, sqlstate)
    assert answer.status_code == 500
    assert answer.json is not None
    assert answer.json["error"]["code"] == "failed"
    assert "words of the database" not in answer.text


def test_readiness_names_the_database_that_is_down(world: World) -> None:
    nowhere = sessions_of(connect("postgresql+psycopg://nobody@127.0.0.1:1/nothing", pool_size=1))
    with world.rolled_back(sessions=nowhere):
        answer = world.app.test_client().get("/readyz")
        assert world.app.test_client().get("/healthz").status_code == 200
    assert (answer.status_code, answer.json) == (503, {"ok": False, "database": "down", "redis": "up"})


def test_readiness_names_the_disk_of_a_database_that_may_only_be_read(world: World) -> None:
    with world.engine.connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        with world.rolled_back(sessions=world.on(connection)):
            answer = world.app.test_client().get("/readyz")
    assert answer.json is not None
    assert (answer.status_code, answer.json["database"], answer.json["disk"]) == (503, "up", False)


def test_readiness_writes_a_file_to_see_whether_there_is_room(world: World) -> None:
    written = text("SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()")
    with world.rolled_back() as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
        before = connection.scalar(written) or 0
        assert world.app.test_client().get("/readyz").status_code == 200
    with world.engine.connect() as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
        connection.commit()
        assert (connection.scalar(written) or 0) > before


def test_statement_of_the_web_is_given_up_before_the_phone_gives_up(database: str) -> None:
    engine = connect(url(APP, database), pool_size=1, statement_seconds=1)
    with engine.connect() as connection, pytest.raises(OperationalError, match="statement timeout"):
        connection.exec_driver_sql("SELECT pg_sleep(2)")
    engine.dispose()
