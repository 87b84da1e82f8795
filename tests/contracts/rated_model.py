"""
A small model whose card has a curve: thresholds for the rates that a site may set.
"""

import json
from pathlib import Path

from running_service import write_model

CURVE = {
    "confidence": 0.95,
    "max_false_reject": {
        "points": [
            {"rate": 0.0005, "score": None, "bound": None},
            {"rate": 0.001, "score": 0.95, "bound": 0.0009},
            {"rate": 0.01, "score": 0.9, "bound": 0.0098},
        ],
        "otherwise": 1.0,
    },
    "max_spam_accepted": {
        "points": [
            {"rate": 0.001, "score": None, "bound": None},
            {"rate": 0.02, "score": 0.2, "bound": 0.018},
            {"rate": 0.1, "score": 0.4, "bound": 0.097},
        ],
        "otherwise": 0.05,
    },
}


def write_rated_model(models: Path) -> Path:
    """
    Write a promoted model, `tiny`, with the curve.
    """
    path = write_model(models) / "tiny" / "card.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "curve": CURVE}))
    return models
