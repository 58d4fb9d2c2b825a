"""What no statement may do, whoever sends it, and what the app's role may not do at all."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.tables import APPEND_ONLY, TABLES
from tests.factories import a_branch, a_group, a_scheme, a_township, a_zone
from tests.models.nevers import Known, row
from tests.models.nevers_points import REVERSAL
from tests.models.nevers_records import APPROVED, RETURN, WHOLE

KEPT = [table.__tablename__ for table in APPEND_ONLY]
HANDS = {"reviewed_by": "second_account", "approved_by": "third_account"}
REWRITES = ("UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE")


def rewrite_of(table: str, rewrite: str) -> str:
    """Return the statement on the table's first column that is not its key."""
    column = next(column.name for column in TABLES[table].columns if not column.identity)
    return rewrite.format(table=table, column=column)


def refusal(session: Session, statement: str, known: Known | None = None) -> psycopg.Error:
    """Send a statement that must fail; return what the database said."""
    with pytest.raises(DBAPIError) as error:
        session.execute(text(statement), known or {})
    assert isinstance(error.value.orig, psycopg.Error)
    return error.value.orig


# append-only rows


@pytest.mark.parametrize("rewrite", REWRITES)
@pytest.mark.parametrize("table", KEPT)
def test_kept_row_cannot_be_rewritten_by_the_app(
    session: Session, known: Known, table: str, rewrite: str
) -> None:
    session.execute(text(row(table)), known)
    assert isinstance(refusal(session, rewrite_of(table, rewrite)), psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize("rewrite", REWRITES)
@pytest.mark.parametrize("table", KEPT)
def test_kept_row_cannot_be_rewritten_by_the_owner(
    owner_session: Session, known: Known, table: str, rewrite: str
) -> None:
    owner_session.execute(text(row(table)), known)
    error = refusal(owner_session, rewrite_of(table, rewrite))
    assert isinstance(error, psycopg.errors.RestrictViolation)
    assert str(error.diag.message_primary).endswith("is append-only")


def test_ledger_is_not_emptied_from_above_by_the_owner(owner_session: Session) -> None:
    error = refusal(owner_session, "TRUNCATE org, account CASCADE")
    assert isinstance(error, psycopg.errors.RestrictViolation)


def test_entry_cannot_be_rewritten_by_way_of_a_conflict(session: Session, known: Known) -> None:
    session.execute(text(row("point_entry")), known)
    rewrite = row("point_entry", points="9") + " ON CONFLICT (about) DO UPDATE SET points = 9"
    assert isinstance(refusal(session, rewrite, known), psycopg.errors.InsufficientPrivilege)


# schemes


@pytest.mark.parametrize(
    "change",
    [
        """UPDATE scheme SET document = '{"parts": []}'""",
        "UPDATE scheme SET version = 2",
        "UPDATE scheme SET published_at = NULL",
        "DELETE FROM scheme",
    ],
)
def test_published_scheme_is_never_changed(session: Session, change: str) -> None:
    a_scheme(session, a_zone(session))
    error = refusal(session, change)
    assert isinstance(error, psycopg.errors.RestrictViolation)
    assert error.diag.message_primary == "a published scheme is never changed"


def test_published_scheme_is_never_changed_by_the_owner(owner_session: Session) -> None:
    a_scheme(owner_session, a_zone(owner_session))
    for change in ("UPDATE scheme SET version = 2", "DELETE FROM scheme", "TRUNCATE scheme CASCADE"):
        with owner_session.begin_nested() as savepoint:
            assert isinstance(refusal(owner_session, change), psycopg.errors.RestrictViolation)
            savepoint.rollback()


def test_draft_of_a_scheme_may_change_be_published_and_go(session: Session) -> None:
    draft = a_scheme(session, a_zone(session), published_at=None)
    gone = a_scheme(session, a_zone(session), code="GONE", published_at=None)
    session.execute(text("UPDATE scheme SET version = 2 WHERE id = :id"), {"id": draft.id})
    session.execute(text("UPDATE scheme SET published_at = now() WHERE id = :id"), {"id": draft.id})
    session.execute(text("DELETE FROM scheme WHERE id = :id"), {"id": gone.id})
    rows = session.execute(text("SELECT version, published_at IS NOT NULL FROM scheme"))
    assert rows.all() == [(2, True)]


# a confirmed roll

UNDOING = (
    "UPDATE roll SET confirmed_at = NULL, confirmed_by = NULL, revision = 0",
    "UPDATE roll SET confirmed_at = now()",
    "UPDATE roll SET revision = 1",
    "DELETE FROM roll",
    "DELETE FROM roll_line",
)


@pytest.mark.parametrize("undoing", UNDOING)
def test_confirmed_roll_is_amended_and_never_undone(session: Session, known: Known, undoing: str) -> None:
    confirm = "UPDATE roll SET confirmed_at = :now, confirmed_by = :account, revision = 2 WHERE id = :roll"
    session.execute(text(confirm), known)
    error = refusal(
        session, f"{undoing} WHERE {'roll_id' if 'roll_line' in undoing else 'id'} = :roll", known
    )
    assert isinstance(error, psycopg.errors.RestrictViolation)


def test_confirmed_roll_may_be_amended_and_counted_again(session: Session, known: Known) -> None:
    confirm = "UPDATE roll SET confirmed_at = :now, confirmed_by = :account, revision = 1 WHERE id = :roll"
    session.execute(text(confirm), known)
    session.execute(text("UPDATE roll SET revision = 2, heads = 40 WHERE id = :roll"), known)


# a filed record, a proposed article


def filed(session: Session, known: Known) -> None:
    for table in ("minutes_item", "decision"):
        session.execute(text(row(table)), known)
    file = ", ".join(f"{column} = {value}" for column, value in WHOLE.items())
    session.execute(text(f"UPDATE minutes SET {file} WHERE roll_id = :record"), known)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE minutes SET discussion = '别的' WHERE roll_id = :record",
        "UPDATE minutes SET filed_at = now() WHERE roll_id = :record",
        "UPDATE minutes SET state = 'draft', filed_at = NULL, filed_by = NULL, filed_revision = NULL",
        "UPDATE minutes_item SET outcome = 'held' WHERE roll_id = :record",
        "DELETE FROM decision WHERE roll_id = :record",
        row("decision", position="2"),
    ],
)
def test_filed_record_changes_only_once_returned(session: Session, known: Known, change: str) -> None:
    filed(session, known)
    with session.begin_nested() as savepoint:
        assert isinstance(refusal(session, change, known), psycopg.errors.RestrictViolation)
        savepoint.rollback()
    back = ", ".join(f"{column} = {value}" for column, value in RETURN.items())
    session.execute(text(f"UPDATE minutes SET state = 'returned', {back} WHERE roll_id = :record"), known)
    if "state = 'draft'" not in change:
        session.execute(text(change), known)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE article SET title = '别的'",
        "UPDATE article_block SET text = '别的'",
        "DELETE FROM article_block",
        "UPDATE picture SET jpeg = jpeg || jpeg",
        "DELETE FROM picture",
        row("article_block", position="2"),
        row("article_source"),
        row("article_writer"),
    ],
)
def test_proposed_article_is_edited_only_as_a_draft_again(
    session: Session, known: Known, change: str
) -> None:
    for table in ("article_block", "picture"):
        session.execute(text(row(table)), known)
    propose = "UPDATE article SET state = 'proposed', proposed_at = :now, proposed_by = :account"
    session.execute(text(propose), known)
    session.execute(text("UPDATE picture SET wechat_url = 'http://mmbiz.qpic.cn/1'"))
    with session.begin_nested() as savepoint:
        assert isinstance(refusal(session, change, known), psycopg.errors.RestrictViolation)
        savepoint.rollback()
    session.execute(text("UPDATE article SET state = 'draft', proposed_at = NULL, proposed_by = NULL"))
    session.execute(text(change), known)


