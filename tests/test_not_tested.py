"""What was not tested is said in the verdict, and nothing is green because of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.contract import load
from conformance.contract.model import Json
from conformance.reference import application, serve
from conformance.reference.http import App, Request, Response
from tests.cli import Ended, always, pytest_in, recording, suite

ERROR: Json = {"type": "object", "required": ["message"]}
PET: Json = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}


def answers(**more: Json) -> Json:
    content = {"application/json": {"schema": {"type": "object"}}}
    error = {"application/json": {"schema": ERROR}}
    return {
        "200": {"description": "", "content": content},
        "400": {"description": "", "content": error},
        "404": {"description": "", "content": error},
        **more,
    }


def pets(folder: Path, body: Json = PET, **more: Json) -> Path:
    """Write a contract of two operations: one takes a body, one a path parameter."""
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    post = {
        "operationId": "createPet",
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": answers(**more),
    }
    get = {"operationId": "getPet", "parameters": [number], "responses": answers()}
    document = {
        "openapi": "3.0.4",
        "info": {"title": "Pets", "version": "1"},
        "paths": {"/pets": {"post": post}, "/pets/{id}": {"get": get}},
    }
    path = folder / "pets.json"
    path.write_text(json.dumps(document))
    return path


def held(folder: Path, contract: Path, app: App, *options: str) -> Ended:
    with serve(app) as server:
        return suite(folder, f"--contract={contract}", f"--target-url={server.url}", *options)


def conforming(contract: Path) -> App:
    return application(*load(str(contract)).operations)


def test_a_whole_contract_is_green(tmp_path: Path) -> None:
    contract = pets(tmp_path)
    ended = held(tmp_path, contract, conforming(contract))
    assert ended.exit == 0, ended.out


@pytest.mark.parametrize("body", [{"error": {"message": "no"}}, {"message": "no"}])
def test_404_to_everything_is_another_address_whatever_it_says(tmp_path: Path, body: Json) -> None:
    def answer(_: Request) -> Response:
        return Response(404, json.dumps(body).encode())

    ended = held(tmp_path, pets(tmp_path), answer)
    assert ended.exit == 7, ended.out
    assert "? Inconclusive: the target answered 404 to everything" in ended.out
    assert "Check the path in --target-url=" in ended.out


BAD = {
    "reference": {"$ref": "#/components/schemas/Nowhere"},
    "keyword": {"type": "object", "properties": {"a": {"type": "string", "minLength": "one"}}},
    "pattern": {"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}},
}


@pytest.mark.parametrize("name", BAD)
def test_a_fault_of_the_contract_in_one_operation_is_no_green_run(
    name: str, tmp_path: Path
) -> None:
    contract = pets(tmp_path, BAD[name])
    (tmp_path / "whole").mkdir()
    whole = pets(tmp_path / "whole")
    ended = held(tmp_path, contract, conforming(whole))
    assert ended.exit == 7, ended.out
    headline = "? Inconclusive: 1 of 2 operations not tested, for a fault of the contract"
    assert headline in ended.out
    assert "Mend the contract there, or choose what is to be tested with --operation." in ended.out
    chosen = held(tmp_path, contract, conforming(whole), "--operation=getPet")
    assert chosen.exit == 0, chosen.out


def test_a_pattern_of_answers_that_is_none_is_found_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}}
    ok = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
    contract = pets(tmp_path, PET, **ok)
    with recording(always(400)) as target:
        options = (f"--contract={contract}", f"--target-url={target.url}")
        ended = suite(tmp_path, *options, "--operation=createPet")
        assert target.requests == []
    assert ended.exit == 4, ended.out
    assert "'(' is no pattern of ECMA 262" in ended.out
    assert "/schema/properties/a/pattern" in ended.out


def test_an_operation_that_nobody_can_test_is_counted_beside_the_verdict(tmp_path: Path) -> None:
    contract = pets(tmp_path)
    document = json.loads(contract.read_text())
    xml = {"required": True, "content": {"application/xml": {"schema": {"type": "object"}}}}
    document["paths"]["/pets"]["post"]["requestBody"] = xml
    other = tmp_path / "xml.json"
    other.write_text(json.dumps(document))
    ended = held(tmp_path, other, conforming(contract))
    assert ended.exit == 0, ended.out
    assert ", 1 of 2 operations not tested" in ended.out


def test_what_proved_nothing_says_why_in_the_verdict(tmp_path: Path) -> None:
    contract = pets(tmp_path)
    inner = conforming(contract)

    def answer(request: Request) -> Response:
        broken = request.path == "/pets" and request.method == "POST"
        return Response(500, b"{}") if broken else inner(request)

    ended = held(tmp_path, contract, answer)
    assert ended.exit == 7, ended.out
    assert "It is createPet:request/smallest: The target answered 500 to POST /pets" in ended.out


@pytest.mark.parametrize("more", [(), ("-n2",)])
def test_an_option_of_ours_is_enough_to_run_our_tests(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    (tmp_path / "test_theirs.py").write_text("def test_it():\n    pass\n")
    with recording() as target:
        options = (f"--target-url={target.url}", "--only=/account/maxLength", "--depth=quick")
        ended = pytest_in(tmp_path, "-p", "no:randomly", *options, *more)
        assert ended.exit == 0, ended.out
        assert target.requests
        assert "✓ Conformant" in ended.out
        count = len(target.requests)
        only = pytest_in(tmp_path, "-p", "no:randomly", "test_theirs.py", *options, *more)
        assert only.outcomes == {"passed": 1}
        assert len(target.requests) == count
