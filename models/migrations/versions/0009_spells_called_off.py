"""A spell that is called off before it began covers no day: it ends on the eve of its first."""

from models.migrations.statements import run

revision = "0009"
down_revision = "0008"

UP = r"""
ALTER TABLE spell DROP CONSTRAINT ex_spell_no_overlap, DROP CONSTRAINT ck_spell_ends_after_start;
ALTER TABLE spell ADD CONSTRAINT ck_spell_ends_after_start CHECK (to_on >= from_on - 1),
    ADD CONSTRAINT ex_spell_no_overlap EXCLUDE USING gist (
        int8range(member_id, member_id, '[]') WITH &&,
        int4range(ascii(kind), ascii(kind), '[]') WITH &&,
        daterange(from_on, to_on + 1, '[)') WITH &&
    );
"""

# A report may refer to a spell of no day: it goes to a day of its own, long before anybody was asked.
DOWN = r"""
UPDATE spell SET from_on = DATE '1921-07-01' - id::int, to_on = DATE '1921-07-01' - id::int
    WHERE to_on < from_on;
ALTER TABLE spell DROP CONSTRAINT ex_spell_no_overlap, DROP CONSTRAINT ck_spell_ends_after_start;
ALTER TABLE spell ADD CONSTRAINT ck_spell_ends_after_start CHECK (to_on >= from_on),
    ADD CONSTRAINT ex_spell_no_overlap EXCLUDE USING gist (
        int8range(member_id, member_id, '[]') WITH &&,
        int4range(ascii(kind), ascii(kind), '[]') WITH &&,
        daterange(from_on, to_on, '[]') WITH &&
    );
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
