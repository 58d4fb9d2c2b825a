"""Schemes and the ledger of points."""

from alembic import op

from models.migrations.statements import run

revision = "0003"
down_revision = "0002"

UP = r"""
CREATE TABLE scheme (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code VARCHAR(24) NOT NULL,
    version INTEGER NOT NULL,
    issuer_id BIGINT NOT NULL,
    document TEXT NOT NULL,
    sha VARCHAR(64) NOT NULL,
    published_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_scheme PRIMARY KEY (id),
    CONSTRAINT uq_scheme_code_version UNIQUE (code, version),
    CONSTRAINT ck_scheme_version CHECK (version > 0),
    CONSTRAINT ck_scheme_code CHECK (code ~ '^[A-Z][A-Z0-9_]*$'),
    CONSTRAINT ck_scheme_document CHECK (jsonb_typeof(document::jsonb) = 'object'),
    CONSTRAINT ck_scheme_sha CHECK (sha = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
    CONSTRAINT fk_scheme_issuer_id FOREIGN KEY(issuer_id) REFERENCES org (id) ON DELETE RESTRICT
);

CREATE TABLE point_entry (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    about VARCHAR(120) NOT NULL,
    member_id BIGINT NOT NULL,
    branch_id BIGINT NOT NULL,
    scheme_id BIGINT NOT NULL,
    item VARCHAR(40) NOT NULL,
    cycle VARCHAR(7) NOT NULL,
    period VARCHAR(7) NOT NULL,
    occurred_on DATE NOT NULL,
    quantity NUMERIC(12, 4) NOT NULL,
    points NUMERIC(12, 4) NOT NULL,
    source VARCHAR(24) NOT NULL,
    gathering_id BIGINT,
    revision INTEGER,
    reverses BIGINT,
    account_id BIGINT NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_point_entry PRIMARY KEY (id),
    CONSTRAINT ck_point_entry_quantity CHECK (quantity > 0 AND quantity <> 'NaN'),
    CONSTRAINT ck_point_entry_points CHECK (points <> 'NaN'),
    CONSTRAINT ck_point_entry_cycle CHECK (cycle ~ '^[0-9]{4}(H[12]|Q[1-4]|-(0[1-9]|1[0-2]))?$'),
    CONSTRAINT ck_point_entry_period CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    CONSTRAINT ck_point_entry_attendance_from_roll CHECK (source <> 'attendance' OR (gathering_id IS NOT
        NULL AND revision IS NOT NULL)),
    CONSTRAINT ck_point_entry_reversal_is_about_its_entry CHECK ((reverses IS NULL) = (about NOT LIKE
        'reverse:%') AND (reverses IS NULL OR about = 'reverse:' || reverses)),
    CONSTRAINT uq_point_entry_about UNIQUE (about),
    CONSTRAINT fk_point_entry_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT fk_point_entry_branch_id FOREIGN KEY(branch_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT fk_point_entry_scheme_id FOREIGN KEY(scheme_id) REFERENCES scheme (id) ON DELETE RESTRICT,
    CONSTRAINT ck_point_entry_source CHECK (source IN ('attendance', 'dues', 'training', 'volunteer',
        'post', 'manual', 'self_declare')),
    CONSTRAINT fk_point_entry_gathering_id FOREIGN KEY(gathering_id) REFERENCES gathering (id) ON DELETE
        RESTRICT,
    CONSTRAINT uq_point_entry_reverses UNIQUE (reverses),
    CONSTRAINT fk_point_entry_reverses FOREIGN KEY(reverses) REFERENCES point_entry (id) ON DELETE RESTRICT,
    CONSTRAINT fk_point_entry_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_point_entry_branch_id_cycle ON point_entry (branch_id, cycle);
CREATE INDEX ix_point_entry_gathering_id ON point_entry (gathering_id);
CREATE INDEX ix_point_entry_member_id_cycle ON point_entry (member_id, cycle);
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    for table in ("point_entry", "scheme"):
        op.drop_table(table)
