"""Small articles for tests."""

from __future__ import annotations

from pathlib import Path

from index.catalog import Catalog
from index.chunk import chunk_article
from index.load import SourceFile
from index.models import Article
from index.scan import read_article

Articles = dict[str, str]
"""File → text."""

HARBOUR = """The Harbour Opens Again

By Ann Byron

The harbour of Bath was opened again on Monday by Mayor Carla Ruiz, four months after the storm.

The repairs cost 6,460 pounds and were paid by the city. They took longer than planned.

(abc, xy)
"""
BRIDGE = """The old bridge over the river will be closed for three weeks, the committee said.

“We want a bridge that lasts,” Peter Lang told the reporters. “It has stood for 120 years.”
"""
GARDEN = """The garden behind the museum has 4,711 roses, and visitors may enter it for free.

It was planted in 1946. The gardeners water it twice a day in the summer.
"""
TOWN = {"harbour.txt": HARBOUR, "bridge.txt": BRIDGE, "garden.txt": GARDEN}


def write_articles(folder: Path, articles: Articles) -> Path:
    """Make a folder hold these articles and no other text files."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.rglob("*.txt"):
        if path.relative_to(folder).as_posix() not in articles:
            path.unlink()
    for name, text in articles.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    return folder


def make_article(text: str, file: str = "a.txt") -> Article:
    return read_article(SourceFile(file, Path("a.txt")), text.encode("utf-8"))


def fill(catalog: Catalog, articles: Articles) -> None:
    """Put articles into a catalogue, without vectors."""
    catalog.begin()
    for file, text in articles.items():
        article = make_article(text, file)
        catalog.put_article(article, chunk_article(article))
    catalog.commit()


# One story: as a wire sends it, as another paper prints it, as a third tells it in other words;
# and another story on the same subject.
WIRE = """Fire Destroys Old Harbour Hall

A fire destroyed the old customs hall in the harbour of Bath on Monday night, police said.

Nobody was hurt, because the last of 43 dock workers had left the building at eight.

Witnesses saw smoke above the northern roof shortly before the alarm rang in the station.

More than 90 firefighters from three towns fought the flames until five in the morning.

Mayor Carla Ruiz called the hall a treasure that belonged to every family of the town.

Insurance experts put the damage at 12 million pounds, a third of it for paintings.

Investigators found traces of petrol beside a broken window on the southern side.

Council leader Peter Lang promised that builders would raise the walls again by spring.
"""
WIRE_COPY = """Home | News | Sport

Menu

By Ann Byron

Old harbour hall burns down

A fire destroyed the old customs hall in the harbour of Bath on Monday night, police said.

Nobody was hurt, because the last of 43 dock workers had left the building at eight.

Witnesses saw smoke above the northern roof shortly before the alarm rang in the station.

More than 90 firefighters from three towns fought the flames until five in the morning.

Mayor Carla Ruiz called the hall a treasure that belonged to every family of the town.

Insurance experts put the damage at 12 million pounds, a third of it for paintings.

Council leader Peter Lang promised that builders would raise the walls again by spring.

Sign up for our newsletter
"""
WIRE_REWRITE = """Blaze guts customs hall

Police said the old customs hall in Bath's harbour was destroyed on Monday night by a fire.

The building had been left at eight by the last of the 43 dock workers, nobody was hurt.

Shortly before the station alarm rang, smoke above the roof, the northern one, witnesses saw.

Until five in the morning the flames were fought by firefighters from three towns, over 90.

Every family of the town, Mayor Carla Ruiz said, has lost a treasure with the hall.

At 12 million pounds insurance experts put it, the damage, with paintings a third of that.

Beside a window broken on the side to the south investigators found petrol traces.

By spring builders would have the walls raised again, council leader Peter Lang promised.
"""
SAME_SUBJECT = """Harbour museum seeks new home

The harbour museum of Bath looks for new rooms after the fire in the customs hall.

Director Eva Stone told visitors that 300 ship models are stored in a school for now.

Pupils carry the smaller boxes to the gymnasium each afternoon, teachers explained proudly.

Donors from abroad have offered money, maps and two antique compasses made of brass.

Mayor Carla Ruiz prefers the empty railway depot, although its heating needs repair.

Neighbours of the depot fear traffic and noise, and collect signatures against the plan.

Tickets bought for December stay valid, and guided walks start at the lighthouse instead.

Council leader Peter Lang expects a decision when the budget is debated in public.
"""
STORIES = {
    "wire.txt": WIRE,
    "copy.txt": WIRE_COPY,
    "rewrite.txt": WIRE_REWRITE,
    "subject.txt": SAME_SUBJECT,
}
