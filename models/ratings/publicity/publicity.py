"""公示 of a rating: from the day the sheet was put on the board, for so many full workdays."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, ref


class RatingPublicity(Base):
    """One sheet on the board: all stars of the branch, or one member's that a recheck changed.

    The day of posting is typed and does not count; `ends_on` is the last full workday.
    """

    __tablename__ = "rating_publicity"
    id: Mapped[Key]
    rating_id: Mapped[int] = ref("rating.id", index=True)
    run_id: Mapped[int] = ref("rating_run.id")
    member_id: Mapped[int | None] = ref("member.id")
    posted_on: Mapped[date] = mapped_column(Date)
    workdays: Mapped[int] = mapped_column(Integer)
    ends_on: Mapped[date] = mapped_column(Date)
    contact: Mapped[str] = mapped_column(String(40))
    contact_phone: Mapped[str] = mapped_column(String(20))  # an office's, printed on the board
    township_phone: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[int] = ref("account.id")
    acted_at: Mapped[Moment]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("ends_on > posted_on AND workdays > 0", name="full_workdays"),
        CheckConstraint(
            "contact <> '' AND contact_phone ~ '^[0-9-]{5,20}$' AND township_phone ~ '^[0-9-]{5,20}$'",
            name="whom_to_tell",
        ),
    )
