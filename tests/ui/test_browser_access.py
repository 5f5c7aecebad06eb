"""The page for everyone: axe-core finds nothing serious, wide, narrow, light and dark."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.visits import DRONES, FOREIGN, Server, ask, visiting, wait_for_mark

pytestmark = [pytest.mark.slow, pytest.mark.browser]

_GRAVE = ("serious", "critical")


def check(page: Any, where: str) -> None:
    """Nothing serious, and nothing wider than the screen."""
    from axe_playwright_python.sync_playwright import Axe

    page.mouse.move(0, 0)
    found = [
        (where, violation["id"], [node["html"][:200] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in _GRAVE
    ]
    assert not found
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
)
def test_axe_finds_nothing_serious(browser: Any, server: Server, width: int, scheme: str) -> None:
    options = {"color_scheme": scheme, "reduced_motion": "reduce"}
    with visiting(browser, server.url, width, **options) as page:
        page.locator(".suggestion").first.wait_for()
        check(page, "start")
        ask(page, FOREIGN)
        turn = ask(page, DRONES)
        page.locator("#follow-ups .suggestion").first.wait_for()
        check(page, "answered")
        page.click("#switch")
        check(page, "conversations")
        page.keyboard.press("Escape")
        turn.locator(".citation").first.focus()
        page.keyboard.press("Enter")
        wait_for_mark(page)
        check(page, "source")
        page.keyboard.press("Escape")
        for tab in page.locator("[role=tab]").all():
            tab.click()
            page.wait_for_timeout(300)
            check(page, tab.inner_text())


def test_what_happens_is_said_aloud(page: Any) -> None:
    live = page.locator("#live")
    assert live.get_attribute("aria-live") == "polite"
    turn = ask(page, DRONES)
    page.wait_for_function("document.querySelector('#live').textContent.startsWith('Answer: ')")
    said = live.text_content()
    assert turn.locator(".quotation").first.text_content() in said
    assert "Well supported" in said or "supported" in said


def test_all_that_can_be_pressed_has_a_name(page: Any) -> None:
    turn = ask(page, DRONES)
    turn.locator(".citation").first.click()
    wait_for_mark(page)
    citation = page.get_by_role("button", name="[1]").first
    assert "show the source" in citation.get_attribute("aria-label")
    for name in ("Ask", "New conversation", "Next citation", "Copy with citation", "Copy link"):
        assert page.get_by_role("button", name=name).first.is_visible(), name
    assert page.get_by_role("textbox", name="Your question").is_visible()
    assert page.get_by_role("region", name="Conversation").is_visible()
    assert page.get_by_role("region", name="Article").is_visible()
