"""How often an answer phrase is marked, and how often rightly; fit rag/phrase.json.

    python benchmarks/phrases.py ARTICLES:QUESTIONS[,QUESTIONS]... [--write | --rank]

Each set is a folder of articles, or an index of them, and a question file. A phrase is
right if it overlaps an accepted answer; "agent" is a person or an organisation. A row is a
kind of phrase in a set:

    asked    answers with an accepted answer in a quote, to questions of that kind
    marked   the share of them in which a phrase is marked
    overlap  the share of those whose phrase is right
    equal    … and says the same but for articles, units and words like "about"
    all      the share of right phrases among all answers in which one is marked, those to
             unanswerable questions and those that quote no accepted answer among them

With --write, the models are fitted on all sets, by maximum likelihood with a small ridge;
figures are then from cross-validation by article (an article in several languages is one),
and so are the thresholds: the lowest at which PRECISION of all that are marked are right.

With --rank, what the phrase could bring to the ranking of sentences: each of the best five
gets a share of the score of its best phrase, over that of none. Phrases are fitted on half of
the articles and sentences ranked for the other half, both ways and for several halves.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from common import ROOT, build

from index.tokens import fold, words
from rag import ask
from rag.answering import find
from rag.judge import holds
from rag.phrase import Model, Phrase, find_phrases, models
from rag.question import analyse
from rag.questionset import TestQuestion, read_questions
from rag.session import open_retriever

TABLE = ROOT / "rag" / "phrase.json"
PRECISION = 0.87
FOLDS = 6
RIDGE = 2.0
_MARKER = "footnote.json"  # in an index's folder
GROUPS = ("agent", "date", "number", "place")
BEST = 5  # sentences that are ranked anew
SHARES = (0.005, 0.01, 0.02)  # of the phrase's score, beside the cosine
MOST = 2.0  # that the score of a phrase counts, up or down
HALVES = 3  # ways to halve the articles
_EMPTY = frozenset(
    map(
        fold,
        "the a an in on at of by about around over under more less than at least nearly almost "
        "approximately some up to from between and since until before after early late years year "
        "percent square kilometres kilometers miles km der die das den dem ein eine im am zum von "
        "bis etwa rund über mehr als jahr jahre jahren prozent el la los las un una en de del "
        "entre y hasta desde más alrededor año años por ciento в с по до около более года год "
        "году лет процентов le les des du à environ plus ans".split(),
    )
)


@dataclass(frozen=True, slots=True)
class Quotes:
    """The citations of an answer to a question of a plain kind."""

    set: str
    group: str
    article: str
    texts: tuple[str, ...]
    phrases: tuple[Phrase, ...]
    answers: tuple[tuple[int, int, int], ...]
    """Where accepted answers stand: the number of a text, and offsets in it."""

    def is_right(self, phrase: Phrase) -> bool:
        return any(
            phrase.quote == text and phrase.start < end and start < phrase.end
            for text, start, end in self.answers
        )

    def is_equal(self, phrase: Phrase) -> bool:
        said = _bare(self.texts[phrase.quote][phrase.start : phrase.end])
        return any(said == _bare(self.texts[text][start:end]) for text, start, end in self.answers)


def collect(name: str) -> list[Quotes]:
    """The citations of all answers of a set, those to questions of a plain kind."""
    articles, _, files = name.rpartition(":")
    items = [item for file in files.split(",") for item in read_questions(Path(file))]
    named = Path(files.split(",")[0]).parent.name
    if (Path(articles) / _MARKER).exists():
        return list(_ask_all(named, items, Path(articles)))
    with tempfile.TemporaryDirectory() as temporary:
        index = build(Path(articles), Path(temporary) / "index")
        return list(_ask_all(named, items, index))


def _ask_all(name: str, items: Sequence[TestQuestion], index: Path) -> Iterable[Quotes]:
    for item in items:
        citations = ask(item.question, index, item.history).citations
        texts = tuple(citation.quote for citation in citations)
        group, phrases = find_phrases(analyse(item.question), texts)
        if group and texts:
            answers = tuple(
                (number, *match.span())
                for number, text in enumerate(texts)
                for accepted in item.answers
                for match in re.finditer(re.escape(accepted), text, re.IGNORECASE)
            )
            yield Quotes(name, group, citations[0].file, texts, tuple(phrases), answers)


def _bare(text: str) -> tuple[str, ...]:
    return tuple(word for word in map(fold, words(text)) if word not in _EMPTY)


# -- fitting -------------------------------------------------------------------------------


def fit(answers: Sequence[Quotes], names: Sequence[str]) -> np.ndarray:
    """The score of none, and a weight for each feature, by Newton's method."""
    tables = [
        (
            np.array([[1.0] + [0.0] * len(names), *_features(quote, names)]),
            np.array([not any(right := [*map(quote.is_right, quote.phrases)]), *right], float),
        )
        for quote in answers
        if quote.phrases
    ]
    beta = np.zeros(1 + len(names))
    penalty = np.diag([0.0] + [RIDGE] * len(names))
    for _ in range(200):
        gradient, hessian = -penalty @ beta, penalty.copy()
        for x, right in tables:
            p = np.exp(x @ beta - (x @ beta).max())
            p /= p.sum()
            gradient += x.T @ (p * right / (p @ right) - p)
            hessian += (x * p[:, None]).T @ x - np.outer(p @ x, p @ x)
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-9:
            break
    return beta


