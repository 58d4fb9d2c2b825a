"""Every never of the model, sent as raw SQL in the app's role and refused by the database by name."""

import re
from collections.abc import Iterable
from typing import Any

import psycopg
import pytest
from sqlalchemy import Column, Enum, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.tables import TABLES
from tests.models import (
    nevers_gatherings,
    nevers_many_hands,
    nevers_notices,
    nevers_people,
    nevers_points,
    nevers_ratings,
    nevers_records,
)
from tests.models.nevers import VALID, Known, Never, never, row

NEVERS = (
    *nevers_people.NEVERS,
    *nevers_gatherings.NEVERS,
    *nevers_points.NEVERS,
    *nevers_ratings.NEVERS,
    *nevers_notices.NEVERS,
    *nevers_many_hands.NEVERS,
    *nevers_records.NEVERS,
)

# What another rule asks for beside a column, so that the column's own rule is the one that speaks.
BESIDE = {
    "proposal.account_id": {"by_member_id": "NULL"},
    "proposal.decided_by": {"state": "'approved'", "decided_at": ":now"},
    "proposal.how": {"account_id": ":account"},
    "veto.lifted_by": {"lifted_document": "'9号'", "lifted_at": ":now"},
    "objection.entry_id": {"rating_id": "NULL"},
    "objection.rating_id": {"entry_id": "NULL"},
    "objection.appeals": {"desk": "'township'"},
    "objection.recorded_by": {"how": "'paper'"},
    "objection.how": {"recorded_by": ":account"},
    "objection.told_how": {"told_on": "DATE '2026-12-09'"},
    "objection.answered_by": nevers_ratings.ANSWERED,
    "leave.decided_by": {"state": "'approved'", "decided_at": ":now"},
    "point_entry.reverses": {"about": "'reverse:0'"},
    "article.state": nevers_records.STEPS,
    "article.proposed_by": nevers_records.STEPS | {"state": "'approved'"},
    "article.reviewed_by": nevers_records.STEPS | {"state": "'approved'"},
    "article.approved_by": nevers_records.STEPS | {"state": "'approved'"},
    "article_block.picture_id": {"kind": "'picture'"},
    "minutes.state": nevers_records.FILING,
    "minutes.filed_by": nevers_records.FILING | nevers_records.RETURN | {"state": "'returned'"},
    "minutes.returned_by": nevers_records.RETURN,
    "away_report.decided_by": {"state": "'rejected'", "decided_at": ":now"},
    "away_report.spell_id": {"state": "'accepted'", "decided_by": ":account", "decided_at": ":now"},
    "away_report.filed_by": {"filed_how": "'paper'"},
    "away_report.filed_how": {"filed_by": ":account"},
    "complaint.answered_by": {"answer": "'好'", "answered_at": ":now"},
    "host_attendance.decided_by": {"state": "'accepted'", "decided_at": ":now"},
    "host_attendance.filed_by": {"filed_how": "'paper'"},
    "host_attendance.filed_how": {"filed_by": ":account"},
    "leave.filed_by": {"filed_how": "'paper'"},
    "leave.filed_how": {"filed_by": ":account"},
    "link_code.account_id": {"kind": "'branch'", "member_id": "NULL"},
    "makeup.done_by": {"done_on": "DATE '2026-12-01'"},
    "phone_session.staff_id": {"staff_from": ":now"},
    "roll.confirmed_by": {"confirmed_at": ":now", "revision": "1"},
    "roll_line.checked_in_via": {"checked_in_at": ":now"},
    "roll_line.gathering_id": {"roll_id": "NULL", "status": "'observer'", "marked_by": ":account"}
    | {"marked_at": ":now"},
    "roll_line.marked_by": {"marked_at": ":now"},
}


def with_value(column: Column[Any], value: str) -> str:
    """Return the acceptable row with another value in one column."""
    return row(column.table.name, **BESIDE.get(str(column), {}) | {column.name: value})


# One stranger's word in every column that holds a closed list.
CODED = [
    never(str(column), f"ck_{table.name}_{column.type.name}", with_value(column, "'x'"))
    for table in TABLES.values()
    for column in table.columns
    if isinstance(column.type, Enum)
]

# What stands behind a guard that speaks first: the owner takes the guard away, the rule still holds.
BEHIND = (
    never(
        "a path of words",
        "ck_org_path",
        "ALTER TABLE org DISABLE TRIGGER write_org_path",
        row("org", path="'zone/'"),
    ),
    never(
        "a path of two organisations",
        "ix_org_path",
        "ALTER TABLE org DISABLE TRIGGER write_org_path",
        row("org", path="(SELECT path FROM org WHERE id = :branch)"),
    ),
    never(
        "a gathering too large for four bytes",
        "ck_gathering_id_fits_token",
        row("gathering", id="4294967296").replace(" VALUES", " OVERRIDING SYSTEM VALUE VALUES"),
    ),
    never(
        "one entry reversed twice",
        "uq_point_entry_reverses",
        "ALTER TABLE point_entry DROP CONSTRAINT uq_point_entry_about",
        row("point_entry", **nevers_points.REVERSAL),
        row("point_entry", **nevers_points.REVERSAL),
    ),
    never(
        "an entry reversed that is not there",
        "fk_point_entry_reverses",
        "ALTER TABLE point_entry DISABLE TRIGGER check_reversal",
        row("point_entry", **nevers_points.REVERSAL | {"about": "'reverse:0'", "reverses": "0"}),
    ),
    never(
        "a member of no organisation",
        "fk_member_branch_id",
        "ALTER TABLE member DISABLE TRIGGER place_member",
        row("member", branch_id="0"),
    ),
    never(
        "a member of no group",
        "fk_member_group_id",
        "ALTER TABLE member DISABLE TRIGGER place_member",
        row("member", group_id="0"),
    ),
    # The app may remove no organisation at all; the owner cannot pull one from under its people.
    never("a branch removed above its group", "fk_org_parent_id", "DELETE FROM org WHERE id = :branch"),
    never("a group removed from its members", "fk_member_group_id", "DELETE FROM org WHERE id = :group"),
)
SPEAKS_FIRST = {
    "fk_member_branch_id": "ck_member_in_branch",
    "fk_member_group_id": "ck_member_in_own_group",
    "fk_point_entry_reverses": "ck_point_entry_reversal",
}

