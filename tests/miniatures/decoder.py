"""The miniatures' own form decoder: it shares nothing with the suite, nor with its embedded target.

What the standards leave open is an option here, so that a target can use any such freedom.
"""

from __future__ import annotations

import string
from typing import Literal

from msgspec import Struct

Value = str | list["Value"] | dict[str, "Value"]
Params = dict[str, Value]

DUPLICATE, SYNTAX, UTF_8, NUL = "duplicate", "syntax", "utf-8", "nul"
HEX = frozenset(string.hexdigits.encode())


class UnreadableError(Exception):
    """The body cannot be read, and why: `duplicate`, `syntax`, `utf-8` or `nul`."""

    def __init__(self, why: str, name: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.name = name


class Decoder(Struct, frozen=True):
    """Reads `a=1&b[0]=2&c[d]=3`; every option is a freedom that a server may take."""

    duplicates: Literal["refuse", "first", "last"] = "refuse"
    bad_percent: Literal["refuse", "literal"] = "refuse"
    bad_utf8: Literal["refuse", "replace"] = "refuse"
    nul: Literal["refuse", "accept"] = "refuse"
    empty_name: Literal["keep", "drop"] = "keep"
    nested_empty: Literal["array", "flat"] = "array"

    def __call__(self, body: bytes) -> Params:
        """Return the parameters in the order of the body; raises UnreadableError."""
        params: Params = {}
        for piece in body.split(b"&"):
            if not piece:
                continue
            raw_name, _, raw_value = piece.partition(b"=")
            name, text = self.text(raw_name), self.text(raw_value)
            if name == "" and self.empty_name == "drop":
                continue
            head, *keys = keys_of(name)
            if self.nested_empty == "flat" and keys[:2] == ["", ""]:
                keys = keys[1:]
            self._put(params, head, keys, text)
        return {name: arrays(value) for name, value in params.items()}

    def text(self, raw: bytes) -> str:
        """Return what percent-encoded `raw` says."""
        out = bytearray()
        position = 0
        while position < len(raw):
            byte = raw[position]
            if byte == ord("%"):
                digits = raw[position + 1 : position + 3]
                if len(digits) == 2 and HEX.issuperset(digits):
                    out.append(int(digits, 16))
                    position += 3
                    continue
                if self.bad_percent == "refuse":
                    raise UnreadableError(SYNTAX)
            out.append(ord(" ") if byte == ord("+") else byte)
            position += 1
        try:
            text = out.decode("utf-8", "replace" if self.bad_utf8 == "replace" else "strict")
        except UnicodeDecodeError:
            raise UnreadableError(UTF_8) from None
        if "\0" in text and self.nul == "refuse":
            raise UnreadableError(NUL)
        return text

    def _put(self, into: Params, head: str, keys: list[str], text: str) -> None:
        if not keys:
            if head in into and (self.duplicates == "refuse" or not isinstance(into[head], str)):
                raise UnreadableError(DUPLICATE, head)
            if head not in into or self.duplicates == "last":
                into[head] = text
            return
        below = into.setdefault(head, {})
        if not isinstance(below, dict):
            raise UnreadableError(DUPLICATE, head)
        # `[]` takes the next free place: a key that no name in brackets can have.
        key = keys[0] or f"]{len(below)}"
        self._put(below, key, keys[1:], text)


def keys_of(name: str) -> list[str]:
    """Return the keys of `a[b][]`: a, b and the empty key; an odd name is one key."""
    head, bracket, rest = name.partition("[")
    if not bracket:
        return [name]
    keys = rest[:-1].split("][") if rest.endswith("]") else []
    clean = head and keys and not any("[" in key or "]" in key for key in keys)
    return [head, *keys] if clean and "]" not in head else [name]


def arrays(value: Value) -> Value:
    """Turn each hash whose keys are all numbers, or all `[]`, into an array in that order."""
    if not isinstance(value, dict):
        return value
    below = {key: arrays(each) for key, each in value.items()}
    numbers = [key.removeprefix("]") for key in below]
    if all(key.isascii() and key.isdigit() for key in numbers):
        return [below[key] for _, key in sorted(zip(map(int, numbers), below, strict=True))]
    return below
