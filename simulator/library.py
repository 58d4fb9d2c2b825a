"""What an official account keeps: files, drafts, publications and the articles that came of them."""

import secrets
from dataclasses import dataclass, field
from typing import Any

TEMPORARY = 3 * 86_400.0
MOST_IMAGES, MOST_OTHERS = 100_000, 1_000
DONE, UNDER_WAY, COPIED, FAILED, REJECTED, DELETED, BANNED = range(7)
"""What freepublish says of a publication. Source: WeChat, PUBLISHJOBFINISH."""
ENDS = (DONE, COPIED, FAILED, REJECTED, DELETED, BANNED)
REPRINT = "err(30003)"  # how a mass send ends that was judged one


@dataclass
class File:
    """A file as it was uploaded; `kept` for good, or a temporary one for three days.

    `told` is what a video's form says of it: title and introduction.
    """

    key: str
    kind: str
    name: str
    mime: str
    content: bytes
    url: str
    at: float
    kept: bool
    told: dict[str, str] = field(default_factory=dict)

    def is_there(self, now: float) -> bool:
        """Say whether its media_id is still good."""
        return self.kept or now - self.at < TEMPORARY


@dataclass
class Draft:
    """A draft under its media_id; `articles` are WeChat's own fields, stripped of what it strips."""

    media_id: str
    articles: list[dict[str, Any]]
    at: float


@dataclass
class Publication:
    """One order to publish a draft. `articles` carry their `url` and `is_deleted` once it is done."""

    appid: str
    publish_id: int
    media_id: str
    articles: list[dict[str, Any]]
    at: float
    host: str
    status: int = UNDER_WAY
    article_id: str = ""
    event_sent: bool = False
    event_withheld: bool = False

    @property
    def msgid(self) -> int:
        """The number under which its event waits and is released."""
        return self.publish_id

    @property
    def fail_idx(self) -> list[int]:
        """The articles that were refused, from 1."""
        refused = self.status in (COPIED, REJECTED)
        return list(range(1, len(self.articles) + 1)) if refused else []

    def told(self) -> dict[str, Any]:
        """Tell the end as the event and the call do: an address only where it is done."""
        if self.status != DONE:
            return {"publish_status": self.status}
        items = [{"idx": at, "article_url": one["url"]} for at, one in enumerate(self.articles, 1)]
        detail = {"count": len(items), "item": items}
        return {"publish_status": DONE, "article_id": self.article_id, "article_detail": detail}


@dataclass
class MassSend:
    """One message to many. `openids` is who was chosen, `reached` who got it; `articles` only of mpnews.

    `status` is what MASSSENDJOBFINISH says of its end, empty while an administrator has not confirmed it.
    `filtered` counts who was left after the filter, WeChat's FilterCount.
    """

    appid: str
    msg_id: int
    msgtype: str
    content: dict[str, Any]
    articles: list[dict[str, Any]]
    openids: list[str]
    to_all: bool
    ignores_reprint: bool
    at: float
    host: str
    status: str = ""
    reached: list[str] = field(default_factory=list)
    filtered: int = 0
    is_deleted: bool = False
    event_sent: bool = False
    event_withheld: bool = False

    @property
    def msgid(self) -> int:
        """The number under which its event waits and is released."""
        return self.msg_id


@dataclass
class MediaCheck:
    """A check of a picture or sound; `errcode` is -1008 where it could not be fetched."""

    appid: str
    openid: str
    msgid: int
    trace_id: str
    errcode: int
    suggest: str
    label: int
    event_sent: bool = False
    event_withheld: bool = False


@dataclass
class Library:
    """All of one account; publications by their publish_id, mass sends by their msg_id, both as text."""

    files: dict[str, File] = field(default_factory=dict)
    pictures: dict[str, File] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    publications: dict[str, Publication] = field(default_factory=dict)
    media_checks: dict[str, MediaCheck] = field(default_factory=dict)
    mass_sends: dict[str, MassSend] = field(default_factory=dict)

    def file(self, media_id: object) -> File | None:
        """Find a file, temporary or permanent; a temporary one may be over its time."""
        return self.files.get(media_id) if isinstance(media_id, str) else None

    def draft(self, media_id: object) -> Draft | None:
        """Find what is in the draft box."""
        return self.drafts.get(media_id) if isinstance(media_id, str) else None

    def published(self, article_id: object) -> Publication | None:
        """Find what was once published under an article_id."""
        found = (one for one in self.publications.values() if one.article_id and one.article_id == article_id)
        return next(found, None)

    def opened(self, key: str) -> tuple[Publication | MassSend, int] | None:
        """Find a published or sent article, (its order, its index), by the last part of its address."""
        orders: list[Publication | MassSend] = [*self.publications.values(), *self.mass_sends.values()]
        for order in orders:
            for index, article in enumerate(order.articles):
                if "is_deleted" in article and article["url"].endswith(f"/s/{key}"):
                    return order, index
        return None

    def has_room(self, kind: str) -> bool:
        """Say whether one more file of a kind may be kept for good. Source: WeChat, add material."""
        kinds = ("image",) if kind == "image" else ("voice", "video", "thumb")
        held = sum(file.kept and file.kind in kinds for file in self.files.values())
        return held < (MOST_IMAGES if kind == "image" else MOST_OTHERS)

    def addresses(self) -> set[str]:
        """List the addresses of pictures that articles may show."""
        kept = {file.url for file in self.files.values() if file.kept and file.kind == "image"}
        return kept | {file.url for file in self.pictures.values()}

    def finish(self, publication: Publication, status: int) -> None:
        """End a publication, or change how it ended: done, it has addresses and leaves the draft box."""
        publication.status = status
        if status == DONE and not publication.article_id:
            publication.article_id = new_key(32)
            self.drafts.pop(publication.media_id, None)
            give_addresses(publication)
        if status in (DELETED, BANNED):
            for article in publication.articles:
                article["is_deleted"] = True


def give_addresses(order: Publication | MassSend) -> None:
    """Let readers open the articles of an order from now on."""
    for article in order.articles:
        article |= {"url": f"{order.host}s/{new_key(16)}", "is_deleted": False}


def new_key(size: int) -> str:
    """Make an id as WeChat's look: letters, digits, - and _."""
    return secrets.token_urlsafe(size)
