"""Why an approved entry was taken back; how an answer was told, also after the decision."""

from models.migrations.statements import run

revision = "0017"
down_revision = "0016"

UP = r"""
ALTER TABLE point_entry ADD COLUMN reason VARCHAR(200),
    ADD CONSTRAINT ck_point_entry_reversed_with_reason CHECK ((reverses IS NOT NULL AND proposal_id IS NOT
        NULL) = (reason IS NOT NULL) AND reason <> '');

CREATE OR REPLACE FUNCTION keep_decided_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE allowed public.proposal := OLD;
BEGIN
    allowed.told_how := NEW.told_how;
    IF NEW IS DISTINCT FROM allowed THEN
        RAISE EXCEPTION 'a decided proposal stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""

DOWN = r"""
ALTER TABLE point_entry DROP COLUMN reason;

CREATE OR REPLACE FUNCTION keep_decided_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.told_how := OLD.told_how;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a decided proposal stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
