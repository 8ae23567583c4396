"""Fakes of Stripe that lack the endpoint: red, and one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.held import found, hold, sentence
from tests.real.servers import Server, localstripe, stateful_mock


@pytest.mark.parametrize("server", [localstripe, stateful_mock])
def test_the_endpoint_is_absent(tmp_path: Path, server: Server) -> None:
    with server(tmp_path) as url:
        ended = hold(url, tmp_path, depth="standard")
    assert ended.exit == 7
    said = sentence(ended)
    assert said.startswith("The target answered 404 to POST /v1/account_links")
    assert said.endswith("The endpoint is not there.")
    assert found(ended) == set()
