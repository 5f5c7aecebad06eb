"""Fit rag/confidence.json: when does the best sentence answer the question?

    python benchmarks/fit_confidence.py ARTICLES:QUESTIONS[,QUESTIONS]... [--write]

Each set is a folder of articles and a question file; every set counts alike. An answerable
question counts as right or wrong by its first paragraph, and once more with its evidence
taken away (a near miss); an unanswerable one is to be refused. Prints how well each kind
is told apart.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.build import build_index
from index.embed import local_embedder
from index.store import Index
from rag.answering import find
from rag.confidence import features
from rag.evaluate import read_questions
from rag.retrieve import Retriever

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "rag" / "confidence.json"
NEAR_WEIGHT = 0.25  # near misses are made, and as many as all questions: they count less
ANSWERED = 0.98  # of the answerable questions of the largest set


def collect(articles: Path, questions: list[Path]) -> list[tuple[str, dict[str, float]]]:
    """(kind, features) of each question of a set; kinds: right, wrong, far, near."""
    rows: list[tuple[str, dict[str, float]]] = []
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "index"
        build_index(articles, path, local_embedder())
        index = Index(path, local_embedder())
        retriever = Retriever(index)
        for item in (item for path in questions for item in read_questions(path)):
            found = find(retriever, item.question, item.history, ()).retrieval
            if not item.answerable:
                rows.append(("far", features(found)))
                continue
            right = bool(found.candidates) and found.candidates[0].row.place in item.evidence
            rows.append(("right" if right else "wrong", features(found)))
            rest = tuple(c for c in found.candidates if c.row.place not in item.evidence)
            rows.append(("near", features(replace(found, candidates=rest))))
        index.close()
    return rows


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+", metavar="ARTICLES:QUESTIONS")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()

    by_set = {name: collect(*_paths(name)) for name in arguments.sets}
    rows = [row for found in by_set.values() for row in found]
    size = np.concatenate([np.full(len(found), len(found)) for found in by_set.values()])
    names = list(rows[0][1])
    kinds = np.array([kind for kind, _ in rows])
    x = np.array([[1.0, *(row[name] for name in names)] for _, row in rows])
    y = (kinds == "right").astype(float)
    weight = np.where(kinds == "near", NEAR_WEIGHT, 1.0) * np.mean(size) / size
    beta = fit(x, y, weight)
    p = 1 / (1 + np.exp(-x @ beta))
    answerable = np.isin(kinds, ["right", "wrong"]) & (size == size.max())
    threshold = float(np.quantile(p[answerable], 1 - ANSWERED))

    print("weights", {n: round(float(b), 3) for n, b in zip(["1", *names], beta, strict=True)})
    print(f"threshold {threshold:.4f}")
    start = 0
    for name, found in by_set.items():
        part = slice(start, start + len(found))
        start += len(found)
        here, score = kinds[part], p[part]
        own = np.isin(here, ["right", "wrong"])
        print(
            f"{name[-50:]:50s} answered {np.mean(score[own] >= threshold):.3f}"
            + "".join(
                f"  {kind} refused {np.mean(score[here == kind] < threshold):.3f}"
                for kind in ("far", "near")
                if (here == kind).any()
            )
        )
    if arguments.write:
        table = json.loads(TABLE.read_text("utf-8")) if TABLE.exists() else {}
        table[local_embedder().name.rpartition("/")[2]] = {
            "intercept": round(float(beta[0]), 4),
            "weights": {n: round(float(b), 4) for n, b in zip(names, beta[1:], strict=True)},
            "threshold": round(threshold, 4),
        }
        TABLE.write_text(json.dumps(table, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
