"""Who may do what: one table of verbs and roles, one function that answers."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from models.people.account import Role
from models.people.org import OrgKind


class Verb(StrEnum):
    """What a post may do."""

    TICK = "tick"  # mark a line, call from the phone list, record for others
    DRAFT = "draft"  # draft a notice, minutes or an article
    PUBLISH = "publish"  # publish, move, cancel, open, close, show the code
    CONFIRM = "confirm"  # confirm and amend a roll, file its record
    SEE_ROSTER = "see_roster"  # the members of one's own branch and their points
    ISSUE_SLIPS = "issue_slips"
    IMPORT_ROSTER = "import_roster"  # bring the roster up to a workbook
    SEE_FILED = "see_filed"  # held, filed, counts; no persons
    GIVE_POSTS = "give_posts"  # accounts and posts of the level below
    READ_AUDIT = "read_audit"
    DECIDE = "decide"  # answer leave and reports, name a delegate
    REQUIRE_ITEMS = "require_items"  # agenda items for the theme days below
    OVERRIDE_NIGHT = "override_night"  # let an emergency ring in the silent hours
    ANSWER_PUBLIC = "answer_public"  # complaints, and the texts that answer followers
    RETURN_RECORD = "return_record"  # send a filed record back with a reason
    SEE_PERSON = "see_person"  # one person's page from above, with a logged purpose
    PROPOSE_ARTICLE = "propose_article"  # sign what the organisation tells the public
    REVIEW_ARTICLE = "review_article"  # secrecy review, never of one's own
    APPROVE_ARTICLE = "approve_article"  # and enter an approval on paper
    PUBLISH_ARTICLE = "publish_article"  # into the official account, and out of it
    PROPOSE_ENTRY = "propose_entry"  # propose points, or record a member's declaration
    APPROVE_ENTRY = "approve_entry"  # never one's own; officers only where the branch has no second hand
    RATE = "rate"  # lead a branch's rating through its steps
    FILE_RATING = "file_rating"  # file it with the paper's number, return it, let it be done again
    ANSWER_OBJECTION = "answer_objection"  # never to an entry of one's own
    KEEP_SCHEMES = "keep_schemes"  # publish a scheme for the level below


class Scope(StrEnum):
    """How far a right reaches from the post's organisation."""

    OWN = "own"  # that organisation's own rows only
    BELOW = "below"  # the whole subtree


BRANCH_STAFF = (Role.CLERK, Role.COMMISSIONER, Role.SECRETARY, Role.DEPUTY)
SECRETARIES = (Role.SECRETARY, Role.DEPUTY)
OFFICERS = (Role.TOWNSHIP_OFFICER, Role.ZONE_OFFICER)


def _to(scope: Scope, *roles: Role) -> dict[Role, Scope]:
    return dict.fromkeys(roles, scope)


RIGHTS: dict[Verb, dict[Role, Scope]] = {
    Verb.TICK: _to(Scope.BELOW, Role.GROUP_LEADER, *BRANCH_STAFF),
    Verb.DRAFT: _to(Scope.BELOW, *BRANCH_STAFF) | _to(Scope.OWN, *OFFICERS),
    Verb.PUBLISH: _to(Scope.BELOW, *SECRETARIES) | _to(Scope.OWN, *OFFICERS),
    Verb.CONFIRM: _to(Scope.BELOW, *SECRETARIES) | _to(Scope.OWN, *OFFICERS),
    Verb.SEE_ROSTER: _to(Scope.BELOW, *BRANCH_STAFF),
    Verb.ISSUE_SLIPS: _to(Scope.BELOW, *SECRETARIES, *OFFICERS),
    Verb.IMPORT_ROSTER: _to(Scope.BELOW, Role.CLERK, *SECRETARIES, *OFFICERS),
    Verb.SEE_FILED: _to(Scope.BELOW, *BRANCH_STAFF, *OFFICERS),
    Verb.GIVE_POSTS: _to(Scope.BELOW, *OFFICERS),
    Verb.READ_AUDIT: _to(Scope.BELOW, Role.AUDITOR),
    Verb.DECIDE: _to(Scope.BELOW, *SECRETARIES),
    Verb.REQUIRE_ITEMS: _to(Scope.BELOW, *OFFICERS),
    Verb.OVERRIDE_NIGHT: _to(Scope.BELOW, *OFFICERS),
    Verb.ANSWER_PUBLIC: _to(Scope.BELOW, Role.ZONE_OFFICER),
    Verb.RETURN_RECORD: _to(Scope.BELOW, *OFFICERS),
    Verb.SEE_PERSON: _to(Scope.BELOW, *OFFICERS),
    Verb.PROPOSE_ARTICLE: _to(Scope.BELOW, *SECRETARIES) | _to(Scope.OWN, *OFFICERS),
    Verb.REVIEW_ARTICLE: _to(Scope.BELOW, *OFFICERS),
    Verb.APPROVE_ARTICLE: _to(Scope.BELOW, Role.ZONE_OFFICER),
    Verb.PUBLISH_ARTICLE: _to(Scope.BELOW, Role.ZONE_OFFICER),
    Verb.PROPOSE_ENTRY: _to(Scope.BELOW, Role.GROUP_LEADER, *BRANCH_STAFF),
    Verb.APPROVE_ENTRY: _to(Scope.BELOW, Role.POINTS_GROUP, Role.COMMISSIONER, *SECRETARIES, *OFFICERS),
    Verb.RATE: _to(Scope.BELOW, *SECRETARIES),
    Verb.FILE_RATING: _to(Scope.BELOW, *OFFICERS),
    Verb.ANSWER_OBJECTION: _to(Scope.BELOW, Role.POINTS_GROUP, Role.COMMISSIONER, *SECRETARIES, *OFFICERS),
    Verb.KEEP_SCHEMES: _to(Scope.BELOW, *OFFICERS),
}


class PostAt(NamedTuple):
    """One post in force, with the organisation it is held at."""

    role: Role
    org_id: int
    org_path: str
    org_kind: OrgKind
    org_name: str


def may(posts: Sequence[PostAt], verb: Verb, org_path: str) -> bool:
    """Return whether any of these posts carries `verb` at the organisation with this path."""
    return any(
        org_path == post.org_path
        or (RIGHTS[verb][post.role] is Scope.BELOW and org_path.startswith(post.org_path))
        for post in posts
        if post.role in RIGHTS[verb]
    )


def sees(posts: Sequence[PostAt], org_path: str) -> bool:
    """Return whether rows of this organisation exist for these posts at all.

    A group leader also sees the rolls of the branch the group belongs to. An auditor sees no rows but
    the log.
    """
    return any(
        org_path.startswith(post.org_path)
        or (post.role is Role.GROUP_LEADER and org_path == parent_path(post.org_path))
        for post in posts
        if post.role is not Role.AUDITOR
    )


def parent_path(org_path: str) -> str:
    """Return the path of the organisation above (`1/7/31/` -> `1/7/`)."""
    return org_path.rstrip("/").rpartition("/")[0] + "/"
