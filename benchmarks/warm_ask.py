"""How long a question takes in a process that has the index open, beside the least it could.

    python benchmarks/warm_ask.py [--index PATH] [--questions FILE] [--limit N] [--rounds N]

This is what one waits for in the chat. The baseline embeds the same question with the same
model and queries the same vectors once, for ten results: no ranking by words, no decision
whether the articles answer at all, no quotes. The two take turns question by question, and
which one goes first changes at each round.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from bare_ask import RESULTS, open_collection
from common import QUESTIONS, SEEDS, Figure, build, make_parser, report, scratch, some_questions

from index.embed import local_embedder
from rag import ask
from rag.session import close_indexes

TARGET: Final = 1.5
LEAST_QUESTIONS: Final = 20

Times = list[float]


def bare_query(collection: Any) -> Callable[[str], object]:
    """The baseline: one embedding, one query."""
    embedder = local_embedder()

    def query(question: str) -> object:
        vector = embedder.embed_query(question)
        return collection.query(query_embeddings=[vector], n_results=RESULTS)

    return query


def milliseconds(action: Callable[[str], object], question: str) -> float:
    started = time.perf_counter()
    action(question)
    return (time.perf_counter() - started) * 1000


def in_turns(
    first: Callable[[str], object],
    second: Callable[[str], object],
    questions: list[str],
    rounds: int,
) -> tuple[Times, Times]:
    """Milliseconds of both actions for every question of every round, in the same order."""
    times: tuple[Times, Times] = ([], [])
    for turn in range(rounds):
        for question in questions:
            pair = [(times[0], first), (times[1], second)]
            for taken, action in pair if turn % 2 == 0 else reversed(pair):
                taken.append(milliseconds(action, question))
    return times


def measure(path: Path, questions: list[str], rounds: int, name: str) -> Figure:
    """A warm `ask()` on the index at `path` against the bare query."""

    def answer(question: str) -> object:
        return ask(question, index=path)

    bare = bare_query(open_collection(path))
    in_turns(answer, bare, questions, rounds=1)  # opens the index, and fills the caches
    asked, queried = in_turns(answer, bare, questions, rounds)
    close_indexes()
    return Figure(
        what=f"warm ask(), {name}",
        value=median(asked),
        unit="ms",
        baseline=median(queried),
        ratio=median(asked) / median(queried),
        target=TARGET,
        details={
            "questions": len(questions),
            "rounds": rounds,
            "median_of_paired_ratios": median(a / b for a, b in zip(asked, queried, strict=True)),
            "median_of_differences_ms": median(a - b for a, b in zip(asked, queried, strict=True)),
            # A tenth of the runs had the machine nearly to themselves.
            "ratio_of_fastest_tenths": quantiles(asked, n=10)[0] / quantiles(queried, n=10)[0],
            "p10": quantiles(asked, n=10)[0],
            "baseline_p10": quantiles(queried, n=10)[0],
            "p95": quantiles(asked, n=20)[-1],
            "baseline_p95": quantiles(queried, n=20)[-1],
        },
    )


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--index", type=Path, metavar="PATH", help="instead of one of the seeds")
    parser.add_argument("--questions", type=Path, metavar="FILE", default=QUESTIONS)
    parser.add_argument("--limit", type=int, help=f"of the questions; at least {LEAST_QUESTIONS}")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    limit = None if arguments.limit is None else max(LEAST_QUESTIONS, arguments.limit)
    questions = some_questions(arguments.questions, limit)
    given = arguments.index and arguments.index.resolve()
    json_out = arguments.json and arguments.json.resolve()

    with scratch() as folder:
        path = given or build(SEEDS, folder / "index")
        figure = measure(
            path, questions, max(1, arguments.rounds), given.name if given else "seeds"
        )
    report([figure], json_out)


if __name__ == "__main__":
    main()
