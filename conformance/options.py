"""The options of the command line; what they mean is listed in the README."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.run import Settings

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
        type=float,
        default=10.0,
        metavar="SECONDS",
        dest="target_timeout",
        help="the deadline of one request, everything included (default: 10)",
    )
    add("--rate", type=float, metavar="N", help="at most N requests a second")
    add("--ca-file", metavar="PEM", help="certificates to trust, instead of the system's")
    add("--reports", metavar="DIR", default="reports", help="where reports go (default: reports)")


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
    words = [str(word) for word in config.invocation_params.args]
    return shlex.join(["pytest", *(word for word in words if not word.startswith("-p"))])
