"""The database for real commits: whoever enters it finds nothing of the one before."""

from sqlalchemy import select, text

from models.base import Sessions, connect, sessions_of
from models.people.org import Org
from tests.databases import APP, url
from tests.emptied import Emptied, put, put_away, rows_of
from tests.factories import a_branch, a_township, a_zone


def names(sessions: Sessions) -> list[tuple[int, str]]:
    """Return the keys and names of all organisations."""
    with sessions() as session:
        return [(org.id, org.name) for org in session.scalars(select(Org).order_by(Org.id))]


def commit_a_branch(sessions: Sessions) -> None:
    """Commit three organisations."""
    with sessions.begin() as session:
        a_branch(session, a_township(session, a_zone(session)))


def test_nothing_of_the_test_before_is_left_and_keys_begin_anew(sessions: Sessions, emptied: Emptied) -> None:
    commit_a_branch(sessions)
    before, database = names(sessions), emptied.database
    assert len(before) == 3
    emptied.enter()
    assert emptied.database == database
    assert names(sessions) == []
    commit_a_branch(sessions)
    assert [key for key, _ in names(sessions)] == [key for key, _ in before]


def test_the_template_has_no_rows_that_could_be_lost(sessions: Sessions, database: str) -> None:
    assert rows_of(database).tables == {}


def test_rows_come_back_as_they_were(sessions: Sessions, emptied: Emptied) -> None:
    commit_a_branch(sessions)
    before, rows = names(sessions), rows_of(emptied.database)
    emptied.enter()
    put(rows, emptied.database)
    assert names(sessions) == before
    commit_a_branch(sessions)
    assert len({key for key, _ in names(sessions)}) == 6


def test_a_database_with_an_open_transaction_is_left_for_a_new_one(
    sessions: Sessions, emptied: Emptied
) -> None:
    database = emptied.database
    with sessions() as session:
        session.execute(text("SELECT 1"))
        emptied.enter()
        assert emptied.database != database
        session.invalidate()  # whoever was in there has been cut off


def test_connection_of_a_session_that_nobody_closed_is_closed_with_the_others(database: str) -> None:
    # Control: without the collector's round it stays open, and whoever meets it later ends with a warning.
    engine = connect(url(APP, database), pool_size=1)
    lost = [sessions_of(engine)()]
    kept = lost[0].connection().connection.driver_connection
    lost.clear()
    put_away(engine)
    assert kept
    assert kept.closed


def test_a_database_with_a_lock_of_a_session_is_left_for_a_new_one(
    sessions: Sessions, emptied: Emptied
) -> None:
    database = emptied.database
    with sessions() as session:
        session.execute(text("SELECT pg_advisory_lock(7)"))
    emptied.enter()
    assert emptied.database != database
