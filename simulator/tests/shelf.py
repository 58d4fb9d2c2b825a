"""An official account's files and articles as its owner's program uses them, for the tests."""

from typing import Any
from uuid import uuid4

import requests

from simulator.tests.conftest import Caller

JPEG = b"\xff\xd8\xff\xe0" + b"j" * 60
PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 60


class Shelf:
    """The calls about files and articles for one account."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.token = str(caller.token()["access_token"])

    @property
    def base(self) -> str:
        """The simulator's address."""
        return self.caller.sim.base

    def get(self, path: str, **query: Any) -> Any:
        """Read something."""
        return self.caller.sim.get(f"/cgi-bin/{path}", access_token=self.token, **query)

    def post(self, path: str, body: Any = None) -> Any:
        """Post JSON."""
        return self.caller.sim.post(f"/cgi-bin/{path}", body, access_token=self.token)

    def upload(self, path: str, content: bytes, **query: Any) -> Any:
        """Upload a file under the name a.jpg, whatever it is."""
        form = {name: query.pop(name) for name in list(query) if name == "description"}
        return requests.post(
            f"{self.base}/cgi-bin/{path}",
            params=query | {"access_token": self.token},
            files={"media": ("a.jpg", content, "image/jpeg")},
            data=form,
            timeout=10,
        ).json()

    def cover(self) -> str:
        """Keep a picture for good; its media_id."""
        return str(self.upload("material/add_material", JPEG, type="image")["media_id"])

    def picture(self) -> str:
        """Upload a picture for articles; its address."""
        return str(self.upload("media/uploadimg", JPEG)["url"])

    def article(self, **changes: Any) -> dict[str, Any]:
        """An article that WeChat takes."""
        fields = {
            "title": "主题党日",
            "author": "王家岗村党支部",
            "digest": "十二名党员参加",
            "content": "<p>正文</p>",
            "content_source_url": f"https://example.org/a/{uuid4().hex[:8]}",
        }
        return {"thumb_media_id": self.cover()} | fields | changes

    def add(self, *articles: dict[str, Any]) -> Any:
        """Add a draft."""
        return self.post("draft/add", {"articles": list(articles)})

    def drafted(self, **changes: Any) -> str:
        """Add a draft of one article; its media_id."""
        answer = self.add(self.article(**changes))
        assert "media_id" in answer, answer
        return str(answer["media_id"])

    def content(self, written: str) -> str:
        """What is left of an article's HTML."""
        media_id = self.drafted(content=written)
        return str(self.post("draft/get", {"media_id": media_id})["news_item"][0]["content"])

    def submit(self, media_id: str) -> Any:
        """Order a publication."""
        return self.post("freepublish/submit", {"media_id": media_id})

    def published(self, **changes: Any) -> tuple[str, Any]:
        """Publish an article; the publish_id and what freepublish/get says."""
        publish_id = str(self.submit(self.drafted(**changes))["publish_id"])
        return publish_id, self.result(publish_id)

    def result(self, publish_id: str) -> Any:
        """Ask how a publication stands."""
        return self.post("freepublish/get", {"publish_id": publish_id})

    def kept(self, what: str) -> Any:
        """Ask the control API for media, drafts or articles."""
        return self.caller.sim.get(f"/_sim/{what}", appid=self.caller.appid)["items"]

    def order(self, what: str, **body: Any) -> Any:
        """Post to the control API."""
        return self.caller.sim.post(f"/_sim/{what}", {"appid": self.caller.appid} | body)
