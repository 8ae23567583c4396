"""The suite held against a server as a user does it, and what it found."""

from __future__ import annotations

from pathlib import Path

from tests.cli import Ended, suite
from tests.real.servers import KEY

OPERATION = "PostAccountLinks"
Faults = dict[str, str]
"""A finding, without its operation and with its level → why it is the server's fault.

Each was checked by hand against the contract.
"""


def hold(url: str, folder: Path, *arguments: str, depth: str = "quick") -> Ended:
    """Run the suite against `url` in `folder`."""
    header = "--target-header=Authorization: Bearer $STRIPE_API_KEY"
    return suite(folder, f"--target-url={url}", header, *arguments, depth=depth, STRIPE_API_KEY=KEY)


def found(ended: Ended) -> set[str]:
    """Return the findings, advice included: `MUST /account/maxLength/accepted`."""
    return {
        f"{each['level']} {each['id'].removeprefix(OPERATION)}"
        for each in ended.results["findings"]
    }


def assert_found(ended: Ended, faults: Faults) -> None:
    """Hold the findings of a run to an exact list."""
    assert found(ended) == {*faults}, ended.out[-6000:]


def sentence(ended: Ended) -> str:
    """Return the one sentence of an inconclusive run."""
    (line,) = [each for each in ended.lines if each.startswith("? ")]
    return line.removeprefix("? Inconclusive: ")
