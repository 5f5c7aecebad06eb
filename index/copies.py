"""Copies: articles that say the same in the same words, whatever stands around it.

Runs of five words ("shingles") of the paragraphs that are evidence are compared, so menus
and captions do not count. MinHash signatures and locality-sensitive hashing find the pairs
worth comparing; the shingles themselves decide.

Source: Broder, "On the resemblance and containment of documents", 1997; library: datasketch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from index.models import Article
from index.tokens import tokenize

COPY = 0.7
"""The share of the shorter article's shingles that a copy has in common with it, at least."""

_SHINGLE = 5  # words
_MIN_WORDS = 30  # fewer are no article: a notice, or a paragraph that any page may hold
_MAX_RATIO = 3  # a digest holds many short articles, and is no copy of any
_PERMUTATIONS = 128
# 64 bands of 2 rows: pairs with a resemblance of 0.2, the least that a copy can have at this
# ratio of lengths, are looked at with a probability of 0.93, those with 0.3 with one of 0.998.
_BANDS, _ROWS = 64, 2
_SCHEME = "affine32"  # how the library hashes; named, as signatures are kept
_BYTES = "<u4"

Shingles = frozenset[str]


def shingles(article: Article) -> Shingles:
    """The runs of five words of an article's evidence; empty for one too short to be compared."""
    words = [
        token
        for paragraph in article.paragraphs
        if paragraph.kind.is_evidence
        for token in tokenize(article.text[paragraph.start : paragraph.end])
    ]
    if len(words) < _MIN_WORDS:
        return frozenset()
    return frozenset(" ".join(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1))


def signature(shingles: Shingles) -> bytes:
    """The MinHash signature of an article's shingles; empty if there are none."""
    if not shingles:
        return b""
    # A second, with scipy behind it: only where there is work.
    from datasketch import MinHash  # type: ignore[import-untyped]

    made = MinHash(num_perm=_PERMUTATIONS, scheme=_SCHEME)
    made.update_batch([shingle.encode("utf-8", "surrogatepass") for shingle in shingles])
    return bytes(made.hashvalues.astype(_BYTES).tobytes())


def similar_pairs(
    signatures: Mapping[str, bytes], fresh: Collection[str]
) -> Iterator[tuple[str, str]]:
    """The pairs of files worth comparing, of which at least one is fresh; some come twice.

    Whether a pair is among them depends on its own two signatures alone.
    """
    signed = {file: made for file, made in signatures.items() if made}
    if len(signed) < 2 or not any(file in signed for file in fresh):
        return
    import numpy as np
    from datasketch import LeanMinHash, MinHashLSH

    table = MinHashLSH(num_perm=_PERMUTATIONS, params=(_BANDS, _ROWS))
    hashes = {
        file: LeanMinHash(
            seed=1, hashvalues=np.frombuffer(made, _BYTES).astype(np.uint64), scheme=_SCHEME
        )
        for file, made in signed.items()
    }
    with table.insertion_session() as session:
        for file, made in hashes.items():
            session.insert(file, made)
    for file in fresh:
        if file in hashes:
            yield from ((file, other) for other in table.query(hashes[file]) if other != file)


def copied_share(one: Shingles, other: Shingles) -> float:
    """The share of the shorter article that stands in the longer one (Broder's containment).

    0 where the longer one is more than three times as long.
    """
    shorter, longer = sorted((one, other), key=len)
    if not shorter or len(longer) > _MAX_RATIO * len(shorter):
        return 0.0
    return len(shorter & longer) / len(shorter)
