"""Proposals, what they count for in the ledger, and schemes that hold from a month on."""

from models.migrations.statements import drop, run

revision = "0014"
down_revision = "0013"

TABLES = ("proposal_member", "proposal", "scheme_use")
FUNCTIONS = ("keep_decided_members", "keep_decided_proposal", "keep_approvers_apart")

UP = r"""
ALTER TABLE post DROP CONSTRAINT ck_post_role, ADD CONSTRAINT ck_post_role CHECK (role IN ('group_leader',
    'clerk', 'commissioner', 'secretary', 'deputy', 'township_officer', 'zone_officer', 'auditor',
    'points_group'));
ALTER TABLE handover DROP CONSTRAINT ck_handover_role, ADD CONSTRAINT ck_handover_role CHECK (role IN
    ('group_leader', 'clerk', 'commissioner', 'secretary', 'deputy', 'township_officer', 'zone_officer',
    'auditor', 'points_group'));
ALTER TABLE member ADD COLUMN came_on DATE;

CREATE TABLE scheme_use (
    org_id BIGINT NOT NULL,
    from_month VARCHAR(7) NOT NULL,
    scheme_id BIGINT NOT NULL,
    account_id BIGINT,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_scheme_use PRIMARY KEY (org_id, from_month),
    CONSTRAINT ck_scheme_use_from_month CHECK (from_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    CONSTRAINT fk_scheme_use_org_id FOREIGN KEY(org_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT fk_scheme_use_scheme_id FOREIGN KEY(scheme_id) REFERENCES scheme (id) ON DELETE RESTRICT,
    CONSTRAINT fk_scheme_use_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE RESTRICT
);

CREATE TABLE proposal (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    branch_id BIGINT NOT NULL,
    scheme_id BIGINT NOT NULL,
    item VARCHAR(40) NOT NULL,
    level VARCHAR(40),
    cycle VARCHAR(7) NOT NULL,
    period VARCHAR(7) NOT NULL,
    occurred_on DATE NOT NULL,
    quantity NUMERIC(12, 4) NOT NULL,
    title VARCHAR(60) NOT NULL,
    evidence VARCHAR(80),
    state VARCHAR(24) DEFAULT 'submitted' NOT NULL,
    by_member_id BIGINT,
    account_id BIGINT,
    how VARCHAR(24),
    submitted_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by BIGINT,
    answer VARCHAR(60),
    told_how VARCHAR(24),
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_proposal PRIMARY KEY (id),
    CONSTRAINT ck_proposal_title CHECK (title <> '' AND evidence <> ''),
    CONSTRAINT ck_proposal_quantity CHECK (quantity > 0 AND quantity <> 'NaN'),
    CONSTRAINT ck_proposal_cycle CHECK (cycle ~ '^[0-9]{4}(H[12]|Q[1-4]|-(0[1-9]|1[0-2]))?$'),
    CONSTRAINT ck_proposal_period CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    CONSTRAINT ck_proposal_by_someone CHECK (num_nonnulls(by_member_id, account_id) > 0),
    CONSTRAINT ck_proposal_recorded_as_it_was_said CHECK ((how IS NOT NULL) = (by_member_id IS NOT NULL
        AND account_id IS NOT NULL)),
    CONSTRAINT ck_proposal_decided_by_someone CHECK ((state IN ('approved', 'rejected')) = (decided_by
        IS NOT NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT ck_proposal_by_a_second_person CHECK (decided_by <> account_id),
    CONSTRAINT ck_proposal_rejected_with_reason CHECK (state <> 'rejected' OR answer IS NOT NULL),
    CONSTRAINT fk_proposal_branch_id FOREIGN KEY(branch_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT fk_proposal_scheme_id FOREIGN KEY(scheme_id) REFERENCES scheme (id) ON DELETE RESTRICT,
    CONSTRAINT ck_proposal_state CHECK (state IN ('submitted', 'approved', 'rejected', 'withdrawn')),
    CONSTRAINT fk_proposal_by_member_id FOREIGN KEY(by_member_id) REFERENCES member (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_proposal_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE RESTRICT,
    CONSTRAINT ck_proposal_how CHECK (how IN ('in_person', 'phone_call', 'message', 'family', 'paper')),
    CONSTRAINT fk_proposal_decided_by FOREIGN KEY(decided_by) REFERENCES account (id) ON DELETE RESTRICT,
    CONSTRAINT ck_proposal_told_how CHECK (told_how IN ('in_person', 'phone_call', 'message', 'family',
        'paper'))
);
CREATE INDEX ix_proposal_branch_id_state ON proposal (branch_id, state);
CREATE INDEX ix_proposal_by_member_id ON proposal (by_member_id) WHERE by_member_id IS NOT NULL;

CREATE TABLE proposal_member (
    proposal_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    struck BOOLEAN DEFAULT 'false' NOT NULL,
    CONSTRAINT pk_proposal_member PRIMARY KEY (proposal_id, member_id),
    CONSTRAINT fk_proposal_member_proposal_id FOREIGN KEY(proposal_id) REFERENCES proposal (id) ON
        DELETE RESTRICT,
    CONSTRAINT fk_proposal_member_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_proposal_member_member_id ON proposal_member (member_id);

-- A scheme was a setting without a beginning: it holds from before the first record on.
INSERT INTO scheme_use (org_id, from_month, scheme_id)
    SELECT org_id, '2000-01', scheme.id FROM org_setting JOIN scheme
        ON scheme.code = value ->> 'code' AND scheme.version = (value ->> 'version')::int
    WHERE key = 'scheme';
DELETE FROM org_setting WHERE key = 'scheme';
ALTER TABLE org_setting DROP CONSTRAINT ck_org_setting_key, ADD CONSTRAINT ck_org_setting_key CHECK (key IN
    ('theme_day', 'holiday_rule', 'scan', 'leave_hours', 'month_limit'));
ALTER TABLE org_setting DROP CONSTRAINT ck_org_setting_value_fits_key, ADD CONSTRAINT
    ck_org_setting_value_fits_key CHECK (CASE key WHEN 'theme_day' THEN value::text ~
    '^([1-9]|1[0-9]|2[0-8])$' WHEN 'scan' THEN jsonb_typeof(value) = 'boolean' WHEN 'leave_hours' THEN
    value::text ~ '^([0-9]|[1-6][0-9]|7[0-2])$' WHEN 'month_limit' THEN value::text ~ '^([1-9]|10)$' ELSE
    jsonb_typeof(value) = 'string' END);

ALTER TABLE point_entry ADD COLUMN level VARCHAR(40), ADD COLUMN proposal_id BIGINT,
    ADD CONSTRAINT fk_point_entry_proposal_id FOREIGN KEY(proposal_id) REFERENCES proposal (id) ON DELETE
        RESTRICT,
    -- Entries written by hand before there were proposals stay as they are.
    ADD CONSTRAINT ck_point_entry_from_roll_or_proposal CHECK ((gathering_id IS NOT NULL AND revision IS
        NOT NULL) OR (proposal_id IS NOT NULL AND (reverses IS NOT NULL OR about = 'proposal:' ||
        proposal_id || ':' || member_id))) NOT VALID;
CREATE INDEX ix_point_entry_proposal_id ON point_entry (proposal_id);

CREATE FUNCTION keep_approvers_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.account WHERE id = NEW.decided_by AND (member_id = NEW.by_member_id
        OR member_id IN (SELECT member_id FROM public.proposal_member
            WHERE proposal_id = NEW.id AND NOT struck))) THEN
        RAISE EXCEPTION 'nobody approves their own points' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_approvers_apart BEFORE INSERT OR UPDATE ON proposal
    FOR EACH ROW WHEN (NEW.state = 'approved') EXECUTE FUNCTION keep_approvers_apart();

CREATE FUNCTION keep_decided_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.told_how := OLD.told_how;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a decided proposal stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_decided_proposal BEFORE UPDATE ON proposal
    FOR EACH ROW WHEN (OLD.state <> 'submitted') EXECUTE FUNCTION keep_decided_proposal();

CREATE FUNCTION keep_decided_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.proposal WHERE id = NEW.proposal_id AND state <> 'submitted') THEN
        RAISE EXCEPTION 'a decided proposal stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_decided_members BEFORE INSERT OR UPDATE ON proposal_member
    FOR EACH ROW EXECUTE FUNCTION keep_decided_members();
"""

