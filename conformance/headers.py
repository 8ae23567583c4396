"""What the user adds to every request, by header or query, and where its keys come from.

A key comes from the environment (`$NAME`) or from a file that only the user can read (`@FILE`):
what stands in a command line or in a committed file is seen by others. No message here repeats
the value of a header, of a variable or of a file.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote

from msgspec import Struct

from conformance.errors import UsageError
from conformance.redact import HIDDEN_HEADERS, Redactor, Secret

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_VARIABLE: Final = re.compile(r"\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})?", re.ASCII)
_FILE: Final = re.compile(r"(^|.*[ \t])@([^@\s].*)")
_LARGEST_BYTES: Final = 8192
_FRAMING: Final = frozenset(
    {
        *("accept-encoding", "connection", "content-length", "expect", "keep-alive"),
        *("proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    }
)
"""Headers that decide how bytes are framed: the suite sets them, nobody else."""


class TargetHeader(Struct, frozen=True):
    """A header, or a name in the query, that the user adds to every request.

    `text` is what the user wrote, variables unexpanded, for display; `shell` is the same in double
    quotes for a POSIX shell. `secrets` are the parts that must not be shown.
    """

    name: str
    value: Secret
    text: str
    shell: str
    secrets: tuple[Secret, ...]
    where: Literal["header", "query"] = "header"

    @property
    def shown(self) -> tuple[str, str]:
        """The name, and the value as the user wrote it."""
        return self.name, self.text[len(self.name) + 1 :].strip()


def expand_header(text: str, environ: Mapping[str, str]) -> TargetHeader:
    """Read `Name: value with $NAME or ${NAME}`, or `Name: Bearer @FILE`; `$$` is a dollar.

    Raises UsageError where there is no name or a bad one, where a variable is unset or empty or a
    file readable by others, where the value holds what no header can carry (RFC 9110, section
    5.5), or where a key stands there itself.
    """
    name, colon, template = text.partition(":")
    name, template = name.rstrip(" \t"), template.strip(" \t")
    if not colon or not _TOKEN.fullmatch(name):
        raise UsageError(
            "a --target-header has no name that a header can have",
            "Write it like --target-header 'Authorization: Bearer $API_KEY'",
        )
    # Somebody may have written the key where the name belongs.
    called = Redactor().clean(name)
    if name.lower() in _FRAMING:
        raise UsageError(
            f"the header {called} is the suite's own", "Leave this --target-header out."
        )
    value, secrets = _expanded(f"the header {called}", template, environ)
    if not secrets and value and (name.lower() in HIDDEN_HEADERS or _holds_key(value)):
        raise UsageError(
            f"the header {called} holds its key itself, where others can read it",
            f"Put the key into a variable, and write in single quotes '{called}: Bearer $API_KEY'; "
            f"or into a file that only you can read: '{called}: Bearer @FILE'.",
        )
    if re.search(r"[^\t\x20-\x7e]", value):
        raise UsageError(
            f"the value of the header {called} holds a line end or another character that no "
            "header can carry",
            "Does the variable, or the file, have more than one line?",
        )
    if name.lower() in HIDDEN_HEADERS:
        secrets += [Secret(value), Secret(value.rpartition(" ")[2])]
    text, shell = f"{name}: {template}", in_shell(name, template)
    return TargetHeader(name, Secret(value), text, shell, tuple(secrets))


def expand_query(text: str, environ: Mapping[str, str]) -> TargetHeader:
    """Read `NAME=value with $NAME`, or `NAME=@FILE`; `$$` is a dollar. Nothing is encoded yet.

    Raises UsageError where there is no name, where a variable is unset or empty or a file readable
    by others, or where a key stands there itself.
    """
    name, equals, template = text.partition("=")
    called = Redactor().clean(name)
    if not equals or not name or called != name:
        raise UsageError(
            "a --target-query has no name", "Write it like --target-query 'api_key=$API_KEY'"
        )
    value, secrets = _expanded(f"the query's {called}", template, environ)
    if not secrets and value and (_KEY_NAME.search(name) or _holds_key(value)):
        raise UsageError(
            f"the query's {called} holds its key itself, where others can read it",
            f"Put the key into a variable, and write in single quotes '{called}=$API_KEY'; "
            f"or into a file that only you can read: '{called}=@FILE'.",
        )
    text, shell = f"{name}={template}", f'"{quote(name)}={shell_words(template)}"'
    return TargetHeader(name, Secret(value), text, shell, tuple(secrets), "query")


_KEY_NAME: Final = re.compile(r"key|token|secret|password|auth|signature", re.IGNORECASE)
"""In the query these are what they are called, mostly."""


def lacking(name: str, value: str, without: Collection[str]) -> str | None:
    """Return what is left of a header that lacks some credentials, None where nothing is.

    `without` is as in `conformance.exchange.Request`.
    """
    if f"header:{name.lower()}" in without:
        return None
    if without and name.lower() == "cookie":
        pairs = (pair.strip() for pair in value.split(";"))
        kept = [pair for pair in pairs if f"cookie:{pair.partition('=')[0]}" not in without]
        return "; ".join(kept) or None
    return value


def added(path: str, query: Sequence[tuple[str, str]], without: Collection[str]) -> str:
    """Return what the user's `query` adds to `path`, which has its own names: `&api_key=…`."""
    asked = path.partition("?")[2]
    own = {pair.partition("=")[0] for pair in asked.split("&")} if asked else ()
    pairs = [
        f"{quote(name)}={value}"
        for name, value in query
        if quote(name) not in own and f"query:{name}" not in without
    ]
    return ("&" if "?" in path else "?") + "&".join(pairs) if pairs else ""


