"""The official account's links, held against the list of who follows it."""

from collections.abc import Set
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.audit import Via
from models.people.bind import unbind
from models.people.binding import Binding

# More than so many who left unheard in one night, and more than one in so many, is a list gone wrong.
FEW, ONE_IN = 5, 10


class TooManyLeft(Exception):
    """A list of followers that would end too many links at once: `gone` of `links`."""

    def __init__(self, gone: int, links: int) -> None:
        super().__init__(gone, links)
        self.gone = gone
        self.links = links


def has_links(session: Session, appid: str) -> bool:
    """Say whether anybody is linked by this account."""
    return bool(session.scalar(select(exists().where(Binding.appid == appid, Binding.ended_at.is_(None)))))


def end_links_of_leavers(
    session: Session, appid: str, followers: Set[str], *, listed_at: datetime, now: datetime
) -> int:
    """End the links of those who are not among the followers, as their leaving would have; return how many.

    The list began to be read at `listed_at`: a link made from then on stands. Nothing else of a member
    changes. TooManyLeft, and nothing has ended: more than 5, and more than a tenth of all links; or all of
    them where they are several, as by another account's list; or the only one, by a list of nobody.
    """
    links = session.execute(
        select(Binding.id, Binding.member_id, Binding.openid, Binding.bound_at)
        .where(Binding.appid == appid, Binding.ended_at.is_(None))
        .order_by(Binding.id)
    ).all()
    gone = [
        (binding_id, member_id)
        for binding_id, member_id, openid, bound_at in links
        if openid not in followers and bound_at < listed_at
    ]
    are_all = len(gone) == len(links) and (len(links) > 1 or not followers)
    if gone and (are_all or (len(gone) > FEW and len(gone) * ONE_IN > len(links))):
        raise TooManyLeft(len(gone), len(links))
    return sum(unbind(session, *link, via=Via.JOB, now=now) for link in gone)
