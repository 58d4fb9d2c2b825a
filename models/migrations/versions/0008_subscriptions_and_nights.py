"""Subscription messages, prompts by the clock, emergencies at night."""

from models.migrations.statements import drop, run

revision = "0008"
down_revision = "0007"

UP = r"""
ALTER TABLE notice ALTER published_by DROP NOT NULL, DROP CONSTRAINT ck_notice_kind;
ALTER TABLE notice
    ADD CONSTRAINT ck_notice_kind CHECK (kind IN ('notice', 'reminder', 'change', 'prompt')),
    ADD CONSTRAINT ck_notice_published_by_hand_or_clock
        CHECK ((published_by IS NULL) = (kind IN ('reminder', 'prompt')));
ALTER TABLE delivery ADD urgent BOOLEAN DEFAULT 'false' NOT NULL;

CREATE TABLE subscription (
    binding_id BIGINT NOT NULL,
    template_id VARCHAR(64) NOT NULL,
    remaining INTEGER DEFAULT '0' NOT NULL,
    tapped_at timestamptz,
    tapped_n INTEGER DEFAULT '0' NOT NULL,
    switched_off BOOLEAN DEFAULT 'false' NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_subscription PRIMARY KEY (binding_id, template_id),
    CONSTRAINT ck_subscription_counts CHECK (remaining >= 0 AND tapped_n >= 0),
    CONSTRAINT fk_subscription_binding_id FOREIGN KEY(binding_id) REFERENCES binding (id) ON DELETE
        RESTRICT
);

CREATE TABLE night_override (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    notice_id BIGINT NOT NULL,
    reason VARCHAR(200) NOT NULL,
    account_id BIGINT NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_night_override PRIMARY KEY (id),
    CONSTRAINT ck_night_override_reason CHECK (reason <> ''),
    CONSTRAINT uq_night_override_notice_id UNIQUE (notice_id),
    CONSTRAINT fk_night_override_notice_id FOREIGN KEY(notice_id) REFERENCES notice (id) ON DELETE
        RESTRICT,
    CONSTRAINT fk_night_override_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE
        RESTRICT
);

CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON night_override
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep_table BEFORE TRUNCATE ON night_override
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

DOWN = r"""
DROP TRIGGER keep_rows ON night_override;
DROP TRIGGER keep_table ON night_override;
DELETE FROM night_override;
DELETE FROM delivery USING notice WHERE notice.id = delivery.notice_id AND notice.published_by IS NULL;
DELETE FROM notice WHERE published_by IS NULL;
ALTER TABLE delivery DROP urgent;
ALTER TABLE notice DROP CONSTRAINT ck_notice_published_by_hand_or_clock, DROP CONSTRAINT ck_notice_kind;
ALTER TABLE notice ALTER published_by SET NOT NULL,
    ADD CONSTRAINT ck_notice_kind CHECK (kind IN ('notice', 'reminder', 'change'));
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
    drop(
        (
            "night_override",
            "subscription",
        )
    )
