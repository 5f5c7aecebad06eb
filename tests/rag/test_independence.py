"""The note on independent sources: nothing where there is nothing to say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import Catalog, Relation
from index.models import RelationKind
from rag.independence import independence_note


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """One in which a-b-c are a story, and d-e another, and the rest stand alone."""
    catalog = Catalog(tmp_path_factory.mktemp("catalog") / "catalog.sqlite3", create=True)
    catalog.begin()
    catalog.put_relations(
        [
            Relation("a", "b", RelationKind.COPY, 0.9),
            Relation("b", "c", RelationKind.REWRITE, 0.6),
            Relation("d", "e", RelationKind.REWRITE, 0.7),
        ]
        + [Relation("m", f"m{n}", RelationKind.COPY, 1.0) for n in range(6)]
    )
    catalog.commit()
    yield catalog
    catalog.close()


@pytest.mark.parametrize(
    ("files", "note"),
    [
        ([], None),
        (["a"], None),
        (["a", "a", "a"], None),
        (["x", "y"], "This answer rests on 2 independent sources"),
        (["x", "y", "a", "x"], "This answer rests on 3 independent sources"),
        (["a", "b"], "a and b tell the same story: count them as one source"),
        (["c", "a"], "c and a tell the same story: count them as one source"),
        (["c", "b", "a"], "c, b and a tell the same story: count them as one source"),
        (
            ["x", "e", "d"],
            "e and d tell the same story: count them as one source; "
            "this answer rests on 2 independent sources",
        ),
        (
            ["a", "d", "b", "e"],
            "a and b tell the same story: count them as one source; "
            "d and e tell the same story: count them as one source; "
            "this answer rests on 2 independent sources",
        ),
        (
            ["m", "m1", "m2", "m3", "m4"],
            "m, m1 and 3 more tell the same story: count them as one source",
        ),
    ],
)
def test_the_note(catalog: Catalog, files: list[str], note: str | None) -> None:
    assert independence_note(files, catalog) == note


@given(st.lists(st.sampled_from("abcdexyz")))
def test_what_is_counted_does_not_depend_on_order_or_repeats(
    catalog: Catalog, files: list[str]
) -> None:
    story = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2}
    count = len({story.get(file, file) for file in files})
    for asked in [files, sorted(files), files * 2]:
        note = independence_note(asked, catalog)
        assert (note is None) == (len(set(files)) < 2)
        if note is not None:
            assert ("independent sources" in note) == (count > 1)
            assert count == 1 or f"{count} independent sources" in note
            assert ("same story" in note) == (count < len(set(files)))


def test_it_costs_one_query(catalog: Catalog) -> None:
    asked: list[str] = []
    catalog._db.set_trace_callback(asked.append)
    try:
        independence_note(["a", "b", "x", "m4"], catalog)
        assert len(asked) == 1
        independence_note(["a", "a"], catalog)
        assert len(asked) == 1
    finally:
        catalog._db.set_trace_callback(None)


@pytest.mark.integration
@pytest.mark.slow
def test_the_samples(seeds_index: Path) -> None:
    from index import store

    marker = store.read_marker(seeds_index)
    assert marker is not None
    catalog = store.open_catalog(seeds_index, marker.data)
    files = catalog.files()
    assert independence_note(files[1:3], catalog) == (
        f"{files[1]} and {files[2]} tell the same story: count them as one source"
    )
    assert independence_note([files[0], files[3]], catalog) == (
        "This answer rests on 2 independent sources"
    )
    catalog.close()
