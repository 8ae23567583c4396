"""Settings → contract, plans, headers, known deviations: what a run is made of, before it is one.

Each part is made when it is first asked for, and nothing here opens a connection to the target.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from conformance.aim import headers_of, is_local, profile_of
from conformance.arrays import assumed, bracketed
from conformance.clause import Clause
from conformance.contract import Selection, default_source, load
from conformance.contract.model import Contract, Operation
from conformance.deviations import expired
from conformance.errors import ContractError, NoExampleError, NothingSelectedError, UsageError
from conformance.headers import credentials
from conformance.heading import contract_file
from conformance.plan import Plan
from conformance.plans import MANY, Plans
from conformance.run_record import Deviation, DeviationList
from conformance.safety import DESTRUCTIVE
from conformance.settings import Settings
from conformance.values import Values, check_operations, of_operation

if TYPE_CHECKING:
    from conformance.headers import TargetHeader
    from conformance.profiles import Profile

_NO_DELETE = "DELETE goes to targets on this machine only; --allow-destructive sends it elsewhere"
EXAMPLES: Mapping[str, int] = {"quick": 0, "standard": 12, "deep": 600}
"""How many violations of each clause are drawn; of valid bodies four times as many."""


class Prepared:
    """What follows from the settings.

    `untested` are operations that cannot be tested, and why; `faulty` those of them for a fault of
    the contract.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.untested: dict[str, str] = {}
        self.faulty: set[str] = set()

    @cached_property
    def contract(self) -> Contract:
        """The contract. Raises ContractError or UsageError."""
        settings = self.settings
        wanted = Selection(settings.operations, settings.tags, settings.paths, settings.methods)
        source = settings.contract or default_source()
        return load(source, settings.companion, wanted, frozenset(settings.remote_refs))

    @cached_property
    def values(self) -> Mapping[str, Values]:
        """The known-good values of each operation. Raises UsageError for a wrong entry."""
        file = self.settings.file
        known = {each.id: each for each in self.contract.operations}
        if known.keys() >= file.values.keys() or not self.settings.operations:
            check_operations(file, known)
        return {name: of_operation(file, each) for name, each in known.items()}

    @cached_property
    def _plans(self) -> Plans:
        settings = self.settings
        self.untested |= dict(self.contract.unreadable)
        self.faulty |= {name for name, _ in self.contract.unreadable}
        operations = map(self._known_of, self.contract.operations)
        contract = replace(self.contract, operations=tuple(operations))
        return Plans(
            contract,
            self.values,
            settings.shard,
            settings.most_cases,
            settings.cache,
            whole=settings.all_cases,
        )

    def _known_of(self, operation: Operation) -> Operation:
        """Return `operation` with what the profile knows beside the contract."""
        known = bracketed(operation) if self.profile.reads_brackets else operation
        return replace(known, closed=operation.closed or self.profile.closes_objects)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations of this run, testable or not. Raises UsageError where there are none."""
        if not self._plans.operations:
            raise NothingSelectedError(
                f"the shard {self.settings.shard} is empty",
                f"There are {len(self.contract.operations)} operations: ask for fewer shards.",
            )
        return self._plans.operations

    @property
    def examples(self) -> int:
        """How many violations of each clause are drawn."""
        return EXAMPLES[self.settings.depth]

    @property
    def many(self) -> bool:
        """Whether the run goes operation by operation, each derived when its turn comes.

        All shards of a run go the same way, however few operations one of them has.
        """
        return len(self.contract.operations) > MANY

    def plan(self, operation: Operation) -> Plan:
        """Return the plan of `operation`. Raises NoExampleError where it cannot be tested.

        Where it is the only one, a fault in the contract raises ContractError.
        """
        far = not (self.settings.allow_destructive or is_local(self.settings))
        if far and operation.method.upper() == "DELETE":
            raise NoExampleError(_NO_DELETE)
        try:
            plan = self._plans.of(assumed(operation)).identified(self._credentials)
        except ContractError as problem:
            if len(self.operations) == 1:
                raise
            self.faulty.add(operation.id)
            raise NoExampleError(f"{problem.place}: {problem.what}") from problem
        return plan.harmless(DESTRUCTIVE) if far else plan

    def each_plan(self) -> Iterator[Plan]:
        """Yield the plans of what can be tested, each made when it is asked for."""
        for operation in self.operations:
            with suppress(NoExampleError):
                yield self.plan(operation)

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """A plan for each operation that can be tested. Raises UsageError where none can."""
        plans = []
        for operation in self.operations:
            try:
                plans.append(self.plan(operation))
            except NoExampleError as problem:
                self.untested[operation.id] = str(problem)
        if not plans:
            reasons = [f"{name}: {reason}" for name, reason in self.untested.items()][:3]
            raise UsageError(
                "no operation can be tested: " + "; ".join(reasons),
                "Choose another with --operation ID.",
            )
        return tuple(plans)

    @cached_property
    def headers(self) -> tuple[TargetHeader, ...]:
        """What the user adds to every request. Raises UsageError for a variable not set."""
        return headers_of(self.settings)

    @cached_property
    def _credentials(self) -> frozenset[str]:
        return frozenset(credentials(self.headers))

    @cached_property
    def deviations(self) -> DeviationList:
        """The known deviations. Raises UsageError for a list that is not complete."""
        shown = self.settings.known_deviations
        if shown is None or (self.settings.update_known_deviations and not Path(shown).exists()):
            return DeviationList(shown or "")
        from conformance.deviation_file import read_deviations  # noqa: PLC0415  (where asked for)

        return read_deviations(Path(shown), shown)

    @cached_property
    def standing(self) -> tuple[Deviation, ...]:
        """The known deviations whose time is not over."""
        today = time.strftime("%Y-%m-%d", time.gmtime())
        return tuple(each for each in self.deviations.deviations if not expired(each, today))

    @cached_property
    def profile(self) -> Profile:
        """What is known of the provider of the contract, or of the target."""
        servers = {server for each in self.contract.operations for server in each.servers}
        return profile_of(self.settings, sorted(servers))

    def lined(self, clause: Clause) -> Clause:
        """Return `clause` with the line of the contract that it stands in, where that is known."""
        line = self._places.get(clause.keyword_location, 0)
        return replace(clause, line=line) if line else clause

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """Return the line of each keyword. YAML takes its time, so only where somebody asks."""
        from conformance.contract.lines import lines  # noqa: PLC0415
        from conformance.contract.read import read_text  # noqa: PLC0415

        if not contract_file(self.settings) or self.many:
            return {}
        text = read_text(contract_file(self.settings))
        if text.lstrip()[:1] == "<" or (text.lstrip()[:1] != "{" and not self.settings.wants_lines):
            return {}
        return lines(text, [each.keyword_location for plan in self.plans for each in plan.clauses])

    def check_deviations(self) -> None:
        """Find fault with the known deviations, and with where new ones go. Raises UsageError."""
        if self.settings.update_known_deviations and not self.settings.known_deviations:
            raise UsageError(
                "--update-known-deviations without a file to write to",
                "Name it with --known-deviations FILE.",
            )
        _ = self.deviations
