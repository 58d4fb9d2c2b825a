"""Gatherings, rolls and the calendar."""

from models.migrations.statements import drop, run

revision = "0002"
down_revision = "0001"

UP = r"""
CREATE TABLE workday (
    day DATE NOT NULL,
    kind VARCHAR(24) NOT NULL,
    CONSTRAINT pk_workday PRIMARY KEY (day),
    CONSTRAINT ck_workday_kind CHECK (kind IN ('off', 'work'))
);

CREATE TABLE holiday_year (
    year SERIAL NOT NULL,
    CONSTRAINT pk_holiday_year PRIMARY KEY (year),
    CONSTRAINT ck_holiday_year_year CHECK (year BETWEEN 2020 AND 2100)
);

CREATE TABLE planned_run (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind VARCHAR(40) NOT NULL,
    period VARCHAR(20) NOT NULL,
    due_at timestamptz NOT NULL,
    done_at timestamptz,
    outcome VARCHAR(80),
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_planned_run PRIMARY KEY (id),
    CONSTRAINT uq_planned_run_kind_period UNIQUE (kind, period),
    CONSTRAINT ck_planned_run_done_with_outcome CHECK ((done_at IS NULL) = (outcome IS NULL))
);

CREATE TABLE gathering (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    org_id BIGINT NOT NULL,
    kind VARCHAR(24) NOT NULL,
    period VARCHAR(7) NOT NULL,
    title VARCHAR(60) NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    place VARCHAR(60) NOT NULL,
    bring VARCHAR(60),
    date_reason VARCHAR(120),
    contact VARCHAR(60),
    leave_until timestamptz,
    state VARCHAR(24) DEFAULT 'draft' NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    hall_salt BYTEA,
    scan BOOLEAN DEFAULT 'true' NOT NULL,
    guests BOOLEAN DEFAULT 'false' NOT NULL,
    opened_at timestamptz,
    closed_at timestamptz,
    reason VARCHAR(200),
    drafted_by BIGINT,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_gathering PRIMARY KEY (id),
    CONSTRAINT ck_gathering_id_fits_token CHECK (id < 4294967296),
    CONSTRAINT ck_gathering_period CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    CONSTRAINT ck_gathering_ends_after_start CHECK (ends_at > starts_at),
    CONSTRAINT ck_gathering_title_and_place CHECK (title <> '' AND place <> ''),
    CONSTRAINT ck_gathering_hall_salt_is_16_bytes CHECK (hall_salt IS NULL OR octet_length(hall_salt) = 16),
    CONSTRAINT ck_gathering_hall_salt_once_published CHECK (state IN ('draft', 'cancelled') OR hall_salt IS
        NOT NULL),
    CONSTRAINT ck_gathering_cancelled_with_reason CHECK (state <> 'cancelled' OR reason IS NOT NULL),
    CONSTRAINT fk_gathering_org_id FOREIGN KEY(org_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT ck_gathering_kind CHECK (kind IN ('theme_day', 'member_assembly', 'committee', 'group',
        'lecture', 'org_life', 'appraisal', 'volunteering', 'study')),
    CONSTRAINT ck_gathering_state CHECK (state IN ('draft', 'published', 'open', 'closed', 'confirmed',
        'cancelled')),
    CONSTRAINT fk_gathering_drafted_by FOREIGN KEY(drafted_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_gathering_org_id ON gathering (org_id);

CREATE TABLE gathering_tag (
    gathering_id BIGINT NOT NULL,
    tag VARCHAR(24) NOT NULL,
    CONSTRAINT pk_gathering_tag PRIMARY KEY (gathering_id, tag),
    CONSTRAINT fk_gathering_tag_gathering_id FOREIGN KEY(gathering_id) REFERENCES gathering (id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_gathering_tag_tag CHECK (tag IN ('theme_day', 'member_assembly', 'committee', 'group',
        'lecture', 'org_life', 'appraisal', 'volunteering', 'study'))
);

CREATE TABLE agenda_item (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    gathering_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    kind VARCHAR(24) NOT NULL,
    title VARCHAR(80) NOT NULL,
    CONSTRAINT pk_agenda_item PRIMARY KEY (id),
    CONSTRAINT uq_agenda_item_gathering_id_position UNIQUE (gathering_id, position),
    CONSTRAINT ck_agenda_item_position CHECK (position > 0),
    CONSTRAINT ck_agenda_item_title CHECK (title <> ''),
    CONSTRAINT fk_agenda_item_gathering_id FOREIGN KEY(gathering_id) REFERENCES gathering (id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_agenda_item_kind CHECK (kind IN ('study', 'oath', 'dues', 'lecture', 'deliberation',
        'volunteering', 'other'))
);
CREATE INDEX ix_agenda_item_gathering_id ON agenda_item (gathering_id);

CREATE TABLE roll (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    gathering_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    revision INTEGER DEFAULT '0' NOT NULL,
    confirmed_at timestamptz,
    confirmed_by BIGINT,
    heads INTEGER,
    observers INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_roll PRIMARY KEY (id),
    CONSTRAINT uq_roll_gathering_id_org_id UNIQUE (gathering_id, org_id),
    CONSTRAINT uq_roll_id_gathering_id UNIQUE (id, gathering_id),
    CONSTRAINT ck_roll_confirmed_by_someone CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL) AND
        (confirmed_at IS NULL) = (revision = 0)),
    CONSTRAINT ck_roll_heads CHECK (heads BETWEEN 0 AND 2000 AND observers BETWEEN 0 AND 2000),
    CONSTRAINT fk_roll_gathering_id FOREIGN KEY(gathering_id) REFERENCES gathering (id) ON DELETE RESTRICT,
    CONSTRAINT fk_roll_org_id FOREIGN KEY(org_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT fk_roll_confirmed_by FOREIGN KEY(confirmed_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_roll_org_id ON roll (org_id);

CREATE TABLE amendment (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    roll_id BIGINT NOT NULL,
    revision INTEGER NOT NULL,
    reason VARCHAR(200) NOT NULL,
    account_id BIGINT NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_amendment PRIMARY KEY (id),
    CONSTRAINT uq_amendment_roll_id_revision UNIQUE (roll_id, revision),
    CONSTRAINT ck_amendment_revision_and_reason CHECK (revision > 1 AND reason <> ''),
    CONSTRAINT fk_amendment_roll_id FOREIGN KEY(roll_id) REFERENCES roll (id) ON DELETE RESTRICT,
    CONSTRAINT fk_amendment_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE RESTRICT
);

CREATE TABLE roll_line (
    gathering_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    roll_id BIGINT,
    status VARCHAR(24) DEFAULT 'unrecorded' NOT NULL,
    spell_id BIGINT,
    checked_in_at timestamptz,
    checked_in_via VARCHAR(24),
    openid_hash BYTEA,
    marked_at timestamptz,
    marked_by BIGINT,
    CONSTRAINT pk_roll_line PRIMARY KEY (gathering_id, member_id),
    CONSTRAINT fk_roll_line_roll_id_gathering_id FOREIGN KEY(roll_id, gathering_id) REFERENCES roll (id,
        gathering_id),
    CONSTRAINT ck_roll_line_guest_has_no_roll CHECK ((roll_id IS NULL) = (status = 'observer')),
    CONSTRAINT ck_roll_line_status_has_hand CHECK (status = 'unrecorded' OR marked_by IS NOT NULL OR (status
        IN ('present', 'observer') AND checked_in_at IS NOT NULL) OR (status IN ('exempt', 'away') AND
        spell_id IS NOT NULL)),
    CONSTRAINT ck_roll_line_mark_has_time CHECK ((marked_by IS NULL) = (marked_at IS NULL)),
    CONSTRAINT ck_roll_line_check_in_has_way CHECK ((checked_in_at IS NULL) = (checked_in_via IS NULL)),
    CONSTRAINT fk_roll_line_gathering_id FOREIGN KEY(gathering_id) REFERENCES gathering (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_roll_line_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT ck_roll_line_status CHECK (status IN ('unrecorded', 'present', 'late', 'left_early', 'leave',
        'absent', 'unclear', 'exempt', 'away', 'host_branch', 'observer')),
    CONSTRAINT fk_roll_line_spell_id FOREIGN KEY(spell_id) REFERENCES spell (id) ON DELETE RESTRICT,
    CONSTRAINT ck_roll_line_checked_in_via CHECK (checked_in_via IN ('qr', 'ticket', 'digits', 'chat')),
    CONSTRAINT fk_roll_line_marked_by FOREIGN KEY(marked_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_roll_line_member_id ON roll_line (member_id);
CREATE INDEX ix_roll_line_roll_id ON roll_line (roll_id);
CREATE UNIQUE INDEX uq_roll_line_openid ON roll_line (gathering_id, openid_hash) WHERE openid_hash IS NOT
    NULL;

CREATE TABLE leave (
    gathering_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    reason VARCHAR(24) NOT NULL,
    note VARCHAR(60),
    state VARCHAR(24) NOT NULL,
    decided_by BIGINT,
    decided_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_leave PRIMARY KEY (gathering_id, member_id),
    CONSTRAINT ck_leave_illness_without_text CHECK (reason <> 'illness' OR note IS NULL),
    CONSTRAINT ck_leave_decided_by_someone CHECK ((state IN ('approved', 'rejected')) = (decided_by IS NOT
        NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT fk_leave_gathering_id FOREIGN KEY(gathering_id) REFERENCES gathering (id) ON DELETE RESTRICT,
    CONSTRAINT fk_leave_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT ck_leave_reason CHECK (reason IN ('illness', 'official', 'family', 'work_away', 'other')),
    CONSTRAINT ck_leave_state CHECK (state IN ('submitted', 'approved', 'rejected', 'withdrawn')),
    CONSTRAINT fk_leave_decided_by FOREIGN KEY(decided_by) REFERENCES account (id) ON DELETE RESTRICT
);
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    drop(
        (
            "leave",
            "roll_line",
            "amendment",
            "roll",
            "agenda_item",
            "gathering_tag",
            "gathering",
            "planned_run",
            "holiday_year",
            "workday",
        )
    )
