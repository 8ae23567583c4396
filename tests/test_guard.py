"""The guard's own order of things; what a target can do to it is in test_transport."""

from __future__ import annotations

import socket

import pytest

from conformance.errors import SuiteError
from conformance.framing import FaultError, Limits
from conformance.guard import Deadline, Guard

SOON = Deadline(lambda: 0.0, 1.0, 1.0)


def test_a_guard_without_addresses_is_our_own_fault() -> None:
    with pytest.raises(SuiteError, match="no address to connect to"):
        Guard((), SOON, Limits(), 1.0).connect()


def test_a_guard_is_not_read_before_it_is_connected() -> None:
    guard = Guard((), SOON, Limits(), 1.0)
    with pytest.raises(SuiteError, match="before it is open"):
        guard.read()
    guard.close()


@pytest.mark.parametrize(
    ("phase", "said"),
    [("send", "did not take the whole request"), ("receive", "no complete answer")],
)
def test_a_missed_deadline_names_its_phase(phase: str, said: str) -> None:
    with pytest.raises(FaultError, match=f"{said} within 2.5 s") as caught:
        Deadline(lambda: 5.0, 5.0, 2.5).left(phase)  # type: ignore[arg-type]
    assert (caught.value.fault.phase, caught.value.fault.code) == (phase, "deadline")


def test_the_last_moment_is_not_zero() -> None:
    # A timeout of zero would make the socket non-blocking.
    assert Deadline(lambda: 5.0, 5.0 + 1e-9, 1.0).left("send") > 1e-4


def test_a_head_is_cut_at_its_limit_however_its_bytes_arrive() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = (socket.AF_INET, listener.getsockname())
        guard = Guard((address,), SOON, Limits(header_bytes=100), 1.0)
        guard.connect()
        there, _ = listener.accept()
        with there:
            there.sendall(b"a" * 60)
            assert len(guard.read()) == 60
            there.sendall(b"a" * 60)
            assert len(guard.read()) == 40
            with pytest.raises(FaultError, match="the head is over 100 bytes"):
                guard.read()
        guard.close()
