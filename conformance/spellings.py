"""The spellings under which a text may come back: what servers and logs make of it."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus


def encoded(text: str) -> bytes:
    """Return the bytes of `text`; halves of surrogate pairs have some too."""
    return text.encode("utf-8", "surrogatepass")


def spellings(value: str) -> set[str]:
    """Return the spellings under which `value` may come back; upper and lower case count as one."""
    raw = encoded(value)
    forms = {
        value,
        quote(raw, safe=""),
        quote(raw),
        quote_plus(raw),
        "".join(f"%{byte:02x}" for byte in raw),
        raw.hex(),
        html.escape(value),
        repr(value)[1:-1],
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(value)[1:-1].replace("/", "\\/"),
        json.dumps(json.dumps(value)[1:-1])[1:-1],
        json.dumps(json.dumps(value)[1:-1].replace("/", "\\/"))[1:-1],
        quote(quote(raw, safe=""), safe=""),
        "\0".join(value),  # UTF-16 that is read as something else
        "".join(f"\\u{ord(character):04x}" for character in value),
        "".join(f"\\x{byte:02x}" for byte in raw),
        "".join(f"&#{ord(character)};" for character in value),
        "".join(f"&#x{ord(character):x};" for character in value),
    }
    for offset in range(3):
        # Three bytes make four characters, so a text within a longer one has three spellings
        # (RFC 4648, section 4). Only the characters that depend on no neighbour are kept.
        whole = base64.b64encode(bytes(offset) + raw)
        first, last = -(-8 * offset // 6), 8 * (offset + len(raw)) // 6
        form = whole[first:last].decode("ascii")
        forms |= {form, form.replace("+", "-").replace("/", "_")}
    return forms
