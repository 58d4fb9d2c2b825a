"""When a member opened a notice for the first time."""

from models.migrations.statements import drop, run

revision = "0022"
down_revision = "0021"

UP = """
CREATE TABLE notice_read (
    delivery_id BIGINT NOT NULL,
    read_at timestamptz NOT NULL,
    CONSTRAINT pk_notice_read PRIMARY KEY (delivery_id),
    CONSTRAINT fk_notice_read_delivery_id FOREIGN KEY(delivery_id) REFERENCES delivery (id) ON DELETE
        RESTRICT
);
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    drop(["notice_read"])
