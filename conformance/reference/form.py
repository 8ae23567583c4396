"""Form bytes → a tree of text (WHATWG URL, section 5.1; brackets as Rack and qs read them)."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

DEPTH_LIMIT = 32

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_BRACKET = re.compile(r"\[([^\[\]]*)\]")


@dataclass
class FormError(Exception):
    """The bytes are no readable form; `param` names the parameter where one is to blame."""

    message: str
    param: str = ""


@dataclass
class Node:
    """What stands under one name: text, members by key, or items in order (`[]`)."""

    texts: list[str] = field(default_factory=list)
    members: dict[str, Node] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)


def pairs(data: bytes) -> list[tuple[str, str]]:
    """Return names and values in order; an empty piece, as in `a=1&&b=2`, is passed over.

    Raises FormError for a bad escape, for bytes that are not UTF-8, and for NUL.
    """
    found = []
    for piece in data.split(b"&"):
        if piece:
            name, _, value = piece.partition(b"=")
            found.append((_text(name, "a parameter name"), _text(value, "a parameter value")))
    return found


def raw_pairs(data: bytes) -> list[tuple[str, str]]:
    """Return names, decoded, and values as they were sent. Raises FormError for what is malformed.

    The values are checked all the same.
    """
    pieces = [piece.partition(b"=") for piece in data.split(b"&") if piece]
    names = [name for name, _ in pairs(data)]
    raws = [raw.decode("latin-1") for _, _, raw in pieces]
    return [*zip(names, raws, strict=True)]


def tree(found: list[tuple[str, str]], literal: frozenset[str] = frozenset()) -> dict[str, Node]:
    """Return the tree that `found` spells; a name whose brackets do not pair is taken literally.

    `literal` are names that have brackets of their own. Raises FormError where brackets nest deeper
    than DEPTH_LIMIT.
    """
    root = Node()
    for name, value in found:
        node = root
        path = [name] if name in literal else split(name)
        if len(path) > DEPTH_LIMIT:
            message = f"Parameters nest at most {DEPTH_LIMIT} deep."
            raise FormError(message, path[0])
        for position, key in enumerate(path):
            node = _step(node, key, path[position + 1 :], named=position > 0)
        node.texts.append(value)
    return root.members


def split(name: str) -> list[str]:
    """Return the keys of a bracketed name: `a[b][]` is a, b and the empty key."""
    found = _NAME.fullmatch(name)
    if found is None:
        return [name]
    return [found[1], *_BRACKET.findall(found[2])]


def _step(node: Node, key: str, rest: list[str], *, named: bool) -> Node:
    if key or not named:
        return node.members.setdefault(key, Node())
    # `a[][b]=1&a[][c]=2` is one item with two members, until a member comes again.
    if rest and node.items and not node.items[-1].texts and rest[0] not in node.items[-1].members:
        return node.items[-1]
    node.items.append(Node())
    return node.items[-1]


def _text(raw: bytes, what: str) -> str:
    if _BAD_ESCAPE.search(raw):
        message = "Invalid percent-encoding in the body."
        raise FormError(message)
    # Escapes of quoted-printable differ in the sign alone, and are read by C (RFC 2045, 6.7).
    quoted = raw.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"=")
    try:
        text = binascii.a2b_qp(quoted).decode("utf-8")
    except UnicodeDecodeError:
        message = f"Invalid UTF-8 in {what}."
        raise FormError(message) from None
    if "\0" in text:
        message = f"Invalid NUL character in {what}."
        raise FormError(message)
    return text
