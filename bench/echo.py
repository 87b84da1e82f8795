"""
The yardstick: Flask parsing a JSON body and giving it back, with nothing in between.
"""

from flask import Flask, Response, jsonify, request

app = Flask(__name__)


@app.post("/")
def echo() -> Response:
    """
    Return the body as it was understood.
    """
    return jsonify(request.get_json())


@app.get("/ready")
def ready() -> str:
    """
    Say that the server answers.
    """
    return "yes"
