"""Two writers and four readers in processes of their own, for some seconds: nothing lost or stale.

`benchmarks/soak.py` runs the same for five minutes.
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.integration
def test_two_writers_and_four_readers(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(repository / "benchmarks")  # it imports what they share
    spec = spec_from_file_location("soak", repository / "benchmarks" / "soak.py")
    assert spec is not None
    assert spec.loader is not None
    soak = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "soak", soak)
    spec.loader.exec_module(soak)
    sums = soak.soak(tmp_path, seconds=10.0)
    assert (sums["lost"], sums["stale"]) == (0, 0)
    assert sums["runs"] >= 2
    assert sums["asked"] >= 4
