"""connexion, which answers examples of its own making."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.real.documents import contract, without_encoding
from tests.real.held import Faults, assert_found, hold
from tests.real.servers import connexion

ANSWERS: Faults = {
    f"MUST :response/200/{name}/type/broken-response": "its examples are null; that is not declared"
    for name in ("object", "created", "expires_at", "url")
} | {
    "MUST :response/default/media-type/broken-response": "application/problem+json is not declared",
    "MUST :request/spelling/refused": "RFC 9112, section 7.1: who receives a chunked body must be "
    "able to read it; it answers that there is none",
}
STATED: Faults = ANSWERS | {
    "MUST :request/array-spelling/refused": "it reads arrays as repeated names; the contract says "
    "deepObject, and it refuses `expand[0]=` and `expand[]=`",
}


@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_what_it_finds(tmp_path: Path, depth: str) -> None:
    with connexion(tmp_path, contract()) as url:
        ended = hold(url, tmp_path, depth=depth)
    assert ended.exit == 1
    assert_found(ended, STATED)
    sent = [line for line in ended.journal("finish") if "/expand/items/maxLength/" in line["id"]]
    assert "PASS" in {line["verdict"] for line in sent}  # items are tested in what it reads


def test_repeated_names_are_right_where_the_contract_says_nothing(tmp_path: Path) -> None:
    document = contract(without_encoding)
    file = tmp_path / "open.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with connexion(tmp_path, document) as url:
        ended = hold(url, tmp_path, f"--contract={file}")
    assert_found(ended, ANSWERS)
