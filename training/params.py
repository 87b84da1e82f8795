"""
The parameters of a fit, read strictly from TOML: a name that is not known stops the fit.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from math import inf
from pathlib import Path
from typing import Any, TypeVar, get_origin

from service.scorer import Pooling
from training.errors import BadParams

SHIPPED = Path(__file__).with_name("params.toml")
MOST_FOLDS = 63
ROLES = ("all", "report", "fit", "evaluate")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Model:
    """
    The shape of the pipeline, see `fitting/pipeline.py`.
    """

    C: float
    min_df_words: int
    min_df_clues: int
    min_df_characters: int
    max_words: int
    max_characters: int
    ngrams: tuple[int, int]
    character_scale: float
    full_words: float
    passage_margin: float
    paragraph_margin: float
    author_share: float
    links_margin: float
    most_of_words: float
    most_of_characters: float
    least_of_homepages: float
    per_doubling: float
    heaviest_part: float
    entries: int

    @property
    def pooling(self) -> Pooling:
        """
        Return how the parts of a comment make one score, before calibration.
        """
        return Pooling(self.passage_margin, self.paragraph_margin, self.author_share, self.links_margin)

    def most_of(self, block: str) -> float:
        """
        Return the most that an entry of a block may add or take, in log-odds before calibration.
        """
        return {"words": self.most_of_words, "characters": self.most_of_characters}.get(block, inf)


@dataclass(frozen=True, slots=True)
class Duplicates:
    """
    When texts are copies of each other, and how many copies count.
    """

    similarity: float
    keep: int
    rows_a_group: int


@dataclass(frozen=True, slots=True)
class Augment:
    """
    Shares of rows whose fields are taken away or lent, see `data/augment.py`.
    """

    drop_name: float
    drop_url: float
    lend_url: float


@dataclass(frozen=True, slots=True)
class Languages:
    """
    How far rows of a language are weighted, so that no language is a clue; see `fitting/weights.py`.
    """

    enough_ham: int
    most: float
    least: float


@dataclass(frozen=True, slots=True)
class Folds:
    """
    In how many folds groups are held out.
    """

    groups: int


@dataclass(frozen=True, slots=True)
class Rates:
    """
    The errors that thresholds must keep to, and with which confidence.
    """

    confidence: float
    ham_rejected: float
    spam_accepted: float
    ham_held: float
    discard_margin: float


@dataclass(frozen=True, slots=True)
class Source:
    """
    What a source is good for, and how much of it is used.
    """

    role: str
    cap_ham: int
    cap_spam: int
    trackbacks: int
    weight: float
    fold: str
    reason: str
    emphasis: float = 1.0


@dataclass(frozen=True, slots=True)
class Partial:
    """
    How a stream is learned from, see `partial/`.
    """

    bucket_rows: int
    most_counted: int
    steps: int
    alpha: float
    most_folds: int


@dataclass(frozen=True, slots=True)
class Adaptation:
    """
    What one site's labels may teach, see `fitting/adaptation.py`. `fewest` labels of each kind are needed.
    """

    C: float
    min_df: int
    fewest: int
    entries: int
    most_taken_off: float
    most_added: float


@dataclass(frozen=True, slots=True)
class Params:
    """
    Everything that decides a fit, besides the data.
    """

    seed: int
    model: Model
    duplicates: Duplicates
    augment: Augment
    languages: Languages
    rates: Rates
    group_folds: int
    partial: Partial
    adaptation: Adaptation
    sources: dict[str, Source]

    def source(self, name: str) -> Source:
        """
        Return what is said of a source, of those whose names begin as its name does (`store` for `store:news`), or of
        sources in general.
        """
        family = self.sources.get(name.partition(":")[0], self.sources["default"])
        return self.sources.get(name, family)


def read_params(path: Path = SHIPPED) -> Params:
    """
    Return the parameters of a file.

    Raises:
        BadParams: the file is no TOML, or a name in it is missing, unknown or of a wrong kind or value.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        default = given["sources"]["default"]
        parts = {
            **given,
            "model": _build(Model, {**given["model"], "ngrams": _sizes(given["model"]["ngrams"])}),
            "duplicates": _build(Duplicates, given["duplicates"]),
            "augment": _build(Augment, given["augment"]),
            "languages": _build(Languages, given["languages"]),
            "rates": _build(Rates, given["thresholds"]),
            "group_folds": _build(Folds, given["folds"]).groups,
            "partial": _build(Partial, given["partial"]),
            "adaptation": _build(Adaptation, given["adaptation"]),
            "sources": {name: _build(Source, {**default, **said}) for name, said in given["sources"].items()},
        }
        del parts["thresholds"], parts["folds"]
        params = _build(Params, parts)
    except KeyError as error:
        raise BadParams(f"{path}: {error} is missing") from error
    except (OSError, ValueError, TypeError) as error:
        raise BadParams(f"{path}: {error}") from error
    _check(path, params)
    return params


