"""A letter by which a bound member asks to be mended or taken out: no letter of anybody else reads alike."""

from alembic import op

from models.migrations.statements import run

revision = "0023"
down_revision = "0022"

UP = """
ALTER TABLE complaint ADD COLUMN wish VARCHAR(24),
    ADD CONSTRAINT ck_complaint_wish CHECK (wish IN ('name', 'phone', 'group', 'joined_on', 'other',
        'erase'));
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    op.drop_column("complaint", "wish")
