"""Every table, imported once: what migrations compare with and tests walk over."""

import models.articles.act
import models.articles.article
import models.articles.publication
import models.audit
import models.duties.handover
import models.gatherings.calendar.calendar
import models.gatherings.delegate
import models.gatherings.dues_tick
import models.gatherings.gathering
import models.gatherings.leave.host_attendance
import models.gatherings.leave.makeup
import models.gatherings.minutes.minutes
import models.gatherings.minutes.review
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
import models.points.schemes.published
import models.points.schemes.use
import models.ratings.archive.snapshot
import models.ratings.meeting.decision
import models.ratings.meeting.veto
import models.ratings.objections.objection
import models.ratings.procedure.rating
import models.ratings.publicity.publicity
import models.ratings.runs.results
from models.base import Base

METADATA = Base.metadata
TABLES = METADATA.tables

# Rows that are added and never changed: the database refuses UPDATE, DELETE and TRUNCATE.
APPEND_ONLY = (
    models.articles.act.ArticleAct,
    models.audit.Audit,
    models.duties.handover.Handover,
    models.gatherings.minutes.minutes.MinutesAct,
    models.gatherings.minutes.review.RecordLook,
    models.gatherings.roll.Amendment,
    models.notices.night_override.NightOverride,
    models.people.member_move.MemberMove,
    models.points.entry.PointEntry,
    models.ratings.publicity.publicity.RatingPublicity,
    models.ratings.procedure.rating.RatingAct,
    models.ratings.runs.results.RatingResult,
    models.ratings.runs.results.RatingRun,
    models.ratings.archive.snapshot.RatingSnapshot,
)
