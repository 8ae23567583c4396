"""The house has an order: a module imports only from modules that stand above it here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import conformance

HOUSE = Path(conformance.__file__).parent

ORDER = (
    "conformance",
    # words and values
    "errors",
    "pointer",
    "text",
    "percent",
    "characters",
    "pattern_reader",
    "pattern_steps",
    "pattern_dialects",
    "patterns",
    "option",
    "file",
    "settings",
    "config",
    "exchange",
    "verdict",
    "clause",
    # the contract
    "contract.model",
    "contract.fields",
    "contract.json_reader",
    "contract.yaml_aliases",
    "contract.yaml_reader",
    "contract.fetch",
    "contract.page",
    "contract.merge",
    "contract.read",
    "contract.bundle",
    "contract.dialect",
    "contract.refs",
    "contract.swagger",
    "contract.schemas",
    "contract.selection",
    "contract.entries",
    "contract.access",
    "contract.lines",
    "contract.content",
    "contract.alike",
    "contract.openapi",
    "contract",
    "contract.__main__",
    "message",
    "operation_clause",
    "styles",
    # what the target owes
    "schema",
    "contradiction",
    "direction",
    "doubles",
    "closing",
    "formats",
    "rewriting",
    "pattern_engine",
    "compiled",
    "validation",
    "conjunction",
    "flat",
    "words",
    "strictjson",
    "own_json",
    "kinds",
    "making",
    "example",
    "drawing",
    "strategies",
    "obligation",
    "limits",
    "counts",
    "branches",
    "keywords",
    "keywords.*",
    # messages, bytes, readings
    "wire",
    "wire.brackets",
    "wire.text",
    "wire.nodes",
    "wire.*",
    "parameters",
    "parameters.*",
    "codec",
    "values",
    "versions",
    "unsure",
    "spots",
    "ground",
    "below",
    "sites",
    "readings",
    "traits",
    "covering",
    "messages",
    # cases
    "case",
    "naming",
    "deriver",
    "deriving",
    "alike",
    "placing",
    "together",
    "cases",
    "protocol",
    "protocol.*",
    "beside",
    "remarks",
    "responses",
    "response_clauses",
    "documented_headers",
    "header_clauses",
    "controls",
    "collector",
    "plan",
    "planning",
    "arrays",
    "respelling",
    "objects",
    "store",
    "plans",
    # the socket
    "spellings",
    "redact",
    "address",
    "headers",
    "profiles",
    "profiles.*",
    "safety",
    "framing",
    "dial",
    "addresses",
    "guard",
    "transport",
    "turns",
    "pacing",
    "once",
    "outgoing",
    "delivering",
    "target",
    "embedded",
    "aim",
    # the embedded target: of all above it knows three modules only
    "reference.connection",
    "reference.http",
    "reference.form",
    "reference.keywords",
    "reference.manners",
    "reference.one_way",
    "reference.schema",
    "reference.texts",
    "reference.example",
    "reference.values",
    "reference.parameters",
    "reference.bodies",
    "reference.wider",
    "reference.loosened",
    "reference.idle",
    "reference.demands",
    "reference.unsaid",
    "reference.sabotage",
    "reference.headers",
    "reference.statuses",
    "reference.places",
    "reference.breaks",
    "reference.answers",
    "reference.app",
    "reference.process",
    "reference",
    "reference.__main__",
    # verdicts
    "records",
    "run_record",
    "past_records",
    "journal",
    "journal_reader",
    "deviations",
    "record",
    "judge",
    "checks",
    "prose",
    "explain",
    "preflight",
    "heard",
    "answers",
    "asking",
    "early",
    "ahead",
    "sending",
    "belief",
    "readiness",
    "session",
    "seeded",
    "explore",
    "rehearsal",
    # findings
    "homes",
    "causes",
    "findings",
    "deviation_file",
    "evidence",
    "doubt",
    "outcome",
    "history",
    # reports
    "report.names",
    "report.text",
    "report.written",
    "report.curl",
    "report.difference",
    "report.snippet",
    "report.past",
    "report.changes",
    "report.cards",
    "report.room",
    "report.tiles",
    "report.contract_map",
    "report.case_list",
    "report.pictures",
    "report.facts",
    "report.schema",
    "report.results",
    "report.view",
    "report.compare",
    "report.html",
    "report.markdown",
    "report.github",
    "report.ctrf",
    "report.sarif",
    "report.terminal",
    "report.files",
    "report.merge",
    "report",
    "report.__main__",
    # what runs it all
    "resuming",
    "heading",
    "prepared",
    "run",
    "instead",
    "reporting",
    "options",
    "spread",
    "interpreter",
    "signals",
    "running",
    "progress",
    "whole",
    "items",
    "asked",
    "ending",
    "test_requests",
    "test_random",
    "test_responses",
    "plugin",
    "corpus",
    "corpus.row",
    "corpus.table",
    "corpus.serving",
    "corpus.firing",
    "corpus.breaking",
    "corpus.examine",
    "corpus.child",
    "corpus.__main__",
)

SOCKETS = frozenset(
    {"socket", "ssl", "httpx", "httpcore", "h11", "http.client", "http.server", "urllib.request"}
)
NEAR_A_SOCKET = frozenset(
    {
        "dial",
        "guard",
        "transport",
        "delivering",
        "contract.fetch",
        "reference.connection",
        "reference.http",
    }
)
SHARED_WITH_THE_REFERENCE = frozenset({"errors", "pointer", "contract.model"})


def name_of(path: Path) -> str:
    """Return the dotted name of a module below the package, `conformance` for the package."""
    steps = path.relative_to(HOUSE).with_suffix("").parts
    if steps[-1] == "__init__":
        steps = steps[:-1]
    return ".".join(steps) or "conformance"


MODULES = {name_of(path): path for path in sorted(HOUSE.rglob("*.py"))}


def imported(path: Path) -> Iterator[str]:
    """Yield the full names that a file imports anywhere: in functions and for type checkers too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                local = inner.removeprefix("conformance.")
                yield inner if local in MODULES and inner != local else str(node.module)


