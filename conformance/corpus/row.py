"""What came of one document."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Row:
    """What came of one document; `crashes` are exceptions of this suite, which must not be."""

    name: str
    fault: str = ""
    operations: int = 0
    derived: int = 0
    cases: int = 0
    left_out: int = 0
    clauses: int = 0
    seconds: float = 0.0
    memory_mb: int = 0
    crashes: dict[str, str] = field(default_factory=dict)
    uncovered: dict[str, int] = field(default_factory=dict)
    untested: dict[str, int] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)
    inconclusive: int = 0
    requests: int = 0
    broken: int = 0
    found: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether something is wrong with this suite, or with the document."""
        return bool(self.fault or self.crashes or self.findings or self.missed)