def credentials(given: Sequence[TargetHeader]) -> Iterator[str]:
    """Yield what a request may be sent without, as `Request.without` has it."""
    for each in given:
        yield f"{each.where}:{each.name.lower() if each.where == 'header' else each.name}"
        if each.where == "header" and each.name.lower() == "cookie":
            for pair in each.shown[1].split(";"):
                yield f"cookie:{pair.partition('=')[0].strip()}"


def in_shell(name: str, template: str) -> str:
    """Return a header as the user wrote it as one word in double quotes for a POSIX shell."""
    return f'"{name}: {shell_words(template)}"'


def shell_words(template: str) -> str:
    """Return what the user wrote as it stands between double quotes of a POSIX shell."""
    words, path = _parts(template)
    shell, end = "", 0
    for found in _VARIABLE.finditer(words):
        literal, end = words[end : found.start()], found.end()
        known = f"${{{found[3]}}}" if found[3] else _quoted(found[0], found[1])
        shell += _quoted(literal) + known
    return shell + _quoted(words[end:]) + (f"$(cat {shlex.quote(path)})" if path else "")


def _expanded(called: str, template: str, environ: Mapping[str, str]) -> tuple[str, list[Secret]]:
    """Return the text that a template makes, and its secret parts. Raises UsageError."""
    words, path = _parts(template)
    secrets: list[Secret] = []
    value, end = "", 0
    for found in _VARIABLE.finditer(words):
        literal, end = words[end : found.start()], found.end()
        dollar, variable = found[1], found[2] or found[3]
        expanded = "$" if dollar else _lookup(called, variable, environ)
        if variable:
            secrets.append(Secret(expanded))
        value += literal + expanded
    value += words[end:]
    if path:
        secrets.append(Secret(_key_of(called, Path(path).expanduser())))
        value += secrets[-1].reveal()
    return value, secrets


def _holds_key(value: str) -> bool:
    return Redactor().redact(value) != value


def _parts(template: str) -> tuple[str, str]:
    """Return the words of a template, and the file whose line follows them, or an empty path."""
    file = _FILE.fullmatch(template)
    words, path = (file[1], file[2]) if file else (template, "")
    return re.sub(r"(^|[ \t])@@", r"\1@", words), path


def _key_of(called: str, path: Path) -> str:
    """Return the one line of a file that nobody else can read. Raises UsageError."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            raw = file.read(_LARGEST_BYTES + 1)
    except OSError as problem:
        raise UsageError(
            f"the file {path} of {called} cannot be read: {problem.strerror}",
            "Write '@@' where the value begins with an at sign.",
        ) from problem
    others = stat.S_IRWXG | stat.S_IRWXO
    if not stat.S_ISREG(status.st_mode) or (os.name == "posix" and status.st_mode & others):
        raise UsageError(
            f"the file {path} of {called} can be read by others",
            f"chmod 600 {shlex.quote(str(path))}",
        )
    text = raw.decode("latin-1").removesuffix("\n").removesuffix("\r")
    if not text.strip() or len(raw) > _LARGEST_BYTES:
        raise UsageError(
            f"the file {path} of {called} holds no key",
            "It holds the key in one line, and nothing else.",
        )
    return text


def _lookup(called: str, variable: str | None, environ: Mapping[str, str]) -> str:
    if variable is None:
        raise UsageError(
            f"a dollar without a name in {called}",
            "Write $NAME or ${NAME} for a variable, $$ for a dollar.",
        )
    value = environ.get(variable, "")
    if not value.strip():
        state = "is empty" if variable in environ else "is not set"
        raise UsageError(
            f"the variable {variable} of {called} {state}",
            f"export {variable}=... and run again.",
        )
    return value


def _quoted(literal: str, dollar: str | None = "$") -> str:
    """Escape `literal` for a shell's double quotes; a variable's `$NAME` stays as it is."""
    if dollar is None:
        return literal
    return re.sub(r'([$`"\\])', r"\\\1", "$" if literal == "$$" else literal)
