"""
Bars and lines as the page draws them: numbers in, places in a picture out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
    A picture of bars, and the same numbers as rows of a table: a label and a number of each series.
    """

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    bars: Sequence[Bar]
    ticks: Sequence[Mark]
    marks: Sequence[Mark] = ()

    @property
    def rows(self) -> list[tuple[str, list[float]]]:
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
            height = each.values[place] / highest * HEIGHT
            below += height
            bars.append(_bar(place * step + step * GAP / 2, below, step * (1 - GAP), height, each, place, label))
    upright = [Mark(round(share * WIDTH, 2), name) for share, name in marks]
    return Chart(title, labels, series, [bar for bar in bars if bar.height], _ticks(highest), upright)


def grouped(title: str, labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """
    Return a chart whose bars stand beside each other, to be compared.

    >>> [(bar.x, bar.width) for bar in grouped("", ["a"], [Series("now", "a", [1]), Series("then", "b", [2])]).bars]
    [(60.0, 240.0), (300.0, 240.0)]
    """
    highest = _round_up(max((value for each in series for value in each.values), default=0))
    step = WIDTH / max(len(labels), 1)
    width = step * (1 - GAP) / len(series)
    bars = [
        _bar(place * step + step * GAP / 2 + turn * width, height, width, height, each, place, label)
        for place, label in enumerate(labels)
        for turn, each in enumerate(series)
        if (height := each.values[place] / highest * HEIGHT)
    ]
    return Chart(title, labels, series, bars, _ticks(highest))


def _bar(x: float, top: float, width: float, height: float, series: Series, place: int, label: str) -> Bar:
    told = f"{label}: {series.values[place]:g} {series.name}"
    return Bar(round(x, 2), round(HEIGHT - top, 2), round(width, 2), round(height, 2), series.kind, told)


def _ticks(highest: float) -> list[Mark]:
    return [Mark(HEIGHT - HEIGHT * tick / _TICKS, f"{highest * tick / _TICKS:g}") for tick in range(_TICKS + 1)]


def _round_up(value: float) -> float:
    """
    Return a round number, no less, that four ticks divide into round ones.
    """
    power = 1.0
    while value > _ROUND[-1] * power:
        power *= 10
    return next(each * power for each in _ROUND if each * power >= value)
