"""Fit rag/confidence.json: when does the best sentence answer the question?

    python benchmarks/fit_confidence.py ARTICLES:QUESTIONS[,QUESTIONS]... [--write [WHAT]]

For the embedding model that the settings name (FOOTNOTE_EMBEDDING and its likes; local and
FOOTNOTE_EMBEDDING_MODEL=all-MiniLM-L6-v2 name the one for machines without the other). Each set is
a folder of articles and a question file; every set counts alike. An answerable question counts
as right or wrong by its first paragraph, and once more with its evidence taken away (a near
miss); an unanswerable one is to be refused. Prints how well each kind is told apart.

With multilingual-e5-small a second entry is fitted, "*", for all models that have none: from words
alone, without the cosine. WHAT is the entry to write: `model`, `any` or `both`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.build import build_index
from index.embed import LOCAL_MODEL, Embedder
from index.embedders import embedder_for
from index.settings import load_settings
from index.store import Index
from rag.answering import find
from rag.calibration import ANY_MODEL, calibration, spread_of, table_key
from rag.confidence import FEATURES, FEATURES_OF_WORDS, features
from rag.evaluate import read_questions
from rag.retrieve import Retriever

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "rag" / "confidence.json"
NEAR_WEIGHT = 0.25  # near misses are made, and as many as all questions: they count less
ANSWERED = 0.98  # of the answerable questions of the largest set
COVERAGES = (0.90, 0.95, 0.97, 0.98, 0.99)  # at which near misses are shown
NEAREST = 60  # as rag/retrieve.py takes by meaning


Rows = list[tuple[str, dict[str, float]]]
"""(kind, features) of each question; kinds: right, wrong, far, near."""


@dataclass(frozen=True)
class Fit:
    """A logistic model of some features, and the threshold on its probability."""

    names: Sequence[str]
    beta: np.ndarray
    p: np.ndarray
    threshold: float

    def to_entry(self) -> dict[str, Any]:
        weights = {n: round(float(b), 4) for n, b in zip(self.names, self.beta[1:], strict=True)}
        return {
            "intercept": round(float(self.beta[0]), 4),
            "weights": weights,
            "threshold": round(self.threshold, 4),
        }


def collect(index: Index, questions: list[Path], scale: float) -> Rows:
    """Ask every question of a set."""
    rows: Rows = []
    fitted = replace(calibration(index.embedder.name), cosine_scale=scale)
    retriever = Retriever(index, fitted)
    for item in (item for path in questions for item in read_questions(path)):
        found = find(retriever, item.question, item.history, ()).retrieval
        if not item.answerable:
            rows.append(("far", features(found)))
            continue
        right = bool(found.candidates) and found.candidates[0].row.place in item.evidence
        rows.append(("right" if right else "wrong", features(found)))
        rest = tuple(c for c in found.candidates if c.row.place not in item.evidence)
        rows.append(("near", features(replace(found, candidates=rest))))
    return rows


def measure_spread(index: Index, questions: list[Path]) -> float:
    """The mean spread of the cosines that the chunks nearest to a question have."""
    asked = [item.question for path in questions for item in read_questions(path)]
    with index.reading():
        nearest = [index.nearest(index.embedder.embed_query(text), NEAREST) for text in asked]
    return float(np.mean([spread_of([cosine for _, cosine in found]) for found in nearest]))


def measure(
    sets: Sequence[str], embedder: Embedder, reference: float | None
) -> tuple[dict[str, Rows], float, float]:
    """Every set's rows; the spread of the cosines, and the scale that it was asked with.

    `reference` is the spread of the local model, None if this is the local one.
    """
    with tempfile.TemporaryDirectory() as temporary:
        opened: dict[str, Index] = {}
        for number, name in enumerate(sets):
            path = Path(temporary) / str(number)
            build_index(_paths(name)[0], path, embedder)
            opened[name] = Index(path, embedder)
        spreads = [measure_spread(opened[name], _paths(name)[1]) for name in sets]
        spread = float(np.mean(spreads))
        scale = 1.0 if reference is None else round(reference / spread, 4)
        rows = {name: collect(opened[name], _paths(name)[1], scale) for name in sets}
        for index in opened.values():
            index.close()
    return rows, spread, scale


def _paths(name: str) -> tuple[Path, list[Path]]:
    articles, _, questions = name.rpartition(":")
    return Path(articles), [Path(part) for part in questions.split(",")]


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray, ridge: float = 1.0) -> np.ndarray:
    """Logistic regression by Newton's method; the first column of x is ones, not penalised.

    Columns are scaled to unit deviation for the fit, so that the ridge treats them alike.
    """
    scale = np.r_[1.0, np.maximum(x[:, 1:].std(axis=0), 1e-9)]
    x = x / scale
    beta = np.zeros(x.shape[1])
    penalty = np.diag([0.0] + [ridge] * (x.shape[1] - 1))
    for _ in range(100):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (weight * (y - p)) - penalty @ beta
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + penalty
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-10:
            break
    return beta / scale


def fit_entry(by_set: Mapping[str, Rows], names: Sequence[str]) -> Fit:
    """The model of some features; every set counts alike."""
    rows = [row for found in by_set.values() for row in found]
    size = np.concatenate([np.full(len(found), len(found)) for found in by_set.values()])
    kinds = np.array([kind for kind, _ in rows])
    x = np.array([[1.0, *(row[name] for name in names)] for _, row in rows])
    y = (kinds == "right").astype(float)
    weight = np.where(kinds == "near", NEAR_WEIGHT, 1.0) * np.mean(size) / size
    beta = fit(x, y, weight)
    p = 1 / (1 + np.exp(-x @ beta))
    answerable = np.isin(kinds, ["right", "wrong"]) & (size == size.max())
    return Fit(names, beta, p, float(np.quantile(p[answerable], 1 - ANSWERED)))


def show(title: str, by_set: Mapping[str, Rows], fitted: Fit) -> None:
    print(title)
    weights = zip(["1", *fitted.names], fitted.beta, strict=True)
    print("weights", {name: round(float(b), 3) for name, b in weights})
    print(f"threshold {fitted.threshold:.4f}")
    start = 0
    for name, found in by_set.items():
        part = slice(start, start + len(found))
        start += len(found)
        here, score = np.array([kind for kind, _ in found]), fitted.p[part]
        own = np.isin(here, ["right", "wrong"])
        print(
            f"{name[-50:]:50s} right {np.mean(here[own] == 'right'):.3f}"
            f"  answered {np.mean(score[own] >= fitted.threshold):.3f}"
            + "".join(
                f"  {kind} refused {np.mean(score[here == kind] < fitted.threshold):.3f}"
                for kind in ("far", "near")
                if (here == kind).any()
            )
        )
        lowest = [(share, np.quantile(score[own], 1 - share)) for share in COVERAGES]
        near = (f"{share} {np.mean(score[here == 'near'] < low):.3f}" for share, low in lowest)
        print("    near refused where answered is", ", ".join(near))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+", metavar="ARTICLES:QUESTIONS")
    parser.add_argument("--write", nargs="?", const="both", choices=["model", "any", "both"])
    arguments = parser.parse_args()

    settings = load_settings()
    embedder = embedder_for(settings)
    is_local = table_key(embedder.name) == f"{LOCAL_MODEL}-q4"
    table = json.loads(TABLE.read_text("utf-8"))
    reference = None if is_local else table[ANY_MODEL]["cosine_spread"]
    by_set, spread, scale = measure(arguments.sets, embedder, reference)

    print(f"cosines spread {spread:.4f}, scale {scale}")
    own = fit_entry(by_set, FEATURES)
    show(embedder.name, by_set, own)
    any_model = fit_entry(by_set, FEATURES_OF_WORDS)
    show(f"{ANY_MODEL}: any other model, by words alone", by_set, any_model)
    if arguments.write in ("model", "both"):
        table[table_key(embedder.name)] = {**own.to_entry(), "cosine_scale": scale}
    if arguments.write in ("any", "both") and is_local:
        table[ANY_MODEL] = {**any_model.to_entry(), "cosine_spread": round(spread, 4)}
    if arguments.write:
        TABLE.write_text(json.dumps(table, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
