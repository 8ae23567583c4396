"""JSON Pointer (RFC 6901)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from conformance.errors import ContractError


def escape(token: str) -> str:
    """Return `token` as one reference token (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """Return the name that a reference token stands for (RFC 6901, section 4)."""
    return token.replace("~1", "/").replace("~0", "~")


def join(base: str, *tokens: str | int) -> str:
    """Return `base` followed by `tokens`, each escaped: `join("#/a", "b/c") == "#/a/b~1c"`."""
    return base + "".join(f"/{escape(str(token))}" for token in tokens)


def from_tokens(tokens: Iterable[str | int]) -> str:
    """Return the pointer made of `tokens`."""
    return join("", *tokens)


def tokens(pointer: str) -> tuple[str, ...]:
    """Return the unescaped reference tokens of `pointer`; a leading `#` is passed over."""
    text = pointer.removeprefix("#")
    return tuple(unescape(token) for token in text.split("/")[1:])


def resolve(document: Any, pointer: str, *, place: str = "") -> Any:  # noqa: ANN401  (any JSON)
    """Return the value at `pointer` in `document`.

    Raises ContractError, naming `place` and the pointer, where nothing stands there.
    """
    value = document
    for token in tokens(pointer):
        try:
            value = value[int(token)] if _is_list(value) else value[token]
        except (KeyError, IndexError, ValueError, TypeError):
            raise ContractError(f"nothing stands at {pointer}", place=place) from None
    return value


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
