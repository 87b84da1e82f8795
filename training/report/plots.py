"""
The pictures of a report, as SVG that takes its colours from the page, so that they can be read in the dark.
"""

import io
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import logit
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_curve

from service.core.site import Thresholds
from training.evaluation.bootstrap import Values
from training.evaluation.figures import FALSE_POSITIVE_RATES
from training.evaluation.scored import Scored

# Stand-ins that the page's own colours replace.
INK, HAM, SPAM = "#010203", "#010204", "#010205"
_COLOURS = {INK: "currentColor", HAM: "var(--ham)", SPAM: "var(--spam)"}
_LINES = (HAM, SPAM)
_STYLE: Any = {
    "svg.fonttype": "none", "svg.hashsalt": "hamlet", "font.family": "sans-serif", "font.size": 12,
    "axes.edgecolor": INK, "axes.labelcolor": INK, "axes.spines.top": False, "axes.spines.right": False,
    "text.color": INK, "xtick.color": INK, "ytick.color": INK, "legend.frameon": False,
}  # fmt: skip
# Ids that only matplotlib reads; several pictures on one page would repeat them.
_IDS = re.compile(r' id="[a-zA-Z0-9.]+_\d+"')
FINEST = 150
FARTHEST = 12
Views = Mapping[str, Scored]


def pictures(views: Views, thresholds: Thresholds) -> dict[str, str]:
    """
    Return the pictures by name; those that need both labels are missing where a label is.
    """
    both = {name: scored for name, scored in views.items() if 0 < scored.is_spam.sum() < len(scored.rows)}
    if not both:
        return {}
    first = next(iter(both.values()))
    return {
        "scores": picture(lambda axes: scores(axes, first, thresholds)),
        "roc": picture(lambda axes: roc(axes, both)),
        "precision": picture(lambda axes: precision(axes, both)),
        "calibration": picture(lambda axes: calibration(axes, both)),
    }


def picture(draw: Callable[[Axes], None]) -> str:
    """
    Return what is drawn, as an SVG element.
    """
    with rc_context(_STYLE):
        figure = Figure(figsize=(5.4, 4), layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0)
        draw(axes)
        content = io.StringIO()
        figure.savefig(content, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    svg = _IDS.sub("", content.getvalue().partition("<svg")[2])
    for stand_in, colour in _COLOURS.items():
        svg = svg.replace(stand_in, colour)
    return f"<svg{svg}".replace(' width="388.8pt" height="288pt"', "", 1)


def scores(axes: Axes, scored: Scored, thresholds: Thresholds) -> None:
    """
    Draw how the scores of good comments and of spam spread, with both thresholds.
    """
    bins = np.linspace(-FARTHEST, FARTHEST, 49).tolist()
    for label, here, colour in (("good comments", ~scored.is_spam, HAM), ("spam", scored.is_spam, SPAM)):
        values = np.clip(scored.log_odds[here], -FARTHEST, FARTHEST)
        axes.hist(
            values, bins=bins, weights=np.full(len(values), 1 / len(values)), alpha=0.55, label=label, color=colour
        )
    for name, style in (("accept_below", "--"), ("reject_at", "-")):
        place = float(np.clip(logit(getattr(thresholds, name)), -FARTHEST, FARTHEST))
        axes.axvline(place, color=INK, linestyle=style, linewidth=1.2, label=name.replace("_", " "))
    ticks = [0.0001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.9999]
    axes.set_xticks(logit(ticks).tolist(), [f"{tick:g}" for tick in ticks])
    axes.set(xlabel="score", ylabel="share of the comments", yticks=[])
    axes.legend(loc="upper left", fontsize=11)


def roc(axes: Axes, views: Views) -> None:
    """
    Draw how much spam lies above the score that few good comments reach, false positives on a logarithmic axis.
    """
    for colour, (name, scored) in zip(_LINES, views.items(), strict=False):
        false, true = rates(scored)
        axes.plot(np.maximum(false, 1e-5), true, color=colour, label=name)
    for rate in FALSE_POSITIVE_RATES:
        axes.axvline(rate, color=INK, linewidth=0.5, linestyle=":")
    axes.set(xscale="log", xlim=(1e-4, 1), ylim=(0, 1.01), xlabel="share of good comments above a score")
    axes.set_xticks([0.0001, 0.001, 0.01, 0.1, 1], ["0.01 %", "0.1 %", "1 %", "10 %", "100 %"])
    axes.set(ylabel="share of spam above it")
    axes.legend(loc="lower right", fontsize=11)


def precision(axes: Axes, views: Views) -> None:
    """
    Draw how pure what lies above a score is, against how much of the spam it holds, at even odds.
    """
    for colour, (name, scored) in zip(_LINES, views.items(), strict=False):
        false, true = rates(scored)
        some = true > 0
        axes.plot(true[some], true[some] / (true[some] + false[some]), color=colour, label=name)
    axes.set(
        xlim=(0, 1.01), ylim=(0.5, 1.005), xlabel="share of spam above a score", ylabel="share of that which is spam"
    )
    axes.legend(loc="lower left", fontsize=11)


def calibration(axes: Axes, views: Views) -> None:
    """
    Draw how often a score is right, both labels weighing the same, as in `fitting.calibrate`.
    """
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.7, linestyle=":", label="as it should be")
    for colour, (name, scored) in zip(_LINES, views.items(), strict=False):
        is_spam = scored.is_spam
        share, mean = calibration_curve(is_spam, scored.score, n_bins=10, strategy="uniform")
        odds = is_spam.mean() / (1 - is_spam.mean())
        axes.plot(mean, share / (share + (1 - share) * odds), marker="o", markersize=4, color=colour, label=name)
    axes.set(xlim=(0, 1), ylim=(0, 1.01), xlabel="score", ylabel="share of spam")
    axes.legend(loc="upper left", fontsize=11)


def rates(scored: Scored) -> tuple[Values, Values]:
    """
    Return false and true positive rates at scores from the highest down, thinned to what a picture shows.
    """
    false, true, _ = roc_curve(scored.is_spam, scored.log_odds)
    wanted = np.r_[0, np.geomspace(1e-4, 1, FINEST), np.interp(np.linspace(0, 1, FINEST), true, false)]
    places = np.unique(np.searchsorted(false, wanted, side="right") - 1)
    return false[places], true[places]
