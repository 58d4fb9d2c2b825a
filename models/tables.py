"""Every table, imported once: what migrations compare with and tests walk over."""

import models.audit
import models.gatherings.calendar
import models.gatherings.gathering
import models.gatherings.roll
import models.notices.delivery
import models.notices.event
import models.notices.notice
import models.people.account
import models.people.binding
import models.people.member
import models.people.org
import models.people.tries
import models.planned_run
import models.points.entry
import models.points.scheme
from models.base import Base

METADATA = Base.metadata
TABLES = METADATA.tables

# Rows that are added and never changed: the database refuses UPDATE, DELETE and TRUNCATE.
APPEND_ONLY = (models.audit.Audit, models.gatherings.roll.Amendment, models.points.entry.PointEntry)
