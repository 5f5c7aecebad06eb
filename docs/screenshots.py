"""Takes the screenshots in docs/screenshots, of the samples: python docs/screenshots.py"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from index.build import build_index  # noqa: E402
from index.embed import local_embedder  # noqa: E402
from tests.ui.visits import (  # noqa: E402
    DRONES,
    FOREIGN,
    PESKOV,
    ask,
    browsing,
    running,
    visiting,
    wait_for_mark,
)

FOLDER = ROOT / "docs" / "screenshots"


def open_first(page: Any, question: str) -> None:
    turn = ask(page, question)
    page.locator("#follow-ups .suggestion").first.wait_for()
    turn.locator(".citation").first.click()
    wait_for_mark(page)


def take(page: Any, name: str) -> None:
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)
    page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as api:
        index = Path(folder) / "index"
        build_index(ROOT / "seeds", index, local_embedder())
        browser = browsing(api)
        with running(index, Path(folder)) as server:
            with visiting(browser, server.url) as page:
                page.locator(".suggestion").first.wait_for()
                take(page, "start")
                open_first(page, "What does article 4 say?")
                take(page, "chat")
                page.locator("#chat .citation").nth(1).hover()
                page.wait_for_timeout(300)
                page.screenshot(path=FOLDER / "quotation.png")
            with visiting(browser, server.url) as page:
                open_first(page, DRONES)
                take(page, "disagreement")
                ask(page, FOREIGN)
                take(page, "refusal")
            with visiting(browser, server.url, color_scheme="dark") as page:
                open_first(page, PESKOV)
                take(page, "dark")
            with visiting(browser, server.url, 390) as page:
                ask(page, PESKOV)
                take(page, "narrow")
                page.locator(".citation").first.click()
                wait_for_mark(page)
                take(page, "narrow-source")


if __name__ == "__main__":
    main()
