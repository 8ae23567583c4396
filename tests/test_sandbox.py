"""A sandbox with a business behind its schema: what pinned values make of it.

Green with values; with a fault on top red for exactly that fault; without values one sentence that
says what to pin.
"""

from __future__ import annotations

import json
import os
import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.deriving import deriver_for
from conformance.exchange import Request
from conformance.explain import PROBES, Ask, Said, explain
from conformance.file import File
from tests.cli import suite
from tests.matrix import hold
from tests.miniatures import FAULTS, Miniature
from tests.miniatures.sandbox import ACCOUNT, VALUES, Limit, leaves_the_business_alone, sandbox
from tests.test_config import written
from tests.test_values import operation

FILE = File(Path("conformance.toml"), {}, {"PostAccountLinks": VALUES})

HIDDEN = (
    "context/account-missing-beside-expand",
    "context/enum-for-update",
    "context/enum-without-refresh-url",
    "context/length",
    "context/types-beside-both-urls",
    "context/unknown-beside-expand",
    "context/unknown-in-bare",
    "context/unknown-in-full",
    "lengths/account",
    "lengths/items",
    "protocol/crash-mixed-brackets",
    "required/empty-body",
    "responses/created-text-beside-expand",
    "responses/url-missing-beside-expand",
    "spelling/empty-brackets",
    "spelling/encoded-brackets",
    "spelling/indices",
    "spelling/percent-20",
    "spelling/plus",
    "spelling/raw-brackets",
    "state/eleventh-without-url",
    "types/account",
    "types/expand",
    "types/item",
    "types/refresh_url",
    "types/return_url",
    "types/type",
    "unknown-names/empty-value",
)
"""Faults that the business hides: nobody outside can see them, with whatever request."""


def visible() -> Iterator[Miniature]:
    for each in FAULTS:
        proves_nothing = 7 in each.exits or each.depth == "deep"
        unseen = each.name.startswith(HIDDEN) or not leaves_the_business_alone(each)
        if not proves_nothing and not unseen:
            yield each


EVERY = [*visible()]
CHOSEN = EVERY if "CONFORMANCE_DEEP" in os.environ else EVERY[::6]


def toml(folder: Path, lines: str = "") -> Path:
    values = "".join(f"{name} = {json.dumps(value)}\n" for name, value in VALUES.items())
    return written(folder, f"[values.PostAccountLinks]\n{lines or values}")


# --- with values ----------------------------------------------------------------------------------


def test_with_values_the_sandbox_is_conformant(tmp_path: Path) -> None:
    toml(tmp_path)
    with sandbox().serve() as url:
        ended = suite(tmp_path, f"--target-url={url}", depth="standard")
    assert ended.exit == 0, ended.out
    assert "inconclusive" not in ended.outcomes
    assert ended.outcomes["passed"] > 200
    assert "expand is never sent" in ended.out


def test_too_many_requests_are_waited_for(tmp_path: Path) -> None:
    toml(tmp_path)
    limit = Limit(25)
    with sandbox(limit).serve() as url:
        ended = suite(tmp_path, f"--target-url={url}", "--only=/collect", "--only=/account")
    assert limit.refused > 0
    assert ended.exit == 0, ended.out
    assert "inconclusive" not in ended.outcomes


def test_at_its_rate_the_sandbox_refuses_nobody(tmp_path: Path) -> None:
    toml(tmp_path)
    limit = Limit(25)
    with sandbox(limit).serve() as url:
        ended = suite(tmp_path, f"--target-url={url}", "--rate=20", "--only=/collect")
    assert limit.refused == 0
    assert ended.exit == 0, ended.out


def test_enough_faults_stand_on_the_sandbox() -> None:
    assert len(EVERY) > 150
    assert len(CHOSEN) >= 20
    kinds = {each.kind for each in CHOSEN}
    assert len(kinds) >= 8, kinds


@pytest.mark.parametrize("fault", CHOSEN, ids=lambda each: each.name)
def test_a_fault_on_the_sandbox_is_reported_by_exactly_its_clause(fault: Miniature) -> None:
    with sandbox(fault=fault.steps).serve() as url:
        result = hold(url, file=FILE, strict=fault.level == "SHOULD")
    clauses = [
        {each.removeprefix("PostAccountLinks").removeprefix(":") for each in finding.clauses}
        for finding in result.findings
    ]
    assert result.outcome.exit in fault.exits
    assert len(clauses) == 1, clauses
    assert clauses[0] & fault.clauses, clauses


