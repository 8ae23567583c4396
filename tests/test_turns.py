"""One queue for all threads and processes: a rate, a budget and a pause hold for all of them."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.contract import default_source
from conformance.reference.http import Request, Response
from conformance.run import TURNS
from conformance.turns import LocalTurns, SharedTurns, Turns
from tests.cli import recording, suite
from tests.miniatures.sandbox import Limit
from tests.miniatures.server import PATH, State, Steps

GAP = 0.25


def queues(folder: Path) -> list[Turns]:
    return [LocalTurns(), SharedTurns(folder / TURNS)]


@pytest.mark.parametrize("which", [0, 1])
def test_turns_keep_their_distance(tmp_path: Path, which: int) -> None:
    turns = queues(tmp_path)[which]
    taken = [turns.take(now, GAP, None) for now in (10.0, 10.0, 10.1, 12.0)]
    assert [turn.leaves for turn in taken if turn] == [10.0, 10.25, 10.5, 12.0]
    assert {turn.began for turn in taken if turn} == {10.0}


@pytest.mark.parametrize("which", [0, 1])
def test_no_more_turns_than_the_budget(tmp_path: Path, which: int) -> None:
    turns = queues(tmp_path)[which]
    taken = [turns.take(0.0, 0.0, 3) for _ in range(5)]
    assert [turn is not None for turn in taken] == [True, True, True, False, False]


@pytest.mark.parametrize("which", [0, 1])
def test_nobody_leaves_in_a_pause(tmp_path: Path, which: int) -> None:
    turns = queues(tmp_path)[which]
    assert turns.take(1.0, GAP, None)
    turns.delay(9.0)
    turns.delay(5.0)
    turn = turns.take(2.0, GAP, None)
    assert turn
    assert turn.leaves == 9.0


def take_fifty(path: Path) -> list[float]:
    turns = SharedTurns(path)
    found = (turns.take(100.0, GAP, 80) for _ in range(50))
    return [turn.leaves for turn in found if turn is not None]


def test_processes_share_one_queue_and_one_budget(tmp_path: Path) -> None:
    path = tmp_path / TURNS
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        every = sorted(leaves for taken in pool.map(take_fifty, [path, path]) for leaves in taken)
    assert every == [100.0 + GAP * number for number in range(80)]


# --- with pytest-xdist ----------------------------------------------------------------------------


def twice(folder: Path) -> Path:
    """Write a contract with the default operation under two paths: work for two workers."""
    document = json.loads(Path(default_source()).read_text())
    other = json.loads(json.dumps(document["paths"][PATH]))
    other["post"]["operationId"] = "PostOther"
    document["paths"]["/v1/other"] = other
    path = folder / "twice.json"
    path.write_text(json.dumps(document))
    return path


def test_two_workers_share_the_budget(tmp_path: Path) -> None:
    most = 300
    steps, state = Steps(), State()
    paths = set()

    def answer(request: Request) -> Response:
        paths.add(request.path)
        return steps.answer(replace(request, path=PATH), state)

    with recording(answer) as target:
        url, contract = f"--target-url={target.url}", f"--contract={twice(tmp_path)}"
        ended = suite(tmp_path, url, contract, "-n2", f"--max-requests={most}")
    assert len(target.requests) == most
    assert paths == {PATH, "/v1/other"}
    assert ended.exit == 7, ended.out
    assert f"The budget of {most} requests is spent." in ended.out
    assert "not run" in ended.out
    assert not (ended.run / TURNS).exists()


def test_two_workers_share_the_rate(tmp_path: Path) -> None:
    """The target refuses the 26th request of any second; each worker alone would keep to that."""
    limit, steps, state = Limit(25), Steps(), State()
    limited = replace(steps, around=limit.around)

    def answer(request: Request) -> Response:
        return limited.answer(replace(request, path=PATH), state)

    with recording(answer) as target:
        url, contract = f"--target-url={target.url}", f"--contract={twice(tmp_path)}"
        ended = suite(tmp_path, url, contract, "-n2", "--rate=20", "-k", "collect/enum")
    assert limit.refused == 0
    assert len(target.requests) > 60
    assert ended.exit == 0, ended.out
