"""How well the verifier tells supported sentences from false ones; and its coefficients.

The labelled set stands in `tests/verifier/`: paraphrases of paragraphs of `seeds/`, of the
articles beside the set, and of a folder like `xquad-dev`, with false sentences made from them
(`benchmarks/verifier_set.py`). Every second paraphrase with all that was made from it is held out:
nothing is fitted on it, nor was any rule written after looking at it. A second set, `fresh.jsonl`,
was written by hand before the rules on identities and places; its held-out part is of articles of
which nothing else was read, those of a folder like `bbc-news` among them. A third, `free.jsonl`,
was written without any knowledge of the verifier: freer paraphrases, and falsehoods made of
what the same paragraph says of something else; its parts share no article either.

    python -m benchmarks.verifier [--xquad DIR] [--news DIR] [--cache DIR] [--show KIND]
        [--fit meaning|reading] [--json OUT] [--closely]
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import ROOT, SEEDS, build, make_parser, scratch
from benchmarks.verifier_set import FOLDER, read
from index.embed import local_embedder
from index.store import Index
from rag.support import FEATURES, READING_FEATURES
from rag.verify import (
    Verdict,
    Verifier,
    evidence_features,
    nearest_features,
    verify_sentence,
)

TABLE: Final = ROOT / "rag" / "verify.json"
KINDS: Final = (
    "true",
    "number",
    "date",
    "name",
    "negation",
    "speaker",
    "relation",
    "identity",
    "place",
)
AIMS: Final = {
    "true": 0.90,
    "number": 0.99,
    "date": 0.99,
    "name": 0.99,
    "negation": 0.95,
    "speaker": 0.85,
    "relation": 0.85,
    "identity": 0.85,
    "place": 0.85,
}
_SENTENCES = 5  # of an answer that is timed
_OFFERED = 12  # paragraphs
_OTHERS = 4  # paragraphs of the same article that are offered besides
_FOLDS = 5
_ROUNDS = 3
_RIDGE = 3.0  # of coefficients of features of unit variance


@dataclass(frozen=True, slots=True)
class Labelled:
    """One sentence of the set."""

    kind: str
    sentence: str
    file: str
    paragraph: int
    is_held_out: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sentence with what the verifier said of it."""

    labelled: Labelled
    verdict: Verdict
    seconds: float

    @property
    def is_right(self) -> bool:
        return self.verdict.supported == (self.labelled.kind == "true")


def read_set() -> list[Labelled]:
    """The labelled set, in order; halves by the number of the paraphrase."""
    found: list[Labelled] = []
    for name in ("true", "false"):
        for at, item in enumerate(read(FOLDER / f"{name}.jsonl")):
            origin = item.get("from") or (item["id"] if name == "true" else f"x{at}")
            found.append(
                Labelled(
                    kind=item.get("kind", "true"),
                    sentence=item["sentence"],
                    file=item["file"],
                    paragraph=item["paragraph"],
                    is_held_out=int(origin[1:]) % 2 == 1,
                )
            )
    return found


def read_parts(name: str) -> list[Labelled]:
    """The second set ("fresh") or the third ("free"), in order; the parts share no article."""
    return [
        Labelled(
            kind=item["kind"],
            sentence=item["sentence"],
            file=item["file"],
            paragraph=item["paragraph"],
            is_held_out=item["part"] == "held out",
        )
        for item in read(FOLDER / f"{name}.jsonl")
    ]


def score(
    labelled: Sequence[Labelled],
    indexes: Sequence[Index],
    *,
    with_others: bool = False,
    closely: bool = False,
) -> list[Outcome]:
    """What the verifier says of each sentence whose article one of the indexes has.

    Args:
        labelled: the sentences.
        indexes: open ones, each of another folder.
        with_others: whether other paragraphs of the article may support it instead.
        closely: whether as strictly as an LLM's sentences are.
    """
    homes: dict[str, Index] = {}
    sizes: dict[str, int] = {}
    for index in indexes:
        with index.reading():
            for row in index.catalog.articles():
                homes[row.file], sizes[row.file] = index, row.paragraphs
    outcomes: list[Outcome] = []
    for one in labelled:
        if one.file not in homes:
            continue
        place = one.file, one.paragraph
        near = sorted(range(1, sizes[one.file] + 1), key=lambda n: abs(n - one.paragraph))
        others = [(one.file, n) for n in near[1 : _OTHERS + 1]] if with_others else []
        started = time.perf_counter()
        verifier = Verifier(homes[one.file])
        verdict = verifier.verify(one.sentence, [place], others, closely=closely)
        outcomes.append(Outcome(one, verdict, time.perf_counter() - started))
    return outcomes