def _features(quote: Quotes, names: Sequence[str]) -> list[list[float]]:
    return [[0.0, *(phrase.features[name] for name in names)] for phrase in quote.phrases]


def as_model(beta: np.ndarray, names: Sequence[str], threshold: float = 0.0) -> Model:
    weights = {name: round(float(b), 3) for name, b in zip(names, beta[1:], strict=True)}
    return Model(round(float(beta[0]), 3), weights, round(threshold, 3))


Marked = tuple[float, list[Phrase]]
"""The phrase chosen, wherever it stands, and its probability."""


def cross_validate(answers: Sequence[Quotes], names: Sequence[str]) -> list[Marked]:
    """The phrase for each answer, by a model that has not seen its article."""
    articles = sorted({quotes.article for quotes in answers})
    folds = {article: at % FOLDS for at, article in enumerate(articles)}
    held_out = [
        as_model(fit([quotes for quotes in answers if folds[quotes.article] != fold], names), names)
        for fold in range(FOLDS)
    ]
    return [held_out[folds[quotes.article]].choose(quotes.phrases) for quotes in answers]


def is_right(quotes: Quotes, chosen: Sequence[Phrase]) -> bool:
    """Whether the first phrase marked overlaps an accepted answer."""
    return quotes.is_right(chosen[0])


def choose_threshold(answers: Sequence[Quotes], found: Sequence[Marked], precision: float) -> float:
    """The lowest probability above which the wanted share is right."""
    order = sorted(zip(found, answers, strict=True), key=lambda pair: -pair[0][0])
    threshold, right = 1.0, 0
    for count, ((probability, chosen), quotes) in enumerate(order, 1):
        if not chosen:
            break
        right += is_right(quotes, chosen)
        if right >= precision * count:
            threshold = probability
    return threshold


# -- ranking -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ranked:
    """The best sentences for an answerable question."""

    article: str
    scores: np.ndarray
    holds: np.ndarray
    """Which of them have an accepted answer."""
    in_evidence: np.ndarray
    quotes: Quotes | None
    """None if no kind of answer is plain."""


def collect_ranked(name: str) -> list[Ranked]:
    """The best sentences for the answerable questions of a set."""
    articles, _, files = name.rpartition(":")
    items = [item for file in files.split(",") for item in read_questions(Path(file))]
    if (Path(articles) / _MARKER).exists():
        return list(_rank_all(items, Path(articles)))
    with tempfile.TemporaryDirectory() as temporary:
        return list(_rank_all(items, build(Path(articles), Path(temporary) / "index")))


def _rank_all(items: Sequence[TestQuestion], index: Path) -> Iterator[Ranked]:
    retriever = open_retriever(index)
    for item in items:
        found = find(retriever, item.question, item.history, ()).retrieval.candidates[:BEST]
        if not item.answerable or not found:
            continue
        article = min(item.evidence)[0] if item.evidence else ""
        texts = tuple(candidate.text for candidate in found)
        # One by one: among several quotes, those after the first are marked down as such.
        seen = [find_phrases(analyse(item.question), [text]) for text in texts]
        group = seen[0][0]
        phrases = tuple(
            replace(phrase, quote=number)
            for number, (_, some) in enumerate(seen)
            for phrase in some
        )
        answers = tuple(
            (number, *match.span())
            for number, text in enumerate(texts)
            for accepted in item.answers
            for match in re.finditer(re.escape(accepted), text, re.IGNORECASE)
        )
        yield Ranked(
            article,
            np.array([candidate.score for candidate in found]),
            np.array([holds(text, item.answers) for text in texts]),
            np.array([candidate.row.place in item.evidence for candidate in found]),
            Quotes("", group, article, texts, phrases, answers) if group else None,
        )


def rank(sets: dict[str, list[Ranked]]) -> None:
    """Print what shares of the phrase's score bring, each set by itself."""
    articles = sorted({one.article for ranked in sets.values() for one in ranked})
    print("change of: the best is in the evidence, the best holds the answer, the best two do")
    for share in SHARES:
        for name, ranked in sets.items():
            changes = [
                _figures_of(one, model, share) - _figures_of(one, None, 0.0)
                for seed in range(HALVES)
                for one, model in _held_out(sets, ranked, articles, seed)
            ]
            print(f"{share:5.3f} {name:14s}", np.round(np.mean(changes, axis=0), 4))


