"""Where members belonged before they moved within the zone."""

from models.migrations.statements import drop, run

revision = "0019"
down_revision = "0018"

UP = r"""
CREATE TABLE member_move (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    member_id BIGINT NOT NULL,
    from_branch_id BIGINT NOT NULL,
    to_branch_id BIGINT NOT NULL,
    moved_on DATE NOT NULL,
    document VARCHAR(80) NOT NULL,
    account_id BIGINT NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_member_move PRIMARY KEY (id),
    CONSTRAINT ck_member_move_to_another CHECK (from_branch_id <> to_branch_id),
    CONSTRAINT ck_member_move_document CHECK (document <> ''),
    CONSTRAINT fk_member_move_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT fk_member_move_from_branch_id FOREIGN KEY(from_branch_id) REFERENCES org (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_member_move_to_branch_id FOREIGN KEY(to_branch_id) REFERENCES org (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_member_move_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_member_move_member_id ON member_move (member_id);

CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON member_move
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep_table BEFORE TRUNCATE ON member_move
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    drop(["member_move"])
