"""References to other files: read from the folder of the document, and from nowhere else."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conformance.contract import bundle, load
from conformance.contract.model import Json
from conformance.errors import ContractError


def written(folder: Path, **files: Json) -> str:
    """Write each file, `__` in its name for a slash and `_` for a dot; return the path of `api`."""
    for name, value in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value))
    return str(folder / "api.json")


def api(reference: str, **more: Json) -> Json:
    body = {"content": {"application/json": {"schema": {"$ref": reference}}}}
    return {"openapi": "3.0.3", "paths": {"/a": {"post": {"requestBody": body}}}, **more}


def schema(source: str, hosts: frozenset[str] = frozenset()) -> Json:
    return load(source, hosts=hosts).operations[0].contents[0].schema


def test_files_below_and_back_and_round(tmp_path: Path) -> None:
    source = written(
        tmp_path,
        api_json=api("shared/node.yaml#/Node", components={"schemas": {"Id": {"type": "integer"}}}),
        shared__node_yaml=(
            "Node:\n  properties:\n    id: {$ref: '../api.json#/components/schemas/Id'}\n"
            "    next: {$ref: '#/Node'}\n    name: {$ref: './deep/name.json'}\n"
        ),
        shared__deep__name_json={"type": "string", "example": {"$ref": "not a reference"}},
    )
    found = schema(source)
    assert found["properties"]["id"] == {"type": "integer"}
    assert found["properties"]["name"] == {"type": "string", "example": {"$ref": "not a reference"}}
    (name,) = found["$defs"]
    assert found["properties"]["next"] == {"$ref": f"#/$defs/{name}"}


def test_path_items_and_anchors_of_other_files(tmp_path: Path) -> None:
    item = {"get": {"responses": {"200": {"$ref": "#/ok"}}}}
    ok = {"description": "", "content": {"application/json": {"schema": {"$ref": "s.json#word"}}}}
    source = written(
        tmp_path,
        api_json={"openapi": "3.1.0", "paths": {"/a": {"$ref": "paths.json#/item"}}},
        paths_json={"item": item, "ok": ok},
        s_json={"$defs": {"w": {"$anchor": "word", "type": "string"}}},
    )
    (operation,) = load(source).operations
    assert operation.id == "get_a"
    assert operation.responses[0].contents[0].schema == {"type": "string"}


def test_the_digest_covers_the_files(tmp_path: Path) -> None:
    source = written(tmp_path, api_json=api("a.json"), a_json={"type": "string"})
    first = load(source).digest
    written(tmp_path, a_json={"type": "integer"})
    assert load(source).digest != first


def test_a_property_called_ref_and_data_are_no_references(tmp_path: Path) -> None:
    stated = {"properties": {"$ref": {"type": "string"}, "example": {"$ref": "b.json"}}}
    source = written(tmp_path, api_json=api("a.json"), a_json=stated, b_json={"type": "integer"})
    found = schema(source)["properties"]
    assert found == {"$ref": {"type": "string"}, "example": {"type": "integer"}}


@pytest.mark.parametrize(
    ("reference", "what"),
    [
        ("absent.json", 'the file "absent.json" that is referred to cannot be found'),
        ("../outside.json", 'the file "../outside.json" lies outside the folder of the document'),
        ("%2e%2e/outside.json", 'the file "%2e%2e/outside.json" lies outside the folder of the'),
        ("link.json", 'the file "link.json" lies outside the folder of the document'),
        ("links/outside.json", 'the file "links/outside.json" lies outside the folder of the'),
        ("/etc/passwd", 'the file "/etc/passwd" lies outside the folder of the document'),
        ("loop.json", 'the file "loop.json" that is referred to cannot be found'),
        ("a%00b", 'the file "a%00b" that is referred to cannot be found'),
        (".", 'the file "." that is referred to cannot be found'),
        ("pipe", 'the file "pipe" that is referred to cannot be found'),
        ("file:///etc/passwd", 'the reference "file:///etc/passwd" is neither a file nor an http'),
        ("http://127.0.0.1:9/a", 'the reference to "http://127.0.0.1:9/a" leads to another host'),
        ("//127.0.0.1:9/a", 'the file "//127.0.0.1:9/a" that is referred to cannot be found'),
        ("a.json#absent", 'the reference "#absent" leads nowhere in a.json'),
    ],
)
def test_what_is_not_read(tmp_path: Path, reference: str, what: str) -> None:
    folder = tmp_path / "contract"
    source = written(folder, api_json=api(reference), a_json={})
    written(tmp_path, outside_json={})
    (folder / "link.json").symlink_to(tmp_path / "outside.json")
    (folder / "links").symlink_to(tmp_path)
    (folder / "loop.json").symlink_to(folder / "loop.json")
    os.mkfifo(folder / "pipe")
    with pytest.raises(ContractError) as caught:
        load(source)
    assert caught.value.what.startswith(what)
    pointer = "#/paths/~1a/post/requestBody/content/application~1json/schema"
    assert caught.value.place == f"{source}{pointer}"


def test_an_error_in_another_file_names_that_file(tmp_path: Path) -> None:
    source = written(tmp_path, api_json=api("a.json#/x"), a_json={"x": {"items": {"type": 5}}})
    with pytest.raises(ContractError) as caught:
        load(source)
    assert str(caught.value).startswith("a.json#/x/items/type: type must be one of")


def test_a_folder_that_is_a_link_itself_may_be_named(tmp_path: Path) -> None:
    written(tmp_path / "real", api_json=api("a.json"), a_json={"type": "string"})
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert schema(str(tmp_path / "link" / "api.json")) == {"type": "string"}


def test_many_files_and_much_text_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "MAX_FILES", 3)
    chain = {f"f{n}_json": {"$ref": f"f{n + 1}.json"} for n in range(6)}
    source = written(tmp_path, api_json=api("f0.json"), **chain)
    with pytest.raises(ContractError, match="the contract refers to over 3 files"):
        load(source)
    monkeypatch.setattr(bundle, "MAX_FILES", 100)
    monkeypatch.setattr(bundle, "MAX_TOTAL", 30)
    with pytest.raises(ContractError, match="the contract refers to over 100 files"):
        load(source)


@contextmanager
def served(files: dict[str, Json]) -> Iterator[tuple[str, list[str]]]:
    """Serve `files` by path; yield `host:port` and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps(files[self.path]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (inherited name)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_hosts_are_asked_only_where_they_are_allowed(tmp_path: Path) -> None:
    files = {"/d/api.json": api("../s.json#/a"), "/s.json": {"a": {"type": "string"}}}
    with served(files) as (authority, asked):
        address = f"http://{authority}/d/api.json"
        with pytest.raises(ContractError, match=f"Allow it with --allow-remote-refs={authority}"):
            load(address)
        assert asked == ["/d/api.json"]
        for host in (authority, "127.0.0.1"):
            assert schema(address, frozenset((host,))) == {"type": "string"}
        source = written(tmp_path, api_json=api(f"http://{authority}/s.json#/a"))
        with pytest.raises(ContractError, match="leads to another host"):
            load(source)
        assert schema(source, frozenset((authority,))) == {"type": "string"}


def test_a_schema_of_the_document_is_found_by_its_id(tmp_path: Path) -> None:
    schemas = {
        "Tree": {"$id": "https://example.com/tree", "type": "object"},
        "Leaf": {"$id": "https://example.com/leaf", "$ref": "tree"},
        "Other": {"$ref": "https://example.com/tree#/properties/a"},
    }
    found = bundle.bundled({"components": {"schemas": schemas}}, str(tmp_path / "api.json"))
    inside = found["components"]["schemas"]
    assert inside["Leaf"]["$ref"] == "#/components/schemas/Tree"
    assert inside["Other"]["$ref"] == "#/components/schemas/Tree/properties/a"
