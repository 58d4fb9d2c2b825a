"""Ratings on the board and in the archive, and objections."""

from models.migrations.statements import drop, keep_rows, run

revision = "0016"
down_revision = "0015"

APPEND_ONLY = ("rating_publicity", "rating_snapshot")
TABLES = ("objection", "rating_snapshot", "rating_publicity")
FUNCTIONS = ("keep_answered_objection", "keep_hands_apart")

UP = r"""
CREATE TABLE rating_publicity (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    rating_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    member_id BIGINT,
    posted_on DATE NOT NULL,
    workdays INTEGER NOT NULL,
    ends_on DATE NOT NULL,
    contact VARCHAR(40) NOT NULL,
    contact_phone VARCHAR(20) NOT NULL,
    township_phone VARCHAR(20) NOT NULL,
    account_id BIGINT NOT NULL,
    acted_at timestamptz NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_rating_publicity PRIMARY KEY (id),
    CONSTRAINT ck_rating_publicity_full_workdays CHECK (ends_on > posted_on AND workdays > 0),
    CONSTRAINT ck_rating_publicity_whom_to_tell CHECK (contact <> '' AND contact_phone ~
        '^[0-9-]{5,20}$' AND township_phone ~ '^[0-9-]{5,20}$'),
    CONSTRAINT fk_rating_publicity_rating_id FOREIGN KEY(rating_id) REFERENCES rating (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_rating_publicity_run_id FOREIGN KEY(run_id) REFERENCES rating_run (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_rating_publicity_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_rating_publicity_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_rating_publicity_rating_id ON rating_publicity (rating_id);

CREATE TABLE rating_snapshot (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    rating_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    document TEXT NOT NULL,
    sha VARCHAR(64) NOT NULL,
    account_id BIGINT NOT NULL,
    made_at timestamptz NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_rating_snapshot PRIMARY KEY (id),
    CONSTRAINT ck_rating_snapshot_document CHECK (jsonb_typeof(document::jsonb) = 'object'),
    CONSTRAINT ck_rating_snapshot_sha CHECK (sha = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
    CONSTRAINT fk_rating_snapshot_rating_id FOREIGN KEY(rating_id) REFERENCES rating (id) ON DELETE
        RESTRICT,
    CONSTRAINT uq_rating_snapshot_run_id UNIQUE (run_id),
    CONSTRAINT fk_rating_snapshot_run_id FOREIGN KEY(run_id) REFERENCES rating_run (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_rating_snapshot_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_rating_snapshot_rating_id ON rating_snapshot (rating_id);

CREATE TABLE objection (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    branch_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    entry_id BIGINT,
    rating_id BIGINT,
    appeals BIGINT,
    desk VARCHAR(24) DEFAULT 'branch' NOT NULL,
    said VARCHAR(200) NOT NULL,
    how VARCHAR(24),
    recorded_by BIGINT,
    asked_at timestamptz NOT NULL,
    due_on DATE NOT NULL,
    state VARCHAR(24) DEFAULT 'submitted' NOT NULL,
    finding VARCHAR(200),
    answered_at timestamptz,
    answered_by BIGINT,
    told_how VARCHAR(24),
    told_on DATE,
    total_before NUMERIC(12, 4),
    total_after NUMERIC(12, 4),
    star_before INTEGER,
    star_after INTEGER,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_objection PRIMARY KEY (id),
    CONSTRAINT ck_objection_about_one_thing CHECK (num_nonnulls(entry_id, rating_id) = 1),
    CONSTRAINT ck_objection_said CHECK (said <> ''),
    CONSTRAINT ck_objection_recorded_as_it_was_said CHECK ((how IS NULL) = (recorded_by IS NULL)),
    CONSTRAINT ck_objection_answered_with_finding CHECK ((state IN ('upheld', 'rejected')) =
        (answered_by IS NOT NULL) AND (answered_by IS NULL) = (answered_at IS NULL) AND (answered_by IS
        NULL) = (finding IS NULL) AND finding <> ''),
    CONSTRAINT ck_objection_told_on_a_day CHECK ((told_how IS NULL) = (told_on IS NULL)),
    CONSTRAINT ck_objection_appealed_above CHECK (appeals IS NULL OR desk <> 'branch'),
    CONSTRAINT fk_objection_branch_id FOREIGN KEY(branch_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT fk_objection_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT fk_objection_entry_id FOREIGN KEY(entry_id) REFERENCES point_entry (id) ON DELETE RESTRICT,
    CONSTRAINT fk_objection_rating_id FOREIGN KEY(rating_id) REFERENCES rating (id) ON DELETE RESTRICT,
    CONSTRAINT uq_objection_appeals UNIQUE (appeals),
    CONSTRAINT fk_objection_appeals FOREIGN KEY(appeals) REFERENCES objection (id) ON DELETE RESTRICT,
    CONSTRAINT ck_objection_desk CHECK (desk IN ('branch', 'township', 'zone')),
    CONSTRAINT ck_objection_how CHECK (how IN ('in_person', 'phone_call', 'message', 'family', 'paper')),
    CONSTRAINT fk_objection_recorded_by FOREIGN KEY(recorded_by) REFERENCES account (id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_objection_state CHECK (state IN ('submitted', 'upheld', 'rejected', 'withdrawn')),
    CONSTRAINT fk_objection_answered_by FOREIGN KEY(answered_by) REFERENCES account (id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_objection_told_how CHECK (told_how IN ('in_person', 'phone_call', 'message', 'family',
        'paper'))
);
CREATE INDEX ix_objection_branch_id_state ON objection (branch_id, state);
CREATE INDEX ix_objection_entry_id ON objection (entry_id);
CREATE INDEX ix_objection_member_id ON objection (member_id);
CREATE INDEX ix_objection_rating_id ON objection (rating_id);
CREATE UNIQUE INDEX uq_objection_entry_open ON objection (entry_id) WHERE state = 'submitted';
CREATE UNIQUE INDEX uq_objection_rating_open ON objection (rating_id, member_id) WHERE state =
    'submitted';

CREATE FUNCTION keep_hands_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.account WHERE id = NEW.answered_by AND member_id = NEW.member_id)
        OR EXISTS (SELECT FROM public.point_entry e LEFT JOIN public.proposal p ON p.id = e.proposal_id
            WHERE e.id = NEW.entry_id AND NEW.answered_by IN (e.account_id, p.account_id)) THEN
        RAISE EXCEPTION 'whoever made the entry does not answer for it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_hands_apart BEFORE INSERT OR UPDATE OF answered_by ON objection
    FOR EACH ROW WHEN (NEW.answered_by IS NOT NULL) EXECUTE FUNCTION keep_hands_apart();

CREATE FUNCTION keep_answered_objection() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before public.objection := OLD;
BEGIN
    -- How and when the answer was told comes later, once.
    IF OLD.told_on IS NULL THEN
        before.told_how := NEW.told_how;
        before.told_on := NEW.told_on;
    END IF;
    IF NEW IS DISTINCT FROM before THEN
        RAISE EXCEPTION 'an answered objection stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_answered_objection BEFORE UPDATE ON objection
    FOR EACH ROW WHEN (OLD.state <> 'submitted') EXECUTE FUNCTION keep_answered_objection();
"""


def upgrade() -> None:
    run(UP)
    keep_rows(APPEND_ONLY)


def downgrade() -> None:
    drop(TABLES, FUNCTIONS)
