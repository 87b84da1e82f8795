"""
How much the rows of a source, label and language count, from their sums alone; as `fitting.weights` does in memory.
"""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from training.params import Languages, Params
from training.partial.buckets import Part, Stock

Factors = Mapping[Part, float]


def factors_of(stock: Stock, params: Params) -> Factors:
    """
    Return by how much the weight of each row is multiplied: no language says anything by itself, a source and label
    counts for the root of what its rows weigh, and the mean weight is 1; then times the source's emphasis.
    """
    factors = _by_language(stock, params.languages)
    totals: defaultdict[tuple[str, str], float] = defaultdict(float)
    for part, weight in stock.weights.items():
        totals[part[:2]] += weight * factors[part]
    balanced = {part: factors[part] * totals[part[:2]] ** -0.5 for part in factors}
    mean = sum(stock.weights[part] * factor for part, factor in balanced.items()) / stock.fitted
    return {part: factor / mean * params.source(part[0]).emphasis for part, factor in balanced.items()}


def _by_language(stock: Stock, languages: Languages) -> dict[Part, float]:
    rows: defaultdict[tuple[str, str], int] = defaultdict(int)
    weights: defaultdict[tuple[str, str], float] = defaultdict(float)
    for (_, label, language), count in stock.counts.items():
        rows[label, language] += count
    for (_, label, language), weight in stock.weights.items():
        weights[label, language] += weight
    spam, ham = (sum(weight for (of, _), weight in weights.items() if of == label) for label in ("spam", "ham"))
    found = {}
    for part in stock.counts:
        language = part[2]
        more = float(np.clip((languages.enough_ham / max(rows["ham", language], 1)) ** 0.5, 1.0, languages.most))
        fair = spam / max(ham, 1e-9) * weights["ham", language] * more / max(weights["spam", language], 1e-9)
        found[part] = more if part[1] == "ham" else float(np.clip(fair, languages.least, 1.0))
    return found