@pytest.mark.parametrize("step", ["reviewed_by", "approved_by"])
def test_who_wrote_on_an_article_never_reviews_or_approves_it(
    session: Session, known: Known, step: str
) -> None:
    session.execute(text(row("article_writer", account_id=f":{HANDS[step]}")), known)
    steps = ", ".join(f"{column} = {value}" for column, value in APPROVED.items())
    assert isinstance(
        refusal(session, f"UPDATE article SET {steps}", known), psycopg.errors.RestrictViolation
    )


# the tree


def path_of(session: Session, org_id: int) -> str:
    return str(session.scalar(text("SELECT path FROM org WHERE id = :id"), {"id": org_id}))


def test_path_is_the_ids_from_the_top(session: Session) -> None:
    zone = a_zone(session)
    township = a_township(session, zone)
    branch = a_branch(session, township)
    assert path_of(session, zone.id) == f"{zone.id}/"
    assert path_of(session, branch.id) == f"{zone.id}/{township.id}/{branch.id}/"


def test_forged_path_is_not_taken(session: Session, known: Known) -> None:
    above = path_of(session, int(str(known["township"])))
    made = session.scalar(text(row("org", path="'1/'") + " RETURNING id"), known)
    assert path_of(session, made) == f"{above}{made}/"
    session.execute(text("UPDATE org SET path = '1/' WHERE id = :id"), {"id": made})
    assert path_of(session, made) == f"{above}{made}/"


