"""pytest glue: an item for each case, exploration and clause of the answers.

An item of its own kind costs half of a parametrised function, and has no fixtures that could hold
a key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from traceback import format_exception
from typing import TYPE_CHECKING, Any, NoReturn, Self

import pytest

from conformance.errors import UsageError
from conformance.progress import SENT
from conformance.running import MODULES, run_of
from conformance.spread import SPREADING
from conformance.text import disarmed

if TYPE_CHECKING:
    from conformance.case import Case
    from conformance.clause import Clause
    from conformance.contract.model import Operation
    from conformance.plan import Plan
    from conformance.records import CaseRecord
    from conformance.run import Run

Send = Callable[["Run", "Plan", Any], "CaseRecord | None"]
"""A test function: it sends what it is given, and returns what became of it."""


_FILE: pytest.StashKey[str] = pytest.StashKey()


class _Placed(pytest.Item):
    """An item that is said to stand in its module's file."""

    @cached_property
    def location(self) -> tuple[str, int | None, str]:
        """The file as seen from pytest's root folder, the line, the name.

        pytest works the file out for each item anew, which takes as long as judging an answer.
        """
        module = self.parent
        assert module is not None  # noqa: S101  (an item is made from it)
        if _FILE not in module.stash:
            module.stash[_FILE] = super().location[0]
        return module.stash[_FILE], 0, self.name

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Return where the item is said to stand."""
        return self.path, 0, self.name


class Held(_Placed):
    """One case, one exploration, or one clause of the answers; `each` is which."""

    send: Send
    plan: Plan
    each: Any

    @classmethod
    def of(cls, module: pytest.Module, name: str, send: Send, plan: Plan, each: Any) -> Self:  # noqa: ANN401
        """Return the item that calls `send` for `each` of `plan`."""
        # Spelt out, for pytest compares what it reads from its cache (--lf) part by part.
        item = cls.from_parent(module, name=name, nodeid=f"{module.nodeid}::{name}")
        item.send, item.plan, item.each = send, plan, each
        expectation = getattr(each, "expectation", "")
        if expectation:
            item.add_marker(expectation.lower())
        return item

    @property
    def module_name(self) -> str:
        """The module that the item comes from."""
        return str(self.send.__module__)

    def runtest(self) -> None:
        """Send, and turn the verdict into an outcome of pytest."""
        from conformance.deviations import covering  # noqa: PLC0415  (not for other suites)
        from conformance.readiness import NotReady  # noqa: PLC0415  (loaded by now)
        from conformance.sending import Aborted  # noqa: PLC0415  (loaded by now)

        run = run_of(self.config)
        try:
            record = run.done(self.each.id) or self.send(run, self.plan, self.each)
        except Aborted as stop:
            sentence = disarmed(stop.reason.sentence)
            self.session.shouldstop = sentence
            pytest.skip(f"not run: {sentence}")
        except NotReady as stop:
            pytest.skip(f"inconclusive: {disarmed(stop.reason.sentence)}")
        except UsageError as problem:
            _unusable(self, problem)
        except Exception as problem:  # noqa: BLE001  (whatever it is, it is no fault of the target)
            run.session.broke(str(self.each.id), problem)
            self.user_properties.append(("verdict", "TOOL"))
            # Not raised: pytest would show values of variables (--showlocals), keys among them.
            broken = run.redactor.clean("".join(format_exception(problem)))
            pytest.fail(disarmed(broken), pytrace=False)
        if record is None:
            pytest.skip("not shown: no answer of this run speaks of it")
        self.user_properties += [
            ("clause", record.clause),
            *self._pointers(record.clause),
            ("expectation", str(record.expectation)),
            ("verdict", str(record.verdict)),
        ]
        deviation = covering(run.standing, record)
        if deviation is not None:
            words = f"{deviation.reason} ({deviation.link})"
            self.user_properties.append(("known_deviation", words))
            return
        because = disarmed(record.because)
        if record.verdict == "INCONCLUSIVE":
            pytest.skip(f"inconclusive: {because}")
        if record.verdict == "FAIL" and record.level == "SHOULD" and not run.settings.strict:
            pytest.skip(f"advice: {record.words}: {because}")
        if record.verdict != "PASS":
            pytest.fail(f"{record.verdict} {record.words}: {because}", pytrace=False)

    def _pointers(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield where the clause stands in the contract and in the body."""
        own: Clause = getattr(self.each, "clause", self.each)
        # What was drawn may be named after another clause than the one that it was drawn for.
        every = (own,) if own.id == name else self.plan.clauses
        for clause in every:
            if clause.id == name:
                yield "keyword_location", clause.keyword_location
                yield "instance_location", clause.instance_location


def _unusable(item: pytest.Item, problem: UsageError) -> NoReturn:
    """End the run: the user has to mend something."""
    if not hasattr(item.config, "workerinput"):
        pytest.exit(str(problem), returncode=4)
    # Only this process would exit; the one that started it is told by the report.
    item.session.shouldstop = problem.what
    item.user_properties.append(("unusable", str(problem)))
    pytest.skip(f"not run: {problem.what}")


