"""Minutes with their items and decisions, each filing, return and look; handing over."""

from models.migrations.statements import drop, keep_rows, run

revision = "0012"
down_revision = "0011"

APPEND_ONLY = (
    "minutes_act",
    "record_look",
    "handover",
)
TABLES = ("handover", "record_look", "minutes_act", "decision", "minutes_item", "minutes")
FUNCTIONS = ("keep_filed_parts", "keep_filed_minutes")

UP = r"""
CREATE TABLE minutes (
    roll_id BIGINT NOT NULL,
    state VARCHAR(24) DEFAULT 'draft' NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    host VARCHAR(40),
    recorder VARCHAR(40),
    began_at timestamptz,
    ended_at timestamptz,
    observers VARCHAR(120),
    discussion TEXT DEFAULT '' NOT NULL,
    dues_fen BIGINT,
    volunteering VARCHAR(200),
    volunteers INTEGER,
    volunteer_hours NUMERIC(5, 1),
    drafted_by BIGINT NOT NULL,
    filed_at timestamptz,
    filed_by BIGINT,
    filed_revision INTEGER,
    returned_at timestamptz,
    returned_by BIGINT,
    return_reason VARCHAR(200),
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_minutes PRIMARY KEY (roll_id),
    CONSTRAINT ck_minutes_ends_after_beginning CHECK (ended_at > began_at),
    CONSTRAINT ck_minutes_discussion CHECK (char_length(discussion) <= 6000),
    CONSTRAINT ck_minutes_dues_fen CHECK (dues_fen BETWEEN 0 AND 100000000),
    CONSTRAINT ck_minutes_volunteering CHECK (volunteers BETWEEN 1 AND 2000 AND volunteer_hours > 0 AND
        (volunteers IS NULL OR volunteering IS NOT NULL) AND (volunteer_hours IS NULL OR volunteers IS
        NOT NULL)),
    CONSTRAINT ck_minutes_filed_by_someone CHECK ((state = 'draft') = (filed_at IS NULL) AND (filed_at
        IS NULL) = (filed_by IS NULL) AND (filed_at IS NULL) = (filed_revision IS NULL) AND
        filed_revision > 0),
    CONSTRAINT ck_minutes_filed_is_whole CHECK (state <> 'filed' OR (host IS NOT NULL AND recorder IS
        NOT NULL AND began_at IS NOT NULL AND ended_at IS NOT NULL AND discussion <> '')),
    CONSTRAINT ck_minutes_returned_with_reason CHECK (num_nonnulls(returned_at, returned_by,
        return_reason) IN (0, 3) AND (state <> 'returned' OR returned_at IS NOT NULL) AND return_reason
        <> ''),
    CONSTRAINT fk_minutes_roll_id FOREIGN KEY(roll_id) REFERENCES roll (id) ON DELETE RESTRICT,
    CONSTRAINT ck_minutes_state CHECK (state IN ('draft', 'filed', 'returned')),
    CONSTRAINT fk_minutes_drafted_by FOREIGN KEY(drafted_by) REFERENCES account (id) ON DELETE RESTRICT,
    CONSTRAINT fk_minutes_filed_by FOREIGN KEY(filed_by) REFERENCES account (id) ON DELETE RESTRICT,
    CONSTRAINT fk_minutes_returned_by FOREIGN KEY(returned_by) REFERENCES account (id) ON DELETE
        RESTRICT
);

CREATE TABLE minutes_item (
    roll_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    kind VARCHAR(24) NOT NULL,
    title VARCHAR(80) NOT NULL,
    outcome VARCHAR(24) DEFAULT 'planned' NOT NULL,
    changed_to VARCHAR(80),
    added BOOLEAN DEFAULT 'false' NOT NULL,
    CONSTRAINT pk_minutes_item PRIMARY KEY (roll_id, position),
    CONSTRAINT ck_minutes_item_position CHECK (position > 0),
    CONSTRAINT ck_minutes_item_title CHECK (title <> ''),
    CONSTRAINT ck_minutes_item_changed_to_what CHECK ((outcome = 'changed') = (changed_to IS NOT NULL)
        AND changed_to <> ''),
    CONSTRAINT ck_minutes_item_added_was_held CHECK (NOT added OR outcome = 'held'),
    CONSTRAINT fk_minutes_item_roll_id FOREIGN KEY(roll_id) REFERENCES minutes (roll_id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_minutes_item_kind CHECK (kind IN ('study', 'oath', 'dues', 'lecture', 'deliberation',
        'volunteering', 'other')),
    CONSTRAINT ck_minutes_item_outcome CHECK (outcome IN ('planned', 'held', 'not_held', 'changed'))
);

CREATE TABLE decision (
    roll_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    text VARCHAR(400) NOT NULL,
    owner VARCHAR(40),
    due_on DATE,
    vote_base INTEGER,
    vote_present INTEGER,
    vote_written INTEGER,
    vote_yes INTEGER,
    vote_no INTEGER,
    vote_abstain INTEGER,
    CONSTRAINT pk_decision PRIMARY KEY (roll_id, position),
    CONSTRAINT ck_decision_position_and_text CHECK (position > 0 AND text <> ''),
    CONSTRAINT ck_decision_vote_is_whole CHECK (num_nonnulls(vote_base, vote_present, vote_written,
        vote_yes, vote_no, vote_abstain) IN (0, 6)),
    CONSTRAINT ck_decision_vote_adds_up CHECK (least(vote_base, vote_present, vote_written, vote_yes,
        vote_no, vote_abstain) >= 0 AND vote_present + vote_written <= vote_base AND vote_yes + vote_no
        + vote_abstain = vote_present + vote_written),
    CONSTRAINT fk_decision_roll_id FOREIGN KEY(roll_id) REFERENCES minutes (roll_id) ON DELETE RESTRICT
);

CREATE TABLE minutes_act (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    roll_id BIGINT NOT NULL,
    act VARCHAR(24) NOT NULL,
    reason VARCHAR(200),
    account_id BIGINT NOT NULL,
    acted_at timestamptz NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_minutes_act PRIMARY KEY (id),
    CONSTRAINT ck_minutes_act_returned_with_reason CHECK ((act = 'returned') = (reason IS NOT NULL) AND
        reason <> ''),
    CONSTRAINT fk_minutes_act_roll_id FOREIGN KEY(roll_id) REFERENCES minutes (roll_id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_minutes_act_act CHECK (act IN ('filed', 'returned')),
    CONSTRAINT fk_minutes_act_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_minutes_act_roll_id ON minutes_act (roll_id);

CREATE INDEX ix_minutes_said ON minutes (md5(regexp_replace(discussion, '\s', '', 'g')));

CREATE TABLE record_look (
    roll_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    filed_at timestamptz NOT NULL,
    revision INTEGER NOT NULL,
    account_id BIGINT NOT NULL,
    looked_at timestamptz NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_record_look PRIMARY KEY (roll_id, org_id, filed_at, revision),
    CONSTRAINT ck_record_look_revision CHECK (revision > 0),
    CONSTRAINT fk_record_look_roll_id FOREIGN KEY(roll_id) REFERENCES minutes (roll_id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_record_look_org_id FOREIGN KEY(org_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT fk_record_look_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE
        RESTRICT
);

CREATE TABLE handover (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    org_id BIGINT NOT NULL,
    role VARCHAR(24) NOT NULL,
    from_account_id BIGINT NOT NULL,
    to_account_id BIGINT NOT NULL,
    handed_on DATE NOT NULL,
    document VARCHAR(80) NOT NULL,
    items JSONB NOT NULL,
    account_id BIGINT NOT NULL,
    acted_at timestamptz NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_handover PRIMARY KEY (id),
    CONSTRAINT ck_handover_to_another CHECK (from_account_id <> to_account_id),
    CONSTRAINT ck_handover_document CHECK (document <> ''),
    CONSTRAINT fk_handover_org_id FOREIGN KEY(org_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT ck_handover_role CHECK (role IN ('group_leader', 'clerk', 'commissioner', 'secretary',
        'deputy', 'township_officer', 'zone_officer', 'auditor')),
    CONSTRAINT fk_handover_from_account_id FOREIGN KEY(from_account_id) REFERENCES account (id) ON
        DELETE RESTRICT,
    CONSTRAINT fk_handover_to_account_id FOREIGN KEY(to_account_id) REFERENCES account (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_handover_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_handover_org_id ON handover (org_id);

CREATE FUNCTION keep_filed_minutes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.state = 'draft'
        OR to_jsonb(NEW) - '{state,version,returned_at,returned_by,return_reason}'::text[]
        <> to_jsonb(OLD) - '{state,version,returned_at,returned_by,return_reason}'::text[] THEN
        RAISE EXCEPTION 'a filed record changes only once returned' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_filed_minutes BEFORE UPDATE OR DELETE ON minutes
    FOR EACH ROW WHEN (OLD.state = 'filed') EXECUTE FUNCTION keep_filed_minutes();

CREATE FUNCTION keep_filed_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE about bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.roll_id ELSE OLD.roll_id END;
BEGIN
    IF EXISTS (SELECT FROM public.minutes WHERE roll_id = about AND state = 'filed') THEN
        RAISE EXCEPTION 'a filed record changes only once returned' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER keep_filed_parts BEFORE INSERT OR UPDATE OR DELETE ON minutes_item
    FOR EACH ROW EXECUTE FUNCTION keep_filed_parts();
CREATE TRIGGER keep_filed_parts BEFORE INSERT OR UPDATE OR DELETE ON decision
    FOR EACH ROW EXECUTE FUNCTION keep_filed_parts();
"""


def upgrade() -> None:
    run(UP)
    keep_rows(APPEND_ONLY)


def downgrade() -> None:
    drop(TABLES, FUNCTIONS)
