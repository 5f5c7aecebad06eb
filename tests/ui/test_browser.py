"""The page in a real browser: what a visitor does, and what a hostile article cannot."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [pytest.mark.slow, pytest.mark.browser]

_BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
_BROWSER = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_REPOSITORY = Path(__file__).parents[2]
_SERVE = (
    "import sys; from pathlib import Path; from ui.server import serve; "
    "serve(Path(sys.argv[1]), port=0)"
)
_DRONES = "How many drones did Moscow say were used?"
_WORDS = "91 long-range drones"
_ANSWER = "91"
_FOREIGN = "Who won the 1998 World Cup?"
_HOSTILE = """<img src=x onerror="document.title='owned'"> Minister Ada Byron opened it.

![pixel](http://leak.example/pixel.png) [link](javascript:document.title='owned') **bold**

The vector<int> of the garden holds 4,711 roses, "quoted" & 'single' &lt;b&gt;, the gardener said.

</p></div><script>document.title = 'owned'</script><form action="http://leak.example"><input></form>

__i18n__{"key":"submit"} ${document.title='owned'} {{constructor}} $$x^2$$ is what the sign said.
"""


@dataclass
class Server:
    url: str
    process: subprocess.Popen[str]


@dataclass
class Seen:
    """What a page did that it should not."""

    console: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


@contextmanager
def running(index: Path, folder: Path, **environment: str) -> Iterator[Server]:
    """The real server in a process of its own, with the environment given and no other settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FOOTNOTE_", "OPENAI_"))}
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(index)],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(_REPOSITORY), **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        match = re.fullmatch(r"Footnote is at (http://\S+)\n", line)
        assert match, line + process.stderr.read()
        yield Server(match[1], process)
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def server(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # A proxy that does not exist: nothing may go through it.
    folder = tmp_path_factory.mktemp("here")
    with running(seeds_index, folder, HTTP_PROXY="http://127.0.0.1:9") as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if _BROWSER is None:
        pytest.skip(f"no browser on this machine (looked for {', '.join(_BROWSERS)})")
    with playwright.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=_BROWSER, args=_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visiting(browser: Any, url: str, width: int = 1280, **options: Any) -> Iterator[Any]:
    """A new visitor's page; when done, it must have run and fetched nothing foreign."""
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)
    page = context.new_page()
    page.set_default_timeout(30_000)
    seen = Seen()
    page.on("console", lambda m: seen.console.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    page.on("request", lambda request: _watch(request, url, seen))
    page.goto(url)
    page.locator("#question textarea").wait_for()
    yield page
    assert seen == Seen()
    context.close()


def _watch(request: Any, url: str, seen: Seen) -> None:
    if not request.url.startswith((url, "data:", "blob:")):
        seen.foreign.append(request.url)
    elif request.resource_type == "image" and not request.url.endswith("/favicon.ico"):
        seen.images.append(request.url)


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Any]:
    with visiting(browser, server.url) as page:
        yield page


def ask(page: Any, question: str) -> Any:
    """Ask, and wait for the whole turn."""
    turns = page.locator(".turn").count()
    page.fill("#question", question)
    page.click("#ask")
    return whole_turn(page, turns)


def whole_turn(page: Any, number: int) -> Any:
    turn = page.locator(".turn").nth(number)
    turn.locator(".answer.is-answered, .answer.is-refused, .problem").wait_for()
    return turn


def is_in_view(page: Any, selector: str) -> bool:
    """Every line of it is on the screen, and nothing covers where it begins."""
    found: bool = page.evaluate(
        """selector => {
            const lines = [...document.querySelector(selector).getClientRects()];
            return lines.length > 0 && lines.every((line) =>
                line.bottom <= innerHeight &&
                document.elementFromPoint(line.left + 3, line.top + 3)?.closest(selector));
        }""",
        selector,
    )
    return found


def weight(element: Any) -> int:
    """How bold its letters are."""
    return int(element.evaluate("element => getComputedStyle(element).fontWeight"))


def wait_for_mark(page: Any) -> Any:
    mark = page.locator("#source mark")
    mark.wait_for()
    page.wait_for_function(
        """() => {
            const box = document.querySelector("#source mark").getBoundingClientRect();
            return box.top >= 0 && box.bottom <= innerHeight;
        }"""
    )
    return mark


def test_an_answer_leads_to_its_words_in_the_article(page: Any) -> None:
    turn = ask(page, _DRONES)
    assert _WORDS in turn.inner_text()
    citation = turn.locator(".citation").first
    assert citation.inner_text() == "[1]"
    assert citation.get_attribute("data-file") == "001_5bc5dbd4b62a0cd8.txt"
    assert citation.get_attribute("data-paragraph") == "11"
    quoted = turn.locator(".quotation").first.inner_text()
    assert turn.locator(".quotation .phrase").all_inner_texts() == [_ANSWER]

    citation.click()
    mark = wait_for_mark(page)
    assert mark.locator(".phrase").all_inner_texts() == [_ANSWER]
    assert weight(mark.locator(".phrase")) > weight(mark)
    assert is_in_view(page, "#source mark")
    assert f"“{mark.text_content()}”" == quoted
    assert _WORDS in mark.text_content()
    paragraph = page.locator("#source .paragraph", has=page.locator("mark"))
    assert paragraph.get_attribute("data-paragraph") == "11"
    assert paragraph.locator(".number").inner_text() == "11"
    assert page.locator("#source .paragraph").count() == 19
    assert page.locator("#question textarea").input_value() == ""


