"""The doctor tries the LLM's server: each finding with its cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.doctor import Finding, examine
from index.llm_faults import _FIXES, Fault
from tests.llm.conftest import KEY, UseLlm
from tests.llm.scripted import Play, error, is_silent, raw, scripted

pytestmark = pytest.mark.integration

ANSWER = raw(
    b'{"id": "1", "object": "chat.completion", "created": 1, "model": "scripted", "choices": '
    b'[{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Yes"}}]}',
    "application/json",
)


def llm_findings() -> list[Finding]:
    return [f for f in examine() if "LLM" in f.what or "OpenAI-compatible" in f.what]


def test_all_is_well(town_index: Path, use_llm: UseLlm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_INDEX", str(town_index))
    with scripted(ANSWER) as server:
        use_llm(server.url)
        (finding,) = llm_findings()
    assert not finding.fix
    assert "scripted" in finding.what


@pytest.mark.parametrize(
    ("play", "fault"),
    [
        (error(401, {"error": {"message": KEY}}), Fault.KEY),
        (error(404, {"error": {"message": "model not found"}}), Fault.MODEL),
        (error(404, {}), Fault.ADDRESS),
        (error(429), Fault.BUSY),
        (error(500), Fault.SERVER),
        (is_silent(3), Fault.SLOW_START),
        (raw(b"<html>", "text/html"), Fault.UNREADABLE),
        (raw(b"{}", "application/json"), Fault.UNREADABLE),
    ],
)
def test_each_fault_has_its_cure(play: Play, fault: Fault, use_llm: UseLlm) -> None:
    models = {"object": "list", "data": [{"id": "other", "object": "model", "created": 1}]}
    with scripted(play, models=models) as server:
        use_llm(server.url, llm_first_seconds=0.5)
        (finding,) = llm_findings()
    assert finding.is_error
    assert finding.fix == _FIXES[fault]
    assert KEY not in str(finding)
    assert ("it has other" in finding.what) == (fault is Fault.MODEL)


def test_a_dead_server(use_llm: UseLlm) -> None:
    use_llm("http://127.0.0.1:9/v1")
    (finding,) = llm_findings()
    assert finding.fix == _FIXES[Fault.UNREACHABLE]
