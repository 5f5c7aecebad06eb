"""The tabs beside the chat in a real browser: articles, uploads, judgements, files, evaluation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.build import build_index
from index.embed import local_embedder
from tests.index.articles import TOWN, write_articles
from tests.ui.visits import DRONES, FOREIGN, Server, ask, running, visiting, wait_for_mark

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SECOND = "001_5bc5dbd4b62a0cd8.txt"
THIRD = "002_f1c94cd1dbc136bc.txt"
ROSE = (
    "A New Rose\n\nA rose named <img src=x onerror=alert(1)> Vectoria was shown by Ada Byron in "
    "the glass house of Bath on Friday, and 52 visitors came to see it.\n"
)


def open_tab(page: Any, name: str) -> None:
    page.locator(f"#tab-{name}").click()
    page.locator(f"#panel-{name}").wait_for()


def articles(page: Any) -> Any:
    open_tab(page, "corpus")
    table = page.locator("#corpus-list table")
    table.wait_for()
    return table


# -- the articles --------------------------------------------------------------------------


def test_the_articles_are_listed_and_open(page: Any) -> None:
    table = articles(page)
    rows = table.locator("tbody tr")
    assert rows.count() == 5
    row = rows.filter(has_text=SECOND)
    for words in ("19", "3,601 characters", "indexed", "same story as Zelenskiy Says"):
        assert words in row.inner_text()
    row.locator(".opens").first.click()
    page.locator(f'#source .article[data-file="{SECOND}"]').wait_for()
    assert not page.locator(".drop").count()  # nothing may be added here
    page.locator("[name=narrow]").fill("zelenskyy open")
    assert rows.locator("visible=true").count() == 1


def test_the_picture_opens_articles_and_has_a_table(page: Any) -> None:
    articles(page)
    dots = page.locator("#corpus-picture circle")
    assert dots.count() == 5
    assert page.locator("#corpus-picture line.link").count() == 1
    dots.nth(2).click()
    file = dots.nth(2).get_attribute("data-file")
    page.locator(f'#source .article[data-file="{file}"]').wait_for()
    page.locator("#corpus-picture summary").click()
    button = page.locator("#corpus-picture td .opens").first
    button.focus()
    page.keyboard.press("Enter")
    page.locator('#source .article[data-file^="000_"]').wait_for()


def test_words_are_searched_and_lead_to_their_place(page: Any) -> None:
    articles(page)
    page.locator("[name=query]").fill("drones long-range")
    page.keyboard.press("Enter")
    hit = page.locator("#corpus-hits .hit")
    hit.first.wait_for()
    page.locator("[name=query]").fill("91 long-range drones")
    page.locator("[name=exact]").check()
    page.locator(".go").click()
    page.locator("#corpus-hits b", has_text="91 long-range drones").first.wait_for()
    hit.first.click()
    assert wait_for_mark(page).inner_text() == "91 long-range drones"
    page.locator("[name=query]").fill("no such words anywhere")
    page.keyboard.press("Enter")
    page.get_by_text("No paragraph has these words.").wait_for()


def test_a_conversation_may_be_about_some_articles_only(browser: Any, server: Server) -> None:
    with visiting(browser, server.url) as page:
        table = articles(page)
        row = table.locator("tbody tr").filter(has_text=THIRD)
        row.locator(".choose").check()
        page.locator(".restrict").click()
        chip = page.locator("#only .only")
        chip.wait_for()
        assert "Asking only 1 article of 5: Zelenskiy Says" in chip.inner_text()
        turn = ask(page, DRONES)
        files = turn.locator(".citation").evaluate_all("all => all.map((c) => c.dataset.file)")
        assert set(files) <= {THIRD}

        page.reload()
        chip.wait_for()  # it belongs to the conversation
        page.click("#new")
        chip.wait_for(state="detached")  # and not to a new one
        page.click("#switch")
        page.locator("#kept .open").first.click()
        chip.wait_for()
        page.locator("#only .all").click()
        chip.wait_for(state="detached")
        turn = ask(page, DRONES)
        first = turn.locator(".citation").first.get_attribute("data-file")
        assert first == SECOND


# -- files to keep -------------------------------------------------------------------------


def save(page: Any, menu: str, form: str) -> tuple[str, str]:
    page.locator(f"{menu} summary").last.click()
    with page.expect_download() as download:
        page.locator(f'{menu} [data-format="{form}"]').last.click()
    name = download.value.suggested_filename
    return name, Path(download.value.path()).read_text("utf-8")


def test_an_answer_and_a_conversation_are_saved(page: Any, browser: Any) -> None:
    ask(page, FOREIGN)
    turn = ask(page, DRONES)
    name, text = save(page, "#newest .menu", "md")
    assert name == "footnote-how-many-drones-did-moscow-say-were-used.md"
    assert text.startswith(f"# {DRONES}\n")
    assert "[^1]: Ukrainian President" in text
    _, text = save(page, "#newest .menu", "json")
    [kept] = json.loads(text)
    shown = turn.locator(".citation").first
    assert kept["citations"][0]["file"] == shown.get_attribute("data-file")
    _, text = save(page, "#export", "sources")
    assert text.startswith("# Sources\n\n1. ")
    name, text = save(page, "#export", "html")
    assert name.endswith(".html")
    assert FOREIGN in text
    context = browser.new_context(java_script_enabled=False)
    saved = context.new_page()
    saved.set_content(text)
    saved.locator('a[href="#note-1"]').first.click()
    assert "91 long-range drones" in saved.locator("#note-1").inner_text()
    context.close()


# -- what visitors add, and what they think --------------------------------------------------


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    build_index(write_articles(folder / "articles", TOWN), folder / "index", local_embedder())
    return folder


@pytest.fixture(scope="module")
def open_server(town: Path) -> Iterator[Server]:
    """Where visitors may add articles."""
    with running(town / "index", town, FOOTNOTE_UPLOADS="1", FOOTNOTE_MAX_FILE_MB="1") as server:
        yield server


def file(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def wait_until_indexed(page: Any, words: str) -> None:
    page.locator(".indexing [role=status]", has_text=words).wait_for(timeout=120_000)


def test_articles_are_added_asked_and_removed(
    browser: Any, open_server: Server, town: Path
) -> None:
    with visiting(browser, open_server.url) as page:
        articles(page)
        page.locator(".drop input").set_input_files(
            [file("bad.exe", b"MZ"), file("large.txt", b"x" * 1_000_001)]
        )
        sent = page.locator(".sent li")
        sent.nth(1).wait_for()
        assert "Not of a kind that is accepted" in sent.nth(0).inner_text()
        assert "Larger than 1 MB" in sent.nth(1).inner_text()

        # Dropped, not chosen; and the chat is asked while it is indexed.
        drop = page.evaluate_handle(
            """text => {
                const data = new DataTransfer();
                data.items.add(new File([text], "rose.txt"));
                return data;
            }""",
            ROSE,
        )
        page.locator(".drop").dispatch_event("drop", {"dataTransfer": drop})
        sent.filter(has_text="rose.txt").get_by_text("Added.").wait_for()
        open_tab(page, "chat")
        meanwhile = ask(page, "How many roses does the garden have?")
        assert "4,711" in meanwhile.inner_text()
        articles(page)
        wait_until_indexed(page, "1 added")
        assert (town / "articles" / "uploads" / "rose.txt").read_text("utf-8") == ROSE

        open_tab(page, "chat")
        turn = ask(page, "How many visitors came to see the rose Vectoria?")
        citation = turn.locator(".citation").first
        assert citation.get_attribute("data-file") == "uploads/rose.txt"
        assert "52 visitors" in turn.inner_text()

        articles(page)
        row = page.locator("#corpus-list tbody tr").filter(has_text="uploads/rose.txt")
        row.locator(".remove").click()
        row.get_by_text("Remove for good?").click()
        wait_until_indexed(page, "1 removed")
        row.wait_for(state="detached")
        assert not (town / "articles" / "uploads" / "rose.txt").exists()
        assert page.locator("#corpus-list .remove").count() == 0  # what was there before stays


def test_what_the_server_refuses_is_told_by_file(browser: Any, open_server: Server) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(open_server.url)
    page.locator("#question textarea").wait_for()
    articles(page)
    page.locator(".drop input").set_input_files(
        [file("NUL.txt", b"words"), file("blank.txt", b" \n ")]
    )
    sent = page.locator(".sent li.is-wrong")
    sent.nth(1).wait_for()
    assert "device on some systems" in sent.nth(0).inner_text()
    assert "is empty" in sent.nth(1).inner_text()
    context.close()


def test_a_judgement_becomes_a_question_that_is_run(
    browser: Any, open_server: Server, town: Path
) -> None:
    kept = town / "index-feedback.jsonl"
    with visiting(browser, open_server.url) as page:
        turn = ask(page, "When was the garden planted?")
        turn.locator('.thumb[data-judgement="up"]').click()
        page.get_by_text("Kept as a question").wait_for()
        turn = ask(page, "How often do the gardeners water the garden?")
        turn.locator('.thumb[data-judgement="down"]').click()
        form = page.locator(".feedback")
        form.locator("h3:focus").wait_for()
        form.locator("[name=words]").fill("words that are nowhere")
        form.locator(".send").click()
        form.get_by_text("no paragraph of the articles holds these words").wait_for()
        page.locator("#articles .open-article", has_text="garden.txt").click()
        page.locator("#source .paragraph").nth(1).click()
        assert form.locator("[name=file]").input_value() == "garden.txt"
        assert form.locator("[name=paragraph]").input_value() == "2"
        form.locator("[name=words]").fill("twice a day")
        form.locator(".send").click()
        form.wait_for(state="detached")
        lines = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
        assert [line["type"] for line in lines] == ["up", "down"]
        assert lines[1]["evidence"] == [{"file": "garden.txt", "paragraph": 2}]
        assert lines[1]["answers"] == ["twice a day"]
        assert [message["role"] for message in lines[1]["history"]] == ["user", "assistant"]

        open_tab(page, "evaluation")
        tools = page.locator("#evaluation-tools")
        tools.get_by_text("2 judgements of visitors").wait_for()
        tools.locator(".run").click()
        report = page.frame_locator("#evaluation-run iframe")
        report.get_by_role("heading", name="Figures").wait_for(timeout=120_000)
        page.wait_for_timeout(300)
        tools.locator(".run").click()
        report.get_by_role("heading", name="Against the last run").wait_for(timeout=120_000)
        assert report.locator("svg").count() >= 1
        with page.expect_download() as download:
            page.locator('#evaluation-run [data-format="json"]').click()
        assert "metrics" in json.loads(Path(download.value.path()).read_text("utf-8"))
        assert list(town.glob("index-evaluation-feedback.json"))


def test_behind_a_password_visitors_see_no_judgements_and_strangers_nothing(
    browser: Any, server: Server, town: Path
) -> None:
    import httpx

    secret = {"FOOTNOTE_AUTH": "ada:secret", "FOOTNOTE_UPLOADS": "1"}
    login = {"username": "ada", "password": "secret"}
    with running(town / "index", town, **secret) as guarded:
        with visiting(browser, guarded.url, http_credentials=login) as page:
            assert page.locator("[role=tab]").all_inner_texts() == ["Chat", "Articles"]
        address = f"{guarded.url}/uploads?name=a.txt"
        for method in ("GET", "POST", "DELETE"):
            assert httpx.request(method, address).status_code == 401
        origin = {"Origin": "http://elsewhere.example"}
        foreign = httpx.post(address, content=b"words", headers=origin, auth=("ada", "secret"))
        assert foreign.status_code == 403
        assert not (town / "articles" / "uploads" / "a.txt").exists()
    for method in ("GET", "POST", "DELETE"):  # where they are not allowed
        assert httpx.request(method, f"{server.url}/uploads?name=a.txt").status_code in (404, 405)
