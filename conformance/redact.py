"""Secrets stay secret: a wrapper that does not print, and one filter for every text that leaves.

Redaction goes by value first, then by header name, then by pattern, and always before a text is
cut: a cut secret is no longer found. Escaping comes last, so that no terminal, browser or log
reader acts on a character that the target chose.
"""

from __future__ import annotations

import hmac
import os.path
import re
import threading
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Never

from conformance.exchange import NO_KEY, NO_USER
from conformance.spellings import encoded, spellings

REDACTED: Final = "[redacted]"

HIDDEN_HEADERS: Final = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "stripe-signature",
        "x-api-key",
        "x-auth-token",
    }
)
"""Header names in lower case whose value is never shown."""

SHORT: Final = 8
"""A registered value of fewer characters is replaced as a whole header value only."""

# What the suite itself sends as a wrong key is no secret, and is shown.
_NOBODY: Final = rf"(?:{NO_KEY}|{NO_USER})"

# A possessive quantifier gives nothing back: else a blank could slip what follows past a lookahead.
_PATTERNS: Final = re.compile(
    rf"""
    \b(?P<key>(?:sk|rk|ek|pk)_(?:live|test)_\w+ | whsec_\w+ | alu_(?:test|live)_\w+
             | (?:pi|seti|cs|src)_\w+_secret_\w+)
    | (?P<jwt>(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*)
    | (?P<pem>-----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*KEY-----|\Z))
    | (?P<link_host>\bconnect\.stripe\.com/)[^\s"'<>\\]+
    | (?P<name>\b(?:proxy-)?authorization|\b(?:set-)?cookie|\bx-api-key|\bx-auth-token
              |\bstripe-signature)
      (?P<colon>["']?\s*:\s*+["']?+)
      (?!\[redacted\]|(?:\w+\ +)?(?:\$\{{?[A-Z_a-z]|{_NOBODY}(?:[\r\n"'<]|\Z)))[^\r\n"'<]+
    | (?P<member>["'](?:client_secret|secret|password|api_key|\w*token)["']\s*:\s*+["'])
      (?!\[redacted\])(?:[^"'\\]|\\.)+
    | (?P<scheme>\b(?:bearer|basic)\s++)
      (?!\[redacted\]|\$\{{?[A-Z_a-z]|{_NOBODY}(?![\w-])|(?:realm=|auth|tokens?\b))[^\s"'<>,;\\]+
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_KEPT: Final = ("link_host", "name", "colon", "member", "scheme")

_HINTS: Final = (
    *("sk_", "rk_", "ek_", "pk_", "whsec_", "alu_", "secret", "eyj", "private key", "stripe.com"),
    *("authorization", "cookie", "x-api-key", "signature", "password"),
    *("api_key", "token", "bearer", "basic"),
)
"""No pattern matches a text without one of these; `in` is far cheaper than the pattern."""

_SHORT_TEXT: Final = 200
_MOST_CLEANED: Final = 4096
_LONGEST_KNOWN: Final = 64 * 1024

# C0 but tab and line feed, DEL, C1; bidirectional and zero-width characters (Unicode Technical
# Report 36, section 3; CVE-2021-42574); line separators; halves of surrogate pairs, which no
# UTF-8 file can hold.
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


_CUT: Final = re.compile(r"""["']?(?:…|\.\.\.|\Z)""")


class Secret:
    """A text that no repr, str, format, pickle or traceback gives away.

    Only `reveal()` returns it. Copying and pickling raise TypeError: a secret travels to another
    process through the environment.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the text itself; for the socket and for the redactor only."""
        return self.__value

    def __repr__(self) -> str:
        return f"Secret({REDACTED!r})"

    def __str__(self) -> str:
        return REDACTED

    def __format__(self, spec: str) -> str:
        return REDACTED

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(encoded(self.reveal()), encoded(other.reveal()))

    def __hash__(self) -> int:
        return hash(self.__value)

    def __reduce_ex__(self, protocol: object) -> Never:
        message = "a secret cannot be pickled or copied"
        raise TypeError(message)


class Redactor:
    """The filter that every text passes on its way out. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: frozenset[str] = frozenset()
        self._forms: tuple[str, ...] = ()
        self._lowered: tuple[str, ...] = ()
        self._pattern: re.Pattern[str] | None = None
        self._cleaned: dict[str, str] = {}

    def add(self, secret: Secret) -> None:
        """Register `secret`: from now on it is replaced in every text, in whatever spelling."""
        value = secret.reveal()
        with self._lock:
            if not value or value in self._values:
                return
            self._values |= {value}
            if len(value) < SHORT:
                return
            forms = sorted({*self._forms, *spellings(value)}, key=lambda form: (-len(form), form))
            # The mark itself comes first: it is passed over, so redacting twice changes nothing.
            choices = (REDACTED, *forms)
            self._pattern = re.compile("|".join(map(re.escape, choices)), re.IGNORECASE)
            self._forms = tuple(forms)
            self._lowered = tuple(dict.fromkeys(map(str.lower, forms)))
            self._cleaned = {}

    def redact(self, text: str) -> str:
        """Replace every secret in `text`; to be called before the text is cut."""
        lowered = text.lower()
        if self._pattern and any(not f.isascii() or f in lowered for f in self._lowered):
            text = self._pattern.sub(REDACTED, text)
        text = self._without_cut_ends(text)
        return _PATTERNS.sub(_mark, text) if _has_hint(lowered) else text

    def clean(self, text: str) -> str:
        r"""Return `text` for any sink: redacted, unsafe characters escaped as `\u202e`."""
        if len(text) > _SHORT_TEXT:
            return self._clean(text)
        # Header names, URLs and the like come again with every answer.
        known = self._cleaned
        cleaned = known.get(text)
        if cleaned is None:
            if len(known) > _MOST_CLEANED:
                known.clear()
            cleaned = known[text] = self._clean(text)
        return cleaned

    def _clean(self, text: str) -> str:
        text = self.redact(text)
        if text.isascii() and text.isprintable():
            return text
        return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

    def header(self, name: str, value: str) -> str:
        """Return the value of the header `name` for any sink; whole where it may be shown."""
        if name.lower() in HIDDEN_HEADERS or value in self._values:
            return REDACTED
        return self.clean(value)

    def _without_cut_ends(self, text: str) -> str:
        """Replace a secret whose end somebody cut off (eight characters of it are enough).

        A cut is where the text ends, or where three dots follow, maybe behind a quotation mark.
        """
        lowered = text.lower()
        if len(lowered) != len(text):  # as with a capital I with a dot: places would not fit
            lowered = text
        for form in self._lowered:
            start = lowered.find(form[:SHORT])
            while start >= 0:
                here = lowered[start : start + len(form)]
                end = start + len(os.path.commonprefix((form, here)))  # noqa: RUF071  (no paths)
                if _CUT.match(text, end):
                    text = text[:start] + REDACTED + text[end:]
                    lowered = lowered[:start] + REDACTED + lowered[end:]
                start = lowered.find(form[:SHORT], start + 1)
        return text


_RUN: Final = 16
_SPELT: Final = re.compile(rf"[%&\\\0]|[A-Za-z0-9+/_-]{{{_RUN}}}")
"""Every other spelling of a text of that many characters has one of these, or is as long a run."""


def hide(text: str, secrets: Iterable[Secret]) -> str:
    """Replace `secrets`, in whatever spelling, that are those of one answer only."""
    for secret in secrets:
        value = secret.reveal()
        if len(text) < len(value):
            continue  # no spelling is shorter
        for spelt in (value, value.lower(), value.upper()):
            text = text.replace(spelt, REDACTED)
        if len(value) < _RUN or " " in value or _SPELT.search(text):
            for form in spellings(value):
                for spelt in (form, form.lower(), form.upper()):
                    text = text.replace(spelt, REDACTED)
    return text


def _has_hint(lowered: str) -> bool:
    """Whether a pattern may match. No hint has `&`, `=` or `/`: what they divide stands alone."""
    if len(lowered) <= _SHORT_TEXT:
        return _looked_for(lowered)
    return any(map(_hint_in, lowered.replace("=", "&").replace("/", "&").split("&")))


def _hint_in(part: str) -> bool:
    if len(part) <= _SHORT_TEXT:
        return _in_short(part)
    return _in_long(part) if len(part) <= _LONGEST_KNOWN else _looked_for(part)


def _looked_for(lowered: str) -> bool:
    for hint in _HINTS:  # noqa: SIM110  (a generator takes twice as long)
        if hint in lowered:
            return True
    return False


_in_short, _in_long = lru_cache(1024)(_looked_for), lru_cache(64)(_looked_for)
"""Ordinary values, and the long ones that limits are tested with, come again and again."""


def _mark(found: re.Match[str]) -> str:
    return "".join(found[name] or "" for name in _KEPT) + REDACTED
