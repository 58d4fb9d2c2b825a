"""Entries are found by member and month: cycles may be of another length where somebody moved to."""

from models.migrations.statements import run

revision = "0020"
down_revision = "0019"

UP = """
DROP INDEX ix_point_entry_member_id_cycle;
CREATE INDEX ix_point_entry_member_id_period ON point_entry (member_id, period);
"""
DOWN = """
DROP INDEX ix_point_entry_member_id_period;
CREATE INDEX ix_point_entry_member_id_cycle ON point_entry (member_id, cycle);
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
