"""Reports of long absence, link codes, complaints, answers of the office."""

from models.migrations.statements import drop, run

revision = "0006"
down_revision = "0005"

UP = r"""
ALTER TABLE phone_session ADD staff_id BIGINT, ADD staff_from timestamptz,
    ADD CONSTRAINT ck_phone_session_staff_since CHECK ((staff_id IS NULL) = (staff_from IS NULL)),
    ADD CONSTRAINT fk_phone_session_staff_id FOREIGN KEY (staff_id) REFERENCES account (id)
        ON DELETE RESTRICT;
CREATE INDEX ix_phone_session_staff_id ON phone_session (staff_id);

ALTER TABLE tries DROP CONSTRAINT ck_tries_purpose;
ALTER TABLE tries ADD CONSTRAINT ck_tries_purpose CHECK (purpose IN ('digits', 'bind_code', 'password',
    'link_code', 'branch_code', 'complaint'));

ALTER TABLE org_setting DROP CONSTRAINT ck_org_setting_key;
ALTER TABLE org_setting ADD CONSTRAINT ck_org_setting_key CHECK (key IN ('theme_day', 'holiday_rule', 'scan',
    'scheme', 'leave_hours', 'month_limit'));
ALTER TABLE org_setting DROP CONSTRAINT ck_org_setting_value_fits_key;
ALTER TABLE org_setting ADD CONSTRAINT ck_org_setting_value_fits_key CHECK (CASE key WHEN 'theme_day'
    THEN value::text ~ '^([1-9]|1[0-9]|2[0-8])$' WHEN 'scan' THEN jsonb_typeof(value) = 'boolean'
    WHEN 'leave_hours' THEN value::text ~ '^([0-9]|[1-6][0-9]|7[0-2])$'
    WHEN 'month_limit' THEN value::text ~ '^([1-9]|10)$'
    WHEN 'scheme' THEN jsonb_typeof(value) = 'object' ELSE jsonb_typeof(value) = 'string' END);

CREATE TABLE away_report (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    member_id BIGINT NOT NULL,
    from_on DATE NOT NULL,
    to_on DATE,
    place VARCHAR(40) NOT NULL,
    host VARCHAR(60),
    contact VARCHAR(40),
    state VARCHAR(24) NOT NULL,
    asked_at timestamptz NOT NULL,
    filed_by BIGINT,
    filed_how VARCHAR(24),
    decided_by BIGINT,
    decided_at timestamptz,
    answer VARCHAR(60),
    told_how VARCHAR(24),
    spell_id BIGINT,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_away_report PRIMARY KEY (id),
    CONSTRAINT ck_away_report_ends_after_start CHECK (to_on >= from_on),
    CONSTRAINT ck_away_report_place CHECK (place <> ''),
    CONSTRAINT ck_away_report_filed_by_someone_somehow CHECK ((filed_by IS NULL) = (filed_how IS NULL)),
    CONSTRAINT ck_away_report_decided_by_someone CHECK ((state IN ('accepted', 'rejected')) = (decided_by
        IS NOT NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT ck_away_report_accepted_with_spell CHECK ((state = 'accepted') = (spell_id IS NOT NULL)),
    CONSTRAINT fk_away_report_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT ck_away_report_state CHECK (state IN ('submitted', 'accepted', 'rejected', 'withdrawn')),
    CONSTRAINT fk_away_report_filed_by FOREIGN KEY(filed_by) REFERENCES account (id) ON DELETE RESTRICT,
    CONSTRAINT ck_away_report_filed_how CHECK (filed_how IN ('in_person', 'phone_call', 'message',
        'family', 'paper')),
    CONSTRAINT fk_away_report_decided_by FOREIGN KEY(decided_by) REFERENCES account (id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_away_report_told_how CHECK (told_how IN ('in_person', 'phone_call', 'message', 'family',
        'paper')),
    CONSTRAINT fk_away_report_spell_id FOREIGN KEY(spell_id) REFERENCES spell (id) ON DELETE RESTRICT
);
CREATE INDEX ix_away_report_member_id ON away_report (member_id);
CREATE UNIQUE INDEX uq_away_report_open ON away_report (member_id) WHERE state = 'submitted';

CREATE TABLE link_code (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind VARCHAR(24) NOT NULL,
    code_hash BYTEA NOT NULL,
    member_id BIGINT,
    account_id BIGINT,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    void_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_link_code PRIMARY KEY (id),
    CONSTRAINT ck_link_code_expires_after_issue CHECK (expires_at > issued_at),
    CONSTRAINT ck_link_code_of_one_person CHECK ((kind = 'chat') = (member_id IS NOT NULL) AND (kind =
        'branch') = (account_id IS NOT NULL)),
    CONSTRAINT ck_link_code_used_or_void CHECK (used_at IS NULL OR void_at IS NULL),
    CONSTRAINT ck_link_code_kind CHECK (kind IN ('chat', 'branch')),
    CONSTRAINT fk_link_code_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT fk_link_code_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX uq_link_code_live ON link_code (kind, code_hash) WHERE used_at IS NULL AND void_at IS
    NULL;

CREATE TABLE complaint (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    receipt VARCHAR(12) NOT NULL,
    text VARCHAR(500) NOT NULL,
    contact VARCHAR(60),
    via VARCHAR(24) NOT NULL,
    openid_hash BYTEA,
    received_at timestamptz NOT NULL,
    due_on DATE NOT NULL,
    answer VARCHAR(500),
    answered_by BIGINT,
    answered_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_complaint PRIMARY KEY (id),
    CONSTRAINT ck_complaint_text CHECK (text <> ''),
    CONSTRAINT ck_complaint_receipt CHECK (receipt ~ '^[0-9]{8,12}$'),
    CONSTRAINT ck_complaint_answered_by_someone CHECK ((answer IS NULL) = (answered_by IS NULL) AND
        (answer IS NULL) = (answered_at IS NULL)),
    CONSTRAINT uq_complaint_receipt UNIQUE (receipt),
    CONSTRAINT ck_complaint_via CHECK (via IN ('console', 'phone', 'chat', 'job', 'cli')),
    CONSTRAINT fk_complaint_answered_by FOREIGN KEY(answered_by) REFERENCES account (id) ON DELETE
        RESTRICT
);

CREATE TABLE office_answer (
    matter VARCHAR(24) NOT NULL,
    text VARCHAR(600) NOT NULL,
    edited_by BIGINT NOT NULL,
    edited_at timestamptz NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_office_answer PRIMARY KEY (matter),
    CONSTRAINT ck_office_answer_text CHECK (text <> ''),
    CONSTRAINT ck_office_answer_matter CHECK (matter IN ('transfer', 'joining', 'floating', 'centre')),
    CONSTRAINT fk_office_answer_edited_by FOREIGN KEY(edited_by) REFERENCES account (id) ON DELETE
        RESTRICT
);
"""