# A key that is nowhere, in every column that refers to a row.
DANGLING = [
    never(str(column), SPEAKS_FIRST.get(name, name), with_value(column, "0"))
    for name, column in sorted(
        (str(key.name), next(iter(key.columns)))
        for table in TABLES.values()
        for key in table.foreign_key_constraints
    )
]


def by_name(rows: Iterable[Never]) -> list[object]:
    return [pytest.param(row, id=f"{row.constraint}: {row.why}") for row in rows]


def assert_refused(session: Session, known: Known, refused: Never) -> None:
    """Send the statements as they are; the last one alone must fail, and under the constraint's name."""
    *accepted, last = refused.statements
    for statement in accepted:
        session.execute(text(statement), known)
    with pytest.raises(DBAPIError) as error:
        session.execute(text(last), known)
    assert isinstance(error.value.orig, psycopg.Error)
    assert error.value.orig.diag.constraint_name == refused.constraint


@pytest.mark.parametrize("refused", by_name([*NEVERS, *CODED, *DANGLING]))
def test_database_refuses(session: Session, known: Known, refused: Never) -> None:
    assert_refused(session, known, refused)


@pytest.mark.parametrize("refused", by_name(BEHIND))
def test_rule_holds_behind_the_guard_that_speaks_first(
    owner_session: Session, known: Known, refused: Never
) -> None:
    assert_refused(owner_session, known, refused)


@pytest.mark.parametrize("table", TABLES)
def test_database_accepts_the_row_that_the_nevers_change(session: Session, known: Known, table: str) -> None:
    session.execute(text(row(table)), known)


# Not the columns that the database writes by itself.
REQUIRED = [
    (table.name, column.name)
    for table in TABLES.values()
    for column in table.columns
    if not column.nullable and not column.identity and column.name not in ("created_at", "path")
]


@pytest.mark.parametrize(("table", "column"), REQUIRED)
def test_required_column_is_never_empty(session: Session, known: Known, table: str, column: str) -> None:
    with pytest.raises(DBAPIError) as error:
        session.execute(text(row(table, **{column: "NULL"})), known)
    assert isinstance(error.value.orig, psycopg.Error)
    if (table, column) == ("member", "branch_id"):
        assert error.value.orig.diag.constraint_name == "ck_member_in_branch"
    else:
        assert isinstance(error.value.orig, psycopg.errors.NotNullViolation)
        assert error.value.orig.diag.column_name == column


# Keys that the database does not number.
NATURAL = [table.name for table in TABLES.values() if not any(column.identity for column in table.columns)]


@pytest.mark.parametrize("table", NATURAL)
def test_natural_key_stands_once(session: Session, known: Known, table: str) -> None:
    assert_refused(session, known, never("a key twice", f"pk_{table}", row(table), row(table)))


def test_lines_without_a_phone_do_not_collide(session: Session, known: Known) -> None:
    session.execute(text(row("roll_line")), known)
    assert session.scalar(text("SELECT count(*) FROM roll_line WHERE openid_hash IS NULL")) == 2


def test_every_rule_of_the_catalogue_has_its_never(session: Session) -> None:
    """A new CHECK, unique, exclusion or trigger rule without a row above turns this red."""
    rules = session.scalars(
        text(
            "SELECT conname FROM pg_constraint WHERE contype IN ('c', 'x', 'f')"
            " AND connamespace = 'public'::regnamespace"
            " UNION SELECT indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
            " WHERE indisunique AND NOT indisprimary AND relnamespace = 'public'::regnamespace"
            # A unique that contains the whole key only carries a foreign key of two columns.
            " AND NOT EXISTS (SELECT FROM pg_index p WHERE p.indrelid = i.indrelid AND p.indisprimary"
            " AND p.indkey::int2[] <@ i.indkey::int2[])"
        )
    )
    triggers = session.scalars(text("SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
    raised = {name for source in triggers for name in re.findall(r"CONSTRAINT = '(\w+)'", source)}
    shown = {never.constraint for never in (*NEVERS, *CODED, *BEHIND, *DANGLING)}
    assert sorted({*rules, *raised} - shown) == []


def test_every_table_has_an_acceptable_row() -> None:
    assert sorted(VALID) == sorted(TABLES)
