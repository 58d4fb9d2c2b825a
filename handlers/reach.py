"""Which gatherings, rolls and lines the person behind a request reaches."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import or_, select

from handlers.edge import current
from handlers.identity import require, staff
from models.gatherings.delegate import is_delegate
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.leave import decide_leave, head_of_line
from models.gatherings.marks import LineView
from models.gatherings.plan import gathering_seen
from models.gatherings.roll import Leave, Roll
from models.gatherings.roll_head import RollHead, roll_seen
from models.gatherings.standing import Standing, rolls_of
from models.people.account import Role
from models.people.org import BRANCHES, COMMITTEES, Org, OrgKind, branches_below, tree_order
from models.people.rights import Verb, may, parent_path, sees
from models.people.roster import member_seen
from models.points.late_answers import answer_leave
from models.refused import Refused


def gathering_reached(gathering_id: int) -> list[Standing]:
    """Return the rolls of a gathering that the person may know of, the host's first.

    Refused: not_found, also for a draft of somebody else's; not_yours without any right on them.
    """
    edge, posts = current(), staff().posts
    rolls = rolls_of(edge.session, gathering_id, now=edge.now)
    if rolls and rolls[0].is_draft:
        require(Verb.DRAFT, rolls[0].host)
        return rolls
    seen = [roll for roll in rolls if sees(posts, roll.org.path)]
    if not seen:
        raise Refused("not_found", "没有找到")
    if not any(may(posts, verb, roll.org.path) for verb in (Verb.SEE_FILED, Verb.TICK) for roll in seen):
        return [roll for roll in seen if led_groups(roll.org)] or _not_yours()
    return seen


def _not_yours() -> list[Standing]:
    raise Refused("not_yours", "这一页要有相应的职务才能看")


def led_groups(org: Org) -> set[int]:
    """Return the groups of this branch that the person leads."""
    posts = staff().posts
    return {
        post.org_id
        for post in posts
        if post.role is Role.GROUP_LEADER and parent_path(post.org_path) == org.path
    }


def roll_reached(roll_id: int) -> RollHead:
    """Return a roll of a published gathering, whoever asks. Refused: not_found."""
    head = roll_seen(current().session, roll_id)
    if head.gathering.hall_salt is None:
        raise Refused("not_found", "没有找到")
    return head


def answers_for(head: RollHead, verb: Verb = Verb.CONFIRM) -> bool:
    """Say whether the person holds `verb` on a roll: by a post, or as the delegate named for it."""
    edge, who = current(), staff()
    return may(who.posts, verb, head.org.path) or (
        sees(who.posts, head.org.path)
        and is_delegate(edge.session, head.roll.id, who.account_id, now=edge.now)
    )


def opens_doors(roll: Standing) -> bool:
    """Say whether the person opens and closes the doors: the host's hand, or its delegate's on its roll."""
    return may(staff().posts, Verb.PUBLISH, roll.host.path) or (
        roll.is_host and answers_for(RollHead(roll.roll, roll.gathering, roll.host), Verb.PUBLISH)
    )


def confirmable(roll_id: int, verb: Verb = Verb.CONFIRM) -> RollHead:
    """Return a roll that the person may confirm or amend, or on which they hold another `verb`.

    Refused: not_found, not_yours.
    """
    head = roll_reached(roll_id)
    if not answers_for(head, verb):
        require(verb, head.org)
    return head


def roll_hosted(gathering_id: int, *, lock: bool = True) -> Gathering:
    """Return a gathering whose doors the person may open and close: the host, or its delegate.

    Locked against other hands unless it is only shown.

    Refused: not_found, not_yours.
    """
    session = current().session
    gathering = gathering_seen(session, gathering_id, lock=lock)
    query = select(Roll.id).where(Roll.gathering_id == gathering_id, Roll.org_id == gathering.org_id)
    roll_id, host = session.scalar(query), session.get_one(Org, gathering.org_id)
    if gathering.state is GatheringState.DRAFT or roll_id is None:
        require(Verb.PUBLISH, host)
    else:
        confirmable(roll_id, Verb.PUBLISH)
    return gathering


def draft_reached(gathering_id: int, verb: Verb) -> tuple[Gathering, Org]:
    """Return a gathering, locked, and its host, if the person holds `verb` there.

    Refused: not_found, not_yours.
    """
    session = current().session
    it = gathering_seen(session, gathering_id, lock=True)
    host = session.get_one(Org, it.org_id)
    require(verb, host)
    return it, host


def is_foreign_draft(roll: Standing) -> bool:
    """Say whether this is a draft that the person's posts do not work on."""
    return roll.is_draft and not may(staff().posts, Verb.DRAFT, roll.org.path)


