"""Everything a user can choose: one table, a row for each option.

The command line, `conformance.toml`, its JSON Schema and the README's table are all made from the
fields of `Settings`. To add an option, add a field here, and its row to the README.
Imported with the plugin, so nothing heavy may stand at its top.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

from conformance.errors import UsageError


@dataclass(frozen=True, slots=True)
class Kind:
    """What an option's value may be.

    `read` turns the text of the command line into the value; it raises ValueError for a text that
    is none, with words that follow the text: `is no number above zero`. `types` are those that
    TOML may give it. `schema` says the same as JSON Schema.
    """

    read: Callable[[str], Any]
    types: tuple[type, ...]
    schema: Mapping[str, Any]
    is_path: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One option: `flag` on the command line, the flag without dashes in `conformance.toml`.

    `metavar` is empty for a switch. `wakes` says that the option, given on the command line, shows
    that the user speaks to this suite and not to another one.
    """

    flag: str
    metavar: str
    help: str
    kind: Kind
    field: str
    default: Any
    repeatable: bool
    environment: str
    wakes: bool
    in_file: bool

    @property
    def key(self) -> str:
        """Its name in `conformance.toml`."""
        return self.flag.removeprefix("--")

    @property
    def words(self) -> str:
        """What it means, with what holds where nobody says anything."""
        more = ["repeatable"] if self.repeatable else []
        more += [f"also ${self.environment}"] if self.environment else []
        if self.metavar and self.default not in (None, ()):
            number = isinstance(self.default, (int, float))
            more.append(f"default {self.default:g}" if number else f"default {self.default}")
        return f"{self.help} ({'; '.join(more)})" if more else self.help


