"""The baseline: a bare Flask route under the same server, processes and threads."""

from flask import Flask

app = Flask(__name__)


@app.post("/api/v1/check-ins")
def hello() -> tuple[dict[str, str], int]:
    """Answer without doing anything."""
    return {"status": "present"}, 201
