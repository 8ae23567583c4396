"""An exchange → the command that sends the very same request from a shell.

The command is for bash. Secrets stand in the journal as `$NAME`, so the command runs after
`export NAME=…` and gives nothing away. What curl would add of its own accord is switched off.
"""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from conformance.headers import in_shell, shell_words
from conformance.records import ExchangeRecord
from conformance.report.text import visible

_INLINE = 1500
"""A longer body becomes a recipe: nobody reads a wall of letters."""

_RECIPE = 8000
"""A longer recipe is given as base64, which stays below the shell's limit for one word."""

_RUN = re.compile(rb"(.{1,12}?)\1{15,}", re.DOTALL)
_OWN = ("User-Agent", "Accept")
"""Headers that curl sends unless told otherwise."""


def replay(exchange: ExchangeRecord, *, unicode: bool = True) -> tuple[str, ...]:
    """Return the parts of the command, or nothing where the journal has not the body.

    Joined with blanks they are one command; a line may be broken between any two of them. Without
    `unicode` every part is ASCII.
    """
    if exchange.body is None and exchange.body_base64 is None and exchange.body_bytes:
        return ()
    body = _body(exchange)
    source, data = _data(exchange, body, unicode=unicode)
    options = ["curl -i -g --path-as-is"]
    if exchange.url.startswith("https:"):
        options.append("--http1.1")
    headers = [f"-H {_disarmed(each)}" for each in _headers(exchange, body)]
    method = (
        "--head" if exchange.method == "HEAD" and body is None else f"-X {quote(exchange.method)}"
    )
    return (*source, *options, method, *headers, *data, _address(exchange))


def _address(exchange: ExchangeRecord) -> str:
    """Return the URL as a word; what the user adds to its query is expanded by the shell."""
    more = exchange.given_query
    if not set(more) & set("$@"):
        return _disarmed(quote(exchange.url))
    pairs = [pair.partition("=")[::2] for pair in more[1:].split("&")]
    words = "&".join(f"{name}={shell_words(value)}" for name, value in pairs)
    return _disarmed(quote(exchange.url.removesuffix(more))) + f'"{more[0]}{visible(words)}"'


def command(exchange: ExchangeRecord, *, unicode: bool = True) -> str:
    """Return the command on one line, or the empty string where the journal has not the body."""
    return " ".join(replay(exchange, unicode=unicode))


def folded(words: Sequence[str], width: int) -> list[str]:
    r"""Fill lines of at most `width` columns with `words`; all but the last end in ` \`."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + len(word) + 3 <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [*(f"{line} \\" for line in lines[:-1]), *lines[-1:]]


def _body(exchange: ExchangeRecord) -> bytes | None:
    if exchange.body_base64 is not None:
        return base64.b64decode(exchange.body_base64)
    return None if exchange.body is None else exchange.body.encode("utf-8", "surrogatepass")


def _data(
    exchange: ExchangeRecord, body: bytes | None, *, unicode: bool
) -> tuple[list[str], list[str]]:
    """Return what makes the body (a pipe, or nothing) and what takes it."""
    if body is None:
        return [], []
    text = exchange.body
    if text is not None and len(body) <= _INLINE and visible(text, unicode=unicode) == text:
        return [], [f"--data-raw {_disarmed(shlex.quote(text))}"]
    return [f"python3 -c {_disarmed(_recipe(body))} |"], ["--data-binary @-"]


def _recipe(body: bytes) -> str:
    """Return a Python program that writes `body`, as one word in single quotes."""
    terms: list[str] = []
    position = 0
    for run in _RUN.finditer(body):
        unit = run[1]
        if run.start() > position:
            terms.append(_literal(body[position : run.start()]))
        terms.append(f"{_literal(unit)}*{len(run[0]) // len(unit)}")
        position = run.end()
    if position < len(body) or not terms:
        terms.append(_literal(body[position:]))
    recipe = "+".join(terms)
    if len(recipe) <= _RECIPE:
        return f"'import sys;sys.stdout.buffer.write({recipe})'"
    packed = base64.b64encode(body).decode()
    return f"'import sys,base64;sys.stdout.buffer.write(base64.b64decode(\"{packed}\"))'"


def _literal(data: bytes) -> str:
    chars = (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}" for byte in data)  # noqa: PLR2004  (printable ASCII)
    special = {"\\": "\\\\", '"': '\\"', "'": "\\x27"}
    return 'b"' + "".join(special.get(char, char) for char in chars) + '"'


def _headers(exchange: ExchangeRecord, body: bytes | None) -> Iterator[str]:
    present = {name.lower() for name, _ in exchange.headers}
    for name in _OWN:
        if name.lower() not in present:
            yield quote(f"{name}:")
    if body is not None and "content-type" not in present:
        yield quote("Content-Type:")
    if body is not None and len(body) > 1024:  # noqa: PLR2004  (older curl asks from here on)
        yield quote("Expect:")
    if exchange.chunked:
        yield quote("Transfer-Encoding: chunked")
    theirs = len(exchange.headers) - exchange.given
    for index, (name, value) in enumerate(exchange.headers):
        lower = name.lower()
        if lower == "host" and value == urlsplit(exchange.url).netloc:
            continue
        if lower == "transfer-encoding" or (lower == "content-length" and body is not None):
            continue
        if not value:
            yield quote(f"{name};")  # curl's spelling of a header without a value
        elif index >= theirs and set(value) & set("$@"):
            yield visible(in_shell(name, value))
        else:
            yield quote(f"{name}: {value}")


def quote(text: str) -> str:
    r"""Return `text` as one word of bash, ASCII; what is not plain is spelt as `$'\x1b'`."""
    if text.isascii() and text.isprintable():
        return shlex.quote(text)
    special = {"\\": "\\\\", "'": "\\'"}
    parts = (
        special.get(char, char)
        if char.isascii() and char.isprintable()
        else "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))
        for char in text
    )
    return "$'" + "".join(parts) + "'"


def _disarmed(word: str) -> str:
    """Break `##[`, which build servers read as a command, by closing and opening the quotes."""
    seam = {"'": "''", "$": "'$'", '"': '""'}.get(word[:1], "")
    return word.replace("##[", f"##{seam}[")