def test_what_the_articles_do_not_say_is_refused(page: Any) -> None:
    turn = ask(page, _FOREIGN)
    assert turn.locator(".refusal").inner_text().startswith("The articles do not say")
    assert turn.locator(".citation").count() == 0


def test_the_conversation_remains_and_its_earlier_citations_still_open(page: Any) -> None:
    ask(page, _DRONES)
    ask(page, _FOREIGN)
    ask(page, "Who is the Kremlin spokesperson?")
    assert page.locator(".turn .asked").all_inner_texts() == [
        _DRONES,
        _FOREIGN,
        "Who is the Kremlin spokesperson?",
    ]
    last = page.locator(".turn").nth(2).locator(".citation").first
    last.click()
    page.locator("#source mark", has_text="Peskov").wait_for()
    page.locator(".turn").first.locator(".citation").first.click()
    page.locator("#source mark", has_text=_WORDS).wait_for()
    last.click()
    page.locator("#source mark", has_text="Peskov").wait_for()
    wait_for_mark(page)

    page.click("#new")
    page.locator(".welcome").wait_for()
    assert page.locator(".turn").count() == 0


def test_everything_can_be_done_from_the_keyboard(page: Any) -> None:
    page.locator(".suggestion").first.wait_for()
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    page.keyboard.type(_DRONES)
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
    assert "5 articles, 76 paragraphs" in page.locator("#colophon").inner_text()


def test_a_question_that_cannot_be_used_says_how_to_put_it_right(page: Any) -> None:
    page.evaluate("document.querySelector('#question textarea').removeAttribute('maxlength')")
    turn = ask(page, "why " * 1500)
    assert "characters" in turn.locator(".problem").inner_text()
    assert "fewer words" in turn.locator(".problem").inner_text()
    assert _WORDS in ask(page, _DRONES).inner_text()


def test_visitors_do_not_see_each_others_conversations(
    page: Any, browser: Any, server: Server
) -> None:
    ask(page, _DRONES)
    with visiting(browser, server.url) as other:
        assert other.locator(".turn").count() == 0
        ask(other, _FOREIGN)
        assert other.locator(".turn").count() == 1
    ask(page, "Who is the Kremlin spokesperson?")
    assert _FOREIGN not in page.locator("#chat").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_narrow_screen_the_article_comes_over_the_page_and_goes(
    browser: Any, server: Server, scheme: str
) -> None:
    with visiting(browser, server.url, 390, color_scheme=scheme) as page:
        turn = ask(page, _DRONES)
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
            turn = ask(page, _DRONES)
            turn.locator(".citation").first.click()
            wait_for_mark(page)


def test_a_hostile_article_is_shown_and_does_nothing(browser: Any, tmp_path: Path) -> None:
    from index.build import build_index
    from index.embed import local_embedder

    corpus = tmp_path / "corpus"
    corpus.mkdir()
    name = "<img src=x onerror=alert(1)> 'a\" &amp;.txt"
    (corpus / name).write_text(_HOSTILE, "utf-8")
    build_index(corpus, tmp_path / "index", local_embedder())
    with (
        running(tmp_path / "index", tmp_path) as server,
        visiting(browser, server.url) as page,
    ):
        page.locator("#articles .open-article").first.click()
        page.locator("#source article").wait_for()
        shown = page.locator("#source .paragraph p").all_text_contents()
        assert shown == _HOSTILE.strip().split("\n\n")
        turn = ask(page, "How many roses does the garden hold? <img src=x onerror=alert(1)>")
        assert "vector<int> of the garden" in turn.inner_text()
        turn.locator(".citation").first.click()
        assert "vector<int>" in wait_for_mark(page).text_content()
        elements = "#chat, #source, #articles, #suggested"
        found = page.evaluate(
            """elements => [...document.querySelectorAll(elements)].flatMap(part =>
                [...part.querySelectorAll("img, script, form, input, a, iframe, b, "
                    + "strong:not(.phrase)")]).length""",
            elements,
        )
        assert found == 0
        assert page.title() == "Footnote"


def test_the_server_ends_at_once_and_quietly_when_interrupted(
    browser: Any, seeds_index: Path, tmp_path: Path
) -> None:
    with running(seeds_index, tmp_path) as server, visiting(browser, server.url) as page:
        ask(page, _DRONES)
        began = time.monotonic()
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(10) == 0
        assert time.monotonic() - began < 3
        assert server.process.stderr is not None
        assert server.process.stderr.read() == ""