# --- without --------------------------------------------------------------------------------------


def test_without_values_one_sentence_says_what_to_pin(tmp_path: Path) -> None:
    with sandbox().serve() as url:
        ended = suite(tmp_path, f"--target-url={url}", "-q")
    assert ended.exit == 7, ended.out
    assert "It wants values that it knows: pin refresh_url, return_url and account." in ended.out
    assert "[values.PostAccountLinks]" in ended.out
    assert "expected" not in ended.out
    assert ended.journal("finish") == []
    assert len(ended.lines) < 40
    assert sum(each["requests"] for each in ended.journal("sent")) <= PROBES + 2


def test_with_some_values_the_sentence_names_the_others(tmp_path: Path) -> None:
    toml(tmp_path, f'account = "{ACCOUNT}"\n')
    with sandbox().serve() as url:
        ended = suite(tmp_path, f"--target-url={url}")
    assert ended.exit == 7
    assert "pin refresh_url, return_url and type." in ended.out


def explained(ended: str) -> str:
    start = ended.index("# PostAccountLinks:")
    return ended[start : ended.index("no tests ran")].strip().rstrip("=").strip()


def test_where_nobody_answers_nothing_is_explained(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        ended = suite(
            tmp_path, f"--target-url=http://127.0.0.1:{taken.getsockname()[1]}", "--explain-values"
        )
    assert ended.exit == 7, ended.out
    assert ended.out.count("nobody listens at") == 1
    assert "Start the target, or check --target-url." in ended.out


def test_what_is_explained_can_be_pasted_and_makes_the_run_green(tmp_path: Path) -> None:
    with sandbox().serve() as url:
        target = f"--target-url={url}"
        first = suite(tmp_path, target, "--explain-values")
        assert first.exit == 0, first.out
        table = explained(first.out)
        assert 'account = "\u2026"  # FILL IN one that the target knows: refused: no such' in table
        assert "# not found out: a good value of account; fill one in, and ask again" in table
        written(tmp_path, table.replace('account = "\u2026"', f'account = "{ACCOUNT}"'))
        second = suite(tmp_path, target, "--explain-values")
        table = explained(second.out)
        assert "not found out" not in table
        pinned = tomllib.loads(table)["values"]["PostAccountLinks"]
        assert pinned["account"] == ACCOUNT
        assert pinned["type"] == ["account_onboarding"]
        assert pinned["never"] == ["expand"]
        written(tmp_path, table)
        third = suite(tmp_path, target)
        assert third.exit == 0, third.out
        assert "inconclusive" not in third.outcomes


def test_where_nothing_is_to_be_pinned_that_is_said(tmp_path: Path) -> None:
    ended = suite(tmp_path, "--explain-values")
    assert ended.exit == 0
    assert "the target takes the ordinary values of every property: nothing to pin" in ended.out
    assert not (tmp_path / "reports").exists()


# --- the probing by itself ------------------------------------------------------------------------


def asked(answer: Ask) -> tuple[list[Request], str]:
    sent: list[Request] = []

    def ask(request: Request) -> Said:
        sent.append(request)
        return answer(request)

    return sent, "\n".join(explain(deriver_for(operation()), ask).toml())


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Said(accepted=False, blamed="", words="no"), "the target names no parameter"),
        (Said(accepted=False, blamed="nobody", words="no"), "the target names no parameter"),
        (Said(accepted=False, blamed="account", words="no"), "a good value of account"),
        (Said(accepted=False, blamed="expand", words="no"), "a good value of expand"),
    ],
)
def test_what_cannot_be_found_out_is_said(said: Said, words: str) -> None:
    sent, text = asked(lambda _: said)
    assert f"# not found out: {words}" in text
    assert 0 < len(sent) <= PROBES


def test_a_target_that_blames_in_turns_is_not_asked_for_ever() -> None:
    blamed = iter(["account", "type"] * PROBES)
    sent, text = asked(lambda _: Said(accepted=False, blamed=next(blamed), words="no"))
    assert len(sent) <= PROBES
    assert "not found out" in text
