"""
report.html: the card for people, one file with its pictures inside.
"""

import base64
import html
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import expit, logit
from sklearn.calibration import calibration_curve

from training.assess import Assessment
from training.crossfit import Prepared

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; font-size: 13px } td, th { padding: 2px 8px; text-align: right }
td:first-child, th:first-child { text-align: left } tr:nth-child(even) { background: #f4f4f4 } img { max-width: 36rem }
"""
COLUMNS = ("ham", "ham_held", "ham_rejected", "spam", "spam_accepted", "spam_rejected", "roc_auc", "pr_auc", "brier")


def write(path: Path, card: Mapping[str, Any], assessment: Assessment, prepared: Prepared) -> None:
    """
    Write the report of a model.
    """
    is_spam = prepared.is_spam[assessment.measured]
    pictures = (
        _picture("How often a score is right", lambda axes: _calibration(axes, assessment.log_odds, is_spam)),
        _picture("Scores of held-out comments", lambda axes: _scores(axes, assessment.log_odds, is_spam, card)),
    )
    warnings = "".join(f"<li>{html.escape(line)}</li>" for line in card["warnings"]) or "<li>none</li>"
    bounds, thresholds, confidence = card["bounds"], card["thresholds"], card["rates"]["confidence"]
    path.write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Model {card['version']}</title><style>{STYLE}</style>"
        f"<h1>Model {card['version']}</h1><p>{html.escape(card['protocol'])}</p><h2>Thresholds</h2>"
        f"<p>Accept below {thresholds['accept_below']:.4f}, reject from {thresholds['reject_at']:.4f}, discard from "
        f"{thresholds['discard_at']:.7f}. {bounds['ham_rejected']} of {bounds['ham']:,} held-out good comments are "
        f"rejected, so at most {bounds['ham_rejected_bound']:.3%} with {confidence:.0%} confidence; "
        f"{bounds['ham_held']:.1%} are held or rejected. {bounds['spam_accepted']} of {bounds['spam']:,} spam of "
        f"held-out templates are accepted, at most {bounds['spam_accepted_bound']:.2%}.</p>"
        f"<h2>Warnings</h2><ul>{warnings}</ul><h2>Pictures</h2>{''.join(pictures)}"
        f"<h2>Figures</h2>{_figures(card['figures'])}<h2>Sources</h2>{_table(card['sources'])}</html>\n",
        encoding="utf-8",
    )


def _calibration(axes: Axes, log_odds: np.ndarray, is_spam: np.ndarray) -> None:
    # Both labels weigh the same, as in `calibrate.py`: ham is thinned or spam repeated in effect by its share.
    share, mean = calibration_curve(is_spam, expit(log_odds), n_bins=12, strategy="uniform")
    odds = is_spam.mean() / (1 - is_spam.mean())
    axes.plot([0, 1], [0, 1], color="#bbb")
    axes.plot(mean, share / (share + (1 - share) * odds), marker="o", color="#0072b2")
    axes.set(xlabel="score", ylabel="share of spam, at even odds")


def _scores(axes: Axes, log_odds: np.ndarray, is_spam: np.ndarray, card: Mapping[str, Any]) -> None:
    bins = np.linspace(-12, 12, 73).tolist()
    for label, values, colour in (("ham", log_odds[~is_spam], "#0072b2"), ("spam", log_odds[is_spam], "#d55e00")):
        axes.hist(np.clip(values, -12, 12), bins=bins, density=True, alpha=0.6, label=label, color=colour)
    for name in ("accept_below", "reject_at"):
        place = float(np.clip(logit(card["thresholds"][name]), -12, 12))
        axes.axvline(place, color="#333", linestyle="--" if name == "accept_below" else "-", label=name)
    axes.set(xlabel="log-odds of spam", ylabel="density")
    axes.legend()


def _picture(title: str, draw: Callable[[Axes], None]) -> str:
    figure = Figure(figsize=(6, 3.6), layout="constrained")
    draw(figure.add_subplot(title=title))
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=90, metadata={"Software": None})
    return f'<img alt="{title}" src="data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}">'


def _figures(figures: Mapping[str, Mapping[str, Any]]) -> str:
    rows = {}
    for name, values in figures.items():
        recall = {f"recall at {rate} false": share for rate, share in (values["recall"] or {}).items()}
        rows[name] = {**{column: values[column] for column in COLUMNS}, **recall}
    return _table(rows)


def _table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    columns = list(dict.fromkeys(column for values in rows.values() for column in values))
    head = "".join(f"<th>{html.escape(column.replace('_', ' '))}" for column in columns)
    body = "".join(
        f"<tr><td>{html.escape(name)}" + "".join(f"<td>{_cell(values.get(column))}" for column in columns)
        for name, values in rows.items()
    )
    return f"<table><tr><th>{head}{body}</table>"


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if isinstance(value, float) else html.escape(str(value))
