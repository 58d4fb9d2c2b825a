"""Files: what is taken, how long it is good, what is given back, and to whom."""

import json
from collections.abc import Callable

import pytest
import requests

from simulator.tests.conftest import Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import JPEG, PNG, Shelf

UPLOAD, GET = 'WeChat, "uploadTempMedia"', 'WeChat, "getTempMedia"'
MATERIAL, LIST = 'WeChat, "addMaterial"', 'WeChat, "batchgetMaterial"'

MB = 1024 * 1024
GIF, AMR, MP3, MP4 = b"GIF89a..", b"#!AMR\n..", b"ID3.....", b"\0\0\0 ftypisom"
VIDEO = json.dumps({"title": "党课", "introduction": "一段录像"})


@pytest.fixture
def shelf(account: Caller) -> Shelf:
    return Shelf(account)


def padded(start: bytes, size: int) -> bytes:
    return start + b"." * (size - len(start))


@rule("A temporary file is good for three days, then 40007", UPLOAD)
def test_temporary_file_is_good_for_three_days(shelf: Shelf) -> None:
    answer = shelf.upload("media/upload", PNG, type="image")
    assert answer["type"] == "image"
    assert answer["created_at"] > 0
    query = {"access_token": shelf.token, "media_id": answer["media_id"]}

    def got() -> requests.Response:
        return requests.get(f"{shelf.base}/cgi-bin/media/get", params=query, timeout=5)

    assert got().content == PNG
    assert got().headers["Content-Type"] == "image/png"
    assert got().headers["Content-Disposition"].startswith("attachment; filename=")
    for hours, is_good in ((71, True), (73, False)):
        shelf.caller.sim.post("/_sim/clock", {"offset_seconds": hours * 3600})
        query["access_token"] = str(shelf.caller.token()["access_token"])
        assert (got().content == PNG) is is_good
    assert got().json()["errcode"] == 40007


@rule("A thumb is told as thumb_media_id, a video as video_url", GET)
def test_thumb_and_video_are_told_in_their_own_way(shelf: Shelf) -> None:
    assert "thumb_media_id" in shelf.upload("media/upload", JPEG, type="thumb")
    video = shelf.upload("media/upload", MP4, type="video")["media_id"]
    address = shelf.get("media/get", media_id=video)["video_url"]
    assert requests.get(address, timeout=5).content == MP4


@rule("Each type has its formats and its size: 40004, 40005, 40006, 40009", MATERIAL)
@pytest.mark.parametrize(
    ("kind", "content", "errcode"),
    [
        ("image", padded(JPEG, 10 * MB), None),
        ("image", padded(JPEG, 10 * MB + 1), 40009),
        ("image", GIF, None),
        ("image", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 40005),
        ("image", b"<html>", 40005),
        ("voice", AMR, None),
        ("voice", padded(MP3, 2 * MB + 1), 40006),
        ("video", MP4, None),
        ("video", JPEG, 40005),
        ("thumb", padded(JPEG, 64 * 1024), None),
        ("thumb", padded(JPEG, 64 * 1024 + 1), 40006),
        ("thumb", PNG, 40005),
        ("news", JPEG, 40004),
        ("", JPEG, 40004),
    ],
)
def test_files_keep_to_their_type_and_size(
    shelf: Shelf, kind: str, content: bytes, errcode: int | None
) -> None:
    for path in ("media/upload", "material/add_material"):
        assert shelf.upload(path, content, type=kind, description=VIDEO).get("errcode") == errcode
    assert len(shelf.kept("media")) == (0 if errcode else 2)


@rule("uploadimg takes JPEG and PNG under 1 MB and answers an address", 'WeChat, "uploadImage"')
def test_picture_in_an_article_has_less_than_a_megabyte_and_an_address(shelf: Shelf) -> None:
    address = shelf.upload("media/uploadimg", padded(PNG, MB - 1))["url"]
    shown = requests.get(address, timeout=5)
    assert len(shown.content) == MB - 1
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shelf.upload("media/uploadimg", padded(PNG, MB))["errcode"] == 40009
    assert shelf.upload("media/uploadimg", GIF)["errcode"] == 40005
    assert shelf.get("material/get_materialcount")["image_count"] == 0
    assert requests.get(address.replace("mmbiz_png", "mmbiz_html"), timeout=5).status_code == 404


