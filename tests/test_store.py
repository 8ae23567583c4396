"""Plans kept on disk: the same when they come back, and found only where nothing has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from conformance import store
from conformance.contract import default_source, load
from conformance.contract.model import Contract
from conformance.errors import SuiteError
from conformance.plan import Plan
from conformance.planning import derive
from conformance.store import Store
from conformance.values import NONE, Values
from tests.cli import suite


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load(default_source())


@pytest.fixture(scope="module")
def plan(contract: Contract) -> Plan:
    return derive(contract.operations[0])


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_plan_comes_back_as_it_was(tmp_path: Path, contract: Contract, plan: Plan) -> None:
    kept = Store(tmp_path / "cache", contract)
    assert kept.load(plan.operation, NONE) is None
    kept.save(plan)
    found = Store(tmp_path / "cache", contract).load(plan.operation, NONE)
    assert found == plan
    assert found is not plan
    assert [case.request.digest for case in found.cases] == [c.request.digest for c in plan.cases]
    assert all(type(case.expectation) is type(plan.cases[0].expectation) for case in found.cases)
    assert found.deriver.request(found.deriver.messages.smallest) == plan.preflight
    (file,) = files(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_change_of_anything_that_a_plan_follows_from_finds_nothing(
    tmp_path: Path, contract: Contract, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(tmp_path, contract).save(plan)
    pinned = Values({("body", "account"): ("acct_1",)})
    other = replace(plan.operation, id="Other")
    assert Store(tmp_path, contract).load(plan.operation, pinned) is None
    assert Store(tmp_path, contract).load(other, NONE) is None
    assert Store(tmp_path, replace(contract, digest="0")).load(plan.operation, NONE) is None
    assert Store(tmp_path, contract).load(plan.operation, NONE) == plan
    monkeypatch.setattr(store, "_suite", lambda: "another state of the suite")
    assert Store(tmp_path, contract).load(plan.operation, NONE) is None


@pytest.mark.parametrize("damage", [b"", b"x" * 5, b"y" * 400])
def test_a_damaged_file_counts_as_absent(
    tmp_path: Path, contract: Contract, plan: Plan, damage: bytes
) -> None:
    kept = Store(tmp_path, contract)
    kept.save(plan)
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(damage)
    assert kept.load(plan.operation, NONE) is None
    file.write_bytes(whole[:-1])
    assert kept.load(plan.operation, NONE) is None
    kept.save(plan)
    assert kept.load(plan.operation, NONE) == plan


def test_a_folder_that_cannot_be_written_is_no_error(contract: Contract, plan: Plan) -> None:
    kept = Store(Path("/dev/null/cache"), contract)
    kept.save(plan)
    assert kept.load(plan.operation, NONE) is None


def test_contracts_of_long_ago_are_forgotten(
    tmp_path: Path, contract: Contract, plan: Plan
) -> None:
    for number in range(12):
        Store(tmp_path, replace(contract, digest=str(number))).save(plan)
    assert len(files(tmp_path)) == len([*tmp_path.iterdir()]) == 6
    assert Store(tmp_path, replace(contract, digest="11")).load(plan.operation, NONE) == plan


def test_a_field_of_a_type_that_is_not_known_is_said_at_once() -> None:
    class Odd(Struct, frozen=True):
        value: complex

    globals()["Odd"] = Odd
    with pytest.raises(SuiteError, match="no way is known for a field of type"):
        store._ways(Odd)  # noqa: SLF001  (what it protects from is inside)


def test_a_second_run_derives_nothing_and_sends_the_same(tmp_path: Path) -> None:
    first = suite(tmp_path)
    (file,) = files(tmp_path / ".pytest_cache" / "d" / "conformance")
    written = file.stat().st_mtime_ns
    sent = _sent(first.journal("finish"))
    (tmp_path / "reports").rename(tmp_path / "first")
    second = suite(tmp_path)
    assert (first.exit, second.exit) == (0, 0)
    assert file.stat().st_mtime_ns == written
    assert _sent(second.journal("finish")) == sent


def _sent(finished: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each["id"], each["exchange"]["body_sha256"]) for each in finished if each["exchange"]]


def test_nothing_is_kept_without_pytests_cache(tmp_path: Path) -> None:
    assert suite(tmp_path, "-p", "no:cacheprovider").exit == 0
    assert not (tmp_path / ".pytest_cache").exists()
