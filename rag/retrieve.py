"""Question → ranked sentences: meaning and words, each sentence with its paragraph behind it."""

from __future__ import annotations

import fnmatch
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from index.catalog import ChunkRow
from index.errors import QuestionError
from index.lexical import NO_WORDS, Totals, WordScore, WordScores, score_words
from index.models import Kind, file_of
from index.store import Index, Snapshot
from rag.calibration import ANY_MODEL, Calibration, calibration
from rag.names import Spellings
from rag.question import Question, Wants, analyse, offers
from rag.since import Since

_NEAREST = 60  # chunks taken by meaning
_BEST_BY_WORDS = 12  # chunks taken by words
_WHOLE_PARAGRAPHS = 5  # taken whole, by meaning and by words: neighbours answer often
_LONGEST_PARAGRAPH = 40  # chunks taken of one paragraph

# The score is the cosine plus small shares of the word scores, each from 0 to about 1, where
# the local model's cosines lie between 0.7 and 0.9: those of other models, which spread up to
# ten times as wide, are scaled first, or words would tell nothing beside them. The
# weights are flat: between half and twice of each, recall on the development sets moves
# by less than its confidence interval (docs/quality.md).
_WORDS_WEIGHT = 0.05
_WANTED_WEIGHT = 0.06
_HEADING_PENALTY = 0.02
# How much the presence of the wanted kind tells: figures are rare, capital letters are not.
_TELLING = {Wants.NUMBER: 1.0, Wants.DATE: 1.0, Wants.MONEY: 1.0, Wants.REASON: 0.5}
_SLIGHTLY_TELLING = 0.3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, and why."""

    row: ChunkRow
    text: str
    cosine: float
    """With the question; of another model than the local one, scaled to spread as its do."""
    sentence_words: WordScore
    paragraph_words: WordScore
    offers: bool | None
    """Whether it holds the wanted kind of answer; None if no kind is plain."""
    score: float
    date: str = ""
    """The day of its article, as YYYY-MM-DD; "" where it is not known."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for a question, best first."""

    question: Question
    candidates: tuple[Candidate, ...]
    unknown: tuple[str, ...]
    """Words of the question that no article uses, in any spelling."""
    snapshot: Snapshot


