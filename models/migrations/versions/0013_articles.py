"""Articles with their blocks, pictures and trail, and each try to publish one."""

from models.migrations.statements import drop, keep_rows, run

revision = "0013"
down_revision = "0012"

APPEND_ONLY = ("article_act",)
TABLES = (
    "publication",
    "article_act",
    "article_block",
    "picture",
    "article_source",
    "article_writer",
    "article",
)
FUNCTIONS = ("keep_proposed_parts", "keep_writers_apart", "keep_proposed_article")

UP = r"""
CREATE TABLE article (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    org_id BIGINT NOT NULL,
    state VARCHAR(24) DEFAULT 'draft' NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    title VARCHAR(32) NOT NULL,
    digest VARCHAR(120) DEFAULT '' NOT NULL,
    byline VARCHAR(16) NOT NULL,
    came_back VARCHAR(200),
    drafted_by BIGINT NOT NULL,
    proposed_at timestamptz,
    proposed_by BIGINT,
    reviewed_at timestamptz,
    reviewed_by BIGINT,
    approved_at timestamptz,
    approved_by BIGINT,
    paper_signer VARCHAR(40),
    published_at timestamptz,
    url VARCHAR(500),
    withdrawn_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_article PRIMARY KEY (id),
    CONSTRAINT ck_article_title_and_byline CHECK (title <> '' AND byline <> ''),
    CONSTRAINT ck_article_each_step_by_someone CHECK (num_nonnulls(proposed_at, proposed_by) <> 1 AND
        num_nonnulls(reviewed_at, reviewed_by) <> 1 AND num_nonnulls(approved_at, approved_by) <> 1),
    CONSTRAINT ck_article_no_step_left_out CHECK (CASE state WHEN 'draft' THEN num_nonnulls(proposed_by,
        reviewed_by, approved_by) = 0 WHEN 'proposed' THEN proposed_by IS NOT NULL AND
        num_nonnulls(reviewed_by, approved_by) = 0 WHEN 'reviewed' THEN num_nonnulls(proposed_by,
        reviewed_by) = 2 AND approved_by IS NULL WHEN 'withdrawn' THEN withdrawn_at IS NOT NULL ELSE
        num_nonnulls(proposed_by, reviewed_by, approved_by) = 3 END),
    CONSTRAINT ck_article_nobody_approves_their_own CHECK (reviewed_by NOT IN (proposed_by, drafted_by)
        AND approved_by NOT IN (proposed_by, drafted_by) AND (paper_signer IS NOT NULL OR approved_by <>
        reviewed_by)),
    CONSTRAINT ck_article_signer CHECK (paper_signer <> '' AND (paper_signer IS NULL OR approved_by IS
        NOT NULL)),
    CONSTRAINT ck_article_published_at_some_time CHECK (state <> 'published' OR published_at IS NOT
        NULL),
    CONSTRAINT ck_article_url CHECK (url ~ '^https?://'),
    CONSTRAINT fk_article_org_id FOREIGN KEY(org_id) REFERENCES org (id) ON DELETE RESTRICT,
    CONSTRAINT ck_article_state CHECK (state IN ('draft', 'proposed', 'reviewed', 'approved',
        'publishing', 'published', 'withdrawn')),
    CONSTRAINT fk_article_drafted_by FOREIGN KEY(drafted_by) REFERENCES account (id) ON DELETE RESTRICT,
    CONSTRAINT fk_article_proposed_by FOREIGN KEY(proposed_by) REFERENCES account (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_article_reviewed_by FOREIGN KEY(reviewed_by) REFERENCES account (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_article_approved_by FOREIGN KEY(approved_by) REFERENCES account (id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_article_org_id ON article (org_id);
CREATE INDEX ix_article_published_at ON article (published_at) WHERE state = 'published';

CREATE TABLE article_source (
    article_id BIGINT NOT NULL,
    roll_id BIGINT NOT NULL,
    CONSTRAINT pk_article_source PRIMARY KEY (article_id, roll_id),
    CONSTRAINT fk_article_source_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_article_source_roll_id FOREIGN KEY(roll_id) REFERENCES minutes (roll_id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_article_source_roll_id ON article_source (roll_id);

CREATE TABLE article_writer (
    article_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    wrote_at timestamptz NOT NULL,
    CONSTRAINT pk_article_writer PRIMARY KEY (article_id, account_id),
    CONSTRAINT fk_article_writer_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_article_writer_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE
        RESTRICT
);

CREATE TABLE picture (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    article_id BIGINT NOT NULL,
    sha BYTEA NOT NULL,
    jpeg BYTEA NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    added_by BIGINT NOT NULL,
    added_at timestamptz NOT NULL,
    consent_at timestamptz NOT NULL,
    wechat_url VARCHAR(500),
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_picture PRIMARY KEY (id),
    CONSTRAINT uq_picture_article_id_sha UNIQUE (article_id, sha),
    CONSTRAINT ck_picture_sha CHECK (octet_length(sha) = 32),
    CONSTRAINT ck_picture_jpeg CHECK (octet_length(jpeg) BETWEEN 100 AND 1000000),
    CONSTRAINT ck_picture_is_jpeg CHECK (substring(jpeg FROM 1 FOR 3) = '\xffd8ff'::bytea),
    CONSTRAINT ck_picture_size CHECK (width BETWEEN 1 AND 4096 AND height BETWEEN 1 AND 4096),
    CONSTRAINT fk_picture_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE RESTRICT,
    CONSTRAINT fk_picture_added_by FOREIGN KEY(added_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_picture_article_id ON picture (article_id);

CREATE TABLE article_block (
    article_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    kind VARCHAR(24) NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    picture_id BIGINT,
    CONSTRAINT pk_article_block PRIMARY KEY (article_id, position),
    CONSTRAINT ck_article_block_position CHECK (position > 0),
    CONSTRAINT ck_article_block_picture CHECK ((kind = 'picture') = (picture_id IS NOT NULL)),
    CONSTRAINT ck_article_block_text CHECK (kind = 'picture' OR text <> ''),
    CONSTRAINT ck_article_block_length CHECK (char_length(text) <= 4000),
    CONSTRAINT fk_article_block_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_article_block_kind CHECK (kind IN ('text', 'list', 'picture')),
    CONSTRAINT fk_article_block_picture_id FOREIGN KEY(picture_id) REFERENCES picture (id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_article_block_picture_id ON article_block (picture_id);

CREATE TABLE article_act (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    article_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    act VARCHAR(24) NOT NULL,
    account_id BIGINT,
    checklist JSONB,
    reason VARCHAR(200),
    paper_signer VARCHAR(40),
    paper_signed_on DATE,
    paper_number VARCHAR(40),
    acted_at timestamptz NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_article_act PRIMARY KEY (id),
    CONSTRAINT ck_article_act_has_hand CHECK (act IN ('published', 'publish_failed') OR account_id IS
        NOT NULL),
    CONSTRAINT ck_article_act_sent_back_with_reason CHECK ((act IN ('review_rejected',
        'approval_rejected', 'publish_failed', 'withdrawn')) = (reason IS NOT NULL) AND reason <> ''),
    CONSTRAINT ck_article_act_reviewed_by_checklist CHECK (act <> 'review_passed' OR checklist IS NOT
        NULL),
    CONSTRAINT ck_article_act_paper_is_whole CHECK (num_nonnulls(paper_signer, paper_signed_on,
        paper_number) IN (0, 3) AND (paper_signer IS NULL OR act IN ('approved', 'approval_rejected'))),
    CONSTRAINT fk_article_act_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_article_act_act CHECK (act IN ('proposed', 'taken_back', 'review_passed',
        'review_rejected', 'approved', 'approval_rejected', 'ordered', 'published', 'publish_failed',
        'withdrawn')),
    CONSTRAINT fk_article_act_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_article_act_article_id ON article_act (article_id);

CREATE TABLE publication (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    article_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    state VARCHAR(24) DEFAULT 'queued' NOT NULL,
    ordered_by BIGINT NOT NULL,
    ordered_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    lease_until timestamptz,
    attempt_no INTEGER DEFAULT '0' NOT NULL,
    cover_media_id VARCHAR(128),
    draft_media_id VARCHAR(128),
    publish_id VARCHAR(64),
    submitted_at timestamptz,
    polls INTEGER DEFAULT '0' NOT NULL,
    wechat_article_id VARCHAR(128),
    errcode INTEGER,
    reason VARCHAR(200),
    finished_at timestamptz,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_publication PRIMARY KEY (id),
    CONSTRAINT ck_publication_working_under_lease CHECK ((state = 'working') = (lease_until IS NOT
        NULL)),
    CONSTRAINT ck_publication_submitted_under_a_number CHECK (state <> 'submitted' OR publish_id IS NOT
        NULL),
    CONSTRAINT ck_publication_failed_with_reason CHECK (state <> 'failed' OR reason IS NOT NULL),
    CONSTRAINT ck_publication_finished_at_some_time CHECK ((state IN ('done', 'failed', 'withdrawing',
        'withdrawn')) = (finished_at IS NOT NULL)),
    CONSTRAINT fk_publication_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_publication_state CHECK (state IN ('queued', 'working', 'doubtful', 'submitted',
        'done', 'failed', 'withdrawing', 'withdrawn')),
    CONSTRAINT fk_publication_ordered_by FOREIGN KEY(ordered_by) REFERENCES account (id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_publication_article_id ON publication (article_id);
CREATE INDEX ix_publication_due ON publication (not_before) WHERE state NOT IN ('done', 'failed',
    'withdrawn');
CREATE UNIQUE INDEX uq_publication_open ON publication (article_id) WHERE state IN ('queued', 'working',
    'doubtful', 'submitted');
CREATE UNIQUE INDEX uq_publication_publish_id ON publication (publish_id);

CREATE FUNCTION keep_proposed_article() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.title, NEW.digest, NEW.byline, NEW.org_id, NEW.drafted_by)
        IS DISTINCT FROM (OLD.title, OLD.digest, OLD.byline, OLD.org_id, OLD.drafted_by) THEN
        RAISE EXCEPTION 'only a draft is edited' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_proposed_article BEFORE UPDATE ON article
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION keep_proposed_article();

CREATE FUNCTION keep_writers_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.article_writer
        WHERE article_id = NEW.id AND account_id IN (NEW.reviewed_by, NEW.approved_by)) THEN
        RAISE EXCEPTION 'nobody approves what they wrote' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_writers_apart BEFORE UPDATE OF reviewed_by, approved_by ON article
    FOR EACH ROW EXECUTE FUNCTION keep_writers_apart();

CREATE FUNCTION keep_proposed_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE about bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.article_id ELSE OLD.article_id END;
BEGIN
    IF EXISTS (SELECT FROM public.article WHERE id = about AND state <> 'draft') THEN
        RAISE EXCEPTION 'only a draft is edited' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER keep_proposed_parts BEFORE INSERT OR UPDATE OR DELETE ON article_block
    FOR EACH ROW EXECUTE FUNCTION keep_proposed_parts();
CREATE TRIGGER keep_proposed_parts BEFORE INSERT OR UPDATE OR DELETE ON article_source
    FOR EACH ROW EXECUTE FUNCTION keep_proposed_parts();
CREATE TRIGGER keep_proposed_parts BEFORE INSERT OR UPDATE OR DELETE ON article_writer
    FOR EACH ROW EXECUTE FUNCTION keep_proposed_parts();
CREATE TRIGGER keep_proposed_parts BEFORE INSERT OR DELETE OR UPDATE OF article_id, sha, jpeg ON picture
    FOR EACH ROW EXECUTE FUNCTION keep_proposed_parts();
"""


def upgrade() -> None:
    run(UP)
    keep_rows(APPEND_ONLY)


def downgrade() -> None:
    drop(TABLES, FUNCTIONS)
