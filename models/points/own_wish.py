"""Categories that a scheme leaves out of the rating are a member's own wish, never a measure against one."""

from datetime import date

from sqlalchemy.orm import Session

from models.people.org import Org
from models.people.said import Said
from models.points.schemes.published import document_of
from models.points.schemes.use import scheme_for
from models.refused import Refused


def check_own_wish(session: Session, branch: Org, code: str, day: date, how: Said | None) -> None:
    """Let nobody be put into a category that is 不参评 without having asked for it.

    `day`: from which on; the branch's scheme of that month says which categories those are.
    Refused: bad_change with `fields`.
    """
    scheme = scheme_for(session, branch, f"{day:%Y-%m}")
    if how is None and scheme is not None and code in document_of(scheme.document).exempt:
        words = "这一类不参评，要本人提出，请选本人怎么说的"
        raise Refused("bad_change", words, fields={"how": words})