class Retriever:
    """Retrieval over one open index; safe to use from threads.

    Args:
        index: what is searched.
        fitted: for its embedding model; None for that of the table.
    """

    def __init__(self, index: Index, fitted: Calibration | None = None) -> None:
        self._index = index
        self._fitted = fitted or calibration(index.embedder.name)
        self._totals: tuple[Snapshot, Totals] | None = None
        self._lock = threading.Lock()

    @property
    def index(self) -> Index:
        return self._index

    @property
    def calibration(self) -> Calibration:
        """What the newest retrieval is judged by: words alone until the index is complete."""
        return self._fitted if self._index.snapshot.complete else calibration(ANY_MODEL)

    def retrieve(self, text: str, files: Sequence[str] = (), asked: str | None = None) -> Retrieval:
        """Rank the sentences of the articles for a question.

        Args:
            text: the question, with the words of earlier ones if it follows them.
            files: globs over corpus-relative names; empty for all.
            asked: the part of it that says what kind of answer is wanted; None for all.

        Raises:
            QuestionError: no indexed file matches `files`.
        """
        question = analyse(text)
        if asked is not None:
            question = replace(question, wants=analyse(asked).wants)
        with self._index.reading():
            catalog = self._index.catalog
            spellings = Spellings(catalog)
            query = self._index.embedder.embed_query(spellings.respell(text, question.content))
            names = self.matching_files(files)
            word_scores = score_words(
                catalog,
                spellings.terms(question.content),
                self._get_totals(),
                None if names is None else catalog.paragraph_keys(names),
            )
            nearest = self._index.nearest(query, _NEAREST, names)
            rows = {row.key: row for row, _ in nearest}
            for row in self._rows_around(nearest, word_scores):
                rows.setdefault(row.key, row)
            cosines = {row.key: cosine for row, cosine in nearest}
            cosines |= self._index.cosines(
                query, [row for key, row in rows.items() if key not in cosines]
            )
            scale = self._fitted.scale_for([cosine for _, cosine in nearest])
            cosines = {key: scale * cosine for key, cosine in cosines.items()}
            candidates = self._score(question, rows, cosines, word_scores)
            unknown = tuple(word for word in question.content if not spellings.knows(word))
            snapshot = self._index.snapshot
        candidates.sort(key=lambda c: (c.row.file, c.row.start))
        candidates.sort(key=lambda c: c.date, reverse=True)  # of copies, the newest first
        candidates.sort(key=lambda c: -c.score)
        return Retrieval(question, tuple(candidates), unknown, snapshot)

    def _rows_around(
        self, nearest: Sequence[tuple[ChunkRow, float]], found: WordScores
    ) -> list[ChunkRow]:
        """What the words find, and the whole of the paragraphs that look best."""
        catalog = self._index.catalog
        by_meaning = list(dict.fromkeys(row.paragraph_key for row, _ in nearest))
        by_words = _best(found.paragraphs, _WHOLE_PARAGRAPHS)
        paragraphs = dict.fromkeys([*by_meaning[:_WHOLE_PARAGRAPHS], *by_words])
        whole = catalog.chunks_of_paragraphs(paragraphs, _LONGEST_PARAGRAPH)
        return [*whole, *catalog.chunks_by_key(_best(found.chunks, _BEST_BY_WORDS)).values()]

    def _score(
        self,
        question: Question,
        rows: dict[int, ChunkRow],
        cosines: dict[int, float],
        found: WordScores,
    ) -> list[Candidate]:
        articles = self._index.articles
        # While an index is being built a sentence may have no vector yet, which is no fault of it.
        unknown = median(cosines.values()) if cosines else 0.0
        candidates: list[Candidate] = []
        for key, row in rows.items():
            article = articles[row.file]
            text = article.text[row.start : row.end]
            in_sentence = found.chunks.get(key, NO_WORDS)
            in_paragraph = found.paragraphs.get(row.paragraph_key, NO_WORDS)
            wanted = offers(question.wants, text, question) if question.wants else None
            cosine = cosines.get(key, unknown)
            score = (
                cosine
                + _WORDS_WEIGHT * (in_sentence.bm25 + in_sentence.cover)
                + _WORDS_WEIGHT * (in_paragraph.bm25 + in_paragraph.cover)
                + _wanted_share(question.wants, wanted)
                - (_HEADING_PENALTY if row.kind is Kind.HEADING else 0.0)
            )
            words = in_sentence, in_paragraph
            candidates.append(
                Candidate(row, text, cosine, *words, wanted, score, article.date or "")
            )
        return candidates

    def matching_files(self, globs: Sequence[str]) -> list[str] | None:
        """The indexed articles that match any glob, in order; None, for all, if there is no glob.

        A glob may be for an article's name or, where a file has several, for that of the file.
        A `Since` among them asks for articles of that day or later.

        Raises:
            QuestionError: none does.
        """
        since = max((item for item in globs if isinstance(item, Since)), default=None)
        globs = [item for item in globs if not isinstance(item, Since)]
        if not globs and since is None:
            return None
        names = [name for name in self._index.catalog.files() if not globs or _matches(name, globs)]
        if since is not None and names:
            dates = self._index.catalog.dates()
            names = [name for name in names if (dates[name] or "") >= since]
            if not names:
                newest = max(day or "" for day in dates.values())
                earlier = f"name an earlier day (the newest is of {newest}), or " if newest else ""
                raise QuestionError(
                    f"no indexed article is known to be of {since} or later",
                    f"{earlier}leave out --since",
                )
        if not names:
            example = next(iter(self._index.catalog.files()), "a.txt")
            raise QuestionError(
                f"no indexed file matches {' or '.join(globs)}",
                f"name one as it is in the folder, such as {example}, or leave out --file",
            )
        return names

    def _get_totals(self) -> Totals:
        """The sizes of the collection, counted once for each state of the index."""
        snapshot = self._index.snapshot
        with self._lock:
            if self._totals is None or self._totals[0] != snapshot or not snapshot.complete:
                self._totals = snapshot, Totals(*self._index.catalog.totals())
            return self._totals[1]


def _matches(name: str, globs: Sequence[str]) -> bool:
    names = {name, file_of(name)}
    return any(fnmatch.fnmatchcase(one, glob) for one in names for glob in globs)


def _best(scores: dict[int, WordScore], count: int) -> list[int]:
    return sorted(scores, key=lambda key: (-scores[key].bm25, key))[:count]


def _wanted_share(wants: Wants | None, offered: bool | None) -> float:
    if wants is None or offered is None:
        return 0.0
    return _WANTED_WEIGHT * _TELLING.get(wants, _SLIGHTLY_TELLING) * (0.5 if offered else -0.5)
