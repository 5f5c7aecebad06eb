"""The tests of what nobody hopes for, counted: killed at random moments, files made to break it.

    python benchmarks/robustness.py

Runs `tests/index/test_kill.py` (an indexer in a process of its own, ended by SIGKILL ten times in
each of three histories; every one must recover to the index that a build from scratch gives) and
`tests/index/test_hostile.py` (files that are broken, huge, locked or lie about what they are; each
must be indexed rightly or named with its reason, in seconds).
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

from common import ROOT, Figure, make_parser, report, scratch

KILLS_A_HISTORY: Final = 10
_KILLED: Final = "test_killed_again_and_again"
_FILE: Final = "test_a_file_is_indexed_rightly_or_named"


def outcomes(test_file: str, folder: Path) -> dict[str, bool]:
    """Whether each test of a file passed, by name; what was skipped is left out."""
    out = folder / "outcomes.xml"
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={out}", f"tests/{test_file}"]
    subprocess.run(command, cwd=ROOT, check=False, stdout=sys.stderr)
    return {
        case.attrib["name"]: case.find("failure") is None and case.find("error") is None
        for case in ET.parse(out).iter("testcase")
        if case.find("skipped") is None
    }


def main() -> None:
    parser = make_parser(__doc__)
    arguments = parser.parse_args()
    json_out = arguments.json and arguments.json.resolve()
    with scratch() as folder:
        killed = outcomes("index/test_kill.py", folder)
        hostile = outcomes("index/test_hostile.py", folder)
    histories = [ok for name, ok in killed.items() if name.startswith(_KILLED)]
    files = [ok for name, ok in hostile.items() if name.startswith(_FILE)]
    kills = KILLS_A_HISTORY * len(histories)
    report(
        [
            Figure(
                f"killed {kills} times at random moments: recovered",
                KILLS_A_HISTORY * sum(histories),
                "",
                target=kills,
                at_least=True,
            ),
            Figure(
                f"{len(files)} hostile files: indexed rightly or named",
                sum(files),
                "",
                target=len(files),
                at_least=True,
            ),
        ],
        json_out,
    )
    if not all((killed | hostile).values()):
        sys.exit("error: some of these tests failed")


if __name__ == "__main__":
    main()