# A temporary table stands before the real one unless the guards name the schema.
SHADOWS = (
    (
        "CREATE TEMP TABLE org AS SELECT CAST(:township AS bigint) AS id, 'branch' AS kind",
        row("public.member", branch_id=":township", group_id="NULL"),
        "ck_member_in_branch",
    ),
    (
        "CREATE TEMP TABLE point_entry AS SELECT id, member_id, branch_id, scheme_id, item, cycle, period,"
        " quantity, -50.0 AS points, source, reverses FROM public.point_entry",
        row("public.point_entry", **REVERSAL | {"points": "50"}),
        "ck_point_entry_reversal",
    ),
)


@pytest.mark.parametrize(("shadow", "statement", "constraint"), SHADOWS)
def test_guard_looks_past_a_temporary_table(
    session: Session, known: Known, shadow: str, statement: str, constraint: str
) -> None:
    session.execute(text(shadow), known)
    assert refusal(session, statement, known).diag.constraint_name == constraint


def test_path_is_not_forged_by_a_temporary_table(session: Session, known: Known) -> None:
    above = path_of(session, int(str(known["township"])))
    session.execute(
        text("CREATE TEMP TABLE org AS SELECT CAST(:township AS bigint) AS id, '9/' AS path"), known
    )
    path = session.scalar(text(row("public.org") + " RETURNING path"), known)
    assert str(path).startswith(above)


def test_subtree_follows_a_move(session: Session) -> None:
    zone = a_zone(session)
    old, new = a_township(session, zone), a_township(session, zone)
    branch = a_branch(session, old)
    group = a_group(session, branch)
    session.execute(
        text("UPDATE org SET parent_id = :new WHERE id = :branch"), {"new": new.id, "branch": branch.id}
    )
    assert path_of(session, group.id) == f"{zone.id}/{new.id}/{branch.id}/{group.id}/"
    session.execute(text("UPDATE org SET parent_id = NULL WHERE id = :new"), {"new": new.id})
    assert path_of(session, group.id) == f"{new.id}/{branch.id}/{group.id}/"


def test_member_moves_with_branch_and_group_together(session: Session, known: Known) -> None:
    move = "UPDATE member SET branch_id = :other_branch, group_id = :other_group WHERE id = :member"
    session.execute(text(move), known)
    branch = session.scalar(text("SELECT branch_id FROM member WHERE id = :member"), known)
    assert branch == known["other_branch"]


# the app's role

POWERS = (
    "ALTER TABLE org ADD COLUMN rank integer",
    "ALTER TABLE org DISABLE TRIGGER ALL",
    "ALTER TABLE point_entry DISABLE TRIGGER keep_rows",
    "ALTER TABLE point_entry DROP CONSTRAINT uq_point_entry_about",
    "ALTER TABLE member OWNER TO CURRENT_USER",
    "DROP TRIGGER keep_rows ON point_entry",
    "DROP FUNCTION refuse_change() CASCADE",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP TABLE delivery",
    "DROP INDEX uq_post_open",
    "CREATE TABLE ranking (member_id bigint, place integer)",
    "CREATE TRIGGER quiet BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE SCHEMA shadow",
    "CREATE ROLE intruder",
    "SET session_replication_role = replica",
    "UPDATE alembic_version SET version_num = '0000'",
    "COPY (SELECT 1) TO PROGRAM 'true'",
)


@pytest.mark.parametrize("power", POWERS)
def test_app_has_no_power_to(session: Session, power: str) -> None:
    assert isinstance(refusal(session, power), psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize("table", TABLES)
def test_app_cannot_empty(session: Session, table: str) -> None:
    assert isinstance(refusal(session, f"TRUNCATE {table} CASCADE"), psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize("table", [table.name for table in TABLES.values() if "created_at" in table.columns])
def test_app_cannot_set_the_time_of_writing(session: Session, known: Known, table: str) -> None:
    with session.begin_nested() as savepoint:
        error = refusal(session, row(table, created_at=":now"), known)
        assert isinstance(error, psycopg.errors.InsufficientPrivilege)
        savepoint.rollback()
    error = refusal(session, f"UPDATE {table} SET created_at = now()")
    assert isinstance(error, psycopg.errors.InsufficientPrivilege)


NUMBERED = [table.name for table in TABLES.values() if any(column.identity for column in table.columns)]


@pytest.mark.parametrize("table", NUMBERED)
def test_app_cannot_choose_a_key(session: Session, known: Known, table: str) -> None:
    plain = row(table, id="77")
    for chosen, refused in (
        (plain, psycopg.errors.GeneratedAlways),
        (plain.replace(" VALUES", " OVERRIDING SYSTEM VALUE VALUES"), psycopg.errors.InsufficientPrivilege),
        (f"UPDATE {table} SET id = DEFAULT", psycopg.errors.InsufficientPrivilege),
    ):
        with session.begin_nested() as savepoint:
            assert isinstance(refusal(session, chosen, known), refused)
            savepoint.rollback()
