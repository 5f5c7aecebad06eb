"""Each fault of an LLM server ends in a clear note and the keyless answer, over real HTTP."""

from __future__ import annotations

import logging
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import SettingsError
from index.llm_faults import _FIXES, Fault
from rag import Answer, ask, stream
from tests.llm.conftest import KEY, UseLlm
from tests.llm.scripted import (
    Play,
    as_json,
    error,
    fails_midway,
    is_silent,
    raw,
    says,
    scripted,
    trickles,
)

pytestmark = pytest.mark.integration

ROSES = "How many roses does the garden have?"
TRUE = "The garden behind the museum has 4,711 roses."
ALSO_TRUE = "Visitors may enter the garden for free."
LEAK = f"Incorrect API key provided: {KEY}"


def timeless(answer: Answer) -> Answer:
    return replace(answer, timings_ms={}, notes=())


# -- the table -----------------------------------------------------------------------------

ROWS: dict[str, tuple[Play, Fault, str]] = {
    "wrong key": (error(401, {"error": {"message": LEAK}}), Fault.KEY, "does not accept the key"),
    "forbidden": (error(403, {"error": {"message": LEAK}}), Fault.KEY, "does not accept the key"),
    "no credit": (
        error(429, {"error": {"message": "x", "code": "insufficient_quota"}}),
        Fault.CREDIT,
        "no credit left",
    ),
    "unknown model": (
        error(404, {"error": {"message": "The model `scripted` does not exist"}}),
        Fault.MODEL,
        "has no model scripted",
    ),
    "unknown model, as Ollama says it": (
        error(404, {"error": {"message": 'model "scripted" not found, try pulling it first'}}),
        Fault.MODEL,
        "has no model scripted",
    ),
    "no such address": (error(404, {"detail": "Not Found"}), Fault.ADDRESS, "no OpenAI-compatible"),
    "redirect": (
        error(307, {}, Location="http://198.51.100.1/v1/chat/completions"),
        Fault.ADDRESS,
        "no OpenAI-compatible",
    ),
    "429, wait too long": (
        error(429, None, Retry_After="120"),
        Fault.BUSY,
        "is busy and asks to wait 120 seconds",
    ),
    "500": (error(500, None, Retry_After="60"), Fault.SERVER, "failed (HTTP status 500)"),
    "no answer": (is_silent(5), Fault.SLOW_START, "took too long to begin"),
    "comments and no answer": (trickles(5), Fault.SLOW_START, "took too long to begin"),
    "stops": (says("The gar", "den", pause=5), Fault.STALLED, "stopped in the middle"),
    "never ends": (says(*["word "] * 100, pause=0.2), Fault.TOO_LONG, "took too long for"),
    "cut": (says("The garden has", end=None), Fault.CUT, "was cut off"),
    "error in the stream": (fails_midway("The gar"), Fault.SERVER, "failed while it was writing"),
    "empty": (says(), Fault.EMPTY, "sent an empty reply"),
    "white space": (says(" \n"), Fault.EMPTY, "sent an empty reply"),
    "an empty body": (raw(b"", "text/event-stream"), Fault.UNREADABLE, "cannot be read"),
    "a web page": (raw(b"<html>Sign in</html>", "text/html"), Fault.UNREADABLE, "cannot be read"),
    "events that are no JSON": (
        raw(b"data: <html>\n\n", "text/event-stream"),
        Fault.UNREADABLE,
        "cannot be read",
    ),
    "context overflow, as OpenAI says it": (
        error(400, {"error": {"message": "x", "code": "context_length_exceeded"}}),
        Fault.OVERFLOW,
        "too long for scripted",
    ),
    "context overflow, as llama.cpp says it": (
        error(400, {"error": {"message": "x", "type": "exceed_context_size_error"}}),
        Fault.OVERFLOW,
        "too long for scripted",
    ),
    "rejected": (error(422, {"detail": "no"}), Fault.REJECTED, "rejects the request"),
}


