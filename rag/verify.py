"""Is a sentence supported by the paragraphs that it cites? Its best evidence, or why there is none.

A paragraph supports a sentence if a few neighbouring sentences of it say what the sentence says:
its numbers, dates, units and names in any spelling, its yes or no, who says it and who does what
to whom (`rag.doubts`); by the cosine of its embedding and the share of its words found, its
meaning; and, where a model is installed that reads both (`rag.entailment`), nothing against it.
How these are weighed is fitted by `benchmarks/verifier.py` (`rag.support`).

A sentence that stands in the paragraph word for word is always supported. One paragraph must bear
a sentence out whole; where none does, and the writer cites several, each part of the sentence may
have its own (`Verdict.also`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from index.catalog import ArticleCache, ChunkRow
from index.embed import Vectors
from index.models import Article
from index.spelling import skeleton
from index.store import Index
from index.tokens import fold, stem, words
from rag.claims import Passage
from rag.doubts import MISSING, TEXTS, Doubt, Evidence, doubts, refusal
from rag.entailment import EntailmentModel, entailment_model
from rag.figures import absent_figure, figures
from rag.phrases import is_english
from rag.retrieve import Retriever
from rag.support import FEATURES, INCONSISTENT, meaning, reading, reading_features
from rag.terms import Term, terms

NOTHING: Final = "no paragraph speaks of it"
_MOST_SENTENCES = 3
_MOST_CLOSELY = 2
_PLAIN = 0.7  # support by another paragraph than those that are cited
_SURE = 0.9  # and where something else says otherwise
_CLOSELY = 0.8  # of the weight of the words of a sentence that an LLM wrote
_ALIKE = 0.9  # the cosine of such a sentence, as that of half of them: embedding it takes longest
# How often, how much: a word that a writer adds without being asked.
_MEASURES = frozenset(
    "repeatedly always often frequently usually constantly regularly rarely sometimes again "
    "completely entirely fully mostly mainly partly immediately eventually finally".split()
)
_FEWEST_TOLD = 4  # terms of one, where it has neither a name nor a number
_SEVERAL = 2  # paragraphs cited, each of which may bear out a part
_LONGEST_PARAGRAPH = 40  # sentences looked at
_LOOKED_INTO = 3  # windows of a paragraph whose facts are compared
_LONGER = 0.01  # what each sentence more must bring
_MARKS = re.compile(r"\[\d+(?:\s*[,–-]\s*\d+)*\]")
_THE_ARTICLE_SAYS = re.compile(
    rf"According to (?:the|this|these) {TEXTS},? |"
    rf"(?:Specifically, )?(?:(?:The|This|These) {TEXTS}|it) (?:also |further |then )?"
    r"(?:states?|says?|mentions?|notes?|reports?|explains?|adds?|confirms?) that ",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"\s*(?:;|,?\s(?:and|while|but|whereas|und|während|aber|y|mientras|pero|et|mais|и|а|но)\s)\s*",
    re.IGNORECASE,
)
_MOST_JOINTS = 3
_FEWEST_TERMS = 3  # content words of a part that is checked by itself
_LEAST_OF_PART = 0.25  # of the weight of its words
_QUOTES = str.maketrans(dict.fromkeys('"“”„«»‹›', " ") | {"’": "'", "‘": "'", "`": "'"})

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence is supported, by what, and if not, why not."""

    supported: bool
    passage: Passage | None
    """The words that support it; of an unsupported sentence, those that come nearest."""
    support: float
    """From 0 to 1."""
    reason: str
    """In plain words; "" where it is supported."""
    corrected: bool = False
    """Another paragraph supports it than those cited."""
    also: tuple[Passage, ...] = ()
    """What supports the other parts of a sentence that needs several paragraphs."""
    against: bool = False
    """Whether the words say something else of the same."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The sentence to check, with what it costs to prepare."""

    text: str
    context: str
    """The sentence before it."""
    terms: tuple[Term, ...]
    weights: tuple[float, ...]
    vector: Vectors | None
    """None where its words alone tell what is near: it must keep to those of the evidence."""


