"""How many must be there, and whether a vote can have passed."""

from fractions import Fraction
from typing import NamedTuple

from models.points.schemes.procedure import Quorum

# What holds for a members' meeting where the scheme asks no more.
# Source: the regulations on the work of Party branches, on decisions of the members' meeting.
HALF_OF_MEMBERS = Quorum(share=Fraction(1, 2), more_than=True, base="full_members")

SHARES = {Fraction(1, 2): "半数", Fraction(2, 3): "三分之二", Fraction(4, 5): "五分之四"}


class Votes(NamedTuple):
    """Totals of one vote, never a person's."""

    votes_for: int
    against: int
    abstained: int


def needed(quorum: Quorum, base: int) -> int:
    """Return how many of `base` must be there: 8 of 15 for more than half, 10 for two thirds."""
    parts = base * quorum.share.numerator
    if quorum.more_than:
        return parts // quorum.share.denominator + 1
    return -(-parts // quorum.share.denominator)


def quorum_words(quorum: Quorum) -> str:
    """Say what a quorum asks: 到会要超过正式党员的半数."""
    of = "正式党员" if quorum.base == "full_members" else "应到人员"
    share = SHARES.get(quorum.share, f"{quorum.share.numerator}/{quorum.share.denominator}")
    return f"到会要超过{of}的{share}" if quorum.more_than else f"到会要达到{of}的{share}"