@pytest.mark.parametrize("mode", ["auto", "llm"])
@pytest.mark.parametrize("name", ROWS)
def test_a_fault_is_told_and_the_keyless_answer_given(
    name: str, mode: str, town_index: Path, use_llm: UseLlm, caplog: pytest.LogCaptureFixture
) -> None:
    play, fault, told = ROWS[name]
    quoted = ask(ROSES, town_index, mode="quote")
    with scripted(play) as server, caplog.at_level(logging.DEBUG):
        use_llm(server.url, llm_first_seconds=0.8, llm_seconds=1.5)
        answer = ask(ROSES, town_index, mode=mode)
    assert timeless(answer) == timeless(quoted)
    assert (answer.mode, answer.model) == ("quote", None)
    (note,) = [n for n in answer.notes if told in n]
    assert _FIXES[fault] in note
    assert "in quotations" in note
    assert KEY not in answer.to_json()
    assert KEY not in caplog.text


def test_every_fault_has_a_row_and_a_place_in_the_documentation(repository: Path) -> None:
    tested = {fault for _, fault, _ in ROWS.values()} | {Fault.UNREACHABLE, Fault.SCHEMA}
    assert tested == set(Fault)
    document = (repository / "docs" / "llm.md").read_text("utf-8")
    for fault in Fault:
        assert f"| {fault.value} |" in document


def test_a_refused_connection(town_index: Path, use_llm: UseLlm) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        use_llm(f"http://127.0.0.1:{free.getsockname()[1]}/v1")
        started = time.monotonic()
        answer = ask(ROSES, town_index)
    assert answer.answered
    assert answer.mode == "quote"
    assert any("no LLM server can be reached" in n.replace("No", "no") for n in answer.notes)
    assert time.monotonic() - started < 10


# -- what passes ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_soon_is_waited_for(status: int, town_index: Path, use_llm: UseLlm) -> None:
    with scripted(error(status, None, Retry_After="1"), says(TRUE + " [1]")) as server:
        use_llm(server.url)
        started = time.monotonic()
        answer = ask(ROSES, town_index)
    assert answer.mode == "llm"
    assert time.monotonic() - started >= 1


def test_a_wrong_key_is_sent_once(town_index: Path, use_llm: UseLlm) -> None:
    with scripted(error(401)) as server:
        use_llm(server.url)
        ask(ROSES, town_index)
    assert len(server.calls) == 1


def test_a_reply_cut_off_keeps_what_was_checked(town_index: Path, use_llm: UseLlm) -> None:
    with scripted(
        error(400, {"error": {"message": "response_format is not supported"}}),
        says(f"{TRUE} [1] ", f"{ALSO_TRUE} [1] ", "It was planted in", end=None),
    ) as server:
        use_llm(server.url)
        *pieces, answer = stream("What is said about the garden behind the museum?", town_index)
    assert isinstance(answer, Answer)
    assert "".join(map(str, pieces)) == answer.text
    assert answer.mode == "llm"
    assert answer.text.startswith(f"{TRUE} [1]")
    assert "planted" not in answer.text
    assert any("cut off: the answer ends early" in note for note in answer.notes)


def test_an_overflow_is_tried_with_half_of_the_paragraphs(
    seeds_index: Path, use_llm: UseLlm
) -> None:
    overflow = error(400, {"error": {"code": "context_length_exceeded", "message": ""}})
    with scripted(overflow, says(as_json(("91 drones were used.", [1])))) as server:
        use_llm(server.url)
        answer = ask("What did Tusk say about peace?", seeds_index)
    first, second = (call["messages"][1]["content"].count("\n[") for call in server.calls)
    assert second == (first + 1) // 2 < first
    assert any(f"best {second} of {first} paragraphs" in note for note in answer.notes)


# -- JSON ----------------------------------------------------------------------------------


def test_a_reply_that_is_not_json_is_asked_for_plainly(town_index: Path, use_llm: UseLlm) -> None:
    with scripted(says("Here you are: {}"), says(TRUE + " [1]")) as server:
        use_llm(server.url)
        answer = ask(ROSES, town_index)
        again = ask(ROSES, town_index)
    assert answer.mode == again.mode == "llm"
    asked = ["response_format" in call for call in server.calls]
    assert asked == [True, False, False]


