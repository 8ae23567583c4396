"""pytest glue only: options, collection, several processes; `items` and `ending` do the rest.

Everything heavy is imported when one of our tests is collected, so other suites pay nothing.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from conformance import interpreter
from conformance.errors import NothingSelectedError, UsageError
from conformance.options import add_options, name_tests, settings, wanted
from conformance.progress import begin
from conformance.running import MESSAGE, MODULES, name_of, near, run_of, sends
from conformance.signals import heed, restore
from conformance.spread import scheduler

if TYPE_CHECKING:
    from conformance.items import Held, Whole
    from conformance.plan import Plan


pytest_plugins = ("conformance.ending",)

_HOME = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options; all of them are listed in the README."""
    add_options(parser)


def pytest_load_initial_conftests(parser: pytest.Parser) -> None:
    """Declare what plugins of others may have declared as well: now all of them are there."""
    add_options(parser, shared=True)


def pytest_configure(config: pytest.Config) -> None:
    """Check the options that can be checked for free, and fix the run's name."""
    for marker in (
        "accept: the contract allows the request",
        "refuse: it forbids the request",
        "either: the target may choose",
    ):
        config.addinivalue_line("markers", marker)
    name_tests(config)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Find fault with what the user asked for before anything is collected or sent."""
    if wanted(session.config):
        interpreter.tune(session.config)
        try:
            _check_order(session.config)
            run = run_of(session.config)
            heed(session.config)
            if sends(session.config):
                run.warm()
            _ = run.operations if run.many else run.plans
            if not (session.config.option.collectonly or hasattr(session.config, "workerinput")):
                run.begin_again()
        except NothingSelectedError as problem:
            pytest.exit(str(problem), pytest.ExitCode.NO_TESTS_COLLECTED)
        except UsageError as problem:
            raise pytest.UsageError(str(problem)) from problem
        begin(session.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave the interpreter and its signals as they were."""
    interpreter.restore(config)
    restore(config)


def _check_order(config: pytest.Config) -> None:
    """Raise UsageError where what prints in order is to run in several processes."""
    asked = settings(config)
    spread = config.getoption("dist", "no") != "no" or hasattr(config, "workerinput")
    if spread and (asked.dry_run or asked.explain_values):
        raise UsageError(
            "--dry-run and --explain-values print in order, from one process", "Leave -n away."
        )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401  (a type of pytest-xdist)
    """Give every worker the name of the one run."""
    node.workerinput["conformance_run"] = name_of(node.config)


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(crashitem: str, sched: Any) -> None:  # noqa: ANN401  (a type of pytest-xdist)
    """Learn which case was in the hands of a worker process that died."""
    if not wanted(sched.config):
        return
    run = run_of(sched.config)
    label = crashitem.partition("[")[2].removesuffix("]")
    if len(run.operations) == 1:
        label = run.operations[0].id + ("" if label.startswith("/") else ":") + label
    run.crashed(label)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:  # noqa: ANN401
    """Keep in one process what shares controls and answers."""
    if not wanted(config):
        return None
    return scheduler(config, log, MODULES, [each.id for each in run_of(config).operations])


@pytest.hookimpl(tryfirst=True)
def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave exploration out where nothing is to be explored, and what is no test of ours always.

    pytest would look at each of two hundred files and folders, and find nothing.
    """
    if collection_path.parent != _HOME:
        return None
    name = collection_path.name
    if name == "test_random.py" and settings(config).depth == "quick":
        return True
    return None if name.startswith(("test_", "__init__")) else True


def pytest_pycollect_makeitem(
    collector: pytest.Module, name: str, obj: object
) -> list[pytest.Item] | None:
    """Make an item of every case, every exploration and every clause of a response.

    Of many operations, make one of each operation: what it holds is derived when its turn comes.
    """
    if not name.startswith("test_") or getattr(obj, "__module__", "") not in MODULES:
        return None
    from conformance.items import Held, Whole  # noqa: PLC0415  (not for other suites)

    run = run_of(collector.config)
    send: Any = obj
    if run.many:
        own = run.operations if send.__module__ == MODULES[0] else ()
        return [Whole.of_operation(collector, f"{name}[{each.id}]", each) for each in own]
    plans = run.plans
    many = len(plans) > 1
    return [
        Held.of(collector, f"{name}[{_label(each.id, plan, many=many)}]", send, plan, each)
        for plan in plans
        for each in _listed(plan, send.__module__)
    ]


def _listed(plan: Plan, module: str) -> Iterator[Any]:
    if module.endswith("requests"):
        yield from plan.cases
    elif module.endswith("responses"):
        yield from plan.answers
    else:
        from conformance.explore import explorations  # noqa: PLC0415  (imports Hypothesis)

        yield from explorations(plan)


def _label(identifier: str, plan: Plan, *, many: bool) -> str:
    return identifier if many else identifier.removeprefix(plan.operation.id).removeprefix(":")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Rehearse, or explain, instead of running, where the user asks for it."""
    if not _ours(getattr(session, "items", [])):
        return None
    asked = settings(session.config)
    if session.config.option.collectonly or not (asked.dry_run or asked.explain_values):
        return None
    from conformance.asked import print_requests, print_values  # noqa: PLC0415  (where asked for)

    (print_requests if asked.dry_run else print_values)(session)
    return True


