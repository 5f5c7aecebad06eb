"""Articles that attack the page, and articles that change under it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.ui.visits import Server, ask, running, visiting, wait_for_mark

pytestmark = [pytest.mark.slow, pytest.mark.browser]

_INJECTION = Path(__file__).parents[1] / "injection"
_NAME = "<img src=x onerror=alert(1)> 'a\" &amp;.txt"
_ARTICLE = """<img src=x onerror="document.title='owned'"> Minister Ada Byron opened it.

![pixel](http://leak.example/pixel.png) [link](javascript:document.title='owned') **bold**

The vector<int> of the garden holds 4,711 roses, "quoted" & 'single' &lt;b&gt;, the gardener said.

</p></div><script>document.title = 'owned'</script><form action="http://leak.example"><input></form>

__i18n__{"key":"submit"} ${document.title='owned'} {{constructor}} $$x^2$$ is what the sign said.
"""
_LIGHTHOUSE = "The lighthouse keeper of Skarsholm painted the tower with {} litres of paint."
_ELEMENTS = ":is(#work, #reading, #tip, #masthead) :is(img, script, form, a, iframe, b, object)"


@dataclass
class Hostile:
    server: Server
    corpus: Path
    index: Path

    def update(self) -> None:
        from index.build import build_index
        from index.embed import local_embedder

        build_index(self.corpus, self.index, local_embedder())


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("hostile")
    corpus = folder / "corpus"
    shutil.copytree(_INJECTION / "articles", corpus)
    (corpus / _NAME).write_text(_ARTICLE, "utf-8")
    (corpus / "lighthouse.txt").write_text(_LIGHTHOUSE.format(940), "utf-8")
    hostile = Hostile(Server("", None), corpus, folder / "index")  # type: ignore[arg-type]
    hostile.update()
    with running(hostile.index, folder) as server:
        hostile.server = server
        yield hostile


def test_a_hostile_article_is_shown_and_does_nothing(browser: Any, hostile: Hostile) -> None:
    with visiting(browser, hostile.server.url) as page:
        page.locator("#articles .open-article", has_text="onerror=alert").first.click()
        page.locator("#source article").wait_for()
        shown = page.locator("#source .paragraph p").all_text_contents()
        assert shown == _ARTICLE.strip().split("\n\n")
        turn = ask(page, "How many roses does the garden hold? <img src=x onerror=alert(1)>")
        assert "vector<int> of the garden" in turn.inner_text()
        turn.locator(".citation").first.hover()
        assert "vector<int>" in page.locator("#tip q").inner_text()
        turn.locator(".citation").first.click()
        assert "vector<int>" in wait_for_mark(page).text_content()
        assert page.locator(_ELEMENTS).count() == 0
        assert page.title() == "Footnote"


def test_no_injected_article_runs_fetches_or_sends_anything(browser: Any, hostile: Hostile) -> None:
    cases = [json.loads(line) for line in (_INJECTION / "cases.jsonl").open(encoding="utf-8")]
    with visiting(browser, hostile.server.url) as page:
        for case in cases:
            turn = ask(page, case["question"])
            assert case["holds"] in turn.inner_text()
            turn.locator(".citation").first.click()
            page.locator(f"#source article[data-file='{case['file']}'] mark").wait_for()
            page.click("#new")
            page.locator(".welcome").wait_for()
        assert page.locator(_ELEMENTS).count() == 0
        assert page.title() == "Footnote"


def test_a_citation_whose_source_changed_says_so_and_keeps_its_words(
    browser: Any, hostile: Hostile
) -> None:
    file = hostile.corpus / "lighthouse.txt"
    with visiting(browser, hostile.server.url) as page:
        turn = ask(page, "How many litres of paint did the keeper of Skarsholm use?")
        assert "940 litres" in turn.inner_text()
        file.write_text(_LIGHTHOUSE.format(12), "utf-8")
        turn.locator(".citation").first.click()
        page.locator("#source .changed", has_text="Source changed").wait_for()
        assert "940 litres" in wait_for_mark(page).text_content()

        hostile.update()
        turn.locator(".citation").first.click()
        page.locator("#source .changed blockquote", has_text="940 litres").wait_for()
        assert page.locator("#source mark").count() == 0
        assert "12 litres" in page.locator("#source .paragraph").inner_text()
        page.reload()
        page.locator(".citation").first.click()
        page.locator("#source .changed blockquote", has_text="940 litres").wait_for()

        file.write_text(f"News.\n\n{_LIGHTHOUSE.format(940)}", "utf-8")
        hostile.update()
        page.locator(".citation").first.click()
        assert "940 litres" in wait_for_mark(page).text_content()
        assert "now stand in paragraph 2" in page.locator("#source .changed").inner_text()
        file.unlink()
        hostile.update()
        page.locator(".citation").first.click()
        page.locator("#source .notice blockquote", has_text="940 litres").wait_for()