@dataclass(frozen=True, slots=True)
class _Window:
    """Neighbouring sentences of one paragraph."""

    passage: Passage
    text: str
    before: str
    """What stands before it and may explain its pronouns."""
    features: Mapping[str, float]


def verify_sentence(
    sentence: str,
    cited: Sequence[Place],
    candidates: Sequence[Place],
    retriever_or_index: Retriever | Index,
    *,
    context: str = "",
) -> Verdict:
    """Whether a paragraph supports a sentence.

    Args:
        sentence: as written, with or without its marks.
        cited: (file, paragraph) that the writer named, in order; may name what does not exist.
        candidates: others that may support it instead.
        retriever_or_index: where the paragraphs and their vectors lie.
        context: the sentence before, for the "he" in this one.
    """
    index = retriever_or_index
    if isinstance(index, Retriever):
        index = index.index
    return Verifier(index).verify(sentence, cited, candidates, context=context)


class Verifier:
    """Checks sentences against paragraphs as they stand in one state of the index.

    What is held of the paragraphs named at the beginning stays as it was then, whatever becomes
    of the index: an LLM takes its time, and must be checked against what it was shown.
    """

    def __init__(self, index: Index, places: Sequence[Place] = ()) -> None:
        self._index = index
        with index.reading():
            self._checker = _Checker(index)
            self._checker.hold(places)

    @property
    def articles(self) -> ArticleCache:
        """The articles; those of the paragraphs that are held, as they were."""
        return self._checker.articles

    def verify(
        self,
        sentence: str,
        cited: Sequence[Place],
        candidates: Sequence[Place],
        *,
        context: str = "",
        closely: bool = False,
    ) -> Verdict:
        """As `verify_sentence`.

        Args:
            sentence: as written, with or without its marks.
            cited: (file, paragraph) that the writer named, in order; may name what does not exist.
            candidates: others that may support it instead.
            context: the sentence before, for the "he" in this one.
            closely: whether it must keep to the words of two neighbouring sentences at most, as
                an LLM is told to.
        """
        text = _reported(" ".join(_MARKS.sub("", sentence).split()))
        if not re.search(r"\w", text):
            return Verdict(False, None, 0.0, "it says nothing")
        with self._index.reading():
            self._checker.closely = closely
            return self._checker.verify(text, context, list(dict.fromkeys(cited)), candidates)


def _tells(text: str) -> bool:
    """Whether a text names or counts anything."""
    return any(term.is_name for term in terms(text)[1:]) or bool(figures(text))


def _reported(text: str) -> str:
    """What "the article states that …" states."""
    match = _THE_ARTICLE_SAYS.match(text)
    if match is None or not re.search(r"\w", text[match.end() :]):
        return text
    rest = text[match.end() :]
    return rest[0].upper() + rest[1:]