def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Hold an item of ours in our own, shorter way, unless somebody else looks at every step."""
    if not _ours([item]):
        return None
    from conformance.items import expect, hold, is_watched  # noqa: PLC0415  (loaded by now)

    expect(cast("Held | Whole", item))
    if is_watched(item.config):
        return None
    hold(cast("Held | Whole", item))
    return True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select by --only, and restore our order: cases, exploration, answers."""
    mine = _ours(items)
    if not mine:
        return
    run = run_of(config)
    if run.many:
        run.whole = len(mine) == len(run.operations) and not settings(config).only
        order = {each.id: place for place, each in enumerate(run.operations)}
        own = sorted(mine, key=lambda item: order[cast("Whole", item).operation.id])
        items[:] = [*(item for item in items if item not in set(mine)), *own]
        return
    listed = [each.id for plan in run.plans for each in plan.cases]
    listed += [each.id for plan in run.plans for each in plan.answers]
    order = {identifier: index for index, identifier in enumerate(listed)}
    only = settings(config).only
    kept = [item for item in mine if not only or _selected(item, only)]
    kept.sort(key=lambda item: (MODULES.index(item.module_name), order.get(item.each.id, 0)))
    run.planned = sum(item.module_name != MODULES[-1] for item in kept)
    run.whole = order.keys() <= {item.each.id for item in kept}
    if len(kept) < len(mine):
        chosen = set(kept)
        config.hook.pytest_deselected(items=[item for item in mine if item not in chosen])
    if not kept:
        config.stash[MESSAGE] = _nothing(config, mine)
    owned = {*mine}
    items[:] = [*(item for item in items if item not in owned), *kept]


def _ours(items: list[pytest.Item]) -> list[Held]:
    """Return our items; of a run of many operations they are of the other kind."""
    if "conformance.items" not in sys.modules:
        return []
    from conformance.items import Held, Whole  # noqa: PLC0415  (loaded by now)

    return [cast("Held", item) for item in items if isinstance(item, Held | Whole)]


def _local(item: Held) -> str:
    from conformance.whole import local  # noqa: PLC0415  (not for other suites)

    return local(item.each.id, item.plan.operation)


def _selected(item: Held, only: Sequence[str]) -> bool:
    from conformance.whole import wanted as fits  # noqa: PLC0415  (not for other suites)

    return fits(_local(item), only)


def _nothing(config: pytest.Config, items: list[Held]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  (only for a message)

    wanted = ", ".join(settings(config).only)
    places = sorted({_local(item).rpartition("/")[0] or _local(item) for item in items})
    close = get_close_matches(settings(config).only[0], places, n=3, cutoff=0.4)
    return f"No case matches --only {wanted}." + (f" Close: {', '.join(close)}." if close else "")


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """Say what is tested against what."""
    if not _ours(items):
        return []
    gc.freeze()  # what was collected stays to the end: the garbage collector may pass it over
    run = run_of(config)
    target = run.settings.target or "embedded, not yours (--target-url=URL tests your own)"
    shown = "; ".join(header.text for header in run.headers)
    names = ", ".join(each.id for each in run.operations[:3])
    more = len(run.operations) - 3
    names += f" and {more} more" if more > 0 else ""
    cases = "derived operation by operation" if run.many else str(run.planned)
    budget = run.settings.most_cases
    digest, depth, seed = run.contract.digest[:12], run.settings.depth, run.settings.seed
    return [
        f"target: {run.redactor.clean(target)}" + (f", {shown}" if shown else ""),
        f"contract: {near(run.contract.source)}, sha256 {digest}, {names}",
        f"cases: {cases}, depth {depth}, seed {seed}"
        + (f", at most {budget} of an operation" if budget else "")
        + (f", shard {run.settings.shard}" if run.settings.shard else ""),
        *(f"not tested: {name}, {reason}" for name, reason in [*run.untested.items()][:5]),
    ]
