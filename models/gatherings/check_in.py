"""Signing in by phone: one read, the checks in their order, one guarded write."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import Row, Table, and_, bindparam, case, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.clock import clock_text, iso, moment_text
from models.gatherings.gathering import Gathering, GatheringState, closes_at, opens_at, state_at
from models.gatherings.guests import PHONE_USED, admits, seat_guest
from models.gatherings.hall_code import (
    Ticket,
    Token,
    digits_match,
    make_ticket,
    ticket_is_authentic,
    ticket_is_fresh,
    tidy_digits,
    token_is_authentic,
    token_is_fresh,
)
from models.gatherings.roll import CAME, CheckedIn, Roll, RollLine, Status
from models.keyring import Keyring
from models.people.binding import BEHIND_SESSION, Binding, PhoneSession
from models.people.org import Org
from models.people.tries import Guess, give_back_try
from models.refused import Refused

# Five wrong digits in ten minutes for each WeChat user; no limit for a hall, which shares one address.
DIGITS_LIMIT = (timedelta(minutes=10), 5)


class Typed(NamedTuple):
    """Six digits as a person typed them for one gathering, in the mini-program or in the chat."""

    gathering_id: int
    code: str
    via: CheckedIn = CheckedIn.DIGITS


Proof = Token | Ticket | Typed
# Counts one try of this phone in a transaction of its own; returns how many are left, -1 if none was.
SpendTry = Callable[[bytes], int]


class Receipt(NamedTuple):
    """What the person is told; a repeat gets the same, whatever became of the code since."""

    gathering_id: int
    status: Status
    at: datetime
    is_new: bool

    @property
    def to_confirm(self) -> bool:
        """Whether a person had recorded something else, about which the secretary is now asked."""
        return self.status not in (*CAME, Status.OBSERVER)


WRONG_BRANCH = "这不是您支部的活动，请对方支部在列席名单上登记"

_SEEN = (
    Binding.member_id,
    Gathering.id.label("gathering_id"),
    Gathering.state,
    Gathering.starts_at,
    Gathering.opened_at,
    Gathering.closed_at,
    Gathering.hall_salt,
    Gathering.scan,
    Gathering.reason,
    RollLine.roll_id,
    RollLine.status,
    RollLine.checked_in_at,
    Roll.confirmed_at,
)


def _with_line(query: Any) -> Any:
    gathering = query.outerjoin(Gathering, Gathering.id == bindparam("gathering"))
    line = and_(RollLine.gathering_id == Gathering.id, RollLine.member_id == Binding.member_id)
    return gathering.outerjoin(RollLine, line).outerjoin(Roll, Roll.id == RollLine.roll_id)


# Built once: a compiled statement is then found again instead of being built for each tap.
_BY_SESSION = _with_line(
    select(PhoneSession.appid, PhoneSession.openid, PhoneSession.openid_hash, *_SEEN)
    .select_from(PhoneSession)
    .outerjoin(Binding, BEHIND_SESSION)
).where(PhoneSession.token_hash == bindparam("token_hash"), PhoneSession.expires_at > bindparam("now"))

_BY_BINDING = _with_line(
    select(Binding.appid, Binding.openid, Binding.openid_hash, *_SEEN).select_from(Binding)
).where(Binding.id == bindparam("binding"), Binding.ended_at.is_(None))

# Core, on the connection: the unit of work has nothing to keep here and would double the price.
_WRITE = (
    update(cast(Table, RollLine.__table__))
    .where(
        RollLine.gathering_id == bindparam("gathering"),
        RollLine.member_id == bindparam("member"),
        # Decides the first time among any number of taps.
        RollLine.checked_in_at.is_(None),
        # Locks the roll: a confirmation running meanwhile wins or waits, never half.
        RollLine.roll_id
        == select(Roll.id)
        .where(Roll.id == bindparam("roll"), Roll.confirmed_at.is_(None))
        .with_for_update(read=True)
        .scalar_subquery(),
    )
    .values(
        checked_in_at=bindparam("at"),
        checked_in_via=bindparam("way", type_=RollLine.checked_in_via.type),
        openid_hash=bindparam("phone"),
        # A person's mark wins over a phone, so that a scan never undoes a hand.
        status=case((RollLine.marked_by.is_(None), Status.PRESENT), else_=RollLine.status),
    )
    .returning(RollLine.status)
)


def check_in_by_session(
    session: Session, keyring: Keyring, token_hash: bytes, proof: Proof, *, spend: SpendTry, now: datetime
) -> Receipt:
    """Sign in the member behind a phone session. Refused: not_logged_in, else as `sign_in`."""

    def look() -> Row[Any] | None:
        keys = {"token_hash": token_hash, "gathering": proof.gathering_id, "now": now}
        return session.connection().execute(_BY_SESSION, keys).first()

    return sign_in(session, keyring, look, proof, spend=spend, now=now)


def check_in_by_binding(
    session: Session, keyring: Keyring, binding_id: int, proof: Proof, *, spend: SpendTry, now: datetime
) -> Receipt:
    """Sign in the follower behind a binding, from the chat. Refused: as `sign_in`."""

    def look() -> Row[Any] | None:
        keys = {"binding": binding_id, "gathering": proof.gathering_id}
        return session.connection().execute(_BY_BINDING, keys).first()

    return sign_in(session, keyring, look, proof, spend=spend, now=now)


def sign_in(
    session: Session,
    keyring: Keyring,
    look: Callable[[], Row[Any] | None],
    proof: Proof,
    *,
    spend: SpendTry,
    now: datetime,
) -> Receipt:
    """Keep the member's first check-in; repeats return the same line unchanged.

    `look` reads who is asking together with gathering, line and roll. The recorded time is when the code
    was seen: `now`, or the ticket's. Refused: not_logged_in, not_found, code_invalid, cancelled,
    too_early, closed, roll_confirmed, scan_off, code_expired, too_many_tries, code_wrong, not_bound,
    wrong_branch, phone_used. Rule: the branch's roll is the record, a scan is a convenience.
    """
    seen = look()
    if seen is None:
        raise Refused("not_logged_in", "请重新进入小程序")
    if seen.checked_in_at is not None:
        return Receipt(proof.gathering_id, seen.status, seen.checked_in_at, is_new=False)
    if seen.gathering_id is None or seen.state is GatheringState.DRAFT or seen.hall_salt is None:
        raise Refused("not_found", "没有找到这次活动，可能还没有发布")
    _check_authentic(keyring, seen, proof)
    if isinstance(proof, Typed):
        _check_own(session, seen, proof)
    seen_at = proof.seen_at if isinstance(proof, Ticket) else now
    _check_state(seen, seen_at, now=now)
    _check_fresh(keyring, seen, proof, spend=spend, now=now)
    _check_bound(keyring, seen, proof, seen_at)
    status = _write(session, seen, proof, seen_at)
    if isinstance(proof, Typed):
        # They were right, whether or not another tap of the same person came first.
        give_back_try(session, Guess.DIGITS, seen.openid_hash, now=now)
    if status is not None:
        return Receipt(proof.gathering_id, status, seen_at, is_new=True)
    return _after_lost_race(look(), proof)


def _write(session: Session, seen: Row[Any], proof: Proof, seen_at: datetime) -> Status | None:
    """Write on the member's line, or add a guest's; None where another tap or a confirmation was first."""
    line = _line_of(seen, proof, seen_at)
    try:
        if seen.roll_id is not None:
            return session.connection().scalar(_WRITE, line)
        _check_guest(session, seen, proof)
        return seat_guest(session, line)
    except IntegrityError as error:
        if "uq_roll_line_openid" not in str(error.orig):
            raise
        raise Refused("phone_used", PHONE_USED) from error


def _line_of(seen: Row[Any], proof: Proof, seen_at: datetime) -> dict[str, Any]:
    ways = {Token: CheckedIn.QR, Ticket: CheckedIn.TICKET}
    return {
        "gathering": proof.gathering_id,
        "member": seen.member_id,
        "roll": seen.roll_id,
        "at": seen_at,
        "way": proof.via if isinstance(proof, Typed) else ways[type(proof)],
        "phone": seen.openid_hash,
    }


def _after_lost_race(seen: Row[Any] | None, proof: Proof) -> Receipt:
    # Read in a new statement: the old snapshot does not show who won.
    if seen is not None and seen.checked_in_at is not None:
        return Receipt(proof.gathering_id, seen.status, seen.checked_in_at, is_new=False)
    raise Refused("roll_confirmed", "名册已经确认，请找支部登记")


def _check_authentic(keyring: Keyring, seen: Row[Any], proof: Proof) -> None:
    """Refuse what this installation did not make; digits are judged later, for they cost a try."""
    if isinstance(proof, Token):
        good = token_is_authentic(keyring, proof, seen.hall_salt)
    elif isinstance(proof, Ticket):
        good = ticket_is_authentic(keyring, proof, seen.hall_salt, appid=seen.appid, openid=seen.openid)
    else:
        good = True
    if not good:
        raise Refused("code_invalid", "请扫会场屏幕上的二维码")


def _check_own(session: Session, seen: Row[Any], proof: Typed) -> None:
    """Refuse digits of whoever is on no roll here: anybody can name a gathering and learn its state so."""
    if seen.member_id is None:
        raise Refused("not_bound", "请先绑定")
    if seen.roll_id is None:
        _check_guest(session, seen, proof)


def _check_state(seen: Row[Any], seen_at: datetime, *, now: datetime) -> None:
    """Refuse unless phones may sign in; what was seen before closing still counts."""
    state = state_at(seen.state, seen.starts_at, seen.opened_at, now=now)
    if state is GatheringState.CANCELLED:
        raise Refused("cancelled", f"这次活动取消了。原因：{seen.reason}", reason=seen.reason)
    if seen.confirmed_at is not None or state is GatheringState.CONFIRMED:
        raise Refused("roll_confirmed", "名册已经确认，请找支部登记")
    if state is GatheringState.PUBLISHED:
        begins = opens_at(seen.starts_at)
        raise Refused("too_early", f"{moment_text(begins)} 开始签到", opens_at=iso(begins))
    closed_at = seen.closed_at or closes_at(seen.starts_at, seen.opened_at)
    if state is GatheringState.CLOSED and seen_at >= closed_at:
        raise Refused("closed", "签到已结束，请找支部登记")
    if not seen.scan:
        raise Refused("scan_off", "这次由支部在名册上登记，您到场就行")


def _check_fresh(keyring: Keyring, seen: Row[Any], proof: Proof, *, spend: SpendTry, now: datetime) -> None:
    """Refuse an old code and wrong digits; every guess is counted before it is judged."""
    if isinstance(proof, Token) and not token_is_fresh(proof, now=now):
        raise Refused("code_expired", "二维码已更新，请再扫一次")
    if isinstance(proof, Ticket) and not ticket_is_fresh(proof, now=now):
        raise Refused("code_expired", "二维码已更新，请再扫一次")
    if isinstance(proof, Typed):
        left = spend(seen.openid_hash)
        if left < 0:
            raise Refused("too_many_tries", "试得太多了，请扫二维码，或请支部在名册上登记", retry_after=600)
        digits = tidy_digits(proof.code)
        right = digits is not None and digits_match(
            keyring, digits, proof.gathering_id, seen.hall_salt, now=now
        )
        if not right:
            raise Refused("code_wrong", f"数字不对，请看屏幕重新输入，还可以试 {left} 次", left=left)


def _check_bound(keyring: Keyring, seen: Row[Any], proof: Proof, seen_at: datetime) -> None:
    """Refuse who is not bound, with a ticket for what was proved."""
    if seen.member_id is None:
        ticket = make_ticket(
            keyring,
            gathering_id=proof.gathering_id,
            hall_salt=seen.hall_salt,
            appid=seen.appid,
            openid=seen.openid,
            seen_at=seen_at,
        )
        words = f"您扫码的时间 {clock_text(seen_at)} 已经记下，10 分钟内绑好都算数"
        raise Refused("not_bound", words, ticket=ticket)


def _check_guest(session: Session, seen: Row[Any], proof: Proof) -> None:
    """Refuse who stands on no roll, unless the host admits guests: those use the picture, never digits."""
    if not admits(session, seen.gathering_id, seen.member_id):
        if isinstance(proof, Typed):
            raise Refused("wrong_branch", WRONG_BRANCH)
        # The code was read off the host's own screen, which says so too.
        host = session.scalar(select(Org.name).join(Gathering).where(Gathering.id == seen.gathering_id))
        raise Refused("wrong_branch", WRONG_BRANCH, host=host)
    if isinstance(proof, Typed):
        raise Refused("wrong_branch", "列席请扫会场屏幕上的二维码，数字只给名册上的同志用")
