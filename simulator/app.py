"""The web application: WeChat's paths, the control API and the page over one state."""

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider

from simulator.control.administrator import administrator_blueprint
from simulator.control.articles import articles_blueprint
from simulator.control.bodies import refuse
from simulator.control.console import console_blueprint
from simulator.control.openapi import openapi_blueprint
from simulator.control.orders import control_blueprint
from simulator.control.phones import phones_blueprint
from simulator.control.scans import scans_blueprint
from simulator.control.talk import talk_blueprint
from simulator.control.taps import taps_blueprint
from simulator.control.visits import visits_blueprint
from simulator.control.wall import wall_blueprint
from simulator.edge import answer_call
from simulator.page import page_blueprint
from simulator.push.pusher import Pusher
from simulator.state import State


class Json(DefaultJSONProvider):
    """JSON of the control API: UTF-8 as it is, keys in the order in which they were written."""

    ensure_ascii = False
    sort_keys = False


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


def create_app(state: State) -> Flask:
    """Build the application over a state, with pushing threads of its own."""
    app = Flask(__name__, static_folder=None)
    # Template keys keep their order, names stay readable.
    app.json = Json(app)
    pusher = Pusher(state)
    app.register_blueprint(page_blueprint())
    app.register_blueprint(control_blueprint(state, pusher))
    app.register_blueprint(console_blueprint(state))
    app.register_blueprint(phones_blueprint(state, pusher))
    app.register_blueprint(talk_blueprint(state, pusher))
    app.register_blueprint(taps_blueprint(state, pusher))
    app.register_blueprint(scans_blueprint(state, pusher))
    app.register_blueprint(visits_blueprint(state, pusher))
    app.register_blueprint(wall_blueprint(state))
    app.register_blueprint(articles_blueprint(state, pusher))
    app.register_blueprint(openapi_blueprint())
    app.register_blueprint(administrator_blueprint(state, pusher))

    @app.route("/<path:path>", methods=METHODS)
    def call(path: str) -> Response:
        if path.startswith("_sim/"):
            refuse(404, "unknown_path", "the control API has no such path")
        return answer_call(state, pusher)

    @app.after_request
    def count_change(response: Response) -> Response:
        state.changes += request.method != "GET"
        return response

    return app
