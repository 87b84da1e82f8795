"""
The parameters of a fit, read strictly from TOML: a name that is not known stops the fit, and so does what none can use.
"""

import tomllib
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError

from service.model.scorer import Pooling
from training.errors import BadParams

SHIPPED = Path(__file__).with_name("params.toml")
MOST_FOLDS = 63

Whole = Annotated[int, Field(strict=True)]
Count = Annotated[Whole, Field(gt=0)]
CountFrom0 = Annotated[Whole, Field(ge=0)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Above0 = Annotated[Number, Field(gt=0)]
From0 = Annotated[Number, Field(ge=0)]
Share = Annotated[Number, Field(ge=0, le=1)]


def _in_order(sizes: tuple[int, int]) -> tuple[int, int]:
    if sizes[0] > sizes[1]:
        raise ValueError("the smaller comes first")
    return sizes


class _Strict:
    __slots__ = ()
    __pydantic_config__ = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Model(_Strict):
    """
    The shape of the pipeline, see `fitting/pipeline.py`.
    """

    C: Above0
    min_df_words: Count
    min_df_clues: Count
    min_df_characters: Count
    max_words: Count
    max_characters: Count
    ngrams: Annotated[tuple[Count, Count], AfterValidator(_in_order)]
    character_scale: Above0
    full_words: From0
    passage_margin: From0
    paragraph_margin: From0
    author_share: Share
    links_margin: From0
    most_of_words: From0
    most_of_characters: From0
    least_of_homepages: Number
    per_doubling: Number
    heaviest_part: From0
    entries: Count

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
class Duplicates(_Strict):
    """
    When texts are copies of each other, and how many copies count.
    """

    similarity: Share
    keep: Count
    rows_a_group: Count


@dataclass(frozen=True, slots=True)
class Augment(_Strict):
    """
    Shares of rows whose fields are taken away or lent, see `data/augment.py`.
    """

    drop_name: Share
    drop_url: Share
    lend_url: Share


@dataclass(frozen=True, slots=True)
class Languages(_Strict):
    """
    How far rows of a language are weighted, so that no language is a clue; see `fitting/weights.py`.
    """

    enough_ham: CountFrom0
    most: Above0
    least: Share


@dataclass(frozen=True, slots=True)
class Rates(_Strict):
    """
    The errors that thresholds must keep to, and with which confidence.
    """

    confidence: Annotated[Number, Field(gt=0, lt=1)]
    ham_rejected: Share
    spam_accepted: Share
    ham_held: Share
    discard_margin: Number


@dataclass(frozen=True, slots=True)
class Folds(_Strict):
    """
    In how many folds groups are held out.
    """

    groups: Annotated[Whole, Field(gt=1)]


@dataclass(frozen=True, slots=True)
class Source(_Strict):
    """
    What a source is good for, and how much of it is used.
    """

    role: Literal["all", "report", "fit", "evaluate"]
    cap_ham: CountFrom0
    cap_spam: CountFrom0
    trackbacks: CountFrom0
    weight: Above0
    fold: str
    reason: str
    emphasis: Above0 = 1.0


@dataclass(frozen=True, slots=True)
class Partial(_Strict):
    """
    How a stream is learned from, see `partial/`.
    """

    bucket_rows: Count
    most_counted: Count
    steps: Count
    alpha: Above0
    most_folds: Count


@dataclass(frozen=True, slots=True)
class Adaptation(_Strict):
    """
    What one site's labels may teach, see `fitting/adaptation.py`. `fewest` labels of each kind are needed.
    """

    C: Above0
    min_df: Count
    fewest: Count
    entries: Count
    most_taken_off: From0
    most_added: From0


@dataclass(frozen=True, slots=True)
class Params(_Strict):
    """
    Everything that decides a fit, besides the data.
    """

    seed: Annotated[CountFrom0, Field(lt=2**32)]  # which is what NumPy takes
    model: Model
    duplicates: Duplicates
    augment: Augment
    languages: Languages
    rates: Annotated[Rates, Field(alias="thresholds")]
    folds: Folds
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


_PARAMS: TypeAdapter[Params] = TypeAdapter(Params)


def read_params(path: Path = SHIPPED) -> Params:
    """
    Return the parameters of a file. What a source leaves out is as `[sources.default]` has it.

    Raises:
        BadParams: the file is no TOML, or a name in it is missing, unknown or of a wrong kind or value.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        default = given["sources"]["default"]
        sources = {name: {**default, **said} for name, said in given["sources"].items()}
        params = _PARAMS.validate_python({**given, "sources": sources})
    except ValidationError as error:
        raise BadParams(f"{path}: {_what_is_wrong(error)}") from None
    except KeyError as error:
        raise BadParams(f"{path}: {error} is missing") from error
    except (OSError, ValueError, TypeError) as error:
        raise BadParams(f"{path}: {error}") from error
    # Of each row a number of 64 bits says by which folds it is held out.
    if (folds := params.partial.most_folds + params.folds.groups) > MOST_FOLDS:
        raise BadParams(f"{path}: most_folds and groups are {folds}, of which {MOST_FOLDS} can be told apart")
    return params


def _what_is_wrong(error: ValidationError) -> str:
    # A name that is missing is most often one of the others, misspelt: which that is helps sooner.
    first = min(error.errors(include_url=False), key=lambda each: each["type"] == "missing")
    name = ".".join(map(str, first["loc"]))
    if first["type"] == "missing":
        return f"{name} is not given; training/{SHIPPED.name} has what there is to give"
    if first["type"] == "unexpected_keyword_argument":
        return f"{name} is not known; training/{SHIPPED.name} has what there is to give"
    return f"{name} = {first['input']!r}: {first['msg']}"