def _check(path: Path, params: Params) -> None:
    model, duplicates, languages, partial = params.model, params.duplicates, params.languages, params.partial
    adaptation = params.adaptation
    from_0 = {"full_words": model.full_words, "enough_ham": languages.enough_ham}
    above_0 = [
        (field.name, getattr(part, field.name))
        for part in (model, duplicates, languages, adaptation, partial)
        for field in fields(part)
        if field.type is int and field.name not in from_0
    ]
    above_0 += [("C of [model]", model.C), ("C of [adaptation]", adaptation.C)]
    above_0 += [("most", languages.most), ("alpha", partial.alpha)]
    of_parts = ("passage_margin", "paragraph_margin", "links_margin", "heaviest_part")
    from_0 |= {name: getattr(model, name) for name in of_parts}
    from_0 |= {name: getattr(adaptation, name) for name in ("most_taken_off", "most_added")}
    for name, value in above_0:
        if not 0 < value < inf:
            raise BadParams(f"{path}: {name} is no number above 0")
    for name, value in from_0.items():
        if not value >= 0:
            raise BadParams(f"{path}: {name} is no number from 0 on")
    if not 0 <= model.author_share <= 1:
        raise BadParams(f"{path}: author_share is no share, such as 0.8")
    if not 0 <= duplicates.similarity <= 1:
        raise BadParams(f"{path}: similarity is no share, such as 0.7")
    if params.group_folds < 2:
        raise BadParams(f"{path}: groups is no number above 1")
    # Of each row a number of 64 bits says by which folds it is held out.
    if (folds := partial.most_folds + params.group_folds) > MOST_FOLDS:
        raise BadParams(f"{path}: most_folds and groups are {folds}, of which {MOST_FOLDS} can be told apart")
    if not 0 < params.rates.confidence < 1:
        raise BadParams(f"{path}: confidence is no share, such as 0.95")
    for name, source in params.sources.items():
        if source.role not in ROLES:
            raise BadParams(f"{path}: the role of {name} is none of {', '.join(ROLES)}")
        if not 0 < source.weight < inf:
            raise BadParams(f"{path}: the weight of {name} is no number above 0; 'evaluate' keeps it out of fits")
        if not 0 < source.emphasis < inf:
            raise BadParams(f"{path}: the emphasis of {name} is no number above 0")


def _sizes(given: object) -> tuple[int, int]:
    match given:
        case [int(least), int(most)] if 1 <= least <= most:
            return least, most
    raise BadParams(f"ngrams are {given}, and no two sizes from 1 on, the smaller first, such as [2, 5]")


def _build(kind: type[T], given: Mapping[str, Any]) -> T:
    known = {field.name: field.type for field in fields(kind)}  # type: ignore[arg-type]
    for name, value in given.items():
        wanted = known.get(name, type(value))
        # A whole number will do for any; where one is needed, 1e5 would end the fit after most of it.
        if type(value) not in ((float, int) if wanted is float else (get_origin(wanted) or wanted,)):
            raise BadParams(f"{name} is {value!r}, which is not {wanted}")
    needed = (field.name for field in fields(kind) if field.default is MISSING)  # type: ignore[arg-type]
    if given.keys() <= known.keys() and (missing := [name for name in needed if name not in given]):
        raise BadParams(f"{' and '.join(missing)} not given; training/{SHIPPED.name} has what there is to give")
    return kind(**given)
