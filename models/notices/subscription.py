"""How many subscription messages somebody has allowed: an estimate, for WeChat keeps the true count."""

from sqlalchemy import CheckConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Moment, ref


class Subscription(Base):
    """What one bound phone allows for one template.

    The phone's report and WeChat's event tell of the same tap: within 60 s the larger counts, never the sum.
    """

    __tablename__ = "subscription"
    binding_id: Mapped[int] = ref("binding.id", primary_key=True)
    template_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    remaining: Mapped[int] = mapped_column(Integer, server_default="0")
    tapped_at: Mapped[Moment | None]
    tapped_n: Mapped[int] = mapped_column(Integer, server_default="0")
    switched_off: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[Created]

    __table_args__ = (CheckConstraint("remaining >= 0 AND tapped_n >= 0", name="counts"),)
