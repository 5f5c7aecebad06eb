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

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from index.catalog import ArticleCache
from index.models import Article
from index.store import Index
from index.tokens import words
from rag.claims import Passage
from rag.doubts import MISSING, TEXTS, Doubt, Evidence, doubts, refusal
from rag.entailment import EntailmentModel, entailment_model
from rag.figures import absent_figure, figures
from rag.phrases import is_english
from rag.retrieve import Retriever
from rag.support import FEATURES, INCONSISTENT, meaning, reading, reading_features
from rag.terms import terms
from rag.verbatim import find_words
from rag.windows import Paragraphs, Place, Sentence, Window, held

NOTHING: Final = "no paragraph speaks of it"
_PLAIN = 0.7  # support by another paragraph than those that are cited
_SURE = 0.9  # and where something else says otherwise
_CLOSELY = 0.8  # of the weight of the words of a sentence that an LLM wrote
# How often, how much: a word that a writer adds without being asked.
_MEASURES = frozenset(
    "repeatedly always often frequently usually constantly regularly rarely sometimes again "
    "completely entirely fully mostly mainly partly immediately eventually finally".split()
)
_FEWEST_TOLD = 4  # terms of one, where it has neither a name nor a number
_SEVERAL = 2  # paragraphs cited, each of which may bear out a part
_LOOKED_INTO = 3  # windows of a paragraph whose facts are compared
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
            self._checker.paragraphs.hold(places)

    @property
    def articles(self) -> ArticleCache:
        """The articles; those of the paragraphs that are held, as they were."""
        return self._checker.paragraphs.articles

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
            return self._checker.verify(
                text, context, list(dict.fromkeys(cited)), candidates, closely=closely
            )


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
        self.paragraphs = Paragraphs(index)
        self._model = entailment_model()
        self._consistencies: dict[tuple[str, str], float] = {}

    def verify(
        self,
        text: str,
        context: str,
        cited: Sequence[Place],
        candidates: Sequence[Place],
        *,
        closely: bool,
    ) -> Verdict:
        others = [place for place in dict.fromkeys(candidates) if place not in cited]
        for places, corrected in ((cited, False), (others, bool(cited))):
            for place in places:
                passage = self._verbatim(text, place)
                if passage is not None:
                    return Verdict(True, passage, 1.0, "", corrected)
        if closely and len(terms(text)) < _FEWEST_TOLD and not _tells(text):
            return Verdict(False, None, 0.0, "it says too little to be checked")
        lacking = self._figure_nowhere(text, [*cited, *others])
        if lacking and (len(cited) < _SEVERAL or not _JOINT.search(text)):
            return lacking
        self.paragraphs.hold([*cited, *others])
        sentence = self.paragraphs.prepare(text, context, closely=closely)
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
            in_parts = self._in_parts(sentence, cited)
            if in_parts is not None:
                return in_parts
        found = verdict or second
        return found or Verdict(False, None, 0.0, NOTHING)

    def _in_each(self, sentence: Sentence, places: Sequence[Place]) -> list[Verdict]:
        return [
            self._in_paragraph(sentence, place, self._likeliest(sentence, place))
            for place in places
        ]

    def _among(self, sentence: Sentence, places: Sequence[Place], least: float) -> Verdict | None:
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

    def _likeliest(self, sentence: Sentence, place: Place) -> list[Window]:
        """The likeliest evidence of a paragraph that is looked into, if there is such a one."""
        article = self.paragraphs.article(place)
        return self.paragraphs.windows(sentence, article, place)[:_LOOKED_INTO] if article else []

    def _figure_nowhere(self, text: str, places: Sequence[Place]) -> Verdict | None:
        """The verdict where no paragraph has the numbers of a sentence: none need be embedded."""
        first: Verdict | None = None
        for place in places:
            article = self.paragraphs.article(place)
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

    def _in_parts(self, sentence: Sentence, cited: Sequence[Place]) -> Verdict | None:
        """A sentence of two facts, each supported by words of the paragraphs that are cited."""
        text = sentence.text
        for match in list(_JOINT.finditer(text))[:_MOST_JOINTS]:
            halves = text[: match.start()], text[match.end() :]
            if any(len(terms(half)) < _FEWEST_TERMS for half in halves):
                continue
            found: list[Verdict] = []
            for half, before in zip(halves, (sentence.context, halves[0]), strict=True):
                part = self.paragraphs.prepare(half, before, closely=sentence.closely)
                best = _best(self._in_each(part, cited))
                if best is None or not best.supported or best.passage is None:
                    break
                found.append(best)
            else:
                passages = list(dict.fromkeys(v.passage for v in found if v.passage))
                support = min(v.support for v in found)
                return Verdict(True, passages[0], support, "", also=tuple(passages[1:]))
        return None

    def _verbatim(self, text: str, place: Place) -> Passage | None:
        """Where a paragraph has the sentence word for word, as whole sentences."""
        article = self.paragraphs.article(place)
        if article is None or not article.paragraph(place[1]).kind.is_evidence:
            return None
        paragraph = article.paragraph(place[1])
        span = find_words(article.text[paragraph.start : paragraph.end], text)
        if span is None:
            return None
        return Passage(*place, paragraph.start + span[0], paragraph.start + span[1])

    def _in_paragraph(self, sentence: Sentence, place: Place, windows: Sequence[Window]) -> Verdict:
        article = self.paragraphs.article(place)
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

    def _judge(self, sentence: Sentence, window: Window, article: Article) -> Verdict:
        evidence = _evidence(window, article)
        known = _known(window)
        reason = self._refused(sentence, window, evidence)
        if reason:
            return Verdict(False, window.passage, known, reason)
        found = doubts(sentence.text, sentence.context, evidence, self.paragraphs.weight)
        model = self._model if is_english(sentence.text, window.text) else None
        if model is not None and known >= meaning().threshold and not sentence.closely:
            return self._read(sentence, window, dict(found), model)
        doubt, reason = next(found, (None, ""))  # an LLM's sentence may give no cause for any
        if not reason and known < meaning().threshold:
            reason = NOTHING
        if not reason and model is not None:
            return self._read(sentence, window, {}, model)
        return Verdict(not reason, window.passage, known, reason, against=doubt is Doubt.OPPOSITE)

    def _refused(self, sentence: Sentence, window: Window, evidence: Evidence) -> str:
        """Why some evidence cannot support a sentence, whatever else speaks for it; or ""."""
        reason = refusal(sentence.text, evidence, self.paragraphs.is_common)
        if not reason and sentence.closely and window.features["cover"] < _CLOSELY:
            reason = f"{evidence.here} says it in other words, if at all"
        if not reason and sentence.closely:
            added = _MEASURES.intersection(words(sentence.text)).difference(words(window.text))
            reason = f"{evidence.here} does not say {min(added)}" if added else ""
        if not reason and self._says_a_part(sentence.text, window):
            reason = f"{evidence.here} says no more than a part of it"
        return reason

    def _says_a_part(self, text: str, window: Window) -> bool:
        """Whether one of two clauses of a sentence has next to nothing in some evidence."""
        there = terms(f"{window.text} {window.before}")
        for match in list(_JOINT.finditer(text))[:_MOST_JOINTS]:
            halves = terms(text[: match.start()]), terms(text[match.end() :])
            if min(map(len, halves)) >= _FEWEST_TERMS and any(
                held(half, [self.paragraphs.weight(term) for term in half], there) < _LEAST_OF_PART
                for half in halves
            ):
                return True
        return False

    def _read(
        self,
        sentence: Sentence,
        window: Window,
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
        article = self.paragraphs.article(place)
        if article is None or self._model is None:
            raise ValueError(f"there is no paragraph {place}, or no model to read it")
        self.paragraphs.hold([place])
        sentence = self.paragraphs.prepare(text, "")
        found: list[dict[str, float]] = []
        for window in self._likeliest(sentence, place):
            evidence = _evidence(window, article)
            if _known(window) < meaning().threshold or self._refused(sentence, window, evidence):
                continue
            objections = dict(doubts(text, "", evidence, self.paragraphs.weight))
            consistency = self._consistency(text, window.text, self._model)
            found.append(reading_features(window.features, objections, consistency))
        return found

    def nearest_features(self, text: str, place: Place) -> dict[str, float]:
        """What `meaning` would judge the likeliest evidence by."""
        article = self.paragraphs.article(place)
        if article is None:
            raise ValueError(f"there is no paragraph {place}")
        self.paragraphs.hold([place])
        windows = self.paragraphs.windows(self.paragraphs.prepare(text, ""), article, place)
        return dict(windows[0].features) if windows else dict.fromkeys(FEATURES, 0.0)


def _evidence(window: Window, article: Article) -> Evidence:
    passage = window.passage
    return Evidence(article, passage.paragraph, passage.start, passage.end, window.before)


def _known(window: Window) -> float:
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
