"""The contract over HTTP: addresses, their secrets, what does not come."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conformance import contract
from conformance.contract import fetch, read
from conformance.errors import ContractError

PAGE = Path(__file__).parent / "documents" / "pages" / "lendBook.html"
API = '{"openapi": "3.0.3", "info": {"title": "Library"}, "paths": {"/loans": {"get": {}}}}'


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/moved":
                self.send_response(302)
                self.send_header("Location", "/api.json")
                self.end_headers()
            case "/lendBook.html":
                self._answer(PAGE.read_bytes())
            case "/api.json":
                self._answer(API.encode())
            case _:
                self.send_error(404)

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (inherited name)
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the documents above on loopback; yield `host:port`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def authority() -> Iterator[str]:
    with served() as found:
        yield found


def test_address(authority: str) -> None:
    source = f"http://{authority}/api.json"
    assert contract.load(source).title == "Library"
    (operation,) = contract.load(f"HTTP://{authority}/lendBook.html?a=b.html#c").operations
    assert operation.id == "lendBook"


def test_address_is_shown_without_its_secrets(authority: str) -> None:
    loaded = contract.load(f"http://user:secret@{authority}/api.json?key=secret#secret")
    assert loaded.source == f"http://{authority}/api.json"


def test_proxies_of_the_environment_are_not_used(
    authority: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert contract.load(f"http://{authority}/api.json").title == "Library"


SAVE = "Check the address, or save the document and give its path."


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/absent", f"the document cannot be fetched: the answer is 404\n{SAVE}"),
        (
            "/moved?secret",
            (
                "the document cannot be fetched: the answer is 302, a redirect\n"
                "Give the address it leads to: redirects are not followed."
            ),
        ),
    ],
)
def test_address_with_another_answer(authority: str, path: str, message: str) -> None:
    with pytest.raises(ContractError) as caught:
        contract.load(f"http://{authority}{path}")
    assert str(caught.value) == f"http://{authority}{path.partition('?')[0]}: {message}"


def test_address_that_cannot_be_reached() -> None:
    with served() as authority:
        pass
    with pytest.raises(ContractError) as caught:
        contract.load(f"http://{authority}/api.json")
    assert caught.value.place == f"http://{authority}/api.json"
    # The number of the error is the operating system's.
    assert re.fullmatch(
        r"the document cannot be fetched: \[Errno \d+\] Connection refused", caught.value.what
    )
    assert caught.value.remedy == SAVE
    with pytest.raises(ContractError, match=r"^http://: the document cannot be fetched: "):
        contract.load("http://")


def test_address_too_large_or_too_slow(authority: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = f"http://{authority}/api.json"
    monkeypatch.setattr(fetch, "TOTAL_TIMEOUT_S", -1.0)
    with pytest.raises(ContractError) as caught:
        contract.load(source)
    assert str(caught.value) == (
        f"{source}: the document did not come within -1 s\nSave the document and give its path."
    )
    monkeypatch.setattr(read, "LIMIT_BYTES", 10)
    with pytest.raises(ContractError, match="the document is over 0 MB"):
        contract.load(source)
