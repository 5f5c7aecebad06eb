"""How long `footnote ask` takes in a new process, beside the least that it could take.

    python benchmarks/startup.py [--runs N] [--index PATH]

One asks at a prompt and waits for the whole of it: start of Python, imports, model, index,
answer. The baseline (`bare_ask.py`) is a process that imports Chroma, loads the model,
embeds the same question and queries the same vectors. The two run in turns, and which one
goes first changes at each turn. Also looks that the answer loaded no library which only
indexing, LLMs or the page need.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Final

from common import ROOT, SEEDS, Figure, build, footnote, make_parser, report, scratch

QUESTION: Final = "How many drones did Moscow say were used?"
TARGET: Final = 2.0
LEAST_RUNS: Final = 7
NOT_NEEDED: Final = frozenset({"llama_index", "openai", "gradio"})

_ASK_AND_LIST: Final = """
import json, sys
from rag.cli import run
try:
    run()
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def ask_command(path: Path) -> list[str]:
    """`footnote ask` as one types it."""
    return footnote("ask", QUESTION, "--index", str(path))


def bare_command(path: Path) -> list[str]:
    return [sys.executable, str(Path(__file__).with_name("bare_ask.py")), str(path), QUESTION]


def run_once(command: list[str]) -> tuple[float, str]:
    """Seconds until a process has ended, and what it printed; it must succeed."""
    started = time.perf_counter()
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:2])} … failed:\n{done.stderr}")
    return seconds, done.stdout


def measure(path: Path, runs: int) -> tuple[list[float], list[float]]:
    """Seconds of each `footnote ask` and of each bare process, in turns."""
    ask, bare = ask_command(path), bare_command(path)
    for command in (ask, bare):
        run_once(command)  # the disk's cache is warm from here on, for both
    times: dict[str, list[float]] = {"ask": [], "bare": []}
    for turn in range(runs):
        pair = [("ask", ask), ("bare", bare)]
        for name, command in pair if turn % 2 == 0 else reversed(pair):
            times[name].append(run_once(command)[0])
    return times["ask"], times["bare"]


def loaded_in_vain(path: Path) -> set[str]:
    """The libraries that a keyless answer loaded and does not need."""
    command = [sys.executable, "-c", _ASK_AND_LIST, "ask", QUESTION, "--index", str(path)]
    printed = run_once(command)[1]
    return set(json.loads(printed.splitlines()[-1])) & NOT_NEEDED


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--runs", type=int, default=11, help=f"of each; at least {LEAST_RUNS}")
    parser.add_argument("--index", type=Path, metavar="PATH", help="instead of one of the seeds")
    arguments = parser.parse_args()
    given = arguments.index and arguments.index.resolve()
    json_out = arguments.json and arguments.json.resolve()

    with scratch() as folder:
        path = given or build(SEEDS, folder / "index")
        ask, bare = measure(path, max(LEAST_RUNS, arguments.runs))
        in_vain = loaded_in_vain(path)
    figure = Figure(
        what="footnote ask, new process",
        value=median(ask),
        unit="s",
        baseline=median(bare),
        ratio=median(ask) / median(bare),
        target=TARGET,
        details={"ask": ask, "bare": bare, "loaded_in_vain": sorted(in_vain)},
    )
    report([figure], json_out)
    if in_vain:
        sys.exit(f"error: an answer without an LLM loads {', '.join(sorted(in_vain))}")


if __name__ == "__main__":
    main()
