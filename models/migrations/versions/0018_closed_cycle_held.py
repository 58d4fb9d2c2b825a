"""An entry and the filing of its cycle at the same moment: the one that comes second sees the first."""

from models.migrations.statements import run

revision = "0018"
down_revision = "0017"

DOWN = r"""
CREATE OR REPLACE FUNCTION keep_closed_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.rating WHERE branch_id = NEW.branch_id AND cycle = NEW.cycle
        AND state IN ('confirmed', 'archived')) THEN
        RAISE EXCEPTION 'a confirmed cycle takes no entry' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
# The row is held until the entry is committed: whoever files waits, and then reckons with it.
UP = r"""
CREATE OR REPLACE FUNCTION keep_closed_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE standing text;
BEGIN
    SELECT state INTO standing FROM public.rating
        WHERE branch_id = NEW.branch_id AND cycle = NEW.cycle FOR SHARE;
    IF standing IN ('confirmed', 'archived') THEN
        RAISE EXCEPTION 'a confirmed cycle takes no entry' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
