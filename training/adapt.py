"""
From labels of some sites to a model that is adapted to these sites; read it from top to bottom.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.core.features import document, extract
from service.model.scorer import Scorer
from service.model.token_weights import TokenWeights
from training.data.corpus import Corpus
from training.data.duplicates import thin
from training.data.rows import Row
from training.data.seen import Seen
from training.data.split import fewest, groups_of
from training.errors import BadData, BadModel
from training.evaluation import site_gain
from training.evaluation.figures import Figures
from training.fitting.adaptation import Texts, Values, learn
from training.fitting.compile import prove_adapted, with_adaptations
from training.params import Params
from training.progress import say
from training.promotion import registry
from training.promotion.promote import verify
from training.report.card import Origin, digests

# Standard errors: of twenty sites whose labels teach nothing, one is adapted all the same.
BEYOND_CHANCE = 1.645


@dataclass(frozen=True, slots=True)
class Site:
    """
    Labelled rows of a site that the model has not seen, thinned, with the groups that are held out together, and the
    log-odds that the model gives them, as it is and adapted to the rows of other groups.
    """

    rows: Sequence[Row]
    groups: NDArray[np.int64]
    before: Values
    after: Values

    @property
    def has_gained(self) -> bool:
        """
        Whether being adapted makes labels of held-out rows likelier, beyond chance, both kinds weighing the same.
        """
        is_spam = np.array([row.is_spam for row in self.rows], dtype=bool)
        sign = np.where(is_spam, 1.0, -1.0)
        before, after = (np.logaddexp(0, -sign * log_odds) for log_odds in (self.before, self.after))
        gains = [(before - after)[label] for label in (is_spam, ~is_spam)]
        error = np.sqrt(sum(gain.var(ddof=1) / len(gain) for gain in gains))
        return bool(sum(gain.mean() for gain in gains) > BEYOND_CHANCE * error)


def adapt(
    corpus: Corpus, params: Params, models: Path, base: str, version: str, origin: Origin
) -> dict[str, dict[str, Figures]]:
    """
    Write a new version of a model, adapted to the sites of the rows, and return for each of these the figures of its
    rows, before and after, every row judged by what rows of other groups taught.

    The site of a row is its source. One with too few labels is left as it was; one whose labels do not help is adapted
    no more.

    Raises:
        BadData: no site could be adapted.
        BadModel: the model cannot be read, or its new version does not do what was learned.
    """
    folder = models / base
    card, scorer = registry.read_card(folder), verify(folder)
    params = _counting_as(scorer.tokens, params)
    judged = {
        name: site
        for name, rows in sorted(_by_site(corpus.rows, _seen(card, base)).items())
        if (site := _judged(name, rows, scorer, params))
    }
    sites = {name: site for name, site in judged.items() if site.has_gained}
    unhelped = judged.keys() - sites
    for name in sorted(unhelped):
        say(f"{name} is not adapted: its labels do not make each other likelier than the model does, beyond chance")
    if not sites and not unhelped & scorer.adaptations.keys():
        raise BadData(f"no site could be adapted; {base} stays as it is")
    taught = {name: learn(Texts.of(site.rows), site.before, params) for name, site in sites.items()}
    thresholds = (scorer.thresholds.accept_below, scorer.thresholds.reject_at)
    found = {
        name: site_gain.gain(site.rows, site.groups, site.before, site.after, thresholds, params)
        for name, site in sites.items()
    }
    earlier = card.get("adapted", {}).get("sites", {})
    kept = {name: figures for name, figures in earlier.items() if name not in unhelped}
    facts = {
        **card,
        "version": version,
        "created": origin.created.isoformat(timespec="seconds"),
        "commit": origin.commit,
        "command": origin.command,
        "fitted": card.get("fitted", card["created"]),
        "files_read": digests(corpus.files, card.get("files_read")),
        "adapted": {"from": base, "params": asdict(params.adaptation), "sites": kept | found},
    }
    compiled = with_adaptations((folder / registry.SCORER).read_bytes(), taught, without=unhelped)
    with registry.new_version(models, version) as part:
        registry.write_again(folder, part, compiled, facts)
        for name, site in sites.items():
            prove_adapted(part, name, taught[name], site.rows)
    return found


def _counting_as(tokens: TokenWeights, params: Params) -> Params:
    """
    Return parameters by which a text is cut and counted as the model does, whose tables hold what a site taught.
    """
    return replace(params, model=replace(params.model, ngrams=tokens.ngrams, full_words=tokens.full_words))


def _seen(card: Mapping[str, Any], base: str) -> Seen:
    try:
        return Seen.of(card)
    except (KeyError, TypeError) as error:
        raise BadModel(f"{base}: its card says too little to adapt it ({error!r})") from error


def _by_site(rows: Sequence[Row], seen: Seen) -> dict[str, list[Row]]:
    sites: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if not seen.may_hold(row):
            sites[row.site].append(row)
    if left_out := len(rows) - sum(map(len, sites.values())):
        say(f"{left_out:,} rows left out, on which the model may have been fitted")
    return sites


def _judged(name: str, rows: Sequence[Row], scorer: Scorer, params: Params) -> Site | None:
    """
    Return a site with its rows judged, or None, having said why, if they are too few to judge by.
    """
    documents = [document(row.as_comment()) for row in rows]
    thinned = thin(rows, documents, params.duplicates.similarity, params.duplicates.keep)
    used = [rows[position] for position in thinned.kept]
    is_spam = np.array([row.is_spam for row in used], dtype=bool)
    counted = f"{(~is_spam).sum():,} good comments and {is_spam.sum():,} spam"
    if fewest(is_spam) < params.adaptation.fewest:
        say(f"{name} is left as it is: {counted}, of which {params.adaptation.fewest} each are needed")
        return None
    groups = groups_of(used, [thinned.clusters[position] for position in thinned.kept])
    before = np.array([scorer.explain(extract(row.as_comment())).log_odds for row in used])
    try:
        return Site(used, groups, before, site_gain.held_out(used, groups, before, params))
    except BadData as error:
        say(f"{name} is left as it is: {error}")
        return None
