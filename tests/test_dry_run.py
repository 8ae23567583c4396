"""A dry run prints every request as it would be sent, and opens no socket."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli import Ended, pytest_in, recording, suite

GUARD = """
import socket

class Refused(socket.socket):
    def __init__(self, *_, **__):
        raise AssertionError("a socket was opened")

def refuse(*_, **__):
    raise AssertionError("a socket was opened")

socket.socket = Refused
socket.create_connection = socket.getaddrinfo = refuse
"""
KEY = "sk_test_CANARY0123456789"


def unsent(folder: Path, *arguments: str, depth: str = "standard") -> Ended:
    (folder / "guard_4711.py").write_text(GUARD)
    return suite(folder, "-p", "guard_4711", "--dry-run", *arguments, depth=depth, KEY_4711=KEY)


def test_every_request_of_a_run_is_printed_in_its_order(tmp_path: Path) -> None:
    rehearsed = unsent(tmp_path, "--target-url=http://127.0.0.1:9", depth="quick")
    with recording() as target:
        held = suite(tmp_path, f"--target-url={target.url}", "--concurrency=1")
    assert held.exit == 0, held.out
    sent = list(dict.fromkeys((each.method, each.path, each.body) for each in target.requests))
    lines = [line.rstrip() for line in rehearsed.out.splitlines()]
    heads = [n for n, line in enumerate(lines) if " http://127.0.0.1:9/v1/" in line[:40]]
    assert len(heads) >= len(sent)
    # How a target reads arrays is found out on the way, so their place depends on its answers.
    plain = [body.decode() for _, _, body in sent if body and body.isascii()]
    plain = [text for text in plain if "expand" not in text]
    plain = [*dict.fromkeys(text for text in plain if text.isprintable())]
    places = [lines.index(text) for text in plain]
    assert places == sorted(places)
    assert len(plain) > 100


def test_no_socket_is_opened_and_no_key_is_shown(tmp_path: Path) -> None:
    header = "--target-header=Authorization: Bearer $KEY_4711"
    ended = unsent(tmp_path, "--target-url=https://sandbox.example.com", header)
    assert ended.exit == 7, ended.out
    assert "a socket was opened" not in ended.out
    assert re.search(r"dry run: \d+ requests, none was sent; nothing is proved", ended.out)
    assert "POST https://sandbox.example.com/v1/account_links" in ended.out
    assert "Authorization: Bearer $KEY_4711" in ended.out
    assert "CANARY" not in ended.out
    assert "Idempotency-Key: (new for every request)" in ended.out
    assert not (tmp_path / "reports").exists()


def test_the_guard_would_have_noticed(tmp_path: Path) -> None:
    (tmp_path / "guard_4711.py").write_text(GUARD)
    ended = pytest_in(
        tmp_path, "-p", "guard_4711", "--pyargs", "conformance", "--target-url=http://127.0.0.1:9"
    )
    assert ended.exit != 0
    assert "a socket was opened" in ended.out


@pytest.mark.parametrize("option", ["--dry-run", "--explain-values"])
def test_what_prints_in_order_needs_one_process(tmp_path: Path, option: str) -> None:
    ended = suite(tmp_path, option, "-n2")
    assert ended.exit == 4, ended.out
    assert "Leave -n away." in ended.out


def test_an_empty_body_is_told_from_none(tmp_path: Path) -> None:
    ended = unsent(tmp_path, "--only=/required", depth="quick")
    assert ended.exit == 7
    assert "http://127.0.0.1/v1/account_links" in ended.out
