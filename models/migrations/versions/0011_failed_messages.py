"""What failed is looked for each second, by whoever delivers."""

from alembic import op

revision = "0011"
down_revision = "0010"

UP = r"""
CREATE INDEX ix_delivery_failed ON delivery (id) WHERE state = 'failed';
"""

DOWN = r"""
DROP INDEX ix_delivery_failed;
"""


def upgrade() -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(DOWN)
