"""
Bars and lines as the page draws them: numbers in, places in a picture out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 600.0, 160.0
GAP = 0.2
_TICKS = 4
_ROUND = (4, 8, 12, 16, 20, 24, 32, 40)


@dataclass(frozen=True, slots=True)
class Series:
    """
    Numbers of one kind, by the places of the labels; `kind` is its class in the style sheet.
    """

    name: str
    kind: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Bar:
    """
    A rectangle, and what it says when it is pointed at.
    """

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """
    A line through the picture with its name: upright at `at`, else level.
    """

    at: float
    name: str


@dataclass(frozen=True, slots=True)
class Chart:
    """
    A picture of stacked bars, and the same numbers as rows of a table: a label and a number of each series.
    """

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    bars: Sequence[Bar]
    ticks: Sequence[Mark]
    marks: Sequence[Mark] = field(default=())

    @property
    def rows(self) -> list[tuple[str, list[float]]]:
        """
        The numbers by label.
        """
        return [(label, [series.values[place] for series in self.series]) for place, label in enumerate(self.labels)]


def stacked(
    title: str, labels: Sequence[str], series: Sequence[Series], marks: Sequence[tuple[float, str]] = ()
) -> Chart:
    """
    Return a chart of stacked bars. `marks` are drawn upright, each at a share of the width.

    >>> chart = stacked("Days", ["Mo", "Tu"], [Series("held", "hold", [1, 4])])
    >>> [(bar.x, bar.height) for bar in chart.bars], [tick.name for tick in chart.ticks]
    ([(30.0, 40.0), (330.0, 160.0)], ['0', '1', '2', '3', '4'])
    """
    highest = _round_up(max((sum(values) for values in zip(*(each.values for each in series), strict=True)), default=0))
    step = WIDTH / max(len(labels), 1)
    bars = []
    for place, label in enumerate(labels):
        below = 0.0
        for each in series:
            value = each.values[place]
            height = value / highest * HEIGHT
            below += height
            x = round(place * step + step * GAP / 2, 2)
            told = f"{label}: {value:g} {each.name}"
            if value:
                bars.append(
                    Bar(x, round(HEIGHT - below, 2), round(step * (1 - GAP), 2), round(height, 2), each.kind, told)
                )
    ticks = [Mark(HEIGHT - HEIGHT * tick / _TICKS, f"{highest * tick / _TICKS:g}") for tick in range(_TICKS + 1)]
    return Chart(title, labels, series, bars, ticks, [Mark(round(share * WIDTH, 2), name) for share, name in marks])


def _round_up(value: float) -> float:
    """
    Return a round number, no less, that four ticks divide into round ones.
    """
    power = 1.0
    while value > _ROUND[-1] * power:
        power *= 10
    return next(each * power for each in _ROUND if each * power >= value)
