"""What came of one document."""

from __future__ import annotations

from msgspec import Struct, field


class Row(Struct):
    """What came of one document.

    `fault` is why the document has no row of its own, or only half of one. `crashes` are exceptions
    of this suite, `doubts` operations that the embedded target was not shown to honour: neither
    must be. `untested` and `uncovered` count operations and clauses by reason. `short` counts
    operations that had too many cases for their time, `left_out` the cases that a budget cut.

    Of the clauses that were broken on purpose, `found` counts those whose operation had a finding,
    and `named` those that a finding names; `renamed` are found and not named, with what was named
    instead, `missed` not found. `unbreakable` are operations drawn of which the embedded target can
    get nothing wrong.
    """

    name: str
    version: str = ""
    fault: str = ""
    operations: int = 0
    derived: int = 0
    cases: int = 0
    left_out: int = 0
    clauses: int = 0
    short: int = 0
    seconds: float = 0.0
    memory_mb: int = 0
    crashes: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    uncovered: dict[str, int] = field(default_factory=dict)
    untested: dict[str, int] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    broken: int = 0
    found: int = 0
    named: int = 0
    missed: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    unbreakable: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether something is wrong with this suite, or with the document."""
        return bool(self.fault or self.crashes or self.findings or self.doubts or self.missed)