def _above_zero(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise ValueError("is no number above zero")
    return value


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("is no whole number") from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ValueError("is no whole number above zero")
    return int(text)


def one_of(*choices: str) -> Kind:
    """Return the kind whose values are `choices`."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is none of {', '.join(choices)}")
        return text

    return Kind(read, (str,), {"enum": list(choices)})


TEXT: Final = Kind(str, (str,), {"type": "string"})
PATH: Final = Kind(str, (str,), {"type": "string"}, is_path=True)
ABOVE_ZERO: Final = Kind(_above_zero, (int, float), {"type": "number", "exclusiveMinimum": 0})
WHOLE: Final = Kind(_whole, (int,), {"type": "integer"})
COUNT: Final = Kind(_count, (int,), {"type": "integer", "minimum": 1})
SWITCH: Final = Kind(bool, (bool,), {"type": "boolean"})


def _option(  # noqa: PLR0913  (each a column of the table)
    flag: str,
    metavar: str,
    words: str,
    *,
    kind: Kind = TEXT,
    default: Any = None,  # noqa: ANN401  (of the type of the field)
    environment: str = "",
    wakes: bool = True,
    in_file: bool = True,
) -> Any:  # noqa: ANN401  (stands where the field's default stands)
    """Return a field of `Settings`: repeatable with the default `()`, a switch with SWITCH."""
    row = (flag, metavar, words, kind, environment, wakes, in_file)
    return field(default=default, metadata={"option": row})


@dataclass(frozen=True)
class File:
    """What `conformance.toml` says: options by the field of `Settings`, and `[values]`.

    `values` is as TOML has it, by operationId. `text` is the file, so that a line can be named.
    """

    path: Path | None = None
    chosen: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""

    def error(self, what: str, remedy: str, key: str, table: str = "") -> UsageError:
        """Return the error that names the line of `key` in `table`."""
        return UsageError(f"{self.path}{_line(self.text, key, table)}: {what}", remedy)


def _line(text: str, key: str, table: str) -> str:
    """Return `:LINE` of `key` in `table`, or nothing where the file spells it otherwise."""
    current = ""
    name = rf"""["']?{re.escape(key)}["']?"""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.fullmatch(r"\s*\[+\s*([^\]]+?)\s*\]+\s*(#.*)?", line)
        current = header[1].replace('"', "") if header else current
        if header and current == f"{table}.{key}".removeprefix("."):
            return f":{number}"
        if current == table and re.match(rf"\s*{name}\s*[.=]", line):
            return f":{number}"
    return ""


@dataclass(frozen=True)
class Settings:
    """What the user asked for; None where the user said nothing and nothing is the default.

    The fields after the table are no options: what pytest, or the file, says beside them.
    """

    target: str | None = _option(
        "--target-url",
        "URL",
        "the target; without it the embedded one is tested; empty is an error",
        environment="CONFORMANCE_TARGET_URL",
    )
    headers: tuple[str, ...] = _option(
        "--target-header",
        "'NAME: $VALUE'",
        "a header for every request; `$NAME` comes from the environment, `$$` is a dollar",
        default=(),
    )
    contract: str | None = _option(
        "--contract",
        "FILE|URL",
        "OpenAPI 3.0 in JSON or YAML, or the page of one operation",
        kind=PATH,
    )
    companion: str | None = _option(
        "--companion",
        "FILE",
        "a JSON merge patch (RFC 7396) with the facts that a page lacks",
        kind=PATH,
    )
    operations: tuple[str, ...] = _option(
        "--operation",
        "NAME",
        "operations by name, as in a shell: `Post*`; without it all",
        default=(),
    )
    tags: tuple[str, ...] = _option("--tag", "TAG", "operations by tag: `Accounts`", default=())
    paths: tuple[str, ...] = _option(
        "--path", "PATH", "operations by path: `/v1/accounts*`", default=()
    )
    methods: tuple[str, ...] = _option(
        "--method", "METHOD", "operations by method: `post`", default=()
    )
    only: tuple[str, ...] = _option(
        "--only",
        "POINTER",
        "only the clauses at or below a place: `/account/maxLength`, `/expand`, `response/200`",
        default=(),
    )
    depth: str = _option(
        "--depth",
        "quick|standard|deep",
        "how much is drawn on top of the deterministic cases: nothing, some, much",
        kind=one_of("quick", "standard", "deep"),
        default="standard",
        wakes=False,
    )
    seed: int = _option(
        "--seed",
        "N",
        "the seed of what is drawn; the same contract, target and seed give the same requests",
        kind=WHOLE,
        default=0,
        wakes=False,
    )
    timeout_s: float = _option(
        "--timeout",
        "SECONDS",
        "the deadline of one request, everything included",
        kind=ABOVE_ZERO,
        default=10.0,
        wakes=False,
    )
    rate_per_s: float | None = _option(
        "--rate", "N", "at most N requests a second", kind=ABOVE_ZERO
    )
    concurrency: int = _option(
        "--concurrency",
        "N",
        "at most N requests at a time; pays where the target is far away",
        kind=COUNT,
        default=1,
        wakes=False,
    )
    ca_file: str | None = _option(
        "--ca-file", "PEM", "certificates to trust instead of the usual ones", kind=PATH
    )
    reports: Path = _option(  # noqa: RUF009  (returns a dataclass field)
        "--reports",
        "DIR",
        "where reports go",
        kind=Kind(Path, (str,), {"type": "string"}, is_path=True),
        default=Path("reports"),
        wakes=False,
    )
    known_deviations: str | None = _option(
        "--known-deviations",
        "FILE",
        "findings on file (TOML), each with its reason: they are shown, and only new ones are red",
        kind=PATH,
    )
    update_known_deviations: bool = _option(
        "--update-known-deviations",
        "",
        "put new findings on that file; the next run asks for their reasons",
        kind=SWITCH,
        default=False,
        in_file=False,
    )
    github: bool = _option(
        "--github",
        "",
        "job summary and annotations for GitHub; of itself where GITHUB_ACTIONS is `true`",
        kind=SWITCH,
        default=False,
        wakes=False,
    )
    no_github: bool = _option(
        "--no-github",
        "",
        "neither, even there",
        kind=SWITCH,
        default=False,
        wakes=False,
    )
    ctrf: str | None = _option("--ctrf", "FILE", "the cases as CTRF JSON", kind=PATH, wakes=False)
    sarif: str | None = _option(
        "--sarif", "FILE", "the findings as SARIF 2.1.0", kind=PATH, wakes=False
    )
    markdown: str | None = _option(
        "--markdown", "FILE", "verdict and findings as Markdown", kind=PATH, wakes=False
    )
    config: str | None = _option(
        "--config",
        "FILE",
        "the file of these options; without it the nearest `conformance.toml` from here upward",
        kind=PATH,
        in_file=False,
    )

    file: File = File()
    strict: bool = False
    cache: Path | None = None
    command: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def on_github(self) -> bool:
        """Whether summary and annotations are to be written."""
        there = self.github or os.environ.get("GITHUB_ACTIONS") == "true"
        return there and not self.no_github

    @property
    def wants_lines(self) -> bool:
        """Whether somebody reads the lines of the contract."""
        return self.on_github or self.sarif is not None


@cache
def options() -> tuple[Option, ...]:
    """Return the table."""
    return tuple(_rows())


def _rows() -> Iterator[Option]:
    for each in fields(Settings):
        if "option" in each.metadata:
            flag, metavar, words, kind, environment, wakes, in_file = each.metadata["option"]
            yield Option(
                flag=flag,
                metavar=metavar,
                help=words,
                kind=kind,
                field=each.name,
                default=each.default,
                repeatable=each.default == (),
                environment=environment,
                wakes=wakes,
                in_file=in_file,
            )
