"""People, organisations and the log of acts."""

from models.migrations.statements import drop, run

revision = "0001"
down_revision = None

UP = r"""
CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    account_id BIGINT,
    member_id BIGINT,
    via VARCHAR(24) NOT NULL,
    verb VARCHAR(40) NOT NULL,
    subject VARCHAR(40) NOT NULL,
    subject_id BIGINT,
    org_id BIGINT,
    before JSONB,
    after JSONB,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (id),
    CONSTRAINT ck_audit_has_hand CHECK (via IN ('job', 'cli') OR account_id IS NOT NULL OR member_id IS NOT
        NULL),
    CONSTRAINT ck_audit_via CHECK (via IN ('console', 'phone', 'chat', 'job', 'cli'))
);
CREATE INDEX ix_audit_subject_subject_id ON audit (subject, subject_id);

CREATE TABLE org (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind VARCHAR(24) NOT NULL,
    code VARCHAR(32) NOT NULL,
    name VARCHAR(60) NOT NULL,
    parent_id BIGINT,
    path VARCHAR(200) NOT NULL,
    set_up_on DATE,
    set_up_doc VARCHAR(80),
    dissolved_on DATE,
    dissolved_doc VARCHAR(80),
    CONSTRAINT pk_org PRIMARY KEY (id),
    CONSTRAINT ck_org_code CHECK (code ~ '^[0-9A-Za-z_-]+$'),
    CONSTRAINT ck_org_name CHECK (name <> '' AND name = btrim(name)),
    CONSTRAINT ck_org_path CHECK (path ~ '^([0-9]+/)+$'),
    CONSTRAINT ck_org_dissolved_after_set_up CHECK (dissolved_on >= set_up_on),
    CONSTRAINT ck_org_dissolved_with_document CHECK ((dissolved_on IS NULL) = (dissolved_doc IS NULL)),
    CONSTRAINT ck_org_kind CHECK (kind IN ('working_committee', 'party_committee', 'general_branch',
        'branch', 'joint_branch', 'party_group')),
    CONSTRAINT uq_org_code UNIQUE (code),
    CONSTRAINT fk_org_parent_id FOREIGN KEY(parent_id) REFERENCES org (id) ON DELETE RESTRICT
);
CREATE INDEX ix_org_parent_id ON org (parent_id);
CREATE UNIQUE INDEX ix_org_path ON org (path text_pattern_ops);

CREATE TABLE org_setting (
    org_id BIGINT NOT NULL,
    key VARCHAR(24) NOT NULL,
    value JSONB NOT NULL,
    CONSTRAINT pk_org_setting PRIMARY KEY (org_id, key),
    CONSTRAINT ck_org_setting_value_fits_key CHECK (CASE key WHEN 'theme_day' THEN value::text ~
        '^([1-9]|1[0-9]|2[0-8])$' WHEN 'scan' THEN jsonb_typeof(value) = 'boolean' WHEN 'scheme' THEN
        jsonb_typeof(value) = 'object' ELSE jsonb_typeof(value) = 'string' END),
    CONSTRAINT fk_org_setting_org_id FOREIGN KEY(org_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT ck_org_setting_key CHECK (key IN ('theme_day', 'holiday_rule', 'scan', 'scheme'))
);

CREATE TABLE member (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name VARCHAR(40) NOT NULL,
    branch_id BIGINT NOT NULL,
    group_id BIGINT,
    status VARCHAR(24) NOT NULL,
    joined_on DATE,
    full_on DATE,
    office VARCHAR(40),
    no_phone BOOLEAN DEFAULT 'false' NOT NULL,
    phone_box BYTEA,
    phone_hash BYTEA,
    family_phone_box BYTEA,
    left_on DATE,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_member PRIMARY KEY (id),
    CONSTRAINT ck_member_name CHECK (name <> '' AND name = btrim(name)),
    CONSTRAINT ck_member_full_after_joined CHECK (full_on >= joined_on),
    CONSTRAINT ck_member_probationary_not_full CHECK (status <> 'probationary' OR full_on IS NULL),
    CONSTRAINT ck_member_phone_sealed_and_hashed CHECK ((phone_box IS NULL) = (phone_hash IS NULL)),
    CONSTRAINT ck_member_left_with_date CHECK ((status IN ('transferred_out', 'deceased', 'removed')) =
        (left_on IS NOT NULL)),
    CONSTRAINT fk_member_branch_id FOREIGN KEY(branch_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT fk_member_group_id FOREIGN KEY(group_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT ck_member_status CHECK (status IN ('full', 'probationary', 'suspended', 'out_of_contact',
        'transferred_out', 'deceased', 'removed'))
);
CREATE INDEX ix_member_branch_id ON member (branch_id);
CREATE INDEX ix_member_branch_id_name ON member (branch_id, name);
CREATE INDEX ix_member_group_id ON member (group_id);
CREATE INDEX ix_member_phone_hash ON member (phone_hash);

CREATE TABLE account (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    member_id BIGINT,
    login VARCHAR(32) NOT NULL,
    name VARCHAR(40) NOT NULL,
    password_hash VARCHAR(200) NOT NULL,
    must_change BOOLEAN DEFAULT 'true' NOT NULL,
    demo BOOLEAN DEFAULT 'false' NOT NULL,
    ended_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_account PRIMARY KEY (id),
    CONSTRAINT ck_account_login CHECK (login ~ '^[a-z0-9][a-z0-9._-]{2,31}$'),
    CONSTRAINT uq_account_member_id UNIQUE (member_id),
    CONSTRAINT fk_account_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT uq_account_login UNIQUE (login)
);

CREATE TABLE spell (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    member_id BIGINT NOT NULL,
    kind VARCHAR(24) NOT NULL,
    code VARCHAR(24),
    from_on DATE NOT NULL,
    to_on DATE,
    place VARCHAR(40),
    host VARCHAR(60),
    contact VARCHAR(40),
    approved_by BIGINT,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_spell PRIMARY KEY (id),
    CONSTRAINT ck_spell_ends_after_start CHECK (to_on >= from_on),
    CONSTRAINT ck_spell_category_has_code CHECK (kind <> 'category' OR code IS NOT NULL),
    CONSTRAINT ex_spell_no_overlap EXCLUDE USING gist (int8range(member_id, member_id, '[]') WITH &&,
        int4range(ascii(kind), ascii(kind), '[]') WITH &&, daterange(from_on, to_on, '[]') WITH &&),
    CONSTRAINT fk_spell_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT ck_spell_kind CHECK (kind IN ('away', 'exempt', 'not_rated', 'category')),
    CONSTRAINT fk_spell_approved_by FOREIGN KEY(approved_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_spell_member_id ON spell (member_id);

CREATE TABLE post (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    account_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    role VARCHAR(24) NOT NULL,
    from_on DATE NOT NULL,
    to_on DATE,
    granted_by BIGINT,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_post PRIMARY KEY (id),
    CONSTRAINT ck_post_ends_after_start CHECK (to_on >= from_on),
    CONSTRAINT fk_post_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE RESTRICT,
    CONSTRAINT fk_post_org_id FOREIGN KEY(org_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT ck_post_role CHECK (role IN ('group_leader', 'clerk', 'commissioner', 'secretary', 'deputy',
        'township_officer', 'zone_officer', 'auditor')),
    CONSTRAINT fk_post_granted_by FOREIGN KEY(granted_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_post_account_id ON post (account_id);
CREATE INDEX ix_post_org_id ON post (org_id);
CREATE UNIQUE INDEX uq_post_open ON post (account_id, org_id, role) WHERE to_on IS NULL;

CREATE TABLE console_session (
    token_hash BYTEA NOT NULL,
    account_id BIGINT NOT NULL,
    csrf VARCHAR(43) NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    password_at timestamptz NOT NULL,
    CONSTRAINT pk_console_session PRIMARY KEY (token_hash),
    CONSTRAINT fk_console_session_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_console_session_account_id ON console_session (account_id);

CREATE TABLE binding (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    appid VARCHAR(32) NOT NULL,
    openid VARCHAR(64),
    openid_hash BYTEA NOT NULL,
    member_id BIGINT NOT NULL,
    bound_at timestamptz NOT NULL,
    ended_at timestamptz,
    how VARCHAR(24) NOT NULL,
    issued_by BIGINT,
    busy_until timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_binding PRIMARY KEY (id),
    CONSTRAINT ck_binding_openid_while_open CHECK ((ended_at IS NULL) = (openid IS NOT NULL)),
    CONSTRAINT fk_binding_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT ck_binding_how CHECK (how IN ('slip', 'link_code', 'phone')),
    CONSTRAINT fk_binding_issued_by FOREIGN KEY(issued_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_binding_member_id ON binding (member_id);
CREATE UNIQUE INDEX uq_binding_member ON binding (appid, member_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX uq_binding_openid ON binding (appid, openid_hash) WHERE ended_at IS NULL;

CREATE TABLE bind_code (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    member_id BIGINT NOT NULL,
    code_hash BYTEA NOT NULL,
    issued_by BIGINT,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    void_at timestamptz,
    CONSTRAINT pk_bind_code PRIMARY KEY (id),
    CONSTRAINT ck_bind_code_expires_after_issue CHECK (expires_at > issued_at),
    CONSTRAINT fk_bind_code_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT uq_bind_code_code_hash UNIQUE (code_hash),
    CONSTRAINT fk_bind_code_issued_by FOREIGN KEY(issued_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX uq_bind_code_live ON bind_code (member_id) WHERE void_at IS NULL;

CREATE TABLE bind_code_use (
    code_id BIGINT NOT NULL,
    appid VARCHAR(32) NOT NULL,
    openid_hash BYTEA NOT NULL,
    used_at timestamptz NOT NULL,
    CONSTRAINT pk_bind_code_use PRIMARY KEY (code_id, appid),
    CONSTRAINT fk_bind_code_use_code_id FOREIGN KEY(code_id) REFERENCES bind_code (id) ON DELETE RESTRICT
);

CREATE TABLE phone_session (
    token_hash BYTEA NOT NULL,
    appid VARCHAR(32) NOT NULL,
    openid VARCHAR(64) NOT NULL,
    openid_hash BYTEA NOT NULL,
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_phone_session PRIMARY KEY (token_hash),
    CONSTRAINT ck_phone_session_expires_after_start CHECK (expires_at > started_at)
);
CREATE INDEX ix_phone_session_openid_hash ON phone_session (openid_hash);

CREATE TABLE tries (
    purpose VARCHAR(24) NOT NULL,
    who_hash BYTEA NOT NULL,
    minute BIGINT NOT NULL,
    n INTEGER NOT NULL,
    CONSTRAINT pk_tries PRIMARY KEY (purpose, who_hash, minute),
    CONSTRAINT ck_tries_n CHECK (n >= 0),
    CONSTRAINT ck_tries_purpose CHECK (purpose IN ('digits', 'bind_code', 'password'))
);
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    drop(
        (
            "tries",
            "phone_session",
            "bind_code_use",
            "bind_code",
            "binding",
            "console_session",
            "post",
            "spell",
            "account",
            "member",
            "org_setting",
            "org",
            "audit",
        )
    )