def shares(outcomes: Sequence[Outcome]) -> dict[str, tuple[float, int]]:
    """For each kind, the share judged rightly, and how many there are."""
    found: dict[str, tuple[float, int]] = {}
    for kind in KINDS:
        of_kind = [one for one in outcomes if one.labelled.kind == kind]
        if of_kind:
            found[kind] = statistics.mean(one.is_right for one in of_kind), len(of_kind)
    return found


def precision_recall(outcomes: Sequence[Outcome], threshold: float = 0.0) -> tuple[float, float]:
    """Of what is called supported, the share that is; of what is supported, the share kept."""
    kept = [one for one in outcomes if one.verdict.supported and one.verdict.support >= threshold]
    right = sum(one.labelled.kind == "true" for one in kept)
    true = sum(one.labelled.kind == "true" for one in outcomes)
    return right / max(1, len(kept)), right / max(1, true)


@contextmanager
def open_indexes(folders: Sequence[Path], cache: Path | None) -> Iterator[list[Index]]:
    """An index of each folder, built where the cache has none."""
    with scratch() as here:
        opened: list[Index] = []
        for number, folder in enumerate(folders):
            path = (cache or here) / f"{number}-{folder.name}"
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                build(folder, path)
            opened.append(Index(path, local_embedder()))
        try:
            yield opened
        finally:
            for index in opened:
                index.close()


def news_index(folder: Path, labelled: Sequence[Labelled], cache: Path | None) -> Index:
    """An index of those articles of a folder that the sentences are about."""
    path = (cache or Path.cwd()) / "news"
    if not path.exists():
        chosen = Path.cwd() / "chosen"
        for file in {one.file for one in labelled}:
            if (folder / file).is_file():
                (chosen / file).parent.mkdir(parents=True, exist_ok=True)
                (chosen / file).write_bytes((folder / file).read_bytes())
        build(chosen, path)
    return Index(path, local_embedder())


def fit_meaning(labelled: Sequence[Labelled], indexes: Sequence[Index], *, lost: float) -> None:
    """Fit the model of the meaning on the half that is not held out, and write it.

    A paraphrase belongs to its own paragraph and to no other of its article. The threshold is
    where that share of paraphrases is lost.
    """
    rows: list[list[float]] = []
    wanted: list[int] = []
    for one in labelled:
        if one.kind != "true" or one.is_held_out:
            continue
        for index in indexes:
            with index.reading():
                article = index.catalog.article(one.file)
            if article is None:
                continue
            for paragraph in article.paragraphs:
                if not paragraph.kind.is_evidence:
                    continue
                found = nearest_features(one.sentence, (one.file, paragraph.number), index)
                rows.append([found[name] for name in FEATURES])
                wanted.append(int(paragraph.number == one.paragraph))
    x, y = np.array(rows), np.array(wanted)
    beta = logistic(x, y)
    chance = 1 / (1 + np.exp(-(beta[0] + x @ beta[1:])))
    threshold = float(np.quantile(chance[y == 1], lost))
    write_table("meaning", FEATURES, beta, threshold)
    passed = float(np.mean(chance[y == 0] >= threshold))
    print(f"fitted on {int(y.sum())} pairs and {int((1 - y).sum())} others")
    print(f"of the other paragraphs of the article {passed:.3f} pass the threshold")


def fit_reading(labelled: Sequence[Labelled], indexes: Sequence[Index], *, lost: float) -> None:
    """Fit the model of all that is known, on what is not held out, and write it.

    A sentence is judged by its best window, which the model itself tells: so it is fitted, the
    best windows are chosen, and it is fitted again. The threshold is where that share of the true
    sentences that are not refused outright is lost, by the sentences of other articles: each
    fifth of the articles is judged by a model of the rest.
    """
    homes = {row.file: index for index in indexes for row in _articles(index)}
    windows: list[list[list[float]]] = []
    wanted: list[int] = []
    files: list[str] = []
    own = [one for one in labelled if not one.is_held_out and one.file in homes]
    for one in own:
        found = evidence_features(one.sentence, (one.file, one.paragraph), homes[one.file])
        if found:
            windows.append([[item[name] for name in READING_FEATURES] for item in found])
            wanted.append(int(one.kind == "true"))
            files.append(one.file)
    y = np.array(wanted)
    fold = np.array([sorted(set(files)).index(file) % _FOLDS for file in files])
    chance = np.zeros(len(y))
    for number in range(_FOLDS):
        beta = _fit_best(windows, y, fold != number)
        for at in np.flatnonzero(fold == number):
            chance[at] = _sigmoid(np.array(windows[at]) @ beta[1:] + beta[0]).max()
    threshold = float(np.quantile(chance[y == 1], lost))
    caught = float(np.mean(chance[y == 0] < threshold))
    print(f"fitted on {int(y.sum())} true and {int((1 - y).sum())} false sentences; of other")
    print(f"articles {lost:.3f} of the true are lost, {caught:.3f} of the false are caught")
    write_table("reading", READING_FEATURES, _fit_best(windows, y, fold >= 0), threshold)


