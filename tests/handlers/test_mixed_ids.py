"""A row of one's own named together with a row of somebody else's opens neither."""

from datetime import date

from sqlalchemy import func, select

from models.people.account import Role
from models.points.entry import PointEntry
from models.points.proposal import Proposal, ProposalState
from models.ratings.meeting.decision import MemberGrade, Ruling
from models.ratings.meeting.veto import Veto
from models.ratings.publicity.publicity import RatingPublicity
from tests.factories import a_post, an_account
from tests.handlers.console.points.test_proposals import PLACE, ids, put_down, stand
from tests.handlers.console.ratings.rated_site import begin, meet, put_up, rate_by
from tests.handlers.console_site import Site
from tests.handlers.mini_program.at_work import bound_phone

HERE, THERE = "白玉珍", "冯小军"  # of the own branch, of the neighbour's
VICE = {"id": "vice", "title": "涉黄赌毒", "effect": "not_rated"}
PAPER = {"document": "河东纪〔2026〕9号"}


def a_veto(site: Site, name: str) -> int:
    """Let a veto of the zone's scheme hold for a member."""
    with site.sessions.begin() as session:
        told = {"code": "vice", "cycle": "2026", "decided_by": "河东镇纪委", "decided_on": date(2026, 12, 1)}
        veto = Veto(member_id=site.members[name].id, account_id=site.staff["secretary"].id, **PAPER, **told)
        session.add(veto)
        session.flush()
        return veto.id


def counted(site: Site, *tables: type) -> list[int | None]:
    with site.sessions() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_own_rating_takes_no_decision_about_a_member_of_another_branch(site: Site) -> None:
    rate_by(site, vetoes=[VICE])
    place, secretary, other = begin(site), site.browser("secretary"), site.members[THERE].id
    theirs, day = a_veto(site, THERE), {"decided_on": "2026-12-14"}
    assert site.members[THERE].branch_id != site.members[HERE].branch_id
    assert secretary.post(f"{place}/vetoes/{theirs}/lifting", PAPER).status_code == 404
    veto = PAPER | day | {"member": other, "code": "vice", "decided_by": "河东镇纪委"}
    assert secretary.post(f"{place}/vetoes", veto).status_code == 400
    moved = day | {"member": other, "kind": "raise", "reason": "抗洪救灾表现突出"}
    assert secretary.post(f"{place}/rulings", moved).status_code == 404
    seat = day | {"member": [other], "star": "5", "reason": "会议研究决定"}
    assert secretary.post(f"{place}/seats", seat).status_code == 404
    assert secretary.post(f"{place}/rulings/ending", {"member": other}).status_code == 404
    graded = {f"g-{other}": "excellent"} | day
    assert secretary.post(f"{place}/grades", graded).status_code == 303  # nobody of the form is on the roster
    assert counted(site, MemberGrade, Ruling) == [0, 0]
    with site.sessions() as session:
        assert session.get_one(Veto, theirs).lifted_at is None


def test_own_board_shows_and_puts_up_nobody_of_another_branch(site: Site) -> None:
    rate_by(site)
    place, secretary, other = begin(site), site.browser("secretary"), site.members[THERE].id
    meet(site, place)
    put_up(site, place)
    assert THERE not in secretary.get(f"{place}/board?member={other}").text
    sheet = {"posted_on": "2026-12-14", "contact": "沈秀英", "member": other}
    sheet |= {"contact_phone": "0391-3550123", "township_phone": "0391-3550100"}
    assert secretary.post(f"{place}/posting", sheet).status_code == 409
    assert counted(site, RatingPublicity) == [1]


def test_proposal_is_taken_back_by_its_own_entries_and_names_alone(site: Site) -> None:
    first, second = put_down(site, HERE), put_down(site, "何桂芳", title="修渠")
    secretary = site.browser("secretary")
    for made in (first, second):
        assert secretary.post(f"{PLACE}/{made}/approval").status_code == 303
    with site.sessions() as session:
        entry = session.scalars(select(PointEntry.id).where(PointEntry.proposal_id == second)).one()
    sent = {"entry": entry, "reason": "记错了人"}
    assert secretary.post(f"{PLACE}/{first}/reversal", sent).status_code == 400
    assert counted(site, PointEntry) == [2]


def test_list_with_one_name_of_another_group_or_branch_is_nobodys(site: Site) -> None:
    names = ids(site, HERE, THERE)
    form = {"item": "activity_day", "title": "清淤", "day": "2026-11-20", "quantity": "1", "member": names}
    for who in ("clerk", "secretary", "leader"):
        assert site.browser(who).post(PLACE, form).status_code == 404
        assert site.browser(who).post(PLACE, form | {"org": site.orgs["neighbour"].id}).status_code == 404
    assert counted(site, Proposal) == [0]


def test_secretary_of_another_branch_reaches_nothing_by_its_number(site: Site) -> None:
    made = put_down(site, HERE)
    with site.sessions.begin() as session:
        site.staff["stranger"] = an_account(session, "stranger", "贺永年")
        a_post(session, site.staff["stranger"], site.orgs["neighbour"], Role.SECRETARY)
    rate_by(site)
    place, stranger = begin(site), site.browser("stranger")
    for step in ("approval", "rejection", "withdrawal", "telling", "reversal"):
        assert stranger.post(f"{PLACE}/{made}/{step}", {"answer": "不行"}).status_code == 404, step
    for leaf in ("vetoes", "rulings", "seats", "grades", "posting", "recheck", "runs", "steps/self_declare"):
        assert stranger.post(f"{place}/{leaf}", PAPER).status_code == 404, leaf
    for leaf in ("filing", "return", "reopening"):
        assert stranger.post(f"{place}/{leaf}", PAPER).status_code == 404, leaf
    for leaf in ("", "/results", "/sheet", "/board", "/grades", "/vetoes", "/filing"):
        assert stranger.get(f"{place}{leaf}").status_code == 404, leaf
    assert stand(site, made).state is ProposalState.SUBMITTED


def test_members_phone_takes_back_no_declaration_of_a_neighbour(site: Site) -> None:
    put_down(site, HERE)
    body = {"item": "activity_day", "occurred_on": "2026-11-20", "title": "修渠"}
    made = bound_phone(site, site.members[HERE]).ask("POST", "me/declarations", body).json or {}
    neighbour = bound_phone(site, site.members["何桂芳"])
    assert neighbour.refusal("DELETE", f"me/declarations/{made['id']}") == (404, "not_found")
    assert stand(site, made["id"]).state is ProposalState.SUBMITTED
