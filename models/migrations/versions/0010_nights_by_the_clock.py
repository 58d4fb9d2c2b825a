"""An emergency keeps the moment it was let out, by the same clock as the notice it belongs to."""

from models.migrations.statements import run

revision = "0010"
down_revision = "0009"

UP = r"""
ALTER TABLE night_override ADD let_out_at timestamptz;
ALTER TABLE night_override DISABLE TRIGGER keep_rows;
UPDATE night_override SET let_out_at = created_at;
ALTER TABLE night_override ENABLE TRIGGER keep_rows;
ALTER TABLE night_override ALTER let_out_at SET NOT NULL;
"""

DOWN = r"""
ALTER TABLE night_override DROP let_out_at;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
