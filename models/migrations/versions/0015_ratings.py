"""Ratings: one cycle of one branch, its runs and results, what the meeting decides, vetoes."""

from models.migrations.statements import drop, keep_rows, run

revision = "0015"
down_revision = "0014"

APPEND_ONLY = ("rating_act", "rating_result", "rating_run")
TABLES = ("veto", "ruling", "member_grade", "rating_result", "rating_act", "rating_run", "rating")
FUNCTIONS = ("keep_meeting_decided", "keep_rating_ground", "keep_closed_cycle")

UP = r"""
CREATE TABLE rating (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    branch_id BIGINT NOT NULL,
    cycle VARCHAR(7) NOT NULL,
    scheme_id BIGINT NOT NULL,
    state VARCHAR(24) DEFAULT 'collecting' NOT NULL,
    begun_at timestamptz NOT NULL,
    begun_by BIGINT NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_rating PRIMARY KEY (id),
    CONSTRAINT uq_rating_branch_id_cycle UNIQUE (branch_id, cycle),
    CONSTRAINT ck_rating_cycle CHECK (cycle ~ '^[0-9]{4}(H[12]|Q[1-4]|-(0[1-9]|1[0-2]))?$'),
    CONSTRAINT fk_rating_branch_id FOREIGN KEY(branch_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT fk_rating_scheme_id FOREIGN KEY(scheme_id) REFERENCES scheme (id) ON DELETE RESTRICT,
    CONSTRAINT ck_rating_state CHECK (state IN ('collecting', 'reviewing', 'appraised', 'publicised',
        'confirmed', 'archived')),
    CONSTRAINT fk_rating_begun_by FOREIGN KEY(begun_by) REFERENCES account (id) ON DELETE RESTRICT
);

CREATE TABLE rating_run (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    rating_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    sha VARCHAR(64) NOT NULL,
    account_id BIGINT NOT NULL,
    made_at timestamptz NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_rating_run PRIMARY KEY (id),
    CONSTRAINT uq_rating_run_rating_id_number UNIQUE (rating_id, number),
    CONSTRAINT ck_rating_run_number CHECK (number > 0),
    CONSTRAINT ck_rating_run_sha CHECK (sha ~ '^[0-9a-f]{64}$'),
    CONSTRAINT fk_rating_run_rating_id FOREIGN KEY(rating_id) REFERENCES rating (id) ON DELETE RESTRICT,
    CONSTRAINT fk_rating_run_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE RESTRICT
);

CREATE TABLE rating_act (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    rating_id BIGINT NOT NULL,
    act VARCHAR(24) NOT NULL,
    held_on DATE NOT NULL,
    body VARCHAR(24),
    base INTEGER,
    present INTEGER,
    votes_for INTEGER,
    votes_against INTEGER,
    abstained INTEGER,
    document VARCHAR(80),
    reason VARCHAR(200),
    run_id BIGINT,
    account_id BIGINT NOT NULL,
    acted_at timestamptz NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_rating_act PRIMARY KEY (id),
    CONSTRAINT ck_rating_act_present_of_base CHECK (present BETWEEN 0 AND base),
    CONSTRAINT ck_rating_act_votes_add_up CHECK (num_nonnulls(votes_for, votes_against, abstained) IN
        (0, 3) AND (votes_for IS NULL OR (base IS NOT NULL AND votes_for >= 0 AND votes_against >= 0 AND
        abstained >= 0 AND votes_for + votes_against + abstained <= base))),
    CONSTRAINT ck_rating_act_back_with_reason CHECK ((act IN ('return', 'reopen', 'recheck')) <= (reason
        IS NOT NULL) AND reason <> ''),
    CONSTRAINT ck_rating_act_decided_on_paper CHECK ((act IN ('upper_review', 'reopen')) <= (document IS
        NOT NULL) AND document <> ''),
    CONSTRAINT fk_rating_act_rating_id FOREIGN KEY(rating_id) REFERENCES rating (id) ON DELETE RESTRICT,
    CONSTRAINT ck_rating_act_act CHECK (act IN ('self_declare', 'group_review', 'committee_review',
        'assembly_appraisal', 'publicity', 'upper_review', 'archive', 'return', 'reopen', 'recheck')),
    CONSTRAINT fk_rating_act_run_id FOREIGN KEY(run_id) REFERENCES rating_run (id) ON DELETE RESTRICT,
    CONSTRAINT fk_rating_act_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_rating_act_rating_id ON rating_act (rating_id);

CREATE TABLE rating_result (
    run_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    standing VARCHAR(24) NOT NULL,
    total NUMERIC(12, 4),
    grade VARCHAR(24),
    star_by_total INTEGER,
    star_by_band INTEGER,
    star_by_quota INTEGER,
    star_final INTEGER,
    detail JSONB NOT NULL,
    CONSTRAINT pk_rating_result PRIMARY KEY (run_id, member_id),
    CONSTRAINT ck_rating_result_standing CHECK (standing IN ('rated', 'probationary', 'not_rated',
        'exempt', 'none')),
    CONSTRAINT ck_rating_result_total CHECK (total <> 'NaN'),
    CONSTRAINT ck_rating_result_star CHECK (star_by_total BETWEEN 1 AND 10 AND star_by_band BETWEEN 1
        AND 10 AND star_by_quota BETWEEN 1 AND 10 AND star_final BETWEEN 1 AND 10),
    CONSTRAINT ck_rating_result_star_only_when_rated CHECK (star_final IS NULL OR standing = 'rated'),
    CONSTRAINT ck_rating_result_unqualified_has_no_star CHECK (grade <> 'unqualified' OR star_final IS
        NULL),
    CONSTRAINT ck_rating_result_detail CHECK (jsonb_typeof(detail) = 'object'),
    CONSTRAINT fk_rating_result_run_id FOREIGN KEY(run_id) REFERENCES rating_run (id) ON DELETE RESTRICT,
    CONSTRAINT fk_rating_result_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT
);

CREATE TABLE member_grade (
    rating_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    grade VARCHAR(24) NOT NULL,
    votes INTEGER,
    at_host BOOLEAN DEFAULT 'false' NOT NULL,
    voices JSONB,
    decided_on DATE NOT NULL,
    account_id BIGINT NOT NULL,
    written_at timestamptz NOT NULL,
    CONSTRAINT pk_member_grade PRIMARY KEY (rating_id, member_id),
    CONSTRAINT ck_member_grade_votes CHECK (votes >= 0),
    CONSTRAINT ck_member_grade_voices CHECK (voices IS NULL OR jsonb_typeof(voices) = 'object'),
    CONSTRAINT fk_member_grade_rating_id FOREIGN KEY(rating_id) REFERENCES rating (id) ON DELETE RESTRICT,
    CONSTRAINT fk_member_grade_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT ck_member_grade_grade CHECK (grade IN ('excellent', 'qualified', 'basically_qualified',
        'unqualified')),
    CONSTRAINT fk_member_grade_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE
        RESTRICT
);

CREATE TABLE ruling (
    rating_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    kind VARCHAR(24) NOT NULL,
    star INTEGER,
    reason VARCHAR(200) NOT NULL,
    decided_on DATE NOT NULL,
    account_id BIGINT NOT NULL,
    written_at timestamptz NOT NULL,
    CONSTRAINT pk_ruling PRIMARY KEY (rating_id, member_id),
    CONSTRAINT ck_ruling_seat CHECK ((kind = 'seat') = (star IS NOT NULL) AND star BETWEEN 1 AND 10),
    CONSTRAINT ck_ruling_reason CHECK (reason <> ''),
    CONSTRAINT fk_ruling_rating_id FOREIGN KEY(rating_id) REFERENCES rating (id) ON DELETE RESTRICT,
    CONSTRAINT fk_ruling_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT ck_ruling_kind CHECK (kind IN ('raise', 'lower', 'seat')),
    CONSTRAINT fk_ruling_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE RESTRICT
);

CREATE TABLE veto (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    member_id BIGINT NOT NULL,
    code VARCHAR(40) NOT NULL,
    cycle VARCHAR(7) NOT NULL,
    document VARCHAR(80) NOT NULL,
    decided_by VARCHAR(60) NOT NULL,
    decided_on DATE NOT NULL,
    account_id BIGINT NOT NULL,
    lifted_document VARCHAR(80),
    lifted_at timestamptz,
    lifted_by BIGINT,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_veto PRIMARY KEY (id),
    CONSTRAINT ck_veto_on_paper CHECK (document <> '' AND decided_by <> ''),
    CONSTRAINT ck_veto_cycle CHECK (cycle ~ '^[0-9]{4}(H[12]|Q[1-4]|-(0[1-9]|1[0-2]))?$'),
    CONSTRAINT ck_veto_lifted_on_paper CHECK (num_nonnulls(lifted_document, lifted_at, lifted_by) IN (0,
        3) AND lifted_document <> ''),
    CONSTRAINT fk_veto_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT fk_veto_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE RESTRICT,
    CONSTRAINT fk_veto_lifted_by FOREIGN KEY(lifted_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX uq_veto_standing ON veto (member_id, code, cycle) WHERE lifted_at IS NULL;

CREATE FUNCTION keep_closed_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.rating WHERE branch_id = NEW.branch_id AND cycle = NEW.cycle
        AND state IN ('confirmed', 'archived')) THEN
        RAISE EXCEPTION 'a confirmed cycle takes no entry' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_closed_cycle BEFORE INSERT ON point_entry
    FOR EACH ROW EXECUTE FUNCTION keep_closed_cycle();

CREATE FUNCTION keep_rating_ground() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a rating keeps its branch, cycle and scheme' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_rating_ground BEFORE UPDATE ON rating FOR EACH ROW
    WHEN ((NEW.branch_id, NEW.cycle, NEW.scheme_id)
        IS DISTINCT FROM (OLD.branch_id, OLD.cycle, OLD.scheme_id))
    EXECUTE FUNCTION keep_rating_ground();

CREATE FUNCTION keep_meeting_decided() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE about bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.rating_id ELSE NEW.rating_id END;
BEGIN
    IF EXISTS (SELECT FROM public.rating WHERE id = about AND state NOT IN ('collecting', 'reviewing')) THEN
        RAISE EXCEPTION 'the meeting has decided' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER keep_meeting_decided BEFORE INSERT OR UPDATE OR DELETE ON member_grade
    FOR EACH ROW EXECUTE FUNCTION keep_meeting_decided();
CREATE TRIGGER keep_meeting_decided BEFORE INSERT OR UPDATE OR DELETE ON ruling
    FOR EACH ROW EXECUTE FUNCTION keep_meeting_decided();
"""

DOWN = r"""
DROP TRIGGER keep_closed_cycle ON point_entry;
"""


def upgrade() -> None:
    run(UP)
    keep_rows(APPEND_ONLY)


def downgrade() -> None:
    run(DOWN)
    drop(TABLES, FUNCTIONS)
