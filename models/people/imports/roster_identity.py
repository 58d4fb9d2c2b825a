"""Which known member a roster row speaks of: branch and name first, then phone or join date."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.keyring import Keyring
from models.people.imports.roster_row import PersonRow
from models.people.member import Member

TELL_APART = "同一支部有同名同志，请填手机号或入党时间，好区分是哪一位"
MOST_NAMESAKES = 20


@dataclass
class Pairing:
    """Rows with the member each speaks of (None is somebody new), and rows nobody can place."""

    pairs: list[tuple[PersonRow, Member | None]] = field(default_factory=list)
    unclear: list[tuple[PersonRow, str]] = field(default_factory=list)


def pair(rows: Sequence[PersonRow], members: Sequence[Member], keyring: Keyring) -> Pairing:
    """Pair rows and members of one branch and one name.

    A single row and a single member are one person unless phone and join date both say otherwise. Where
    two share the name, each needs a phone or a join date that tells it from the others.
    """
    here = [member for member in members if member.left_on is None]
    pairing = Pairing()
    if len(rows) == 1 and len(here) == 1:
        agrees, differs = _compare(rows[0], here[0], keyring)
        if differs > 1 and not agrees:
            pairing.unclear.append((rows[0], "手机号和入党时间都与平台上的同名同志不同，请核对是不是同一位"))
        else:
            pairing.pairs.append((rows[0], here[0]))
        return pairing
    if len(rows) > MOST_NAMESAKES:
        pairing.unclear += [(row, f"同一支部同名的超过 {MOST_NAMESAKES} 行，请核对") for row in rows]
        return pairing
    for row in rows:
        _place(row, rows, here, keyring, pairing)
    _refuse_shared(pairing)
    _refuse_returned(pairing, [member for member in members if member.left_on is not None], keyring)
    return pairing


def _compare(row: PersonRow, member: Member, keyring: Keyring) -> tuple[int, int]:
    """Return how many of phone and join date, where both sides know them, agree and differ."""
    same = []
    if row.phone and member.phone_hash:
        same.append(keyring.phone_hash(row.phone) == member.phone_hash)
    if row.joined_on and member.joined_on:
        same.append(row.joined_on == member.joined_on)
    return same.count(True), same.count(False)


def _place(
    row: PersonRow, rows: Sequence[PersonRow], here: Sequence[Member], keyring: Keyring, pairing: Pairing
) -> None:
    alike = [other.number for other in rows if other is not row and not _are_apart(row, other)]
    if alike:
        pairing.unclear.append((row, f"和第 {alike[0]} 行同名，请填手机号或入党时间区分；重复的请删去一行"))
        return
    compared = [(member, *_compare(row, member, keyring)) for member in here]
    agreeing = [member for member, agrees, _ in compared if agrees]
    if len(agreeing) > 1 or (not agreeing and any(not differs for _, _, differs in compared)):
        pairing.unclear.append((row, TELL_APART))
    else:
        pairing.pairs.append((row, agreeing[0] if agreeing else None))


def _are_apart(one: PersonRow, other: PersonRow) -> bool:
    """Return whether phone or join date, given in both rows, says that these are two people."""
    if one.phone and other.phone and one.phone != other.phone:
        return True
    return bool(one.joined_on and other.joined_on and one.joined_on != other.joined_on)


def _refuse_shared(pairing: Pairing) -> None:
    """Take out rows that claim one member together."""
    claims = [member.id for _, member in pairing.pairs if member is not None]
    shared = [(row, member) for row, member in pairing.pairs if member and claims.count(member.id) > 1]
    pairing.unclear += [(row, TELL_APART) for row, _ in shared]
    pairing.pairs = [both for both in pairing.pairs if both not in shared]


def _refuse_returned(pairing: Pairing, gone: Sequence[Member], keyring: Keyring) -> None:
    """Take out newcomers who may be somebody recorded as transferred, deceased or removed."""
    back = [
        row
        for row, member in pairing.pairs
        if member is None and any(_compare(row, other, keyring)[1] == 0 for other in gone)
    ]
    reason = "平台上有一位同名同志已登记为转出、去世或除名，请先核对，回来的请在平台上办理"
    pairing.unclear += [(row, reason) for row in back]
    pairing.pairs = [(row, member) for row, member in pairing.pairs if row not in back]