def roll_ticked(roll_id: int) -> tuple[RollHead, set[int] | None]:
    """Return a roll that the person may write on, and the groups it is limited to (None: the whole roll).

    Refused: not_found, not_yours.
    """
    head = roll_reached(roll_id)
    groups = None if answers_for(head, Verb.TICK) else led_groups(head.org)
    if groups is not None and not groups:
        require(Verb.TICK, head.org)
    return head, groups


def within(lines: Iterable[LineView], groups: set[int] | None) -> list[LineView]:
    """Return the lines that somebody limited to these groups may see and mark."""
    return [line for line in lines if groups is None or line.group_id in groups]


def phoned_orgs(rolls: Sequence[Standing]) -> list[int]:
    """Return the branches and groups of these rolls whose people the person may telephone."""
    session, posts = current().session, staff().posts
    orgs: set[int] = set()
    for roll in rolls:
        if not may(posts, Verb.TICK, roll.org.path):
            orgs |= led_groups(roll.org)
        elif roll.org.kind in BRANCHES:
            orgs.add(roll.org.id)
        else:
            orgs |= {roll.org.id} | {branch.id for branch in branches_below(session, roll.org)}
    return sorted(orgs)


def paths_where(*verbs: Verb) -> list[str]:
    """Return the paths of the person's own posts that carry one of the verbs."""
    return [
        post.org_path for post in staff().posts if any(may([post], verb, post.org_path) for verb in verbs)
    ]


def own_orgs(verb: Verb) -> list[Org]:
    """Return the organisations of the person's own posts at which they hold `verb`, first post first."""
    session, posts = current().session, staff().posts
    ids = dict.fromkeys(post.org_id for post in posts if may([post], verb, post.org_path))
    return [session.get_one(Org, org_id) for org_id in ids]


def org_asked(verb: Verb, asked: str | None) -> Org:
    """Return the organisation a page asks for, or the person's own. Refused: not_found, not_yours."""
    if not asked:
        own = own_orgs(verb)
        if not own:
            raise Refused("not_yours", "这一页要有相应的职务才能看")
        return own[0]
    org = current().session.get(Org, int(asked)) if asked.isdecimal() and len(asked) < 18 else None
    if org is None:
        raise Refused("not_found", "没有找到")
    require(verb, org)
    return org


def committees_to_choose(verb: Verb, org: Org) -> list[Org]:
    """Return the committees among which an officer with `verb` may narrow a page, in tree order.

    `org`, the one that is shown, is among them; none for who has one township only.
    """
    own = own_orgs(verb)
    if len(own) == 1 and own[0].kind is not OrgKind.WORKING_COMMITTEE:
        return []
    query = select(Org).where(
        or_(*(Org.path.startswith(one.path) for one in own)),
        Org.kind.in_(COMMITTEES),
        Org.dissolved_on.is_(None),
    )
    return sorted({*current().session.scalars(query), org}, key=tree_order)


def person_reached(member_id: int, verb: Verb) -> None:
    """Let the request go on if the person may do this for a member. Refused: not_found, not_yours."""
    _, branch, group = member_seen(current().session, member_id)
    require(verb, group or branch)


def leave_verb(gathering_id: int, member_id: int) -> Callable[..., Leave]:
    """Return the verb by which this person answers this leave: by a post, or as delegate of the roll.

    Refused: not_found, not_yours.
    """
    head = head_of_line(current().session, gathering_id, member_id)
    if not answers_for(head, Verb.DECIDE):
        person_reached(member_id, Verb.DECIDE)
    # A confirmed roll is amended by whoever may confirm it.
    return answer_leave if answers_for(head, Verb.CONFIRM) else decide_leave
