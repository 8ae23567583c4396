"""Names inside a page: stable from night to night, safe in a link."""

from __future__ import annotations

import re
from collections.abc import Iterable

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


def anchors(prefix: str, ids: Iterable[str]) -> dict[str, str]:
    """Return a distinct anchor for each id: `f-PostAccountLinks.account.maxLength.accepted`."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for each in ids:
        plain = f"{prefix}-{_UNSAFE.sub('.', each).strip('.')}"
        name, number = plain, 2
        while name in taken:
            name, number = f"{plain}-{number}", number + 1
        found.setdefault(each, name)
        taken.add(name)
    return found