@rule("A file comes in the part media of a form, else 41005", UPLOAD)
def test_what_is_no_form_is_no_file(shelf: Shelf) -> None:
    url = f"{shelf.base}/cgi-bin/media/uploadimg"
    sent: list[dict[str, object]] = [
        {"data": b"{}"},
        {"files": {"file": ("a.jpg", JPEG)}},
        {"data": b"cut", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"data": b"cut", "headers": {"Content-Type": "multipart/form-data"}},
    ]
    for one in sent:
        answer = requests.post(url, params={"access_token": shelf.token}, timeout=5, **one)  # type: ignore[arg-type]
        assert answer.json()["errcode"] == 41005


@rule("Permanent files are counted, listed and deleted; temporary ones are not among them", LIST)
def test_permanent_files_are_counted_listed_given_back_and_thrown_away(shelf: Shelf) -> None:
    ids = [shelf.upload("material/add_material", JPEG, type="image")["media_id"] for _ in range(3)]
    shelf.upload("material/add_material", JPEG, type="thumb")
    shelf.upload("material/add_material", AMR, type="voice")
    shelf.upload("media/upload", JPEG, type="image")
    counted = {"voice_count": 1, "video_count": 0, "image_count": 3, "news_count": 0}
    assert shelf.get("material/get_materialcount") == counted
    asked = {"type": "image", "offset": 1, "count": 20}
    listed = shelf.post("material/batchget_material", asked)
    assert (listed["total_count"], listed["item_count"]) == (3, 2)
    assert [item["media_id"] for item in listed["item"]] == ids[1::-1]
    assert requests.get(listed["item"][0]["url"], timeout=5).content == JPEG
    url = f"{shelf.base}/cgi-bin/material/get_material?access_token={shelf.token}"
    assert requests.post(url, json={"media_id": ids[0]}, timeout=5).content == JPEG
    assert shelf.post("material/del_material", {"media_id": ids[0]})["errcode"] == 0
    assert requests.post(url, json={"media_id": ids[0]}, timeout=5).json()["errcode"] == 40007
    assert shelf.post("material/del_material", {"media_id": ids[0]})["errcode"] == 40007


@rule("A permanent video needs its title and introduction", MATERIAL)
def test_video_kept_for_good_says_its_title(shelf: Shelf) -> None:
    for told in (None, "[" * 20_000, '{"title":"x"}'):
        answer = shelf.upload("material/add_material", MP4, type="video", description=told)
        assert answer["errcode"] == 47001
    media_id = shelf.upload("material/add_material", MP4, type="video", description=VIDEO)["media_id"]
    told = shelf.post("material/get_material", {"media_id": media_id})
    assert (told["title"], told["description"]) == ("党课", "一段录像")
    assert requests.get(told["down_url"], timeout=5).content == MP4


@rule("batchget_material gives 1 to 20 files", LIST)
@pytest.mark.parametrize("page", [{"offset": 0, "count": 0}, {"offset": 0, "count": 21}, {"offset": -1}, {}])
def test_lists_come_by_twenty_at_most(shelf: Shelf, page: dict[str, int]) -> None:
    assert shelf.post("material/batchget_material", {"type": "image"} | page)["errcode"] == 47001


def test_files_belong_to_their_account(make_account: Callable[..., Caller]) -> None:
    ours, theirs = Shelf(make_account()), Shelf(make_account())
    media_id = ours.cover()
    assert theirs.post("material/del_material", {"media_id": media_id})["errcode"] == 40007
    assert theirs.kept("media") == []
    (kept,) = ours.kept("media")
    assert (kept["media_id"], kept["type"], kept["permanent"]) == (media_id, "image", True)
    mini = Shelf(make_account(kind="mini_program"))
    assert mini.upload("media/uploadimg", JPEG)["errcode"] == 48001


def test_log_shows_the_size_of_a_file_and_not_the_file(shelf: Shelf) -> None:
    shelf.picture()
    row = shelf.caller.sim.get("/_sim/log")["items"][-1]
    assert row["path"] == "/cgi-bin/media/uploadimg"
    assert row["request"].startswith("[form, ")