@pytest.mark.parametrize("broken", ['{"sentences": [{"sentence": "x"', "[1, 2]", '{"a": 1}', "{}}"])
def test_broken_json_is_not_repaired(broken: str, town_index: Path, use_llm: UseLlm) -> None:
    with scripted(says(broken), says(TRUE + " [1]")) as server:
        use_llm(server.url)
        answer = ask(ROSES, town_index)
    assert answer.mode == "llm"
    assert answer.text.startswith(TRUE)
    assert ["response_format" in call for call in server.calls] == [True, False]


def test_a_server_without_schemas_is_asked_plainly(town_index: Path, use_llm: UseLlm) -> None:
    refusal = error(400, {"error": {"message": "Unsupported: response_format json_schema"}})
    with scripted(refusal, says(TRUE + " [1]")) as server:
        use_llm(server.url)
        answer = ask(ROSES, town_index)
    assert answer.mode == "llm"
    assert not any("JSON" in note for note in answer.notes)


# -- the network ---------------------------------------------------------------------------


def test_a_proxy_does_not_come_between_this_machine_and_itself(
    town_index: Path, use_llm: UseLlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    with scripted(says(as_json((TRUE, [1])))) as server:
        use_llm(server.url)
        assert ask(ROSES, town_index).mode == "llm"


def test_connections_are_kept(town_index: Path, use_llm: UseLlm) -> None:
    with scripted(says(as_json((TRUE, [1])))) as server:
        use_llm(server.url)
        for _ in range(3):
            ask(ROSES, town_index)
    assert len(set(server.peers)) == 1


def test_the_key_goes_where_it_belongs_and_nowhere_else(
    town_index: Path, use_llm: UseLlm, caplog: pytest.LogCaptureFixture
) -> None:
    with scripted(says(as_json((TRUE, [1])))) as server, caplog.at_level(logging.DEBUG):
        use_llm(server.url)
        answer = ask(ROSES, town_index)
    assert [h["Authorization"] for h in server.headers] == [f"Bearer {KEY}"]
    assert KEY not in str(server.calls)
    assert KEY not in caplog.text
    assert KEY not in answer.to_json()
    for path in town_index.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()


@pytest.mark.parametrize("question", [ROSES, "Who won the football World Cup in 2022?"])
def test_an_exported_key_alone_sends_nothing(
    question: str, town_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted(says("x")) as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        assert ask(question, town_index).mode == "quote"
    assert server.paths == []


def test_quotations_never_call_the_llm(town_index: Path, use_llm: UseLlm) -> None:
    with scripted(says("x")) as server:
        use_llm(server.url)
        assert ask(ROSES, town_index, mode="quote").mode == "quote"
        ask("And who?", town_index, [{"role": "user", "content": ROSES}], mode="quote")
    assert server.paths == []


def test_a_refusal_costs_no_call(town_index: Path, use_llm: UseLlm) -> None:
    with scripted(says("Argentina won [1].")) as server:
        use_llm(server.url)
        answer = ask("Who won the football World Cup in 2022?", town_index)
    assert not answer.answered
    assert server.paths == []


# -- settings ------------------------------------------------------------------------------


def test_an_llm_must_be_somewhere(town_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM", "scripted")
    answer = ask(ROSES, town_index)
    assert answer.mode == "quote"
    assert any("OPENAI_BASE_URL" in note for note in answer.notes)
    with pytest.raises(SettingsError, match="OPENAI_BASE_URL"):
        ask(ROSES, town_index, mode="llm")


def test_mode_llm_needs_an_llm(town_index: Path) -> None:
    with pytest.raises(SettingsError, match="no LLM is configured"):
        ask(ROSES, town_index, mode="llm")


@pytest.mark.parametrize(
    "address", ["http://user:secret@127.0.0.1/v1", "ftp://x/v1", "127.0.0.1:80", "http://"]
)
def test_an_address_that_is_none_is_told(address: str, town_index: Path, use_llm: UseLlm) -> None:
    use_llm(address)
    with pytest.raises(SettingsError, match="OPENAI_BASE_URL") as raised:
        ask(ROSES, town_index, mode="llm")
    assert "secret" not in str(raised.value)
