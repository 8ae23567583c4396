"""Faults of the user's input or of this suite, never of the target.

The tree::

    ConformanceError          what happened, where, and what to do next
    ├── UsageError            an option, a file or the environment is wrong: exit status 4
    │   ├── ContractError     the contract document is wrong at a place: exit status 4
    │   └── NothingSelectedError  what was asked for fits no operation: exit status 5
    ├── NoExampleError        nothing valid was found for a schema: an operation is not tested
    └── SuiteError            this suite is wrong: exit status 3

What the target does wrong is data (`exchange.Fault`, a verdict, a finding), not an exception.
"""

from __future__ import annotations

from dataclasses import dataclass


class ConformanceError(Exception):
    """Anything this package raises on purpose."""


@dataclass
class UsageError(ConformanceError):
    """The user asked for something that cannot be done; says what to do instead."""

    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.what}\n{self.remedy}" if self.remedy else self.what


@dataclass
class ContractError(UsageError):
    """The contract document is wrong; `place` is `FILE:LINE`, or `FILE` and a JSON Pointer."""

    place: str = ""

    def __str__(self) -> str:
        sentence = f"{self.place}: {self.what}" if self.place else self.what
        return f"{sentence}\n{self.remedy}" if self.remedy else sentence


@dataclass
class NothingSelectedError(UsageError):
    """No operation is what was asked for; names the nearest."""


class NoExampleError(ConformanceError):
    """No valid value was found for a schema; the message says where."""


@dataclass
class SuiteError(ConformanceError):
    """A contradiction within this suite; a bug to report, never the target's fault."""

    what: str

    def __str__(self) -> str:
        return f"{self.what}\nThis is a bug in the conformance suite, please report it."
