"""A cache that is gone takes nothing with it: people stay logged in, sign in, bind and are answered."""

from pathlib import Path

from models.gatherings.roll import Status
from tests.hard.halls import a_hall, a_slip
from tests.hard.zones import MINI, Zone, open_zone


def log_in(zone: Zone, openid: str) -> dict[str, object]:
    """Log in by wx.login."""
    code = zone.running.sim("POST", "login-code", appid=MINI, openid=openid)["code"]
    answer = zone.phone(openid).call("POST", "session", {"code": code})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_everything_goes_on_without_redis(tmp_path: Path) -> None:
    # Control: with a redis.ping() before each request, all of these are 503.
    with open_zone(tmp_path) as zone:
        hall = a_hall(zone, members=4)
        before, secretary = hall.phone(0), hall.console()
        zone.valkey.stop()
        assert before.sign(token=hall.token()) == (201, "")
        assert log_in(zone, hall.openids[1])["bound"] is True
        digits = {"gathering_id": hall.gathering.id, "code": hall.digits()}
        assert hall.phone(1).sign(**digits) == (201, "")
        assert zone.say(hall.openids[2], f"签到 {hall.digits()}").startswith("【签到成功】")
        slip = {"bind_code": a_slip(hall, hall.members[3]), "confirm": True}
        stranger = zone.phone("o-new-phone")
        assert stranger.call("POST", "binding", slip).status_code == 201
        wrong = {"gathering_id": hall.gathering.id, "code": "none"}
        judged = [stranger.sign(**wrong) for _ in range(6)]
        assert judged == [(400, "code_wrong")] * 5 + [(429, "too_many_tries")]
        marks = {f"m-{hall.members[3].id}": Status.LEAVE.value}
        assert secretary.post(f"rolls/{hall.roll.id}/confirmation", **marks).status_code == 303
        assert hall.console(1).post(f"rolls/{hall.roll.id}/confirmation").status_code == 409
        assert "Traceback" not in zone.running.logs()
