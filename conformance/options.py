"""The options of the command line; what they mean is listed in the README."""

from __future__ import annotations

import argparse
import math
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.run import Settings

_PACKAGE = Path(__file__).parent
_SPEAKING = (
    *("--target-url", "--target-header", "--contract", "--companion", "--operation", "--only"),
    *("--rate", "--ca-file"),
)
_DEPTHS = ("quick", "standard", "deep")


def add_options(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("conformance", "holding a target to its contract")
    add = group.addoption
    add("--target-url", metavar="URL", help="the target; without it the embedded one is tested")
    add(
        "--target-header",
        metavar="'NAME: $VALUE'",
        action="append",
        default=[],
        help="a header for every request; $NAME is taken from the environment (repeatable)",
    )
    add(
        "--contract", metavar="FILE|URL", help="OpenAPI 3.0 (JSON, YAML) or a page of one operation"
    )
    add("--companion", metavar="FILE", help="a merge patch with the facts that a page lacks")
    add(
        "--operation",
        metavar="ID",
        action="append",
        default=[],
        help="an operationId of the contract (repeatable; default: all)",
    )
    add(
        "--only",
        metavar="POINTER",
        action="append",
        default=[],
        help="only clauses at or below this place: /account/maxLength, response/200 (repeatable)",
    )
    add(
        "--depth",
        choices=_DEPTHS,
        default="standard",
        help="how much is explored on top of the deterministic cases (quick: nothing)",
    )
    add("--seed", type=int, default=0, help="the seed of what is drawn (default: 0)")
    add(
        "--timeout",
        type=_positive,
        default=10.0,
        metavar="SECONDS",
        dest="target_timeout",
        help="the deadline of one request, everything included (default: 10)",
    )
    add("--rate", type=_positive, metavar="N", help="at most N requests a second")
    add("--ca-file", metavar="PEM", help="certificates to trust, instead of the system's")
    add("--reports", metavar="DIR", default="reports", help="where reports go (default: reports)")


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above zero")
    return value


def wanted(config: pytest.Config) -> bool:
    """Whether the user speaks to this suite: gives an option of it, or names its tests."""
    if any(config.getoption(name) for name in _SPEAKING):
        return True
    here = config.invocation_params.dir
    places = (argument.partition("::")[0] for argument in config.args)
    return any(
        place.partition(".")[0] == _PACKAGE.name or Path(here, place).is_relative_to(_PACKAGE)
        for place in places
    )


def settings(config: pytest.Config) -> Settings:
    """Return what the user asked for."""
    from conformance.run import Settings  # noqa: PLC0415  (heavy)

    option = config.getoption
    return Settings(
        target=option("--target-url"),
        headers=tuple(option("--target-header")),
        contract=option("--contract"),
        companion=option("--companion"),
        operations=tuple(option("--operation")),
        depth=option("--depth"),
        seed=option("--seed"),
        timeout_s=option("target_timeout"),
        rate_per_s=option("--rate"),
        ca_file=option("--ca-file"),
        reports=Path(config.invocation_params.dir, option("--reports")),
        # pytest's own --strict; with it, findings of level SHOULD make the run red as well.
        strict="strict=true" in (config.option.override_ini or ()),
        command=_command(config),
        environment={"pytest": pytest.__version__},
    )


def _command(config: pytest.Config) -> str:
    return shlex.join(["pytest", *map(str, config.invocation_params.args)])
