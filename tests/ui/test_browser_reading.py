"""Reading beside asking: quotations on numbers, the article open at them, links to them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.ui.visits import DRONES, FOREIGN, PESKOV, WORDS, Server, ask, visiting, wait_for_mark

pytestmark = [pytest.mark.slow, pytest.mark.browser]

_FILE = "001_5bc5dbd4b62a0cd8.txt"
_CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def copied_by(page: Any, button: Any) -> str:
    """What is on the clipboard when a button has said that it put it there."""
    button.click()
    page.wait_for_function("document.querySelector('#live').textContent === 'Copied'")
    text: str = page.evaluate("navigator.clipboard.readText()")
    page.evaluate("document.querySelector('#live').textContent = ''")
    return text


def test_a_number_shows_its_quotation_when_pointed_at_or_focused(page: Any) -> None:
    turn = ask(page, DRONES)
    quoted = turn.locator(".quotation").first.inner_text()
    citation = turn.locator(".citation").first
    tip = page.locator("#tip")
    assert not tip.is_visible()
    citation.hover()
    tip.wait_for()
    assert tip.locator("q").text_content() == quoted.strip("“”")
    assert tip.locator("span").inner_text() == f"{_FILE}, paragraph 11"
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    tip.hover()
    page.wait_for_timeout(300)
    assert tip.is_visible(), "who reads it may point at it"
    page.keyboard.press("Escape")
    assert not tip.is_visible()

    page.focus("#question textarea")
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.citation')"):
            break
    tip.wait_for()
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "tip"


def test_one_goes_from_citation_to_citation_and_sees_the_others(page: Any) -> None:
    turn = ask(page, DRONES)
    count = turn.locator(".citation").count()
    assert count >= 2
    turn.locator(".citation").first.focus()
    page.keyboard.press("Enter")
    first = wait_for_mark(page).text_content()
    assert turn.locator(".citation[aria-current]").all_inner_texts() == ["[1]"]
    assert page.locator("#source .steps .at").inner_text() == f"1 of {count}"
    page.locator("#source .step").last.click()
    page.locator("#source .steps .at", has_text=f"2 of {count}").wait_for()
    page.wait_for_function("document.activeElement.matches('#source .step')")
    assert wait_for_mark(page).text_content() != first
    assert turn.locator(".citation[aria-current]").all_inner_texts() == ["[2]"]
    page.locator("#source .step").first.click()
    page.locator("#source .steps .at", has_text=f"1 of {count}").wait_for()
    page.locator("#source mark", has_text=WORDS).wait_for()
    page.wait_for_function("document.activeElement.matches('#source .step')")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.matches('.citation')")


def test_other_citations_of_the_same_answer_are_marked_more_faintly(page: Any) -> None:
    turn = ask(page, "What does article 4 say?")
    count = turn.locator(".citation").count()
    assert count >= 3
    turn.locator(".citation").nth(1).click()
    wait_for_mark(page)
    assert turn.locator(".citation[aria-current]").all_inner_texts() == ["[2]"]
    assert page.locator("#source .also-cited").count() == count - 1
    assert page.locator("#source mark").count() == 1


def test_words_and_links_are_copied(browser: Any, server: Server) -> None:
    with visiting(browser, server.url, **_CLIPBOARD) as page:
        turn = ask(page, DRONES)
        turn.locator(".citation").first.click()
        words = wait_for_mark(page).text_content()
        copied = copied_by(page, page.locator("#source button", has_text="Copy with citation"))
        assert copied.startswith(f"“{words}” (")
        assert copied.endswith(f", {_FILE}, paragraph 11)")
        link = copied_by(page, page.locator("#source button", has_text="Copy link"))
        answer = copied_by(page, turn.get_by_role("button", name="Copy", exact=True))
        assert f"{_FILE}, paragraph 11" in answer
    assert link.startswith(f"{server.url}/?file={_FILE}&paragraph=11&")
    with visiting(browser, server.url, query=link.removeprefix(server.url)) as page:
        assert wait_for_mark(page).text_content() == words
        assert page.locator(".turn").count() == 0
        assert page.url == f"{server.url}/"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_an_address_opens_a_passage(browser: Any, server: Server, width: int, scheme: str) -> None:
    query = f"/?file={_FILE}&paragraph=12"
    with visiting(browser, server.url, width, query, color_scheme=scheme) as page:
        cited = page.locator("#source .is-cited")
        cited.wait_for()
        assert cited.get_attribute("data-paragraph") == "12"
        assert "Lavrov" in cited.inner_text()
        assert page.locator("#source mark").count() == 0


def test_an_address_asks_once_and_what_makes_no_sense_does_nothing(
    browser: Any, server: Server
) -> None:
    with visiting(browser, server.url, query=f"/?q={quote(PESKOV)}") as page:
        page.locator(".citation").first.wait_for()
        assert page.locator(".turn .asked").all_inner_texts() == [PESKOV]
        assert page.url == f"{server.url}/"
        page.reload()
        page.locator(".citation").first.wait_for()
        assert page.locator(".turn").count() == 1
    hostile = "<img src=x onerror=alert(1)>"
    query = f"/?file={quote('../' + hostile)}&paragraph=99x&start=-1&fingerprint={quote(hostile)}"
    with visiting(browser, server.url, query=query) as page:
        page.locator("#source .notice").wait_for()
        assert f"../{hostile} is not in the index" in page.locator("#source").inner_text()
        assert page.locator("#source img").count() == 0


def test_a_refusal_leads_to_the_nearest_passages(page: Any) -> None:
    turn = ask(page, FOREIGN)
    passage = turn.locator(".passage").first
    paragraph = passage.get_attribute("data-paragraph")
    passage.click()
    page.locator(f"#source .is-cited[data-paragraph='{paragraph}']").wait_for()