DOWN = r"""
ALTER TABLE point_entry DROP CONSTRAINT ck_point_entry_from_roll_or_proposal, DROP COLUMN level,
    DROP COLUMN proposal_id;
ALTER TABLE org_setting DROP CONSTRAINT ck_org_setting_key, ADD CONSTRAINT ck_org_setting_key CHECK (key IN
    ('theme_day', 'holiday_rule', 'scan', 'scheme', 'leave_hours', 'month_limit'));
ALTER TABLE org_setting DROP CONSTRAINT ck_org_setting_value_fits_key, ADD CONSTRAINT
    ck_org_setting_value_fits_key CHECK (CASE key WHEN 'theme_day' THEN value::text ~
    '^([1-9]|1[0-9]|2[0-8])$' WHEN 'scan' THEN jsonb_typeof(value) = 'boolean' WHEN 'leave_hours' THEN
    value::text ~ '^([0-9]|[1-6][0-9]|7[0-2])$' WHEN 'month_limit' THEN value::text ~ '^([1-9]|10)$'
    WHEN 'scheme' THEN jsonb_typeof(value) = 'object' ELSE jsonb_typeof(value) = 'string' END);
ALTER TABLE member DROP COLUMN came_on;
DELETE FROM post WHERE role = 'points_group';
ALTER TABLE post DROP CONSTRAINT ck_post_role, ADD CONSTRAINT ck_post_role CHECK (role IN ('group_leader',
    'clerk', 'commissioner', 'secretary', 'deputy', 'township_officer', 'zone_officer', 'auditor'));
ALTER TABLE handover DROP CONSTRAINT ck_handover_role, ADD CONSTRAINT ck_handover_role CHECK (role IN
    ('group_leader', 'clerk', 'commissioner', 'secretary', 'deputy', 'township_officer', 'zone_officer',
    'auditor'));
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
    drop(TABLES, FUNCTIONS)
