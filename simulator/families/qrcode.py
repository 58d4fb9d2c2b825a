"""Codes with a scene: a picture to scan, and what the account is told of who scanned it."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from simulator.calls import Call, Endpoint
from simulator.errcodes import Errcode
from simulator.state import State

LONGEST = 2_592_000
SHORTEST_UNLESS_SAID = 60
MOST_PERMANENT = 100_000
HIGHEST_PERMANENT_ID = 100_000
SCENE_LENGTH = 64
TEMPORARY = {"QR_SCENE": "scene_id", "QR_STR_SCENE": "scene_str"}
PERMANENT = {"QR_LIMIT_SCENE": "scene_id", "QR_LIMIT_STR_SCENE": "scene_str"}


@dataclass
class SceneCode:
    """One code: a scene as number or as text, good until a moment, None for ever."""

    ticket: str
    url: str
    scene_id: int
    scene_str: str
    until: float | None

    @property
    def scene(self) -> str:
        """The scene as events tell it."""
        return self.scene_str or str(self.scene_id)

    def is_good(self, now: float) -> bool:
        """Say whether it can still be scanned."""
        return self.until is None or now < self.until


@dataclass
class SceneCodes:
    """The codes of one account by ticket, and the tickets of the permanent ones by their scene."""

    codes: dict[str, SceneCode] = field(default_factory=dict)
    permanent: dict[str, str] = field(default_factory=dict)


def create(state: State, call: Call) -> dict[str, Any]:
    """Make a code; the same permanent scene is the same code.

    Raises 40052, 40053, and 45029 beyond 100,000 permanent ones. Source: WeChat, create QR code with a scene.
    """
    asked, kept = call.json(), state.of(call.owner().appid, SceneCodes)
    action = asked.get("action_name")
    if not isinstance(action, str) or action not in TEMPORARY | PERMANENT:
        raise Errcode(40052)
    scene = _checked_scene(action, asked.get("action_info"))
    if action in PERMANENT:
        code = _permanent(kept, f"{action} {scene}", scene)
        return {"ticket": code.ticket, "url": code.url}
    seconds = asked.get("expire_seconds", SHORTEST_UNLESS_SAID)
    if type(seconds) is not int or not 1 <= seconds <= LONGEST:
        raise Errcode(40053)
    code = _kept(kept, scene, call.now + seconds)
    return {"ticket": code.ticket, "expire_seconds": seconds, "url": code.url}


def _checked_scene(action: str, info: object) -> int | str:
    held = info.get("scene") if isinstance(info, dict) else None
    scene = held.get((TEMPORARY | PERMANENT)[action]) if isinstance(held, dict) else None
    if action == "QR_SCENE":
        is_right = type(scene) is int and scene != 0 and -(2**31) <= scene < 2**32
    elif action == "QR_LIMIT_SCENE":
        is_right = type(scene) is int and 1 <= scene <= HIGHEST_PERMANENT_ID
    else:
        is_right = isinstance(scene, str) and 1 <= len(scene) <= SCENE_LENGTH
    if not is_right or not isinstance(scene, int | str):
        raise Errcode(40053)
    return scene


def _permanent(kept: SceneCodes, key: str, scene: int | str) -> SceneCode:
    if key not in kept.permanent:
        if len(kept.permanent) >= MOST_PERMANENT:
            raise Errcode(45029)
        kept.permanent[key] = _kept(kept, scene, None).ticket
    return kept.codes[kept.permanent[key]]


def _kept(kept: SceneCodes, scene: int | str, until: float | None) -> SceneCode:
    ticket, url = f"gQ{secrets.token_urlsafe(66)}==", f"http://weixin.qq.com/q/{secrets.token_urlsafe(15)}"
    number, text = (scene, "") if isinstance(scene, int) else (0, scene)
    code = kept.codes[ticket] = SceneCode(ticket, url, number, text, until)
    return code


ENDPOINTS = [Endpoint("POST", "/cgi-bin/qrcode/create", create, kind="official")]
