"""The events that people cause: following, tapping, scanning, allowing.

Source: WeChat, "Receive event pushes".
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from wechat.push import OPENID, Fields, Push, Said, id_in, inside, listed, number_in, rows_in, text_in


@dataclass(frozen=True)
class Subscribed(Push):
    """A new follower; `scene` is the scene of the QR code they scanned, or empty."""

    scene: str


@dataclass(frozen=True)
class Unsubscribed(Push):
    """A follower left."""


@dataclass(frozen=True)
class Scanned(Push):
    """Somebody who follows already scanned a QR code of the account with this scene."""

    scene: str


@dataclass(frozen=True)
class Located(Push):
    """WeChat tells where a follower is. The place is dropped unread: nobody's place is known here."""


@dataclass(frozen=True)
class Clicked(Push):
    """A menu button with this key was tapped."""

    key: str


@dataclass(frozen=True)
class Viewed(Push):
    """A menu button opened this address."""

    url: str


@dataclass(frozen=True)
class PageOpened(Push):
    """A menu button opened this page of the mini-program."""

    page: str


@dataclass(frozen=True)
class ScanPushed(Push):
    """A QR code was scanned from the menu button `key`; nobody waits for an answer."""

    key: str
    result: str


@dataclass(frozen=True)
class ScanWaited(Push):
    """A QR code was scanned from the menu button `key`, and the follower waits for an answer."""

    key: str
    result: str


@dataclass(frozen=True)
class PicturesChosen(Push):
    """So many pictures were chosen from the menu button `key`; they follow as messages of their own."""

    key: str
    count: int


@dataclass(frozen=True)
class PlaceChosen(Push):
    """A place was chosen from the menu button `key`. Which one is dropped unread."""

    key: str


class Choice(NamedTuple):
    """What somebody answered for one template; `scene` says where the popup was, "0" in the mini-program."""

    template_id: str
    accepted: bool
    scene: str


@dataclass(frozen=True)
class SubscribePopup(Push):
    """The popup for subscription messages was answered; nothing tells of a tap that opened none."""

    items: tuple[Choice, ...]


@dataclass(frozen=True)
class SubscribeChange(Push):
    """Subscription messages were switched off in the phone's settings; on is not told."""

    items: tuple[Choice, ...]


@dataclass(frozen=True)
class InfoModified(Push):
    """`person`, an openid, has changed name or picture; `openid` may be the platform's own."""

    person: str


@dataclass(frozen=True)
class AuthorizationRevoked(Push):
    """`person`, an openid, has taken back what an app may know; `revoked` holds WeChat's numbers, "1,8"."""

    person: str
    revoked: str


@dataclass(frozen=True)
class AuthorizationCancelled(Push):
    """`person`, an openid, has asked WeChat to end the relation to this app and to delete their data."""

    person: str


@dataclass(frozen=True)
class SessionEntered(Push):
    """Somebody opened the mini-program's customer service; `source` is what the button was given."""

    source: str


def _subscribed(said: Said) -> Push:
    key = said.text("EventKey")
    return Subscribed(*said.common(key), scene=key.removeprefix("qrscene_"))


def _unsubscribed(said: Said) -> Push:
    return Unsubscribed(*said.common())


def _scanned(said: Said) -> Push:
    return Scanned(*said.common(said.text("EventKey")), scene=said.text("EventKey"))


def _located(said: Said) -> Push:
    return Located(*said.common())


def _clicked(said: Said) -> Push:
    return Clicked(*said.common(said.text("EventKey")), key=said.text("EventKey"))


def _viewed(said: Said) -> Push:
    return Viewed(*said.common(said.text("EventKey")), url=said.text("EventKey"))


def _page_opened(said: Said) -> Push:
    return PageOpened(*said.common(said.text("EventKey")), page=said.text("EventKey"))


def _scan(kind: type[ScanPushed] | type[ScanWaited]) -> Callable[[Said], Push]:
    def read(said: Said) -> Push:
        key, result = said.text("EventKey"), text_in(inside(said.fields, "ScanCodeInfo"), "ScanResult")
        return kind(*said.common(key, result), key=key, result=result)

    return read


def _pictures(said: Said) -> Push:
    count = number_in(inside(said.fields, "SendPicsInfo"), "Count")
    return PicturesChosen(*said.whole(), key=said.text("EventKey"), count=count or 0)


def _place_chosen(said: Said) -> Push:
    return PlaceChosen(*said.common(said.text("EventKey")), key=said.text("EventKey"))


def _popup(said: Said) -> Push:
    choices = tuple(_choices(said.fields, "SubscribeMsgPopupEvent"))
    return SubscribePopup(*said.common(json.dumps(choices)), items=choices)


def _change(said: Said) -> Push:
    choices = tuple(_choices(said.fields, "SubscribeMsgChangeEvent"))
    return SubscribeChange(*said.common(json.dumps(choices)), items=choices)


def _choices(fields: Fields, element: str) -> Iterator[Choice]:
    """Yield the rows of a List: inside `element` in XML, without it in JSON."""
    for row in rows_in(inside(fields, element) or fields, "List"):
        # Phones with sound or banners write acceptWithAudio and acceptWithAlert.
        accepted = text_in(row, "SubscribeStatusString").lower().startswith("accept")
        yield Choice(text_in(row, "TemplateId"), accepted, text_in(row, "PopupScene"))


def _person(said: Said) -> str:
    """Return whom an event is about: it names them beside the sender, in two spellings."""
    return id_in(said.fields, "OpenID", OPENID) or id_in(said.fields, "openid", OPENID) or said.openid


def _modified(said: Said) -> Push:
    return InfoModified(*said.whole(), person=_person(said))


def _revoked(said: Said) -> Push:
    told = [str(one) for one in listed(said.fields.get("RevokeInfo")) if isinstance(one, str | int)]
    return AuthorizationRevoked(*said.whole(), person=_person(said), revoked=",".join(told))


def _cancelled(said: Said) -> Push:
    return AuthorizationCancelled(*said.whole(), person=_person(said))


def _entered(said: Said) -> Push:
    return SessionEntered(*said.common(said.text("SessionFrom")), source=said.text("SessionFrom"))


PERSON_EVENTS: dict[str, Callable[[Said], Push]] = {
    "subscribe": _subscribed,
    "unsubscribe": _unsubscribed,
    "scan": _scanned,
    "location": _located,
    "click": _clicked,
    "view": _viewed,
    "view_miniprogram": _page_opened,
    "scancode_push": _scan(ScanPushed),
    "scancode_waitmsg": _scan(ScanWaited),
    **dict.fromkeys(("pic_sysphoto", "pic_photo_or_album", "pic_weixin"), _pictures),
    "location_select": _place_chosen,
    "subscribe_msg_popup_event": _popup,
    "subscribe_msg_change_event": _change,
    "user_info_modified": _modified,
    "user_authorization_revoke": _revoked,
    "user_authorization_cancellation": _cancelled,
    "user_enter_tempsession": _entered,
}
