"""Visitors who ask at once: how many are answered, how soon, and whether any answer is another's.

    python benchmarks/visitors.py [--index PATH] [--questions FILE] [--visitors N] [--seconds S]
                                  [--json OUT] [--plot OUT.png]

The served process is the real one, asked over HTTP in quote mode. Each visitor waits for an answer
before the next question, and each begins at another place of the file; a visitor told that the
server is busy waits as long as `Retry-After` says. The baseline is one visitor alone, before and
after. An answer is wrong if it is not, timings aside, what `ask()` gives for the question sent.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import httpx
from common import QUESTIONS, ROOT, SEEDS, Figure, build, make_parser, report, scratch
from common import some_questions as read_questions

from rag import ask
from rag.session import close_indexes

MAX_VISITORS: Final = 200
MAX_SECONDS: Final = 600.0
LEAST_ANSWERED: Final = 0.95
MOST_TIMES: Final = 60.0  # the p95 of many, in p50s of one
_ALONE_SECONDS: Final = 8.0
_SERVE: Final = (
    "import sys; from pathlib import Path; from ui.server import serve; "
    "serve(Path(sys.argv[1]), port=0)"
)

Answer = dict[str, Any]


@dataclass
class Seen:
    """What became of the questions asked."""

    seconds: list[float] = field(default_factory=list)
    """Of each that was answered, from its sending."""
    moments: list[float] = field(default_factory=list)
    """When each of them was sent, from the beginning on."""
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def asked(self) -> int:
        return self.counts.total()

    def share(self, what: str) -> float:
        return self.counts[what] / max(1, self.asked)

    def percentile(self, percent: int) -> float:
        """In milliseconds; of the answered."""
        cut = quantiles(self.seconds, n=100)[percent - 1] if len(self.seconds) > 1 else 0.0
        return cut * 1000


@contextmanager
def server(index: Path, folder: Path) -> Iterator[str]:
    """The real server in a process of its own; its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(index)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"http://\S+", line):
                yield found[0]
                break
        else:
            raise RuntimeError("the server did not start")
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


async def visit(
    client: httpx.AsyncClient,
    questions: Sequence[str],
    expected: dict[str, Answer],
    seen: Seen,
    started: float,
    until: float,
) -> None:
    """One visitor: asks, waits for the answer, asks the next, until the time is over."""
    place = 0
    while (sent := time.perf_counter()) < until:
        question = questions[place % len(questions)]
        place += 1
        try:
            response = await client.post("/api/ask", json={"question": question, "mode": "quote"})
        except httpx.HTTPError:
            seen.counts["failed"] += 1
            continue
        if response.status_code == 503 and "Retry-After" in response.headers:
            seen.counts["busy"] += 1
            await asyncio.sleep(float(response.headers["Retry-After"]))
            continue
        if response.status_code != 200:
            seen.counts["failed"] += 1
            continue
        seen.seconds.append(time.perf_counter() - sent)
        seen.moments.append(sent - started)
        got = untimed(response.json())
        if got == expected[question]:
            seen.counts["answered"] += 1
        else:
            seen.counts["crossed" if got["question"] != question else "wrong"] += 1


async def visits(
    url: str, questions: list[str], expected: dict[str, Answer], visitors: int, seconds: float
) -> Seen:
    """All of them at once, each at another place of the file to begin with."""
    seen = Seen()
    limits = httpx.Limits(max_connections=visitors, max_keepalive_connections=visitors)
    async with httpx.AsyncClient(
        base_url=url, timeout=120, limits=limits, trust_env=False
    ) as client:
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(visitors):
                first = number * len(questions) // visitors
                order = [*questions[first:], *questions[:first]]
                until = started + seconds
                group.create_task(visit(client, order, expected, seen, started, until))
    return seen


def untimed(answer: Answer) -> Answer:
    return {name: value for name, value in answer.items() if name != "timings_ms"}


