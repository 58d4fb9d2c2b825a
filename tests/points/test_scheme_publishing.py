"""Publishing: a version stands for ever, nothing open is published, a township only narrows."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.people.org import Org
from models.points.schemes.published import Scheme, check_scheme, publish_scheme
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_township, a_zone
from tests.points.strategies import SHIPPED, a_scheme
from tests.points.test_scheme_sources import FROM_ELSEWHERE, NAMES


def publish(session: Session, content: dict[str, Any] | bytes, issuer: Org) -> Scheme:
    document = content if isinstance(content, bytes) else json.dumps(content)
    return publish_scheme(session, document, issuer=issuer, by=None, now=NOON)


def refused(session: Session, content: dict[str, Any] | bytes, issuer: Org) -> Refused:
    with pytest.raises(Refused) as found:
        publish(session, content, issuer)
    assert session.scalar(select(func.count()).select_from(Scheme).where(Scheme.code == "TOWN")) == 0
    return found.value


def zone_scheme(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((SHIPPED / "ZONE.json").read_text("utf-8"), parse_float=str)
    return content | {"narrow": ["items.volunteer.cap", "quotas.5.max_ratio"]} | changes


def town_scheme(version: int = 1, **changes: Any) -> dict[str, Any]:
    """ZONE narrowed: volunteering gives 6 at most."""
    content = zone_scheme(code="TOWN", title="解放镇积分办法", parent={"code": "ZONE", "version": version})
    del content["narrow"]
    content["items"][4]["cap"] = 6
    return content | changes


@pytest.mark.parametrize("name", NAMES)
def test_open_scheme_is_not_published(session: Session, name: str) -> None:
    found = refused(session, (FROM_ELSEWHERE / f"{name}.json").read_bytes(), a_zone(session))
    assert found.code == "scheme_open"


def test_version_is_published_once(session: Session) -> None:
    zone = a_zone(session)
    publish(session, a_scheme(), zone)
    assert refused(session, a_scheme(title="小办法改"), zone).code == "scheme_version_taken"
    assert publish(session, a_scheme(version=2), zone).version == 2


def test_published_document_is_never_changed(session: Session) -> None:
    scheme = publish(session, a_scheme(), a_zone(session))
    for change in ("document = document || ' '", "version = 9", "published_at = NULL"):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(f"UPDATE scheme SET {change} WHERE id = :id"), {"id": scheme.id})


def test_code_belongs_to_the_organisation_that_published_it_first(session: Session) -> None:
    zone = a_zone(session)
    publish(session, a_scheme(), zone)
    town = a_township(session, zone)
    assert refused(session, a_scheme(version=2), town).code == "scheme_code_taken"


def test_township_narrows_the_published_scheme_above_it(session: Session) -> None:
    zone = a_zone(session)
    town = a_township(session, zone)
    publish(session, zone_scheme(), zone)
    assert publish(session, town_scheme(), town).code == "TOWN"


def test_township_that_goes_further_is_refused_with_the_place(session: Session) -> None:
    zone = a_zone(session)
    town = a_township(session, zone)
    publish(session, zone_scheme(), zone)
    wider = town_scheme()
    wider["items"][4]["cap"] = 9
    assert refused(session, wider, town).extra["fields"] == [
        {"path": "items[4].cap", "message": "只能比上级办法的 8 更低"}
    ]
    elsewhere = town_scheme(publicity_workdays=3)
    assert refused(session, elsewhere, town).extra["fields"] == [
        {"path": "publicity_workdays", "message": "应当与上级办法一致"}
    ]


def test_parent_must_be_published_and_from_above(session: Session) -> None:
    zone = a_zone(session)
    town, beside = a_township(session, zone), a_township(session, zone, "城关镇党委")
    publish(session, zone_scheme(), beside)
    (field,) = refused(session, town_scheme(version=2), town).extra["fields"]
    assert field == {"path": "parent", "message": "没有发布过 ZONE 第 2 版"}
    (field,) = refused(session, town_scheme(), town).extra["fields"]
    assert field == {"path": "parent", "message": "ZONE 不是上级组织的办法"}
    assert refused(session, town_scheme(), beside).code == "scheme_invalid"


def test_check_compares_with_the_version_before(session: Session) -> None:
    publish(session, a_scheme(), a_zone(session))
    _, found = check_scheme(session, json.dumps(a_scheme(version=2, cycle="half")))
    assert [warning.path for warning in found] == ["cycle"]
    assert check_scheme(session, json.dumps(a_scheme(version=2)))[1] == []
