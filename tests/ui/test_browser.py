"""The page in a real browser: what a visitor does, and what a hostile article cannot."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.ui.visits import (
    DRONES,
    FOREIGN,
    PESKOV,
    PHRASE,
    WORDS,
    Server,
    ask,
    asked,
    is_in_view,
    running,
    visiting,
    wait_for_mark,
    whole_turn,
)

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def weight(element: Any) -> int:
    """How bold its letters are."""
    return int(element.evaluate("element => getComputedStyle(element).fontWeight"))


def test_an_answer_leads_to_its_words_in_the_article(page: Any) -> None:
    turn = ask(page, DRONES)
    assert WORDS in turn.inner_text()
    citation = turn.locator(".citation").first
    assert citation.inner_text() == "[1]"
    assert citation.get_attribute("data-file") == "001_5bc5dbd4b62a0cd8.txt"
    assert citation.get_attribute("data-paragraph") == "11"
    quoted = turn.locator(".quotation").first.inner_text()
    assert turn.locator(".quotation .phrase").all_inner_texts() == [PHRASE]

    citation.click()
    mark = wait_for_mark(page)
    assert mark.locator(".phrase").all_inner_texts() == [PHRASE]
    assert weight(mark.locator(".phrase")) > weight(mark)
    assert is_in_view(page, "#source mark")
    assert f"“{mark.text_content()}”" == quoted
    assert WORDS in mark.text_content()
    paragraph = page.locator("#source .paragraph", has=page.locator("mark"))
    assert paragraph.get_attribute("data-paragraph") == "11"
    assert paragraph.locator(".number").inner_text() == "11"
    assert page.locator("#source .paragraph").count() == 19
    assert page.locator("#question textarea").input_value() == ""


def test_what_the_articles_do_not_say_is_refused(page: Any) -> None:
    turn = ask(page, FOREIGN)
    assert turn.locator(".refusal").inner_text().startswith("The articles do not say")
    assert turn.locator(".citation").count() == 0


def test_the_conversation_remains_and_its_earlier_citations_still_open(page: Any) -> None:
    ask(page, DRONES)
    ask(page, FOREIGN)
    ask(page, PESKOV)
    assert asked(page) == [DRONES, FOREIGN, PESKOV]
    last = page.locator(".turn").nth(2).locator(".citation").first
    last.click()
    page.locator("#source mark", has_text="Peskov").wait_for()
    page.locator(".turn").first.locator(".citation").first.click()
    page.locator("#source mark", has_text=WORDS).wait_for()
    last.click()
    page.locator("#source mark", has_text="Peskov").wait_for()
    wait_for_mark(page)

    page.click("#new")
    page.locator(".welcome").wait_for()
    assert page.locator(".turn").count() == 0


def test_everything_can_be_done_from_the_keyboard(page: Any) -> None:
    page.locator(".suggestion").first.wait_for()
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    page.keyboard.type(DRONES)
    page.keyboard.press("Shift+Enter")
    assert page.locator(".turn").count() == 0
    page.keyboard.press("Enter")
    whole_turn(page, 0)

    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.citation')"):
            break
    page.keyboard.press("Enter")
    wait_for_mark(page)
    page.wait_for_function("document.activeElement.matches('#source mark')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.citation')")


def test_a_suggested_question_is_asked_and_answered(page: Any) -> None:
    suggestion = page.locator(".suggestion").first
    question = suggestion.inner_text()
    suggestion.click()
    turn = whole_turn(page, 0)
    assert turn.locator(".asked").inner_text() == question
    assert turn.locator(".citation").count() >= 1
    assert not page.locator("#suggested").is_visible()


def test_an_article_opens_from_the_list(page: Any) -> None:
    buttons = page.locator("#articles .open-article")
    buttons.first.wait_for()
    assert buttons.count() == 5
    buttons.nth(2).click()
    page.locator("#source article[data-file='002_f1c94cd1dbc136bc.txt']").wait_for()
    assert page.locator("#source .kind-furniture").count() == 10
    assert page.locator("#source mark").count() == 0
    assert "5 articles · 76 paragraphs" in page.locator("#articles summary").text_content()


def test_a_question_that_cannot_be_used_says_how_to_put_it_right(page: Any) -> None:
    page.evaluate("document.querySelector('#question textarea').removeAttribute('maxlength')")
    turn = ask(page, "why " * 1500)
    assert "characters" in turn.locator(".problem").inner_text()
    assert "fewer words" in turn.locator(".problem").inner_text()
    assert WORDS in ask(page, DRONES).inner_text()


def test_visitors_do_not_see_each_others_conversations(
    page: Any, browser: Any, server: Server
) -> None:
    ask(page, DRONES)
    with visiting(browser, server.url) as other:
        assert other.locator(".turn").count() == 0
        ask(other, FOREIGN)
        assert other.locator(".turn").count() == 1
    ask(page, PESKOV)
    assert FOREIGN not in page.locator("#chat").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_narrow_screen_the_article_comes_over_the_page_and_goes(
    browser: Any, server: Server, scheme: str
) -> None:
    with visiting(browser, server.url, 390, color_scheme=scheme) as page:
        turn = ask(page, DRONES)
        assert is_in_view(page, ".turn .asked")
        turn.locator(".citation").first.click()
        wait_for_mark(page)
        assert is_in_view(page, "#source mark")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.click("#source .close")
        assert not page.locator("#source").is_visible()
        assert page.evaluate("document.activeElement.matches('.citation')")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_login_is_asked_for_and_then_everything_works(
    browser: Any, seeds_index: Path, tmp_path: Path
) -> None:
    with running(seeds_index, tmp_path, FOOTNOTE_AUTH="ada:secret") as server:
        login = {"username": "ada", "password": "secret"}
        with visiting(browser, server.url, http_credentials=login) as page:
            turn = ask(page, DRONES)
            turn.locator(".citation").first.click()
            wait_for_mark(page)


def test_the_server_ends_at_once_and_quietly_when_interrupted(
    browser: Any, seeds_index: Path, tmp_path: Path
) -> None:
    with running(seeds_index, tmp_path) as server, visiting(browser, server.url) as page:
        ask(page, DRONES)
        began = time.monotonic()
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(10) == 0
        assert time.monotonic() - began < 3
        assert server.process.stderr is not None
        assert server.process.stderr.read() == ""