DOWN = r"""
DELETE FROM org_setting WHERE key IN ('leave_hours', 'month_limit');
ALTER TABLE org_setting DROP CONSTRAINT ck_org_setting_value_fits_key;
ALTER TABLE org_setting ADD CONSTRAINT ck_org_setting_value_fits_key CHECK (CASE key WHEN 'theme_day'
    THEN value::text ~ '^([1-9]|1[0-9]|2[0-8])$' WHEN 'scan' THEN jsonb_typeof(value) = 'boolean'
    WHEN 'scheme' THEN jsonb_typeof(value) = 'object' ELSE jsonb_typeof(value) = 'string' END);
ALTER TABLE org_setting DROP CONSTRAINT ck_org_setting_key;
ALTER TABLE org_setting ADD CONSTRAINT ck_org_setting_key CHECK (key IN ('theme_day', 'holiday_rule', 'scan',
    'scheme'));
DELETE FROM tries WHERE purpose IN ('link_code', 'branch_code', 'complaint');
ALTER TABLE tries DROP CONSTRAINT ck_tries_purpose;
ALTER TABLE tries ADD CONSTRAINT ck_tries_purpose CHECK (purpose IN ('digits', 'bind_code', 'password'));
ALTER TABLE phone_session DROP staff_id, DROP staff_from;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
    drop(
        (
            "office_answer",
            "complaint",
            "link_code",
            "away_report",
        )
    )
