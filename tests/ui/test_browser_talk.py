"""A conversation: kept across a reload, several of them, streamed, stopped, asked again."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.llm.scripted import ScriptedServer, as_json, says, scripted
from tests.ui.visits import (
    DRONES,
    FOREIGN,
    PESKOV,
    WORDS,
    Server,
    ask,
    asked,
    running,
    visiting,
    wait_for_mark,
    whole_turn,
)

pytestmark = [pytest.mark.slow, pytest.mark.browser]

_CITED = "all => all.map((one) => ({ ...one.dataset, text: one.textContent }))"
_HOSTILE = "<img src=x onerror=\"document.title='owned'\"><form action=http://leak.example>"
_FIRST = "Kremlin spokesperson Dmitry Peskov said that Putin and Trump were expected to speak."
_INVENTED = "Peskov was born on the moon in 1815 and sells umbrellas."


def test_a_conversation_and_its_citations_are_the_same_after_a_reload(page: Any) -> None:
    ask(page, DRONES)
    ask(page, FOREIGN)
    ask(page, PESKOV)
    cited = page.locator(".citation").evaluate_all(_CITED)
    said = page.locator(".answer").all_inner_texts()
    page.reload()
    whole_turn(page, 2)
    assert asked(page) == [DRONES, FOREIGN, PESKOV]
    assert page.locator(".citation").evaluate_all(_CITED) == cited
    assert page.locator(".answer").all_inner_texts() == said
    page.locator(".turn").first.locator(".citation").first.click()
    assert WORDS in wait_for_mark(page).text_content()
    turn = ask(page, "And when did he say so?")
    assert page.locator(".turn").count() == 4
    assert turn.locator(".answer").count() == 1


def test_conversations_are_begun_renamed_opened_and_deleted(page: Any) -> None:
    ask(page, DRONES)
    page.click("#new")
    page.locator(".welcome").wait_for()
    ask(page, PESKOV)
    page.click("#switch")
    kept = page.locator("#kept .open")
    assert kept.all_inner_texts() == [PESKOV, DRONES]
    page.locator("#kept li").nth(1).get_by_text("Rename").click()
    page.keyboard.type("<b>Drones</b>")
    page.keyboard.press("Enter")
    page.locator("#kept .open", has_text="<b>Drones</b>").click()
    page.locator(".turn .asked", has_text=DRONES).wait_for()
    assert asked(page) == [DRONES]
    page.reload()
    page.locator(".turn .asked", has_text=DRONES).wait_for()
    assert page.locator("#switch .current").inner_text() == "<b>Drones</b>"
    page.click("#switch")
    page.locator("#kept li", has_text=PESKOV).get_by_text("Delete").click()
    page.locator("#kept li", has_text=PESKOV).get_by_text("Delete?").click()
    assert kept.all_inner_texts() == ["<b>Drones</b>"]
    page.locator("#kept li").get_by_text("Delete").click()
    page.locator("#kept li").get_by_text("Delete?").click()
    page.locator(".welcome").wait_for()
    assert page.evaluate("localStorage.length") == 0
    page.reload()
    page.locator(".suggestion").first.wait_for()
    assert page.locator(".turn").count() == 0


def test_two_tabs_of_one_conversation_lose_no_turn(page: Any) -> None:
    ask(page, DRONES)
    other = page.context.new_page()
    other.goto(page.url)
    whole_turn(other, 0)
    ask(other, PESKOV)
    ask(page, FOREIGN)  # this tab knows nothing of the question before
    whole_turn(page, 2)
    assert asked(page) == [DRONES, PESKOV, FOREIGN]
    page.reload()
    whole_turn(page, 2)
    assert asked(page) == [DRONES, PESKOV, FOREIGN]
    page.locator(".turn").nth(1).locator(".edit").click()
    page.fill("#question", "How many villages were captured?")
    page.keyboard.press("Enter")
    page.locator(".turn .asked", has_text="villages").wait_for()
    whole_turn(page, 1)
    page.reload()
    whole_turn(page, 1)
    assert asked(page) == [DRONES, "How many villages were captured?"]  # an edit still replaces


def test_enter_pressed_twice_asks_once(page: Any) -> None:
    for turns in (1, 2, 3):
        page.fill("#question", PESKOV)
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        whole_turn(page, turns - 1)
        page.locator("#follow-ups .suggestion").first.wait_for()
        page.wait_for_timeout(300)  # a second answer would have come by then
        assert page.locator(".turn").count() == turns
        assert page.locator("#question textarea").input_value() == ""


def test_the_page_comes_back_with_the_connection(browser: Any, server: Server) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.url)
    page.locator("#question textarea").wait_for()
    ask(page, DRONES)
    context.set_offline(True)
    page.fill("#question", PESKOV)
    page.keyboard.press("Enter")
    page.get_by_text("Connection to the server was lost").wait_for()
    page.evaluate("window.isOld = true")
    context.set_offline(False)
    page.wait_for_function("!window.isOld && document.querySelector('.turn .asked')")
    assert asked(page) == [DRONES]
    assert page.locator("#question textarea").input_value() == PESKOV
    page.click("#ask")
    whole_turn(page, 1)
    assert asked(page) == [DRONES, PESKOV]
    context.close()


def test_what_somebody_put_into_the_storage_is_only_text(page: Any) -> None:
    ask(page, DRONES)
    kept = page.evaluate("Object.entries(localStorage)")
    ((key, value),) = [entry for entry in kept if entry[0].startswith("footnote:conversation")]
    data = json.loads(value)
    answer = data["turns"][0]["answer"]
    answer["text"] = answer["text"].replace(answer["citations"][0]["quote"], _HOSTILE)
    answer["citations"][0] |= {"quote": _HOSTILE, "title": _HOSTILE, "file": _HOSTILE}
    answer["notes"] = [_HOSTILE]
    data["turns"][0]["question"] = data["title"] = _HOSTILE
    data["turns"] += [{"question": "x", "answer": {"text": "<b>"}}, 7, None]
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [key, json.dumps(data)])
    page.evaluate("localStorage.setItem('footnote:conversation:broken', '{\"turns\": [')")
    page.reload()
    turn = whole_turn(page, 0)
    assert asked(page) == [_HOSTILE]
    turn.locator(".citation").first.click()
    page.locator("#source .notice blockquote", has_text=_HOSTILE).wait_for()
    page.click("#switch")
    assert page.locator("#kept .open").all_inner_texts() == [_HOSTILE]
    assert page.locator(":is(#work, #reading, #tip) :is(img, form, script)").count() == 0
    assert page.title() == "Footnote"


def test_a_question_is_edited_and_asked_again(page: Any) -> None:
    ask(page, FOREIGN)
    ask(page, DRONES)
    page.locator(".turn").first.locator(".edit").click()
    assert page.locator("#question textarea").input_value() == FOREIGN
    assert "will be replaced" in page.locator("#composer .editing").inner_text()
    page.fill("#question", PESKOV)
    page.keyboard.press("Enter")
    page.locator(".turn .asked", has_text=PESKOV).wait_for()
    whole_turn(page, 0)
    assert asked(page) == [PESKOV]
    page.locator(".retry").click()
    page.locator(".is-answered .retry, .turn .retry").wait_for()
    assert asked(page) == [PESKOV]
    page.reload()
    whole_turn(page, 0)
    assert asked(page) == [PESKOV]


def test_what_one_might_ask_next_is_answered_and_new(page: Any) -> None:
    ask(page, DRONES)
    offers = page.locator("#follow-ups .suggestion")
    offers.first.wait_for()
    questions = offers.all_inner_texts()
    assert 2 <= len(questions) <= 3
    assert DRONES not in questions
    offers.first.click()
    turn = whole_turn(page, 1)
    assert turn.locator(".asked").inner_text() == questions[0]
    assert turn.locator(".citation").count() >= 1


_TIME = """async (question) => {
    const chat = document.querySelector("#chat");
    const place = String(chat.querySelectorAll(".turn").length);
    const whole = () => chat.querySelector(
        `#newest .turn[data-turn="${place}"] :is(.is-answered, .is-refused)`);
    document.querySelector("#question textarea").value = question;
    const began = performance.now();
    document.querySelector("#ask").click();
    await new Promise((done) => {
        new MutationObserver(() => whole() && requestAnimationFrame(done))
            .observe(chat, { childList: true, subtree: true });
    });
    const { timings_ms } = JSON.parse(whole().closest(".turn").dataset.kept).answer;
    const answering = Object.values(timings_ms).reduce((sum, one) => sum + one, 0);
    return performance.now() - began - answering;
}"""


def test_an_answer_shows_soon_after_it_is_there(page: Any) -> None:
    ask(page, FOREIGN)  # the model is loaded
    questions = [DRONES, PESKOV, FOREIGN, "Who is the Polish Prime Minister?", DRONES, PESKOV]
    # From the click, all that is not `ask()`: more than what there is a limit for.
    beyond = [page.evaluate(_TIME, question) for question in questions]
    print("ms beyond ask():", sorted(map(round, beyond)))
    assert statistics.median(beyond) <= 300, beyond


@pytest.fixture(scope="module")
def llm() -> Iterator[ScriptedServer]:
    reply = as_json((_FIRST, [1]), (_INVENTED, [1]), (_FIRST.replace("said", "also said"), [1]))
    cut = reply.index(_INVENTED)
    with scripted(says(reply[:cut], reply[cut:], pause=2.0)) as server:
        yield server


@pytest.fixture(scope="module")
def writing_server(
    llm: ScriptedServer, seeds_index: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("llm")
    with running(seeds_index, folder, OPENAI_BASE_URL=llm.url, FOOTNOTE_LLM="scripted") as server:
        yield server


def test_an_answer_is_shown_as_it_is_written_stopped_and_asked_again(
    browser: Any, writing_server: Server
) -> None:
    with visiting(browser, writing_server.url) as page:
        page.fill("#question", PESKOV)
        page.click("#ask")
        draft = page.locator(".is-pending .is-draft", has_text=_FIRST)
        draft.wait_for()
        assert page.locator("#stop").is_visible()
        assert not page.locator("#ask").is_visible()
        page.click("#stop")
        page.locator(".is-stopped .stopped").wait_for()
        page.wait_for_timeout(2500)
        assert page.locator(".turn .is-stopped .prose").inner_text().startswith(_FIRST)
        assert page.locator("#ask").is_visible()
        page.reload()
        page.locator(".is-stopped .stopped").wait_for()
        page.locator(".retry").click()
        draft.wait_for()
        turn = whole_turn(page, 0)
        assert _INVENTED not in turn.inner_text()
        assert "1 unsupported sentence withdrawn" in turn.locator(".status").inner_text()
        assert "was removed" in turn.locator(".note.is-removed").inner_text()
        assert "written by scripted" in turn.locator(".status").inner_text()
        assert page.locator(".turn").count() == 1


def test_a_link_asks_in_quotations_and_spends_no_key(
    browser: Any, writing_server: Server, llm: ScriptedServer
) -> None:
    calls = len(llm.calls)
    with visiting(browser, writing_server.url, query="/?q=Who+is+the+Kremlin+spokesperson") as page:
        turn = whole_turn(page, 0)
        assert turn.locator(".quotation").count() >= 1
        assert "written by" not in turn.inner_text()
    assert len(llm.calls) == calls