def inside(path: Path) -> Iterator[str]:
    """Yield the modules of the package that a file imports."""
    for name in imported(path):
        if name.partition(".")[0] == "conformance":
            yield name.removeprefix("conformance.")


def rank(module: str) -> int:
    """Return the place of `module` in the order; brothers under `*` share one."""
    if module in ORDER:
        return ORDER.index(module)
    return ORDER.index(f"{module.rpartition('.')[0]}.*")


def test_every_module_has_its_place() -> None:
    families = {each.removesuffix(".*") for each in ORDER if each.endswith(".*")}
    homeless = {
        name for name in MODULES if name not in ORDER and name.rpartition(".")[0] not in families
    }
    assert homeless == set()
    assert {each for each in ORDER if not each.endswith(".*")} - MODULES.keys() == set()
    assert len(set(ORDER)) == len(ORDER)


def test_a_module_imports_only_from_modules_above_it() -> None:
    upwards = [
        f"{name} imports {other}"
        for name, path in MODULES.items()
        for other in inside(path)
        if rank(other) >= rank(name)
    ]
    assert upwards == []


def test_only_the_modules_near_a_socket_import_one() -> None:
    found = {
        name
        for name, path in MODULES.items()
        for other in imported(path)
        if {other, other.partition(".")[0]} & SOCKETS
    }
    assert found == NEAR_A_SOCKET


def test_the_embedded_target_shares_nothing_with_the_judge() -> None:
    members = {name for name in MODULES if name.partition(".")[0] == "reference"}
    shared = {
        other
        for name in members - {"reference.__main__"}
        for other in inside(MODULES[name])
        if other.partition(".")[0] != "reference"
    }
    assert shared <= SHARED_WITH_THE_REFERENCE


def test_nothing_imports_the_embedded_target() -> None:
    users = {
        name
        for name, path in MODULES.items()
        for other in inside(path)
        if other.partition(".")[0] == "reference" and name.partition(".")[0] != "reference"
    }
    assert users == set()