def _held_out(
    sets: dict[str, list[Ranked]], ranked: Sequence[Ranked], articles: Sequence[str], seed: int
) -> Iterator[tuple[Ranked, Model | None]]:
    order = np.random.default_rng(seed).permutation(len(articles))
    half = {articles[place]: number % 2 for number, place in enumerate(order)}
    for own in (0, 1):
        fitted: dict[str, Model] = {}
        for group in GROUPS:
            seen = [
                one.quotes
                for some in sets.values()
                for one in some
                if one.quotes and one.quotes.group == group and half[one.article] != own
            ]
            names = sorted({n for q in seen for p in q.phrases for n in p.features} - {"is_later"})
            fitted[group] = as_model(fit(seen, names), names)
        for one in ranked:
            if half[one.article] == own:
                yield one, fitted[one.quotes.group] if one.quotes else None


def _figures_of(one: Ranked, model: Model | None, share: float) -> np.ndarray:
    scores = one.scores
    if model and one.quotes:
        said = np.full(len(scores), -MOST)
        for phrase in one.quotes.phrases:
            logit = sum(w * phrase.features[name] for name, w in model.weights.items())
            said[phrase.quote] = max(said[phrase.quote], min(MOST, logit - model.none))
        scores = scores + share * said
    order = np.argsort(-scores, kind="stable")
    return np.array(
        [one.in_evidence[order[0]], one.holds[order[0]], one.holds[order[:2]].any()], float
    )


# -- showing -------------------------------------------------------------------------------


def show(answers: Sequence[Quotes], found: Sequence[Marked], thresholds: dict[str, float]) -> None:
    """A table: a line for each kind in each set."""
    print(f"{'set':14s} {'kind':8s}  asked  marked  overlap  equal    all")
    for group in dict.fromkeys(quotes.group for quotes in answers):
        for name in [*dict.fromkeys(quotes.set for quotes in answers), "together"]:
            rows = [
                (quotes, chosen if probability >= thresholds[group] else [])
                for quotes, (probability, chosen) in zip(answers, found, strict=True)
                if quotes.group == group and name in {quotes.set, "together"}
            ]
            if rows:
                print(f"{name:14s} {group:8s} {_figures(rows)}")


def _figures(rows: Sequence[tuple[Quotes, Sequence[Phrase]]]) -> str:
    answered = [(quotes, chosen) for quotes, chosen in rows if quotes.answers]
    marked = [(quotes, chosen) for quotes, chosen in answered if chosen]
    anywhere = [(quotes, chosen) for quotes, chosen in rows if chosen]
    figures = (
        (len(marked), len(answered)),
        (sum(is_right(q, chosen) for q, chosen in marked), len(marked)),
        (sum(q.is_equal(chosen[0]) for q, chosen in marked), len(marked)),
        (sum(is_right(q, chosen) for q, chosen in anywhere), len(anywhere)),
    )
    shares = [f"{part / whole:7.3f}" if whole else f"{'–':>7s}" for part, whole in figures]
    return f"{len(answered):6d} " + " ".join(shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+", metavar="ARTICLES:QUESTIONS")
    parser.add_argument("--write", action="store_true", help="fit the models, and write them")
    parser.add_argument("--rank", action="store_true", help="try them in the ranking")
    arguments = parser.parse_args()
    if arguments.rank:
        rank({Path(name).parent.name: collect_ranked(name) for name in arguments.sets})
        return
    answers = [quotes for name in arguments.sets for quotes in collect(name)]
    if not arguments.write:
        found = [models()[quotes.group].choose(quotes.phrases) for quotes in answers]
        show(answers, found, {group: model.threshold for group, model in models().items()})
        return
    fitted: dict[str, Model] = {}
    held_out: dict[str, Iterator[Marked]] = {}
    for group in sorted({quotes.group for quotes in answers}):
        own = [quotes for quotes in answers if quotes.group == group]
        names = sorted({name for q in own for c in q.phrases for name in c.features})
        found = cross_validate(own, names)
        threshold = choose_threshold(own, found, PRECISION)
        fitted[group] = as_model(fit(own, names), names, threshold)
        held_out[group] = iter(found)
    thresholds = {group: model.threshold for group, model in fitted.items()}
    show(answers, [next(held_out[quotes.group]) for quotes in answers], thresholds)
    table = {
        group: {"none": m.none, "weights": dict(m.weights), "threshold": m.threshold}
        for group, m in fitted.items()
    }
    TABLE.write_text(json.dumps(table, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
