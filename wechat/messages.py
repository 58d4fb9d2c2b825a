"""The messages people send to an account. Source: WeChat, "Receive standard messages"."""

from collections.abc import Callable
from dataclasses import dataclass

from wechat.push import Push, Said, id_in


@dataclass(frozen=True)
class Message(Push):
    """Something that was sent in the chat and waits for an answer; `msg_id` is WeChat's number for it."""

    msg_id: str


@dataclass(frozen=True)
class TextMessage(Message):
    """Somebody typed something; `menu_id` names the tapped line of a menu sent before, or is empty."""

    content: str
    menu_id: str


@dataclass(frozen=True)
class ImageMessage(Message):
    """Somebody sent a picture: where it lies, and its media id, both good for three days."""

    picture_url: str
    media_id: str


@dataclass(frozen=True)
class VoiceMessage(Message):
    """Somebody spoke; `format` is amr as a rule. WeChat no longer writes down what was said."""

    media_id: str
    format: str


@dataclass(frozen=True)
class VideoMessage(Message):
    """Somebody sent a film, `is_short` where it was taken in the chat itself."""

    media_id: str
    thumb_media_id: str
    is_short: bool


@dataclass(frozen=True)
class PlaceMessage(Message):
    """Somebody sent a place. Which one is dropped unread: nobody's place is known here."""


@dataclass(frozen=True)
class LinkMessage(Message):
    """Somebody sent on an article or a page."""

    title: str
    description: str
    url: str


@dataclass(frozen=True)
class FileMessage(Message):
    """Somebody sent a file."""

    title: str


@dataclass(frozen=True)
class OtherMessage(Message):
    """Somebody sent what this product has no name for; `type` is WeChat's MsgType."""

    type: str


def read_message(said: Said) -> Message:
    """Return the message with its type."""
    msg_id = id_in(said.fields, "MsgId")
    reader = MESSAGES.get(said.kind)
    if reader is None:
        return OtherMessage(*said.message(msg_id), msg_id=msg_id, type=said.kind)
    return reader(said, msg_id)


def _text(said: Said, msg_id: str) -> Message:
    content, menu_id = said.text("Content"), said.text("bizmsgmenuid")
    return TextMessage(*said.message(msg_id), msg_id=msg_id, content=content, menu_id=menu_id)


def _image(said: Said, msg_id: str) -> Message:
    common = said.message(msg_id)
    return ImageMessage(
        *common, msg_id=msg_id, picture_url=said.text("PicUrl"), media_id=said.text("MediaId")
    )


def _voice(said: Said, msg_id: str) -> Message:
    common = said.message(msg_id)
    return VoiceMessage(*common, msg_id=msg_id, media_id=said.text("MediaId"), format=said.text("Format"))


def _video(said: Said, msg_id: str) -> Message:
    return VideoMessage(
        *said.message(msg_id),
        msg_id=msg_id,
        media_id=said.text("MediaId"),
        thumb_media_id=said.text("ThumbMediaId"),
        is_short=said.kind == "shortvideo",
    )


def _place(said: Said, msg_id: str) -> Message:
    return PlaceMessage(*said.message(msg_id), msg_id=msg_id)


def _link(said: Said, msg_id: str) -> Message:
    return LinkMessage(
        *said.message(msg_id),
        msg_id=msg_id,
        title=said.text("Title"),
        description=said.text("Description"),
        url=said.text("Url"),
    )


def _file(said: Said, msg_id: str) -> Message:
    return FileMessage(*said.message(msg_id), msg_id=msg_id, title=said.text("Title"))


MESSAGES: dict[str, Callable[[Said, str], Message]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _place,
    "link": _link,
    "file": _file,
}
