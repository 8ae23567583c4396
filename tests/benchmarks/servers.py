"""The servers that are asked: a small one, the embedded target alone, and any app, counted."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from conformance.contract import default_source, load
from conformance.reference import application
from conformance.reference.http import WORKERS, App, Request, Response, serve
from tests.benchmarks.commands import ROOT, BenchmarkError, environment


class Counted(Struct):
    """Counts what an app is asked; `url` is where it listens."""

    app: App
    requests: int = 0
    url: str = ""

    def __call__(self, request: Request) -> Response:
        """Answer as `app` does."""
        with _LOCK:
            self.requests += 1
        return self.app(request)


_LOCK = threading.Lock()


def far(app: App, latency_s: float) -> App:
    """Return `app` as it is from far away: every answer comes `latency_s` later."""

    def delayed(request: Request) -> Response:
        time.sleep(latency_s)
        return app(request)

    return delayed


@contextmanager
def counted(app: App, workers: int = WORKERS) -> Iterator[Counted]:
    """Serve `app` on loopback in this process and count its requests."""
    counter = Counted(app)
    with serve(counter, workers=workers) as server:
        counter.url = server.url
        yield counter


def embedded() -> App:
    """Return the embedded target of the default contract."""
    return application(*load(default_source()).operations)


def small(_: Request) -> Response:
    """Answer anything with an empty object."""
    return Response(200, b"{}")


@contextmanager
def reference() -> Iterator[str]:
    """Start `python -m conformance.reference` as a process of its own; give its URL."""
    words = (sys.executable, "-m", "conformance.reference", "--port", "0")
    with subprocess.Popen(
        words, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            said = process.stdout.readline() if process.stdout else ""
            if not said.startswith("http://"):
                raise BenchmarkError(f"the embedded target did not start: {said!r}")
            yield said.split()[0]
        finally:
            process.terminate()
