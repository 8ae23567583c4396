"""Settings and contract → the first line of a journal: what run this is, and of what."""

from __future__ import annotations

import hashlib
import platform
import sys
import time
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from conformance.contract import default_source
from conformance.contract.model import Contract, Operation
from conformance.contract.read import is_address
from conformance.run_record import DeviationList, OperationRecord, RunRecord
from conformance.settings import Settings
from conformance.values import NONE, Values


def heading(
    settings: Settings,
    contract: Contract,
    operations: Iterable[Operation],
    values: Mapping[str, Values],
    deviations: DeviationList,
    url: str,
) -> RunRecord:
    """Return the record of a run against `url`; what a run alone knows of itself is left blank."""
    return RunRecord(
        run_id="",
        tool=f"schema-conformance {tool_version()}",
        target=url,
        embedded=settings.target is None,
        contract=contract.source,
        contract_title=contract.title,
        contract_digest=contract.digest,
        seed=settings.seed,
        depth=settings.depth,
        started_at=time.time(),
        planned=0,
        operations=tuple(
            OperationRecord(each.id, each.method.upper(), each.path, each.summary, each.tags)
            for each in operations
        ),
        options=_options(settings, values),
        environment={
            "python": platform.python_version(),
            "platform": sys.platform,
            **settings.environment,
        },
        contract_file=contract_file(settings),
        deviations=deviations.deviations,
        deviations_source=deviations.source,
        deviations_sha256=deviations.sha256,
    )


def contract_file(settings: Settings) -> str:
    """Return the path of the contract, below the working folder where it is; "" for an address."""
    source = settings.contract or default_source()
    if is_address(source):
        return ""
    path = Path(source).absolute()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _options(settings: Settings, values: Mapping[str, Values]) -> Mapping[str, str]:
    options = {"strict": "true"} if settings.strict else {}
    if settings.shard:
        options["shard"] = settings.shard
    if settings.most_cases:
        options["max-cases-per-operation"] = str(settings.most_cases)
    if settings.all_cases:
        options["all-cases"] = "true"
    known = {name: each for name, each in values.items() if each != NONE}
    if known:  # not the values themselves: they may be somebody's account
        digest = hashlib.sha256(repr(sorted(known.items())).encode()).hexdigest()
        options["values"] = f"sha256 {digest[:12]}"
    return options


def tool_version() -> str:
    """Return the version of this package, or `unknown` in a bare checkout."""
    try:
        return version("schema-conformance")
    except PackageNotFoundError:
        return "unknown"
