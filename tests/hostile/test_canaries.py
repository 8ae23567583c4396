"""Keys in every header of a whole run, said again by the target: nothing that it writes has one.

Thirteen keys, each echoed in four spellings at one of four places: 52 canaries, beside the links
and cookies that the target hands out itself.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from conformance.reference.http import Request, Response
from tests.cli import recording, suite, texts
from tests.miniatures.server import State, Steps

NAMES = (
    *("Authorization", "X-Api-Key", "Cookie", "X-Auth-Token", "Proxy-Authorization"),
    *("Stripe-Signature", "X-Team", "X-Client", "Api-Key", "X-One", "X-Two", "X-Three", "X-Filed"),
)
KEYS = tuple(f"quokka/{number:02d}+zephyr&wombat" for number in range(len(NAMES)))


def spellings(key: str) -> tuple[str, ...]:
    raw = key.encode()
    return (key, quote(raw, safe=""), raw.hex(), base64.b64encode(raw).decode())


def traces(key: str) -> Iterator[str]:
    """Yield what would give `key` away, in lower case."""
    for text in spellings(key):
        yield text.lower()
    for before in (b"", b"a", b"ab"):
        yield base64.b64encode(before + key.encode())[4:-4].decode().lower()


def echo(request: Request, plain: Response) -> Response:
    """Say every key again, in every spelling, at every place."""
    said = [text for key in KEYS for text in spellings(key)]
    lacking = tuple(k for k in KEYS if not any(k in value for _, value in request.headers))
    assert lacking in ((), KEYS[:1])  # one request leaves out what the contract asks for
    number = len(said) // 4
    headers = [(f"x-echo-{index}", text) for index, text in enumerate(said[:number])]
    headers += [("set-cookie", f"session=gnu-{request.path}-4711; {said[-1]}")]
    try:
        body = json.loads(plain.body)
    except ValueError:
        return plain
    if "error" in body:
        body["error"]["message"] = " ".join(said[number : 2 * number])
    body["echo"] = {"client_secret": "okapi-4711", "deep": [{"texts": said}]}
    return Response(plain.status, json.dumps(body).encode(), (*plain.headers, *headers))


@pytest.mark.parametrize("broken", [False, True])
def test_no_byte_that_a_run_writes_has_a_key(tmp_path: Path, *, broken: bool) -> None:
    state, steps = State(), Steps()
    folder, key_file = tmp_path / "run", tmp_path / "key"
    folder.mkdir()
    key_file.write_text(KEYS[-1])
    key_file.chmod(0o600)
    given = [f"--target-header={name}: k=$KEY_{number}" for number, name in enumerate(NAMES[:-1])]
    given.append(f"--target-header={NAMES[-1]}: k @{key_file}")

    def answer(request: Request) -> Response:
        answered = echo(request, steps.answer(request, state))
        return Response(200, b"{" + answered.body, answered.headers) if broken else answered

    with recording(answer) as target:
        ended = suite(
            folder,
            *("-vv", "--showlocals", "--junitxml=junit.xml", "--log-file=debug.log"),
            *("--log-level=DEBUG", "--log-file-level=DEBUG"),
            *("--ctrf=ctrf.json", "--sarif=sarif.json", "--markdown=summary.md"),
            f"--target-url={target.url}",
            *given,
            depth="standard",
            **{f"KEY_{number}": key for number, key in enumerate(KEYS)},
        )
    assert ended.exit == (1 if broken else 0), ended.out
    written = {"the terminal": ended.out, **{str(p): text for p, text in texts(folder).items()}}
    names = {Path(place).name for place in written}
    assert names >= {"journal.ndjson", "report.html", "junit.xml", "ctrf.json", "summary.md"}
    assert (folder / ".pytest_cache").is_dir()
    assert ended.run.joinpath("journal.ndjson").read_text().count("[redacted]") > 1000
    for place, text in written.items():
        lowered = text.lower()
        for key in KEYS:
            for trace in traces(key):
                assert trace not in lowered, (place, trace)
        assert "gnu-/v1" not in lowered, place
        assert "okapi-4711" not in lowered, place
