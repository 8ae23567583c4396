"""Real servers on loopback, each for as long as a `with` block."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.real.install import COMMAND, folder

HERE = Path(__file__).parent
KEY = "sk_test_123"
Server = Callable[[Path], contextlib.AbstractContextManager[str]]
"""Starts a server that keeps its files in a folder, and yields its URL."""

_START_S = 60.0
_LOCALSTRIPE = (
    "import sys; from aiohttp import web; from localstripe.server import app; "
    "web.run_app(app, host='127.0.0.1', port=int(sys.argv[1]))"
)
_STATEFUL = (
    "require('stripe-stateful-mock').createExpressApp().listen(+process.argv[1], '127.0.0.1')"
)
_BEARER = "def info(token):\n    return {'sub': token}\n"


def installed(*steps: str) -> Path:
    """Return the path of something that must be installed; the test fails where it is not."""
    path = folder().joinpath(*steps)
    if not path.exists():
        pytest.fail(f"{path} is missing: run {COMMAND}", pytrace=False)
    return path


def free_port() -> int:
    """Return a port of loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def started(
    into: Path, port: int, *command: str | Path, variables: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run `command` in the folder `into` until the block ends; yield the URL of `port`."""
    log = into / "server.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command],
            cwd=into,
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        give_up = time.monotonic() + _START_S
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > give_up:
                said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                pytest.fail(f"{Path(command[0]).name} did not start:\n{said}", pytrace=False)
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def write(into: Path, name: str, document: Mapping[str, Any]) -> Path:
    """Write a document as JSON into the folder of a server."""
    path = into / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def stripe_mock(
    into: Path,
    spec: Mapping[str, Any] | None = None,
    fixtures: Mapping[str, Any] | None = None,
) -> contextlib.AbstractContextManager[str]:
    """Start stripe-mock with its own documents, or with these."""
    port = free_port()
    # Without an address for HTTPS it listens on every interface.
    addresses = ("-http-addr", f"127.0.0.1:{port}", "-https-addr", f"127.0.0.1:{free_port()}")
    more: list[str | Path] = []
    if spec is not None:
        more += ["-spec", write(into, "spec.json", spec)]
    if fixtures is not None:
        more += ["-fixtures", write(into, "fixtures.json", fixtures)]
    return started(into, port, installed("bin", "stripe-mock"), *addresses, *more)


def prism(into: Path, document: Mapping[str, Any]) -> contextlib.AbstractContextManager[str]:
    """Start Prism with `document`."""
    program = installed("node_modules", "@stoplight", "prism-cli", "dist", "index.js")
    port, path = free_port(), write(into, "contract.json", document)
    return started(into, port, "node", program, "mock", "-h", "127.0.0.1", "-p", str(port), path)


def validator(into: Path, document: Mapping[str, Any]) -> contextlib.AbstractContextManager[str]:
    """Start express with express-openapi-validator and `document`."""
    installed("node_modules", "express-openapi-validator")
    port, path = free_port(), write(into, "contract.json", document)
    program = HERE / "validator.js"
    return started(into, port, "node", program, folder(), path, str(port))


def connexion(into: Path, document: Mapping[str, Any]) -> contextlib.AbstractContextManager[str]:
    """Start connexion with `document`; it answers examples of its own making."""
    scheme = document["components"]["securitySchemes"]["bearerAuth"]
    scheme["x-bearerInfoFunc"] = "bearer.info"
    (into / "bearer.py").write_text(_BEARER, encoding="utf-8")
    port, path = free_port(), write(into, "contract.json", document)
    program = installed("venv", "bin", "connexion")
    options = ("--mock", "all", "--strict-validation", "-H", "127.0.0.1", "-p", str(port))
    here = {"PYTHONPATH": str(into)}
    return started(into, port, program, "run", path, *options, variables=here)


def localstripe(into: Path) -> contextlib.AbstractContextManager[str]:
    """Start localstripe, a fake of Stripe without account links."""
    port, python = free_port(), installed("venv", "bin", "python")
    installed("venv", "bin", "localstripe")
    return started(into, port, python, "-c", _LOCALSTRIPE, str(port))


def stateful_mock(into: Path) -> contextlib.AbstractContextManager[str]:
    """Start stripe-stateful-mock, another one."""
    port = free_port()
    modules = {"NODE_PATH": str(installed("node_modules"))}
    installed("node_modules", "stripe-stateful-mock")
    return started(into, port, "node", "-e", _STATEFUL, str(port), variables=modules)