class _Checker:
    """Checks with what they have in common; used inside `Index.reading()`."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.articles = index.articles
        self._chunks = max(1, index.catalog.count("chunk"))
        self._keys: dict[str, list[int]] = {}
        self._weights: dict[str, float] = {}
        self._rows_of: dict[Place, list[ChunkRow]] = {}
        self._vectors: dict[int, Vectors] = {}
        self._contexts_of: dict[str, Mapping[str, str]] = {}
        self.closely = False
        self._model = entailment_model()
        self._consistencies: dict[tuple[str, str], float] = {}
        self._seen: dict[str, Article] = {}

    def hold(self, places: Sequence[Place]) -> None:
        """Read all that is looked at in some paragraphs, their vectors in one look-up."""
        found = [place for place in dict.fromkeys(places) if self._article(place) is not None]
        rows = [row for place in found for row in self._rows(place)]
        self._vectors |= self._index.vectors_of([r for r in rows if r.key not in self._vectors])
        for file, _ in found:
            self._contexts(file)

    def verify(
        self, text: str, context: str, cited: Sequence[Place], candidates: Sequence[Place]
    ) -> Verdict:
        others = [place for place in dict.fromkeys(candidates) if place not in cited]
        for places, corrected in ((cited, False), (others, bool(cited))):
            for place in places:
                passage = self._verbatim(text, place)
                if passage is not None:
                    return Verdict(True, passage, 1.0, "", corrected)
        if self.closely and len(terms(text)) < _FEWEST_TOLD and not _tells(text):
            return Verdict(False, None, 0.0, "it says too little to be checked")
        lacking = self._figure_nowhere(text, [*cited, *others])
        if lacking and (len(cited) < _SEVERAL or not _JOINT.search(text)):
            return lacking
        self.hold([*cited, *others])
        sentence = self._prepare(text, context)
        first = self._in_each(sentence, cited)
        verdict = _best(first)
        if verdict is not None and verdict.supported:
            return verdict
        least = _PLAIN if cited else 0.0
        second = self._among(
            sentence, others, _SURE if any(one.against for one in first) else least
        )
        if second is not None and second.supported:
            return replace(second, corrected=bool(cited))
        lacks = verdict is not None and (MISSING in verdict.reason or verdict.reason == NOTHING)
        if lacks or len(cited) > 1:
            in_parts = self._in_parts(text, context, cited)
            if in_parts is not None:
                return in_parts
        found = verdict or second
        return found or Verdict(False, None, 0.0, NOTHING)

    def _in_each(self, sentence: _Sentence, places: Sequence[Place]) -> list[Verdict]:
        return [
            self._in_paragraph(sentence, place, self._likeliest(sentence, place))
            for place in places
        ]

    def _among(self, sentence: _Sentence, places: Sequence[Place], least: float) -> Verdict | None:
        """What supports a sentence among paragraphs that were not cited, the likeliest first.

        One that hardly speaks of it says nothing against it either: where a likelier one says
        otherwise, support must be sure.
        """
        looked = [(place, self._likeliest(sentence, place)) for place in places]
        looked.sort(key=lambda item: -max((_known(window) for window in item[1][:1]), default=0.0))
        found: list[Verdict] = []
        for place, windows in looked:
            verdict = self._in_paragraph(sentence, place, windows)
            if verdict.supported and verdict.support >= least:
                return verdict
            least = _SURE if verdict.against else least
            found.append(replace(verdict, supported=False, reason=verdict.reason or NOTHING))
        return _best(found)

    def _likeliest(self, sentence: _Sentence, place: Place) -> list[_Window]:
        """The likeliest evidence of a paragraph that is looked into, if there is such a one."""
        article = self._article(place)
        return self._windows(sentence, article, place)[:_LOOKED_INTO] if article else []

    def _figure_nowhere(self, text: str, places: Sequence[Place]) -> Verdict | None:
        """The verdict where no paragraph has the numbers of a sentence: none need be embedded."""
        first: Verdict | None = None
        for place in places:
            article = self._article(place)
            if article is None or not article.paragraph(place[1]).kind.is_evidence:
                continue
            missing = absent_figure(text, article.paragraph_text(place[1]))
            if missing is None:
                return None
            what, instead = missing
            reason = f"{what} {MISSING} paragraph {place[1]}"
            reason += f", which says {instead}" if instead else ""
            first = first or Verdict(False, None, 0.0, reason)
        return first

    def _in_parts(self, text: str, context: str, cited: Sequence[Place]) -> Verdict | None:
        """A sentence of two facts, each supported by words of the paragraphs that are cited."""
        for match in list(_JOINT.finditer(text))[:_MOST_JOINTS]:
            halves = text[: match.start()], text[match.end() :]
            if any(len(terms(half)) < _FEWEST_TERMS for half in halves):
                continue
            found: list[Verdict] = []
            for half, before in zip(halves, (context, halves[0]), strict=True):
                sentence = self._prepare(half, before)
                best = _best(self._in_each(sentence, cited))
                if best is None or not best.supported or best.passage is None:
                    break
                found.append(best)
            else:
                passages = list(dict.fromkeys(v.passage for v in found if v.passage))
                support = min(v.support for v in found)
                return Verdict(True, passages[0], support, "", also=tuple(passages[1:]))
        return None

    def _prepare(self, text: str, context: str) -> _Sentence:
        found = terms(text)
        weights = tuple(self._weight(term) for term in found)
        plain = text.translate(_QUOTES)
        return _Sentence(
            text=text,
            context=context,
            terms=found,
            weights=weights,
            vector=None if self.closely else self._index.embedder.embed_query(plain),
        )

    def _weight(self, term: Term) -> float:
        """The idf of a term."""
        token = stem(term.word) if term.word else term.token
        if token not in self._weights:
            frequency = self._index.catalog.frequency(token)
            self._weights[token] = math.log(1 + self._chunks / (1 + frequency))
        return self._weights[token]

    def _article(self, place: Place) -> Article | None:
        file, number = place
        try:
            article = self.articles[file]
        except KeyError:
            return None
        self._seen[file] = article
        return article if 1 <= number <= len(article.paragraphs) else None

    def _verbatim(self, text: str, place: Place) -> Passage | None:
        """Where a paragraph has the sentence word for word, as whole sentences."""
        article = self._article(place)
        if article is None or not article.paragraph(place[1]).kind.is_evidence:
            return None
        paragraph = article.paragraph(place[1])
        span = find_words(article.text[paragraph.start : paragraph.end], text)
        if span is None:
            return None
        return Passage(*place, paragraph.start + span[0], paragraph.start + span[1])

    def _in_paragraph(
        self, sentence: _Sentence, place: Place, windows: Sequence[_Window]
    ) -> Verdict:
        article = self._article(place)
        if article is None:
            return Verdict(False, None, 0.0, f"there is no paragraph {place[1]} in {place[0]}")
        if not article.paragraph(place[1]).kind.is_evidence:
            return Verdict(False, None, 0.0, f"paragraph {place[1]} is no part of the report")
        verdicts: list[Verdict] = []
        for window in windows:
            verdict = self._judge(sentence, window, article)
            if verdict.supported or verdict.against:
                # Its likeliest words decide: others of the paragraph may just not speak of it.
                return verdict if verdict.supported or not verdicts else verdicts[0]
            verdicts.append(verdict)
        return _best(verdicts) or Verdict(False, None, 0.0, NOTHING)

    def _windows(self, sentence: _Sentence, article: Article, place: Place) -> list[_Window]:
        """The likeliest evidence of a paragraph, best first."""
        paragraph = article.paragraph(place[1])
        rows = self._rows(place)
        known = [row for row in rows if row.key in self._vectors]
        vector = sentence.vector
        cosines = {
            row.key: _ALIKE if vector is None else float(self._vectors[row.key] @ vector)
            for row in known
        }
        contexts = self._contexts(place[0])
        most = _MOST_CLOSELY if self.closely else _MOST_SENTENCES
        found: list[tuple[float, _Window]] = []
        for first in range(len(rows)):
            for last in range(first, min(len(rows), first + most)):
                start, end = rows[first].start, rows[last].end
                text = article.text[start:end]
                cosine = max(cosines.get(row.key, 0.0) for row in rows[first : last + 1])
                before = (
                    f"{contexts.get(rows[first].id, '')} {article.text[paragraph.start : start]}"
                )
                cover = _cover(sentence, f"{text} {before}")
                own = _cover(sentence, text)
                rank = cosine + 0.5 * own + 0.1 * cover - _LONGER * (last - first)
                features = {"cosine": cosine, "cover": own, "cover_around": cover}
                window = _Window(Passage(*place, start, end), text, before, features)
                found.append((rank, window))
        return [window for _, window in sorted(found, key=lambda item: -item[0])]

    def _rows(self, place: Place) -> list[ChunkRow]:
        file, number = place
        if place not in self._rows_of:
            if file not in self._keys:  # paragraphs get their keys in their order
                self._keys[file] = sorted(self._index.catalog.paragraph_keys([file]))
            self._rows_of[place] = self._index.catalog.chunks_of_paragraphs(
                [self._keys[file][number - 1]], _LONGEST_PARAGRAPH
            )
        return self._rows_of[place]

    def _contexts(self, file: str) -> Mapping[str, str]:
        """Chunk id → the sentence that explains its pronouns, with the chunk itself."""
        if file not in self._contexts_of:
            self._contexts_of[file] = self._index.catalog.embedded_texts([file])
        return self._contexts_of[file]

    def _judge(self, sentence: _Sentence, window: _Window, article: Article) -> Verdict:
        passage = window.passage
        evidence = Evidence(article, passage.paragraph, passage.start, passage.end, window.before)
        known = _known(window)
        reason = refusal(sentence.text, evidence, self._is_common)
        if not reason and self.closely and window.features["cover"] < _CLOSELY:
            reason = f"{evidence.here} says it in other words, if at all"
        if not reason and self.closely:
            added = _MEASURES.intersection(words(sentence.text)).difference(words(window.text))
            reason = f"{evidence.here} does not say {min(added)}" if added else ""
        if not reason and self._says_a_part(sentence.text, window):
            reason = f"{evidence.here} says no more than a part of it"
        if reason:
            return Verdict(False, passage, known, reason)
        found = doubts(sentence.text, sentence.context, evidence, self._weight)
        model = self._model if is_english(sentence.text, window.text) else None
        if model is not None and known >= meaning().threshold and not self.closely:
            return self._read(sentence, window, dict(found), model)
        doubt, reason = next(found, (None, ""))  # an LLM's sentence may give no cause for any
        if not reason and known < meaning().threshold:
            reason = NOTHING
        if not reason and model is not None:
            return self._read(sentence, window, {}, model)
        return Verdict(not reason, passage, known, reason, against=doubt is Doubt.OPPOSITE)

    def _says_a_part(self, text: str, window: _Window) -> bool:
        """Whether one of two clauses of a sentence has next to nothing in some evidence."""
        there = terms(f"{window.text} {window.before}")
        for match in list(_JOINT.finditer(text))[:_MOST_JOINTS]:
            halves = terms(text[: match.start()]), terms(text[match.end() :])
            if min(map(len, halves)) >= _FEWEST_TERMS and any(
                _held(half, [self._weight(term) for term in half], there) < _LEAST_OF_PART
                for half in halves
            ):
                return True
        return False

    def _read(
        self,
        sentence: _Sentence,
        window: _Window,
        objections: Mapping[Doubt, str],
        model: EntailmentModel,
    ) -> Verdict:
        """Judge some evidence by all that is known, and by reading it if it may pass."""
        here = f"paragraph {window.passage.paragraph}"
        features = reading_features(window.features, objections, 1.0)
        against = False
        if reading().probability(features) >= reading().threshold:
            # Reading takes longer than all else: only what may pass is read.
            consistency = self._consistency(sentence.text, window.text, model)
            features = reading_features(window.features, objections, consistency)
            against = consistency < INCONSISTENT
        support = reading().probability(features)
        if support >= reading().threshold:
            return Verdict(True, window.passage, support, "")
        reason = next(iter(objections.values()), "")
        if against and Doubt.OPPOSITE not in objections:
            reason = f"{here} says otherwise"
        return Verdict(False, window.passage, support, reason or NOTHING, against=against)

    def _consistency(self, text: str, premise: str, model: EntailmentModel) -> float:
        if (text, premise) not in self._consistencies:
            self._consistencies[text, premise] = model.consistency(premise, text)
        return self._consistencies[text, premise]

    def evidence_features(self, text: str, place: Place) -> list[dict[str, float]]:
        """What `reading` would judge the likeliest evidence by, of what is not refused before."""
        article = self._article(place)
        if article is None or self._model is None:
            raise ValueError(f"there is no paragraph {place}, or no model to read it")
        self.hold([place])
        sentence = self._prepare(text, "")
        found: list[dict[str, float]] = []
        for window in self._likeliest(sentence, place):
            passage = window.passage
            evidence = Evidence(article, place[1], passage.start, passage.end, window.before)
            if _known(window) < meaning().threshold or self._says_a_part(text, window):
                continue
            if refusal(text, evidence, self._is_common):
                continue
            objections = dict(doubts(text, "", evidence, self._weight))
            consistency = self._consistency(text, window.text, self._model)
            found.append(reading_features(window.features, objections, consistency))
        return found

    def nearest_features(self, text: str, place: Place) -> dict[str, float]:
        article = self._article(place)
        if article is None:
            raise ValueError(f"there is no paragraph {place}")
        self.hold([place])
        windows = self._windows(self._prepare(text, ""), article, place)
        return dict(windows[0].features) if windows else dict.fromkeys(FEATURES, 0.0)

    def _is_common(self, word: str) -> bool:
        """Whether the articles use a word in small letters: it is no name."""
        catalog = self._index.catalog
        small = re.compile(rf"\b{re.escape(word)}\b")
        if any(small.search(article.text) for article in self._seen.values()):
            return True
        if not catalog.frequency(stem(word)):
            return False
        return all(fold(form.word) != word for form in catalog.names_like(skeleton(word)[:3]))


def find_words(paragraph: str, sentence: str) -> tuple[int, int] | None:
    """Where a paragraph has a sentence word for word, from one end of a sentence to another.

    White space, quotation marks and the full stop at the end do not count.
    """
    wanted = _letters(sentence)
    if not wanted:
        return None
    places = [at for at, c in enumerate(paragraph) if _counts(c)]
    text = "".join(fold(paragraph[at])[:1] or " " for at in places)
    at = text.find(wanted)
    while at >= 0:
        start, end = places[at], places[at + len(wanted) - 1] + 1
        if _at_boundary(paragraph, start, end):
            return start, _with_stop(paragraph, end)
        at = text.find(wanted, at + 1)
    return None


def _counts(character: str) -> bool:
    return character.isalnum()


def _letters(text: str) -> str:
    return "".join(fold(c)[:1] or " " for c in text if _counts(c))


def _at_boundary(paragraph: str, start: int, end: int) -> bool:
    before = paragraph[:start].rstrip(" \t\r\n\"“”„«»‹›‘’'([*•–—-")
    after = paragraph[end:].lstrip(" \"”“»’')]")
    return (not before or before[-1] in ".!?…:;。！？") and (
        not after or after[0] in ".!?…;:。！？" or paragraph[end - 1] in ".!?…。！？"
    )


def _with_stop(paragraph: str, end: int) -> int:
    match = re.compile(r"[.!?…。！？\"”»’)\]]+").match(paragraph, end)
    return match.end() if match else end


def _cover(sentence: _Sentence, text: str) -> float:
    """The share of the weight of a sentence's terms that a text holds."""
    return _held(sentence.terms, sentence.weights, terms(text))


def _held(found: Sequence[Term], weights: Sequence[float], there: Sequence[Term]) -> float:
    """The share of the weight of some terms that others hold; all of nothing."""
    total = sum(weights)
    if not total:
        return 1.0
    held = sum(
        weight
        for term, weight in zip(found, weights, strict=True)
        if any(term.matches(other) for other in there)
    )
    return held / total


def _known(window: _Window) -> float:
    """How likely some evidence speaks of what the sentence says, by its meaning alone."""
    return meaning().probability(window.features)


def _best(verdicts: Sequence[Verdict]) -> Verdict | None:
    return max(verdicts, key=lambda v: (v.supported, v.support), default=None)


def nearest_features(sentence: str, place: Place, index: Index) -> dict[str, float]:
    """What the model of the meaning knows of a sentence and the best words of a paragraph."""
    with index.reading():
        return _Checker(index).nearest_features(sentence, place)


def evidence_features(sentence: str, place: Place, index: Index) -> list[dict[str, float]]:
    """What is known of a sentence and the likeliest words of a paragraph, the model's reading too.

    One item for each of the likeliest windows that lacks no number and no name of the sentence.
    """
    with index.reading():
        return _Checker(index).evidence_features(sentence, place)
