"""Growing a question set, as an editor does it: line by line."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from index.errors import QuestionError
from index.store import Index
from rag import grow as module
from rag.ask import ask
from rag.grow import grow
from rag.questioncheck import check_questions
from rag.questionset import read_numbered
from rag.session import open_index
from tests.rag.results import a_citation, an_answer

pytestmark = pytest.mark.integration

ROSES = "How many roses does the garden have?"
FOREIGN = "Who won the football World Cup in 2022?"
INTERRUPT = object()

Sitting = Callable[..., str]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "set.jsonl"


@pytest.fixture
def sit(town_index: Path, path: Path) -> Sitting:
    """One sitting: what is typed goes in, all that is shown comes out; then it is left."""

    def run(*typed: object) -> str:
        lines = iter(typed)
        shown: list[str] = []

        def ask_line(prompt: str) -> str:
            line = next(lines, None)
            shown.append(f"{prompt}{line if isinstance(line, str) else ''}")
            if line is INTERRUPT:
                raise KeyboardInterrupt
            if line is None:
                raise EOFError
            return str(line)

        saved = grow(path, town_index, ask_line, shown.append)
        assert next(lines, None) is None, "all lines were asked for"
        return "\n".join([*shown, f"{saved} saved"])

    return run


def saved(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_an_accepted_answer_is_a_line_of_the_set(sit: Sitting, path: Path) -> None:
    shown = sit(ROSES, "y", "", "4,711 | 4,711 roses", "fact")
    assert saved(path) == [
        {
            "id": "q001",
            "question": ROSES,
            "answers": ["4,711", "4,711 roses"],
            "evidence": [{"file": "garden.txt", "paragraph": 1}],
            "answerable": True,
            "type": "fact",
        }
    ]
    assert "no questions so far" in shown
    assert "The garden behind the museum has 4,711 roses" in shown
    assert "[1] garden.txt, paragraph 1" in shown
    assert "Saved as q001." in shown
    assert shown.endswith("1 saved")


def test_a_set_made_so_passes_its_check(sit: Sitting, path: Path, town_index: Path) -> None:
    sit(
        *(ROSES, "y", "", "4,711", "fact"),
        *("+ And when was it planted?", "n", "garden 2", "", "1946", "follow-up"),
        *(FOREIGN, "y", "far"),
    )
    index: Index = open_index(town_index)
    assert [item["type"] for item in saved(path)] == ["fact", "follow-up", "far"]
    assert check_questions(read_numbered(path), index) == []


def test_a_right_refusal(sit: Sitting, path: Path) -> None:
    shown = sit(FOREIGN, "y", "far")
    (item,) = saved(path)
    assert (item["answerable"], item["answers"], item["evidence"]) == (False, [], [])
    assert item["type"] == "far"
    assert "The articles do not say" in shown


def test_an_answer_to_what_the_articles_do_not_answer(sit: Sitting, path: Path) -> None:
    sit(ROSES, "u", "")
    (item,) = saved(path)
    assert item["answerable"] is False
    assert "type" not in item


def test_a_wrong_refusal_is_corrected(sit: Sitting, path: Path) -> None:
    shown = sit(FOREIGN, "n", "bridge 2", "", "Peter Lang", "")
    (item,) = saved(path)
    assert item["evidence"] == [{"file": "bridge.txt", "paragraph": 2}]
    assert item["answers"] == ["Peter Lang"]
    assert "“We want a bridge that lasts,” Peter Lang told the reporters." in shown


@pytest.mark.parametrize(
    "typed", ["garden 2", "GARDEN.txt 2", "garden.txt, paragraph 2", "den:2", "garden.txt#2"]
)
def test_ways_to_name_a_paragraph(sit: Sitting, path: Path, typed: str) -> None:
    shown = sit(ROSES, "n", typed, "", "1946", "")
    assert saved(path)[0]["evidence"] == [{"file": "garden.txt", "paragraph": 2}]
    assert "garden.txt, paragraph 2:\n     It was planted in 1946." in shown


def test_paragraphs_that_are_not_there_are_told(sit: Sitting, path: Path) -> None:
    shown = sit(
        *(ROSES, "n", "nothing 1", "garden 3", "garden 0", ".txt 1", "garden", "", "garden 1"),
        *("", "4,711", ""),
    )
    assert "No article has nothing in its name." in shown
    assert shown.count("garden.txt has paragraphs 1 to 2.") == 2
    assert "Several articles have .txt in their name: bridge.txt, garden.txt, harbour" in shown
    assert "such as: 001 12" in shown
    assert "It needs a paragraph." in shown
    assert saved(path)[0]["evidence"] == [{"file": "garden.txt", "paragraph": 1}]


def test_a_search_finds_the_paragraph(sit: Sitting, path: Path) -> None:
    shown = sit(ROSES, "n", "?who paid for the repairs", "a", "?", "b", "", "the city", "")
    assert saved(path)[0]["evidence"] == [{"file": "harbour.txt", "paragraph": 4}]
    assert "  a: harbour.txt, paragraph 4\n     The repairs cost 6,460 pounds" in shown
    assert "Nothing found." in shown


def test_evidence_is_added_and_taken_back(sit: Sitting, path: Path) -> None:
    sit(ROSES, "y", "bridge 1", "-", "harbour 3", "harbour 3", "", "4,711", "")
    assert saved(path)[0]["evidence"] == [
        {"file": "garden.txt", "paragraph": 1},
        {"file": "harbour.txt", "paragraph": 3},
    ]


def staged(monkeypatch: pytest.MonkeyPatch, *places: tuple[str, int], **marks: int) -> None:
    """Have every question answered with these paragraphs, whole."""
    citations = [
        a_citation(place, "The garden behind the museum has 4,711 roses", number=n, **marks)
        for n, place in enumerate(places, 1)
    ]
    monkeypatch.setattr(module, "ask", lambda text, *args, **options: an_answer(*citations))


PLACES = [("bridge.txt", 1), ("garden.txt", 1), ("harbour.txt", 3)]


@pytest.mark.parametrize(("typed", "chosen"), [("2", [1]), ("2 3", [1, 2]), ("3,1", [0, 2])])
def test_only_some_citations_are_right(
    sit: Sitting, path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, chosen: Sequence[int]
) -> None:
    staged(monkeypatch, *PLACES)
    sit(ROSES, typed, "", "the", "")
    assert saved(path)[0]["evidence"] == [
        {"file": PLACES[n][0], "paragraph": PLACES[n][1]} for n in chosen
    ]


def test_a_citation_can_be_named_by_its_number(
    sit: Sitting, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged(monkeypatch, *PLACES)
    sit(ROSES, "n", "3", "", "Carla Ruiz", "")
    assert saved(path)[0]["evidence"] == [{"file": "harbour.txt", "paragraph": 3}]


@pytest.mark.parametrize("typed", ["", "x", "4", "0", "1 x", "yes please", "-1"])
def test_a_reply_that_says_nothing_is_asked_again(
    sit: Sitting, path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    staged(monkeypatch, *PLACES)
    shown = sit(ROSES, typed, "s")
    assert "Type one of y, n, s, u or numbers of citations." in shown
    assert saved(path) == []


def test_the_answer_phrase_is_offered(
    sit: Sitting, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged(monkeypatch, ("garden.txt", 1), answer_start=33, answer_end=38)
    shown = sit(ROSES, "y", "", "", "")
    assert "[4,711] >" in shown
    assert saved(path)[0]["answers"] == ["4,711"]


def test_accepted_answers_must_be_words_of_the_evidence(
    sit: Sitting, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged(monkeypatch, ("garden.txt", 1))
    shown = sit(ROSES, "y", "", "4711", "4,711 | many", "", "4,711 ROSES | 4,711 ROSES", "")
    assert "“4711” is not in the evidence" in shown
    assert "“many” is not in the evidence" in shown
    assert "Type the words that a right answer must quote" in shown
    assert saved(path)[0]["answers"] == ["4,711 ROSES"]


def test_the_type_is_kept_for_the_next(sit: Sitting, path: Path) -> None:
    shown = sit(
        *(ROSES, "y", "", "4,711", "fact"),
        *(FOREIGN, "y", "far"),
        *("Who opened the harbour?", "y", "", "Carla Ruiz", ""),
        *("When was the garden planted?", "y", "", "1946", "-"),
    )
    assert [item.get("type") for item in saved(path)] == ["fact", "far", "fact", None]
    assert "Type (fact) [fact] >" in shown


def test_a_follow_up_has_its_history(sit: Sitting, path: Path, town_index: Path) -> None:
    planted = "And when was it planted?"
    sit(
        *(ROSES, "s"),
        *(f"+{planted}", "n", "garden 2", "", "1946", ""),
        *("+ By whom?", "u", ""),
    )
    first = ask(ROSES, town_index)
    history = [
        {"role": "user", "content": ROSES},
        {"role": "assistant", "content": first.text},
    ]
    second = ask(planted, town_index, history=history)  # type: ignore[arg-type]
    items = saved(path)
    assert items[0]["history"] == history
    assert items[1]["question"] == "By whom?"
    assert items[1]["history"] == [
        *history,
        {"role": "user", "content": planted},
        {"role": "assistant", "content": second.text},
    ]


def test_there_must_be_something_to_follow_up_on(sit: Sitting, path: Path) -> None:
    shown = sit("+ And when?", "+")
    assert shown.count("no question before it") == 2
    assert saved(path) == []


def test_a_question_that_cannot_be_asked_is_told(sit: Sitting, path: Path) -> None:
    assert "ask it in fewer words" in sit("x" * 5000)
    assert saved(path) == []


def test_a_question_of_the_set_is_recognised(sit: Sitting, path: Path) -> None:
    sit(ROSES, "y", "", "4,711", "")
    assert "The set has it already, as q001." in sit(ROSES, "s")


def test_a_set_goes_on_where_it_was(sit: Sitting, path: Path) -> None:
    sit(ROSES, "y", "", "4,711", "fact")
    line = path.read_text("utf-8").replace("q001", "town-07")
    path.write_text(line.rstrip("\n"), "utf-8")
    shown = sit(FOREIGN, "y", "")
    assert "1 question so far" in shown
    assert [item["id"] for item in saved(path)] == ["town-07", "town-08"]


@pytest.mark.parametrize("typed", [("",), ()])
def test_leaving_between_questions(sit: Sitting, path: Path, typed: tuple[str, ...]) -> None:
    assert sit(*typed).endswith("0 saved")
    assert not path.exists()
    assert sit(INTERRUPT).endswith("0 saved")


STEPS = ["n", "garden 1", "", "4,711", "fact"]


@pytest.mark.parametrize("steps", range(len(STEPS)))
def test_an_end_amid_a_question_leaves_the_set_whole(sit: Sitting, path: Path, steps: int) -> None:
    sit(FOREIGN, "y", "far")
    before = path.read_bytes()
    shown = sit(ROSES, *STEPS[:steps])
    assert "The question at hand is not saved." in shown
    assert path.read_bytes() == before


@pytest.mark.parametrize("steps", range(len(STEPS)))
def test_an_interruption_drops_the_question_at_hand_alone(
    sit: Sitting, path: Path, steps: int
) -> None:
    shown = sit(ROSES, *STEPS[:steps], INTERRUPT, FOREIGN, "y", "far")
    assert "Dropped." in shown
    assert [item["question"] for item in saved(path)] == [FOREIGN]


@pytest.mark.parametrize("typed", [["s"], ["n", "s"], ["y", "s"]])
def test_skipping(sit: Sitting, path: Path, typed: list[str]) -> None:
    assert "Not saved." in sit(ROSES, *typed)
    assert saved(path) == []


def test_a_set_that_is_none_is_refused_before_anything_is_asked(sit: Sitting, path: Path) -> None:
    path.write_text("{}\n")
    with pytest.raises(QuestionError, match="line 1, is not a question"):
        sit()
    assert path.read_text() == "{}\n"
