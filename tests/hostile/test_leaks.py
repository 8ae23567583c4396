"""A target says the key again in every spelling, at every place: nothing that is written has it."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from conformance.plan import Plan
from conformance.redact import Redactor, Secret
from conformance.reference.http import Response
from conformance.report.terminal import summary_lines
from tests.hostile.behaviour import Behaviour, Says, head, whole
from tests.hostile.whole import hold_all, smallest
from tests.rawserver import Conversation, say
from tests.scripted import plan_of_the_suite

KEY = "Canary/4711+zebra&quagga<gnu"
LINK = "https://connect.example.test/setup/s/okapi-4711-bongo"

SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "upper": str.upper,
    "lower": str.lower,
    "percent": lambda text: quote(text, safe=""),
    "percent-all": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent-twice": lambda text: quote(quote(text, safe=""), safe=""),
    "hex": lambda text: text.encode().hex(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64-user": lambda text: base64.b64encode(f"{text}:".encode()).decode(),
    "base64-password": lambda text: base64.b64encode(f"ab:{text}".encode()).decode(),
    "base64-middle": lambda text: base64.b64encode(f"{{{text}}}".encode()).decode(),
    "base64-url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "basic": lambda text: "Basic " + base64.b64encode(f"{text}:x".encode()).decode(),
    "bearer": lambda text: f"Bearer {text}",
    "json": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "json-escapes": lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    "html": html.escape,
    "html-decimal": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "html-hex": lambda text: "".join(f"&#x{ord(each):x};" for each in text),
    "repr": lambda text: repr(text)[1:-1],
}
"""How a text may be spelt."""


def _error(text: str) -> Says:
    """Say `text` in the message of an error, and in a success as well."""

    def says(plain: Response) -> Conversation:
        body = {**json.loads(plain.body), "echo": text, text: 1}
        return say(whole(replace(plain, body=json.dumps(body, ensure_ascii=False).encode())))

    return says


def _header(text: str) -> Says:
    line = f"X-Echo: {text}\r\nLocation: /?k={text}\r\nSet-Cookie: k={text}\r\n"
    return lambda plain: say(head(plain, extra=line.encode()) + plain.body)


def _head(text: str) -> Says:
    """Say `text` where a status line should be, so that an excerpt of it is cut."""
    return lambda _: say(f"{'x' * 20}{text} and more of it\r\n".encode())


def _cut(before: int) -> Says:
    """Say the key so that something cuts it."""

    def says(plain: Response) -> Conversation:
        body = {**json.loads(plain.body), "echo": "x" * before + KEY}
        line = f"X-Echo: {'x' * before}{KEY}\r\n"
        data = json.dumps(body).encode()
        return say(head(replace(plain, body=data), extra=line.encode()) + data)

    return says


def _raw(change: Callable[[bytes], bytes], media_type: bytes = b"application/json") -> Says:
    def says(plain: Response) -> Conversation:
        data = change(plain.body)
        answer = head(replace(plain, body=data)).replace(b"application/json", media_type)
        return say(answer + data)

    return says


def _linked(plain: Response) -> Conversation:
    """Say the single-use link in a header too, and under another name."""
    if plain.status != 200:
        return say(whole(plain))
    body = {**json.loads(plain.body), "url": LINK, "also": SPELLINGS["base64-middle"](LINK)}
    data = json.dumps(body).encode()
    line = f"Location: {LINK}\r\nX-Link: {quote(LINK, safe='')}\r\n".encode()
    return say(head(replace(plain, body=data), extra=line) + data)


_KEY = KEY.encode()
CANARIES: Mapping[str, Says] = {
    **{f"body-{name}": _error(spell(KEY)) for name, spell in SPELLINGS.items()},
    **{f"header-{name}": _header(spell(KEY)) for name, spell in SPELLINGS.items()},
    **{f"head-{name}": _head(spell(KEY)) for name, spell in SPELLINGS.items()},
    **{f"cut-at-{size}": _cut(size) for size in (0, 20, 60, 370, 380, 390, 480, 490, 3900, 4080)},
    "name-twice": _raw(lambda body: body[:-1] + b',"%s":1,"%s":2}' % (_KEY, _KEY)),
    "long-name-twice": _raw(
        lambda body: body[:-1] + b',"%s":1,"%s":2}' % (b"x" * 40 + _KEY, b"x" * 40 + _KEY)
    ),
    "no-json": _raw(lambda _: b"your key is " + _KEY),
    "cut-json": _raw(lambda _: b'{"key": "' + _KEY),
    "utf-16": _raw(lambda _: KEY.encode("utf-16")),
    "latin-1": _raw(lambda _: b"\xe9" + _KEY),
    "media-type": _raw(bytes, b"text/" + _KEY),
    "long-media-type": _raw(bytes, b"text/" + b"x" * 62 + _KEY),
    "reason": lambda plain: say(whole(plain).replace(b" X\r\n", b" %s\r\n" % _KEY, 1)),
    "header-name": lambda plain: say(head(plain, extra=b"X-Canary4711zebra: a\r\n") + plain.body),
    "encoding": lambda plain: say(head(plain, extra=b"Content-Encoding: %s\r\n" % _KEY)),
    "length": lambda _: say(b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n" % _KEY),
    "coding": lambda _: say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n" % _KEY),
    "version": lambda _: say(b"HTTP/%s 200 OK\r\n\r\n" % _KEY),
    "link-in-headers": _linked,
    "type-of-a-member": _raw(lambda body: body.replace(b'"object"', b'"%s"' % _KEY)),
}

FRAGMENTS = tuple(
    sorted(
        {
            part
            for spell in SPELLINGS.values()
            for text in (KEY, LINK)
            for part in (spell(text)[4:14].lower(), spell(text)[-12:-2].lower())
        }
        - {"//connect.", "s://connect"}
    )
)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of_the_suite()


def written(folder: Path) -> str:
    """Return every byte below `folder`, in lower case."""
    return "\n".join(
        each.read_bytes().decode("utf-8", "replace") for each in folder.rglob("*") if each.is_file()
    ).lower()


def test_there_are_many_canaries() -> None:
    assert len(CANARIES) >= 70


@pytest.mark.parametrize("name", CANARIES)
def test_a_key_that_comes_back_is_in_nothing_that_is_written(
    name: str, plan: Plan, tmp_path: Path
) -> None:
    redactor = Redactor()
    redactor.add(Secret(KEY))
    redactor.add(Secret("X-Canary4711zebra"))
    done = hold_all(
        plan, Behaviour(name, "", CANARIES[name]), tmp_path, smallest(plan), redactor=redactor
    )
    lines = summary_lines(done.journal, done.findings, done.outcome)
    text = written(tmp_path) + "\n".join(each.text for each in lines).lower()
    assert len(done.cases) >= 2
    for fragment in ("canary", "zebra", "quagga", "okapi", *FRAGMENTS):
        at = text.find(fragment)
        assert at < 0, text[max(at - 80, 0) : at + 80]
