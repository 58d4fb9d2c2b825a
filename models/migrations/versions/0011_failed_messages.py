"""What failed is looked for each second, by whoever delivers."""

from models.migrations.statements import run

revision = "0011"
down_revision = "0010"

UP = r"""
CREATE INDEX ix_delivery_failed ON delivery (id) WHERE state = 'failed';
"""

DOWN = r"""
DROP INDEX ix_delivery_failed;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
