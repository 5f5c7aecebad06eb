"""What the benchmarks share: figures and their table, an index to measure on, clean settings.

Every figure stands beside a baseline that was measured in turns with it, on the same
machine and in the same minute: their ratio means something on a busy machine too. A
missed target is shown and fails nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
SEEDS: Final = ROOT / "seeds"
QUESTIONS: Final = ROOT / "tests" / "questions.jsonl"

_IN_CODE: Final = "from rag.cli import run; run()"
_HEAD: Final = ("what", "figure", "baseline", "ratio", "target", "ok?")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, against what, and what was hoped for."""

    what: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None
    target: float | None = None
    """Of the ratio; of the figure itself where there is none."""
    at_least: bool = False
    """Whether the target is the least that will do, or the most."""
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        measured = self.value if self.ratio is None else self.ratio
        return measured >= self.target if self.at_least else measured <= self.target

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}


def figure_from(item: dict[str, Any]) -> Figure:
    """The figure that `Figure.to_dict` made a dictionary of."""
    return Figure(**{name: value for name, value in item.items() if name != "ok"})


def as_table(figures: Sequence[Figure]) -> str:
    """The figures as aligned columns for a terminal."""
    rows = [_HEAD, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _cells(figure: Figure) -> tuple[str, ...]:
    def amount(value: float | None) -> str:
        return "" if value is None else f"{value:,.{0 if value >= 100 else 2}f} {figure.unit}"

    sign = "≥" if figure.at_least else "≤"
    return (
        figure.what,
        amount(figure.value),
        amount(figure.baseline),
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        "" if figure.target is None else f"{sign} {figure.target:g}",
        {True: "yes", False: "no", None: ""}[figure.ok],
    )


def make_parser(doc: str | None) -> argparse.ArgumentParser:
    """A parser with the option that all benchmarks have."""
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here too")
    return parser


def report(figures: Sequence[Figure], json_out: Path | None) -> None:
    """Print the table, and write the figures if a file is named."""
    print(as_table(figures))
    if json_out is not None:
        items = [figure.to_dict() for figure in figures]
        json_out.write_text(json.dumps(items, ensure_ascii=False, indent=1) + "\n", "utf-8")


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder as the current one, without settings: no `.env`, no `FOOTNOTE_…`."""
    before, here = dict(os.environ), Path.cwd()
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as name:
        folder = Path(name).resolve()
        try:
            for setting in [n for n in os.environ if n.upper().startswith("FOOTNOTE_")]:
                del os.environ[setting]
            os.chdir(folder)
            yield folder
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)


def larger_corpus() -> Path:
    """The larger test corpus where there is one, else the samples."""
    larger = ROOT.parent / "shared" / "bench" / "bbc-news"
    return larger if larger.is_dir() else SEEDS


def peak_megabytes() -> float:
    """The most memory that this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():  # `getrusage` counts what the parent held when this process was begun
        lines = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) * 1.024 / 1000
    return megabytes_of(resource.getrusage(resource.RUSAGE_SELF))


def megabytes_of(usage: resource.struct_rusage) -> float:
    """The most memory that a process held which has ended, or this one's as the system tells it."""
    return usage.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1000)


def footnote(*arguments: str) -> list[str]:
    """The command as one types it: the console script, or its code if it is not there."""
    script = Path(sys.executable).with_name("footnote")
    start = [str(script)] if script.exists() else [sys.executable, "-c", _IN_CODE]
    return [*start, *arguments]


def build(corpus: Path, path: Path) -> Path:
    """An index of `corpus` at `path`, with the local model; returns `path`."""
    from index.build import build_index
    from index.embed import local_embedder

    build_index(corpus, path, local_embedder())
    return path


def some_questions(path: Path = QUESTIONS, limit: int | None = None) -> list[str]:
    """Different questions of a question file that stand alone, spread over the whole file."""
    from rag.evaluate import read_questions

    asked = list(dict.fromkeys(q.question for q in read_questions(path) if not q.history))
    if limit is None or limit >= len(asked):
        return asked
    return [asked[i * len(asked) // limit] for i in range(limit)]
