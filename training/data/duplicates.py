"""
Near-copies among all rows: found by MinHash, joined into clusters, thinned to a few rows each.

A spam run posts one text ten thousand times. Copies on both sides of a split make every figure a lie, and a model that
counts each of them learns one campaign instead of spam.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rensa import RMinHash, RMinHashLSH
from scipy.cluster.hierarchy import DisjointSet

from training.data.rows import Row
from training.progress import track

PERMUTATIONS, BANDS = 64, 16
# A text this short ("Thank you!") is said by readers and spammers alike: who says it with what link decides.
SHORTEST_CONFLICT = 8


@dataclass(frozen=True, slots=True)
class Thinned:
    """
    The positions of the rows that stay, the cluster of every row, and what was taken away and why.
    """

    kept: list[int]
    clusters: list[int]
    copies: int
    conflicts: int


def shingles(document: str) -> list[str]:
    """
    Return the folded words of a document and its pairs of neighbours, by which texts are compared; clues left out.

    >>> shingles("cheap pills online url:pills.example")
    ['cheap', 'pills', 'online', 'cheap pills', 'pills online']
    """
    words = [token for token in document.split() if ":" not in token]
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]


def cluster(documents: Sequence[str], similarity: float) -> list[int]:
    """
    Return for each document the position of the first one of its cluster of near-copies.

    Candidates share a band of their MinHash; they are joined if the Jaccard similarity that their digests estimate
    reaches `similarity`. A document without words (a bare link) is a copy only of the same document.
    """
    found = DisjointSet(range(len(documents)))
    first: dict[tuple[str, ...], int] = {}
    distinct: list[int] = []
    digests: list[RMinHash] = []
    for position, document in enumerate(track(documents, "Comparing texts")):
        tokens = shingles(document) or document.split()
        earlier = first.setdefault(tuple(tokens), position)
        if earlier != position:
            found.merge(earlier, position)
            continue
        digest = RMinHash(num_perm=PERMUTATIONS, seed=1)
        digest.update(tokens)
        distinct.append(position)
        digests.append(digest)
    index = RMinHashLSH(threshold=similarity, num_perm=PERMUTATIONS, num_bands=BANDS)
    index.insert_many(digests)
    for own, digest in enumerate(track(digests, "Joining near-copies")):
        for other in index.query(digest):
            one, two = distinct[own], distinct[other]
            if other < own and not found.connected(one, two) and digest.jaccard(digests[other]) >= similarity:
                found.merge(one, two)
    return lowest(found)


def lowest(sets: DisjointSet) -> list[int]:
    """
    Return for each member of joined sets of positions, in order, the lowest of its set.
    """
    found: dict[int, int] = {}
    for joined in sets.subsets():
        found |= dict.fromkeys(joined, min(joined))
    return [found[member] for member in range(len(found))]


def thin(rows: Sequence[Row], documents: Sequence[str], similarity: float, keep: int) -> Thinned:
    """
    Return which rows stay: at most `keep` of each label in a cluster, the first of each source before the second.

    A cluster of a longer text with both labels keeps the label that four in five of its rows have, or, if there is no
    such majority, none: one of the labels is wrong and nobody can tell which. Where the site's own moderators labelled
    some of them, only these are asked, however short the text is, and they stay first. Copies in a second group of a
    source go: kept, they would join both groups, and a promotion posted under three videos makes one group of all of
    them.
    """
    clusters = cluster(documents, similarity)
    members: dict[int, list[int]] = defaultdict(list)
    for position, first in enumerate(clusters):
        members[first].append(position)
    kept: list[int] = []
    conflicts = 0
    for positions in members.values():
        agreed = _agreed(positions, rows, documents)
        conflicts += len(positions) - len(agreed)
        agreed = _of_one_group(agreed, rows)
        for label in ("ham", "spam"):
            kept.extend(_spread([p for p in agreed if rows[p].label == label], rows)[:keep])
    return Thinned(sorted(kept), clusters, len(rows) - len(kept) - conflicts, conflicts)


def _agreed(positions: list[int], rows: Sequence[Row], documents: Sequence[str]) -> list[int]:
    if len({rows[position].label for position in positions}) < 2:
        return positions
    own = [position for position in positions if rows[position].is_own]
    if not own and len(shingles(documents[positions[0]])) < 2 * SHORTEST_CONFLICT:
        return positions
    heard = own or positions
    label, count = Counter(rows[position].label for position in heard).most_common(1)[0]
    return [p for p in positions if rows[p].label == label] if count >= 0.8 * len(heard) else []


def _of_one_group(positions: list[int], rows: Sequence[Row]) -> list[int]:
    group = next((rows[position].group for position in positions if rows[position].group), "")
    return [position for position in positions if rows[position].group in ("", group)]


def _spread(positions: list[int], rows: Sequence[Row]) -> list[int]:
    seen: Counter[str] = Counter()
    turn: dict[int, int] = {}
    for position in positions:
        turn[position] = seen[rows[position].source]
        seen[rows[position].source] += 1
    return sorted(positions, key=lambda position: (not rows[position].is_own, turn[position], position))
