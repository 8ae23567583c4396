"""pytest glue only: options, parametrization, outcomes, exit status.

Everything heavy is imported when one of our tests is collected, so other suites pay nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from traceback import format_exception
from typing import TYPE_CHECKING, Any

import pytest

from conformance.errors import UsageError
from conformance.options import add_options, settings, wanted
from conformance.spread import new_run_id, scheduler

if TYPE_CHECKING:
    from conformance.case import Case
    from conformance.clause import Clause
    from conformance.explore import Exploration
    from conformance.outcome import Outcome
    from conformance.plan import Plan
    from conformance.records import CaseRecord
    from conformance.run import Run

_MODULES = ("conformance.test_requests", "conformance.test_random", "conformance.test_responses")
_RUN: pytest.StashKey[Run] = pytest.StashKey()
_OUTCOME: pytest.StashKey[Outcome] = pytest.StashKey()
_NAME = pytest.StashKey[str]()
_MESSAGE = pytest.StashKey[str]()
_INTERRUPTED = 2


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options; all of them are listed in the README."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Check the options that can be checked for free, and fix the run's name."""
    for marker in (
        "accept: the contract allows the request",
        "refuse: it forbids the request",
        "either: the target may choose",
    ):
        config.addinivalue_line("markers", marker)
    if config.getoption("--target-url") == "":
        raise pytest.UsageError(
            "--target-url is empty: was a variable forgotten? Leave the option away to test the "
            "embedded target."
        )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Find fault with what the user asked for before anything is collected or sent."""
    if wanted(session.config):
        try:
            _ = _run(session.config).plans
        except UsageError as problem:
            raise pytest.UsageError(str(problem)) from problem


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401  (a type of pytest-xdist)
    """Give every worker the name of the one run."""
    node.workerinput["conformance_run"] = _name(node.config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:  # noqa: ANN401
    """Keep in one process what shares controls and answers."""
    if not wanted(config):
        return None
    return scheduler(config, log, _MODULES, [plan.operation.id for plan in _run(config).plans])


def _name(config: pytest.Config) -> str:
    """Return the name of the run, the same in all its processes."""
    worker: dict[str, str] = getattr(config, "workerinput", {})
    return config.stash.setdefault(_NAME, worker.get("conformance_run") or new_run_id())


def _run(config: pytest.Config) -> Run:
    """Return the run of this process, making it when it is first asked for."""
    if _RUN not in config.stash:
        from conformance.run import Run  # noqa: PLC0415  (heavy)

        worker: dict[str, str] = getattr(config, "workerinput", {})
        run = Run(settings(config), _name(config), worker.get("workerid", ""))
        run.check()
        config.stash[_RUN] = run
    return config.stash[_RUN]


def _begun(config: pytest.Config) -> Run | None:
    """Return the run if there was one, in this process or in those that it started."""
    if _RUN in config.stash:
        return config.stash[_RUN]
    reports = Path(config.invocation_params.dir, config.getoption("--reports"))
    known = _NAME in config.stash and (reports / config.stash[_NAME]).exists()
    return _run(config) if known else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave exploration out where nothing is to be explored."""
    ours = (
        collection_path.name == "test_random.py" and collection_path.parent == Path(__file__).parent
    )
    return True if ours and config.getoption("--depth") == "quick" else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make an item of every case, every exploration and every clause of a response."""
    module = metafunc.module.__name__
    if module not in _MODULES:
        return
    plans = _run(metafunc.config).plans
    many = len(plans) > 1
    pairs = [(plan, each) for plan in plans for each in _items(plan, module)]
    name = {"requests": "case", "random": "exploration", "responses": "clause"}[
        module.rpartition("_")[2]
    ]
    metafunc.parametrize(
        name,
        [
            pytest.param(each, id=_label(each.id, plan, many=many), marks=_marks(each))
            for plan, each in pairs
        ],
    )


def _items(plan: Plan, module: str) -> Iterator[Any]:
    if module.endswith("requests"):
        yield from plan.cases
    elif module.endswith("responses"):
        yield from plan.answers
    else:
        from conformance.explore import explorations  # noqa: PLC0415  (imports Hypothesis)

        yield from explorations(plan)


def _label(identifier: str, plan: Plan, *, many: bool) -> str:
    return identifier if many else identifier.removeprefix(plan.operation.id).removeprefix(":")


def _marks(each: Any) -> list[pytest.MarkDecorator]:  # noqa: ANN401
    return [getattr(pytest.mark, each.expectation.lower())] if hasattr(each, "expectation") else []


def _ours(item: pytest.Item) -> bool:
    return getattr(getattr(item, "module", None), "__name__", "") in _MODULES


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select by --only, and restore our order: cases, exploration, answers."""
    mine = [item for item in items if _ours(item)]
    if not mine:
        return
    run = _run(config)
    listed = [each.id for plan in run.plans for each in plan.cases]
    listed += [each.id for plan in run.plans for each in plan.answers]
    order = {identifier: index for index, identifier in enumerate(listed)}
    kept = [item for item in mine if _selected(config, item)]
    kept.sort(key=lambda item: (_module(item), order.get(_value(item).id, 0)))
    run.planned = sum(not _is_answer(item) for item in kept)
    dropped = [item for item in mine if item not in set(kept)]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    if not kept:
        config.stash[_MESSAGE] = _nothing(config, mine)
    items[:] = [item for item in items if not _ours(item)] + kept


