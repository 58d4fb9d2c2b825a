"""Schemes on the console: read as sentences, checked with place and reason, published from a month on."""

import html
import json
import re
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.points.schemes.published import Scheme, publish_scheme
from models.points.schemes.use import scheme_for, use_scheme
from tests.conftest import NOON
from tests.handlers.console_site import Site
from tests.points.test_scheme_document import changed
from tests.points.test_scheme_sources import FROM_ELSEWHERE

PAGE = "/console/schemes"
NARROW = ["items.volunteer.cap", "quotas.5.max_ratio"]


def zone_scheme(**changes: Any) -> dict[str, Any]:
    """The zone's scheme, which lets townships lower two limits."""
    return changed("narrow", NARROW) | {"code": "LOCAL"} | changes


def check(site: Site, content: dict[str, Any] | bytes, who: str = "zone", org: str = "zone") -> TestResponse:
    """Have a document checked as one of the officers."""
    text = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    fields = {"file": (BytesIO(text), "办法.json"), "org": str(site.orgs[org].id)}
    return site.browser(who).post(f"{PAGE}/check", fields)


def carried(answer: TestResponse) -> str:
    """Return the document that the page would publish."""
    found = re.search(r'name="document" value="([^"]*)"', answer.text)
    assert found, answer.text
    return html.unescape(found[1])


def publish(
    site: Site, answer: TestResponse, month: str = "2027-01", who: str = "zone", org: str = "zone"
) -> TestResponse:
    fields = {"document": carried(answer), "org": str(site.orgs[org].id), "from_month": month}
    return site.browser(who).post(PAGE, fields)


def held(site: Site, org: str, month: str) -> str | None:
    """Return code and version of what holds there."""
    with site.sessions() as session:
        scheme = scheme_for(session, site.orgs[org], month)
        return f"{scheme.code} {scheme.version}" if scheme else None


def schemes(site: Site) -> int:
    with site.sessions() as session:
        return session.scalar(select(func.count()).select_from(Scheme)) or 0


def in_force(site: Site, content: dict[str, Any]) -> int:
    """Publish a document for the zone and let it hold from 2027 on."""
    with site.sessions.begin() as session:
        zone = session.merge(site.orgs["zone"], load=False)
        scheme = publish_scheme(session, json.dumps(content), issuer=zone, by=None, now=NOON)
        use_scheme(session, zone, scheme, from_month="2027-01", by=None)
        return scheme.id


def test_officer_reads_what_holds_and_since_when(site: Site) -> None:
    text = site.browser("zone").get(PAGE).text
    assert "按次计分办法（镇）" in text
    assert "2020年1月" in text
    assert "核对一份新办法" in text


def test_secretary_reads_the_scheme_and_cannot_publish(site: Site) -> None:
    browser = site.browser("secretary")
    text = browser.get(PAGE).text
    assert "按次计分办法（镇）" in text
    assert "核对一份新办法" not in text
    address = re.findall(rf"{PAGE}/\d+", text)[0]
    read = browser.get(address).text
    assert "组织生活（最多 30 分）" in read
    assert "{" not in read.split("<main")[1]
    assert browser.post(f"{PAGE}/check", {}).status_code == 403
    assert browser.post(PAGE, {}).status_code == 403
    assert browser.post(f"{address}/use", {}).status_code == 403


def test_document_is_read_as_sentences_before_it_is_published(site: Site) -> None:
    answer = check(site, zone_scheme())
    assert answer.status_code == 200
    assert "志愿服务：每次加 1 分，每月最多计 2 分，一年最多计 8 分，须审核。" in answer.text
    assert "五星：90 分及以上，评议为优秀，在册满 6 个月。" in answer.text
    assert "还没有发布" in answer.text
    assert schemes(site) == 1


def test_every_fault_is_shown_with_place_and_reason(site: Site) -> None:
    content = zone_scheme()
    content["parts"][1]["cap"], content["items"][3]["part"] = -1, "nowhere"
    answer = check(site, content)
    assert answer.status_code == 400
    assert "parts[1].cap" in answer.text
    assert "上限不能是负数" in answer.text
    assert "没有“nowhere”这一部分" in answer.text
    assert 'name="document"' not in answer.text


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 20_000, b"1" * 501_000])
def test_file_that_is_no_document_is_refused(site: Site, content: bytes) -> None:
    answer = check(site, content)
    assert answer.status_code == 400
    assert 'name="document"' not in answer.text


def test_markup_in_a_document_stays_text(site: Site) -> None:
    answer = check(site, zone_scheme(title="办法<script>alert(1)</script>"))
    assert "<script>alert(1)" not in answer.text


def test_open_document_is_shown_and_offers_no_way_to_publish(site: Site) -> None:
    answer = check(site, (FROM_ELSEWHERE / "hongdong.json").read_bytes())
    assert answer.status_code == 200
    assert "每季度评议四个等次各计多少分、自评和互评各占多少没有说明" in answer.text
    assert 'name="document"' not in answer.text


def test_published_from_a_month_on(site: Site) -> None:
    done = publish(site, check(site, zone_scheme()))
    assert done.status_code == 303
    assert held(site, "home", "2026-12") == "ATTEND 1"
    assert held(site, "home", "2027-01") == "LOCAL 1"
    assert '从<span class="keep">2027年1月</span>起用' in site.browser("zone").get(PAGE).text


