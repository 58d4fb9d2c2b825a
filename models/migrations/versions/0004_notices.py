"""Notices, deliveries and what WeChat answered."""

from alembic import op

from models.migrations.statements import run

revision = "0004"
down_revision = "0003"

UP = r"""
CREATE TABLE notice (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    gathering_id BIGINT NOT NULL,
    kind VARCHAR(24) NOT NULL,
    version INTEGER NOT NULL,
    texts JSONB NOT NULL,
    published_at timestamptz NOT NULL,
    published_by BIGINT NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_notice PRIMARY KEY (id),
    CONSTRAINT uq_notice_gathering_id_kind_version UNIQUE (gathering_id, kind, version),
    CONSTRAINT ck_notice_version CHECK (version > 0),
    CONSTRAINT fk_notice_gathering_id FOREIGN KEY(gathering_id) REFERENCES gathering (id) ON DELETE
        RESTRICT,
    CONSTRAINT ck_notice_kind CHECK (kind IN ('notice', 'reminder', 'change')),
    CONSTRAINT fk_notice_published_by FOREIGN KEY(published_by) REFERENCES account (id) ON DELETE RESTRICT
);

CREATE TABLE delivery (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    about VARCHAR(80) NOT NULL,
    notice_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    binding_id BIGINT,
    channel VARCHAR(24),
    at_home BOOLEAN DEFAULT 'false' NOT NULL,
    state VARCHAR(24) NOT NULL,
    reason VARCHAR(120),
    not_before timestamptz NOT NULL,
    attempt_no INTEGER DEFAULT '0' NOT NULL,
    first_sent_at timestamptz,
    lease_until timestamptz,
    msgid VARCHAR(40),
    errcode INTEGER,
    settled_at timestamptz,
    phoned_at timestamptz,
    phoned_by BIGINT,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_delivery PRIMARY KEY (id),
    CONSTRAINT ck_delivery_channel_with_binding CHECK ((channel IS NULL) = (binding_id IS NULL)),
    CONSTRAINT ck_delivery_sent_by_channel CHECK (state NOT IN ('queued', 'held', 'sending', 'accepted',
        'unknown', 'delivered', 'failed') OR channel IS NOT NULL),
    CONSTRAINT ck_delivery_sending_with_lease CHECK ((state = 'sending') = (lease_until IS NOT NULL) AND
        (state <> 'sending' OR (first_sent_at IS NOT NULL AND attempt_no > 0))),
    CONSTRAINT ck_delivery_phoned_with_time CHECK ((state = 'phoned') = (phoned_at IS NOT NULL)),
    CONSTRAINT ck_delivery_dropped_with_reason CHECK (state <> 'dropped' OR reason IS NOT NULL),
    CONSTRAINT uq_delivery_about UNIQUE (about),
    CONSTRAINT fk_delivery_notice_id FOREIGN KEY(notice_id) REFERENCES notice (id) ON DELETE RESTRICT,
    CONSTRAINT fk_delivery_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE RESTRICT,
    CONSTRAINT fk_delivery_binding_id FOREIGN KEY(binding_id) REFERENCES binding (id) ON DELETE RESTRICT,
    CONSTRAINT ck_delivery_channel CHECK (channel IN ('template', 'subscribe')),
    CONSTRAINT ck_delivery_state CHECK (state IN ('queued', 'held', 'sending', 'accepted', 'unknown',
        'delivered', 'failed', 'phone_list', 'phoned', 'dropped', 'cancelled')),
    CONSTRAINT fk_delivery_phoned_by FOREIGN KEY(phoned_by) REFERENCES account (id) ON DELETE RESTRICT
);
CREATE INDEX ix_delivery_due ON delivery (not_before, id) WHERE state IN ('queued', 'held', 'sending');
CREATE INDEX ix_delivery_member_id ON delivery (member_id);
CREATE INDEX ix_delivery_msgid ON delivery (msgid) WHERE msgid IS NOT NULL;
CREATE INDEX ix_delivery_notice_id ON delivery (notice_id);

CREATE TABLE wechat_event (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    appid VARCHAR(32) NOT NULL,
    natural_key VARCHAR(200) NOT NULL,
    msgid VARCHAR(40),
    openid_hash BYTEA NOT NULL,
    happened_at timestamptz NOT NULL,
    outcome VARCHAR(24) NOT NULL,
    reason VARCHAR(40),
    delivery_id BIGINT,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_wechat_event PRIMARY KEY (id),
    CONSTRAINT uq_wechat_event_appid_natural_key UNIQUE (appid, natural_key),
    CONSTRAINT ck_wechat_event_failed_with_reason CHECK (outcome <> 'failed' OR reason IS NOT NULL),
    CONSTRAINT ck_wechat_event_outcome CHECK (outcome IN ('delivered', 'failed')),
    CONSTRAINT fk_wechat_event_delivery_id FOREIGN KEY(delivery_id) REFERENCES delivery (id) ON DELETE
        RESTRICT
);
CREATE INDEX ix_wechat_event_unmatched ON wechat_event (msgid) WHERE delivery_id IS NULL;

CREATE TABLE inbound_message (
    appid VARCHAR(32) NOT NULL,
    natural_key VARCHAR(200) NOT NULL,
    reply VARCHAR(2048) NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_inbound_message PRIMARY KEY (appid, natural_key)
);
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    for table in ("inbound_message", "wechat_event", "delivery", "notice"):
        op.drop_table(table)
