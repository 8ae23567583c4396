"""Everything a user can choose: one table, a row for each option.

The command line, `conformance.toml`, its JSON Schema and the README's table are all made from the
fields of `Settings`. To add an option, add a field here, and its row to the README.
Imported with the plugin, so nothing heavy may stand at its top.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

from conformance.file import File
from conformance.option import (
    ABOVE_ZERO,
    COUNT,
    PATH,
    SHARD,
    SWITCH,
    WHOLE,
    Kind,
    Option,
    one_of,
    option,
)


@dataclass(frozen=True, repr=False, eq=False)
class Settings:
    """What the user asked for; None where the user said nothing and nothing is the default.

    The fields after the table are no options: what pytest, or the file, says beside them.
    """

    target: str | None = option(
        "--target-url",
        "URL",
        "the target; without it the embedded one is tested; empty is an error",
        environment="CONFORMANCE_TARGET_URL",
    )
    headers: tuple[str, ...] = option(
        "--target-header",
        "'NAME: $VALUE'",
        "a header for every request; `$NAME` comes from the environment, `$$` is a dollar",
        default=(),
    )
    queries: tuple[str, ...] = option(
        "--target-query",
        "'NAME=$VALUE'",
        "a name in the query of every request, expanded in the same way",
        default=(),
    )
    contract: str | None = option(
        "--contract",
        "FILE|URL",
        "OpenAPI 3.0 or 3.1 or Swagger 2.0 in JSON or YAML, or the page of one operation",
        kind=PATH,
    )
    companion: str | None = option(
        "--companion",
        "FILE",
        "a JSON merge patch (RFC 7396) with the facts that a page lacks",
        kind=PATH,
    )
    remote_refs: tuple[str, ...] = option(
        "--allow-remote-refs",
        "HOST",
        "a host that may be asked for documents that the contract refers to; without it none",
        default=(),
    )
    operations: tuple[str, ...] = option(
        "--operation",
        "NAME",
        "operations by name, as in a shell: `Post*`; without it all",
        default=(),
    )
    tags: tuple[str, ...] = option("--tag", "TAG", "operations by tag: `Accounts`", default=())
    paths: tuple[str, ...] = option(
        "--path", "PATH", "operations by path: `/v1/accounts*`", default=()
    )
    methods: tuple[str, ...] = option(
        "--method", "METHOD", "operations by method: `post`", default=()
    )
    only: tuple[str, ...] = option(
        "--only",
        "POINTER",
        "only the clauses at or below a place: `/account/maxLength`, `/expand`, `response/200`",
        default=(),
    )
    shard: str | None = option(
        "--shard",
        "K/N",
        "the K-th of N equal parts of the operations, for N machines",
        kind=SHARD,
        in_file=False,
    )
    most_cases: int | None = option(
        "--max-cases-per-operation",
        "N",
        "at most N cases of each operation, every clause once before any twice",
        kind=COUNT,
    )
    all_cases: bool = option(
        "--all-cases",
        "",
        "of large operations send also what is left out otherwise; deriving it takes longer",
        kind=SWITCH,
        default=False,
    )
    depth: str = option(
        "--depth",
        "quick|standard|deep",
        "how much is drawn on top of the deterministic cases: nothing, some, much",
        kind=one_of("quick", "standard", "deep"),
        default="standard",
        wakes=False,
    )
    seed: int = option(
        "--seed",
        "N",
        "the seed of what is drawn; the same contract, target and seed give the same requests",
        kind=WHOLE,
        default=0,
        wakes=False,
        shared=True,
    )
    timeout_s: float = option(
        "--timeout",
        "SECONDS",
        "the deadline of one request, everything included",
        kind=ABOVE_ZERO,
        default=10.0,
        wakes=False,
        shared=True,
    )
    rate_per_s: float | None = option(
        "--rate",
        "N",
        "at most N requests a second, all processes together; without it what the profile says",
        kind=ABOVE_ZERO,
    )
    max_requests: int | None = option(
        "--max-requests",
        "N",
        "at most N requests, retries and replays included; what is left over does not run",
        kind=COUNT,
    )
    max_duration_s: float | None = option(
        "--max-duration", "SECONDS", "send nothing more after so long", kind=ABOVE_ZERO
    )
    wait_s: float | None = option(
        "--wait", "SECONDS", "wait so long for the target to come up", kind=ABOVE_ZERO
    )
    profile: str | None = option(
        "--profile",
        "NAME",
        "what is known of a provider: `stripe` or `none`; without it what the target and the "
        "contract say",
        shared=True,
    )
    allow_destructive: bool = option(
        "--allow-destructive",
        "",
        "send DELETE, and methods that the contract does not declare, to other machines too",
        kind=SWITCH,
        default=False,
    )
    allow_cleartext: bool = option(
        "--allow-cleartext",
        "",
        "send a key over http: to other machines too",
        kind=SWITCH,
        default=False,
    )
    allow_live: str = option(
        "--allow-live",
        "HOST",
        "test the real thing at HOST; needs a second word, see the README, Against your sandbox",
        default="",
        in_file=False,
    )
    explain_values: bool = option(
        "--explain-values",
        "",
        "ask the target, in a few requests, which known-good values to pin, and print them",
        kind=SWITCH,
        default=False,
        in_file=False,
    )
    dry_run: bool = option(
        "--dry-run",
        "",
        "print every request in order, as it would be sent, and send nothing",
        kind=SWITCH,
        default=False,
        in_file=False,
    )
    concurrency: int = option(
        "--concurrency",
        "N",
        "at most N requests at a time; pays where the target is far away",
        kind=COUNT,
        default=1,
        wakes=False,
    )
    ca_file: str | None = option(
        "--ca-file", "PEM", "certificates to trust instead of the usual ones", kind=PATH
    )
    reports: Path = option(  # noqa: RUF009  (returns a dataclass field)
        "--reports",
        "DIR",
        "where reports go",
        kind=Kind(Path, (str,), {"type": "string"}, is_path=True),
        default=Path("reports"),
        wakes=False,
    )
    resume: str | None = option(
        "--resume",
        "RUN",
        "go on with a run that was cut short, in its folder; what is finished is not sent again",
        kind=PATH,
        in_file=False,
    )
    known_deviations: str | None = option(
        "--known-deviations",
        "FILE",
        "findings on file (TOML), each with its reason: they are shown, and only new ones are red",
        kind=PATH,
    )
    update_known_deviations: bool = option(
        "--update-known-deviations",
        "",
        "put new findings on that file; the next run asks for their reasons",
        kind=SWITCH,
        default=False,
        in_file=False,
    )
    github: bool = option(
        "--github",
        "",
        "job summary and annotations for GitHub; of itself where GITHUB_ACTIONS is `true`",
        kind=SWITCH,
        default=False,
        wakes=False,
    )
    no_github: bool = option(
        "--no-github",
        "",
        "neither, even there",
        kind=SWITCH,
        default=False,
        wakes=False,
    )
    ctrf: str | None = option(
        "--ctrf", "FILE", "the cases as CTRF JSON", kind=PATH, wakes=False, shared=True
    )
    sarif: str | None = option(
        "--sarif", "FILE", "the findings as SARIF 2.1.0", kind=PATH, wakes=False
    )
    markdown: str | None = option(
        "--markdown", "FILE", "verdict and findings as Markdown", kind=PATH, wakes=False
    )
    config: str | None = option(
        "--config",
        "FILE",
        "the file of these options; without it the nearest `conformance.toml` from here upward",
        kind=PATH,
        in_file=False,
    )

    file: File = field(default_factory=File)
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
            flag, metavar, words, kind, environment, wakes, in_file, shared = each.metadata[
                "option"
            ]
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
                shared=shared,
            )
