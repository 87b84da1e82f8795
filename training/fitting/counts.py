"""
Documents counted once, and for every fold the columns that counting its own rows would have given.

Counting takes minutes and a fit has a dozen folds. A column's place in a vocabulary depends on the rows that are
fitted and on nothing else: in how many of them it occurs (`min_df`) and how often (`max_features`). Both are read off
the one matrix for the rows of a fold, so a fold's vocabulary is the one that CountVectorizer would have found in those
rows alone; but of runs of characters, those stay that count for most, not those that are most frequent. Nothing of a
held-out row leaks into it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from service.core.features import Readings
from training import characters
from training.errors import BadData
from training.fitting.as_written import Values, Written, count_readings
from training.fitting.pipeline import BLOCKS, Vocabularies, counters
from training.params import Model
from training.progress import say

# The clues that say how many links a text has, how they are written, where they stand, and, of a homepage as well, that
# they lead to a shortener or a messenger.
OF_LINKS = re.compile(
    r"is:(?:one_link|two_links|many_links|words_a_link_\d|typed_address|bare_domain|disguised_link|html_link|bbcode"
    r"|starts_with_link|ends_with_link|link_on_a_line|little_but_links|short_link|messenger_link)"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """
    Counts over one vocabulary: rows dressed for fitting, the same without their clues, and rows as written; and where
    each block lies.
    """

    dressed: csr_matrix
    bare: csr_matrix
    written: Written
    names: NDArray[np.object_]
    blocks: dict[str, slice]

    def inside(self, block: str, columns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """
        Tell which of some columns are of a block.
        """
        place = self.blocks[block]
        return np.asarray((columns >= place.start) & (columns < place.stop))

    @property
    def vocabularies(self) -> Vocabularies:
        """
        Return the entries of each block in the order of their columns.
        """
        return self.entries(np.arange(len(self.names)))

    def heaviest_parts(
        self, weights: Values, rows: NDArray[np.int64], model: Model
    ) -> tuple[csr_matrix, NDArray[np.int64]]:
        """
        Return the counts of the passages and paragraphs that count instead of a text, one of a row at most, without the
        clues of links, and of which row each is.
        """
        lines = self.written.outweighing(weights, rows)
        counted = self.written.counts[lines]
        of_links = np.flatnonzero([bool(OF_LINKS.fullmatch(name)) for name in self.names])
        # What each of these clues counts by itself: the characters of its name as well.
        of_each = _count(self.vocabularies, self.names[of_links].tolist(), model)
        return csr_matrix(counted - counted[:, of_links] @ of_each), self.written.row[lines]

    def entries(self, columns: NDArray[np.int64]) -> dict[str, list[str]]:
        """
        Return the entries that some columns count, by block.
        """
        return {block: self.names[columns[self.inside(block, columns)]].tolist() for block in self.blocks}


def count(dressed: Sequence[str], written: Sequence[Readings], is_fitted: NDArray[np.bool_], model: Model) -> Counts:
    """
    Return the counts of all documents, `written` being the readings of each row; the vocabulary is found in the dressed
    documents of fitted rows.
    """
    counted = dict(counters(model).transformer_list)
    fitted = [document for document, is_used in zip(dressed, is_fitted, strict=True) if is_used]
    say(f"Counting words and characters of {len(fitted):,} comments")
    try:
        vocabularies: dict[str, Sequence[str]] = {
            block: counted[block].fit(fitted).get_feature_names_out().tolist()
            for block in BLOCKS
            if block != "characters"
        }
    except ValueError:  # scikit-learn's word for it is that no terms remain
        raise no_words(model) from None
    vocabularies["characters"] = characters.vocabulary(counted["characters"], fitted)
    if not vocabularies["characters"]:
        raise no_words(model)
    in_fit, bare = (
        _count(vocabularies, documents, model) for documents in (dressed, [words_of(each) for each in dressed])
    )
    as_written = count_readings(written, lambda documents: _count(vocabularies, documents, model), model.pooling)
    return Counts(in_fit, bare, as_written, *layout(vocabularies))


def layout(vocabularies: Vocabularies) -> tuple[NDArray[np.object_], dict[str, slice]]:
    """
    Return the entries of all blocks in the order of their columns, and where each block lies.
    """
    names: list[str] = []
    blocks: dict[str, slice] = {}
    for block in BLOCKS:
        blocks[block] = slice(len(names), len(names) + len(vocabularies[block]))
        names.extend(vocabularies[block])
    return np.array(names, dtype=object), blocks


def no_words(model: Model) -> BadData:
    """
    Return what is said of rows of which no word can be learned.
    """
    return BadData(f"no word is in {model.min_df_words} of so few rows; give some hundred of each label")


def words_of(document: str) -> str:
    """
    Return a document without its clues.

    >>> words_of("cheap loans is:spaced_out name:best")
    'cheap loans'
    """
    return " ".join(token for token in document.split() if ":" not in token)


def columns(counts: Counts, rows: NDArray[np.int64], model: Model) -> NDArray[np.int64]:
    """
    Return the columns that the vocabulary of these rows alone would have.
    """
    used = counts.dressed[rows]
    times = np.asarray(used.sum(axis=0)).ravel()
    rows_with = np.bincount(used.indices, minlength=used.shape[1])
    bounds = {
        "words": (model.min_df_words, model.max_words),
        "clues": (model.min_df_clues, used.shape[1]),
        "characters": (model.min_df_characters, model.max_characters),
    }
    chosen: list[NDArray[np.int64]] = []
    for block, (fewest, most) in bounds.items():
        place = np.arange(counts.blocks[block].start, counts.blocks[block].stop)
        place = place[rows_with[place] >= fewest]
        chosen.append(np.sort(place[np.argsort(-times[place], kind="stable")[:most]]))
    return np.concatenate(chosen)


def count_written(counts: Counts, written: Sequence[Readings], model: Model) -> Written:
    """
    Return the counts of other rows, given by their readings, over the same vocabulary.
    """
    return count_readings(written, lambda documents: _count(counts.vocabularies, documents, model), model.pooling)


def _count(vocabularies: Vocabularies, documents: Sequence[str], model: Model) -> csr_matrix:
    counted = dict(counters(model, vocabularies).transformer_list)
    return csr_matrix(hstack([counted[block].transform(documents) for block in BLOCKS]), dtype=np.float32)
