"""The hall's screen, the public page behind its code, and what every answer carries along."""

import io
import json
from hashlib import sha256

import segno
import zxingcpp
from PIL import Image

from handlers.console.pages import ROOM
from handlers.console.rolls.projector import picture
from models.gatherings.gathering import Gathering
from models.gatherings.hall_code import digits_match, qr_token, read_token, token_is_authentic
from tests.factories import KEYRING
from tests.handlers.console_site import NAMES, Site, publish_theme_day

FIELDS = {"picture", "digits", "seconds_left", "counts", "clock", "message"}


def code(site: Site) -> dict[str, object]:
    """Ask for the screen's state."""
    answer = site.browser("secretary").get(f"/console/gatherings/{site.gathering_id}/projector/code")
    assert answer.json is not None
    return dict(answer.json)


def test_screen_shows_a_code_digits_and_counts_that_add_up(site: Site) -> None:
    publish_theme_day(site)
    shown = code(site)
    assert set(shown) == FIELDS
    counts = shown["counts"]
    assert counts == {"present": 0, "leave": 0, "unrecorded": 48, "expected": 48}
    assert shown["clock"] == "14:50"
    with site.sessions() as session:
        salt = session.get_one(Gathering, site.gathering_id).hall_salt
    assert salt is not None
    assert digits_match(KEYRING, str(shown["digits"]), site.gathering_id, salt, now=site.now)
    token = qr_token(KEYRING, site.gathering_id, salt, now=site.now)
    assert shown["picture"] == picture(f"http://127.0.0.1:8000/c/{token}")
    assert token_is_authentic(KEYRING, read_token(token), salt)


def test_picture_is_small_enough_to_be_read_from_the_last_row(site: Site) -> None:
    made = io.BytesIO()
    address = "https://dangjian.example.cn/c/" + "A" * 26
    segno.make(address, error="m", micro=False, boost_error=False).save(made, kind="png", scale=6, border=4)
    assert zxingcpp.read_barcodes(Image.open(made))[0].text == address
    assert 'viewBox="0 0 41 41"' in picture(address)


def test_screen_holds_no_name(site: Site) -> None:
    publish_theme_day(site)
    page = site.browser("secretary").get(f"/console/gatherings/{site.gathering_id}/projector").text
    told = page + json.dumps(code(site), ensure_ascii=False)
    assert not [name for name in " ".join(NAMES).split() if name in told]


def test_plain_scanner_reads_how_to_sign_in_and_nothing_happens(site: Site) -> None:
    publish_theme_day(site)
    with site.sessions() as session:
        salt = session.get_one(Gathering, site.gathering_id).hall_salt
    assert salt is not None
    for token in (qr_token(KEYRING, site.gathering_id, salt, now=site.now), "nonsense"):
        answer = site.browser().get(f"/c/{token}")
        assert answer.status_code == 200
        assert "六位数字" in answer.text
    assert code(site)["counts"]["present"] == 0  # type: ignore[index]


def test_verification_files_are_served_at_the_root_and_beside_the_codes(site: Site) -> None:
    for address in ("/MP_verify_abc.txt", "/c/MP_verify_abc.txt"):
        answer = site.browser().get(address)
        assert (answer.status_code, answer.text, answer.mimetype) == (200, "abc", "text/plain")
    assert site.browser().get("/MP_verify_xyz.txt").status_code == 404


def test_every_answer_of_the_console_is_guarded_and_kept_nowhere(site: Site) -> None:
    publish_theme_day(site)
    secretary = site.browser("secretary")
    pages = ["", "gatherings", "members", "slips", f"gatherings/{site.gathering_id}", "gatherings/999999"]
    answers = [secretary.get(f"/console/{page}") for page in pages]
    answers += [
        site.browser().get("/console/"),
        site.browser().get("/console/nowhere"),
        site.browser().get("/c/x"),
    ]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text
        assert "<style" not in answer.text
        assert answer.text.count("<script") == answer.text.count("<script src=")


def test_demonstration_says_so_on_every_page(site: Site) -> None:
    publish_theme_day(site)
    secretary = site.browser("secretary")
    for page in ("", "gatherings", f"gatherings/{site.gathering_id}/projector", "login"):
        assert "演示数据" in secretary.get(f"/console/{page}").text


def test_vendored_script_is_the_one_named_beside_it(site: Site) -> None:
    with site.browser().get("/console/static/vendor/htmx.min.js") as script:
        served = sha256(script.data).hexdigest()
    assert served in (ROOM / "static/vendor/README").read_text("utf-8")
