"""Every table, imported once: what migrations compare with and tests walk over."""

import models.articles.act
import models.articles.article
import models.articles.publication
import models.audit
import models.duties.handover
import models.gatherings.calendar
import models.gatherings.delegate
import models.gatherings.dues_tick
import models.gatherings.gathering
import models.gatherings.host_attendance
import models.gatherings.makeup
import models.gatherings.minutes
import models.gatherings.record_look
import models.gatherings.required_item
import models.gatherings.roll
import models.gatherings.screen_link
import models.notices.delivery
import models.notices.event
import models.notices.night_override
import models.notices.notice
import models.notices.reading
import models.notices.subscription
import models.people.account
import models.people.away_report
import models.people.binding
import models.people.complaint
import models.people.link_code
import models.people.member
import models.people.member_move
import models.people.office_answer
import models.people.org
import models.people.tries
import models.planned_run
import models.points.entry
import models.points.proposal
import models.points.scheme
import models.points.scheme_use
import models.ratings.grade
import models.ratings.objection
import models.ratings.publicity
import models.ratings.rating
import models.ratings.run
import models.ratings.snapshot
import models.ratings.veto
from models.base import Base

METADATA = Base.metadata
TABLES = METADATA.tables

# Rows that are added and never changed: the database refuses UPDATE, DELETE and TRUNCATE.
APPEND_ONLY = (
    models.articles.act.ArticleAct,
    models.audit.Audit,
    models.duties.handover.Handover,
    models.gatherings.minutes.MinutesAct,
    models.gatherings.record_look.RecordLook,
    models.gatherings.roll.Amendment,
    models.notices.night_override.NightOverride,
    models.people.member_move.MemberMove,
    models.points.entry.PointEntry,
    models.ratings.publicity.RatingPublicity,
    models.ratings.rating.RatingAct,
    models.ratings.run.RatingResult,
    models.ratings.run.RatingRun,
    models.ratings.snapshot.RatingSnapshot,
)