def _articles(index: Index) -> list[Any]:
    with index.reading():
        return list(index.catalog.articles())


def _fit_best(
    windows: list[list[list[float]]], y: NDArray[np.int64], chosen: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Coefficients, the intercept first, of sentences judged by their best window."""
    best = [0] * len(windows)  # the likeliest words, at first
    for _ in range(_ROUNDS):
        x = np.array([windows[at][best[at]] for at in range(len(windows))])
        spread = x[chosen].std(axis=0) + 1e-9
        scaled = logistic(x[chosen] / spread, y[chosen], ridge=_RIDGE)
        beta = np.concatenate([scaled[:1], scaled[1:] / spread])
        best = [int(np.argmax(np.array(some) @ beta[1:])) for some in windows]
    return beta


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))


def write_table(
    name: str, features: Sequence[str], beta: NDArray[np.float64], threshold: float
) -> None:
    """Put a model into `rag/verify.json`, beside the others."""
    tables = json.loads(TABLE.read_text("utf-8"))
    tables[name] = {
        "intercept": round(float(beta[0]), 4),
        "weights": {n: round(float(b), 4) for n, b in zip(features, beta[1:], strict=True)},
        "threshold": round(threshold, 4),
    }
    TABLE.write_text(json.dumps(tables, indent=2) + "\n", "utf-8")
    print(f"{name}: {tables[name]}")


def logistic(
    x: NDArray[np.float64], y: NDArray[np.int64], ridge: float = 1e-2
) -> NDArray[np.float64]:
    """Logistic regression by Newton's method, classes weighted alike; the intercept first."""
    design = np.column_stack([np.ones(len(x)), x])
    weight = np.where(y == 1, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        gradient = design.T @ (weight * (y - p)) - ridge * beta
        hessian = (design.T * (weight * p * (1 - p))) @ design + ridge * np.eye(len(beta))
        beta = beta + np.linalg.solve(hessian, gradient)
    return beta


def table(outcomes: Sequence[Outcome], title: str) -> str:
    """The shares of both halves beside what was aimed at."""
    halves = {
        "tuned on": [one for one in outcomes if not one.labelled.is_held_out],
        "held out": [one for one in outcomes if one.labelled.is_held_out],
    }
    lines = [title, f"{'kind':<12}{'tuned on':>16}{'held out':>16}{'aim':>8}"]
    found = {name: shares(half) for name, half in halves.items()}
    for kind in KINDS:
        cells = [found[name].get(kind, (0.0, 0)) for name in halves]
        text = "".join(f"{share:>10.3f}{f'({n})':>6}" for share, n in cells)
        lines.append(f"{kind:<12}{text}{AIMS[kind]:>8.2f}")
    for name, half in halves.items():
        precision, recall = precision_recall(half)
        lines.append(f"{name}: precision {precision:.3f}, recall {recall:.3f}")
    return "\n".join(lines)


def answer_times(labelled: Sequence[Labelled], index: Index) -> tuple[list[float], list[float]]:
    """Milliseconds to check answers of five sentences, and to embed a question, in turns.

    As for an LLM's answer: twelve paragraphs are offered, and held beforehand.
    """
    with index.reading():
        sizes = {row.file: row.paragraphs for row in index.catalog.articles()}
    own = [one for one in labelled if one.file in sizes and one.kind == "true"]
    checked: list[float] = []
    embedded: list[float] = []
    for at in range(0, len(own) - _SENTENCES + 1, _SENTENCES):
        some = own[at : at + _SENTENCES]
        file = some[0].file
        places = [(one.file, one.paragraph) for one in some]
        places += [(file, number) for number in range(1, sizes[file] + 1)]
        places = list(dict.fromkeys(places))[:_OFFERED]
        started = time.perf_counter()
        verifier = Verifier(index, places)
        for one in some:
            verifier.verify(one.sentence, [(one.file, one.paragraph)], places, closely=True)
        checked.append((time.perf_counter() - started) * 1000)
        started = time.perf_counter()
        index.embedder.embed_query(f"What is known of {file} and of number {at}?")
        embedded.append((time.perf_counter() - started) * 1000)
    return checked, embedded


def curve(outcomes: Sequence[Outcome]) -> list[dict[str, float]]:
    """Precision and recall as the support that is asked for rises."""
    points: list[dict[str, float]] = []
    for threshold in (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99):
        precision, recall = precision_recall(outcomes, threshold)
        points.append({"support": threshold, "precision": precision, "recall": recall})
    return points


def main() -> None:
    """Print the shares of both halves, the curve and the times."""
    parser = make_parser(__doc__)
    parser.add_argument("--xquad", type=Path, metavar="DIR", help="articles like xquad-dev")
    parser.add_argument("--news", type=Path, metavar="DIR", help="articles like bbc-news")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the indexes here")
    parser.add_argument("--fit", choices=("meaning", "reading"), help="fit that model, and end")
    parser.add_argument("--lost", type=float, default=0.01, help="paraphrases that --fit may lose")
    parser.add_argument("--closely", action="store_true", help="as strictly as of an LLM")
    parser.add_argument("--show", metavar="KIND", help="print the mistakes of a kind, of the half")
    options = parser.parse_args()
    folders = [SEEDS, FOLDER / "articles", *([options.xquad.resolve()] if options.xquad else [])]
    cache = options.cache.resolve() if options.cache else None
    json_out = options.json.resolve() if options.json else None
    labelled = read_set()
    fresh, free = read_parts("fresh"), read_parts("free")
    with open_indexes(folders, cache) as indexes:
        if options.news:
            indexes.append(news_index(options.news.resolve(), [*fresh, *free], cache))
        if options.fit:
            fit = fit_meaning if options.fit == "meaning" else fit_reading
            fit([*labelled, *fresh, *free], indexes, lost=options.lost)
            return
        verify_sentence("warm up", [], [], indexes[0])
        alone = score(labelled, indexes, closely=options.closely)
        second = score(fresh, indexes, closely=options.closely)
        third = score(free, indexes, closely=options.closely)
        if options.show:
            show([*alone, *second, *third], options.show)
            return
        others = score(labelled, indexes, with_others=True, closely=options.closely)
        checked, embedded = answer_times(labelled, indexes[0])
    print(table(alone, "against the paragraph that is cited"))
    print(table(others, f"\nwith {_OTHERS} more paragraphs that may support it instead"))
    print(table(second, "\nthe second set, against the paragraph that is cited"))
    print(table(third, "\nthe third set, against the paragraph that is cited"))
    print("\nsupport ≥   precision   recall, of the third set")
    for point in curve([one for one in third if one.labelled.is_held_out]):
        print("{support:>9.2f}{precision:>12.3f}{recall:>9.3f}".format(**point))
    times = sorted(one.seconds * 1000 for one in others)
    slow = times[len(times) * 95 // 100]
    print(f"\na sentence: median {statistics.median(times):.1f} ms, p95 {slow:.1f} ms")
    middle, question = statistics.median(checked), statistics.median(embedded)
    print(f"an answer of {_SENTENCES} sentences: median {middle:.0f} ms", end="")
    print(f", {middle / question:.1f} times the embedding of a question")
    if json_out is not None:
        result: dict[str, Any] = {
            "alone": shares(alone),
            "with_others": shares(others),
            "second": shares([one for one in second if one.labelled.is_held_out]),
            "third": shares([one for one in third if one.labelled.is_held_out]),
            "curve": curve([one for one in third if one.labelled.is_held_out]),
        }
        json_out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def show(outcomes: Sequence[Outcome], kind: str) -> None:
    """Print what was judged wrongly in the half that is not held out."""
    for one in outcomes:
        if one.labelled.kind == kind and not one.is_right and not one.labelled.is_held_out:
            place = f"{one.labelled.file[:12]} {one.labelled.paragraph}"
            print(f"{place:<16}{one.verdict.support:.2f} {one.labelled.sentence}")
            print(f"{'':<16}{one.verdict.reason}")


if __name__ == "__main__":
    main()