def test_month_within_a_cycle_publishes_nothing_and_keeps_the_page(site: Site) -> None:
    answer = publish(site, check(site, zone_scheme()), month="2027-03")
    assert answer.status_code == 400
    assert "要从一个评定周期的第一个月开始" in answer.text
    assert carried(answer)
    assert schemes(site) == 1


def test_version_is_not_published_twice(site: Site) -> None:
    answer = check(site, zone_scheme())
    assert publish(site, answer).status_code == 303
    again = publish(site, answer)
    assert again.status_code == 400
    assert "已经发布过，不能再改" in again.text


def test_zone_gives_a_scheme_to_a_township_from_a_month_on(site: Site) -> None:
    scheme_id = in_force(site, zone_scheme())
    with site.sessions() as session:
        attend = session.scalars(select(Scheme.id).where(Scheme.code == "ATTEND")).one()
    fields = {"org": str(site.orgs["town"].id), "from_month": "2028-01"}
    assert site.browser("zone").post(f"{PAGE}/{attend}/use", fields).status_code == 303
    assert held(site, "home", "2028-01") == "ATTEND 1"
    assert held(site, "far", "2028-01") == "LOCAL 1"
    assert site.browser("town").post(f"{PAGE}/{scheme_id}/use", fields).status_code == 403


def test_township_lowers_what_the_zone_lets_it_lower(site: Site) -> None:
    scheme_id = in_force(site, zone_scheme())
    town = site.browser("town")
    form = town.get(f"{PAGE}/{scheme_id}/narrowing").text
    assert "志愿服务的上限" in form
    assert "上级办法是 8，只能更低" in form
    assert "五星的名额比例" in form
    fields = {"title": "河东镇积分办法", "items.volunteer.cap": "6", "quotas.5.max_ratio": ""}
    answer = town.post(f"{PAGE}/{scheme_id}/narrowing", fields)
    assert "志愿服务：每次加 1 分，每月最多计 2 分，一年最多计 6 分" in answer.text
    done = publish(site, answer, who="town", org="town")
    assert done.status_code == 303
    assert held(site, "home", "2027-01") != "LOCAL 1"
    assert held(site, "far", "2027-01") == "LOCAL 1"


@pytest.mark.parametrize(
    ("value", "said"), [("9", "只能比上级办法的 8 更低"), ("六", "应当是一个数"), ("1", "每月上限高于")]
)
def test_township_that_types_what_cannot_be_keeps_what_was_typed(site: Site, value: str, said: str) -> None:
    scheme_id = in_force(site, zone_scheme())
    fields = {"title": "河东镇积分办法", "items.volunteer.cap": value}
    answer = site.browser("town").post(f"{PAGE}/{scheme_id}/narrowing", fields)
    assert answer.status_code == 400
    assert said in answer.text
    assert f'value="{value}"' in answer.text


def test_township_does_not_replace_the_scheme_from_above(site: Site) -> None:
    in_force(site, zone_scheme())
    answer = check(site, zone_scheme(code="OTHER"), who="town", org="town")
    done = publish(site, answer, who="town", org="town")
    assert done.status_code == 400
    assert "只能在它允许的地方调低" in done.text  # scheme_not_narrowed
    assert held(site, "home", "2027-01") == "LOCAL 1"


def test_townships_earlier_scheme_does_not_come_back_over_the_zones_next_one(site: Site) -> None:
    scheme_id = in_force(site, zone_scheme())
    town = site.browser("town")
    fields = {"title": "河东镇积分办法", "items.volunteer.cap": "6", "quotas.5.max_ratio": ""}
    lowered = town.post(f"{PAGE}/{scheme_id}/narrowing", fields)
    assert publish(site, lowered, who="town", org="town").status_code == 303
    with site.sessions.begin() as session:
        own = session.scalars(select(Scheme.id).order_by(Scheme.id.desc())).first()
        zone = session.merge(site.orgs["zone"], load=False)
        text = json.dumps(zone_scheme(version=2))
        scheme = publish_scheme(session, text, issuer=zone, by=None, now=NOON)
        use_scheme(session, zone, scheme, from_month="2028-01", by=None)
    use = {"org": str(site.orgs["town"].id), "from_month": "2028-01"}
    again = town.post(f"{PAGE}/{own}/use", use)
    assert (again.status_code, "上级用的是 LOCAL 第 2 版" in again.text) == (400, True)
    assert town.post(f"{PAGE}/{own}/use", use | {"from_month": "2027-01"}).status_code == 303


def test_township_publishes_for_nobody_above_or_beside(site: Site) -> None:
    for org in ("zone", "far"):
        assert check(site, zone_scheme(), who="town", org=org).status_code in (403, 404)
    assert schemes(site) == 1


def test_scheme_of_another_township_is_not_seen(site: Site) -> None:
    with site.sessions.begin() as session:
        far = session.merge(site.orgs["far"], load=False)
        other = publish_scheme(session, json.dumps(zone_scheme(code="FAR")), issuer=far, by=None, now=NOON)
    assert site.browser("town").get(f"{PAGE}/{other.id}").status_code == 404
    assert site.browser("zone").get(f"{PAGE}/{other.id}").status_code == 200