def measure(
    path: Path, folder: Path, questions: list[str], visitors: int, seconds: float
) -> tuple[list[Figure], Seen, Seen]:
    """The figures, and what many and what one saw."""
    expected = {q: untimed(ask(q, index=path, mode="quote").to_dict()) for q in questions}
    close_indexes()
    with server(path, folder) as url:
        asyncio.run(visits(url, questions, expected, 1, 3))  # opens and loads what there is
        before = asyncio.run(visits(url, questions, expected, 1, _ALONE_SECONDS))
        many = asyncio.run(visits(url, questions, expected, visitors, seconds))
        after = asyncio.run(visits(url, questions, expected, 1, _ALONE_SECONDS))
    alone = Seen(before.seconds + after.seconds, [], before.counts + after.counts)
    right = many.share("answered")
    bad = many.counts["wrong"] + many.counts["crossed"] + many.counts["failed"]
    p95, single = many.percentile(95), median(alone.seconds) * 1000
    details = {
        "visitors": visitors,
        "seconds": seconds,
        "questions": len(questions),
        "asked": many.asked,
        **{name: many.counts[name] for name in ("answered", "busy", "wrong", "crossed", "failed")},
        "asked_alone": alone.asked,
        "answered_alone": alone.counts["answered"],
        "p50_ms": many.percentile(50),
        "p95_ms": p95,
        "p99_ms": many.percentile(99),
        "answers_a_second": len(many.seconds) / seconds,
        "answers_a_second_alone": len(alone.seconds) / (2 * _ALONE_SECONDS),
        "single_p50_ms": single,
        "single_p95_ms": alone.percentile(95),
    }
    name = f"{visitors} visitors at once"
    figures = [
        Figure(f"{name}: answered", right * 100, "%", 100.0, right, LEAST_ANSWERED, True, details),
        Figure(f"{name}: told busy", many.share("busy") * 100, "%"),
        Figure(f"{name}: wrong, crossed, failed", bad, "answers", 0.0, float(bad), 0.0),
        Figure(f"{name}: p95", p95, "ms", single, p95 / single, MOST_TIMES),
        Figure(f"{name}: p50", many.percentile(50), "ms", single, many.percentile(50) / single),
    ]
    return figures, many, alone


def draw(many: Seen, alone: Seen, visitors: int, out: Path) -> None:
    """How long each answer took: over the minute, and how many took how long."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (over_time, shares) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    times = [second * 1000 for second in many.seconds]
    over_time.plot(many.moments, times, ".", markersize=2, alpha=0.5)
    over_time.set(xlabel="sent after, s", ylabel="answered in, ms", ylim=(0, None))
    over_time.set_title(f"{visitors} visitors, {many.asked:,} questions")
    for seen, label in ((alone, "1 visitor"), (many, f"{visitors} visitors")):
        found = sorted(second * 1000 for second in seen.seconds)
        shares.plot(found, [(n + 1) / len(found) for n in range(len(found))], label=label)
    limit = MOST_TIMES * median(alone.seconds) * 1000
    shares.axvline(limit, linestyle="--", color="gray", label=f"{MOST_TIMES:g} × p50 of one")
    shares.axhline(0.95, linestyle=":", color="gray")
    shares.set(xscale="log", xlabel="answered in, ms", ylabel="share of the answers")
    shares.legend()
    figure.savefig(out, dpi=120)
    plt.close(figure)


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--index", type=Path, metavar="PATH", help="instead of one of the seeds")
    parser.add_argument("--questions", type=Path, metavar="FILE", default=QUESTIONS)
    parser.add_argument("--limit", type=int, help="of the questions")
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--plot", type=Path, metavar="OUT.png", help="draw it here")
    arguments = parser.parse_args()
    questions = read_questions(arguments.questions, arguments.limit)
    visitors = min(MAX_VISITORS, max(1, arguments.visitors))
    seconds = min(MAX_SECONDS, max(1.0, arguments.seconds))
    given = arguments.index and arguments.index.resolve()
    json_out = arguments.json and arguments.json.resolve()
    plot_out = arguments.plot and arguments.plot.resolve()
    with scratch() as folder:
        path = given or build(SEEDS, folder / "index")
        figures, many, alone = measure(path, folder, questions, visitors, seconds)
    report(figures, json_out)
    if plot_out is not None:
        draw(many, alone, visitors, plot_out)
    if many.counts["wrong"] or many.counts["crossed"]:
        sys.exit("error: an answer was wrong, or another's")


if __name__ == "__main__":
    main()
