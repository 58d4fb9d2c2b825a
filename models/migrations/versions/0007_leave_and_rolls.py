"""Leave with its answer, make-up, dues, delegates, required items, screens of the hall."""

from models.migrations.statements import drop, run

revision = "0007"
down_revision = "0006"

UP = r"""
ALTER TABLE leave ADD asked_at timestamptz, ADD late BOOLEAN DEFAULT 'false' NOT NULL, ADD filed_by BIGINT,
    ADD filed_how VARCHAR(24), ADD answer VARCHAR(60), ADD told_how VARCHAR(24),
    ADD CONSTRAINT ck_leave_filed_by_someone_somehow CHECK ((filed_by IS NULL) = (filed_how IS NULL)),
    ADD CONSTRAINT fk_leave_filed_by FOREIGN KEY (filed_by) REFERENCES account (id) ON DELETE RESTRICT,
    ADD CONSTRAINT ck_leave_filed_how CHECK (filed_how IN ('in_person', 'phone_call', 'message',
        'family', 'paper')),
    ADD CONSTRAINT ck_leave_told_how CHECK (told_how IN ('in_person', 'phone_call', 'message', 'family',
        'paper'));
UPDATE leave SET asked_at = created_at;
ALTER TABLE leave ALTER asked_at SET NOT NULL;

CREATE TABLE required_item (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    org_id BIGINT NOT NULL,
    period VARCHAR(7) NOT NULL,
    kind VARCHAR(24) NOT NULL,
    title VARCHAR(80) NOT NULL,
    issued_by BIGINT NOT NULL,
    issued_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_required_item PRIMARY KEY (id),
    CONSTRAINT ck_required_item_period CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    CONSTRAINT ck_required_item_title CHECK (title <> ''),
    CONSTRAINT fk_required_item_org_id FOREIGN KEY(org_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT ck_required_item_kind CHECK (kind IN ('study', 'oath', 'dues', 'lecture', 'deliberation',
        'volunteering', 'other')),
    CONSTRAINT fk_required_item_issued_by FOREIGN KEY(issued_by) REFERENCES account (id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_required_item_org_id ON required_item (org_id);
CREATE UNIQUE INDEX uq_required_item_title ON required_item (org_id, period, title) WHERE withdrawn_at IS
    NULL;

CREATE TABLE host_attendance (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    member_id BIGINT NOT NULL,
    period VARCHAR(7) NOT NULL,
    attended_on DATE NOT NULL,
    host VARCHAR(60) NOT NULL,
    contact VARCHAR(40) NOT NULL,
    state VARCHAR(24) NOT NULL,
    asked_at timestamptz NOT NULL,
    filed_by BIGINT,
    filed_how VARCHAR(24),
    decided_by BIGINT,
    decided_at timestamptz,
    answer VARCHAR(60),
    told_how VARCHAR(24),
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_host_attendance PRIMARY KEY (id),
    CONSTRAINT ck_host_attendance_period CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    CONSTRAINT ck_host_attendance_host_and_contact CHECK (host <> '' AND contact <> ''),
    CONSTRAINT ck_host_attendance_filed_by_someone_somehow CHECK ((filed_by IS NULL) = (filed_how IS
        NULL)),
    CONSTRAINT ck_host_attendance_decided_by_someone CHECK ((state IN ('accepted', 'rejected')) =
        (decided_by IS NOT NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT fk_host_attendance_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_host_attendance_state CHECK (state IN ('submitted', 'accepted', 'rejected',
        'withdrawn')),
    CONSTRAINT fk_host_attendance_filed_by FOREIGN KEY(filed_by) REFERENCES account (id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_host_attendance_filed_how CHECK (filed_how IN ('in_person', 'phone_call', 'message',
        'family', 'paper')),
    CONSTRAINT fk_host_attendance_decided_by FOREIGN KEY(decided_by) REFERENCES account (id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_host_attendance_told_how CHECK (told_how IN ('in_person', 'phone_call', 'message',
        'family', 'paper'))
);
CREATE INDEX ix_host_attendance_member_id ON host_attendance (member_id);
CREATE UNIQUE INDEX uq_host_attendance_month ON host_attendance (member_id, period) WHERE state IN
    ('submitted', 'accepted');

CREATE TABLE makeup (
    gathering_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    form VARCHAR(24) NOT NULL,
    due_on DATE NOT NULL,
    planned_at timestamptz NOT NULL,
    planned_by BIGINT NOT NULL,
    done_on DATE,
    done_by BIGINT,
    content VARCHAR(80),
    cancelled_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_makeup PRIMARY KEY (gathering_id, member_id),
    CONSTRAINT ck_makeup_done_by_someone CHECK ((done_on IS NULL) = (done_by IS NULL)),
    CONSTRAINT ck_makeup_done_or_cancelled CHECK (done_on IS NULL OR cancelled_at IS NULL),
    CONSTRAINT fk_makeup_gathering_id FOREIGN KEY(gathering_id) REFERENCES gathering (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_makeup_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT ck_makeup_form CHECK (form IN ('self_study', 'one_to_one', 'home_study', 'next_session',
        'host_branch')),
    CONSTRAINT fk_makeup_planned_by FOREIGN KEY(planned_by) REFERENCES account (id) ON DELETE RESTRICT,
    CONSTRAINT fk_makeup_done_by FOREIGN KEY(done_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_makeup_member_id ON makeup (member_id);

CREATE TABLE dues_tick (
    member_id BIGINT NOT NULL,
    period VARCHAR(7) NOT NULL,
    gathering_id BIGINT,
    ticked_at timestamptz NOT NULL,
    ticked_by BIGINT NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_dues_tick PRIMARY KEY (member_id, period),
    CONSTRAINT ck_dues_tick_period CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    CONSTRAINT fk_dues_tick_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT fk_dues_tick_gathering_id FOREIGN KEY(gathering_id) REFERENCES gathering (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_dues_tick_ticked_by FOREIGN KEY(ticked_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_dues_tick_gathering_id ON dues_tick (gathering_id);

CREATE TABLE delegate (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    roll_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    named_by BIGINT NOT NULL,
    named_at timestamptz NOT NULL,
    ended_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_delegate PRIMARY KEY (id),
    CONSTRAINT ck_delegate_not_oneself CHECK (account_id <> named_by),
    CONSTRAINT fk_delegate_roll_id FOREIGN KEY(roll_id) REFERENCES roll (id) ON DELETE RESTRICT,
    CONSTRAINT fk_delegate_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE RESTRICT,
    CONSTRAINT fk_delegate_named_by FOREIGN KEY(named_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_delegate_account_id ON delegate (account_id);
CREATE INDEX ix_delegate_roll_id ON delegate (roll_id);
CREATE UNIQUE INDEX uq_delegate_open ON delegate (roll_id, account_id) WHERE ended_at IS NULL;

CREATE TABLE screen_link (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    gathering_id BIGINT NOT NULL,
    link_hash BYTEA NOT NULL,
    cookie_hash BYTEA,
    issued_by BIGINT NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_screen_link PRIMARY KEY (id),
    CONSTRAINT ck_screen_link_expires_after_issue CHECK (expires_at > issued_at),
    CONSTRAINT ck_screen_link_used_with_cookie CHECK ((used_at IS NULL) = (cookie_hash IS NULL)),
    CONSTRAINT fk_screen_link_gathering_id FOREIGN KEY(gathering_id) REFERENCES gathering (id) ON DELETE
        RESTRICT,
    CONSTRAINT uq_screen_link_link_hash UNIQUE (link_hash),
    CONSTRAINT uq_screen_link_cookie_hash UNIQUE (cookie_hash),
    CONSTRAINT fk_screen_link_issued_by FOREIGN KEY(issued_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_screen_link_gathering_id ON screen_link (gathering_id);

ALTER TABLE agenda_item ADD required_id BIGINT,
    ADD CONSTRAINT uq_agenda_item_gathering_id_required_id UNIQUE (gathering_id, required_id),
    ADD CONSTRAINT fk_agenda_item_required_id FOREIGN KEY (required_id) REFERENCES required_item (id)
        ON DELETE RESTRICT;
"""

DOWN = r"""
ALTER TABLE agenda_item DROP required_id;
ALTER TABLE leave DROP asked_at, DROP late, DROP filed_by, DROP filed_how, DROP answer, DROP told_how;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
    drop(
        (
            "screen_link",
            "delegate",
            "dues_tick",
            "makeup",
            "host_attendance",
            "required_item",
        )
    )