class Whole(_Placed):
    """One operation with all its cases: an item of a run of many operations."""

    operation: Operation
    module_name = MODULES[0]

    @classmethod
    def of_operation(cls, module: pytest.Module, name: str, operation: Operation) -> Self:
        """Return the item that holds the target to all of `operation`."""
        item = cls.from_parent(module, name=name, nodeid=f"{module.nodeid}::{name}")
        item.operation = operation
        return item

    def runtest(self) -> None:
        """Send, and turn the verdicts into one outcome of pytest: the worst of them."""
        from conformance.errors import NoExampleError  # noqa: PLC0415  (not for other suites)
        from conformance.readiness import NotReady  # noqa: PLC0415
        from conformance.sending import Aborted  # noqa: PLC0415
        from conformance.whole import held  # noqa: PLC0415

        run = run_of(self.config)
        records: list[CaseRecord] = []
        try:
            records += held(run, self.operation)
        except NoExampleError as problem:
            run.leave_out(self.operation, str(problem))
            pytest.skip(f"not tested: {disarmed(str(problem))}")
        except NotReady as stop:
            pytest.skip(f"inconclusive: {disarmed(stop.reason.sentence)}")
        except Aborted as stop:
            sentence = disarmed(stop.reason.sentence)
            self.session.shouldstop = sentence
            pytest.skip(f"not run: {sentence}")
        except UsageError as problem:
            _unusable(self, problem)
        except Exception as problem:  # noqa: BLE001  (whatever it is, it is no fault of the target)
            run.leave_out(self.operation, "the suite broke over it")
            run.session.broke(f"{self.operation.id}:plan", problem)
            self.user_properties.append(("verdict", "TOOL"))
            broken = run.redactor.clean("".join(format_exception(problem)))
            pytest.fail(disarmed(broken), pytrace=False)
        self._judge(run, records)

    def _judge(self, run: Run, records: Sequence[CaseRecord]) -> None:
        from conformance.deviations import covering  # noqa: PLC0415  (not for other suites)

        if not records:
            pytest.skip("not selected: it has no case that --only speaks of")
        known = [each for each in records if covering(run.standing, each) is not None]
        bad = [
            each
            for each in records
            if each.verdict not in ("PASS", "INCONCLUSIVE") and each not in known
        ]
        hard = [each for each in bad if each.level == "MUST" or each.verdict != "FAIL"]
        if run.settings.strict:
            hard = bad
        self.user_properties += [
            ("cases", len(records)),
            ("verdict", str(hard[0].verdict) if hard else "PASS"),
        ]
        if hard:
            shown = [f"{each.verdict} {each.id}: {each.because}" for each in hard[:_SHOWN]]
            more = [f"… and {len(hard) - _SHOWN} more"] if len(hard) > _SHOWN else []
            pytest.fail(disarmed("\n".join((*shown, *more))), pytrace=False)
        if bad:
            pytest.skip(f"advice: {bad[0].words}: {disarmed(bad[0].because)}")
        doubtful = [each for each in records if each.verdict == "INCONCLUSIVE"]
        if doubtful:
            first = disarmed(doubtful[0].because)
            pytest.skip(f"inconclusive: {len(doubtful)} of {len(records)} cases, first: {first}")


_SHOWN = 10
"""So many cases of an operation are named where it fails; the report names all of them."""


_WATCHED: pytest.StashKey[bool] = pytest.StashKey()
_OWN = ("_pytest.", f"{__package__}.", "_hypothesis_pytestplugin")


def is_watched(config: pytest.Config) -> bool:
    """Whether plugins of others look at each step of a test: then every step is to be there."""
    if _WATCHED not in config.stash:
        hooks = (config.hook.pytest_runtest_protocol, config.hook.pytest_runtest_makereport)
        config.stash[_WATCHED] = any(
            not each.function.__module__.startswith(_OWN)
            for hook in hooks
            for each in hook.get_hookimpls()
        )
    return config.stash[_WATCHED]


def expect(item: Held | Whole) -> None:
    """Let the run know which cases come, when the first of them does."""
    run = run_of(item.config)
    if isinstance(item, Held) and not run.order:
        run.order = tuple(_order(item))


def hold(item: Held | Whole) -> None:
    """Run `item`, and tell pytest's plugins what they are told of any test.

    pytest's own way sets up fixtures, catches output and looks at log handlers three times an
    item. There is nothing of all this here, and it takes longer than the request.
    """
    run = run_of(item.config)
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    call = pytest.CallInfo.from_call(
        item.runtest, "call", (pytest.exit.Exception, KeyboardInterrupt)
    )
    report = hook.pytest_runtest_makereport(item=item, call=call)
    setattr(report, SENT, run.requests_sent)
    hook.pytest_runtest_logreport(report=report)
    ended = pytest.TestReport(
        item.nodeid,
        item.location,
        report.keywords,
        "passed",
        None,
        "teardown",
        user_properties=item.user_properties,
    )
    hook.pytest_runtest_logreport(report=ended)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def _order(first: Held) -> Iterator[tuple[Plan, Case]]:
    """Yield the cases that this process will hold, as far as that can be known."""
    if hasattr(first.config, "workerinput") and first.config.getoption("dist") not in SPREADING:
        return  # somebody else may hold the next one
    for item in first.session.items:
        if isinstance(item, Held) and item.module_name == MODULES[0]:
            yield item.plan, item.each