def _module(item: pytest.Item) -> int:
    return _MODULES.index(item.module.__name__)  # type: ignore[attr-defined]  # see _value


def _value(item: pytest.Item) -> Any:  # noqa: ANN401
    params = item.callspec.params  # type: ignore[attr-defined]  # every item of ours has one
    return next(iter(params.values()))


def _is_answer(item: pytest.Item) -> bool:
    return "clause" in item.callspec.params  # type: ignore[attr-defined]  # see _value


def _local(item: pytest.Item) -> str:
    operations = (plan.operation.id for plan in _run(item.config).plans)
    identifier: str = _value(item).id
    owner = max((each for each in operations if identifier.startswith(each)), key=len)
    return identifier.removeprefix(owner).removeprefix(":")


def _selected(config: pytest.Config, item: pytest.Item) -> bool:
    wanted = [pointer.rstrip("/") for pointer in config.getoption("--only")]
    if not wanted:
        return True
    name = _local(item)
    return any(name == each or name.startswith(each + "/") for each in wanted)


def _nothing(config: pytest.Config, items: list[pytest.Item]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  (only for a message)

    wanted = ", ".join(config.getoption("--only"))
    places = sorted({_local(item).rpartition("/")[0] or _local(item) for item in items})
    close = get_close_matches(config.getoption("--only")[0], places, n=3, cutoff=0.4)
    return f"No case matches --only {wanted}." + (f" Close: {', '.join(close)}." if close else "")


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """Say what is tested against what."""
    mine = [item for item in items if _ours(item)]
    if not mine:
        return []
    run = _run(config)
    target = run.settings.target or "embedded, not yours (--target-url=URL tests your own)"
    shown = "; ".join(header.text for header in run.headers)
    names = ", ".join(plan.operation.id for plan in run.plans[:3])
    digest, depth, seed = run.contract.digest[:12], run.settings.depth, run.settings.seed
    return [
        f"target: {run.redactor.clean(target)}" + (f", {shown}" if shown else ""),
        f"contract: {_near(run.contract.source)}, sha256 {digest}, {names}",
        f"cases: {run.planned}, depth {depth}, seed {seed}",
        *(f"not tested: {name}, {reason}" for name, reason in [*run.untested.items()][:5]),
    ]


def _near(path: str) -> str:
    """Return `path` as seen from here, where it lies below."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


# --- running --------------------------------------------------------------------------------------


@pytest.fixture
def hold(request: pytest.FixtureRequest) -> Callable[[Case], None]:
    """Send a case and judge the answer."""

    def held(case: Case) -> None:
        run = _run(request.config)
        plan = next(plan for plan in run.plans if plan.operation.id == case.clause.operation)
        _sent(request, lambda: run.session.hold(plan, case))

    return held


@pytest.fixture
def explore(request: pytest.FixtureRequest) -> Callable[[Exploration], None]:
    """Draw requests for a clause and judge the answers."""

    def explored(exploration: Exploration) -> None:
        from conformance.explore import explore as draw  # noqa: PLC0415  (imports Hypothesis)
        from conformance.run import EXAMPLES  # noqa: PLC0415

        run = _run(request.config)
        plan = next(p for p in run.plans if p.operation.id == exploration.clause.operation)
        examples = EXAMPLES[run.settings.depth] * (1 if exploration.keyword else 4)
        seed = run.settings.seed
        _sent(request, lambda: draw(run.session, plan, exploration, examples, seed))

    return explored


@pytest.fixture
def answers_keep(request: pytest.FixtureRequest) -> Callable[[Clause], None]:
    """Judge a clause over all answers of the run."""

    def kept(clause: Clause) -> None:
        run = _run(request.config)
        plan = next(plan for plan in run.plans if plan.operation.id == clause.operation)
        _sent(request, lambda: run.session.response(plan, clause))

    return kept


def _sent(request: pytest.FixtureRequest, send: Callable[[], CaseRecord | None]) -> None:
    from conformance.session import Aborted  # noqa: PLC0415  (loaded by now)

    try:
        record = send()
    except Aborted as stop:
        request.session.shouldstop = stop.reason.sentence
        pytest.skip(f"not run: {stop.reason.sentence}")
    except UsageError as problem:
        pytest.exit(str(problem), returncode=4)
    except Exception as problem:  # noqa: BLE001  (whatever it is, it is no fault of the target)
        run = _run(request.config)
        run.session.broke(_identity(request), problem)
        request.node.user_properties.append(("verdict", "TOOL"))
        # Not raised: pytest would show values of variables (--showlocals), keys among them.
        pytest.fail(run.redactor.clean("".join(format_exception(problem))), pytrace=False)
    if record is None:
        pytest.skip("not shown: no answer of this run speaks of it")
    request.node.user_properties += [
        ("clause", record.clause),
        ("expectation", str(record.expectation)),
        ("verdict", str(record.verdict)),
    ]
    match record.verdict:
        case "PASS":
            return
        case "INCONCLUSIVE":
            pytest.skip(f"inconclusive: {record.because}")
        case _:
            pytest.fail(f"{record.verdict} {record.words}: {record.because}", pytrace=False)


def _identity(request: pytest.FixtureRequest) -> str:
    return str(_value(request.node).id)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Call what proves nothing by its name."""
    if report.when == "call" and report.skipped and isinstance(report.longrepr, tuple):
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        for word, letter in (("inconclusive", "?"), ("not shown", "o"), ("not run", "n")):
            if reason.startswith(f"{word}:") and _is_ours(report):
                return word, letter, word.upper()
    return None


def _is_ours(report: pytest.TestReport) -> bool:
    name = report.nodeid.partition("::")[0].rpartition("/")[2]
    return f"conformance.{name.removesuffix('.py')}" in _MODULES


# --- the end --------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Close the journal, write the reports and set the exit status."""
    run = _begun(session.config)
    if run is None:
        return
    run.close()
    if hasattr(session.config, "workerinput"):
        return
    stopped = bool(session.shouldstop or session.shouldfail)
    try:
        if exitstatus != _INTERRUPTED or stopped:
            run.end()
        outcome = run.report()
    except UsageError as problem:
        session.config.stash[_MESSAGE] = str(problem)
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
        return
    if outcome is None:
        return
    session.config.stash[_OUTCOME] = outcome
    if exitstatus in (0, 1, _INTERRUPTED) and not _others_failed(session):
        session.exitstatus = outcome.exit


def _others_failed(session: pytest.Session) -> bool:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    stats = getattr(reporter, "stats", {})
    reports = [*stats.get("failed", []), *stats.get("error", [])]
    return any(not _verdict(each) for each in reports)


def _verdict(report: pytest.TestReport) -> str:
    """Return the verdict of an item of ours; empty for the items of others."""
    found = (str(value) for name, value in report.user_properties if name == "verdict")
    return next(found, "") if _is_ours(report) else ""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Iterator[None]:
    """Show findings, each once, instead of one failure a case."""
    stats = terminalreporter.stats
    failed = stats.get("failed", [])
    others = [each for each in failed if _verdict(each) in ("", "TOOL")]
    if len(others) != len(failed):
        stats["failed"] = others
    try:
        yield
    finally:
        if failed:
            stats["failed"] = failed
    if _MESSAGE in config.stash:
        terminalreporter.write_line(config.stash[_MESSAGE], red=True)
    if _OUTCOME in config.stash:
        _summary(terminalreporter, config)


def _summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    from conformance.findings import find  # noqa: PLC0415  (at the end only)
    from conformance.journal import read_journal  # noqa: PLC0415
    from conformance.report.terminal import summary_lines  # noqa: PLC0415
    from conformance.run import JOURNAL  # noqa: PLC0415

    run = config.stash[_RUN]
    journal = read_journal(run.folder / JOURNAL)
    page = run.settings.reports / "report.html"
    lines = summary_lines(
        journal,
        find(journal),
        config.stash[_OUTCOME],
        unicode=_speaks_unicode(),
        report_path=_near(str(page)),
    )
    terminalreporter.section("conformance")
    for line in lines:
        style = {} if line.style == "none" else {line.style: True}
        terminalreporter.write_line(line.text, **style)


def _speaks_unicode() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        "✓…".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
