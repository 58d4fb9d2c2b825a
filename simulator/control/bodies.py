"""Reading and answering the control API: JSON bodies as typed models, one shape of error."""

from typing import NoReturn, TypeVar

from flask import abort, jsonify, make_response, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulator.state import Follower, State

Model = TypeVar("Model", bound=BaseModel)


class Body(BaseModel):
    """A body of the control API; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class About(Body):
    """A follower of an account."""

    appid: str
    openid: str = Field(min_length=1)


def read_body(model: type[Model]) -> Model:
    """Read the request's JSON, whatever its Content-Type; a bad one ends the request with 400."""
    try:
        return model.model_validate_json(request.get_data() or b"{}")
    except ValidationError as error:
        wrong = [
            {"field": ".".join(str(part) for part in row["loc"]), "message": row["msg"]}
            for row in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        refuse(400, "bad_input", "the body is not as described", fields=wrong)


def refuse(status: int, code: str, message: str, **more: object) -> NoReturn:
    """End the request with {"error": {"code", "message", ...}}; never returns."""
    abort(make_response(jsonify({"error": {"code": code, "message": message, **more}}), status))


def known_account(state: State, appid: str) -> None:
    """End the request with 404 unless the account exists."""
    if appid not in state.accounts:
        refuse(404, "unknown_account", f"no account {appid}")


def known_mini_program(state: State, appid: str) -> None:
    """End the request unless the account exists (404) and is a mini-program (409)."""
    known_account(state, appid)
    if state.accounts[appid].kind != "mini_program":
        refuse(409, "not_a_mini_program", f"{appid} is an official account")


def known_follower(state: State, about: About) -> Follower:
    """Find the follower, present or former, or end the request with 404."""
    known_account(state, about.appid)
    person = state.follower(about.appid, about.openid)
    if person is None:
        refuse(404, "unknown_follower", f"no follower {about.openid}")
    return person
