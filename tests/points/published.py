"""Schemes in force: what posting and statements start from."""

from pathlib import Path

from sqlalchemy.orm import Session

from models.people.org import Org
from models.points.schemes.published import Scheme, publish_scheme
from models.points.schemes.use import use_scheme
from tests.conftest import NOON

SCHEMES = Path(__file__).parents[2] / "models" / "points" / "schemes"


def publish_for(session: Session, org: Org, code: str) -> Scheme:
    """Publish one of the schemes that come with the product and set it for `org`."""
    text = (SCHEMES / f"{code}.json").read_text("utf-8")
    scheme = publish_scheme(session, text, issuer=org, by=None, now=NOON)
    use_scheme(session, org, scheme, from_month="2020-01", by=None)
    return scheme
